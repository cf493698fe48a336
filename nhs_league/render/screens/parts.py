"""What screens share: which screen an answer has, tables with their notes, names, ranks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch
from itertools import chain
from typing import Any

import polars as pl
from rich.cells import cell_len

from nhs_league.core import trust_types
from nhs_league.core.answers import Answer, InWords
from nhs_league.core.quarters import in_time
from nhs_league.frozen import frozen
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Column, Grid, Heading, Line, Remark
from nhs_league.render.document import COMPUTED, blocks_of, signs
from nhs_league.render.fitting import fitting_columns
from nhs_league.render.strips import Ranks
from nhs_league.render.theme import Ink, Tone

MOVED = {"improved": ("▲", Tone.BEST), "worsened": ("▼", Tone.SEVERE)}
"""How a metric moved, as a sign and its tone."""
COMMON = 80
"""The columns of a common terminal."""
CAPPED = "£ in segment 3 only because of the financial override"
_OVERRIDE_TO = 3
_NARROW_NAME, _NAME = 18, 32
_NARROW_STRIP, _STRIP = 13, 20
Row = dict[str, Any]


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


def who(frame: pl.DataFrame, screen: Screen, *, has_pounds: bool = False) -> Iterator[Column]:
    """Yield the columns of codes and names; with ``has_pounds``, £ beside the capped ones."""
    yield Column("", frame["trust_code"].to_list(), ink=Ink.CODE)
    names = [name or "" for name in frame["trust_name"]]
    held = capped(frame) if has_pounds else [False]
    yield Column(
        "trust",
        [numbers.short_name(name) for name in names],
        shrinks=True,
        briefs=[numbers.brief_name(name) for name in names],
        wrap_width=_NARROW_NAME if screen.width < COMMON else _NAME - 3 * any(held),
    )
    if any(held):
        yield Column("", ["£" if each else "" for each in held], colours=[Tone.WEAK] * len(held))


def strip_width(screen: Screen) -> int:
    """Return the narrowest that a strip should be on a screen."""
    return _STRIP if screen.width >= COMMON else _NARROW_STRIP


def capped(frame: pl.DataFrame) -> list[bool]:
    """Return which trusts are in segment 3 only because of the financial override."""
    better = pl.col("unadjusted_segment") < _OVERRIDE_TO
    held = (pl.col("segment") == _OVERRIDE_TO) & better
    return frame.select(held.fill_null(value=False)).to_series().to_list()


def segments(frame: pl.DataFrame) -> list[str]:
    """Write segments, with £ where a trust is capped."""
    held = capped(frame)
    signs = ["£" if each else " " for each in held] if any(held) else [""] * len(held)
    each = zip(frame["segment"], signs, strict=True)
    return [f"{numbers.number(segment)} {sign}".removesuffix(" ") for segment, sign in each]


def place_columns(frame: pl.DataFrame) -> Iterator[Column]:
    """Yield segment, region and subtype, for screens that have room for them."""
    yield Column("segment", segments(frame), numeric=True, optional=True)
    yield Column("region", [name or "" for name in frame["region"]], optional=True)
    yield Column("subtype", [name or "" for name in frame["subtype"]], optional=True)


def rank_strip(
    rank: int | None,
    runs: Sequence[tuple[int | None, int | None]],
    of: int,
    tone: Tone | None,
    screen: Screen,
) -> Ranks:
    """Return a rank and its likely range on the line of all ranks."""
    known = tuple((first, last) for first, last in runs if first is not None and last is not None)
    return Ranks(rank, known, of, tone, strip_width(screen))


def last_of(frame: pl.DataFrame, *others: str) -> int:
    """Return the last rank there is: published, or the largest that a frame has."""
    largest = frame.select(pl.max_horizontal(pl.col("of", *others).max())).item()
    return int(largest or 1)


def starts_of(*columns: pl.Series) -> list[int] | None:
    """Return where runs of rows begin; None where rows of one kind do not stand together."""
    keys = pl.DataFrame({str(place): column for place, column in enumerate(columns)})
    runs = pl.Series("run", keys.to_struct("key").rle_id())
    starts = [0, *(row for row in range(1, len(runs)) if runs[row] != runs[row - 1])]
    return starts if len(starts) == keys.unique().height else None


def fitting_line(parts: Sequence[str], width: int) -> str:
    """Join as many parts as a line has room for, the first before the others."""
    line = ""
    for part in filter(None, parts):
        longer = f"{line} · {part}" if line else part
        if not line or cell_len(longer) <= width:
            line = longer
    return line


def remarks(answer: Answer, *, every: bool = False) -> Iterator[Remark]:
    """Yield an answer's notes, but those that the screen draws; with ``every``, these too."""
    yield from (Remark(note) for note in answer.notes if every or not isinstance(note, InWords))


def pounds(frame: pl.DataFrame, columns: Sequence[Column], screen: Screen) -> Iterator[Remark]:
    """Explain £ where a screen has room for the segments that have it."""
    shown = columns if screen.wide else fitting_columns(columns, screen.width)
    if any(capped(frame)) and any(column.heading == "segment" for column in shown):
        yield Remark(CAPPED)


def marked(columns: Sequence[Column], texts: Sequence[str] = ()) -> Iterator[Remark]:
    """Explain the star, where a column or one of some texts has it."""
    cells = (text for column in columns for text in column.cells)
    if any(text.endswith("*") for text in chain(cells, texts)):
        yield Remark(COMPUTED)
