"""Trusts side by side, and groups of trusts side by side."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from nhs_league.core import confidence, filters as narrowing, trust_types
from nhs_league.core.answers import Comparison, GroupComparison, InWords
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames, has_figure, round_computed
from nhs_league.core.metrics import Area, Metric
from nhs_league.core.quarters import framework_breaks
from nhs_league.core.ranking import by_area, by_metric
from nhs_league.core.sentences import in_hundred, in_series
from nhs_league.core.uncertainty import Keep, afresh
from nhs_league.errors import NoDataError
from nhs_league.usage import GroupBy

SIDE_BY_SIDE = (
    "quarter", "domain", "sub_domain", "metric_id", "metric", "short_name", "unit", "trust_code",
    "trust_name", "trust_type", "value", "mark", "score", "rank", "of", "period", "median",
    "higher_is_better", "computed_rank", "computed_of", "computed_median", "doubt", "release_file",
)  # fmt: skip
"""The columns of a comparison of trusts: one row a metric and trust. ``mark`` is ``best`` for the
best of the trusts compared, where it is no worse than the median of its type, and ``worst`` for the
worst of them, where it is worse than that median; null for all others, for equal values, and where
it is not known which is better. A metric that a trust of the same type lacks has a null value."""

GROUPS = (
    "by", "group", "trusts", "computed_median", "computed_lower_quartile",
    "computed_upper_quartile", "best_trust_code", "best_trust_name", "best_value",
    "worst_trust_code", "worst_trust_name", "worst_value", "measure", "unit", "trust_type",
    "quarter",
)  # fmt: skip
"""The columns of a comparison of groups, best median first. ``measure`` is ``average_score``, a
metric ID or an area; quartiles interpolate between values (R's type 7)."""


_OBSERVED = (
    "value", "score", "rank", "of", "period", "median", "higher_is_better", "computed_rank",
    "computed_of", "computed_median", "doubt", "release_file",
)  # fmt: skip
_EACH_PAIR = 4
"""Up to how many trusts each pair is named in the notes."""


_COLUMN = {
    GroupBy.REGION: "region",
    GroupBy.SUBTYPE: "subtype",
    GroupBy.SEGMENT: "segment",
    GroupBy.TYPE: "trust_type",
}


def side_by_side(
    frames: Frames, trust_codes: Sequence[str], metrics: pl.DataFrame, keep: Keep = afresh
) -> Comparison:
    """Compare trusts metric by metric.

    Args:
        frames: the tidy frames, one quarter for each trust type.
        trust_codes: at least two trusts of the standings, in the order in which to show them.
        metrics: the metrics of all trusts of their types, as ``profile.every_trusts_metrics``
            returns them.
        keep: where scores and likely ranges are kept.

    Returns:
        Columns SIDE_BY_SIDE; trusts of different types are compared only on the metrics that all
        of their types have. ``standings`` has the trusts' standings, with the columns of
        ``confidence.bootstrap_ranges`` where no likely range is published, ``pairs`` which of them
        differ clearly (see ``confidence.distinguishable``).

    """
    standings = frames.standings.filter(pl.col("trust_code").is_in(trust_codes)).collect()
    types = standings["trust_type"].unique()
    breaks = framework_breaks(standings["quarter"])
    named = standings.select("trust_code", "trust_name", "trust_type", "quarter")
    about = pl.col("metric", "domain", "sub_domain", "short_name")
    shared = (
        # Where types have different newest quarters, the newest names the domain.
        metrics.lazy()
        .sort("quarter", "trust_type", descending=[True, False], maintain_order=True)
        .group_by("metric_id", "unit")
        .agg(about.drop_nulls().first(), types=pl.col("trust_type").n_unique())
        .filter(pl.col("types") == len(types))
        .drop("types")
    )
    order = pl.DataFrame({"trust_code": list(trust_codes), "shown": range(len(trust_codes))})
    observed = (
        metrics.lazy()
        .filter(pl.col("trust_code").is_in(trust_codes))
        .select("trust_code", "metric_id", "unit", *_OBSERVED)
    )
    compared = (
        shared.join(order.join(named, on="trust_code").lazy(), how="cross")
        .join(observed, on=["metric_id", "unit", "trust_code"], how="left", nulls_equal=True)
        .filter(has_figure().any().over("metric_id", "unit"))
        .with_columns(mark=_mark(breaks=bool(breaks)))
        .sort("domain", "sub_domain", "metric_id", "unit", "shown", nulls_last=True)
        .select(SIDE_BY_SIDE)
        .collect()
    )
    ordered = (
        standings.lazy().join(order.lazy(), on="trust_code").sort("shown").drop("shown").collect()
    )
    if not ordered["rank_low"].count():
        ordered = _with_ranges(frames.of_types(types), ordered, keep)
    pairs = confidence.distinguishable(frames, ordered, keep)
    if breaks:
        # Average scores of different framework years are made in different ways.
        pairs = pairs.with_columns(pl.lit(None, pl.Boolean).alias("computed_distinguishable"))
    return Comparison(
        title="Side by side",
        frame=compared,
        assumptions=_types_compared(types),
        notes=(
            InWords(
                "+ is the best of the trusts shown, if no worse than the median of its type; - is "
                "the worst of them, if worse than that median. Scores: 1.00 is best, 4.00 is worst."
            ),
            *(breaks or map(InWords, _differences(ordered, pairs))),
        ),
        standings=ordered,
        pairs=pairs,
    )


def _with_ranges(frames: Frames, standings: pl.DataFrame, keep: Keep) -> pl.DataFrame:
    """Add computed likely ranges where none is published."""
    every = frames.standings.collect()
    ranges = confidence.bootstrap_ranges(frames.observations, every, keep)
    return standings.join(ranges, on=["quarter", "trust_code"], how="left", maintain_order="left")


def _differences(standings: pl.DataFrame, pairs: pl.DataFrame) -> list[str]:
    """Describe which average scores differ clearly; of many trusts, from the first one's."""
    why = _why_not_compared(standings)
    if standings.height > _EACH_PAIR:
        return _from_the_first(standings["trust_code"][0], pairs, why)
    lines = []
    for row in pairs.iter_rows(named=True):
        one, other = row["trust_code"], row["other_trust_code"]
        is_clear, share = row["computed_distinguishable"], row["computed_p_ahead"]
        if is_clear is None:
            lines.append(f"{one} and {other} cannot be compared by score: {why}.")
        elif row["computed_rule"] == confidence.PUBLISHED:
            overlap = "do not overlap" if is_clear else "overlap"
            lines.append(
                f"{one} and {other} are {_APART[is_clear]}: their published likely ranges "
                f"{overlap} (a weaker test than redraws)."
            )
        else:
            if share < 1 / 2:
                one, other, share = other, one, 1 - share
            lines.append(
                f"{one} has a better average score than {other} in {in_hundred(share)} redraws of "
                f"the metrics: {_CLEAR[is_clear]} (computed)."
            )
    return lines


_CLEAR = {True: "a clear difference", False: "too close to call"}
_APART = {True: "clearly different", False: "too close to call"}


def _why_not_compared(standings: pl.DataFrame) -> str:
    """Return why trusts' average scores may not be comparable."""
    if standings["trust_type"].n_unique() > 1:
        return "their types are measured differently"
    return "scores are missing"


def _from_the_first(first: str, pairs: pl.DataFrame, why: str) -> list[str]:
    words = {
        True: f"Clearly different from {first} by average score",
        False: f"Too close to {first} to call by average score",
        None: f"Not comparable with {first} by average score, as {why}",
    }
    lines = []
    for is_clear, opening in words.items():
        is_such = pl.col("computed_distinguishable").eq_missing(pl.lit(is_clear, pl.Boolean))
        codes = pairs.filter(is_such, trust_code=first)["other_trust_code"]
        if codes.len():
            lines.append(f"{opening}: {', '.join(codes)}.")
    return lines


def _mark(*, breaks: bool) -> pl.Expr:
    """Mark the best and the worst of the trusts compared, by value or, without values, by score.

    Args:
        breaks: whether the trusts' figures are of different framework years, so that scores are
            not comparable.

    """
    figure = pl.coalesce("value", "score")
    higher = (
        pl.when(pl.col("value").is_null())
        .then(pl.lit(value=False))
        .otherwise(pl.col("higher_is_better").drop_nulls().first().over("metric_id", "unit"))
    )
    largest, smallest = (f.over("metric_id", "unit") for f in (figure.max(), figure.min()))
    best = pl.when(higher).then(largest).otherwise(smallest)
    worst = pl.when(higher).then(smallest).otherwise(largest)
    # A count beside a rate says how large a trust is before it says how good it is.
    beside_rate = (pl.col("unit") == "count") & (pl.col("unit").n_unique().over("metric_id") > 1)
    comparable = (
        higher.is_not_null() & (largest != smallest) & beside_rate.not_().fill_null(value=True)
    )
    if breaks:
        comparable &= pl.col("value").is_not_null()
    # The worst of two very good trusts is not bad.
    median = pl.coalesce("median", "computed_median")
    is_worse = pl.when(higher).then(figure < median).otherwise(figure > median)
    return (
        pl.when(comparable & (figure == best) & ~is_worse)
        .then(pl.lit("best"))
        .when(comparable & (figure == worst) & is_worse)
        .then(pl.lit("worst"))
    )


def _types_compared(types: pl.Series) -> tuple[str, ...]:
    if len(types) < 2:
        return ()
    words = in_series([trust_types.in_words(t) for t in trust_types.in_order(set(types))])
    return (
        f"These are {words}, so only the metrics that they share are compared. Each rank is "
        "within its own trust type.",
    )


def groups(
    frames: Frames, by: GroupBy, measure: Metric | Area | None, trust_type: str, filters: Filters
) -> GroupComparison:
    """Compare groups of trusts by average score, a metric or an area.

    Args:
        frames: the tidy frames, one quarter for each trust type.
        by: what to group by.
        measure: what to compare; None for the average score.
        trust_type: the type whose trusts are compared, or ``all`` (only for the average score).
        filters: which trusts to keep, resolved.

    Returns:
        Columns GROUPS, the group with the best median first.

    Raises:
        NoDataError: no trust has a figure.

    """
    figures, name, unit, higher = _figures(frames, measure, trust_type, filters)
    grouped = _grouped(figures, by, higher=higher)
    if grouped.is_empty():
        raise NoDataError(f"No trust has a figure for {name}.")
    labelled = grouped.with_columns(
        by=pl.lit(str(by)),
        measure=pl.lit(_measure_name(measure)),
        unit=pl.lit(unit),
        trust_type=pl.lit(trust_type),
        quarter=pl.lit(", ".join(figures["quarter"].unique().sort())),
    )
    better = "Higher is better." if higher else "Lower is better."
    return GroupComparison(
        title=f"{name} by {by} ({trust_types.in_words(trust_type)})",
        frame=labelled.select(GROUPS),
        notes=(InWords(f"{better} Best median first. Medians and quartiles are computed."),),
        scope=narrowing.in_scope(trust_type, filters),
    )


def _measure_name(measure: Metric | Area | None) -> str:
    if measure is None:
        return "average_score"
    return measure.metric_id if isinstance(measure, Metric) else measure.name


def _figures(
    frames: Frames, measure: Metric | Area | None, trust_type: str, filters: Filters
) -> tuple[pl.DataFrame, str, str | None, bool]:
    """Return each trust's figure with its name, its unit and whether higher is better."""
    if isinstance(measure, Metric):
        ordered = by_metric(frames, measure, filters, worst_first=False)
        if measure.higher_is_better is None:
            raise NoDataError(
                f'It is not known whether high or low is better for "{measure.metric}".'
            )
        # A metric without a unit is published as a score alone.
        column, unit = ("score", "score") if measure.unit is None else ("value", measure.unit)
        named = ordered.with_columns(figure=column)
        return named, measure.short_name, unit, measure.higher_is_better
    if isinstance(measure, Area):
        ordered = by_area(frames, measure, filters, worst_first=False)
        figure = pl.coalesce("score", "computed_mean_score")
        return ordered.with_columns(figure=figure), f"Score in {measure.name}", "score", False
    wanted = frames.of_type(trust_type)
    standings = wanted.standings.filter(narrowing.keep(filters)).collect()
    return standings.with_columns(figure="average_score"), "Average score", "score", False


def _grouped(figures: pl.DataFrame, by: GroupBy, *, higher: bool) -> pl.DataFrame:
    best = pl.struct("trust_code", "trust_name", "figure").sort_by(
        "figure", "trust_name", descending=[higher, False]
    )
    return (
        figures.filter(pl.col("figure").is_not_null())
        .with_columns(group=pl.col(_COLUMN[by]).cast(pl.String))
        .group_by("group")
        .agg(
            trusts=pl.len(),
            computed_median=round_computed(pl.col("figure").median()),
            computed_lower_quartile=round_computed(pl.col("figure").quantile(0.25, "linear")),
            computed_upper_quartile=round_computed(pl.col("figure").quantile(0.75, "linear")),
            best=best.first(),
            worst=best.last(),
        )
        .with_columns(
            *(
                pl.col(end)
                .struct.field(field)
                .alias(f"{end}_{'value' if field == 'figure' else field}")
                for end in ("best", "worst")
                for field in ("trust_code", "trust_name", "figure")
            )
        )
        .sort("computed_median", "group", descending=[higher, False])
    )
