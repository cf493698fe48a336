"""What a person means whose first word is no command: a trust, a command's other name, a slip."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from nhs_league.errors import UsageError
from nhs_league.usage import quoted

if TYPE_CHECKING:
    from nhs_league.releases.names import Names

_LIKE = 0.75
"""How like a command's name a slip is: "wrost" is, "dorset" is not."""
_HELP = ("help", "?")
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
    if first in _HELP:
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
