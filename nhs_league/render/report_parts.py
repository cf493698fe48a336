"""What a report says of other trusts to ask and of its sources, as a page and in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import polars as pl

from nhs_league.core.answers import TrustReport
from nhs_league.frozen import frozen
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Heading, Line, points
from nhs_league.render.trust_figures import Metric, Row, value_of

WHO_TO_ASK = (
    "Of the ten trusts most like this one (same subtype and region first, then the nearest scores; "
    "computed), up to three that are in the best half of their type at a weak spot."
)
NOBODY_TO_ASK = (
    "None of the ten trusts most like this one (computed) is in the best half of its type at one "
    "of these weak spots."
)


@frozen
class Asked:
    """A trust to ask: its name, its page where it has one, and its figure."""

    name: str
    page: str
    figure: str


@frozen
class Ask:
    """Whom to ask about a weak spot."""

    metric: str
    is_severe: bool
    trusts: tuple[Asked, ...]


@frozen
class Source:
    """A release file: its name, what is known of its publication, and its digest."""

    file: str
    about: str
    sha256: str


def asks(report: TrustReport, page_of: Callable[[str], str]) -> Iterator[Ask]:
    """Yield each weak spot at which similar trusts do better, with these trusts.

    Args:
        report: the report.
        page_of: trust code -> its page; empty for none.

    """
    trusts_by_metric: dict[Metric, list[Asked]] = {}
    for row in report.to_ask.iter_rows(named=True):
        rank = numbers.rank_of(row["rank"], row["of"]) if row["rank"] is not None else ""
        figure = ", ".join(part for part in (value_of({**row, "doubt": None}), rank) if part)
        trusts_by_metric.setdefault((row["metric_id"], row["unit"]), []).append(
            Asked(numbers.short_name(row["trust_name"]), page_of(row["trust_code"]), figure)
        )
    weak = report.profile.frame.filter(pl.col("weak_spot").is_not_null())
    for row in weak.iter_rows(named=True):
        if trusts := trusts_by_metric.get((row["metric_id"], row["unit"])):
            yield Ask(row["short_name"], row["weak_spot"] == "severe", tuple(trusts))


def source_of(row: Row) -> Source:
    """Describe a release file: ``releases.listing.SOURCES``."""
    quarters = row["quarters"]
    covered = quarters[0] if len(quarters) == 1 else f"{quarters[0]} to {quarters[-1]}"
    published = _day(row["published"]) if row["published"] else "on a date that is not known"
    fetched = f"retrieved {_day(row['fetched'])}" if row["fetched"] else ""
    parts = (f"{row['kind']} file, {covered}", f"published {published}", fetched)
    return Source(row["file"], "; ".join(part for part in parts if part), row["sha256"])


def further_blocks(report: TrustReport) -> Iterator[Block]:
    """Yield whom to ask and the sources, for a document."""
    if report.profile.frame["weak_spot"].count():
        yield Heading("Who to ask")
        listed = list(asks(report, lambda _: ""))
        yield Line(WHO_TO_ASK if listed else NOBODY_TO_ASK)
        yield points([f"{ask.metric}: {_in_words(ask)}" for ask in listed])
    yield Heading("Sources")
    sources = [source_of(row) for row in report.sources.iter_rows(named=True)]
    yield points([f"{each.file}: {each.about}; sha256 {each.sha256}" for each in sources])


def _in_words(ask: Ask) -> str:
    return "; ".join(f"{each.name} ({each.figure})" for each in ask.trusts)


def _day(text: str) -> str:
    """Write an ISO month, date or date-time as people do: ``September 2026``, ``2 May 2026``."""
    if len(text) == len("2026-09"):
        return f"{date.fromisoformat(f'{text}-01'):%B %Y}"
    day = date.fromisoformat(text[:10])
    return f"{day.day} {day:%B %Y}"
