"""The shortest ways into a better segment: the smallest sets of metrics that reach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import polars as pl

from nhs_league.core.answers import Improvements
from nhs_league.core.frames import QUARTER, Frames
from nhs_league.core.frameworks import method_of
from nhs_league.core.method.rescoring import Base, Change, apply_changes, base_of
from nhs_league.core.method.rules import Recomputed
from nhs_league.core.method.standings import (
    BY_PEOPLE,
    HALF_PLACE,
    OVERRIDE_TO,
    SegmentBoundary,
    average_scores,
    overrides,
    scored_for_average,
    two_places,
    with_unadjusted_segment,
)
from nhs_league.core.metrics import Metric, catalogue, is_metric
from nhs_league.core.peers import best_quarter, with_peers
from nhs_league.frozen import frozen

IMPROVEMENTS = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "to_segment": pl.Int8,
        "metrics": pl.Int32,
        "set": pl.String,
        "changes": pl.String,
        "computed_average_score": pl.Float64,
        "computed_quarters_moved": pl.Float64,
        "estimated": pl.Boolean,
    }
)
"""One row a set of improvements that reaches a segment, the shortest way first. ``set`` is what
``whatif --set`` takes; ``computed_quarters_moved`` is how much its metric scores improve in all, in
quarters of the way from 4.00 to 1.00; ``estimated`` is true where no known rule gives a score."""

_MOST = 3
_SHOWN = 20


@frozen
class Move:
    """An improvement of one metric.

    Attributes:
        change: the metric and its new value.
        now: its value now.
        gain: how much better the trust's average score would be.
        points: how much better the metric's score would be.
        estimated: whether no known rule gives that score.

    """

    change: Change
    now: float
    gain: float
    points: float
    estimated: bool

    @property
    def metric_id(self) -> str:
        """The metric's ID."""
        return self.change.metric.metric_id


@frozen
class _Quarter:
    """What each try starts from."""

    base: Base
    trust_code: str
    average: float

    def average_after(self, changes: Sequence[Change]) -> tuple[float, bool, float]:
        """Return how much the average score improves, whether that is estimated, and the points."""
        after = apply_changes(self.base, self.trust_code, changes)
        is_trust = pl.col("trust_code") == self.trust_code
        (new,) = (
            average_scores(after.observations.lazy().filter(is_trust))
            .collect()["computed_average_score"]
        )  # fmt: skip
        steps = [step for step in after.steps if step["what"] == "metric score"]
        moved = {change.metric.metric_id for change in changes}
        points = sum(
            (
                step["before"] - step["computed_after"]
                for step in steps
                if step["metric_id"] in moved
            ),
            0.0,
        )
        return self.average - new, any(bool(step["estimated"]) for step in steps), points


def smallest_improvements(
    national: Frames,
    trust_code: str,
    boundaries: tuple[SegmentBoundary, ...],
    target: int,
    recomputed: Recomputed | None = None,
) -> Improvements:
    """Find the smallest sets of improvements that bring a trust into a segment.

    One, two or three metrics, each moved to where the best quarter of its type begins. Where the
    trust has the financial override by its results, these come first: brought to 0.

    Args:
        national: the tidy frames of one quarter, all trust types that are stored.
        trust_code: the trust.
        boundaries: the cuts between segments, which stay where they are.
        target: the segment to reach, 1 to 3.
        recomputed: the quarter's scores recomputed, where they are at hand already.

    Returns:
        Schema IMPROVEMENTS; empty where no such set reaches it, and ``notes`` say why.

    """
    standings = with_unadjusted_segment(national.standings, boundaries).collect()
    (standing,) = standings.filter(pl.col("trust_code") == trust_code).to_dicts()
    title = f"Ways for {standing['trust_name']} ({trust_code}) to reach segment {target}"
    frames = national.of_type(standing["trust_type"])
    listed = catalogue(frames.observations)
    is_held = bool(standing["override"]) or bool(
        standing["override"] is None and standing["in_deficit"]
    )
    held = is_held and target < OVERRIDE_TO
    required = _to_break_even(frames, trust_code, listed) if held else []
    if why := _cannot(standing, boundaries, target, held=held, can_end=bool(required)):
        return Improvements(title, pl.DataFrame(schema=IMPROVEMENTS), notes=(why,))
    start = _start(base_of(national, recomputed), trust_code)
    moves = _moves(start, frames, listed, required)
    reached = _reached(start, standing, moves, required, boundaries[target - 1], target)
    notes = _notes(standing, boundaries[target - 1], reached, moves, required)
    return Improvements(title, reached.head(_SHOWN), notes=notes)


