"""A trust on a terminal and on a page: its figures drawn and in short texts, and its document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import TrustProfile, TrustReport
from nhs_league.core.quarters import Quarter
from nhs_league.frozen import frozen
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Column, Grid, Heading, Line, Numbered, points
from nhs_league.render.strips import Among, Ranks, Sparkline, among
from nhs_league.render.theme import Tone, tone_of_score, tone_of_segment
from nhs_league.render.trust_words import (
    chance_line,
    firmness_line,
    metric_line,
    ranges_line,
    since_lines,
    standing_lines,
    weak_spot,
    what_is_weak,
)

_QUARTERS = 5
"""How many quarters a sparkline shows."""
_PAST = ("quarter", "metric_id", "unit", "value", "is_republished")
Row = dict[str, Any]
Metric = tuple[str, str | None]
"""A metric's ID and its unit."""
_STRONGEST = 5
WHO_TO_ASK = (
    "Of the ten trusts most like this one (same subtype and region first, then the nearest scores; "
    "computed), up to three that are in the best half of their type at a weak spot."
)
NOBODY_TO_ASK = (
    "None of the ten trusts most like this one (computed) is in the best half of its type at one "
    "of these weak spots."
)


def kind_of(standing: Row) -> str:
    """Return a trust's type and subtype as people say them: ``Large acute trust``."""
    kind = trust_types.in_words(standing["trust_type"]).removesuffix("s")
    of_type, _, size = (standing["subtype"] or "").casefold().partition(" - ")
    if size and kind.startswith(of_type):
        return f"{size} {kind}".capitalize()
    return kind.capitalize()


def why_segment(standing: Row) -> str:
    """Return how the segment came about, short enough to stand beside it."""
    segment, unadjusted = standing["segment"], standing["unadjusted_segment"]
    override, deficit = standing["override"], standing["in_deficit"]
    if segment is None:
        return "not in your files"
    if segment == 5:
        return "intensive support, decided by NHS England"
    cause = "a deficit" if deficit else "the financial override"
    if segment == 3 and unadjusted is not None and unadjusted < segment:
        return f"because of {cause}; {unadjusted} on its score"
    if override is False or (override is None and deficit is False):
        why = "in deficit, but its score decides" if deficit else "by its score; no deficit"
        return why if deficit is not None else "by its score"
    if unadjusted == segment or segment != 3:
        return f"by its score, with or without {cause}"
    return "by its score or its finances: your files do not say"


def rank_of_trust(standing: Row, answer: TrustProfile) -> tuple[Ranks, str]:
    """Return a trust's rank and its likely range as a drawing, and in words."""
    rank, of = standing["rank"], standing["of"]
    low, high = standing["rank_low"], standing["rank_high"]
    likely, how = (low, high), ""
    if low is None and answer.ranges is not None and answer.ranges.height:
        row = answer.ranges.row(0, named=True)
        likely = (row["computed_score_rank_low"], row["computed_score_rank_high"])
        how = " (computed)"
    last = of or max((v for v in (rank, *likely, standing["computed_of"]) if v), default=1)
    is_known = None not in likely
    runs = ((likely[0], likely[1]),) if is_known else ()
    drawing = Ranks(rank, runs, last, tone_of_segment(standing["segment"]))
    placed = numbers.doubtful(numbers.rank_of(rank, of), standing["doubt"])
    words = f", likely {likely[0]} to {likely[1]}{how}" if is_known else ""
    return drawing, f"{placed}{words}"


def rank_of_metric(row: Row) -> str:
    """Return the published rank, else the computed one, marked."""
    if row["rank"] is not None:
        return numbers.doubtful(numbers.rank_in_short(row["rank"], row["of"]), row["doubt"])
    if row["computed_rank"] is None or row["value"] is None:
        return ""
    return f"{numbers.rank_in_short(row['computed_rank'], row['computed_of'])}*"


def tone_of_metric(row: Row) -> Tone | None:
    """Return how good a metric is: by the weak-spot rule, else by its score."""
    if row["weak_spot"] is not None:
        return Tone.SEVERE if row["weak_spot"] == "severe" else Tone.WEAK
    if (tone := tone_of_score(row["score"])) is not None:
        return tone
    return Tone.BEST if row["strong"] else None


