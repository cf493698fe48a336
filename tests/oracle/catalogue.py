"""Which trusts and metrics there are."""

from __future__ import annotations

from tests.oracle.files import Metric, Releases
from tests.oracle.questions import standing

PUBLISHED_WRONGLY = {
    "OF0004": "seconds",
    "OF0011": "%",
    "OF0016": "%",
    "OF0017": "mins",
    "OF0020": "count",
    "OF0023": "%",
    "OF0047": "out of 10",
    "OF0061": "out of 10",
    "OF0084": "out of 10",
    "OF0102": "out of 100",
    "OF0120": "out of 10",
}
"""What the values of 2026/27 are in, where the files say otherwise."""


def trusts(
    releases: Releases, quarter: str, trust_type: str
) -> dict[str, tuple[str, str, str, int | None, int | None]]:
    """Return code -> name, subtype, region, segment and rank."""
    return {
        trust.code: (
            trust.name,
            trust.subtype,
            trust.region,
            standing(trust, quarter).segment,
            standing(trust, quarter).rank,
        )
        for trust in releases[quarter].values()
        if trust.trust_type == trust_type
    }


def metrics(
    releases: Releases, quarter: str
) -> dict[tuple[str, str, str], tuple[str, str, int, int]]:
    """Return type, metric and unit -> domain, sub-domain, trusts with a figure and with a score.

    The unit of what has only scores is score.
    """
    having: dict[tuple[str, str, str], list[Metric]] = {}
    for trust in releases[quarter].values():
        for metric_id, metric in trust.metrics.items():
            key = (trust.trust_type, metric_id, metric.unit or "score")
            having.setdefault(key, []).append(metric)
    return {
        key: (
            members[0].domain,
            members[0].sub_domain,
            len(members),
            sum(metric.score is not None for metric in members),
        )
        for key, members in having.items()
    }


def true_unit(metric_id: str, description: str, quarter: str) -> str | None:
    """Return the unit that a metric's values are in, where its words or its values show it."""
    if description.startswith(("Percentage", "Proportion of patients")):
        return "%"
    return PUBLISHED_WRONGLY.get(metric_id) if quarter.endswith("2026/27") else None


def places_by_region(releases: Releases) -> dict[tuple[str, str], tuple[int, int, float]]:
    """Return quarter and region -> trusts in segment 3 or worse, best rank, sum of the scores."""
    entries: dict[tuple[str, str], tuple[int, int, float]] = {}
    for quarter, of_quarter in releases.items():
        for trust in of_quarter.values():
            place = standing(trust, quarter)
            if place.segment is None or place.segment < 3:
                continue
            assert place.rank is not None
            assert place.average is not None
            number, best, total = entries.get((quarter, trust.region), (0, place.rank, 0.0))
            entries[quarter, trust.region] = (
                number + 1,
                min(best, place.rank),
                round(total + place.average, 6),
            )
    return entries
