"""How a trust's place came about: from values to ranks, scores, domains, average, segment, rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from nhs_league.league.metrics import catalogue
from nhs_league.league.noise import noiseless
from nhs_league.league.peers import with_peers
from nhs_league.league.schema.answers import Answer
from nhs_league.league.schema.frames import QUARTER, Frames
from nhs_league.league.scoring import (
    COMBINED_FINANCE,
    FINANCE_PARTS,
    average_scores,
    counted,
    domain_scores,
    league_rank,
)
from nhs_league.league.segments import OVERRIDE_TO, Cut, is_held_back, with_computed

EXPLAINED = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "level": pl.String,
        "domain": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "value": pl.Float64,
        "unit": pl.String,
        "rank": pl.Int32,
        "of": pl.Int32,
        "score": pl.Float64,
        "counts": pl.Boolean,
        "computed_score": pl.Float64,
        "note": pl.String,
    }
)
"""The steps from figures to place, in order. ``level`` is ``metric``, ``domain``, ``average
score``, ``segment`` or ``league rank``; ``score`` is published; ``counts`` tells whether a metric
counts in the means; ``computed_score`` is the mean recomputed."""


Row = dict[str, Any]


@dataclass(frozen=True)
class Distance:
    """How far a trust is from the next segment.

    Attributes:
        segment: that segment.
        score: the average score at which it begins, as far as trusts on both sides show it.
        by: how far the trust's average score is from it, always positive.
        points: the same as points of one metric's score, of which there are 3 from best to worst.

    """

    segment: int
    score: float
    by: float
    points: float


def explain(frames: Frames, trust_code: str, found: Sequence[Cut]) -> Answer:
    """Explain one trust's place.

    Args:
        frames: the tidy frames of one quarter and the trust's type, with all its peers.
        trust_code: a trust that is in the standings.
        found: the cuts between segments in that quarter.

    Returns:
        Schema EXPLAINED in ``frame``; the trust's standing with ``computed_unadjusted_segment``,
        ``computed_rank_without`` (its league rank without the override) and ``is_held_back`` in
        ``parts``; what it means in ``notes``.

    """
    is_trust = pl.col("trust_code") == trust_code
    standings = with_computed(frames.standings, tuple(found)).collect()
    standing = _with_rank_without(standings, trust_code)
    row = standing.row(0, named=True)
    metrics = _metrics(frames, trust_code)
    domains = frames.domains.filter(is_trust).join(
        domain_scores(frames.observations.filter(is_trust)),
        on=["quarter", "trust_code", "domain"],
        how="full",
        coalesce=True,
    )
    average = average_scores(frames.observations.filter(is_trust)).collect()
    counting = average["metrics"][0] if average.height else 0
    steps = pl.concat(
        [
            _shaped(_under(metrics, domains.collect())),
            _average(row, average),
            _places(row),
        ]
    )
    frame = steps.with_columns(
        quarter=pl.lit(row["quarter"]),
        trust_code=pl.lit(trust_code),
        trust_name=pl.lit(row["trust_name"]),
    ).select(EXPLAINED.names())
    return Answer(
        question="explanation",
        title=f"How {row['trust_name']} ({trust_code}) comes to its place, {row['quarter']}",
        frame=frame,
        notes=tuple(_notes(row, found, counting)),
        parts={"standing": standing},
    )


def distances(
    score: float | None, segment: int | None, found: Sequence[Cut], counting: int
) -> tuple[Distance | None, Distance | None]:
    """Tell how far the next better and the next worse segment are, by score alone.

    Args:
        score: the trust's average score.
        segment: its segment by score.
        found: the cuts.
        counting: how many metrics count in its average.

    """

    def to(other: int, edge: float | None) -> Distance | None:
        if edge is None or score is None:
            return None
        by = round(abs(score - edge), 4)
        return Distance(other, edge, by, round(by * counting, 2))

    if segment is None or not 1 <= segment <= 4:
        return None, None
    edges = {cut.better: cut for cut in found}
    better, worse = edges.get(segment - 1), edges.get(segment)
    return (
        to(segment - 1, better.highest_better) if better else None,
        to(segment + 1, worse.lowest_worse) if worse else None,
    )


def _metrics(frames: Frames, trust_code: str) -> pl.DataFrame:
    """Give the trust's scored metrics, and whether each counts in the means."""
    is_trust = pl.col("trust_code") == trust_code
    compared = with_peers(frames.observations, catalogue(frames.observations)).filter(
        is_trust & pl.col("score").is_not_null()
    )
    counting = counted(frames.observations.filter(is_trust)).select(
        "metric_id", "unit", counts=pl.lit(value=True)
    )
    stands_in = (
        "left out of the means: combined finance stands in for planned surplus or deficit and "
        "variance to plan"
    )
    return (
        compared.join(counting, on=["metric_id", "unit"], how="left", nulls_equal=True)
        .with_columns(pl.col("counts").fill_null(value=False))
        .with_columns(
            level=pl.lit("metric"),
            note=pl.when(pl.col("metric_id").is_in(FINANCE_PARTS) & ~pl.col("counts"))
            .then(pl.lit(stands_in))
            .when((pl.col("metric_id") == COMBINED_FINANCE) & pl.col("counts"))
            .then(pl.lit("stands in for its two parts, which are left out of the means")),
        )
        .sort("domain", pl.col("score"), "metric_id", descending=[False, True, False])
        .collect()
    )


