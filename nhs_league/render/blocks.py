"""What a document is made of, whatever it is shown on: headings, lines, lists, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nhs_league.render.column import Column


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the document's."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Line:
    """A line of text, which may begin with what matters most in it."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Item:
    """An item of a numbered list: a title, and what there is to say of it."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Numbered:
    """A numbered list."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Points:
    """A list of points; each has its depth, 0 for the outermost."""

    points: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table, with what it shows in words."""

    caption: str
    columns: tuple[Column, ...]
    sections: tuple[int, ...] = ()


@dataclass(frozen=True)
class Remark:
    """Something beside the matter: a banner, a note, a source."""

    text: str


Block = Heading | Line | Numbered | Points | Grid | Remark


def points(lines: Sequence[str]) -> Points:
    """Make a list without depth."""
    return Points(tuple((0, line) for line in lines))
