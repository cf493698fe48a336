"""A column of a table as text, for every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len


@dataclass(frozen=True)
class Column:
    """A column of text.

    Attributes:
        heading: its heading.
        cells: one text a row.
        right: whether it is set flush right, as figures are.
        flexible: whether its texts may be broken over lines.
        style: a rich style for the cells; never the only carrier of a meaning.
        at_least: the width that a flexible column must have.

    """

    heading: str
    cells: Sequence[str]
    right: bool = False
    flexible: bool = False
    style: str = ""
    at_least: int = 18

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
    def least(self) -> int:
        """The width that it can be brought down to."""
        return min(self.width, self.at_least) if self.flexible else self.width
