"""What in a release file cannot be true together: figures that others in the same file gainsay.

A check holds for the forms that are known ("a metric's median is one figure, in each trust's row").
Where a later method may break a rule (ranks that follow values), it counts only in a group that
follows the rule but for a row or two: the row is at fault then, not the rule.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from nhs_league.league.schema.quarters import PATTERN as QUARTER_PATTERN
from nhs_league.releases.parse.checks import (
    ADJUSTED_SEGMENT,
    AVERAGE_SCORE,
    DOMAIN_SCORE_ID,
    SCORE_ID,
    VALUE_ID,
)
from nhs_league.releases.parse.columns import Kind
from nhs_league.releases.parse.rows import Rows

_METRIC = ("quarter", "trust_type", "metric_id", "unit")
_TRUST = ("quarter", "trust_code")
_PEERS = ("median", "lower_quartile", "upper_quartile")
_SUMMARY_ID = "^OF[45]"
_DOMAIN_ID = "^OF4"
_ORDERED_ID = f"{VALUE_ID}|{DOMAIN_SCORE_ID}|^{AVERAGE_SCORE}$"
_ENOUGH = 8
_FOLLOW = 0.9
_NEAR = 2
_FAR = 0.25
_NAMED = 5


def refuse_contradictions(rows: Rows, frame: pl.DataFrame) -> str:
    """Refuse a file that contradicts itself.

    Args:
        rows: the file's rows.
        frame: its typed rows, each with its ``row``; rows that stood twice once.

    Returns:
        The rows whose rank goes a little against their figure, in words: they are kept as
        published. Empty where there are none.

    Raises:
        RefusedError: for the first row that cannot be right, with line, column and value.

    """
    is_metric = rows.header.kind is Kind.METRIC
    placed = _against_order(_by_value(frame) if is_metric else _by_place(frame))
    faults = _of_metric_file(frame, placed) if is_metric else _of_table(frame, placed)
    for column, reason, at_fault in faults:
        if at_fault.height:
            place = at_fault["row"][0]
            field = column if column in rows.header.position else "period"
            shown = rows.frame.filter(pl.col("row") == place)[field][0]
            raise rows.refuse(place, field, shown, reason)
    return _doubtful(placed)


def _doubtful(placed: pl.DataFrame) -> str:
    found = placed.filter(pl.col("off") > 0, pl.col("off") <= _far(), pl.col("follows"))
    named = [" ".join(row) for row in found.select("trust_code", "metric_id").iter_rows()]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more


_Fault = tuple[str, str, pl.DataFrame]


def _of_metric_file(frame: pl.DataFrame, placed: pl.DataFrame) -> Iterator[_Fault]:
    low, middle, high = pl.col("lower_quartile"), pl.col("median"), pl.col("upper_quartile")
    yield (
        "median",
        "the median lies between the lower and the upper quartile",
        frame.filter((low > middle) | (middle > high)),
    )
    for column in _PEERS:
        yield column, "another row of this metric gives another figure", _unlike(frame, column)
    yield ("rank", "the metric's other row gives another rank", _two_ranks(frame))
    is_quarter = pl.col("period").str.contains(QUARTER_PATTERN)
    is_summary = pl.col("metric_id").str.contains(_SUMMARY_ID)
    yield (
        "quarter",
        "this row's reporting date names another quarter",
        frame.filter(is_summary & is_quarter & (pl.col("period") != pl.col("quarter"))),
    )
    yield ("domain", "no metric of the file has this domain", _strange_domains(frame))
    yield (
        "quarter",
        "this trust has hardly any other row in this quarter: the row is misplaced",
        _misplaced(frame),
    )
    yield ("rank", "this rank and this value contradict the other trusts'", _far_off(placed))


def _of_table(frame: pl.DataFrame, placed: pl.DataFrame) -> Iterator[_Fault]:
    yield (
        "quarter",
        "a league table is of one quarter",
        frame.filter(pl.col("quarter") != pl.col("quarter").first()),
    )
    low, high = (
        pl.col("score_range").str.extract(r"^(\S+) to (\S+)$", i).cast(pl.Float64) for i in (1, 2)
    )
    yield (
        "average_score",
        "the average score lies outside its own likely range",
        frame.filter(~pl.col("average_score").is_between(low, high)),
    )
    yield (
        "rank",
        "this rank contradicts the trust's segment and average score",
        _far_off(placed),
    )


def _unlike(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Find rows whose figure of their peers is not that of the metric's first row."""
    told = frame.drop_nulls(column)
    several = told.group_by(_METRIC).agg(pl.col(column).first(), n=pl.col(column).n_unique())
    several = several.filter(pl.col("n") > 1)
    joined = told.join(several, on=_METRIC, suffix="_first", maintain_order="left")
    return joined.filter(pl.col(column) != pl.col(f"{column}_first"))


