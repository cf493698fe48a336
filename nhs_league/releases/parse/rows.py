"""The rows of a release file as text, each field in its column, and where each row stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.releases.parse.columns import Header, recognise

MISSING = ("", "NA", "N/A", "n/a", "-", "*")
"""What release files write where there is no figure (``NA``), or may write."""

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
        for number, (line, _) in enumerate(_records(self.text)):
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
    header = recognise(file, next(_records(text), (1, [""]))[1])
    names = {place: name for name, place in header.position.items()}
    columns = [names.get(place, f"extra {place}") for place in range(header.width)]
    try:
        raw = pl.read_csv(
            text, has_header=False, skip_rows=1, infer_schema=False, new_columns=columns
        )
    except pl.exceptions.PolarsError as error:
        _refuse_shape(file, header, text)
        raise RefusedError(
            file, "below the header are no rows, or none that can be read"
        ) from error
    if raw.width != header.width or not _all_full(raw, text):
        _refuse_shape(file, header, text)
    frame = (
        raw.filter(~_BLANK).select(_clean(name) for name in header.position).with_row_index("row")
    )
    if frame.is_empty():
        raise RefusedError(file, "there are no rows below the header", line=1)
    return Rows(file, header, frame, text)


def _clean(name: str) -> pl.Expr:
    stripped = pl.col(name).str.strip_chars()
    if name in ("trust_name", "metric", "domain", "sub_domain", "subtype", "region", "trust_type"):
        stripped = stripped.str.replace_all(r"\s+", " ")
    return pl.when(stripped.is_in(MISSING)).then(None).otherwise(stripped).alias(name)


def _all_full(raw: pl.DataFrame, text: bytes) -> bool:
    """Tell whether each row has all its fields.

    Polars fills a row that is too short with nulls and refuses one that is too long; so all rows
    are full if the commas of the file are those inside fields and one less than fields in a row.
    """
    rows = raw.height - raw.filter(_BLANK).height
    inside = raw.select(
        pl.sum_horizontal(pl.all().str.count_matches(",", literal=True).sum())
    ).item()
    header_end = text.index(b"\n") if b"\n" in text else len(text)
    return bool(text.count(b",", header_end) == inside + rows * (raw.width - 1))


def _refuse_shape(file: str, header: Header, text: bytes) -> None:
    """Refuse the first record that has not one field a column."""
    for line, fields in _records(text):
        if fields and len(fields) != header.width:
            raise RefusedError(
                file,
                f"this row has {len(fields)} fields where the header has {header.width}",
                line=line,
                value=",".join(fields)[:80],
                advice="The file may have been cut off or edited; fetch it again.",
            )


def _records(text: bytes) -> Iterator[tuple[int, list[str]]]:
    """Read the records one by one with the line at which each begins; blank lines are passed."""
    reader = csv.reader(io.StringIO(text.decode("utf-8"), newline=""))
    csv.field_size_limit(len(text) + 1)
    begins = 1
    for fields in reader:
        if any(fields):
            yield begins, fields
        begins = reader.line_num + 1
