"""Which screen an answer has, by its type."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from nhs_league.core.answers import Answer
from nhs_league.frozen import frozen
from nhs_league.render.blocks import Block
from nhs_league.render.document import blocks_of


@frozen
class Screen:
    """What an answer is shown on.

    Attributes:
        width: its columns.
        height: its lines; None where it is no terminal.
        every: whether to show all that there is, however long.
        wide: whether to show all columns, however many.

    """

    width: int
    height: int | None
    every: bool = False
    wide: bool = False


@singledispatch
def screen_of(answer: Answer, screen: Screen) -> Iterator[Block]:
    """Yield an answer's blocks as a terminal shows them; of most it is one table."""
    yield from blocks_of(answer)


@singledispatch
def next_of(answer: Answer) -> tuple[str, ...]:
    """Return what a reader is likely to ask next, as commands without the program's name."""
    return ()
