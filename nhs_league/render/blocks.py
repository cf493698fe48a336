"""The parts of a document, for every format: headings, lines, lists, tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rich.cells import cell_len


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the document's."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Line:
    """A line of text; its lead is shown strongly."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Item:
    """An item of a numbered list: a title, and the lines below it."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Numbered:
    """A numbered list."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Branch:
    """A point with those below it."""

    text: str
    under: list[Branch] = field(default_factory=list)


@dataclass(frozen=True)
class Points:
    """A list of points; each has its depth, 0 for the outermost."""

    points: tuple[tuple[int, str], ...]

    def tree(self) -> list[Branch]:
        """Return the outermost points, each with those that follow it and are deeper."""
        root = Branch("")
        path = [root]
        for depth, text in self.points:
            del path[depth + 1 :]
            path[-1].under.append(Branch(text))
            path.append(path[-1].under[-1])
        return root.under


@dataclass(frozen=True)
class Column:
    """A column of text.

    Attributes:
        heading: its heading.
        cells: one text a row.
        numeric: whether it is set flush right.
        wraps: whether its texts may be broken over lines.
        style: a rich style for the cells; never the only carrier of a meaning.
        wrap_width: the width below which a column that wraps does not go.

    """

    heading: str
    cells: Sequence[str]
    numeric: bool = False
    wraps: bool = False
    style: str = ""
    wrap_width: int = 18

    @property
    def width(self) -> int:
        """The width of the widest text in it."""
        return max((cell_len(text) for text in (self.heading, *self.cells)), default=0)

    def indented(self) -> Column:
        """Indent the column by two spaces."""
        return replace(
            self, heading=f"  {self.heading}", cells=[f"  {text}" for text in self.cells]
        )

    @property
    def min_width(self) -> int:
        """The narrowest that the column can be."""
        return min(self.width, self.wrap_width) if self.wraps else self.width


@dataclass(frozen=True)
class Grid:
    """A table with a caption; ``sections`` are the rows after which a line is drawn."""

    caption: str
    columns: tuple[Column, ...]
    sections: tuple[int, ...] = ()

    def rows(self) -> Iterator[tuple[tuple[Column, str], ...]]:
        """Yield the rows: each cell with its column."""
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            yield tuple(zip(self.columns, cells, strict=True))


@dataclass(frozen=True)
class Remark:
    """A text beside the answer: a banner, a note, a source."""

    text: str


Block = Heading | Line | Numbered | Points | Grid | Remark


def points(lines: Sequence[str]) -> Points:
    """Return lines as a flat list."""
    return Points(tuple((0, line) for line in lines))
