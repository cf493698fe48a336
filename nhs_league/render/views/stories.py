"""Stories, and what is new for the trusts that a person watches."""

from __future__ import annotations

from collections.abc import Iterator

from nhs_league.core.answers import Stories
from nhs_league.render.blocks import Block, Heading, Item, Line, Numbered, Remark


def story_blocks(answer: Stories) -> Iterator[Block]:
    """Yield each story as a numbered sentence, with how sure it is and what shows it."""
    yield Heading(answer.title, 1)
    told = answer.frame.select("in_words", "certainty", "command").iter_rows()
    items = tuple(Item(sentence, (certainty, command)) for sentence, certainty, command in told)
    yield Numbered(items) if items else Line("No stories.")
    yield from map(Remark, answer.notes)
