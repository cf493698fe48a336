"""Trusts side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.files import Metric, Releases, Trust
from tests.oracle.spreads import figures, higher_is_better, typical


@dataclass(frozen=True)
class Cell:
    """A trust's figure of a metric beside those of other trusts."""

    value: float | None
    score: float | None
    rank: int | None
    median: float | None
    computed_median: float | None
    mark: str


EMPTY = Cell(None, None, None, None, None, "")


def side_by_side(
    releases: Releases, quarter: str, codes: Sequence[str]
) -> dict[tuple[str, str], Cell]:
    """Return metric and trust -> its figure; of what is measured for the types of all of them."""
    trusts = [releases[quarter][code] for code in codes]
    measured = [
        {
            metric_id
            for peer in releases[quarter].values()
            if peer.trust_type == trust.trust_type
            for metric_id in peer.metrics
        }
        for trust in trusts
    ]
    shown = {metric_id for trust in trusts for metric_id in trust.metrics}
    cells: dict[tuple[str, str], Cell] = {}
    for metric_id in shown.intersection(*measured):
        marks = _marks(releases, quarter, trusts, metric_id)
        for trust in trusts:
            metric = trust.metrics.get(metric_id)
            if metric is None:
                cells[metric_id, trust.code] = EMPTY
                continue
            is_compared = _is_compared(releases, quarter, trust, metric_id)
            cells[metric_id, trust.code] = Cell(
                metric.value,
                metric.score,
                metric.rank,
                metric.median,
                typical(releases, quarter, trust.trust_type, metric_id) if is_compared else None,
                marks.get(trust.code, ""),
            )
    return cells


def _is_compared(releases: Releases, quarter: str, trust: Trust, metric_id: str) -> bool:
    """Return whether a trust has the metric, and not as a count among rates."""
    if metric_id not in trust.metrics:
        return False
    peers = figures(releases, quarter, trust.trust_type, metric_id)
    return not peers or trust.metrics[metric_id].unit in {metric.unit for _, metric in peers}


def _figure(metric: Metric) -> float:
    """Return a metric's value, or its score where it has none."""
    figure = metric.score if metric.value is None else metric.value
    assert figure is not None
    return figure


def _marks(
    releases: Releases, quarter: str, trusts: Sequence[Trust], metric_id: str
) -> dict[str, str]:
    """Mark the best of the trusts, and the worst.

    The best is marked if it is no worse than the median of its type, as published where
    it is, and the worst if it is worse.
    Trusts that are all equal are neither.
    """
    having = [t for t in trusts if _is_compared(releases, quarter, t, metric_id)]
    metrics = {trust.code: trust.metrics[metric_id] for trust in having}
    if not metrics:
        return {}
    if all(metric.value is None for metric in metrics.values()):
        sign = 1
    else:
        peers = figures(releases, quarter, having[0].trust_type, metric_id)
        direction = higher_is_better([metric for _, metric in peers])
        if direction is None:
            return {}
        sign = -1 if direction else 1
    # From the best to the worst.
    ordered = {code: sign * _figure(metric) for code, metric in metrics.items()}
    best, worst = min(ordered.values()), max(ordered.values())
    if best == worst:
        return {}
    marks = {}
    for trust in having:
        middle = metrics[trust.code].median
        if middle is None:
            middle = typical(releases, quarter, trust.trust_type, metric_id)
        figure = ordered[trust.code]
        if figure == best and figure <= sign * middle:
            marks[trust.code] = "best"
        elif figure == worst and figure > sign * middle:
            marks[trust.code] = "worst"
    return marks