def value_of(row: Row) -> str:
    """Return a metric's value, or its score where only that is published."""
    if row["value"] is None:
        return f"score {numbers.score(row['score'])}" if row["score"] is not None else "–"
    return numbers.doubtful(numbers.with_short_unit(row["value"], row["unit"]), row["doubt"])


def standard_of(row: Row) -> str:
    """Return the national standard, and whether the value meets it."""
    standard, value, higher = row["standard"], row["value"], row["higher_is_better"]
    if standard is None or value is None or higher is None:
        return ""
    is_met = value >= standard if higher else value <= standard
    return f"{numbers.with_unit(standard, row['unit'])} {'met' if is_met else 'missed'}"


def strip_of(row: Row, tone: Tone | None) -> Among | None:
    """Return a value among those of its trust type; None where it is not compared."""
    if row["value"] is None or row["computed_of"] is None:
        return None
    quartiles = tuple(
        row[name] if row[name] is not None else row[f"computed_{name}"]
        for name in ("lower_quartile", "median", "upper_quartile")
    )
    return among(
        row["value"],
        (row["computed_lowest"], row["computed_highest"]),
        (quartiles[0], quartiles[1], quartiles[2]),
        tone,
        higher_is_better=row["higher_is_better"],
    )


def sparklines(answer: TrustProfile) -> dict[Metric, Sparkline]:
    """Draw each metric's last quarters, oldest first; those of one quarter alone are left out.

    The blocks' scale is at least the middle half of the peers, so that a small change looks small.
    """
    newest = Quarter.parse(answer.standing["quarter"][0])
    quarters = [newest]
    for _ in range(_QUARTERS - 1):
        quarters.insert(0, quarters[0].previous)
    labels = [quarter.label for quarter in quarters]
    figures: dict[Metric, dict[str, tuple[float, bool]]] = {}
    for quarter, metric_id, unit, value, same in answer.past.select(_PAST).iter_rows():
        if quarter in labels:
            figures.setdefault((metric_id, unit), {})[quarter] = (value, same)
    upper, lower = (
        pl.coalesce(f"{end}_quartile", f"computed_{end}_quartile") for end in ("upper", "lower")
    )
    spans = answer.frame.select("metric_id", "unit", span=upper - lower).iter_rows()
    least = {(metric_id, unit): span for metric_id, unit, span in spans}
    return {
        metric: Sparkline(
            tuple(known.get(label, (None, False))[0] for label in labels),
            tuple(known.get(label, (None, False))[1] for label in labels),
            least.get(metric) or 0.0,
        )
        for metric, known in figures.items()
        if len(known) > 1
    }


def trust_blocks(answer: TrustProfile) -> Iterator[Block]:
    """Yield a trust's position, domains, weak spots, strongest and other metrics, and limits."""
    standing = answer.standing.row(0, named=True)
    yield from _heading(standing)
    yield from standing_lines(standing)
    yield from map(Line, since_lines(standing, answer.previous))
    if answer.firmness is not None:
        yield from (Line(firmness_line(row)) for row in answer.firmness.iter_rows(named=True))
    if answer.ranges is not None:
        yield from (Line(ranges_line(row)) for row in answer.ranges.iter_rows(named=True))
    yield Heading("Domains (1 is best, 4 is worst)")
    yield _domains(answer.domains)
    yield from _metrics(answer)
    if answer.peers is not None:
        yield Heading("Similar trusts (by type, subtype, region and scores)")
        yield from similar(standing, answer.peers)
    yield Heading("Limits of these figures")
    yield points(answer.notes)


def _heading(standing: Row) -> Iterator[Block]:
    yield Heading(f"{standing['trust_name']} ({standing['trust_code']})", 1)
    kind = trust_types.in_words(standing["trust_type"]).removesuffix("s").capitalize()
    about = [kind, standing["subtype"], standing["region"], standing["quarter"]]
    yield Heading(" · ".join(part for part in about if part), 0)


