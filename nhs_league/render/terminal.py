"""A document on the terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from nhs_league.core.answers import Answer
from nhs_league.frozen import frozen
from nhs_league.render.blocks import (
    Block,
    Branch,
    Fact,
    Grid,
    Heading,
    Item,
    Legend,
    Line,
    Next,
    Numbered,
    Points,
    Remark,
    in_words,
)
from nhs_league.render.document import document
from nhs_league.render.fitting import print_table, readable
from nhs_league.render.meta import SOURCE_PAGE, Meta
from nhs_league.render.screens import Screen, screen
from nhs_league.render.theme import Background, Ink, Theme, theme_for

_INDENT = (0, 0, 0, 2)
_UNDER_NUMBER = (0, 0, 0, 5)
_LABEL = 10
NOTICE = "SAMPLE: invented data"


@frozen
class Look:
    """How an answer is to look on a terminal.

    Attributes:
        wide: whether to print all columns whatever the terminal's width.
        every: whether to print what the first screen leaves out.
        plain: whether to print words only, without drawings.
        columns: the frame's columns to print instead of the question's own view; empty for that.
        background: what the terminal writes on.

    """

    wide: bool = False
    every: bool = False
    plain: bool = False
    columns: Sequence[str] = ()
    background: Background = Background.UNKNOWN


def print_answer(console: Console, answer: Answer, meta: Meta, look: Look) -> None:
    """Print an answer.

    Args:
        console: where to print; its width decides which columns fit.
        answer: what to print.
        meta: where the figures come from.
        look: how it is to look.

    """
    colours = None if console.no_color else console.color_system
    link = SOURCE_PAGE if console.is_terminal and not meta.sample else ""
    theme = theme_for(colours, look.background, is_ascii=console.options.ascii_only, link=link)
    printer = _Printer(console, theme, meta, look)
    if look.plain or look.columns:
        for block in document(answer, meta, look.columns):
            printer.print(block)
        return
    shown = screen(
        answer,
        meta,
        Screen(
            console.width,
            console.height if console.is_terminal else None,
            every=look.every,
            wide=look.wide,
        ),
    )
    for block in shown:
        printer.print(block)


def to_text(answer: Answer, meta: Meta, *, width: int, look: Look) -> str:
    """Return what ``print_answer`` would print, without colour."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    with console.capture() as captured:
        print_answer(console, answer, meta, look)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


