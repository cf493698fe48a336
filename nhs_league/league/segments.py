"""Segments by average score: where the cuts between them lie, and what the override changes.

Source of the rules: NHS England, NHS Oversight Framework 2025/26, methodology manual. The
unadjusted segment is the national quartile of the average score, with the same cuts for all trust
types; a trust in deficit is no better than segment 3; segment 5 is a decision of people. From
2026/27 the cuts are fixed; as they are read from the release itself here, that makes no difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

OVERRIDE_TO = 3
"""The best segment that a trust in deficit can have."""
_BOUNDARIES = (1, 2, 3)


@dataclass(frozen=True)
class Cut:
    """The boundary between two segments, as far as the trusts on both sides show it.

    Attributes:
        better: the segment on its better side; the next one is on the other.
        highest_better: the highest average score on the better side; None where no trust is there.
        lowest_worse: the lowest average score on the worse side; None where no trust is there.

    """

    better: int
    highest_better: float | None
    lowest_worse: float | None

    @property
    def edge(self) -> float | None:
        """The middle between both sides; None where one of them is not known."""
        if self.highest_better is None or self.lowest_worse is None:
            return None
        return (self.highest_better + self.lowest_worse) / 2


def unadjusted() -> pl.Expr:
    """Tell the segment by score where it is known: published, or one that no deficit can have made.

    The override only ever makes segment 3; so segments 1, 2 and 4 are by score, and segment 3 is
    where the trust is not in deficit.
    """
    by_score = (pl.col("segment") <= 4) & (
        (pl.col("segment") != OVERRIDE_TO) | ~pl.col("in_deficit")
    )
    return pl.coalesce("unadjusted_segment", pl.when(by_score).then("segment"))


def cuts(standings: pl.DataFrame) -> tuple[Cut, ...]:
    """Find the cuts of one quarter from the trusts whose segment by score is known.

    Args:
        standings: schema STANDINGS, of one quarter and all trust types, as the cuts are national.

    Returns:
        Three cuts, the best first.

    """
    # A segment 3 that a deficit may have made says that the segment by score is 3 or better.
    at_worst = pl.coalesce(unadjusted(), pl.when(pl.col("segment") == OVERRIDE_TO).then("segment"))
    known = standings.select("average_score", by_score=unadjusted(), at_worst=at_worst)
    return tuple(
        Cut(
            boundary,
            _figure(known.filter(pl.col("at_worst") <= boundary)["average_score"].max()),
            _figure(known.filter(pl.col("by_score") > boundary)["average_score"].min()),
        )
        for boundary in _BOUNDARIES
    )


def by_score(score: pl.Expr, found: tuple[Cut, ...]) -> pl.Expr:
    """Tell the segment of an average score by the cuts; null where a cut is not known."""
    beyond = [
        pl.lit(None, pl.Int8) if cut.edge is None else (score > cut.edge).cast(pl.Int8)
        for cut in found
    ]
    return pl.sum_horizontal(pl.lit(1, pl.Int8), *beyond, ignore_nulls=False).cast(pl.Int8)


def with_computed(standings: pl.LazyFrame, found: tuple[Cut, ...]) -> pl.LazyFrame:
    """Add ``computed_unadjusted_segment``: as known, else by the cuts.

    Args:
        standings: schema STANDINGS, of one quarter.
        found: the cuts of that quarter.

    """
    segment = pl.coalesce(unadjusted(), by_score(pl.col("average_score"), found))
    return standings.with_columns(computed_unadjusted_segment=segment.cast(pl.Int8))


def adjusted(by_score: pl.Expr, in_deficit: pl.Expr) -> pl.Expr:
    """Apply the financial override to a segment by score."""
    held = in_deficit.fill_null(value=False) & (by_score < OVERRIDE_TO)
    return pl.when(held).then(pl.lit(OVERRIDE_TO, pl.Int8)).otherwise(by_score)


def is_held_back() -> pl.Expr:
    """Tell the trusts that are in segment 3 through the override alone.

    Published where it is (``override``); else a trust in deficit in segment 3 whose
    ``computed_unadjusted_segment`` is better.
    """
    computed = (
        pl.col("in_deficit")
        & (pl.col("segment") == OVERRIDE_TO)
        & (pl.col("computed_unadjusted_segment") < OVERRIDE_TO)
    )
    return pl.coalesce("override", computed).fill_null(value=False)


def _figure(found: object) -> float | None:
    return float(found) if isinstance(found, float) else None
