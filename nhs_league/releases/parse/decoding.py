"""The bytes of a release file as text in UTF-8, and its records one by one."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterator
from itertools import islice
from typing import NamedTuple

from nhs_league.errors import RefusedError

RETRY = "Download or save the file again. A release file is one of NHS England's CSV files."
_OTHER_FILES = {
    b"PK\x03\x04": "a zip file or an Excel workbook named as a CSV file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook named as a CSV file",
    b"\x1f\x8b": "a gzip file named as a CSV file",
    b"%PDF": "a PDF file named as a CSV file",
}
_OF_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_NOT_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_NULS_OF_UTF16 = 0.2
"""The share of NUL bytes from which a text is in UTF-16; one or two are odd cells."""
_DELIMITERS = ((b";", "semicolons"), (b"\t", "tabs"), (b"|", "vertical bars"))
_TELLING = (b"metric_id", b"average_score")
_AT_ONCE = 4 * 1024**2
"""How many bytes are decoded at once."""
_MOST_BROKEN = 50
"""From how many records with broken quotes on a file is refused: each is searched for its end."""


def decode(file: str, data: bytes) -> bytes:
    """Return a release file's text as UTF-8 with LF or CRLF line ends.

    What needs no change is not copied, as files may be large: a byte-order mark stays.

    Args:
        file: name of the file, for the error.
        data: the file as it was published, in UTF-8 or Windows-1252.

    Raises:
        RefusedError: it is not text of comma-separated values; the message names what it is.

    """
    if not data or data.isspace():
        raise RefusedError(file, "the file is empty", advice=RETRY)
    for magic, what in _OTHER_FILES.items():
        if data.startswith(magic):
            raise RefusedError(file, f"this is {what}", advice=RETRY)
    if (
        data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        or data.count(b"\0") > len(data) * _NULS_OF_UTF16
    ):
        raise RefusedError(file, "the text is in UTF-16", advice="Save it as CSV UTF-8.")
    data = data.rstrip(b"\x1a")
    if start := _MARKUP.match(data):
        first = data[start.end() - 1 :][:40].split(b"\n")[0].decode("utf-8", "replace")
        reason = "this is a web page, not a CSV file"
        raise RefusedError(file, reason, line=1, value=first.strip(), advice=RETRY)
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    text = _as_utf8(file, data)
    _refuse_other_delimiters(file, text)
    return text


def _as_utf8(file: str, data: bytes) -> bytes:
    if _is_utf8(data):
        return data
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as not_utf8:
        line = data.count(b"\n", 0, not_utf8.start) + 1
        if _OF_UTF8.search(data):
            reason = "this line is not in UTF-8, but the rest of the file is"
            value = repr(data[not_utf8.start : not_utf8.end])
            raise RefusedError(file, reason, line=line, value=value, advice=RETRY) from not_utf8
        if neither := _NOT_IN_1252.search(data):
            line = data.count(b"\n", 0, neither.start()) + 1
            reason = "the text is neither UTF-8 nor Windows-1252"
            raise RefusedError(file, reason, line=line, value=repr(neither[0])) from not_utf8
    text = io.BytesIO()
    for part in _parts(data):
        text.write(part.decode("cp1252").encode("utf-8"))
    return text.getvalue()


def _is_utf8(data: bytes) -> bool:
    """Return whether bytes are UTF-8, without a copy of all of them."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for part in _parts(data):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _parts(data: bytes) -> Iterator[bytes]:
    for begins in range(0, len(data), _AT_ONCE):
        yield data[begins : begins + _AT_ONCE]


def _refuse_other_delimiters(file: str, text: bytes) -> None:
    beginning = text[:4000].lower()
    for column in _TELLING:
        place = beginning.find(column)
        around = beginning[max(place - 2, 0) : place + len(column) + 2].strip(b'"')
        for delimiter, name in _DELIMITERS:
            if place >= 0 and delimiter in around:
                raise RefusedError(
                    file,
                    f"the fields are separated by {name}, not by commas",
                    line=beginning.count(b"\n", 0, place) + 1,
                    advice="Save the file as comma-separated CSV UTF-8.",
                )


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
    reason = "a quote is not closed, or is closed too early, in this row and many others"
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
