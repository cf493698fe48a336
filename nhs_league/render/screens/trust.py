"""One trust on one screen: its position, its domains and its weak spots, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from nhs_league.core.answers import TrustProfile
from nhs_league.core.quarters import Quarter
from nhs_league.core.sentences import counted
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Column, Fact, Grid, Heading, Line, points
from nhs_league.render.screens.parts import COMMON, MOVED, Screen, next_of, screen_of
from nhs_league.render.strips import ScoreBar, Segments, Sparkline
from nhs_league.render.theme import Ink, Tone, tone_of_score, tone_of_segment
from nhs_league.render.trust_report import (
    kind_of,
    rank_of_metric,
    rank_of_trust,
    similar,
    sparklines,
    standard_of,
    strip_of,
    tone_of_metric,
    value_of,
    why_segment,
)
from nhs_league.render.trust_words import chance_line, counted_weak_spots, says_who_left

_LINES = 23
"""What a screen of 24 lines has room for: the last one is for the next command."""
_TALL = 34
"""From how many lines on each domain has a line of its own."""
_BESIDE = 10
"""How many lines are neither facts nor domains nor weak spots: title, headings, gaps, ends."""
_FEWEST = 3
_SHORT_DOMAIN = 14
_SHORT_BAR, _LONG_BAR = 8, 24
"""How long the bars of domains are on a screen of the common width, and at most."""
_WITH_BARS = 78
"""From how many columns on two domains on a line have bars."""
_ROOMY = 100
"""From how many columns on a word stands beside each arrow."""
Row = dict[str, Any]


@screen_of.register
def show(answer: TrustProfile, screen: Screen) -> Iterator[Block]:
    """Yield a trust's position, its domains, as many weak spots as fit, and its strongest."""
    standing = answer.standing.row(0, named=True)
    height = (screen.height or _LINES + 1) - 1
    is_tall = screen.every or height >= _TALL
    yield from _title(standing, screen)
    facts = list(_position(standing, answer))
    yield from facts
    yield from _domains(answer.domains, screen, is_tall=is_tall)
    weak = answer.frame.filter(pl.col("weak_spot").is_not_null())
    domains = answer.domains.height if is_tall else -(-answer.domains.height // 2)
    room = max(height - len(facts) - domains - _BESIDE, _FEWEST)
    shown = weak if screen.every else weak.head(room)
    sparks = sparklines(answer)
    if shown.is_empty():
        yield Fact("Weak spots", "none: no metric is scored 3.00 or worse")
    else:
        columns = _metric_columns(shown, sparks, counted_weak_spots(weak), screen)
        yield Grid("Weak spots", tuple(columns), has_hint=False)
    if screen.every:
        yield from _everything(answer, weak, sparks, screen)
    else:
        yield _strongest(answer.frame)


@next_of.register
def after_show(answer: TrustProfile) -> tuple[str, ...]:
    """Offer the reasons, the way to the next segment and the page."""
    standing = answer.standing.row(0, named=True)
    code, segment = standing["trust_code"], standing["segment"]
    better = (f"whatif {code} --to-segment {segment - 1}",) if (segment or 1) > 1 else ()
    return (f"explain {code}", *better, f"report {code} -o {code.casefold()}.html")


def _title(standing: Row, screen: Screen) -> Iterator[Block]:
    name, quarter = standing["trust_name"], standing["quarter"]
    yield Heading(name, 1, code=standing["trust_code"], short=numbers.short_name(name))
    about = " · ".join(part for part in (kind_of(standing), standing["region"], quarter) if part)
    dated = f"{about} (to {Quarter.parse(quarter).end:%B %Y})"
    yield Heading(dated if len(dated) <= screen.width else about, 0)


def _position(standing: Row, answer: TrustProfile) -> Iterator[Fact]:
    """Yield segment, rank and score, how firm they are, and what they were."""
    segment = standing["segment"]
    yield Fact("Segment", why_segment(standing), Segments(segment, tone_of_segment(segment)))
    ranks, placed = rank_of_trust(standing, answer)
    yield Fact("Rank", placed, ranks)
    yield _score(standing)
    yield from _firmness(answer)
    yield from _since(standing, answer.previous)


def _score(standing: Row) -> Fact:
    score, low = standing["average_score"], standing["average_score_low"]
    parts = ["(1 best, 4 worst)"]
    if low is not None:
        likely = numbers.likely(low, standing["average_score_high"], is_score=True)
        parts.append(f"likely {likely}")
    if (rank := standing["score_rank"]) is not None and rank != standing["rank"]:
        parts.append(f"{numbers.ordinal(rank)} on score alone")
    written = numbers.score(score)
    return Fact("Score", ", ".join(parts), lead=written, tone=tone_of_score(score))


def _firmness(answer: TrustProfile) -> Iterator[Fact]:
    if answer.firmness is None or answer.firmness.is_empty():
        return
    row = answer.firmness.row(0, named=True)
    ends = [row["computed_p_best_quarter"], row["computed_p_worst_quarter"]]
    best, worst = numbers.in_hundreds(ends)
    text = f"top quarter in {best} of redraws of the metrics, bottom quarter in {worst}"
    yield Fact("How firm", text)


def _since(standing: Row, previous: pl.DataFrame | None) -> Iterator[Fact]:
    """Yield what changed since the quarter before, on one line."""
    if previous is None or previous.is_empty():
        return
    before = previous.row(0, named=True)
    parts = []
    for column, name in (("segment", "segment"), ("rank", "rank")):
        old, new = before[column], standing[column]
        if old is not None and new is not None:
            parts.append(f"still {name} {new}" if old == new else f"{name} {old} to {new}")
        if column == "segment" and not says_who_left(before, standing):
            parts[-1] += " (5 not published)"
    old, new = before["average_score"], standing["average_score"]
    if old is not None and new is not None:
        before_and_now = (numbers.score(old), numbers.score(new))
        is_same = len(set(before_and_now)) == 1
        parts.append(
            f"{'still score' if is_same else 'score'} {' to '.join(before_and_now[is_same:])}"
        )
    verdict = {True: ": a clear change", False: ": could be chance", None: ""}[
        before["computed_distinguishable"] if old != new else None
    ]
    if not before["same_framework"]:
        verdict = "; new framework"
    if parts:
        yield Fact(f"Since {before['quarter'].split()[0]}", f"{', '.join(parts)}{verdict}")


def _domains(domains: pl.DataFrame, screen: Screen, *, is_tall: bool) -> Iterator[Block]:
    """Yield the domains, each on a line, or two on a line where lines are few."""
    if domains.is_empty():
        yield Heading("Domains", more="  not in your files")
        return
    rows = domains.rows(named=True)
    if is_tall:
        yield Heading("Domains", more="  1 is best, 4 is worst; │ is the typical trust")
        yield Grid("Domains", tuple(_domain_columns(rows, (13, 40))), has_hint=False)
        return
    widest = _SHORT_BAR + max(screen.width - COMMON, 0) // 2
    bar = (5, min(widest, _LONG_BAR)) if screen.width >= _WITH_BARS else None
    drawn = ", rank, and a bar from 1 (best) to 4 (worst)" if bar else " and rank"
    yield Heading("Domains", more=f"  score{drawn}")
    half = -(-len(rows) // 2)
    left, right = rows[:half], [*rows[half:], *[None] * (2 * half - len(rows))]
    columns = (
        _domain_columns([r and {**r, "domain": _short_domain(r["domain"])} for r in side], bar)
        for side in (left, right)
    )
    yield Grid("Domains", tuple(column for side in columns for column in side), has_hint=False)


def _domain_columns(rows: Sequence[Row | None], bar: tuple[int, int] | None) -> Iterator[Column]:
    """Yield name, score, rank and, unless there is no room, a bar of so many columns."""
    known: list[Row] = [
        row or dict.fromkeys(("domain", "score", "rank", "of", "doubt")) for row in rows
    ]
    tones = [tone_of_score(row["score"]) for row in known]
    names = [row["domain"] or "" for row in known]
    yield Column("", names, shrinks=True, tones=tones, leads=True, wrap_width=14)
    scores = ["" if row["score"] is None else numbers.score(row["score"]) for row in known]
    yield Column("", scores, numeric=True)
    ranks = [
        numbers.doubtful(numbers.rank_in_short(row["rank"], row["of"]), row["doubt"])
        for row in known
    ]
    yield Column("", ranks, numeric=True)
    if bar is None:
        return
    bars = [
        None if row["score"] is None else ScoreBar(row["score"], row["computed_median"], tone, *bar)
        for row, tone in zip(known, tones, strict=True)
    ]
    yield Column("", [""] * len(rows), drawings=bars)


def _short_domain(domain: str) -> str:
    if len(domain) <= _SHORT_DOMAIN:
        return domain
    for joint in (",", " of ", " and ", " to "):
        domain = domain.split(joint)[0]
    return domain


def _metric_columns(
    metrics: pl.DataFrame,
    sparks: dict[tuple[str, str | None], Sparkline],
    heading: str,
    screen: Screen,
) -> Iterator[Column]:
    """Yield a line a metric: name, value, standard, strip, rank, and what the value did."""
    rows = metrics.rows(named=True)
    tones = [tone_of_metric(row) for row in rows]
    names = [row["short_name"] for row in rows]
    yield Column(heading, names, shrinks=True, tones=tones, leads=True, heading_ink=Ink.STRONG)
    yield Column("value", [value_of(row) for row in rows], numeric=True)
    is_long = screen.every
    standards = [standard_of(row) for row in rows]
    if any(standards):
        yield Column("standard", standards, optional=is_long)
    strips = [strip_of(row, tone) for row, tone in zip(rows, tones, strict=True)]
    yield Column("", [""] * len(rows), drawings=strips, ends=("worst", "best"))
    yield Column("rank", [rank_of_metric(row) for row in rows], numeric=True)
    drawn = [sparks.get((row["metric_id"], row["unit"])) for row in rows]
    if any(drawn):
        yield Column("trend", [""] * len(rows), drawings=drawn, optional=True)
    moved = [MOVED.get(row["change_since_last"] or "", ("", None)) for row in rows]
    signs = [sign for sign, _ in moved]
    if screen.width >= _ROOMY:
        changes = zip(signs, (row["change_since_last"] for row in rows), strict=True)
        signs = [f"{sign} {change}" if sign else "" for sign, change in changes]
    if any(signs):
        yield Column("", signs, colours=[tone for _, tone in moved], optional=is_long)
    if is_long:
        yield Column("period", [row["period"] or "" for row in rows], shrinks=True, wrap_width=12)


def _strongest(metrics: pl.DataFrame) -> Fact:
    """Name the strongest metric, and how to see them all."""
    place = pl.coalesce("rank", "computed_rank")
    strong = metrics.filter("strong").sort("score", place, nulls_last=True)
    more = f"All {counted(metrics.height, 'metric')}: --all"
    if strong.is_empty():
        return Fact("Strongest", f"nothing stands out. {more}")
    row = strong.row(0, named=True)
    rank = numbers.rank_of(row["rank"], row["of"]) if row["rank"] is not None else ""
    figure = ", ".join(part for part in (value_of(row), rank) if part)
    words = ". ".join(part for part in (figure, more) if part)
    return Fact("Strongest", words, lead=row["short_name"], tone=Tone.BEST)


def _everything(
    answer: TrustProfile,
    weak: pl.DataFrame,
    sparks: dict[tuple[str, str | None], Sparkline],
    screen: Screen,
) -> Iterator[Block]:
    """Yield all other metrics by domain, the trusts most like it, and the limits."""
    rest = answer.frame.join(
        weak.select("metric_id", "unit"), on=["metric_id", "unit"], how="anti", nulls_equal=True
    ).sort(pl.col("domain"), maintain_order=True, nulls_last=True)
    if rest.height:
        runs = rest["domain"].rle_id()
        starts = [row for row in range(1, rest.height) if runs[row] != runs[row - 1]]
        titles = [rest["domain"][row] or "No domain" for row in (0, *starts)]
        yield Grid(
            "All other metrics",
            tuple(_metric_columns(rest, sparks, "All other metrics", screen)),
            tuple(starts),
            tuple(titles),
            has_hint=False,
        )
    if answer.chance is not None:
        yield from (Line(chance_line(row)) for row in answer.chance.iter_rows(named=True))
    if answer.peers is not None:
        yield Heading("Similar trusts")
        yield from similar(answer.standing.row(0, named=True), answer.peers)
    yield Heading("Limits of these figures")
    yield points(answer.notes)
