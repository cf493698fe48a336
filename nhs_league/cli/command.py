"""How a command reads its values and prints its help: Typer's, without what makes it slow to start.

Typer checks every value with pydantic and prints help with rich; importing either takes longer than
importing Typer. A value that needs no check is taken as it is, every other goes Typer's way; help
is plain text in sections, with colour where the terminal takes it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

from nhs_league.cli.terminal import wants_colour
from nhs_league.frozen import frozen

_SENTENCE_END = r"(?<=[.?])\s"
_ARGUMENTS, _OPTIONS = "Arguments", "Options"
_BOLD, _CYAN, _PLAIN = "\033[1m", "\033[36m", "\033[0m"
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_CHECKS = ("parser", "exists", "resolve_path", "path_type", "allow_dash")
_NOT_PLAIN = object()


Asking = TypeVar("Asking", bound=Callable[..., Any])


def examples(*lines: str) -> Callable[[Asking], Asking]:
    """Declare that a function is a command of its family, and what to type for example."""

    def declare(function: Asking) -> Asking:
        function.examples = lines  # type: ignore[attr-defined]
        return function

    return declare


def commands_in(family: ModuleType) -> dict[str, Any]:
    """Return the commands of a family by name, in its order: functions, and groups of them."""
    return {
        name: each
        for name, each in vars(family).items()
        if hasattr(each, "examples") or isinstance(each, typer.Typer)
    }


class Command(TyperCommand):
    """A command of the program; its epilog is its examples, one a line."""

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002 - it wraps, and is never cut
        """Return what a list of commands says of it: the first sentence, whole."""
        return first_sentence(self.help or "")

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed."""
        _take_plain_values(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the usage, what it does, examples, then its arguments and options."""
        ctx.color = wants_colour()
        params = self.get_params(ctx)
        words = [usage_of(p) for p in params if p.param_type_name == "argument"]
        write_usage(ctx, formatter, words)
        write_text(formatter, inspect.cleandoc(self.help or ""))
        if self.epilog:
            write_examples(ctx, formatter, self.epilog)
        write_parameters(ctx, formatter, params)


class Group(TyperGroup):
    """A group of commands; its epilog is its examples, one a line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed before the command's name; nothing typed asks for help."""
        if not args and not ctx.resilient_parsing:
            typer.echo(self.answer_to_nothing(ctx), color=ctx.color)
            ctx.exit()
        _take_plain_values(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def answer_to_nothing(self, ctx: Any) -> str:
        """Return what is shown where no command is named."""
        return str(ctx.get_help())

    def sections(self) -> Mapping[str, Sequence[str]]:
        """Return the names of the commands under the headings that help lists them by."""
        return {"Commands": list(self.commands)}

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the usage, what it does, examples, then the commands and the options."""
        ctx.color = wants_colour()
        write_usage(ctx, formatter, ["COMMAND"])
        write_text(formatter, inspect.cleandoc(self.help or ""))
        if self.epilog:
            write_examples(ctx, formatter, self.epilog)
        sections = self.sections()
        width = max(len(name) for names in sections.values() for name in names)
        for title, names in sections.items():
            listed = ((name.ljust(width), self.get_command(ctx, name)) for name in names)
            rows = [(name, command.get_short_help_str()) for name, command in listed if command]
            write_list(ctx, formatter, title, rows)
        write_parameters(ctx, formatter, self.get_params(ctx))


def typed(ctx: Any) -> dict[str, Any]:
    """Return the values typed after a command's name, without those of the environment."""
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    return {
        name: value
        for name, value in ctx.params.items()
        if sources[name] is not None and sources[name].name == "COMMANDLINE"
    }


def _take_plain_values(params: Iterable[Any]) -> None:
    for param in params:
        if hasattr(param, "get_runtime_param"):
            param.get_runtime_param = _PlainFirst(param.type_descriptor, param.get_runtime_param)


@frozen
class _PlainFirst:
    """What reads a parameter's values: at once where they are plain, else as Typer does.

    Attributes:
        kind: Typer's description of the parameter's type.
        checked: makes Typer's own reader; importing pydantic is part of it.

    """

    kind: Any
    checked: Callable[[], Any]

    def __call__(self) -> _PlainFirst:
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Read a value; whatever is wrong with it is Typer's to say."""
        if (plain := _plain(value, self.kind.annotation, self.kind.parameter_info)) is _NOT_PLAIN:
            return self.checked().coerce(value, param=param, ctx=ctx)
        return plain


def _plain(value: Any, kind: Any, info: Any) -> Any:
    """Return a value as its type where nothing about it needs a check, else ``_NOT_PLAIN``."""
    if get_origin(kind) is list:
        (kind,) = get_args(kind)
        read = [_plain(item, kind, info) for item in value or ()]
        return _NOT_PLAIN if _NOT_PLAIN in read else read
    if value is None or (kind in (str, int) and type(value) is kind):
        return value
    if isinstance(value, str) and kind is Path and not any(getattr(info, c) for c in _CHECKS):
        return Path(value)
    if isinstance(value, str) and kind is int and _INTEGER.fullmatch(value):
        number = int(value)
        low, high = info.min, info.max
        within = (low is None or number >= low) and (high is None or number <= high)
        return number if within else _NOT_PLAIN
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next((member for member in kind if value in (member, member.value)), _NOT_PLAIN)
    return _NOT_PLAIN


def heading(text: str, *, colour: bool) -> str:
    """Return a heading, bold where there is colour."""
    return f"{_BOLD}{text}{_PLAIN}" if colour else text


def term(text: str, *, colour: bool) -> str:
    """Return what a person may type, in colour where there is any."""
    return f"{_CYAN}{text}{_PLAIN}" if colour else text


def first_sentence(text: str) -> str:
    """Return the first sentence of a help text, without its full stop, as a list shows it."""
    return re.split(_SENTENCE_END, text, maxsplit=1)[0].removesuffix(".")


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
