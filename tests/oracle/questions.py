"""The questions, answered row by row."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tests.oracle.files import ADJUSTED, AVERAGE, FINAL, UNADJUSTED, Releases, Trust


@dataclass(frozen=True)
class Standing:
    """Where a trust is in the league."""

    code: str
    segment: int | None
    rank: int | None
    average: float | None
    unadjusted: int | None


def standing(trust: Trust, quarter: str) -> Standing:
    """Return a trust's place; the final segment wins where it is published."""
    year = quarter[3:]
    adjusted, rank = trust.summary.get(ADJUSTED[year], (None, None))
    final, _ = trust.summary.get(FINAL, (None, None))
    average, _ = trust.summary.get(AVERAGE[year], (None, None))
    unadjusted, _ = trust.summary.get(UNADJUSTED[year], (None, None))
    segment = final if final is not None else adjusted
    return Standing(
        trust.code,
        None if segment is None else int(segment),
        rank,
        average,
        None if unadjusted is None else int(unadjusted),
    )


def table(releases: Releases, quarter: str, trust_type: str) -> list[Standing]:
    """Return the league table of a trust type, best first."""
    trusts = [t for t in releases[quarter].values() if t.trust_type == trust_type]
    places = [standing(trust, quarter) for trust in trusts]
    return sorted(places, key=lambda place: (place.rank or 0, place.code))


def ranked(
    releases: Releases, quarter: str, trust_type: str, metric_id: str
) -> dict[str, tuple[float | None, int | None, float | None]]:
    """Return code -> value, published rank and score, of each trust of a type with the metric."""
    figures = {}
    for trust in releases[quarter].values():
        metric = trust.metrics.get(metric_id)
        if trust.trust_type == trust_type and metric is not None:
            figures[trust.code] = (metric.value, metric.rank, metric.score)
    return figures


def places_by_value(values: dict[str, float], *, higher_is_better: bool) -> dict[str, int]:
    """Rank values from the best; ties share the smaller rank."""
    return {
        code: 1 + sum(1 for v in values.values() if (v > value if higher_is_better else v < value))
        for code, value in values.items()
    }


def weak_spots(trust: Trust) -> dict[str, str]:
    """Return the metrics scored 3.00 or worse; severe from 3.50."""
    return {
        metric_id: "severe" if metric.score >= 3.5 else "weak"
        for metric_id, metric in trust.metrics.items()
        if metric.score is not None and metric.score >= 3
    }


def hidden(releases: Releases, quarter: str, trust_type: str) -> set[tuple[str, str]]:
    """Return the severe weak spots of trusts that are in segment 1 or 2 by score."""
    return {
        (trust.code, metric_id)
        for trust in releases[quarter].values()
        if trust.trust_type == trust_type and standing(trust, quarter).unadjusted in (1, 2)
        for metric_id, degree in weak_spots(trust).items()
        if degree == "severe"
    }


def changed_segments(
    releases: Releases, before: str, after: str, trust_type: str
) -> dict[str, tuple[int | None, int | None]]:
    """Return code -> segment before and after, of the trusts whose segment changed."""
    changed = {}
    for code, trust in releases[after].items():
        earlier = releases[before].get(code)
        if trust.trust_type != trust_type or earlier is None:
            continue
        pair = (standing(earlier, before).segment, standing(trust, after).segment)
        if pair[0] != pair[1]:
            changed[code] = pair
    return changed


def region_medians(releases: Releases, quarter: str, trust_type: str) -> dict[str, float]:
    """Return region -> median of the average scores of its trusts."""
    scores: dict[str, list[float]] = {}
    for trust in releases[quarter].values():
        average = standing(trust, quarter).average
        if trust.trust_type == trust_type and average is not None:
            scores.setdefault(trust.region, []).append(average)
    return {region: median(of_region) for region, of_region in scores.items()}


def place_without_override(releases: Releases, quarter: str, code: str) -> int:
    """Return the league rank a trust would have if its own override did not count."""
    trust = releases[quarter][code]
    place = standing(trust, quarter)
    key = (place.unadjusted or 0, place.average or 0)
    return 1 + sum(
        (adjusted_segment(other, quarter), standing(other, quarter).average or 0) < key
        for other in releases[quarter].values()
        if other.trust_type == trust.trust_type and other.code != code
    )


def adjusted_segment(trust: Trust, quarter: str) -> float:
    """Return the segment that orders the league; a final segment 5 does not."""
    segment, _ = trust.summary[ADJUSTED[quarter[3:]]]
    assert segment is not None
    return segment


def capped(releases: Releases, quarter: str, trust_type: str) -> dict[str, tuple[int, int]]:
    """Return code -> segment by score and rank without the override, of trusts held in segment 3."""
    return {
        place.code: (place.unadjusted, place_without_override(releases, quarter, place.code))
        for place in table(releases, quarter, trust_type)
        if place.segment == 3 and place.unadjusted in (1, 2)
    }
