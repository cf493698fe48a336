"""The records of a CSV text, one by one, each with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator
from itertools import islice
from typing import NamedTuple

from nhs_league.errors import RefusedError

_MOST_BROKEN = 50
"""From how many records with broken quotes on a file is refused: each is searched for its end."""


class Record(NamedTuple):
    """A record that is not blank.

    Attributes:
        line: the line at which it begins, from 1.
        fields: its fields; the whole line as one field where its quotes are broken.
        is_broken: whether a quote does not close, or closes too early.

    """

    line: int
    fields: list[str]
    is_broken: bool


def records(file: str, text: bytes, *, width: int | None = None) -> Iterator[Record]:
    """Read the records of a text; blank lines are passed over.

    A record with broken quotes ends with its line, so that one stray quote does not swallow the
    records below it.

    Args:
        file: name of the file, for the error.
        text: the text in UTF-8, with or without a byte-order mark.
        width: how many fields a record has; where it is known, a record of several lines that has
            another number is broken.

    Raises:
        RefusedError: more than fifty records are broken.

    """
    csv.field_size_limit(max(len(text) + 1, 131_072))
    first = 1
    for _ in range(_MOST_BROKEN + 1):
        broken_at = yield from _until_broken(text, first, width)
        if broken_at is None:
            return
        whole = next(islice(_lines(text), broken_at - 1, None))
        yield Record(broken_at, [whole.strip("\r\n")], is_broken=True)
        first = broken_at + 1
    reason = "a quote does not close, or closes too early, in this row and many others"
    raise RefusedError(file, reason, line=first - 1)


def _until_broken(
    text: bytes, first: int, width: int | None
) -> Generator[Record, None, int | None]:
    """Yield records up to one that is broken, and return its line; None where none is."""
    reader = csv.reader(islice(_lines(text), first - 1, None), strict=True)
    begins = first
    try:
        for fields in reader:
            following = first + reader.line_num
            has_full_width = width is None or _trimmed(fields, width) == width
            if following > begins + 1 and not has_full_width:
                return begins
            if any(fields):
                yield Record(begins, fields, is_broken=False)
            begins = following
    except csv.Error:
        return begins
    return None


def _trimmed(fields: list[str], width: int) -> int:
    count = len(fields)
    while count > width and not fields[count - 1].strip():
        count -= 1
    return count


def _lines(text: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text), "utf-8-sig", newline="\n")
