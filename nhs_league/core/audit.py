"""The release recomputed: what of it follows from its other figures by the official method."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import Audit
from nhs_league.core.frames import QUARTER, Frames, cast_to, round_computed
from nhs_league.core.method.rules import NO_RULE, recompute
from nhs_league.core.method.standings import (
    BY_PEOPLE,
    HALF_PLACE,
    ROUNDING,
    OverrideReason,
    apply_override,
    average_scores,
    cut_period,
    domain_scores,
    has_override,
    league_rank,
    league_segment,
    overrides,
    segment_boundaries,
    segment_from_score,
)


class Outcome(StrEnum):
    """What became of a published figure when it was recomputed."""

    EQUAL = "equal"
    ROUNDING = "within rounding"
    TIES = "within printed ties"
    EXCEPTED = "excepted"
    NOT_RECOMPUTED = "not recomputed"
    UNEXPLAINED = "unexplained"


AUDIT = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "what": pl.String,
        "name": pl.String,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "published": pl.Float64,
        "computed": pl.Float64,
        "computed_difference": pl.Float64,
        "note": pl.String,
    }
)
"""One row a published figure that does not follow from the others; one a metric whose scores no
known rule gives. ``what`` is ``metric score``, ``domain score``, ``average score``, ``unadjusted
segment``, ``override`` (0 or 1), ``segment``, ``rank`` or ``rank of the average score``."""

COUNTS = {outcome: f"computed_{outcome.name.lower()}" for outcome in Outcome}
"""The columns of SUMMARY that count outcomes."""

SUMMARY = pl.Schema(
    [
        ("what", pl.String()),
        ("published", pl.Int64()),
        *((column, pl.Int64()) for column in COUNTS.values()),
    ]
)
"""One row a kind of figure: how many are published, and what became of them."""

REASONS = pl.Schema({"what": pl.String, "reason": pl.String, "computed_figures": pl.Int64})
"""Why figures were not recomputed, or are excepted from a rule: how many for each reason."""

OUTCOMES = pl.Schema([*AUDIT.items(), ("outcome", pl.String())])
"""One row a published figure, with its Outcome."""

_KINDS = (
    "metric score", "domain score", "average score", "unadjusted segment", "override", "segment",
    "rank", "rank of the average score",
)  # fmt: skip
_TRUST = ("quarter", "trust_code")
_TOGETHER = "the plan or the year to date is below 0, but the two together are not"


def audit(frames: Frames) -> Audit:
    """Recompute every published figure of one or more quarters and compare.

    Args:
        frames: the tidy frames of the quarters, all trust types that are stored.

    Returns:
        Schema AUDIT in ``frame``; ``checked`` (schema SUMMARY), ``reasons`` (schema
        REASONS) and ``rules`` (schema ``rules.RULES``).

    """
    recomputed = recompute(frames.observations, frames.standings)
    every = _all_outcomes(frames, recomputed.scores)
    reasons = _reasons(every)
    unexplained = every.filter(pl.col("outcome") == Outcome.UNEXPLAINED.value)
    listed = pl.concat(
        [unexplained.filter(pl.col("note").ne_missing(NO_RULE)), _by_metric(unexplained)]
    )
    order = pl.col("what").replace_strict(
        {kind: place for place, kind in enumerate(_KINDS)}, return_dtype=pl.Int8
    )
    return Audit(
        title="Published figures that do not follow the official method",
        frame=listed.sort("quarter", order, "trust_type", "name", "trust_code").select(
            cast_to(AUDIT)
        ),
        notes=tuple(_notes(reasons)),
        checked=_summary(every),
        reasons=reasons,
        rules=recomputed.rules,
    )


def outcomes(frames: Frames) -> pl.DataFrame:
    """Recompute every published figure of one or more quarters; schema OUTCOMES."""
    return _all_outcomes(frames, recompute(frames.observations, frames.standings).scores)


def _all_outcomes(frames: Frames, scores: pl.DataFrame) -> pl.DataFrame:
    standings = frames.standings.collect()
    set_aside = frames.set_aside.select(_TRUST).unique().collect()
    compared = [
        _metric_scores(scores),
        _domains(frames, set_aside),
        _averages(frames, set_aside),
        *_segments(standings, frames.observations),
        *_ranks(standings),
    ]
    names = standings.select(*_TRUST, "trust_name")
    return pl.concat([_shaped(frame.join(names, on=_TRUST, how="left")) for frame in compared])


def _metric_scores(scores: pl.DataFrame) -> pl.DataFrame:
    off = (pl.col("score") - pl.col("computed_score")).abs()
    allowed = pl.col("score").is_between(
        pl.col("computed_low") - HALF_PLACE, pl.col("computed_high") + HALF_PLACE
    )
    outcome = (
        pl.when(pl.col("not_computed") == NO_RULE)
        .then(pl.lit(Outcome.UNEXPLAINED.value))
        .when(pl.col("not_computed").is_not_null())
        .then(pl.lit(Outcome.NOT_RECOMPUTED.value))
        .when(off <= HALF_PLACE)
        .then(pl.lit(Outcome.EQUAL.value))
        .when(allowed)
        .then(pl.lit(Outcome.TIES.value))
        .otherwise(pl.lit(Outcome.UNEXPLAINED.value))
    )
    return scores.with_columns(
        what=pl.lit("metric score"),
        name=pl.format("{} ({})", "metric", "metric_id"),
        published="score",
        computed="computed_score",
        outcome=outcome,
        note=pl.coalesce("not_computed", pl.format("scored by {}", "rule")),
    )


def _domains(frames: Frames, set_aside: pl.DataFrame) -> pl.DataFrame:
    both = frames.domains.filter(pl.col("score").is_not_null()).join(
        domain_scores(frames.observations), on=[*_TRUST, "domain"], how="left"
    )
    rows = both.with_columns(published="score", computed="computed_score", name="domain")
    return _means(rows.collect(), "domain score", set_aside)


def _averages(frames: Frames, set_aside: pl.DataFrame) -> pl.DataFrame:
    both = frames.standings.filter(pl.col("average_score").is_not_null()).join(
        average_scores(frames.observations), on=_TRUST, how="left"
    )
    rows = both.with_columns(
        published="average_score",
        computed="computed_average_score",
        name=pl.lit("average score"),
    )
    return _means(rows.collect(), "average score", set_aside)


def _means(rows: pl.DataFrame, what: str, set_aside: pl.DataFrame) -> pl.DataFrame:
    """Compare averages; where most of a type's differ, its metrics are not all there."""
    off = (pl.col("computed") - pl.col("published")).abs()
    most_fit = ((off <= ROUNDING).mean() >= 0.5).over("quarter", "trust_type")
    incomplete = set_aside.with_columns(is_incomplete=pl.lit(value=True))
    note = (
        pl.when(pl.col("computed").is_null())
        .then(pl.lit("no metric scores are stored"))
        .when(off <= ROUNDING)
        .then(pl.lit(None, pl.String))
        .when(~most_fit)
        .then(
            pl.lit("the stored scores do not give the published averages, so some may be missing")
        )
        .when(pl.col("is_incomplete"))
        .then(pl.lit("one of the trust's figures could not be read"))
    )
    return (
        rows.join(incomplete, on=_TRUST, how="left")
        .with_columns(what=pl.lit(what), note=note)
        .with_columns(
            outcome=pl.when(pl.col("note").is_not_null())
            .then(pl.lit(Outcome.NOT_RECOMPUTED.value))
            .when(off <= HALF_PLACE)
            .then(pl.lit(Outcome.EQUAL.value))
            .when(off <= ROUNDING)
            .then(pl.lit(Outcome.ROUNDING.value))
            .otherwise(pl.lit(Outcome.UNEXPLAINED.value))
        )
    )


