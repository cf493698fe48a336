"""The tables across quarters: changes, revisions, places, trends."""

from __future__ import annotations

import polars as pl

from nhs_league.core.answers import Changes, EveryMetricTrend, MetricTrend, PlaceTrend, Revisions
from nhs_league.core.quarters import Quarter
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.theme import Ink
from nhs_league.render.views.cells import (
    codes_if_several,
    medians,
    names,
    published_ranks,
    scores,
    short_file,
    texts,
    values,
)
from nhs_league.render.views.columns import columns_of


@columns_of.register
def changes(answer: Changes) -> list[Column]:
    """Return what changed between two quarters."""
    frame = answer.frame
    return [
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("Is it real?", texts(frame, "certainty"), wraps=True, wrap_width=12),
        Column("What changed, and why", texts(frame, "in_words"), wraps=True, wrap_width=36),
        Column("Direction", texts(frame, "direction")),
        Column("Region", texts(frame, "region")),
        Column("Type", texts(frame, "trust_type")),
    ]


@columns_of.register
def revisions(answer: Revisions) -> list[Column]:
    """Return figures that a later file changed."""
    frame = answer.frame
    before = [numbers.number(v) for v in frame["published_before"]]
    return [
        Column("Quarter", texts(frame, "quarter")),
        Column("Code", texts(frame, "trust_code")),
        Column("Figure", texts(frame, "figure")),
        Column("Of", texts(frame.select(pl.coalesce("metric", "name")), "metric"), wraps=True),
        Column("Before", before, numeric=True),
        Column(
            "Now", [numbers.number(v) for v in frame["published"]], numeric=True, ink=Ink.STRONG
        ),
        Column("File before", [short_file(name) for name in frame["file_before"]]),
        Column("File now", [short_file(name) for name in frame["release_file"]]),
    ]


@columns_of.register
def places(answer: PlaceTrend) -> list[Column]:
    """Return trusts' places, quarter by quarter."""
    frame = answer.frame
    last = frame.select(pl.max_horizontal("of", "rank", "rank_high").max()).item() or 1
    ranges = frame.select(
        pl.coalesce("rank_low", "rank"), pl.coalesce("rank_high", "rank"), own="rank"
    ).iter_rows()
    likely = frame.select("rank_low", "rank_high").iter_rows()
    return [
        *codes_if_several(frame),
        Column("Quarter", texts(frame, "quarter")),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Rank", published_ranks(frame), numeric=True, ink=Ink.STRONG),
        Column("Likely", [numbers.likely(*ends) for ends in likely]),
        Column("o rank, - likely", [numbers.span(*ends, of=last) for ends in ranges]),
        Column("Score", scores(frame, "average_score"), numeric=True),
    ]


@columns_of.register
def trend(answer: MetricTrend) -> list[Column]:
    """Return a metric's figures with a chart: o is the trust, m the median of its type."""
    frame = answer.frame
    several = frame["metric_id"].n_unique() > 1
    return [
        *codes_if_several(frame),
        *([Column("Metric", texts(frame, "short_name"), wraps=True)] if several else []),
        Column("Quarter", texts(frame, "quarter")),
        Column("Value", values(frame), numeric=True, ink=Ink.STRONG),
        Column("o trust, m median", _dots(frame)),
        Column("Median", medians(frame), numeric=True),
        Column("Rank", published_ranks(frame), numeric=True),
        Column("Score", scores(frame, "score"), numeric=True),
        Column("Period", texts(frame, "period")),
        Column("News", texts(frame, "news")),
    ]


def _dots(frame: pl.DataFrame) -> list[str]:
    """Draw each value and its peers' median on the span of the metric's figures."""
    series = ["metric_id", "unit"]
    median = pl.coalesce("median", "computed_median")
    # A doubtful value would squeeze all others to one end.
    sound = frame.with_columns(value=pl.when(pl.col("doubt").is_null()).then("value"))
    spans = sound.with_columns(
        median=median,
        low=pl.min_horizontal(pl.col("value"), median).min().over(series),
        high=pl.max_horizontal(pl.col("value"), median).max().over(series),
    ).select("value", "median", "low", "high", pl.col("news") == "same figure")
    return [
        numbers.dots(value, median, low, high, same=same)
        for value, median, low, high, same in spans.iter_rows()
    ]


@columns_of.register
def every_metric(answer: EveryMetricTrend) -> list[Column]:
    """Return a line a metric, with its figures as a row of blocks, one place a quarter.

    = is the same figure again, and · a quarter without one.
    """
    frame = answer.frame.filter(pl.col("value").is_not_null(), pl.col("doubt").is_null())
    lines = frame.group_by("trust_code", "metric_id", "unit", maintain_order=True).agg(
        pl.col("short_name").last(),
        pl.col("quarter", "value"),
        same=pl.col("news") == "same figure",
        first=pl.col("value").first(),
        last=pl.col("value").last(),
        rank=pl.col("rank").last(),
        of=pl.col("of").last(),
        score=pl.col("score").last(),
    )
    quarters = _every_quarter(answer.frame["quarter"])
    sparks = [
        _spark(quarters, dict(zip(of_metric, zip(values, same, strict=True), strict=True)))
        for of_metric, values, same in lines.select("quarter", "value", "same").iter_rows()
    ]
    ends = {
        end: [numbers.with_unit(v, unit) for v, unit in lines.select(end, "unit").iter_rows()]
        for end in ("first", "last")
    }
    ranks = lines.select("rank", "of").iter_rows()
    return [
        *codes_if_several(lines),
        Column("Metric", texts(lines, "short_name"), wraps=True),
        Column("Quarters", sparks),
        Column("First", ends["first"], numeric=True),
        Column("Last", ends["last"], numeric=True, ink=Ink.STRONG),
        Column("Rank", [numbers.rank_of(*rank) for rank in ranks], numeric=True),
        Column("Score", scores(lines, "score"), numeric=True),
    ]


def _every_quarter(shown: pl.Series) -> list[str]:
    """List all quarters from the first to the last of some, those between them that lack too."""
    parsed = sorted({Quarter.parse(quarter) for quarter in shown.unique()})
    if not parsed:
        return []
    quarters = [parsed[0]]
    while quarters[-1] < parsed[-1]:
        year, number = quarters[-1].year, quarters[-1].number
        quarters.append(Quarter(year + number // 4, number % 4 + 1))
    return [quarter.label for quarter in quarters]


def _spark(quarters: list[str], figures_of: dict[str, tuple[float, bool]]) -> str:
    drawn = [figures_of.get(quarter, (None, False)) for quarter in quarters]
    return numbers.sparkline([value for value, _ in drawn], [same for _, same in drawn])
