"""How a command reads its values and prints its help: Typer's, without what makes it slow to start.

Typer checks every value with pydantic and prints help with rich; importing either takes longer than
importing Typer. A value that needs no check is taken as it is, every other goes Typer's way; and
help is plain text in sections, which a screen reader can follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.core import TyperCommand, TyperGroup

_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_SENTENCE_END = re.compile(r"(?<=[.?])\s")
_CHECKS = ("parser", "exists", "resolve_path", "path_type", "allow_dash")
_NOT_PLAIN = object()


class Command(TyperCommand):
    """A command of the program."""

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002 - it wraps, and is never cut
        """Return what a list of commands says of it: the first sentence, whole."""
        return _SENTENCE_END.split(self.help or "", maxsplit=1)[0]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed."""
        _take_plain_values(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Print the arguments and options, those that belong together in one section."""
        _write_sections(self.get_params(ctx), ctx, formatter)


class Group(TyperGroup):
    """A group of commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed before the command's name."""
        _take_plain_values(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Print the commands, then the options in their sections."""
        self.format_commands(ctx, formatter)
        _write_sections(self.get_params(ctx), ctx, formatter)


def typed(ctx: Any) -> dict[str, Any]:
    """Return the values typed after a command's name, without those of the environment."""
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    return {
        name: value
        for name, value in ctx.params.items()
        if sources[name] is not None and sources[name].name == "COMMANDLINE"
    }


def _write_sections(params: Iterable[Any], ctx: Any, formatter: Any) -> None:
    sections: dict[str, list[tuple[str, str]]] = {}
    for param in params:
        usual = "Arguments" if param.param_type_name == "argument" else "Options"
        if (row := param.get_help_record(ctx)) is not None:
            sections.setdefault(param.rich_help_panel or usual, []).append(row)
    for heading, rows in sections.items():
        with formatter.section(heading):
            formatter.write_dl(rows)


def _take_plain_values(params: Iterable[Any]) -> None:
    for param in params:
        if hasattr(param, "get_runtime_param"):
            param.get_runtime_param = _PlainFirst(param.type_descriptor, param.get_runtime_param)


@dataclass(frozen=True)
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
