"""A document as GitHub Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len

from nhs_league.core.answers import Answer
from nhs_league.render.blocks import Block, Grid, Heading, Line, Numbered, Points, Remark
from nhs_league.render.document import document
from nhs_league.render.meta import Meta

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])")


def to_markdown(answer: Answer, meta: Meta) -> str:
    """Write an answer's document: headings, lists, and aligned tables."""
    return written(document(answer, meta))


def written(blocks: Iterable[Block]) -> str:
    """Write blocks."""
    return "\n\n".join(filter(None, map(_block, blocks))) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text, 0):
            return _plain(text)
        case Heading(text, level):
            return f"{'#' * level} {_plain(text)}"
        case Line(text, lead):
            return f"**{_plain(lead)}** {_plain(text)}" if lead else _plain(text)
        case Remark(text):
            return f"*{_plain(text)}*"
        case Points(points):
            return "\n".join(f"{'  ' * depth}- {_plain(text)}" for depth, text in points)
        case Numbered(items):
            return "\n\n".join(
                f"{number}. **{_plain(item.title)}**  \n"
                + "  \n".join(f"   {_plain(line)}" for line in item.lines)
                for number, item in enumerate(items, 1)
            )
        case Grid():
            return _table(block)
        case _:
            raise AssertionError(f"{type(block).__name__} is for terminals")


def _table(grid: Grid) -> str:
    columns = grid.in_words()
    texts = [[_plain(text) for text in (c.heading, *c.cells)] for c in columns]
    widths = [max(3, *map(cell_len, column)) for column in texts]
    head, *rows = (
        _row(
            [
                _padded(column[place], width, right=c.numeric)
                for c, column, width in zip(columns, texts, widths, strict=True)
            ]
        )
        for place in range(len(texts[0]))
    )
    marks = [
        f"{'-' * (width - 1)}:" if column.numeric else "-" * width
        for column, width in zip(columns, widths, strict=True)
    ]
    return "\n".join((head, _row(marks), *rows))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _padded(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def _plain(text: str) -> str:
    """Escape a text, so that nothing in it acts as Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