def _metrics(answer: TrustProfile) -> Iterator[Block]:
    metrics = answer.frame
    weak = metrics.filter(pl.col("weak_spot").is_not_null())
    yield Heading(f"Weak spots: {weak.height or 'none'}")
    if weak.height:
        yield Line(what_is_weak(weak))
        yield Numbered(tuple(weak_spot(row) for row in weak.iter_rows(named=True)))
    if answer.chance is not None:
        yield from (Line(chance_line(row)) for row in answer.chance.iter_rows(named=True))
    place = pl.coalesce("rank", "computed_rank")
    strong = metrics.filter("strong").sort("score", place, nulls_last=True).head(_STRONGEST)
    yield Heading("Strongest" if strong.height else "Strongest: nothing stands out")
    yield points([metric_line(row) for row in strong.iter_rows(named=True)])
    has_figure = pl.col("value").is_not_null() | pl.col("score").is_not_null()
    rest = metrics.filter(pl.col("weak_spot").is_null() & has_figure).join(
        strong, on=["metric_id", "unit"], how="anti", nulls_equal=True
    )
    is_placed = pl.col("score").is_not_null() | pl.coalesce("rank", "computed_rank").is_not_null()
    placed, others = rest.filter(is_placed), rest.filter(~is_placed)
    yield Heading("All others, worst first" if placed.height else "No other metrics")
    yield points([metric_line(row) for row in placed.iter_rows(named=True)])
    if others.height:
        yield Heading("Neither scored nor ranked")
        yield points([metric_line(row) for row in others.iter_rows(named=True)])


def _domains(domains: pl.DataFrame) -> Block:
    if domains.is_empty():
        return Line("Not in your files.")
    ranks = [
        numbers.doubtful(numbers.rank_of(rank, of), doubt)
        for rank, of, doubt in domains.select("rank", "of", "doubt").iter_rows()
    ]
    return Grid(
        "The trust's domains",
        (
            Column("Domain", list(domains["domain"]), wraps=True),
            Column("Score", [numbers.score(score) for score in domains["score"]], numeric=True),
            Column("Segment", [numbers.number(s) for s in domains["segment"]], numeric=True),
            Column("Rank", ranks, numeric=True),
        ),
    )


def similar(standing: Row, peers: pl.DataFrame) -> Iterator[Block]:
    """Yield the trusts most like it, and its rank among them by average score."""
    score = standing["average_score"]
    if score is not None:
        better = peers.filter(pl.col("average_score") < score).height
        yield Line(
            f"Among them and itself it is {better + 1} of {peers.height + 1} by average score, "
            "1 is best (computed)."
        )
    ranks = [numbers.rank_of(rank, of) for rank, of in peers.select("rank", "of").iter_rows()]
    names = [numbers.short_name(name) for name in peers["trust_name"]]
    yield Grid(
        "The trusts most like it",
        (
            Column("Code", list(peers["trust_code"])),
            Column("Trust", names, wraps=True),
            Column(
                "Segment", [numbers.number(segment) for segment in peers["segment"]], numeric=True
            ),
            Column("Rank", ranks, numeric=True),
            Column("Score", [numbers.score(v) for v in peers["average_score"]], numeric=True),
            Column("Region", [region or "" for region in peers["region"]], wraps=True),
        ),
    )


@frozen
class TrustToAsk:
    """A trust to ask: its name, its page where it has one, and its figure."""

    name: str
    page: str
    figure: str


@frozen
class Ask:
    """Whom to ask about a weak spot."""

    metric: str
    is_severe: bool
    trusts: tuple[TrustToAsk, ...]


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
    trusts_by_metric: dict[Metric, list[TrustToAsk]] = {}
    for row in report.to_ask.iter_rows(named=True):
        rank = numbers.rank_of(row["rank"], row["of"]) if row["rank"] is not None else ""
        figure = ", ".join(part for part in (value_of({**row, "doubt": None}), rank) if part)
        trusts_by_metric.setdefault((row["metric_id"], row["unit"]), []).append(
            TrustToAsk(numbers.short_name(row["trust_name"]), page_of(row["trust_code"]), figure)
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
