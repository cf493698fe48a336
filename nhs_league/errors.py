"""Errors, each with its exit code and advice."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

_SHOWN = 80


class Exit(IntEnum):
    """The exit codes of the command, as documented."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    NOT_FOUND = 3
    NO_DATA = 4
    REFUSED = 5
    NEWS = 10
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """Return what the code means, in the words of the documentation."""
        return {
            Exit.DONE: "done",
            Exit.FAULT: "a bug in nhsleague",
            Exit.USAGE: "incorrect usage",
            Exit.NOT_FOUND: "trust, metric, quarter or filter value not found",
            Exit.NO_DATA: "no figures, and none could be downloaded",
            Exit.REFUSED: "a file was rejected",
            Exit.NEWS: "done, and watch found something new",
            Exit.INTERRUPTED: "interrupted",
        }[self]


class LeagueError(Exception):
    """An error in what was typed, in the data or on the network, as a message.

    Attributes:
        message: what happened, in one or more lines.
        advice: what to do about it. It may be empty.
        exit_code: the command's exit code.

    """

    exit_code = Exit.FAULT

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message}\n{self.advice}" if self.advice else self.message


class UsageError(LeagueError):
    """The command was called with words or options that do not fit."""

    exit_code = Exit.USAGE


class NotFoundError(LeagueError):
    """No trust, metric, quarter or filter value matches, or several do."""

    exit_code = Exit.NOT_FOUND

    @classmethod
    def of(cls, what: str, name: str, candidates: Sequence[str], advice: str = "") -> NotFoundError:
        """Build the error for a name that was not found, with the known names."""
        known = f"Choose from: {', '.join(candidates)}." if candidates else ""
        return cls(f'There is no {what} "{name}".', " ".join(filter(None, (known, advice))))


class AmbiguousError(NotFoundError):
    """Several trusts or metrics have this name."""


class NoDataError(LeagueError):
    """There are no figures, and none could be downloaded."""

    exit_code = Exit.NO_DATA


class UnreachableError(NoDataError):
    """The site could not be reached at all, so there is no point in trying its other files."""


class RefusedError(LeagueError):
    """A release file or a stored file was rejected.

    Attributes:
        file: the name of the file.
        line: the line in the file, counted from 1; None where no line is at fault.
        column: the column's name as the file spells it; None where no column is at fault.
        value: the faulty value as it is in the file; None where there is none.

    """

    exit_code = Exit.REFUSED

    def __init__(
        self,
        file: str,
        reason: str,
        *,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
        advice: str = "",
    ) -> None:
        self.file, self.line, self.column, self.value = file, line, column, value
        place = [file]
        if line is not None:
            place.append(f"line {line}")
        if column is not None:
            place.append(f"column {column}")
        shown = "" if value is None else f": {_cut(value)!r}"
        super().__init__(f"{', '.join(place)}{shown}: {reason}", advice)


def _cut(value: str) -> str:
    """Return the start of a value, enough to find it by."""
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