def _segments(standings: pl.DataFrame, observations: pl.LazyFrame) -> list[pl.DataFrame]:
    """Compare unadjusted segments, overrides and segments."""
    periods = standings.with_columns(period=cut_period()).partition_by("period")
    by_cuts = pl.concat([_by_cuts(period) for period in periods]) if periods else standings
    if not periods:
        return []
    rows = by_cuts.join(overrides(observations).collect(), on=_TRUST, how="left").with_columns(
        league_segment=league_segment()
    )
    overridden = has_override()
    unadjusted = pl.coalesce("unadjusted_segment", "by_cuts")
    near = pl.col("off_edge") <= HALF_PLACE
    return [
        _exact(
            rows.with_columns(published="unadjusted_segment", computed="by_cuts"),
            "unadjusted segment",
            pl.when(pl.col("by_cuts").is_null()).then(
                pl.lit("a threshold between segments is not known")
            ),
            excused=near & ((pl.col("published") - pl.col("computed")).abs() == 1),
        ),
        _override(rows),
        _exact(
            rows.with_columns(
                published="league_segment", computed=apply_override(unadjusted, overridden)
            ),
            "segment",
            pl.when(pl.col("published") == BY_PEOPLE)
            .then(pl.lit("NHS England assigns segment 5"))
            .when(overridden.is_null())
            .then(pl.lit("the files do not say whether the trust has the override"))
            .when(pl.col("computed").is_null())
            .then(pl.lit("a threshold between segments is not known")),
        ),
    ]


def _by_cuts(period: pl.DataFrame) -> pl.DataFrame:
    """Add the segment by the cuts of the period, and how far the score is from the nearest cut."""
    boundaries = segment_boundaries(period)
    score = pl.col("average_score")
    edges = [
        abs(score - edge)
        for boundary in boundaries
        for edge in (boundary.highest_better, boundary.lowest_worse)
        if edge is not None
    ]
    return period.drop("period").with_columns(
        by_cuts=segment_from_score(score, boundaries),
        off_edge=pl.min_horizontal(edges) if edges else pl.lit(None, pl.Float64),
    )


