"""What screens of one table share: the title, parts with their titles, signs and notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import Answer
from nhs_league.core.quarters import in_time
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Column, Grid, Heading, Line, Remark
from nhs_league.render.document import signs


def table(
    answer: Answer,
    columns: Sequence[Column],
    line: str = "",
    parts: Sequence[str] = (),
    notes: Sequence[str] | None = None,
) -> Iterator[Block]:
    """Yield a title, a line below it, a table in parts, and the notes.

    Args:
        answer: what to show.
        columns: its columns.
        line: what is said below the title; empty for nothing.
        parts: the title of the part that each row is in; empty for one part.
        notes: what to say below the table; None for the answer's notes.

    """
    yield Heading(answer.title, 1, short=numbers.brief_name(answer.title))
    yield from rows(answer, columns, line, parts, notes)


def about_trust(title: str, name: str, code: str) -> Heading:
    """Return a title that names a trust, shorter where there is no room; ``{}`` is its name."""
    return Heading(title.format(name), 1, code=code, short=title.format(numbers.short_name(name)))


def rows(
    answer: Answer,
    columns: Sequence[Column],
    line: str = "",
    parts: Sequence[str] = (),
    notes: Sequence[str] | None = None,
) -> Iterator[Block]:
    """Yield what ``table`` does below the title."""
    if line:
        yield Heading(line, 0)
    if answer.frame.is_empty() and not answer.notes:
        yield Line("There is nothing to show.")
    elif answer.frame.height:
        starts = [row for row in range(1, len(parts)) if parts[row] != parts[row - 1]]
        titles = [parts[row] for row in (0, *starts)] if parts else []
        titled = tuple(titles) if len(titles) > 1 else ()
        yield Grid(answer.title, tuple(columns), tuple(starts), titled, has_hint=False)
        yield from signs(columns)
    yield from map(Remark, answer.notes if notes is None else notes)


def quarters(frame: pl.DataFrame) -> str:
    """Name the quarters of a frame, oldest first: ``Q4 2025/26``."""
    return ", ".join(in_time(set(frame["quarter"].drop_nulls())))


def types(frame: pl.DataFrame) -> list[str]:
    """Name the trust type of each row, as a part's title."""
    return [trust_types.in_words(name).capitalize() for name in frame["trust_type"]]
