"""Which columns a table shows for each kind of answer, in which words; the most important first."""

from __future__ import annotations

from functools import singledispatch

from nhs_league.core.answers import Answer
from nhs_league.render.blocks import Column
from nhs_league.render.views.cells import plain


@singledispatch
def columns_of(answer: Answer) -> list[Column]:
    """Return the columns of an answer's table; without a view of its own, the frame's columns."""
    return plain(answer.frame)
