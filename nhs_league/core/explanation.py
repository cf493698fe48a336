"""Why a trust is ranked where it is: from values to scores, domains, average, segment and rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from nhs_league.core.answers import Explanation
from nhs_league.core.frames import QUARTER, Frames, cast_to, round_computed, shaped
from nhs_league.core.frameworks import framework, method_of, nearest_framework
from nhs_league.core.method.rules import Recomputed, recompute
from nhs_league.core.method.scoring import how_scored, metric_note, not_recomputed, weights
from nhs_league.core.method.standings import (
    BY_PEOPLE,
    OVERRIDE_TO,
    OverrideReason,
    SegmentBoundary,
    average_scores,
    domain_scores,
    has_fixed_cuts,
    has_override,
    is_capped,
    league_rank,
    league_segment,
    overrides,
    scored_for_average,
    weight,
    with_unadjusted_segment,
)
from nhs_league.core.metrics import catalogue
from nhs_league.frozen import frozen

EXPLAINED = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "level": pl.String,
        "domain": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "value": pl.Float64,
        "unit": pl.String,
        "rank": pl.Int32,
        "of": pl.Int32,
        "score": pl.Float64,
        "counts": pl.Boolean,
        "weight": pl.Float64,
        "rule": pl.String,
        "ranked_over": pl.String,
        "ranked_of": pl.Int32,
        "computed_score": pl.Float64,
        "note": pl.String,
    }
)
"""The steps from figures to place, in order. ``level`` is ``metric``, ``domain``, ``average
score``, ``segment`` or ``league rank``; ``score`` is published; ``counts`` says whether a metric
counts in the averages and ``weight`` how much; ``rule`` is how it is scored, ``ranked_over`` (type
or all) and ``ranked_of`` among which and how many trusts; ``computed_score`` is recomputed from the
values, or for averages from the scores."""

CUTS = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "segment": pl.Int8,
        "computed_last": pl.Float64,
        "computed_next": pl.Float64,
        "computed_distance": pl.Float64,
        "computed_points": pl.Float64,
    }
)
"""The cuts between segments. ``computed_last`` is the highest average score seen in ``segment``,
``computed_next`` the lowest seen in the one after it; ``computed_distance`` is how much better the
trust's average has to be to be in ``segment`` (above 0), or how much worse it may become before it
leaves it (below 0); ``computed_points`` is the same in points of metric scores."""

Row = dict[str, Any]


@frozen
class Distance:
    """How far a trust is from the next segment.

    Attributes:
        segment: that segment.
        score: the average score at which it begins, as far as trusts on both sides show it.
        by: how far the trust's average score is from it, always positive.
        points: the same as points of metric scores in all.

    """

    segment: int
    score: float
    by: float
    points: float


def explain(
    national: Frames,
    trust_code: str,
    boundaries: Sequence[SegmentBoundary],
    recomputed: Recomputed | None = None,
) -> Explanation:
    """Explain one trust's place.

    Args:
        national: the tidy frames of one quarter, all trust types that are stored, as a score may
            rest on the trusts of all of them.
        trust_code: a trust that is in the standings.
        boundaries: the cuts between segments in that quarter.
        recomputed: the quarter's scores recomputed, where they are at hand already.

    Returns:
        Schema EXPLAINED in ``frame``; the trust's ``standing`` with
        ``computed_unadjusted_segment``, ``computed_rank_without`` (its league rank without the
        override), ``is_capped`` and ``override_reason``, and ``cuts`` (schema CUTS); what it
        means in ``notes``.

    """
    is_trust = pl.col("trust_code") == trust_code
    standings = with_unadjusted_segment(national.standings, tuple(boundaries)).collect()
    standing = _standing(standings, national.observations, trust_code)
    row = standing.row(0, named=True)
    frames = national.of_type(row["trust_type"])
    every = recomputed or recompute(national.observations, national.standings)
    metrics = _metrics(frames, trust_code, every, row["trust_type"])
    domains = frames.domains.filter(is_trust).join(
        domain_scores(frames.observations.filter(is_trust)),
        on=["quarter", "trust_code", "domain"],
        how="full",
        coalesce=True,
    )
    average = average_scores(frames.observations.filter(is_trust)).collect()
    total = average["weight"][0] if average.height else 0.0
    steps = pl.concat(
        [
            shaped(_interleave_domains(metrics, domains.collect()), EXPLAINED),
            _average(row, average),
            _places(row),
        ]
    )
    frame = steps.with_columns(
        quarter=pl.lit(row["quarter"]),
        trust_code=pl.lit(trust_code),
        trust_name=pl.lit(row["trust_name"]),
    ).select(cast_to(EXPLAINED))
    return Explanation(
        title=_title(row),
        frame=frame,
        notes=tuple(_notes(row, boundaries, total, metrics)),
        standing=standing,
        cuts=_cuts(row, boundaries, total),
        rules=tuple(how_scored(metrics)),
    )


def ordinal(place: int) -> str:
    """Write a place as people say it.

    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 21, 85, 103, 112)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '21st', '85th', '103rd', '112th']
    """
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{'th' if place % 100 in (11, 12, 13) else suffix}"


def distances(
    score: float | None, segment: int | None, boundaries: Sequence[SegmentBoundary], total: float
) -> tuple[Distance | None, Distance | None]:
    """Return how far the next better and the next worse segment are, on score alone.

    Args:
        score: the trust's average score.
        segment: its segment by score.
        boundaries: the cuts.
        total: what the weights of its metrics add up to.

    """

    def to(other: int, edge: float | None) -> Distance | None:
        if edge is None or score is None:
            return None
        by = round(abs(score - edge), 4)
        return Distance(other, edge, by, round(by * total, 2))

    if segment is None or not 1 <= segment < BY_PEOPLE:
        return None, None
    edges = {boundary.better: boundary for boundary in boundaries}
    better, worse = edges.get(segment - 1), edges.get(segment)
    return (
        to(segment - 1, better.highest_better) if better else None,
        to(segment + 1, worse.lowest_worse) if worse else None,
    )


def _title(row: Row) -> str:
    name = f"{row['trust_name']} ({row['trust_code']})"
    if row["rank"] is None:
        return f"Why {name} is in segment {row['segment']}, {row['quarter']}"
    return f"Why {name} is ranked {ordinal(row['rank'])}, {row['quarter']}"


def _metrics(
    frames: Frames, trust_code: str, recomputed: Recomputed, trust_type: str
) -> pl.DataFrame:
    """Return the trust's scored metrics: what they count, and by which rule they are scored."""
    is_trust = pl.col("trust_code") == trust_code
    of_trust = frames.observations.filter(is_trust)
    key = ["metric_id", "unit"]
    counting = scored_for_average(of_trust).select(*key, counts=pl.lit(value=True))
    names = catalogue(frames.observations).select(*key, "short_name").unique(key)
    scored = (
        of_trust.filter(pl.col("score").is_not_null())
        .with_columns(weight=weight(), level=pl.lit("metric"))
        .join(counting, on=key, how="left", nulls_equal=True)
        .join(names.lazy(), on=key, how="left", nulls_equal=True)
        .with_columns(
            pl.col("counts").fill_null(value=False),
            short_name=pl.coalesce("short_name", "metric"),
        )
        .sort("domain", "score", "metric_id", descending=[False, True, False])
        .collect()
    )
    rules = recomputed.rules.select(
        "metric_id", "standard", "standard_missed", "standard_reached", "floor", "floor_missed",
        "floor_reached", "basis",
    )  # fmt: skip
    scores = recomputed.scores.filter(is_trust).select(
        *key, "rule", "computed_score", "not_computed", "placed", ranked_over="over", ranked_of="of"
    )
    joined = scored.join(scores, on=key, how="left", nulls_equal=True).join(
        rules, on="metric_id", how="left"
    )
    instead = _stood_in(joined)
    notes = [metric_note(row, trust_type, instead) for row in joined.iter_rows(named=True)]
    return joined.with_columns(
        note=pl.Series(notes, dtype=pl.String),
        computed_score=round_computed(pl.col("computed_score")),
    )