def _start(base: Base, trust_code: str) -> _Quarter:
    rows = base.observations.lazy().filter(pl.col("trust_code") == trust_code)
    (average,) = average_scores(rows).collect()["computed_average_score"]
    return _Quarter(base, trust_code, average)


def _cannot(
    standing: Mapping[str, Any],
    boundaries: tuple[SegmentBoundary, ...],
    target: int,
    *,
    held: bool,
    can_end: bool,
) -> str:
    """Explain why no improvement would do, or that none is needed; empty where one may."""
    if standing["segment"] == BY_PEOPLE:
        return "NHS England assigns segment 5, so better figures alone do not end it."
    now = standing["computed_unadjusted_segment"]
    if held and not can_end:
        already = f" On its score alone it is already in segment {now}." if now == target else ""
        return (
            "With the financial override it cannot be placed above segment 3, and neither its plan "
            f"nor its year to date is below 0, so nothing here would end it.{already} Add "
            "--no-deficit to see the trust without it."
        )
    if not held and isinstance(now, int) and now <= target:
        return f"On its score it is already in segment {now}."
    if boundaries[target - 1].highest_better is None:
        return (
            f"The threshold for segment {target} is not known: none of the trusts stored is in it. "
            'Run "nhsleague fetch" for the full release.'
        )
    return ""


def _to_break_even(frames: Frames, trust_code: str, listed: pl.DataFrame) -> list[Change]:
    """Return the changes that end the override: each result below 0 brought to 0."""
    held = overrides(frames.observations).filter(pl.col("trust_code") == trust_code).collect()
    if held.is_empty() or not held["computed_override"][0]:
        return []
    quarter = str(held["quarter"][0])
    numbers = method_of(quarter).override.metrics
    rows = frames.observations.filter(
        pl.col("trust_code") == trust_code,
        pl.col("metric_id").str.slice(-3).is_in(numbers),
        pl.col("score") > 1,
        pl.col("value").is_not_null(),
    ).collect()
    return [Change(_metric(row, listed), 0.0) for row in rows.iter_rows(named=True)]


def _moves(
    start: _Quarter, frames: Frames, listed: pl.DataFrame, required: Sequence[Change]
) -> list[Move]:
    """List each metric that can move to the best quarter, and what that would give."""
    is_trust = pl.col("trust_code") == start.trust_code
    quarter = str(start.base.observations["quarter"][0])
    method = method_of(quarter)
    counting = set(
        scored_for_average(frames.observations.filter(is_trust))
        .collect()["metric_id"]
        .str.slice(-3)
    )
    # A metric that another stands in for moves the average through that one.
    counting |= {
        part
        for stand_in in method.stand_ins
        if stand_in.score in counting
        for part in stand_in.instead_of
    }
    taken = {change.metric.metric_id for change in required}
    rows = (
        with_peers(frames.observations, listed)
        .with_columns(edge=best_quarter())
        .filter(
            is_trust,
            pl.col("metric_id").str.slice(-3).is_in(sorted(counting)),
            ~pl.col("metric_id").is_in(sorted(taken)),
            pl.col("value").is_not_null() & pl.col("score").is_not_null(),
            pl.when("higher_is_better")
            .then(pl.col("value") < pl.col("edge"))
            .otherwise(pl.col("value") > pl.col("edge")),
        )
        # The rows of a window come in no certain order; the sets are named in that of the IDs.
        .sort("metric_id", "unit")
        .collect()
    )
    moves = []
    for row in rows.iter_rows(named=True):
        change = Change(_metric(row, listed), row["edge"])
        gain, estimated, points = start.average_after([change])
        if gain > 0:
            moves.append(Move(change, row["value"], gain, points, estimated))
    return moves


