"""The tables of those who look: lists, rankings, distributions, groups, trusts side by side."""

from __future__ import annotations

import polars as pl

from nhs_league.core.answers import (
    AreaRanking,
    Comparison,
    GroupComparison,
    GroupedTable,
    LeagueTable,
    MetricList,
    Ranking,
    Spread,
    TrustList,
)
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.theme import Ink
from nhs_league.render.views.columns import (
    columns_of,
    medians,
    names,
    places,
    published_ranks,
    ranks,
    scores,
    texts,
    values,
    yes_no,
)

_SHORT_TYPES = {"mental-health-community": "mental health"}
BETTER = {True: "higher", False: "lower", None: "unknown"}
"""Which values are better, in a word."""


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


@columns_of.register
def trusts(answer: TrustList) -> list[Column]:
    """Return a list of trusts."""
    frame = answer.frame
    return [
        *_who_and_where(frame),
        Column("Region", texts(frame, "region")),
        Column("Type", texts(frame, "trust_type")),
        Column("Subtype", texts(frame, "subtype")),
    ]


def standings(answer: Comparison) -> list[Column]:
    """Return the columns that say who is compared, and how each stands."""
    frame = answer.standings
    return [*_who_and_where(frame), Column("Score", scores(frame, "average_score"), numeric=True)]


def _who_and_where(frame: pl.DataFrame) -> list[Column]:
    ranges = frame.select("rank_low", "rank_high").iter_rows()
    return [
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", texts(frame, "trust_name"), wraps=True),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Rank", published_ranks(frame), numeric=True),
        Column("Likely", [numbers.likely(low, high) for low, high in ranges]),
    ]


@columns_of.register
def metrics(answer: MetricList) -> list[Column]:
    """Return a list of metrics, with how many trusts of each type have each."""
    frame = by_metric(answer.frame)
    directions = frame.select("higher_is_better", "direction_from").iter_rows()
    standards = frame.select("standard", "unit").iter_rows()
    return [
        Column("Metric", texts(frame, "short_name"), wraps=True),
        Column("ID", texts(frame, "metric_id")),
        Column("Unit", [unit or "score" for unit in frame["unit"]]),
        Column(
            "Better",
            [f"{BETTER[v]}{' (inferred)' if how == 'inferred' else ''}" for v, how in directions],
        ),
        Column(
            "Standard",
            ["" if v is None else numbers.with_unit(v, unit) for v, unit in standards],
            numeric=True,
        ),
        Column("Trusts", texts(frame, "trusts")),
        Column("What it measures", [v or "" for v in frame["plain"]], wraps=True),
        Column("Why it matters", [v or "" for v in frame["why"]], wraps=True),
        Column("Everyday names", [v or "" for v in frame["everyday_names"]], wraps=True),
        Column("Domain", texts(frame, "domain")),
        Column("Sub-domain", texts(frame, "sub_domain")),
    ]


def by_metric(listed: pl.DataFrame) -> pl.DataFrame:
    """Return one row a metric and unit, ``trusts`` in words: how many of each type have it."""
    trust_type = pl.col("trust_type").replace(_SHORT_TYPES)
    return listed.group_by("quarter", "metric_id", "unit", maintain_order=True).agg(
        pl.all().exclude("trusts").first(),
        trusts=pl.format("{} {}", "trusts", trust_type).str.join(", "),
    )


@columns_of.register
def groups(answer: GroupComparison) -> list[Column]:
    """Return groups of trusts."""
    frame = answer.frame

    def shown(column: str) -> list[str]:
        return [
            numbers.with_unit(numbers.rounded(v), unit)
            for v, unit in frame.select(column, "unit").iter_rows()
        ]

    def trust(end: str) -> list[str]:
        in_units = shown(f"{end}_value")
        named = names(frame, f"{end}_trust_name")
        return [
            f"{v} {code} {name}"
            for v, code, name in zip(in_units, frame[f"{end}_trust_code"], named, strict=True)
        ]

    return [
        Column(frame["by"][0].capitalize(), texts(frame, "group"), wraps=True),
        Column("Trusts", texts(frame, "trusts"), numeric=True),
        Column("Median", shown("computed_median"), numeric=True, ink=Ink.STRONG),
        Column("Best", trust("best"), wraps=True),
        Column("Worst", trust("worst"), wraps=True),
        Column("Lower quartile", shown("computed_lower_quartile"), numeric=True),
        Column("Upper quartile", shown("computed_upper_quartile"), numeric=True),
    ]


@columns_of.register
def comparison(answer: Comparison) -> list[Column]:
    """Metrics as rows under their domains, trusts as columns; + marks the best, - the worst."""
    frame = answer.frame
    keys = frame.unique(["metric_id", "unit"], keep="first", maintain_order=True)
    headings = [
        name if not again else None
        for name, again in zip(keys["domain"], _repeats(keys["domain"]), strict=True)
    ]
    labels = [
        f"  {_labelled(name, unit)}" for name, unit in keys.select("short_name", "unit").iter_rows()
    ]
    columns = [Column("Metric", _under(headings, labels, headings), wraps=True)]
    for standing in answer.standings.iter_rows(named=True):
        of_trust = frame.filter(pl.col("trust_code") == standing["trust_code"])
        marked = of_trust.select("value", "score", "mark", "doubt").iter_rows()
        cells = [_marked(*row) for row in marked]
        columns.append(Column(standing["trust_code"], _under(headings, cells), numeric=True))
    if frame["trust_type"].n_unique() == 1:
        typical = medians(
            frame.group_by("metric_id", "unit", maintain_order=True)
            .agg(pl.col("median", "computed_median").drop_nulls().first())
            .with_columns(
                # Units stand in the first column, and a median of scores says nothing here.
                computed_median=pl.when(pl.col("unit").is_not_null()).then("computed_median"),
                unit=None,
            )
        )
        columns.append(Column("Median", _under(headings, typical), numeric=True))
    return columns


def _marked(value: float | None, score: float | None, mark: str | None, doubt: str | None) -> str:
    sign = {"best": " +", "worst": " -", None: "  "}[mark]
    figure = numbers.number(value)
    if value is None and score is not None:
        figure = f"score {numbers.score(score)}"
    return numbers.doubtful(figure, doubt) + sign


def _repeats(names: pl.Series) -> list[bool]:
    return (names == names.shift(1)).fill_null(value=False).to_list()


def _under(
    headings: list[str | None], cells: list[str], shown: list[str | None] | None = None
) -> list[str]:
    """Insert a row before each domain's first, with its name in the first column only."""
    rows: list[str] = []
    for place, cell in enumerate(cells):
        if headings[place] is not None:
            rows.append((shown or [])[place] or "" if shown else "")
        rows.append(cell)
    return rows


def _labelled(metric: str, unit: str | None) -> str:
    return metric if unit is None else f"{metric} ({unit})"
