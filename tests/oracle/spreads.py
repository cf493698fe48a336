"""How the values of a metric are spread, over all trusts and over groups of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from statistics import median

from tests.oracle.files import Metric, Releases, Trust
from tests.oracle.questions import standing

BINS = 12
PAIRED_OUTCOMES = (
    "Percentage of people discharged from community mental health services with a paired outcome "
    "score recorded"
)
HIGHER_IS_BETTER = {
    f"{PAIRED_OUTCOMES} (children and young people)",
    f"{PAIRED_OUTCOMES} (adult and older adult)",
}
"""Metrics with neither ranks nor scores of their own, whose words show what is better."""


@dataclass(frozen=True)
class Bin:
    """A part of the span of values."""

    start: float
    end: float
    trusts: int
    has_median: bool


@dataclass(frozen=True)
class Group:
    """A group's figures."""

    trusts: int
    median: float
    lower: float
    upper: float
    best: float
    worst: float


def figures(
    releases: Releases, quarter: str, trust_type: str, metric_id: str
) -> list[tuple[Trust, Metric]]:
    """Return a type's trusts with a value; a count among rates is not compared with them."""
    having = [
        (trust, metric)
        for trust in releases[quarter].values()
        if trust.trust_type == trust_type
        and (metric := trust.metrics.get(metric_id)) is not None
        and metric.value is not None
    ]
    units = Counter(metric.unit for _, metric in having).most_common(1)
    return [(trust, metric) for trust, metric in having if metric.unit == units[0][0]]


def value(metric: Metric) -> float:
    """Return the value of a metric that has one."""
    assert metric.value is not None
    return metric.value


def higher_is_better(metrics: Sequence[Metric]) -> bool | None:
    """Return a metric's direction as its ranks show it, or else its scores; None where neither do."""
    if {metric.description for metric in metrics} & HIGHER_IS_BETTER:
        return True
    for by_rank in (True, False):
        pairs = [
            (place, value(metric))
            for metric in metrics
            if (place := metric.rank if by_rank else metric.score) is not None
        ]
        if pairs and max(pairs)[0] > min(pairs)[0]:
            # Of the first and the last by place.
            return min(pairs)[1] > max(pairs)[1]
    return None


def compared(
    releases: Releases, quarter: str, trust_type: str, metric_id: str
) -> list[tuple[Trust, float]]:
    """Return each trust's value, or its score where no trust of the type has a value."""
    having = figures(releases, quarter, trust_type, metric_id)
    if having:
        return [(trust, value(metric)) for trust, metric in having]
    return [
        (trust, score)
        for trust in releases[quarter].values()
        if trust.trust_type == trust_type and metric_id in trust.metrics
        if (score := trust.metrics[metric_id].score) is not None
    ]


def typical(releases: Releases, quarter: str, trust_type: str, metric_id: str) -> float:
    """Return the median of a type's values, or of its scores where it has no values."""
    return median(figure for _, figure in compared(releases, quarter, trust_type, metric_id))


def distance_to_the_next_better(
    figure: float, values: Sequence[float], *, higher: bool
) -> float | None:
    """Return how far the next better value is, in middle halves of all; None for the best value."""
    middle_half = quantile(values, 0.75) - quantile(values, 0.25)
    better = [abs(v - figure) for v in values if (v > figure if higher else v < figure)]
    return min(better) / middle_half if better and middle_half else None


def bins(values: Sequence[float]) -> list[Bin]:
    """Cut the span of values into equal parts; a value on an edge is in the upper part.

    Equal values span nothing, and are one part.
    """
    exact = [Fraction(str(figure)) for figure in values]
    low, high = min(exact), max(exact)
    if low == high:
        return [Bin(float(low), float(high), len(exact), has_median=True)]
    width = (high - low) / BINS
    counts = Counter(_bin(figure, low, width) for figure in exact)
    middle = _bin(median(exact), low, width)
    return [
        Bin(float(low + i * width), float(low + (i + 1) * width), counts[i], i == middle)
        for i in range(BINS)
    ]


def _bin(figure: Fraction, low: Fraction, width: Fraction) -> int:
    return min(floor((figure - low) / width), BINS - 1)


def quantile(values: Sequence[float], share: float) -> float:
    """Return a linear quantile, as the published quartiles are (type 7)."""
    ordered = sorted(values)
    position = (len(ordered) - 1) * share
    below = floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def groups(
    releases: Releases, quarter: str, trust_type: str, metric_id: str, by: str
) -> dict[str, Group]:
    """Return group -> its figures of a metric; by region, subtype or segment."""
    having = figures(releases, quarter, trust_type, metric_id)
    # Of scores, 1.00 is best.
    higher = bool(having) and higher_is_better([metric for _, metric in having])
    values: dict[str, list[float]] = {}
    for trust, figure in compared(releases, quarter, trust_type, metric_id):
        segment = standing(trust, quarter).segment
        name = {"region": trust.region, "subtype": trust.subtype, "segment": str(segment)}[by]
        values.setdefault(name, []).append(figure)
    return {
        name: Group(
            len(members),
            median(members),
            quantile(members, 0.25),
            quantile(members, 0.75),
            max(members) if higher else min(members),
            min(members) if higher else max(members),
        )
        for name, members in values.items()
    }
