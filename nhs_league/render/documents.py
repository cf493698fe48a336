"""An answer as a document: blocks that each format writes in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from nhs_league.core.answers import Answer
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
_BY_TYPE = ("ranking", "area", "table", "neighbours", "hidden", "held_back")
_OWN: dict[str, Callable[[Answer], Iterator[Block]]] = {
    "trust": trust_blocks,
    "explanation": explanation_blocks,
    "audit": audit_blocks,
}
"""Questions whose answer is more than a table."""


def document(answer: Answer, meta: Meta, columns: Sequence[str] = ()) -> Iterator[Block]:
    """Give an answer's blocks, from the banner to the source.

    Args:
        answer: what to show.
        meta: where the figures come from.
        columns: the frame's columns to show instead of the question's own view; empty for that.

    """
    if meta.sample:
        yield Remark(BANNER)
    if answer.question in _OWN and not columns:
        yield from _OWN[answer.question](answer)
    else:
        yield from _table(answer, columns)
    if credit := meta.credit(answer):
        yield Remark(credit)


def _table(answer: Answer, columns: Sequence[str]) -> Iterator[Block]:
    yield Heading(answer.title, 1)
    if answer.frame.is_empty():
        yield Line("Nothing to show.")
    else:
        shown = plain(answer.frame.select(columns)) if columns else columns_of(answer)
        if answer.question == "comparison" and not columns:
            yield Grid("The trusts compared", tuple(standings(answer)))
        yield Grid(answer.title, tuple(shown), tuple(_sections(answer)))
        if not columns and any(t.endswith("*") for c in shown for t in (c.heading, *c.cells)):
            yield Remark(_COMPUTED)
    yield from map(Remark, answer.notes)


def _sections(answer: Answer) -> list[int]:
    """Tell after which rows another trust type begins."""
    if answer.question not in _BY_TYPE:
        return []
    runs = answer.frame["trust_type"].rle_id()
    return [row for row in range(1, len(runs)) if runs[row] != runs[row - 1]]