def _stood_in(metrics: pl.DataFrame) -> dict[str, str]:
    """Return the ID of each metric that does not count -> the name of the score that does."""
    if metrics.is_empty():
        return {}
    method = method_of(str(metrics["quarter"][0]))
    names = {i[-3:]: name for i, name in metrics.select("metric_id", "short_name").iter_rows()}
    return {
        metric_id: names[stand_in.score]
        for stand_in in method.stand_ins
        if stand_in.score in names
        for metric_id in metrics.filter(~pl.col("counts"))["metric_id"]
        if metric_id[-3:] in stand_in.instead_of
    }


def _interleave_domains(metrics: pl.DataFrame, domains: pl.DataFrame) -> pl.DataFrame:
    """List each domain after the metrics that make it."""
    averages = domains.with_columns(
        level=pl.lit("domain"), computed_score=round_computed(pl.col("computed_score"))
    ).drop("weight")
    every = pl.concat([shaped(metrics, EXPLAINED), shaped(averages, EXPLAINED)])
    return every.sort("domain", pl.col("level") == "domain", maintain_order=True)


def _average(row: Row, average: pl.DataFrame) -> pl.DataFrame:
    metrics, mean = (
        average.select("metrics", "computed_average_score").row(0)
        if average.height
        else (None, None)
    )
    return _step(
        level="average score",
        score=row["average_score"],
        rank=row["score_rank"],
        of=row["of"],
        computed_score=None if mean is None else round(mean, 6),
        note=None if metrics is None else f"the average of {metrics} metric scores",
    )


def _places(row: Row) -> pl.DataFrame:
    held = "by the financial override" if row["is_capped"] else None
    segment = _step(level="segment", value=row["segment"], unit="segment", note=held)
    league = "by segment, then by average score"
    return pl.concat(
        [segment, _step(level="league rank", rank=row["rank"], of=row["of"], note=league)]
    )


