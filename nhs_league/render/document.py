"""An answer as a document: blocks that each format writes in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import singledispatch
from typing import Any

import polars as pl

from nhs_league.core.answers import (
    Answer,
    AreaRanking,
    Audit,
    CappedTrusts,
    Comparison,
    Explanation,
    HiddenWeakSpots,
    LeagueTable,
    MetricExplanation,
    News,
    Ranking,
    Sources,
    Stories,
    TrustProfile,
)
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Column, Grid, Heading, Line, Points, Remark, points
from nhs_league.render.meta import Meta
from nhs_league.render.theme import Tone, tone_of_score, tone_of_segment
from nhs_league.render.trust_report import trust_blocks
from nhs_league.render.views import columns_of
from nhs_league.render.views.columns import plain, texts
from nhs_league.render.views.explain import metric_lines, metric_periods
from nhs_league.render.views.history import news_blocks, story_blocks
from nhs_league.render.views.look import standings

BANNER = "FICTIONAL SAMPLE: every trust and figure below is invented."
COMPUTED = "* Computed by nhsleague, not published by NHS England."
_HELD = "£ in segment 3 only because of the financial override."
_BY_TYPE = (Ranking, AreaRanking, LeagueTable, HiddenWeakSpots, CappedTrusts)
"""Answers that list one trust type after the other."""
_OUTCOMES = {
    "computed_unexplained": "differ",
    "computed_equal": "equal",
    "computed_rounding": "rounding",
    "computed_ties": "ties",
    "computed_excepted": "excepted",
    "computed_not_recomputed": "left out",
}
"""What became of a recomputed figure: its column -> its heading."""
_OUTCOMES_EXPLAINED = {
    "computed_rounding": "Rounding: averages use scores rounded to two places.",
    "computed_ties": "Ties: values that are published as equal can differ before rounding.",
    "computed_excepted": "Excepted: the override depends on more than the published figures.",
    "computed_not_recomputed": (
        "Left out: figures that cannot be recomputed, for the reasons below."
    ),
}
Row = dict[str, Any]


def document(answer: Answer, meta: Meta, columns: Sequence[str] = ()) -> Iterator[Block]:
    """Yield an answer's blocks, from the banner to the source.

    Args:
        answer: what to show.
        meta: where the figures come from.
        columns: the frame's columns to show instead of the question's view; empty for the view.

    """
    if meta.sample:
        yield Remark(BANNER)
    yield from table_blocks(answer, columns) if columns else blocks_of(answer)
    yield from to_cite(answer, meta)
    if credit := meta.credit(answer):
        yield Remark(credit)


def to_cite(answer: Answer, meta: Meta) -> Iterator[Block]:
    """Yield the citations of the release files, where they are asked for."""
    is_cited = meta.is_cited or isinstance(answer, Sources)
    if is_cited and (cited := meta.citations(answer)):
        yield Heading("To cite")
        yield from (Line(citation.text()) for citation in cited)


@singledispatch
def blocks_of(answer: Answer) -> Iterator[Block]:
    """Yield an answer's blocks; of most it is one table."""
    yield from table_blocks(answer)


blocks_of.register(TrustProfile, trust_blocks)
blocks_of.register(Stories, story_blocks)
blocks_of.register(News, news_blocks)


def table_blocks(answer: Answer, columns: Sequence[str] = ()) -> Iterator[Block]:
    """Yield the title, the table and the notes of an answer.

    Args:
        answer: what to show.
        columns: the frame's columns to show instead of the question's view; empty for the view.

    """
    yield Heading(answer.title, 1)
    if answer.frame.is_empty():
        if not answer.notes:
            yield Line("No results.")
    else:
        shown = plain(answer.frame.select(columns)) if columns else columns_of(answer)
        if isinstance(answer, Comparison) and not columns:
            yield Grid("The trusts compared", tuple(standings(answer)))
        yield Grid(answer.title, tuple(shown), tuple(_sections(answer)))
        if not columns:
            yield from signs(shown)
    yield from map(Remark, answer.notes)


def signs(columns: Sequence[Column]) -> Iterator[Remark]:
    """Explain the signs that stand behind figures: * and £."""
    texts = [text for column in columns for text in (column.heading, *column.cells)]
    if any(text.endswith("*") for text in texts):
        yield Remark(COMPUTED)
    if any(text.endswith("£") for text in texts):
        yield Remark(_HELD)


def _sections(answer: Answer) -> list[int]:
    """Return after which rows another trust type begins."""
    if not isinstance(answer, _BY_TYPE):
        return []
    runs = answer.frame["trust_type"].rle_id()
    return [row for row in range(1, len(runs)) if runs[row] != runs[row - 1]]


