"""The rows of a release file as text, each field in its column, and where each row stands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.releases.parse.columns import Header, recognise

MISSING = ("", "NA", "N/A", "n/a", "-", "*")
"""What release files write where there is no figure (``NA``), or may write."""

NAMES = ("trust_name", "metric", "domain", "sub_domain", "subtype", "region", "trust_type")
"""The columns that hold names, whose blanks are one each."""
_UNSEEN = r"[\p{Cc}\p{Cf}]"
"""Characters that are not seen but act: control codes, marks of direction, joiners of no width."""
_STRAY_QUOTE = re.compile(rb'(?m)(?:^|,)[^",\r\n]+"|"[^",\r\n]')
_BLANK = pl.all_horizontal(pl.all().fill_null("") == "")


@dataclass(frozen=True)
class Rows:
    """The rows of one release file.

    Attributes:
        file: name of the file.
        header: its recognised header.
        frame: our column names as String, cleaned, missing markers as null, with ``row`` (the
            record's number from 0, blank lines not counted).
        text: the file's text in UTF-8.

    """

    file: str
    header: Header
    frame: pl.DataFrame
    text: bytes

    def line(self, row: int) -> int:
        """Tell the line at which a record begins, from 1; it reads the file again."""
        for number, (line, _) in enumerate(_records(self.file, self.text)):
            if number == row + 1:
                return line
        raise IndexError(row)

    def refuse(self, row: int, column: str, value: str | None, reason: str) -> RefusedError:
        """Build the refusal of one field of one record."""
        spelt = self.header.spelt.get(column, column)
        return RefusedError(
            self.file,
            reason,
            line=self.line(row),
            column=spelt,
            value="" if value is None else value,
        )


def read_rows(file: str, text: bytes) -> Rows:
    """Split a release file into fields and clean them; no figure is read yet.

    Args:
        file: name of the file, for the error.
        text: the file in UTF-8.

    Raises:
        RefusedError: the header is not a release file's, there are no rows, or a row has too few
            or too many fields or a quote that does not close.

    """
    records = _records(file, text)
    header = recognise(file, next(records, (1, [""]))[1])
    first_line, _ = next(records, (0, []))
    if not first_line:
        raise RefusedError(file, "there are no rows below the header", line=1)
    names = {place: name for name, place in header.position.items()}
    columns = [names.get(place, f"extra {place}") for place in range(header.width)]
    body = _from_line(text, first_line)
    try:
        raw = pl.read_csv(body, has_header=False, schema=dict.fromkeys(columns, pl.String()))
    except pl.exceptions.PolarsError as error:
        _refuse_shape(file, header, text)
        stray = _STRAY_QUOTE.search(text)
        line = text.count(b"\n", 0, stray.start()) + 1 if stray else None
        raise RefusedError(
            file, f"a quote stands inside a field, or does not close ({error})", line=line
        ) from error
    if not _all_full(raw, body):
        _refuse_shape(file, header, text)
    filled = raw.filter(~_BLANK)
    frame = filled.select(
        *(_clean(filled[name]) for name in header.position),
        *(pl.lit(None, pl.String).alias(name) for name in header.absent),
    ).with_row_index("row")
    return Rows(file, header, frame, text)


def _from_line(text: bytes, line: int) -> bytes:
    """Give a text from a line on, counted from 1."""
    begins = 0
    for _ in range(line - 1):
        begins = text.index(b"\n", begins) + 1
    return text[begins:]


def _clean(column: pl.Series) -> pl.Series:
    """Take stray blanks, unseen characters and missing markers out of a column.

    Each text is looked at once.
    """
    found = column.unique()
    name = pl.col(column.name)
    clean = name.str.strip_chars()
    if column.name in NAMES:
        clean = clean.str.replace_all(r"\s+", " ")
    clean = clean.str.replace_all(_UNSEEN, "").str.strip_chars()
    cleaned = found.to_frame().select(pl.when(~clean.is_in(MISSING)).then(clean).alias("clean"))
    if cleaned["clean"].equals(found):
        return column
    return column.replace(found, cleaned["clean"])


def _all_full(raw: pl.DataFrame, body: bytes) -> bool:
    """Tell whether each row has all its fields.

    Polars fills a row that is too short with nulls and refuses one that is too long; so all rows
    are full if the commas of the body are those inside fields and one less than fields in a row.
    """
    rows = raw.height - raw.filter(_BLANK).height
    inside = raw.select(
        pl.sum_horizontal(pl.all().str.count_matches(",", literal=True).sum())
    ).item()
    return bool(body.count(b",") == inside + rows * (raw.width - 1))


def _refuse_shape(file: str, header: Header, text: bytes) -> None:
    """Refuse the first record that has not one field a column."""
    for line, fields in _records(file, text):
        if fields and len(fields) != header.width:
            raise RefusedError(
                file,
                f"this row has {len(fields)} fields where the header has {header.width}",
                line=line,
                value=",".join(fields)[:80],
                advice="The file may have been cut off or edited; fetch it again.",
            )


def _records(file: str, text: bytes) -> Iterator[tuple[int, list[str]]]:
    """Read the records one by one with the line at which each begins; blank lines are passed."""
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    reader = csv.reader(lines, strict=True)
    csv.field_size_limit(len(text) + 1)
    begins = 1
    try:
        for fields in reader:
            if any(fields):
                yield begins, fields
            begins = reader.line_num + 1
    except csv.Error as error:
        raise RefusedError(
            file, f"a quote in this row does not close, or closes too early ({error})", line=begins
        ) from error
