"""How a place came about, as a tree on the terminal."""

from __future__ import annotations

from typing import Any

import polars as pl
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from nhs_league.league.schema.answers import Answer
from nhs_league.render import figures

Row = dict[str, Any]


def print_explanation(console: Console, answer: Answer) -> None:
    """Print the place on top, below it what it is made of, and what it means."""
    standing = answer.parts["standing"].row(0, named=True)
    console.print(Text(answer.title, style="bold"))
    console.print()
    console.print(_tree(answer.frame, standing))
    console.print()
    for note in answer.notes:
        console.print(Text(note))


def _tree(frame: pl.DataFrame, standing: Row) -> Tree:
    steps = {row["level"]: row for row in frame.iter_rows(named=True)}
    rank = figures.rank_of(standing["rank"], standing["of"])
    root = Tree(
        Text(f"League rank {rank} (1 is best){_likely(standing, 'rank')}, by segment and score"),
        guide_style="",
    )
    segment = root.add(Text(_segment(standing)))
    average = steps["average score"]
    own = average["computed_score"]
    recomputed = "" if own is None else f"; recomputed {figures.number(round(own, 4))}"
    mean = segment.add(
        Text(
            f"Average score {figures.score(average['score'])} (1.00 is best, 4.00 is worst)"
            f"{_likely(standing, 'average_score')}: {average['note'] or 'published'}{recomputed}"
        )
    )
    for domain in frame.filter(pl.col("level") == "domain").iter_rows(named=True):
        branch = mean.add(Text(_domain(domain), style="bold"))
        of_domain = (pl.col("level") == "metric") & (pl.col("domain") == domain["domain"])
        for metric in frame.filter(of_domain).iter_rows(named=True):
            branch.add(Text(_metric(metric), style="" if metric["counts"] else "dim"))
    return root


def _likely(standing: Row, what: str) -> str:
    low, high = standing[f"{what}_low"], standing[f"{what}_high"]
    if low is None or high is None:
        return ""
    return f", likely {figures.likely(low, high, is_score=what == 'average_score')}"


def _segment(standing: Row) -> str:
    now, own = standing["segment"], standing["computed_unadjusted_segment"]
    if now is None:
        return "Segment not published in the files at hand"
    if now == 5:
        return "Segment 5 (1 is best), by decision of NHS England"
    if standing["is_held_back"]:
        return f"Segment {now} (1 is best), as a deficit allows no better; by average score {own}"
    return f"Segment {now} (1 is best), by average score"


def _domain(row: Row) -> str:
    own = row["computed_score"]
    recomputed = "" if own is None else f"; mean of the scores below {own:.4g}"
    return f"{row['domain']} {figures.score(row['score'])}{recomputed}"


def _metric(row: Row) -> str:
    told = [figures.with_unit(row["value"], row["unit"])] if row["value"] is not None else []
    if row["rank"] is not None:
        told.append(f"rank {figures.rank_of(row['rank'], row['of'])}")
    told.append(f"score {figures.score(row['score'])}")
    note = f" ({row['note']})" if row["note"] else ""
    return f"{row['metric']}: {', '.join(told)}{note}"