@blocks_of.register
def explanation_blocks(answer: Explanation) -> Iterator[Block]:
    """Yield the rank with what it is made of below it, then what that means."""
    standing = answer.standing.row(0, named=True)
    yield Heading(answer.title, 1)
    steps = list(explained(answer.frame, standing, _metric_step, _domain_step))
    yield Points(tuple((depth, text) for depth, text, _ in steps), tuple(t for _, _, t in steps))
    yield from map(Line, (*answer.notes, *answer.rules))


def explained(
    frame: pl.DataFrame,
    standing: Row,
    of_metric: Callable[[Row], str],
    of_domain: Callable[[Row], str],
) -> Iterator[tuple[int, str, Tone | None]]:
    """Yield each step with its depth and tone: rank, segment, average score, domains, metrics.

    Args:
        frame: schema EXPLAINED.
        standing: the trust's row of STANDINGS, as an Explanation has it.
        of_metric: writes a metric's row.
        of_domain: writes a domain's row.

    """
    rank = numbers.rank_of(standing["rank"], standing["of"])
    ranked = f"League rank {rank} (1 is best){_likely(standing, 'rank')}, by segment and score"
    yield 0, ranked, None
    yield 1, _segment_step(standing), tone_of_segment(standing["segment"])
    average = frame.row(by_predicate=pl.col("level") == "average score", named=True)
    exact = average["computed_score"]
    differs = exact is not None and numbers.score(exact) != numbers.score(average["score"])
    recomputed = f"; recomputed {numbers.number(round(exact, 4))}" if differs else ""
    yield (
        2,
        (
            f"Average score {numbers.score(average['score'])} (1 best, 4 worst)"
            f"{_likely(standing, 'average_score')}: {average['note'] or 'published'}{recomputed}"
        ),
        tone_of_score(average["score"]),
    )
    for domain in frame.filter(pl.col("level") == "domain").iter_rows(named=True):
        yield 3, of_domain(domain), tone_of_score(domain["score"])
        is_of_domain = (pl.col("level") == "metric") & (pl.col("domain") == domain["domain"])
        for metric in frame.filter(is_of_domain).iter_rows(named=True):
            yield 4, of_metric(metric), tone_of_score(metric["score"])


def _likely(standing: Row, what: str) -> str:
    low, high = standing[f"{what}_low"], standing[f"{what}_high"]
    if low is None or high is None:
        return ""
    return f", likely {numbers.likely(low, high, is_score=what == 'average_score')}"


def _segment_step(standing: Row) -> str:
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


def _domain_step(row: Row) -> str:
    exact = row["computed_score"]
    recomputed = "" if exact is None else f"; the scores below average {exact:.4g}"
    return f"{row['domain']} {numbers.score(row['score'])}{recomputed}"


def _metric_step(row: Row) -> str:
    shown = [numbers.with_unit(row["value"], row["unit"])] if row["value"] is not None else []
    if row["rank"] is not None:
        shown.append(f"rank {numbers.rank_of(row['rank'], row['of'])}")
    shown.append(f"score {numbers.score(row['score'])}")
    note = f" ({row['note']})" if row["note"] else ""
    return f"{row['short_name']}: {', '.join(shown)}{note}"


@blocks_of.register
def metric_blocks(answer: MetricExplanation) -> Iterator[Block]:
    """Yield what a metric is, then how its values are spread, then when it was published."""
    grids = (
        ("Values", tuple(columns_of(answer))),
        ("Quarters", tuple(metric_periods(answer))),
    )
    yield Heading(answer.title, 1)
    yield from (Line(text, lead) for lead, text in metric_lines(answer) if text)
    for name, columns in grids:
        yield Heading(name)
        yield Grid(name, columns)
    if any("*" in text for _, columns in grids for c in columns for text in c.cells):
        yield Remark(COMPUTED)
    yield from map(Remark, answer.notes)


@blocks_of.register
def _audit(answer: Audit) -> Iterator[Block]:
    """Yield how many figures were recomputed, then each unexplained one, then the reasons."""
    yield Heading(answer.title, 1)
    yield Grid("What was recomputed", tuple(_recomputed(answer.checked)), has_hint=False)
    explained = [
        explanation
        for outcome, explanation in _OUTCOMES_EXPLAINED.items()
        if answer.checked[outcome].sum()
    ]
    if explained:
        yield Remark(" ".join(explained))
    if answer.frame.is_empty():
        yield Line("Every figure that can be recomputed follows the official method.")
    else:
        yield Heading("Unexplained")
        yield Grid(answer.title, tuple(columns_of(answer)), has_hint=False)
    if answer.notes:
        yield points(answer.notes)


def _recomputed(checked: pl.DataFrame) -> list[Column]:
    counts = [
        Column(heading, [f"{v or 0:,}" for v in checked[name]], numeric=True)
        for name, heading in _OUTCOMES.items()
        if name == "computed_unexplained" or checked[name].sum()
    ]
    return [
        Column("figure", [what.capitalize() for what in texts(checked, "what")]),
        Column("published", [f"{v:,}" for v in checked["published"]], numeric=True),
        *counts,
    ]
