"""The tables of rankings: by a metric, by an area, the league table, a distribution."""

from __future__ import annotations

import polars as pl

from nhs_league.core.answers import AreaRanking, GroupedTable, LeagueTable, Ranking, Spread
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.theme import Ink
from nhs_league.render.views.columns import (
    columns_of,
    medians,
    names,
    places,
    ranks,
    scores,
    texts,
    values,
    yes_no,
)


@columns_of.register
def ranking(answer: Ranking) -> list[Column]:
    """Return trusts ordered by a metric."""
    frame = answer.frame
    return [
        Column("Rank", ranks(frame), numeric=True),
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("Value", values(frame), numeric=True, ink=Ink.STRONG),
        Column("Median", medians(frame), numeric=True),
        Column("Score", scores(frame, "score"), numeric=True),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Period", texts(frame, "period")),
        Column("Region", texts(frame, "region")),
        Column("Subtype", texts(frame, "subtype")),
    ]


@columns_of.register
def area(answer: AreaRanking) -> list[Column]:
    """Return trusts ordered by an area, with each of its metrics' values."""
    frame = answer.frame
    has_two_units = pl.len().over("short_name") > 1
    measured = answer.metrics.select(
        "column",
        "unit",
        heading=pl.when(has_two_units)
        .then(pl.format("{} ({})", "short_name", "unit"))
        .otherwise("short_name"),
    )
    shown = frame.select(shown=pl.coalesce("score", "computed_mean_score"))
    return [
        Column("Rank", ranks(frame), numeric=True),
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("Mean score", scores(shown, "shown"), numeric=True, ink=Ink.STRONG),
        *(
            Column(heading, [numbers.with_unit(v, unit) for v in frame[column]], numeric=True)
            for column, unit, heading in measured.iter_rows()
            if column in frame.columns
        ),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Region", texts(frame, "region")),
    ]


@columns_of.register
def table(answer: LeagueTable) -> list[Column]:
    """Return the league table."""
    frame = answer.frame
    return [
        Column("Rank", places(frame), numeric=True),
        Column("Likely", _likely_ranks(frame)),
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Score", scores(frame, "average_score"), numeric=True),
        Column("Override", yes_no(frame["override"])),
        Column("In deficit", yes_no(frame["in_deficit"])),
        Column("Region", texts(frame, "region")),
        Column("Subtype", texts(frame, "subtype")),
    ]


def _likely_ranks(frame: pl.DataFrame) -> list[str]:
    """Write likely ranges of ranks: published, or computed on score alone and marked."""
    if "computed_score_rank_low" not in frame.columns or frame["rank_low"].count():
        return [numbers.likely(*ends) for ends in frame.select("rank_low", "rank_high").iter_rows()]
    ends = frame.select("computed_score_rank_low", "computed_score_rank_high").iter_rows()
    return [f"{likely}*" if (likely := numbers.likely(*both)) else "" for both in ends]


@columns_of.register
def grouped_table(answer: GroupedTable) -> list[Column]:
    """Return the league table with, for each trust, those too close to it to call."""
    frame = answer.frame
    return [
        Column("Rank", places(frame), numeric=True),
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("Too close*", texts(frame, "computed_indistinguishable"), numeric=True),
        Column(
            "Their ranks*",
            texts(frame, "computed_indistinguishable_ranks"),
            wraps=True,
            wrap_width=12,
        ),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Score", scores(frame, "average_score"), numeric=True),
    ]


def runs_of(ranked: str | None) -> list[tuple[int, int]]:
    """Read runs of ranks as ``confidence.indistinguishable`` writes them: ``1 to 4, 51 to 56``."""
    ends = [run.split(" to ") for run in (ranked or "").split(", ") if run]
    return [(int(run[0]), int(run[-1])) for run in ends]


@columns_of.register
def distribution(answer: Spread) -> list[Column]:
    """Return a histogram: how many trusts, the median, and the marked trusts by code."""
    frame = answer.frame

    def ends(column: str) -> list[str]:
        edges = frame.select(column, "unit").iter_rows()
        return [numbers.with_unit(numbers.rounded(edge), unit) for edge, unit in edges]

    marked = frame.select("marked", "has_median").iter_rows()
    return [
        Column("From", ends("computed_from"), numeric=True),
        Column("to", ends("computed_to"), numeric=True),
        Column("Trusts", texts(frame, "trusts"), numeric=True),
        Column(
            "Here",
            [
                ", ".join(part for part in (codes, "the median" if is_median else "") if part)
                for codes, is_median in marked
            ],
            wraps=True,
        ),
    ]