class _Printer:
    """Prints blocks one after the other, with an empty line between groups."""

    def __init__(self, console: Console, theme: Theme, meta: Meta, look: Look) -> None:
        self._console, self._theme, self._meta, self._look = console, theme, meta, look
        self._before: Block | None = None

    def print(self, block: Block) -> None:
        """Print a block."""
        if _is_apart(self._before, block):
            self._console.print()
        self._before = block
        match block:
            case Heading(level=1):
                self._title(block)
            case Heading():
                self._heading(block)
            case Line(text, lead):
                self._text((lead, Ink.STRONG), (text, None))
            case Remark(text):
                self._text((text, Ink.QUIET))
            case Fact():
                self._fact(block)
            case Next(commands):
                self._next(commands)
            case Legend(about, tones):
                glyphs = "  ".join(f"{self._theme.glyph(tone)} {means}" for tone, means in tones)
                self._text((f"{about}: {glyphs}", Ink.QUIET))
            case Numbered(items):
                for number, item in enumerate(items, 1):
                    self._item(number, item)
            case Points():
                self._points(block)
            case Grid():
                self._grid(block)

    def _styled(self, *pieces: tuple[str, Ink | None]) -> Text:
        return Text.assemble(
            *((readable(text, self._theme), self._theme.style(ink)) for text, ink in pieces)
        )

    def _text(self, *pieces: tuple[str, Ink | None]) -> None:
        self._console.print(self._styled(*pieces))

    def _title(self, block: Heading) -> None:
        """Print the title; of the sample, with the notice at the right or on a line before."""
        width, notice = self._console.width, readable(f" {NOTICE} ", self._theme)
        beside = cell_len(f"  {block.code}" if block.code else "")
        beside += cell_len(f" {notice}") if self._meta.sample else 0
        has_room = cell_len(block.text) + beside <= width
        text = self._styled((block.text if has_room else block.short or block.text, Ink.STRONG))
        if block.code:
            text.append(f"  {block.code}", self._theme.style(Ink.CODE))
        if self._meta.sample:
            room = width - text.cell_len - cell_len(notice)
            if room < 1:
                self._console.print(Text(notice, style=self._theme.style(Ink.NOTICE)))
            else:
                text.append(" " * room).append(notice, self._theme.style(Ink.NOTICE))
        self._console.print(text)

    def _heading(self, block: Heading) -> None:
        ink = Ink.STRONG if block.level else Ink.QUIET
        text = self._styled((block.text, ink))
        if block.tone is not None:
            text.stylize(self._theme.style(block.tone))
        if block.code:
            text.append(f"  {block.code}", self._theme.style(Ink.CODE))
        if block.more:
            text.append(readable(block.more, self._theme), self._theme.style(Ink.QUIET))
        self._console.print(text)

    def _fact(self, block: Fact) -> None:
        text = self._styled((block.label.ljust(_LABEL), Ink.STRONG))
        if block.drawing is not None:
            room = self._console.width - _LABEL - 2 - cell_len(block.lead) - cell_len(block.text)
            width = max(min(room, block.drawing.widest), block.drawing.narrowest)
            for piece, tone in block.drawing.draw(width, self._theme):
                text.append(piece, self._theme.style(tone))
            text.append("  ")
        if block.lead:
            text.append(readable(block.lead, self._theme), self._theme.style(Ink.STRONG))
            if block.tone is not None:
                glyph = f" {self._theme.glyph(block.tone)}"
                text.append(glyph, self._theme.style(block.tone))
            text.append(" ")
        text.append(readable(block.text, self._theme), self._theme.style(block.ink))
        table = Table.grid()
        table.add_column(width=_LABEL)
        table.add_column()
        table.add_row(text[:_LABEL], text[_LABEL:])
        self._console.print(table)

    def _next(self, commands: Sequence[str]) -> None:
        """Print as many commands as fit on a line."""
        text = f"nhsleague {commands[0]}"
        for command in commands[1:]:
            longer = f"{text} · {command}"
            if cell_len(longer) <= self._console.width - _LABEL:
                text = longer
        self._fact(Fact("Next", text, ink=Ink.QUIET))

    def _grid(self, block: Grid) -> None:
        if self._look.plain:
            block = replace(block, columns=block.in_words())
        left_out = print_table(self._console, self._theme, block, wide=self._look.wide)
        if left_out and block.has_hint:
            more = f"{len(left_out)} more columns" if len(left_out) > 1 else "1 more column"
            self._text((f"{more} with --wide: {', '.join(left_out)}", Ink.QUIET))

    def _item(self, number: int, item: Item) -> None:
        if number > 1:
            self._console.print()
        self._led(f"{number}.", self._styled((item.title, Ink.STRONG)))
        for line in item.lines:
            self._console.print(Padding(self._styled((line, None)), _UNDER_NUMBER))
        for line in item.asides:
            self._console.print(Padding(self._styled((line, Ink.QUIET)), _UNDER_NUMBER))

    def _points(self, block: Points) -> None:
        """Print points as a list, or as a tree where some are below others."""
        if not any(depth for depth, _ in block.points):
            for _, text in block.points:
                self._led("-", self._styled((text, None)))
            return
        if self._look.plain:
            self._outline(block)
            return
        for branch in block.tree():
            self._console.print(self._tree(branch))

    def _outline(self, block: Points) -> None:
        """Print points in words: each indented by its depth, with the word for its sign."""
        tones = block.tones or (None,) * len(block.points)
        for (depth, text), tone in zip(block.points, tones, strict=True):
            line = self._styled((f"{text}{in_words(tone)}", None))
            self._console.print(Padding(line, (0, 0, 0, 2 * depth)))

    def _tree(self, branch: Branch) -> Tree:
        text = self._styled((branch.text, None))
        if branch.tone is not None:
            style = self._theme.style(branch.tone)
            text = Text.assemble((f"{self._theme.glyph(branch.tone)} ", style), text)
        tree = Tree(text, guide_style=self._theme.style(Ink.QUIET))
        tree.children.extend(self._tree(below) for below in branch.under)
        return tree

    def _led(self, lead: str, text: Text) -> None:
        """Print a text whose further lines stand under it, not under what leads it."""
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(Text(lead), text)
        self._console.print(Padding(grid, _INDENT))


def _is_apart(before: Block | None, block: Block) -> bool:
    """Return whether an empty line stands between two blocks."""
    if before is None or (isinstance(block, Heading) and block.level == 0):
        return False
    if isinstance(before, Heading):
        return before.level < 2 and not isinstance(block, Fact)
    if isinstance(block, Fact | Next):
        return not isinstance(before, Fact | Next)
    if isinstance(block, Legend | Remark):
        return not isinstance(before, Remark | Legend)
    if isinstance(block, Line | Points):
        return isinstance(before, Grid | Remark | Points | Fact)
    return True
