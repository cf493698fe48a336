"""Quarter by quarter: a metric, a place, and what a later file changed."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle.files import (
    ADJUSTED,
    AVERAGE,
    DOMAIN_SCORES,
    SCORES,
    UNADJUSTED,
    Archive,
    Releases,
    Revision,
)
from tests.oracle.questions import Standing, standing
from tests.oracle.spreads import figures, typical


@dataclass(frozen=True)
class Point:
    """A trust's figure of a metric in a quarter."""

    period: str
    figure: float | None
    """Its value, or its score where it has none."""
    median: float | None
    computed_median: float | None
    rank: int | None
    score: float | None
    news: str


def metric_history(releases: Releases, code: str, metric_id: str) -> dict[str, Point]:
    """Return quarter -> figure; a figure of the same period and value is no news.

    A count among rates, or a score alone, is not held against the values before it.
    """
    points: dict[str, Point] = {}
    earlier: dict[tuple[bool, bool], Point] = {}
    for quarter, trusts in releases.items():
        if code not in trusts or metric_id not in trusts[code].metrics:
            continue
        metric = trusts[code].metrics[metric_id]
        period = metric.period or metric.score_period
        figure = metric.score if metric.value is None else metric.value
        trust_type = trusts[code].trust_type
        peers = figures(releases, quarter, trust_type, metric_id)
        is_usual = not peers or any(metric.unit == peer.unit for _, peer in peers)
        kind = (metric.value is None, is_usual)
        before = earlier.get(kind)
        if before is None:
            news = "first"
        elif same_period(before.period) != same_period(period):
            news = "new figure"
        else:
            news = "same figure" if before.figure == figure else "changed figure"
        earlier[kind] = points[quarter] = Point(
            period,
            figure,
            metric.median,
            typical(releases, quarter, trust_type, metric_id) if is_usual else None,
            metric.rank,
            metric.score,
            news,
        )
    return points


def same_period(period: str) -> str:
    """Return one way to write a period: 2025 ends as Dec-25 does, a year's plan is of that year."""
    if len(period) == 4 and period.isdigit():
        return f"Dec-{period[2:]}"
    return period.removesuffix(" plan")


def places(releases: Releases, code: str) -> dict[str, Standing]:
    """Return quarter -> place, of the quarters that a trust is in."""
    return {
        quarter: standing(trusts[code], quarter)
        for quarter, trusts in releases.items()
        if code in trusts
    }


SAY_WHO_IS_IN_SEGMENT_5 = ("Q1 2025/26", "Q2 2025/26")
"""The quarters whose files have rows of it (OF5005); of others, those with a trust in it say so."""


def perhaps_still_in_segment_5(
    releases: Releases, before: str, after: str, trust_type: str
) -> set[str]:
    """Return the trusts that left segment 5 for a quarter that does not say who is in it."""
    of_type = [trust for trust in releases[after].values() if trust.trust_type == trust_type]
    segments = {trust.code: standing(trust, after).segment for trust in of_type}
    if after in SAY_WHO_IS_IN_SEGMENT_5 or 5 in segments.values():
        return set()
    return {
        code
        for code, trust in releases[before].items()
        if standing(trust, before).segment == 5 and segments.get(code) is not None
    }


FIGURES = ("Value", "Rank", "Average_score", "Segment")

Changed = tuple[str, str, str, str, float | None, float | None]
"""Quarter, trust code, what a row is of, figure, before and after."""


def revisions(archive: Archive) -> list[Changed]:
    """Return the figures that a later file changed; a score row's rank is that of its value row."""
    changed: list[Changed] = []
    for revision in archive.revisions:
        year = revision.quarter[3:]
        if revision.row.startswith(DOMAIN_SCORES[year]):
            figures_of_row = {"Value": "score", "Rank": "rank"}
        elif revision.row.startswith(SCORES[year]):
            figures_of_row = {"Value": "score"}
        elif revision.row == ADJUSTED[year]:
            figures_of_row = {"Value": "segment", "Rank": "rank"}
        elif revision.row == AVERAGE[year]:
            figures_of_row = {"Value": "average_score", "Rank": "score_rank"}
        elif revision.row == UNADJUSTED[year]:
            figures_of_row = {"Value": "unadjusted_segment"}
        else:
            figures_of_row = {column: column.lower() for column in FIGURES}
        figure = figures_of_row.get(revision.column)
        if figure is not None:
            of = _row_of(archive.releases, revision)
            changed.append(
                (revision.quarter, revision.code, of, figure, revision.before, revision.after)
            )
    return changed


def _row_of(releases: Releases, revision: Revision) -> str:
    """Return what a changed row is of: a metric, a domain, or the league in one kind of file."""
    year = revision.quarter[3:]
    if revision.row.startswith(DOMAIN_SCORES[year]):
        trust = releases[revision.quarter][revision.code]
        return trust.domain_names[revision.row]
    if revision.row.startswith("OF5"):
        return "metric"
    return f"OF0{revision.row[3:]}" if revision.row.startswith("OF") else revision.row
