"""Averages of metric scores, and the places that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.files import Releases, Trust

STAND_INS = {
    "2025/26": {"OF0080": ("OF0079", "OF0081")},
    "2026/27": {"OF0080": ("OF0079", "OF0081"), "OF0108": ("OF0207", "OF0208")},
}
"""A score that counts instead of others: combined finance, temporary staffing cost."""
INFECTIONS = ("OF0020", "OF0048", "OF0088")
"""MRSA, E. coli and C. difficile: each counts one third."""


@dataclass(frozen=True)
class Counted:
    """A metric score that counts."""

    metric_id: str
    domain: str
    areas: tuple[str, str]
    hundredths: int
    thirds: int
    """Its score and its weight as whole numbers, so that equal averages are equal."""


def counted(trust: Trust, quarter: str) -> list[Counted]:
    """Return the scores that count in a trust's average."""
    left_out = {
        metric_id
        for stand_in, replaced in STAND_INS[quarter[3:]].items()
        if stand_in in trust.metrics and trust.metrics[stand_in].score is not None
        for metric_id in replaced
    }
    return [
        Counted(
            metric_id,
            metric.domain,
            (metric.domain, metric.sub_domain),
            round(metric.score * 100),
            1 if metric_id in INFECTIONS else 3,
        )
        for metric_id, metric in trust.metrics.items()
        if metric.score is not None and metric_id not in left_out
    ]


def mean(scores: Iterable[Counted]) -> Fraction | None:
    """Return the weighted mean of scores; None of none."""
    members = list(scores)
    if not members:
        return None
    total = sum(member.hundredths * member.thirds for member in members)
    return Fraction(total, 100 * sum(member.thirds for member in members))


def domain_means(trust: Trust, quarter: str) -> dict[str, Fraction | None]:
    """Return domain -> mean of its scores."""
    scores = counted(trust, quarter)
    return {
        domain: mean(member for member in scores if member.domain == domain)
        for domain in {member.domain for member in scores}
    }


def scores_of_type(releases: Releases, quarter: str, trust_type: str) -> dict[str, list[Counted]]:
    """Return code -> scores that count, of the trusts of a type."""
    return {
        trust.code: counted(trust, quarter)
        for trust in releases[quarter].values()
        if trust.trust_type == trust_type
    }


def places(scores: dict[str, list[Counted]], without: str = "") -> dict[str, int]:
    """Return code -> rank by average without a metric or a domain; ties share the smaller rank."""
    means = {
        code: mean(m for m in members if without not in (m.metric_id, m.domain))
        for code, members in scores.items()
    }
    left = {code: average for code, average in means.items() if average is not None}
    in_order = sorted(left.values())
    return {code: 1 + in_order.index(average) for code, average in left.items()}


def area_means(
    releases: Releases, quarter: str, trust_type: str, area: str
) -> dict[str, tuple[Fraction, int]]:
    """Return code -> mean and number of the scores that count in a domain or a sub-domain."""
    means = {}
    for trust in releases[quarter].values():
        if trust.trust_type != trust_type:
            continue
        scores = [member for member in counted(trust, quarter) if area in member.areas]
        average = mean(scores)
        if average is not None:
            means[trust.code] = (average, len(scores))
    return means
