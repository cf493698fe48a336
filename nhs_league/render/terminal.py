"""An answer on the terminal: a table that fits, or a trust's report, with its source."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from nhs_league.league.schema.answers import Answer
from nhs_league.render import views
from nhs_league.render.explanation import print_explanation
from nhs_league.render.fitting import print_table
from nhs_league.render.meta import Meta
from nhs_league.render.trust_report import print_trust

_OWN_VIEW: dict[str, Callable[[Console, Answer], None]] = {
    "trust": print_trust,
    "explanation": print_explanation,
}
"""Questions whose answer is more than a table."""
_BANNER = "FICTIONAL SAMPLE: every trust and figure below is invented."


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
    if meta.sample:
        console.print(Text(_BANNER, style="bold"))
        console.print()
    if answer.question in _OWN_VIEW and not columns:
        _OWN_VIEW[answer.question](console, answer)
    else:
        _print_frame(console, answer, wide=wide, columns=columns)
    if credit := meta.credit(answer):
        console.print()
        console.print(Text(credit, style="dim"))


def to_text(answer: Answer, meta: Meta, *, width: int, wide: bool, columns: Sequence[str]) -> str:
    """Give what ``print_answer`` would print, without colour."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    with console.capture() as captured:
        print_answer(console, answer, meta, wide=wide, columns=columns)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _print_frame(console: Console, answer: Answer, *, wide: bool, columns: Sequence[str]) -> None:
    console.print(Text(answer.title, style="bold"))
    if answer.frame.is_empty():
        console.print(Text("Nothing to show."))
        for note in answer.notes:
            console.print(Text(note))
        return
    shown = views.plain(answer.frame.select(columns)) if columns else views.columns_of(answer)
    console.print()
    if answer.question == "comparison" and not columns:
        print_table(console, views.standings(answer), wide=wide)
        console.print()
    left_out = print_table(console, shown, wide=wide, sections=_sections(answer))
    console.print()
    marked = any(text.endswith("*") for c in shown for text in (c.heading, *c.cells))
    if marked and not columns:
        console.print(Text("* computed from the figures at hand; not published.", style="dim"))
    for note in answer.notes:
        console.print(Text(note, style="dim"))
    if left_out:
        console.print(
            Text(f"Left out for width: {', '.join(left_out)} (--wide shows all).", style="dim")
        )


def _sections(answer: Answer) -> list[int]:
    """Tell after which rows another trust type begins."""
    frame = answer.frame
    if answer.question not in ("ranking", "area", "table", "neighbours", "hidden", "held_back"):
        return []
    runs = frame["trust_type"].rle_id()
    return [row for row in range(1, len(runs)) if runs[row] != runs[row - 1]]
