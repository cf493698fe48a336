"""A document on the terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from nhs_league.core.answers import Answer, TrustProfile
from nhs_league.render.blocks import Block, Grid, Heading, Item, Line, Numbered, Points, Remark
from nhs_league.render.document import document
from nhs_league.render.fitting import print_table
from nhs_league.render.meta import Meta

_INDENT = (0, 0, 0, 2)
_UNDER_NUMBER = (0, 0, 0, 5)


def print_answer(
    console: Console, answer: Answer, meta: Meta, *, wide: bool = False, columns: Sequence[str] = ()
) -> None:
    """Print an answer.

    Args:
        console: where to print; its width decides which columns fit.
        answer: what to print.
        meta: where the figures come from.
        wide: whether to print all columns whatever the terminal's width.
        columns: the frame's columns to print instead of the question's own view; empty for that.

    """
    is_report = isinstance(answer, TrustProfile) and not columns
    before: Block | None = None
    left_out: tuple[str, ...] = ()
    blocks = list(document(answer, meta, columns))
    for block in blocks:
        if left_out and block is blocks[-1] and not is_report:
            hint = f"Left out for width: {', '.join(left_out)} (--wide shows all)."
            console.print(Text(hint, style="dim"))
        if _is_apart(before, block) or (block is blocks[-1] and isinstance(before, Remark)):
            console.print()
        if isinstance(block, Grid):
            left_out = _grid(console, block, wide=wide, indented=is_report)
        else:
            _print(console, block, indented=is_report)
        before = block


def to_text(answer: Answer, meta: Meta, *, width: int, wide: bool, columns: Sequence[str]) -> str:
    """Return what ``print_answer`` would print, without colour."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    with console.capture() as captured:
        print_answer(console, answer, meta, wide=wide, columns=columns)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _is_apart(before: Block | None, block: Block) -> bool:
    """Return whether an empty line stands between two blocks."""
    if before is None or isinstance(before, Heading):
        return isinstance(before, Heading) and before.level != 2 and not _is_subtitle(block)
    if isinstance(block, Remark):
        return not isinstance(before, Remark)
    if isinstance(block, Line | Points):
        return isinstance(before, Grid | Remark | Points)
    return True


def _is_subtitle(block: Block) -> bool:
    return isinstance(block, Heading) and block.level == 0


def _print(console: Console, block: Block, *, indented: bool) -> None:
    margin = _INDENT if indented else (0, 0, 0, 0)
    match block:
        case Heading(text, level):
            console.print(Text(text, style="bold" if level else ""))
        case Line(text, lead):
            console.print(Padding(Text.assemble((lead, "bold"), text), margin))
        case Remark(text):
            console.print(Text(text, style="dim"))
        case Numbered(items):
            for number, item in enumerate(items, 1):
                _item(console, number, item)
        case Points(points):
            _points(console, points)
        case Grid():
            raise AssertionError("grids are printed by _grid")


def _grid(console: Console, grid: Grid, *, wide: bool, indented: bool) -> tuple[str, ...]:
    columns = list(grid.columns)
    if indented:
        columns[0] = columns[0].indented()
    return print_table(console, columns, wide=wide, sections=grid.sections)


def _item(console: Console, number: int, item: Item) -> None:
    if number > 1:
        console.print()
    _led(console, f"{number}.", Text(item.title, style="bold"))
    for line in item.lines:
        console.print(Padding(Text(line), _UNDER_NUMBER))


def _points(console: Console, points: Sequence[tuple[int, str]]) -> None:
    """Print points as a list, or as a tree where some stand under others."""
    if not any(depth for depth, _ in points):
        for _, text in points:
            _led(console, "-", Text(text))
        return
    branches: list[Tree] = []
    for depth, text in points:
        del branches[depth:]
        branches.append(branches[-1].add(Text(text)) if branches else Tree(Text(text)))
        if depth == 0:
            root = branches[0]
    console.print(root)


def _led(console: Console, lead: str, text: Text) -> None:
    """Print a text whose further lines stand under it, not under what leads it."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(Text(lead), text)
    console.print(Padding(grid, _INDENT))
