"""The tables of trusts and metrics: lists, groups, trusts side by side."""

from __future__ import annotations

import polars as pl

from nhs_league.core.answers import Comparison, GroupComparison, MetricList, TrustList
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.theme import Ink
from nhs_league.render.views.columns import (
    columns_of,
    medians,
    names,
    published_ranks,
    scores,
    texts,
)

_SHORT_TYPES = {"mental-health-community": "mental health"}
BETTER = {True: "higher", False: "lower", None: "unknown"}
"""Which values are better, in a word."""


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