def _under(metrics: pl.DataFrame, domains: pl.DataFrame) -> pl.DataFrame:
    """Put each domain after the metrics that make it."""
    told = domains.with_columns(
        level=pl.lit("domain"), computed_score=noiseless(pl.col("computed_score"))
    )
    every = pl.concat([_shaped(metrics), _shaped(told)])
    return every.sort("domain", pl.col("level") == "domain", maintain_order=True)


def _average(row: Row, average: pl.DataFrame) -> pl.DataFrame:
    counting, mean = (
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
        note=None if counting is None else f"the mean of {counting} metric scores",
    )


def _places(row: Row) -> pl.DataFrame:
    held = "held there by the financial override" if row["is_held_back"] else None
    segment = _step(level="segment", value=row["segment"], unit="segment", note=held)
    league = "by segment, then by average score"
    return pl.concat(
        [segment, _step(level="league rank", rank=row["rank"], of=row["of"], note=league)]
    )


def _step(**told: object) -> pl.DataFrame:
    return _shaped(pl.DataFrame([told], schema={name: EXPLAINED[name] for name in told}))


def _with_rank_without(standings: pl.DataFrame, trust_code: str) -> pl.DataFrame:
    is_trust = pl.col("trust_code") == trust_code
    own = pl.when(is_trust).then("computed_unadjusted_segment").otherwise("segment")
    without = standings.with_columns(segment=own).with_columns(without=league_rank())
    return standings.filter(is_trust).with_columns(
        computed_rank_without=pl.Series(without.filter(is_trust)["without"], dtype=pl.Int32),
        is_held_back=is_held_back(),
    )


def _notes(row: Row, found: Sequence[Cut], counting: int) -> Iterator[str]:
    segment = row["computed_unadjusted_segment"]
    better, worse = distances(row["average_score"], segment, found, counting)
    if better:
        yield (
            f"Segment {better.segment} by score begins at {better.score:.2f} or lower: "
            f"{better.by:.2f} better than now.{_in_points(better, counting)}"
        )
    if worse:
        yield (
            f"Segment {worse.segment} by score begins at {worse.score:.2f} or higher: "
            f"{worse.by:.2f} worse than now.{_in_points(worse, counting)}"
        )
    if not better and not worse:
        yield (
            "Where the cuts between segments lie cannot be told: the trusts at hand are all on one "
            "side of them."
            if segment != 1
            else "There is no better segment than 1."
        )
    if row["is_held_back"]:
        yield (
            f"Without the financial override it would be in segment {segment}, and its league rank "
            f"{row['computed_rank_without']} (computed, everyone else as they are)."
        )
    if row["in_deficit"] and not row["is_held_back"]:
        yield (
            f"It runs a deficit, which allows no segment better than {OVERRIDE_TO}; its average "
            "score alone puts it there or lower."
        )
    yield (
        "The cuts are read from the segments that trusts of all types have; NHS England sets them."
    )


def _in_points(distance: Distance, counting: int) -> str:
    if not counting:
        return ""
    return (
        f" As each of {counting} metrics counts the same, that is {distance.points:g} points of "
        "one metric's score, which runs from 1.00 to 4.00."
    )


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit(None).alias(name) for name in EXPLAINED if name not in frame.columns]
    return frame.with_columns(absent).select(pl.col(c).cast(t) for c, t in EXPLAINED.items())
