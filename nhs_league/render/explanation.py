"""How a place came about, each step under what it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from nhs_league.core.answers import Explanation
from nhs_league.render import figures
from nhs_league.render.blocks import Block, Heading, Line, Points

Row = dict[str, Any]


def explanation_blocks(answer: Explanation) -> Iterator[Block]:
    """Show the place on top, below it what it is made of, and then what that means."""
    standing = answer.standing.row(0, named=True)
    yield Heading(answer.title, 1)
    yield Points(tuple(_steps(answer.frame, standing)))
    yield from map(Line, answer.notes)


def _steps(frame: pl.DataFrame, standing: Row) -> Iterator[tuple[int, str]]:
    """Yield the steps with their depth: place, segment, average score, domains, metrics."""
    rank = figures.rank_of(standing["rank"], standing["of"])
    yield 0, f"League rank {rank} (1 is best){_likely(standing, 'rank')}, by segment and score"
    yield 1, _segment(standing)
    average = frame.row(by_predicate=pl.col("level") == "average score", named=True)
    exact = average["computed_score"]
    recomputed = "" if exact is None else f"; recomputed {figures.number(round(exact, 4))}"
    yield (
        2,
        (
            f"Average score {figures.score(average['score'])} (1.00 is best, 4.00 is worst)"
            f"{_likely(standing, 'average_score')}: {average['note'] or 'published'}{recomputed}"
        ),
    )
    for domain in frame.filter(pl.col("level") == "domain").iter_rows(named=True):
        yield 3, _domain(domain)
        of_domain = (pl.col("level") == "metric") & (pl.col("domain") == domain["domain"])
        for metric in frame.filter(of_domain).iter_rows(named=True):
            yield 4, _metric(metric)


def _likely(standing: Row, what: str) -> str:
    low, high = standing[f"{what}_low"], standing[f"{what}_high"]
    if low is None or high is None:
        return ""
    return f", likely {figures.likely(low, high, is_score=what == 'average_score')}"


def _segment(standing: Row) -> str:
    now, by_score = standing["segment"], standing["computed_unadjusted_segment"]
    if now is None:
        return "Segment: not in your files"
    if now == 5:
        return "Segment 5 (1 is best), by decision of NHS England"
    if standing["is_capped"]:
        return (
            f"Segment {now} (1 is best), by the financial override; on its score alone {by_score}"
        )
    return f"Segment {now} (1 is best), by average score"


def _domain(row: Row) -> str:
    exact = row["computed_score"]
    recomputed = "" if exact is None else f"; the scores below average {exact:.4g}"
    return f"{row['domain']} {figures.score(row['score'])}{recomputed}"


def _metric(row: Row) -> str:
    figures_of = [figures.with_unit(row["value"], row["unit"])] if row["value"] is not None else []
    if row["rank"] is not None:
        figures_of.append(f"rank {figures.rank_of(row['rank'], row['of'])}")
    figures_of.append(f"score {figures.score(row['score'])}")
    note = f" ({row['note']})" if row["note"] else ""
    return f"{row['short_name']}: {', '.join(figures_of)}{note}"
