"""A glance at a file before it is parsed: whether it can be a release file at all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from nhs_league.errors import RefusedError

NOT_A_RELEASE = "not a release file, as it has no trusts' figures of the NHS Oversight Framework"
"""Why a table of something else is skipped."""

_LINES = 20
_LONGEST = 100_000
_MOST_COLUMNS = 1_000
_TRUST = re.compile(r"(trust|org[a-z]*|provider|icb)_(code|name)|code")
_FIGURE = re.compile(r"metric|average_score|segment")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def refuse_width(file: str, data: bytes) -> None:
    """Refuse a file whose first lines are far wider than any release file's.

    Args:
        file: name of the file, for the error.
        data: the file.

    Raises:
        RefusedError: one of the first 20 lines has more than 1,000 columns, or 100,000 bytes.

    """
    for number, line in enumerate(_first_lines(data), 1):
        if line.count(b",") < _MOST_COLUMNS and len(line) <= _LONGEST:
            continue
        is_long = len(line) > _LONGEST
        too_much = f"{_LONGEST:,} characters" if is_long else f"{_MOST_COLUMNS:,} columns"
        raise RefusedError(
            file,
            f"this line has more than {too_much}; a release file has about 20 columns",
            line=number,
            advice="Download the file again from NHS England's page.",
        )


def is_other_table(data: bytes) -> bool:
    """Return whether a file is a plain table of something else than trusts' figures.

    A web page, a spreadsheet or UTF-16 text is none: it may be a release file that was spoilt.
    """
    start = data[:_LONGEST]
    if not start.strip() or start.startswith(_UTF_16) or b"\0" in start:
        return False
    if start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        return False
    return not any(_is_header(line) for line in _first_lines(data))


def _is_header(line: bytes) -> bool:
    cells = [
        re.sub(r"[^a-z0-9]+", "_", cell.casefold()).strip("_")
        for cell in re.split(r"[,;\t|]", line.decode("utf-8", "replace"))
    ]
    has_trust = any(_TRUST.fullmatch(cell) for cell in cells)
    return has_trust and any(_FIGURE.search(cell) for cell in cells)


def _first_lines(data: bytes) -> Iterator[bytes]:
    """Give the first lines without their ends, none much longer than the longest that may be."""
    begins = 0
    for _ in range(_LINES):
        if begins >= len(data):
            return
        most = begins + _LONGEST + 1
        ends = [
            e for e in (data.find(b"\n", begins, most), data.find(b"\r", begins, most)) if e >= 0
        ]
        end = min(ends, default=min(most, len(data)))
        yield data[begins:end]
        begins = end + (2 if data[end : end + 2] == b"\r\n" else 1)