def _step(**values: object) -> pl.DataFrame:
    return shaped(
        pl.DataFrame([values], schema={name: EXPLAINED[name] for name in values}), EXPLAINED
    )


def _standing(standings: pl.DataFrame, observations: pl.LazyFrame, trust_code: str) -> pl.DataFrame:
    """Return the trust's standing with its rank without the override, and why it has it."""
    is_trust = pl.col("trust_code") == trust_code
    league = league_segment()
    free = pl.when(is_trust).then("computed_unadjusted_segment").otherwise(league)
    without = standings.with_columns(segment=free).with_columns(without=league_rank())
    reasons = overrides(observations.filter(is_trust)).collect()
    by_rule = reasons["reason"][0] if reasons.height else None
    is_overridden = has_override().fill_null(value=False)
    support = OverrideReason.SUPPORT.value if reasons.height else None
    return standings.filter(is_trust).with_columns(
        computed_rank_without=pl.Series(without.filter(is_trust)["without"], dtype=pl.Int32),
        is_capped=is_capped(),
        override_reason=pl.when(is_overridden).then(pl.lit(by_rule or support, pl.String)),
    )


def _cuts(row: Row, boundaries: Sequence[SegmentBoundary], total: float) -> pl.DataFrame:
    score = row["average_score"]

    def distance(boundary: SegmentBoundary) -> float | None:
        segment = row["computed_unadjusted_segment"]
        is_better = segment is not None and segment <= boundary.better
        edge = boundary.lowest_worse if is_better else boundary.highest_better
        return None if edge is None or score is None else round(score - edge, 4)

    rows = [
        {
            "quarter": row["quarter"], "trust_code": row["trust_code"], "segment": boundary.better,
            "computed_last": boundary.highest_better, "computed_next": boundary.lowest_worse,
            "computed_distance": distance(boundary),
            "computed_points": None if (by := distance(boundary)) is None else round(by * total, 2),
        }
        for boundary in boundaries
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=CUTS)


def _notes(
    row: Row, boundaries: Sequence[SegmentBoundary], total: float, metrics: pl.DataFrame
) -> Iterator[str]:
    yield from weights(metrics)
    yield from not_recomputed(metrics)
    yield from _distance_notes(row, boundaries, total, metrics)
    yield from _override_notes(row)
    year = str(row["quarter"])[3:]
    if framework(year) is None:
        yield (
            f"The framework of {year} is new to this version: its scoring rules are worked out "
            f"from the figures, its averages as in {nearest_framework(year).year}."
        )


def _distance_notes(
    row: Row, boundaries: Sequence[SegmentBoundary], total: float, metrics: pl.DataFrame
) -> Iterator[str]:
    segment = row["computed_unadjusted_segment"]
    better, worse = distances(row["average_score"], segment, boundaries, total)
    count = metrics.filter("counts").height
    if better:
        points = (
            f" That is the same as improving metric scores by {better.points:.2f} points in total, "
            f"across any of its {count} metrics."
        )
        yield (
            f"To reach segment {better.segment}{_by_score(row)} it needs an average score of "
            f"{better.score:.2f} or lower, {better.by:.2f} better than now."
            f"{points if count else ''}"
        )
    if worse:
        yield (
            f"At {worse.score:.2f} or higher, {worse.by:.2f} worse than now, it would be in "
            f"segment {worse.segment}{_by_score(row)}."
        )
    if not better and not worse and segment is not None:
        yield "The thresholds between segments are not known: fetch the full release."
    else:
        fixed = has_fixed_cuts(str(row["quarter"]))
        kind = "are the same all year and" if fixed else "change each quarter, but are the same"
        yield (
            f"Thresholds {kind} for all trust types. They are worked out from the published "
            "segments; NHS England sets the real ones."
        )


def _by_score(row: Row) -> str:
    return " by its score" if row["is_capped"] else ""


def _override_notes(row: Row) -> Iterator[str]:
    segment, reason = row["computed_unadjusted_segment"], row["override_reason"]
    why = {
        OverrideReason.PLAN.value: "It plans a deficit",
        OverrideReason.YEAR_TO_DATE.value: "It is behind its financial plan",
        OverrideReason.BOTH.value: "It plans a deficit and is behind its financial plan",
        OverrideReason.SUPPORT.value: "It has the financial override though neither its plan nor "
        "its year to date is below 0, so it probably has deficit support",
    }.get(str(reason), "It is in deficit")
    has_override = row["override"] if row["override"] is not None else row["in_deficit"]
    if row["is_capped"]:
        rank = row["computed_rank_without"]
        ranked = f" and ranked {ordinal(rank)}" if rank is not None and row["of"] else ""
        yield (
            f"{why}, so it cannot be placed above segment {OVERRIDE_TO}. On its score alone it "
            f"would be in segment {segment}{ranked}."
        )
    elif has_override:
        yield f"{why}, but its score already puts it in segment {OVERRIDE_TO} or lower."