def _two_ranks(frame: pl.DataFrame) -> pl.DataFrame:
    """Find score rows whose rank is not that of the metric's one value row."""
    ranked = frame.filter(pl.col("rank").is_not_null())
    number = pl.col("metric_id").str.slice(3).alias("number")
    values = (
        ranked.filter(pl.col("metric_id").str.contains(VALUE_ID))
        .group_by(*_TRUST, number)
        .agg(value_rank=pl.col("rank").first(), rows=pl.len())
        .filter(pl.col("rows") == 1)
    )
    scores = ranked.filter(pl.col("metric_id").str.contains(SCORE_ID)).with_columns(number)
    joined = scores.join(values, on=[*_TRUST, "number"], maintain_order="left")
    return joined.filter(pl.col("rank") != pl.col("value_rank"))


def _strange_domains(frame: pl.DataFrame) -> pl.DataFrame:
    """Find scores and segments of a domain that no metric is of."""
    of_metrics = frame.filter(~pl.col("metric_id").str.contains(_SUMMARY_ID))["domain"].unique()
    scores = frame.filter(pl.col("metric_id").str.contains(_DOMAIN_ID))
    if of_metrics.is_empty():
        return scores.clear()
    return scores.filter(~pl.col("domain").is_in(of_metrics.implode()))


def _misplaced(frame: pl.DataFrame) -> pl.DataFrame:
    """Find rows of a trust and quarter that has few of them beside what is usual."""
    groups = frame.group_by(_TRUST, maintain_order=True).agg(pl.col("row").first(), rows=pl.len())
    return groups.filter(pl.col("rows") * 4 < pl.col("rows").median())


def _far_off(placed: pl.DataFrame) -> pl.DataFrame:
    found = placed.filter(pl.col("follows"), pl.col("off") > _far())
    return found.sort("off", descending=True)


def _far() -> pl.Expr:
    return pl.max_horizontal(pl.lit(float(_NEAR)), pl.col("trusts") * _FAR)


def _against_order(ranked: pl.DataFrame) -> pl.DataFrame:
    """Tell how far each rank is from its figure's place among the figures that have a rank.

    Returns:
        The rows of groups that are large enough, with ``trusts`` (how many are in the group),
        ``off`` (places between the rank's and the figure's, ties counting for none) and
        ``follows`` (whether nearly all of the group's ranks follow its figures, in one direction).

    """
    # One number for each group: hashing four texts for each of the windows below takes far longer.
    groups = ranked.group_by(_METRIC).agg(
        members=(pl.col("figure").is_not_null() & pl.col("rank").is_not_null()).sum()
    )
    enough = groups.filter(pl.col("members") >= _ENOUGH).with_row_index("group")
    ranked = ranked.drop_nulls(["figure", "rank"]).join(
        enough, on=_METRIC, nulls_equal=True, maintain_order="left"
    )
    group = "group"
    rank = pl.col("rank")
    place = [rank.rank("min").over(group), rank.rank("max").over(group)]

    def off(*, descending: bool) -> pl.Expr:
        figure = pl.col("figure")
        first = figure.rank("min", descending=descending).over(group).cast(pl.Float64)
        last = figure.rank("max", descending=descending).over(group).cast(pl.Float64)
        return pl.max_horizontal(place[0] - last, first - place[1], pl.lit(0.0))

    return (
        ranked.with_columns(up=off(descending=False), down=off(descending=True))
        .with_columns(
            trusts=pl.len().over(group),
            off=pl.when(pl.col("up").sum().over(group) <= pl.col("down").sum().over(group))
            .then("up")
            .otherwise("down"),
        )
        .with_columns(follows=(pl.col("off") <= _NEAR).mean().over(group) >= _FOLLOW)
    )


def _by_value(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of a metric file that are ranked, with the ``figure`` that ranks them."""
    values = frame.filter(pl.col("metric_id").str.contains(_ORDERED_ID))
    averages = frame.filter(pl.col("metric_id") == AVERAGE_SCORE).select(
        *_TRUST, average_score="value"
    )
    segments = frame.filter(pl.col("metric_id") == ADJUSTED_SEGMENT)
    places = segments.join(averages, on=_TRUST).with_columns(
        figure=_league_order(pl.col("value"), pl.col("average_score"))
    )
    return pl.concat(
        [values.with_columns(figure=pl.col("value")), places.drop("average_score")], how="diagonal"
    )


def _by_place(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of a league table as those of a metric, the place in the league."""
    return frame.with_columns(
        figure=_league_order(pl.col("segment").cast(pl.Float64), pl.col("average_score")),
        metric_id=pl.lit("its place in the league"),
        unit=pl.lit("rank"),
    )


def _league_order(segment: pl.Expr, average_score: pl.Expr) -> pl.Expr:
    """Order by segment, then by average score, which is below 10."""
    return segment * 10 + average_score
