"""Stories, and what is new for the trusts that a person watches."""

from __future__ import annotations

from collections.abc import Iterator

from nhs_league.core.answers import News, Stories, Watched
from nhs_league.render.blocks import Block, Column, Heading, Item, Line, Numbered, Points, Remark
from nhs_league.render.views.cells import texts
from nhs_league.render.views.columns import columns_of


def story_blocks(answer: Stories) -> Iterator[Block]:
    """Yield each story as a numbered sentence, with how sure it is and what shows it."""
    yield Heading(answer.title, 1)
    rows = answer.frame.select("in_words", "certainty", "command").iter_rows()
    items = tuple(Item(sentence, (certainty, command)) for sentence, certainty, command in rows)
    yield Numbered(items) if items else Line("No stories.")
    yield from map(Remark, answer.notes)


def news_blocks(answer: News) -> Iterator[Block]:
    """Yield what is new, trust by trust, with how sure a change is."""
    yield Heading(answer.title, 1)
    for code, name in answer.trusts.select("trust_code", "trust_name").iter_rows():
        news = answer.frame.filter(trust_code=code).select("kind", "in_words", "certainty")
        if news.height:
            yield Heading(f"{name} ({code})")
            yield Points(tuple((0, _news(*row)) for row in news.iter_rows()))
    yield from map(Remark, answer.notes)


def _news(kind: str, sentence: str, certainty: str | None) -> str:
    """Write one thing that is new; a clear change says so itself."""
    return f"{kind.capitalize()}: {sentence}{f' ({certainty})' if certainty else ''}"


@columns_of.register
def watched(answer: Watched) -> list[Column]:
    """Return the trusts that a person watches."""
    return [
        Column("Code", texts(answer.frame, "trust_code")),
        Column("Trust", texts(answer.frame, "trust_name"), wraps=True),
        Column("Seen to", texts(answer.frame, "quarter")),
    ]
