"""A table that fits the terminal: the most important columns, and which were left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from rich.box import ASCII2, SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nhs_league.render.blocks import Column
from nhs_league.render.numbers import TO_ASCII

_GAP = 2


def print_table(
    console: Console, columns: Sequence[Column], *, wide: bool, sections: Sequence[int] = ()
) -> tuple[str, ...]:
    """Print the columns that fit, the first before the others.

    Args:
        console: where to print.
        columns: the most important first, in the order of the screen.
        wide: whether to print all columns whatever the terminal's width.
        sections: numbers of rows after which a line is drawn.

    Returns:
        The headings of the columns that did not fit.

    """
    if console.options.ascii_only:
        columns = [_in_ascii(column) for column in columns]
    shown = list(columns) if wide else _fitting(columns, console.width)
    table = Table(
        box=ASCII2 if console.options.ascii_only else SIMPLE_HEAD,
        padding=(0, _GAP - 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
    )
    for column in shown:
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        table.add_column(
            Text(column.heading),
            justify=justify,
            overflow="fold",
            style=column.style,
            width=column.width if wide else _width(column, shown, console.width),
        )
    for row in range(len(shown[0].cells) if shown else 0):
        table.add_row(
            *(Text(column.cells[row]) for column in shown), end_section=row + 1 in sections
        )
    if wide:
        console.width = max(console.width, sum(column.width + _GAP for column in shown))
    console.print(table)
    return tuple(column.heading for column in columns if column not in shown)


def _in_ascii(column: Column) -> Column:
    return replace(column, cells=[text.translate(TO_ASCII) for text in column.cells])


def _fitting(columns: Sequence[Column], width: int) -> list[Column]:
    shown: list[Column] = []
    for column in columns:
        if not shown or _needed([*shown, column]) <= width:
            shown.append(column)
    return shown


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.min_width + _GAP for column in columns)


def _width(column: Column, shown: Sequence[Column], width: int) -> int:
    """Return a column's width; columns that wrap share what the others leave."""
    if not column.wraps:
        return column.width
    flexible = [c for c in shown if c.wraps]
    spare = max(width - _needed(shown), 0)
    wanted = sum(c.width - c.min_width for c in flexible) or 1
    return min(column.width, column.min_width + spare * (column.width - column.min_width) // wanted)