def _override(rows: pl.DataFrame) -> pl.DataFrame:
    """Compare overrides with the year's rule, and name what it leaves to people."""
    published = pl.col("override")
    computed = pl.col("computed_override")
    note = (
        pl.when(computed.is_null())
        .then(pl.lit("the planned or the year-to-date result is not stored"))
        .when(published == computed)
        .then("reason")
        .when(published)
        .then(pl.lit(OverrideReason.SUPPORT.value))
        .when(pl.col("together") >= 0)
        .then(pl.lit(_TOGETHER))
        .otherwise(pl.format("{}, but there is no override", "reason"))
    )
    outcome = (
        pl.when(computed.is_null())
        .then(pl.lit(Outcome.NOT_RECOMPUTED.value))
        .when(published == computed)
        .then(pl.lit(Outcome.EQUAL.value))
        .when(published | (pl.col("together") >= 0))
        .then(pl.lit(Outcome.EXCEPTED.value))
        .otherwise(pl.lit(Outcome.UNEXPLAINED.value))
    )
    return rows.filter(published.is_not_null()).with_columns(
        what=pl.lit("override"),
        name=pl.lit("financial override"),
        published=published.cast(pl.Float64),
        computed=computed.cast(pl.Float64),
        note=note,
        outcome=outcome,
    )


def _ranks(standings: pl.DataFrame) -> list[pl.DataFrame]:
    """Compare ranks with the league's order, where all trusts of a type are stored."""
    partial = pl.format(
        "only some {} are stored",
        pl.col("trust_type").map_elements(trust_types.in_words, pl.String),
    )
    why = (
        pl.when(pl.col("of").is_null())
        .then(partial)
        .when(pl.col("computed").is_null())
        .then(pl.lit("the segment or the average score is not stored"))
    )
    ordered = standings.with_columns(league_segment=league_segment())
    by_average = pl.col("average_score").rank("min").over("quarter", "trust_type")
    return [
        _exact(
            ordered.with_columns(published="rank", computed=league_rank("league_segment")),
            "rank",
            why,
        ),
        _exact(
            ordered.with_columns(published="score_rank", computed=by_average),
            "rank of the average score",
            why,
        ),
    ]


def _exact(
    rows: pl.DataFrame, what: str, why: pl.Expr, excused: pl.Expr | None = None
) -> pl.DataFrame:
    """Compare figures that have to be equal.

    Args:
        rows: ``published`` and ``computed``.
        what: the kind of figure.
        why: why a row is not recomputed; null where it is.
        excused: whether a row that differs is within rounding.

    """
    return (
        rows.filter(pl.col("published").is_not_null())
        .with_columns(what=pl.lit(what), name=pl.lit(what), note=why.cast(pl.String))
        .with_columns(
            outcome=pl.when(pl.col("note").is_not_null())
            .then(pl.lit(Outcome.NOT_RECOMPUTED.value))
            .when(pl.col("published") == pl.col("computed"))
            .then(pl.lit(Outcome.EQUAL.value))
            .when(pl.lit(value=False) if excused is None else excused)
            .then(pl.lit(Outcome.ROUNDING.value))
            .otherwise(pl.lit(Outcome.UNEXPLAINED.value))
        )
    )


def _by_metric(unexplained: pl.DataFrame) -> pl.DataFrame:
    """Collect the scores of a metric that no known rule gives in one row."""
    rows = (
        unexplained.filter(pl.col("note") == NO_RULE)
        .group_by("quarter", "what", "name")
        .agg(trusts=pl.len())
        .with_columns(note=pl.format("no known rule fits its scores (trusts: {})", "trusts"))
    )
    return _shaped(rows.with_columns(outcome=pl.lit(Outcome.UNEXPLAINED.value)))


def _summary(every: pl.DataFrame) -> pl.DataFrame:
    counts = [
        (pl.col("outcome") == outcome.value).sum().alias(column)
        for outcome, column in COUNTS.items()
    ]
    order = pl.DataFrame({"what": _KINDS})
    return (
        order.join(every.group_by("what").agg(pl.len().alias("published"), *counts), on="what")
        .select(cast_to(SUMMARY))
    )  # fmt: skip


def _reasons(every: pl.DataFrame) -> pl.DataFrame:
    named = [Outcome.NOT_RECOMPUTED.value, Outcome.EXCEPTED.value]
    return (
        every.filter(pl.col("outcome").is_in(named))
        .group_by("what", reason="note")
        .agg(computed_figures=pl.len())
        .select(cast_to(REASONS))
        .sort("what", "computed_figures", "reason", descending=[False, True, False])
    )


def _notes(reasons: pl.DataFrame) -> list[str]:
    """Explain why figures were not recomputed, or are excepted."""
    return [
        f"{what.capitalize()} ({count:,} {'figure' if count == 1 else 'figures'}): {reason}."
        for what, reason, count in reasons.iter_rows()
    ]


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    difference = round_computed(pl.col("computed") - pl.col("published"))
    absent = [pl.lit(None, kind).alias(c) for c, kind in OUTCOMES.items() if c not in frame.columns]
    return (
        frame.with_columns(absent)
        .with_columns(computed_difference=difference.cast(pl.Float64))
        .with_columns(pl.col("computed").cast(pl.Float64).round(6))
        .select(cast_to(OUTCOMES))
    )
