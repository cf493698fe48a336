"""Help on the terminal: plain text in sections, with colour where the terminal takes it.

rich is not imported: it takes longer than everything else that help needs.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

_SENTENCE_END = re.compile(r"(?<=[.?])\s")
_ARGUMENTS, _OPTIONS = "Arguments", "Options"
_WINDOWS = ("WT_SESSION", "ConEmuANSI", "ANSICON", "TERM")
"""One of these is set in a Windows terminal that understands colours; the old console does not."""
_BOLD, _CYAN, _PLAIN = "\033[1m", "\033[36m", "\033[0m"


def wants_colour() -> bool:
    """Return whether stdout takes colour: as rich decides, and with ``--no-color`` anywhere."""
    if os.environ.get("NO_COLOR") or "--no-color" in sys.argv:
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if sys.platform == "win32" and not any(name in os.environ for name in _WINDOWS):
        return False
    return sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def heading(text: str, *, colour: bool) -> str:
    """Return a heading, bold where there is colour."""
    return f"{_BOLD}{text}{_PLAIN}" if colour else text


def term(text: str, *, colour: bool) -> str:
    """Return what a person may type, in colour where there is any."""
    return f"{_CYAN}{text}{_PLAIN}" if colour else text


def first_sentence(text: str) -> str:
    """Return the first sentence of a help text, without its full stop, as a list shows it."""
    return _SENTENCE_END.split(text, maxsplit=1)[0].removesuffix(".")


def write_usage(ctx: Any, formatter: Any, words: Sequence[str]) -> None:
    """Write the usage line: the command, its words, and that it takes options."""
    lead = heading("Usage:", colour=ctx.color)
    formatter.write_usage(ctx.command_path, " ".join((*words, "[options]")), f"{lead} ")


def write_text(formatter: Any, text: str) -> None:
    """Write a paragraph."""
    formatter.write_paragraph()
    formatter.write_text(text)


def write_examples(ctx: Any, formatter: Any, examples: str) -> None:
    """Write examples, one a line, which are never wrapped."""
    with formatter.section(heading("Examples", colour=ctx.color)):
        for example in examples.splitlines():
            formatter.write(f"  {term(example, colour=ctx.color)}\n")


def write_list(ctx: Any, formatter: Any, title: str, rows: Iterable[tuple[str, str]]) -> None:
    """Write a section of terms, each with what it means."""
    with formatter.section(heading(title, colour=ctx.color)):
        formatter.write_dl([(term(name, colour=ctx.color), text) for name, text in rows])


def write_parameters(ctx: Any, formatter: Any, params: Sequence[Any]) -> None:
    """Write the arguments, the command's own options, then those that it shares with others."""
    sections: dict[str, list[tuple[str, str]]] = {_ARGUMENTS: [], _OPTIONS: []}
    for param in params:
        if param.hidden:
            continue
        is_argument = param.param_type_name == "argument"
        title = param.rich_help_panel or (_ARGUMENTS if is_argument else _OPTIONS)
        sections.setdefault(title, []).append((name_of(param), param.help or ""))
    for title, rows in sections.items():
        if rows:
            write_list(ctx, formatter, title, rows)


def name_of(param: Any) -> str:
    """Return how an argument or an option is typed: ``TRUST``, ``-o, --output FILE``."""
    value = param.metavar or param.name.upper()
    if param.param_type_name == "argument":
        return str(value)
    names = ", ".join(sorted(param.opts, key=len))
    return names if param.is_flag else f"{names} {value}"


def usage_of(param: Any) -> str:
    """Return how an argument stands in the usage line, in brackets where it may be left out."""
    return name_of(param) if param.required else f"[{name_of(param)}]"
