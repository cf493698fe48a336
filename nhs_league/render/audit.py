"""The audit: what was recomputed, what does not follow, and why some figures were left."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from nhs_league.core.answers import Audit
from nhs_league.render.blocks import Block, Grid, Heading, Line, Remark, points
from nhs_league.render.column import Column
from nhs_league.render.views.cells import texts
from nhs_league.render.views.explain import audit

_OUTCOMES = {
    "computed_unexplained": "Unexplained",
    "computed_equal": "Equal",
    "computed_rounding": "Rounding",
    "computed_ties": "Ties",
    "computed_excepted": "Excepted",
    "computed_not_recomputed": "Not computed",
}


def audit_blocks(answer: Audit) -> Iterator[Block]:
    """Yield the counts, then each figure that is not explained, then the reasons."""
    yield Heading(answer.title, 1)
    yield Grid("What was recomputed", tuple(_summary(answer.checked)))
    yield Remark(
        "Rounding: averages are made of scores rounded to two places. Ties: values that print the "
        "same differ unrounded. Excepted: the override rests on more than the published figures."
    )
    if answer.frame.is_empty():
        yield Line("Every figure that can be recomputed follows from the others.")
    else:
        yield Heading("Unexplained")
        yield Grid(answer.title, tuple(audit(answer)))
    if answer.notes:
        yield points(answer.notes)


def _summary(summary: pl.DataFrame) -> list[Column]:
    counts = [
        Column(heading, [f"{v:,}" if v else "–" for v in summary[name]], right=True)
        for name, heading in _OUTCOMES.items()
        if name == "computed_unexplained" or summary[name].sum()
    ]
    return [
        Column("Figure", texts(summary, "what")),
        Column("Published", [f"{v:,}" for v in summary["published"]], right=True),
        *counts,
    ]
