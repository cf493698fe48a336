"""What Typer says of wrong usage, in plain words, with the command that helps."""

from __future__ import annotations

import re
from typing import Any

_FOR_ALL = 'Run "nhsleague --help" to see all commands'
_CHOICES = re.compile(r"^Value error, '(?P<value>.*)' is not one of (?P<choices>'.*')\.$")
_PATH = re.compile(r"^path '(?P<path>.*)' does not exist\.$")
_EXTRA = re.compile(r"^Got unexpected extra argument\(?s?\)? \((?P<words>.*)\)$")
_NEEDS_VALUE = re.compile(r"^Option '(?P<option>.*)' requires an argument\.$")
_TAKES_NONE = re.compile(r"^Option '(?P<option>.*)' does not take a value\.$")
_NO_COMMAND = re.compile(r"^No such command '(?P<name>.*)'\.")


def in_words(wrong: Any) -> str:
    """Return a Typer exception as a message: what is wrong, and what to do.

    Args:
        wrong: the exception; that of a usage error has its command's context.

    """
    context = getattr(wrong, "ctx", None)
    return f"{_what(wrong, context)}\n{advice(context)}"


def advice(context: Any) -> str:
    """Return which help to look at, after an error in a command."""
    path = context.command_path if context is not None else "nhsleague"
    this = "" if path == "nhsleague" else f', or "{path} --help" for this one'
    return f"{_FOR_ALL}{this}."


def _what(wrong: Any, context: Any) -> str:
    message = str(wrong.message)
    if (param := getattr(wrong, "param", None)) is not None:
        return _of_parameter(param, message, context)
    if (option := getattr(wrong, "option_name", None)) and hasattr(wrong, "possibilities"):
        near = " or ".join(sorted(wrong.possibilities or ()))
        return f"There is no option {option}." + (f" Did you mean {near}?" if near else "")
    if found := _EXTRA.match(message):
        return f'{context.info_name} does not take "{found["words"]}".'
    if found := _NEEDS_VALUE.match(message):
        return f"{found['option']} needs a value after it."
    if found := _TAKES_NONE.match(message):
        return f"{found['option']} takes no value."
    if found := _NO_COMMAND.match(message):
        return f'There is no command "{found["name"]}".'
    return str(wrong.format_message())


def _of_parameter(param: Any, message: str, context: Any) -> str:
    """Describe what is wrong with the value of an argument or option, or that there is none."""
    if param.param_type_name == "argument" and not message:
        example = (context.command.epilog or "").partition("\n")[0]
        return f"Which {(param.metavar or param.name).lower().rstrip('.')}? For example: {example}"
    name = max(param.opts, key=len) if param.param_type_name == "option" else param.metavar
    if found := _CHOICES.match(message):
        known = found["choices"].replace("'", "")
        return f'{name} cannot be "{found["value"]}". Choose from: {known}.'
    if found := _PATH.match(message):
        return f"There is no file or folder {found['path']}."
    if message.startswith("Input should be"):
        return f"{name} needs a whole number{_range(param.min, param.max)}."
    return f"{name}: {message}"


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f" from {low:,.0f} to {high:,.0f}"
