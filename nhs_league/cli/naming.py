"""The trusts that a command is asked about: as typed, from standard input, or what was meant."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nhs_league.errors import NotFoundError, UsageError
from nhs_league.usage import quoted

if TYPE_CHECKING:
    from nhs_league.league import League

STDIN = "-"
_CODES = r"[A-Z0-9]{3,5}([\s,]+[A-Z0-9]{3,5})*"
_COLUMN = "trust_code"
_EACH = {
    "show": "To see them side by side: nhsleague compare {}",
    "explain": "To see them side by side: nhsleague compare {}",
    "whatif": "Ask for each on its own.",
    "robust": "Ask for each on its own, or for a whole type: nhsleague robust --type acute",
}
"""What to do about two trusts, for each command that takes one."""


def typed_trusts(words: Sequence[str] | None) -> list[str]:
    """Return the trusts that were typed; ``-`` stands for those on standard input.

    There each line is a trust's code or name. A line may also have several codes in capitals, with
    blanks or commas between them; and all of it may be the CSV of another answer.

    Raises:
        UsageError: ``-`` was typed, and standard input names no trust.

    """
    trusts: list[str] = []
    for word in words or ():
        trusts += _from_stdin() if word == STDIN else [word]
    return trusts


def _from_stdin() -> list[str]:
    lines = [line for line in map(str.strip, sys.stdin or ()) if line]
    trusts: list[str] = []
    if lines and _COLUMN in lines[0].split(","):
        import csv

        trusts = [row[_COLUMN] for row in csv.DictReader(lines)]
    else:
        for line in lines:
            trusts += re.split(r"[\s,]+", line) if re.fullmatch(_CODES, line, re.ASCII) else [line]
    if not trusts:
        raise UsageError(
            '"-" reads trusts from standard input, and there are none.',
            "For example: nhsleague worst elective --limit 3 | nhsleague compare -",
        )
    return list(dict.fromkeys(trusts))


@contextmanager
def naming_one(league: League, command: str, words: Sequence[str]) -> Iterator[None]:
    """Look again where a command that takes one trust does not find it by all its words.

    Raises:
        UsageError: the words name two trusts or more.
        NotFoundError: no such trust, with what else the words may mean.

    """
    try:
        yield
    except NotFoundError as fault:
        text = " ".join(words)
        if text not in fault.message:  # it is a quarter or a metric that was not found
            raise
        if len(words) > 1 and all(league.trusts(word).frame.height == 1 for word in words):
            advice = _EACH[command].format(" ".join(map(quoted, words)))
            raise UsageError(f"{command} takes one trust, not {len(words)}.", advice) from None
        others = _other_meanings(league, text) if command == "show" else []
        raise NotFoundError(fault.message, "\n".join(others) or fault.advice) from None


def _other_meanings(league: League, text: str) -> list[str]:
    """Return what to type where a text is no trust but a type, a region or something measured."""
    from nhs_league.core import trust_types

    listed, text = league.trusts().frame, text.strip()
    meanings: list[str] = []
    if (trust_type := trust_types.from_person(text)) in set(listed["trust_type"]):
        meanings.append(f"To see all trusts of this type: nhsleague table {trust_type}")
    meanings += [
        f"To see the trusts of this region: nhsleague table --region {quoted(region)}"
        for region in listed["region"].drop_nulls().unique().sort()
        if region.casefold() == text.casefold()
    ]
    if league.trusts(text).frame.is_empty() and _is_measured(league, text):
        meanings.append(f"To rank trusts by it: nhsleague worst {quoted(text)}")
    return meanings


def _is_measured(league: League, text: str) -> bool:
    try:
        return not league.metrics(text).frame.is_empty()
    except NotFoundError:
        return False
