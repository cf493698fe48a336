"""The parts of a document, for every format: headings, lines, lists, tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace

from rich.cells import cell_len

from nhs_league.frozen import frozen
from nhs_league.render.strips import Drawing
from nhs_league.render.theme import Ink, Tone


@frozen
class Heading:
    """A heading; level 1 is the document's, level 0 a line below it.

    Attributes:
        text: the heading.
        level: 1 to 3, or 0.
        code: a trust's code or a metric's ID, beside it.
        more: what is said beside it, less strongly.
        short: the heading where there is no room for all of it; empty where it has none.
        tone: how good what it names is.

    """

    text: str
    level: int = 2
    code: str = ""
    more: str = ""
    short: str = ""
    tone: Tone | None = None


@frozen
class Line:
    """A line of text; its lead is shown strongly."""

    text: str
    lead: str = ""


@frozen
class Item:
    """An item of a numbered list: a title, the lines below it, and what is said less strongly."""

    title: str
    lines: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()


@frozen
class Numbered:
    """A numbered list."""

    items: tuple[Item, ...]


@frozen
class Branch:
    """A point with those below it."""

    text: str
    tone: Tone | None = None
    under: list[Branch] = field(default_factory=list)


@frozen
class Points:
    """A list of points; each has its depth, 0 for the outermost.

    Attributes:
        points: depth and text of each.
        tones: how good what each is about is; empty for none.

    """

    points: tuple[tuple[int, str], ...]
    tones: tuple[Tone | None, ...] = ()

    def tree(self) -> list[Branch]:
        """Return the outermost points, each with those that follow it and are deeper."""
        root = Branch("")
        path = [root]
        for place, (depth, text) in enumerate(self.points):
            del path[depth + 1 :]
            path[-1].under.append(Branch(text, self.tones[place] if self.tones else None))
            path.append(path[-1].under[-1])
        return root.under


@frozen
class Column:
    """A column of a table.

    Attributes:
        heading: its heading.
        cells: one text a row; of a drawing, what a reader without it must know, or nothing.
        numeric: whether it is set flush right.
        wraps: whether its texts may be broken over lines.
        shrinks: whether its texts may be cut with an ellipsis: names.
        briefs: shorter texts, for cells that have no room for theirs; empty for none.
        endings: how each text ends that is never cut, such as its unit; empty for none.
        ink: how all its texts look.
        tones: how good each figure is: its colour and, beside it, its sign; None for neither.
        colours: how good each text is, where no sign beside it is needed: its colour alone.
        leads: whether the sign stands before the text.
        drawings: one a row, drawn in place of the texts; formats without drawings leave the column
            out.
        ends: what the left and the right end of a drawing are.
        heading_ink: how its heading looks.
        optional: whether it gives way to all columns that are not.
        wrap_width: the width below which a column that wraps or shrinks does not go.

    """

    heading: str
    cells: Sequence[str]
    numeric: bool = False
    wraps: bool = False
    shrinks: bool = False
    briefs: Sequence[str] = ()
    endings: Sequence[str] = ()
    ink: Ink | None = None
    tones: Sequence[Tone | None] = ()
    colours: Sequence[Tone | None] = ()
    leads: bool = False
    drawings: Sequence[Drawing | None] = ()
    ends: tuple[str, str] = ("", "")
    heading_ink: Ink = Ink.QUIET
    optional: bool = False
    wrap_width: int = 18

    @property
    def width(self) -> int:
        """The width of the widest cell in it; of a drawing, the most that it makes use of."""
        if self.drawings:
            widest = max((each.widest for each in self.drawings if each), default=0)
            return max(widest, cell_len(self.heading))
        sign = 2 if any(self.tones) else 0
        longest = max((cell_len(text) for text in self.cells), default=0)
        return max(longest + sign, cell_len(self.heading))

    @property
    def min_width(self) -> int:
        """The narrowest that the column can be."""
        if self.drawings:
            narrowest = max((each.narrowest for each in self.drawings if each), default=0)
            return max(narrowest, cell_len(self.heading))
        if not self.is_flexible:
            return self.width
        return min(self.width, max(self.wrap_width, cell_len(self.heading)))

    @property
    def is_flexible(self) -> bool:
        """Whether the column takes up what others leave."""
        return self.wraps or self.shrinks or bool(self.drawings)

    def indented(self) -> Column:
        """Indent the column by two spaces."""
        return replace(
            self, heading=f"  {self.heading}", cells=[f"  {text}" for text in self.cells]
        )


@frozen
class Grid:
    """A table with a caption.

    Attributes:
        caption: what it shows.
        columns: its columns, in the order of the screen.
        sections: before which rows a new part begins.
        titles: the parts' titles, the first part's too; empty for parts without.
        tones: how good what each title names is; empty for none.
        has_hint: whether columns that do not fit are named below.

    """

    caption: str
    columns: tuple[Column, ...]
    sections: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    tones: tuple[Tone | None, ...] = ()
    has_hint: bool = True

    def rows(self) -> Iterator[tuple[tuple[Column, str], ...]]:
        """Yield the rows in words: each cell with its column, without drawings."""
        columns = self.in_words()
        for cells in zip(*(column.cells for column in columns), strict=True):
            yield tuple(zip(columns, cells, strict=True))

    def in_words(self) -> tuple[Column, ...]:
        """Return the columns for formats without drawings: the word for each sign, where weak."""
        return tuple(_in_words(column) for column in self.columns if not column.drawings)


def in_words(tone: Tone | None) -> str:
    """Return the word for a sign, where it is one of concern; it stands behind a text."""
    return f" ({tone})" if tone in (Tone.WEAK, Tone.SEVERE) else ""


def _in_words(column: Column) -> Column:
    if not any(column.tones):
        return column
    cells = [
        f"{text}{in_words(tone)}" for text, tone in zip(column.cells, column.tones, strict=True)
    ]
    return replace(column, cells=cells, tones=())


@frozen
class Fact:
    """A labelled line: a drawing, a text, or both.

    Attributes:
        label: what it is about.
        text: what is to be said of it.
        drawing: what is drawn before the text; None for nothing.
        lead: what the text begins with, shown strongly.
        tone: how good what it leads with is.
        ink: how the text looks.

    """

    label: str
    text: str
    drawing: Drawing | None = None
    lead: str = ""
    tone: Tone | None = None
    ink: Ink | None = None


@frozen
class Next:
    """What to ask next, the likeliest first: commands without the program's name."""

    commands: tuple[str, ...]


@frozen
class Legend:
    """What the signs of the tones mean."""

    about: str
    tones: tuple[tuple[Tone, str], ...]


@frozen
class Remark:
    """A text beside the answer: a note, a source."""

    text: str


Block = Heading | Line | Numbered | Points | Grid | Remark | Fact | Legend | Next


def points(lines: Sequence[str]) -> Points:
    """Return lines as a flat list."""
    return Points(tuple((0, line) for line in lines))
