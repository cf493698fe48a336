"""An answer as a document: blocks that each format writes in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch

from nhs_league.core.answers import (
    Answer,
    AreaRanking,
    Audit,
    CappedTrusts,
    Comparison,
    Explanation,
    HiddenWeakSpots,
    LeagueTable,
    Ranking,
    TrustProfile,
)
from nhs_league.render.audit import audit_blocks
from nhs_league.render.blocks import Block, Grid, Heading, Line, Remark
from nhs_league.render.explanation import explanation_blocks
from nhs_league.render.meta import Meta
from nhs_league.render.trust_report import trust_blocks
from nhs_league.render.views import columns_of
from nhs_league.render.views.cells import plain
from nhs_league.render.views.trusts import standings

BANNER = "FICTIONAL SAMPLE: every trust and figure below is invented."
_COMPUTED = "* computed from the figures at hand; not published."
_BY_TYPE = (Ranking, AreaRanking, LeagueTable, HiddenWeakSpots, CappedTrusts)
"""Answers that list one trust type after the other."""


def document(answer: Answer, meta: Meta, columns: Sequence[str] = ()) -> Iterator[Block]:
    """Give an answer's blocks, from the banner to the source.

    Args:
        answer: what to show.
        meta: where the figures come from.
        columns: the frame's columns to show instead of the question's own view; empty for that.

    """
    if meta.sample:
        yield Remark(BANNER)
    yield from _table(answer, columns) if columns else blocks_of(answer)
    if credit := meta.credit(answer):
        yield Remark(credit)


@singledispatch
def blocks_of(answer: Answer) -> Iterator[Block]:
    """Yield an answer's blocks; of most it is one table."""
    yield from _table(answer)


blocks_of.register(TrustProfile, trust_blocks)
blocks_of.register(Explanation, explanation_blocks)
blocks_of.register(Audit, audit_blocks)


def _table(answer: Answer, columns: Sequence[str] = ()) -> Iterator[Block]:
    yield Heading(answer.title, 1)
    if answer.frame.is_empty():
        yield Line("Nothing to show.")
    else:
        shown = plain(answer.frame.select(columns)) if columns else columns_of(answer)
        if isinstance(answer, Comparison) and not columns:
            yield Grid("The trusts compared", tuple(standings(answer)))
        yield Grid(answer.title, tuple(shown), tuple(_sections(answer)))
        if not columns and any(t.endswith("*") for c in shown for t in (c.heading, *c.cells)):
            yield Remark(_COMPUTED)
    yield from map(Remark, answer.notes)


def _sections(answer: Answer) -> list[int]:
    """Tell after which rows another trust type begins."""
    if not isinstance(answer, _BY_TYPE):
        return []
    runs = answer.frame["trust_type"].rle_id()
    return [row for row in range(1, len(runs)) if runs[row] != runs[row - 1]]
