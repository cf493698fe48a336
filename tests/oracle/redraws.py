"""Redraws of metrics, draw by draw and trust by trust: plain Python, nothing of the package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

Scores = Mapping[str, Mapping[str, tuple[float, float]]]
"""Trust -> metric -> (score, weight)."""
Draw = Mapping[str, float | None]
"""Trust -> redrawn average."""


def average(scores: Mapping[str, tuple[float, float]], drawn: Iterable[str]) -> float | None:
    """The weighted mean of the drawn metrics that a trust has; None where fewer than three."""
    left = [scores[metric] for metric in drawn if metric in scores]
    if len(left) < 3:
        return None
    return sum(score * weight for score, weight in left) / sum(weight for _, weight in left)


def same_for_all(scores: Scores, draws: int, seed: int) -> list[Draw]:
    rng = Random(seed)
    metrics = sorted({metric for of_trust in scores.values() for metric in of_trust})
    redrawn: list[Draw] = []
    for _ in range(draws):
        drawn = [rng.choice(metrics) for _ in metrics]
        redrawn.append({trust: average(of_trust, drawn) for trust, of_trust in scores.items()})
    return redrawn


def independent(scores: Scores, draws: int, seed: int) -> list[Draw]:
    rng = Random(seed)
    return [
        {
            trust: average(of_trust, [rng.choice(list(of_trust)) for _ in of_trust])
            for trust, of_trust in scores.items()
        }
        for _ in range(draws)
    ]


def place(draw: Draw, trust: str) -> int | None:
    mine = draw[trust]
    if mine is None:
        return None
    return 1 + sum(other is not None and other < mine - 1e-9 for other in draw.values())


def share_of_places(draws: Sequence[Draw], trust: str, first: float, last: float) -> float:
    """The share of draws in which a trust's place is above ``first`` and up to ``last``."""
    places = [p for draw in draws if (p := place(draw, trust)) is not None]
    return sum(first < p <= last for p in places) / len(places)


def share_ahead(draws: Sequence[Draw], trust: str, other: str) -> float:
    """The share of draws in which a trust is ahead of another, half of the ties added."""
    points = []
    for draw in draws:
        one, two = draw[trust], draw[other]
        if one is not None and two is not None:
            points.append(0.5 if abs(one - two) < 1e-9 else float(one < two))
    return sum(points) / len(points)
