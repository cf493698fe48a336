"""A table that fits the terminal: the most important columns, each row on one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nhs_league.render.blocks import Column, Grid
from nhs_league.render.numbers import TO_ASCII, brief_name
from nhs_league.render.theme import Ink, Theme, Tone

_GAP = 2
_WIDEST_DRAWING = 40
_COMFORTABLE = 28
"""How much of a name is readable: optional columns leave it that."""


def print_table(console: Console, theme: Theme, grid: Grid, *, wide: bool) -> tuple[str, ...]:
    """Print the columns that fit, the first before the others and optional ones last.

    Args:
        console: where to print.
        theme: how tones look there.
        grid: the table.
        wide: whether to print all columns whatever the terminal's width.

    Returns:
        The headings of the columns that did not fit.

    """
    shown = list(grid.columns) if wide else fitting_columns(grid.columns, console.width)
    widths = _widths(shown, None if wide else console.width)
    if wide:
        console.width = max(console.width, sum(widths.values()) + _GAP * len(shown))
    rows = len(shown[0].cells) if shown else 0
    ends = [*grid.sections, rows]
    for part, end in enumerate(ends):
        start = ends[part - 1] if part else 0
        is_first = part == 0
        if grid.titles and is_first:
            _print_part(console, theme, shown, widths, range(0), has_header=True)
        if grid.titles:
            tone = grid.tones[part] if grid.tones else None
            room = sum(widths.values()) + _GAP * (len(shown) - 1)
            _print_title(console, theme, grid.titles[part], tone, room)
        elif not is_first:
            console.print()
        _print_part(
            console,
            theme,
            shown,
            widths,
            range(start, end),
            has_header=is_first and not grid.titles,
        )
    return tuple(
        column.heading for column in grid.columns if column not in shown and column.heading
    )


def _print_title(console: Console, theme: Theme, title: str, tone: Tone | None, width: int) -> None:
    line = "-" if theme.is_ascii else "─"
    text = readable(title, theme)
    rest = max(min(width, console.width) - cell_len(text) - 1, 0)
    console.print(
        Text.assemble(
            (text, f"{theme.style(Ink.STRONG)} {theme.style(tone)}".strip()),
            (f" {line * rest}", theme.style(tone or Ink.QUIET)),
        )
    )


def _print_part(
    console: Console,
    theme: Theme,
    columns: Sequence[Column],
    widths: Mapping[int, int],
    rows: range,
    *,
    has_header: bool,
) -> None:
    has_header = has_header and any(column.heading or any(column.ends) for column in columns)
    if not any(column.wraps for column in columns):
        _print_lines(console, theme, columns, widths, rows, has_header=has_header)
        return
    table = Table(
        box=None, padding=(0, _GAP, 0, 0), pad_edge=False, show_header=has_header, header_style=""
    )
    for place, column in enumerate(columns):
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        table.add_column(
            _heading(column, widths[place], theme),
            justify=justify,
            overflow="fold",
            no_wrap=not column.wraps,
            width=widths[place],
        )
    for row in rows:
        table.add_row(
            *(_cell(column, row, widths[place], theme) for place, column in enumerate(columns))
        )
    console.print(table)


def _print_lines(
    console: Console,
    theme: Theme,
    columns: Sequence[Column],
    widths: Mapping[int, int],
    rows: range,
    *,
    has_header: bool,
) -> None:
    """Print a line a row, in a fraction of the time that a table takes which may wrap."""
    places = range(len(columns))
    head = [[_heading(columns[place], widths[place], theme) for place in places]]
    lines = [
        *(head if has_header else []),
        *([_cell(columns[place], row, widths[place], theme) for place in places] for row in rows),
    ]
    for line in lines:
        for place, cell in enumerate(line):
            cell.align("right" if columns[place].numeric else "left", widths[place])
        text = Text(" " * _GAP).join(line)
        text.rstrip()
        console.print(text, no_wrap=True, overflow="crop", crop=True)


def _heading(column: Column, width: int, theme: Theme) -> Text:
    left, right = column.ends
    if column.drawings and left:
        room = width - cell_len(left) - cell_len(right) - 2
        line = ("-" if theme.is_ascii else "─") * max(room, 0)
        text = f"{left} {line} {right}" if room > 0 else ""
    else:
        text = column.heading
    # Headings are set like their cells, whose signs stand behind the figures.
    return Text(readable(text, theme), style=theme.style(column.heading_ink))


def _cell(column: Column, row: int, width: int, theme: Theme) -> Text:
    if column.drawings:
        drawing = column.drawings[row]
        if drawing is None:
            return Text(readable(column.cells[row], theme), style=theme.style(Ink.QUIET))
        pieces = drawing.draw(min(width, drawing.widest), theme)
        return Text.assemble(*((text, theme.style(tone)) for text, tone in pieces))
    tone = column.tones[row] if column.tones else None
    text = readable(column.cells[row], theme)
    has_signs = any(column.tones)
    if column.shrinks:
        room = width - (2 if has_signs else 0)
        if column.briefs and cell_len(text) > room:
            text = readable(column.briefs[row], theme)
        ending = readable(column.endings[row], theme) if column.endings else ""
        if ending and cell_len(text) > room:
            beginning = text.removesuffix(ending)
            text = shortened(beginning, room - cell_len(ending), is_ascii=theme.is_ascii) + ending
        else:
            text = shortened(text, room, is_ascii=theme.is_ascii)
    colour = column.colours[row] if column.colours else None
    style = theme.style(tone or colour or column.ink)
    if not has_signs:
        return Text(text, style=style)
    sign = theme.glyph(tone) if tone else " "
    if column.leads:
        return Text.assemble((f"{sign} ", style), (text, theme.style(column.ink)))
    return Text(f"{text} {sign}", style=style)


def readable(text: str, theme: Theme) -> str:
    """Return a text in the characters that a terminal has."""
    return text.translate(TO_ASCII) if theme.is_ascii else text


def shortened(text: str, width: int, *, is_ascii: bool) -> str:
    """Abbreviate a text that is too long, and cut it with an ellipsis if it still is."""
    if cell_len(text) <= width or cell_len(text := brief_name(text)) <= width:
        return text
    sign = "~" if is_ascii else "…"
    return set_cell_size(text, max(width - 1, 0)).rstrip() + sign


def fitting_columns(columns: Sequence[Column], width: int) -> list[Column]:
    """Return the columns that fit, in the order of the screen."""
    shown: set[int] = set()
    for place in sorted(range(len(columns)), key=lambda place: columns[place].optional):
        wanted = [columns[each] for each in (*shown, place)]
        # An optional column is not worth a name that is cut short.
        least = _COMFORTABLE if columns[place].optional else 0
        if not shown or _needed(wanted, least) <= width:
            shown.add(place)
    return [column for place, column in enumerate(columns) if place in shown]


def _needed(columns: Sequence[Column], least: int = 0) -> int:
    """Return the width that columns need, with at least so much for each text that may be cut."""
    widths = [
        max(column.min_width, min(column.width, least)) if column.shrinks else column.min_width
        for column in columns
    ]
    return sum(widths) + _GAP * (len(columns) - 1)


def _widths(shown: Sequence[Column], width: int | None) -> dict[int, int]:
    """Return each column's width: texts get what they need before drawings grow."""
    wanted = {
        place: min(column.width, _WIDEST_DRAWING)
        if column.drawings and width is None
        else column.width
        for place, column in enumerate(shown)
    }
    if width is None:
        return wanted
    widths = {place: column.min_width for place, column in enumerate(shown)}
    spare = max(width - _needed(shown), 0)
    for is_drawn in (False, True):
        growing = [
            place
            for place, column in enumerate(shown)
            if column.is_flexible and bool(column.drawings) == is_drawn
        ]
        missing = {place: wanted[place] - widths[place] for place in growing}
        total = sum(missing.values())
        if not total:
            continue
        share = min(spare / total, 1.0)
        for place, lack in missing.items():
            widths[place] += int(lack * share)
        spare -= sum(int(lack * share) for lack in missing.values())
    return widths
