"""Corrections: what to type instead of an unknown command, wrong usage, or an empty ``whatif``."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from nhs_league.errors import UsageError
from nhs_league.usage import in_choice, nothing_changes, quoted

if TYPE_CHECKING:
    from nhs_league.core.answers import TrustProfile
    from nhs_league.league import League
    from nhs_league.releases.names import Names

_LIKE = 0.75
"""How like a command's name a slip is: "wrost" is, "dorset" is not."""
_HELP_WORDS = ("help", "?")
_TRUSTS = ("trusts", "trusts {}")
_RANKS = ("table", "worst {}")
_FETCH = ("fetch", "fetch")
_EVERYDAY = {
    "bottom": ("worst elective", "worst elective"),
    "download": _FETCH,
    "find": _TRUSTS,
    "hospital": _TRUSTS,
    "hospitals": _TRUSTS,
    "indicators": ("metrics", "metrics {}"),
    "list": _TRUSTS,
    "league": ("table", "table"),
    "lookup": _TRUSTS,
    "measures": ("metrics", "metrics {}"),
    "rank": _RANKS,
    "ranking": _RANKS,
    "rankings": _RANKS,
    "refresh": _FETCH,
    "search": _TRUSTS,
    "sql": ("query --tables", "query {}"),
    "top": ("best elective", "best elective"),
    "update": _FETCH,
    "upgrade": _FETCH,
    "why": ('explain "royal cornwall"', "explain {}"),
}
"""Other words for a command: what to type for them alone, and with more words after them."""
_FOR_ALL = 'Run "nhsleague --help" to see all commands'
_CHOICES = r"^Value error, '(?P<value>.*)' is not one of (?P<choices>'.*')\.$"
_PATH = r"^path '(?P<path>.*)' does not exist\.$"
_EXTRA = r"^Got unexpected extra argument\(?s?\)? \((?P<words>.*)\)$"
_NEEDS_VALUE = r"^Option '(?P<option>.*)' requires an argument\.$"
_TAKES_NONE = r"^Option '(?P<option>.*)' does not take a value\.$"
_NO_COMMAND = r"^No such command '(?P<name>.*)'\."
_WORST_TO_REACH = 3
"""The worst segment that ``whatif --to-segment`` finds a way to."""


def as_typed(words: Sequence[str], commands: Collection[str], known: Names) -> list[str]:
    """Return the words of a command line with its command first.

    ``help show`` is ``show --help``, ``version`` is ``--version``, and a trust's name or code alone
    is ``show``.

    Args:
        words: the words that were typed, from the command's place on.
        commands: the names of the commands.
        known: the names in the store, as far as there are any.

    Raises:
        UsageError: the first word is another word for a command, or nearly one.

    """
    first, *rest = words
    if first in commands or (first.startswith("-") and first != "-"):
        return list(words)
    if first in _HELP_WORDS:
        return [*rest[:1], "--help"]
    if first == "version":
        return ["--version"]
    if first.casefold() in _EVERYDAY:
        raise _no_command(first, _suggested(first.casefold(), rest))
    if not _is_in_a_name(first, known):
        from difflib import get_close_matches

        if near := get_close_matches(first.casefold(), commands, 1, _LIKE):
            raise _no_command(first, " ".join(map(quoted, [*near, *rest])))
    return ["show", *words]


def _suggested(word: str, rest: Sequence[str]) -> str:
    alone, with_more = _EVERYDAY[word]
    return with_more.format(" ".join(map(quoted, rest))) if rest else alone


def _no_command(word: str, suggested: str) -> UsageError:
    return UsageError(
        f'There is no command "{word}".',
        f"Try: nhsleague {suggested}\nOr see all commands: nhsleague --help",
    )


def _is_in_a_name(word: str, known: Names) -> bool:
    """Return whether a word is a trust's code, or begins a word of a stored trust's name."""
    begun = word.casefold()
    return word.upper() in known.trusts or any(
        part.startswith(begun) for name in known.trusts.values() for part in name.casefold().split()
    )


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
        near = sorted(wrong.possibilities or ())
        # A command that compares two quarters has no one quarter.
        if option == "--quarter" and any("--to" in each.opts for each in context.command.params):
            near = ["--from", "--to"]
        return f"There is no option {option}." + (
            f" Did you mean {in_choice(near)}?" if near else ""
        )
    if match := re.match(_EXTRA, message):
        return f'{context.info_name} does not take "{match["words"]}".'
    if match := re.match(_NEEDS_VALUE, message):
        return f"{match['option']} needs a value after it."
    if match := re.match(_TAKES_NONE, message):
        return f"{match['option']} takes no value."
    if match := re.match(_NO_COMMAND, message):
        return f'There is no command "{match["name"]}".'
    return str(wrong.format_message())


def _of_parameter(param: Any, message: str, context: Any) -> str:
    """Describe what is wrong with the value of an argument or option, or that there is none."""
    if param.param_type_name == "argument" and not message:
        example = (context.command.epilog or "").partition("\n")[0]
        return f"Which {(param.metavar or param.name).lower().rstrip('.')}? For example: {example}"
    name = max(param.opts, key=len) if param.param_type_name == "option" else param.metavar
    if match := re.match(_CHOICES, message):
        known = match["choices"].replace("'", "")
        return f'{name} cannot be "{match["value"]}". Choose from: {known}.'
    if match := re.match(_PATH, message):
        return f"There is no file or folder {match['path']}."
    if message.startswith("Input should be"):
        return f"{name} needs a whole number{_range(param.min, param.max)}."
    return f"{name}: {message}"


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f" from {low:,.0f} to {high:,.0f}"


def nothing_to_test(league: League, trust: str, quarter: str) -> UsageError:
    """Return the error for a ``whatif`` that changes nothing, with examples to paste.

    They are of the trust's own weak spots, where its figures are stored.

    Raises:
        NotFoundError: no such trust or quarter, or several.

    """
    if not league.store.quarters:
        return nothing_changes(*_whatif_lines(trust, ["--set sickness=median", "--to-segment 2"]))
    profile = league.show(trust, quarter=quarter)
    return nothing_changes(*_whatif_lines(trust, _changes_to_test(profile)))


def _whatif_lines(trust: str, changes: list[str]) -> list[str]:
    return [f"nhsleague whatif {quoted(trust)} {change}" for change in changes]


def _changes_to_test(profile: TrustProfile) -> list[str]:
    """Return options that would change something: the worst weak spots, the deficit, the score."""
    import polars as pl

    weak = profile.frame.filter(
        pl.col("weak_spot").is_not_null()
        & pl.col("score").is_not_null()
        & ((pl.col("value") < pl.col("median")) == pl.col("higher_is_better"))
        & (pl.col("value") != pl.col("median"))
    )
    targets = zip(weak["short_name"].head(2), ("median", "q1"), strict=False)
    changes = [f"--set {quoted(f'{name}={target}')}" for name, target in targets]
    standing = profile.standing.row(0, named=True)
    if standing["in_deficit"]:
        changes.append("--no-deficit")
    if (segment := standing["segment"] or 0) > 1:
        changes.append(f"--to-segment {min(segment - 1, _WORST_TO_REACH)}")
    return changes or ["--set sickness=best"]
