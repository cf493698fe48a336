"""Likely ranges: how far a place depends on which metrics are counted.

Each trust's counted scores are drawn with replacement, by weight, and averaged; each draw is ranked
against the draws of the other trusts of its type. A range is the middle 95 % of the draws.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sample_release.figures import SEED
from sample_release.method import Table, counted_scores
from sample_release.trusts import Trust

DRAWS = 2_000


@dataclass(frozen=True)
class Likely:
    """Likely ranges of a trust's average score and league rank, ends included."""

    score_low: float
    score_high: float
    rank_low: int
    rank_high: int


def likely_ranges(table: Table, members: list[Trust], draws: int = DRAWS) -> dict[str, Likely]:
    """Work out the ranges of the trusts of one type, by code."""
    averages = {trust.code: _redraw(table, trust.code, draws) for trust in members}
    ranks: dict[str, list[int]] = {code: [] for code in averages}
    for drawn in zip(*averages.values(), strict=True):
        ordered = sorted(drawn)
        for code, average in zip(averages, drawn, strict=True):
            ranks[code].append(1 + bisect_left(ordered, average))
    likely = {}
    for code in averages:
        place = table.places[code]
        low, high = _middle(sorted(averages[code]))
        first, last = _middle(sorted(ranks[code]))
        likely[code] = Likely(
            min(round(low, 2), place.average),
            max(round(high, 2), place.average),
            # The override can put a trust outside the places that its scores alone allow.
            min(int(first), place.rank),
            max(int(last), place.rank),
        )
    return likely


def _redraw(table: Table, code: str, draws: int) -> list[float]:
    weighted = list(counted_scores(table, code))
    # Whole hundredths: sums of floats differ between versions of Python.
    scores = [round(100 * score) for score, weight in weighted for _ in range(weight)]
    count = len(weighted)
    drawn = Random(f"{SEED}|range|{code}|{table.quarter}").choices(scores, k=count * draws)
    return [
        sum(drawn[start : start + count]) / (100 * count)
        for start in range(0, count * draws, count)
    ]


def _middle(ordered: Sequence[float]) -> tuple[float, float]:
    outside = len(ordered) // 40
    return ordered[outside], ordered[-1 - outside]
