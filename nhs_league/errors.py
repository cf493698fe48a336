"""What can go wrong, each with its exit code and its advice."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

_SHOWN = 80


class Exit(IntEnum):
    """The exit codes of the command, as the documentation promises them."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    NOT_FOUND = 3
    NO_DATA = 4
    REFUSED = 5
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """What the code says, in the words of the documentation."""
        return {
            Exit.DONE: "done",
            Exit.FAULT: "a fault of the program",
            Exit.USAGE: "wrong usage",
            Exit.NOT_FOUND: "no such trust, metric, quarter or filter value",
            Exit.NO_DATA: "no data, and none can be fetched",
            Exit.REFUSED: "a release file or a stored file was refused",
            Exit.INTERRUPTED: "interrupted",
        }[self]


class LeagueError(Exception):
    """A fault of the user's, the data's or the network's, told in words.

    Attributes:
        message: what happened, one or more lines.
        advice: what to do about it; may be empty.
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
    """The command was called with options that do not fit."""

    exit_code = Exit.USAGE


class NotFoundError(LeagueError):
    """No such trust, metric, quarter or filter value, or several of them."""

    exit_code = Exit.NOT_FOUND

    @classmethod
    def of(
        cls, what: str, asked: str, candidates: Sequence[str], advice: str = ""
    ) -> NotFoundError:
        """Build the error for a name that was not found, with the names that are known."""
        known = f"Known: {', '.join(candidates)}." if candidates else ""
        return cls(f"No {what} is called “{asked}”.", " ".join(filter(None, (known, advice))))


class AmbiguousError(NotFoundError):
    """Several trusts or metrics have this name."""


class NoDataError(LeagueError):
    """There is no data to answer from, and none can be fetched."""

    exit_code = Exit.NO_DATA


class UnreachableError(NoDataError):
    """The site could not be reached at all, so that trying its other files is no use."""


class RefusedError(LeagueError):
    """A release file or a stored file was refused.

    Attributes:
        file: name of the file.
        line: line in the file, counted from 1; None where no line is at fault.
        column: name of the column as the file spells it; None where none is at fault.
        value: the offending value as it stands in the file; None where there is none.

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
    """Show the beginning of a value: enough to find it by."""
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
