"""The tables of rankings: by a metric, by an area, the league table, a distribution."""

from __future__ import annotations

import polars as pl

from nhs_league.core.answers import AreaRanking, GroupedTable, LeagueTable, Ranking, Spread
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.theme import Ink
from nhs_league.render.views.cells import (
    doubtful,
    medians,
    names,
    ranks,
    scores,
    texts,
    values,
    yes_no,
)
from nhs_league.render.views.columns import columns_of

_SMALL = 17
_HISTOGRAM = 30


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
        Column("o trust, m median", _on_span(frame)),
        Column("Score", scores(frame, "score"), numeric=True),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Period", texts(frame, "period")),
        Column("Region", texts(frame, "region")),
        Column("Subtype", texts(frame, "subtype")),
    ]


def _on_span(frame: pl.DataFrame) -> list[str]:
    """Draw each value and the median on the span of the values of the trust type."""
    median = pl.coalesce("median", "computed_median")
    spans = frame.select("value", median, "computed_lowest", "computed_highest")
    return [numbers.dots(*ends, same=False, width=_SMALL) for ends in spans.iter_rows()]


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
        Column("Rank", _places(frame), numeric=True),
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
    """Write likely ranges of ranks: published, or computed by score alone and marked."""
    if "computed_score_rank_low" not in frame.columns or frame["rank_low"].count():
        return [numbers.likely(*ends) for ends in frame.select("rank_low", "rank_high").iter_rows()]
    ends = frame.select("computed_score_rank_low", "computed_score_rank_high").iter_rows()
    return [f"{likely}*" if (likely := numbers.likely(*both)) else "" for both in ends]


def _places(frame: pl.DataFrame) -> list[str]:
    """Write league ranks alone: published, or computed and marked."""
    ranks = frame.select("rank", "computed_rank").iter_rows()
    return doubtful(frame, [str(r) if r is not None else f"{own}*" for r, own in ranks])


@columns_of.register
def grouped_table(answer: GroupedTable) -> list[Column]:
    """Return the league table with, for each trust, those too close to it to call."""
    frame = answer.frame
    last = (
        frame.select(
            pl.max_horizontal("rank", "computed_indistinguishable_last", "of").max()
        ).item()
        or 1
    )
    ranked = frame.select("computed_indistinguishable_ranks", "rank").rows()
    return [
        Column("Rank", _places(frame), numeric=True),
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("Too close*", texts(frame, "computed_indistinguishable"), numeric=True),
        Column(
            "Their ranks*",
            texts(frame, "computed_indistinguishable_ranks"),
            wraps=True,
            wrap_width=12,
        ),
        Column(
            "o rank, - too close",
            [numbers.spans(_runs(ranks_close), own, of=last) for ranks_close, own in ranked],
        ),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Score", scores(frame, "average_score"), numeric=True),
    ]


def _runs(ranked: str | None) -> list[tuple[int, int]]:
    """Read runs of ranks as ``confidence.indistinguishable`` writes them: ``1 to 4, 51 to 56``."""
    ends = [run.split(" to ") for run in (ranked or "").split(", ") if run]
    return [(int(run[0]), int(run[-1])) for run in ends]


@columns_of.register
def distribution(answer: Spread) -> list[Column]:
    """Return a histogram: # for the trusts, m for the median, and the marked trusts by code."""
    frame = answer.frame
    most = frame.select(pl.col("trusts").max()).item() or 1
    spans = frame.select(
        "computed_from", "computed_to", "unit", "trusts", "marked", "has_median"
    ).rows()
    return [
        Column(
            "From",
            [numbers.with_unit(numbers.rounded(low), unit) for low, _, unit, *_ in spans],
            numeric=True,
        ),
        Column(
            "to",
            [numbers.with_unit(numbers.rounded(high), unit) for _, high, unit, *_ in spans],
            numeric=True,
        ),
        Column("Trusts", [str(count) for *_, count, _, _ in spans], numeric=True),
        Column(
            "",
            [
                "#" * round(count / most * _HISTOGRAM) + (" m" if has_median else "")
                for *_, count, _, has_median in spans
            ],
        ),
        Column("Marked", [marked or "" for *_, marked, _ in spans], wraps=True),
    ]
