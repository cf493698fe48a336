"""Answers as a terminal shows them: one screen each, with strips and colours."""

from __future__ import annotations

from collections.abc import Iterator

from nhs_league.core.answers import Answer
from nhs_league.render.blocks import Block, Fact, Next
from nhs_league.render.document import to_cite
from nhs_league.render.meta import Meta
from nhs_league.render.screens import (  # noqa: F401 - they register
    explain,
    history,
    ranks,
    store,
    trust,
    trusts,
)
from nhs_league.render.screens.parts import Screen, next_of, screen_of
from nhs_league.render.theme import Ink

__all__ = ["Screen", "screen"]


def screen(answer: Answer, meta: Meta, on: Screen) -> Iterator[Block]:
    """Yield an answer's blocks, then on a terminal what to ask next, then the source.

    Args:
        answer: what to show.
        meta: where the figures come from; of the sample the title says so.
        on: what it is shown on.

    """
    yield from screen_of(answer, on)
    yield from to_cite(answer, meta)
    commands = tuple(each for each in next_of(answer) if not (on.every and each.endswith("--all")))
    if on.height is not None and commands:
        yield Next(commands)
    if not meta.sample and (credit := meta.credit_line(answer)):
        yield Fact("Source", credit, ink=Ink.SOURCE)