def _reached(
    start: _Quarter,
    standing: Mapping[str, Any],
    moves: Sequence[Move],
    required: Sequence[Change],
    boundary: SegmentBoundary,
    target: int,
) -> pl.DataFrame:
    needed = boundary.highest_better or 0.0
    published = float(standing["average_score"])
    # The unrounded average, unless it is not the published one.
    now = start.average if abs(start.average - published) <= HALF_PLACE else published
    values = {row["metric_id"]: row["value"] for row in _values(start).iter_rows(named=True)}
    parts = _parts(start)
    tried: dict[tuple[str, ...], tuple[float, bool, float]] = {}
    for size in range(0 if required else 1, _MOST + 1):
        rows = []
        for chosen in combinations(moves, size):
            changes = [*required, *(move.change for move in chosen)]
            gain, estimated, points = _together(start, required, chosen, parts, tried)
            average = two_places(now - gain)
            if average <= needed:
                rows.append(
                    {
                        "quarter": standing["quarter"],
                        "trust_code": standing["trust_code"],
                        "to_segment": target,
                        "metrics": len(changes),
                        "set": " ".join(f"{c.metric.metric_id}={c.value:.12g}" for c in changes),
                        "changes": "; ".join(_describe(c, values) for c in changes),
                        "computed_average_score": average,
                        "computed_quarters_moved": round(points * 4 / 3, 4),
                        "estimated": estimated,
                    }
                )
        if rows:
            return pl.DataFrame(rows, schema=IMPROVEMENTS).sort("computed_quarters_moved", "set")
    return pl.DataFrame(schema=IMPROVEMENTS)


def _together(
    start: _Quarter,
    required: Sequence[Change],
    chosen: Sequence[Move],
    parts: frozenset[str],
    tried: dict[tuple[str, ...], tuple[float, bool, float]],
) -> tuple[float, bool, float]:
    """Return what several moves give together, as ``average_after`` does.

    Moves add up, but for two parts of one score, which are tried together; each such set once.
    """
    of_parts = [move for move in chosen if move.metric_id in parts]
    alone = [move for move in chosen if move.metric_id not in parts]
    key = tuple(move.metric_id for move in of_parts)
    if key not in tried:
        changes = [*required, *(move.change for move in of_parts)]
        tried[key] = start.average_after(changes) if changes else (0.0, False, 0.0)
    gain, estimated, points = tried[key]
    return (
        gain + sum(move.gain for move in alone),
        estimated or any(move.estimated for move in alone),
        points + sum(move.points for move in alone),
    )


def _values(start: _Quarter) -> pl.DataFrame:
    return start.base.observations.filter(
        pl.col("trust_code") == start.trust_code, pl.col("value").is_not_null()
    ).select("metric_id", "value")


def _parts(start: _Quarter) -> frozenset[str]:
    """Return the IDs of the metrics that are parts of a table of two scores."""
    quarter = str(start.base.observations["quarter"][0])
    numbers = [part for rule in method_of(quarter).rules for part in rule.parts]
    ids = start.base.observations["metric_id"].unique()
    return frozenset(metric_id for metric_id in ids if metric_id[-3:] in numbers)


def _describe(change: Change, values: Mapping[str, float]) -> str:
    """Describe a change: ``sickness 5.2 to 4.8%``."""
    metric = change.metric
    unit = "" if metric.unit in (None, "count", "rate") else metric.unit
    glue = "" if unit == "%" else " "
    now, then = (f"{v:.12g}".replace("-", "−") for v in (values[metric.metric_id], change.value))
    return f"{metric.short_name} {now} to {then}{glue if unit else ''}{unit}"


def _notes(
    standing: Mapping[str, Any],
    boundary: SegmentBoundary,
    reached: pl.DataFrame,
    moves: Sequence[Move],
    required: Sequence[Change],
) -> tuple[str, ...]:
    first = (
        ("With the financial override it cannot be placed above segment 3, so each set first "
         "brings the planned and the year-to-date result to 0.",)
        if required
        else ()
    )  # fmt: skip
    if reached.is_empty():
        return (
            *first,
            f"No set of up to {_MOST} metrics is enough, even if each improved to where the top "
            f"quarter of the trust type begins. It needs an average score of "
            f"{boundary.highest_better:.2f} or lower, and has {standing['average_score']:.2f}.",
        )
    names = sorted(move.change.metric.short_name for move in moves if move.estimated)
    estimates = (
        (f"Estimated from the trusts with the nearest values, because not everything that decides "
         f"the score is stored: {', '.join(names)}.",)
        if names
        else ()
    )  # fmt: skip
    return (
        *first,
        "Each set is the smallest that is enough. Every metric in it improves to where the top "
        "quarter of the trust type begins. The thresholds between segments and other trusts' "
        "values stay as they are.",
        *estimates,
    )


def _metric(row: Mapping[str, Any], listed: pl.DataFrame) -> Metric:
    entry = listed.filter(is_metric(row["metric_id"], row["unit"])).row(0, named=True)
    return Metric.of(entry)
