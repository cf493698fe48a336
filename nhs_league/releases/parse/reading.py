"""The bytes of a release file as rows of text, each field in its column."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.releases.parse.columns import Header, recognise

NAMES = ("trust_name", "metric", "domain", "sub_domain", "subtype", "region", "trust_type")
"""The columns that hold names; runs of blanks in them count as one."""

_MISSING_TEXT = ("", "na", "n/a", "-", "*", "#n/a", "null")
_OTHER_FILES = {
    b"PK\x03\x04": "a zip file or an Excel workbook under the name of a CSV file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook under the name of a CSV file",
    b"\x1f\x8b": "a gzip file under the name of a CSV file",
    b"%PDF": "a PDF file under the name of a CSV file",
}
_RETRY = "Download or save the file again. A release file is one of NHS England's CSV files."
_OF_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_INVISIBLE = r"[\p{Cc}\p{Cf}]"
"""Characters that act but are not seen: control codes, marks of direction, zero-width joiners."""
_LINES_ABOVE = 20
"""In how many records from the first the header is looked for."""
_WIDEST = 500
_BLANK = pl.all_horizontal(pl.all().fill_null("") == "")


@dataclass(frozen=True)
class Rows:
    """The rows of one release file.

    Attributes:
        file: name of the file.
        header: its recognised header.
        frame: our column names as String, cleaned, with ``row`` (the record's number below the
            header, from 0, blank lines not counted). A missing text is null; figures are as they
            are written.
        ragged: numbers of the records that have too few or too many fields, with what they hold;
            they are not in ``frame``.
        notes: text above the header and below the rows.
        text: the file's text in UTF-8.

    """

    file: str
    header: Header
    frame: pl.DataFrame
    ragged: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]
    text: bytes

    def lines(self) -> list[int]:
        """Return the line at which each record below the header begins, from 1."""
        starts = [line for line, _ in _records(self.file, self.text)]
        return starts[self.header.record + 1 :]


def read_rows(file: str, data: bytes) -> Rows:
    """Split a release file into fields and clean its texts; no figure is read yet.

    Lines above the header (a title) and below the rows (a footnote) are kept as notes, empty fields
    beyond the header's width are dropped.

    Args:
        file: name of the file, for the error.
        data: the file as it was published, in UTF-8 or Windows-1252.

    Raises:
        RefusedError: the file is not CSV text of a release, its header lacks a column, there are no
            rows, a quote does not close, or the file ends within a row.

    """
    text = _decode(file, data)
    header, notes, first_line = _find_header(file, text)
    names = {place: name for name, place in header.position.items()}
    columns = [names.get(place, f"extra {place}") for place in range(header.width)]
    body = _from_line(text, first_line)
    ragged: tuple[tuple[int, str], ...] = ()
    try:
        raw = pl.read_csv(body, has_header=False, schema=dict.fromkeys(columns, pl.String()))
        is_regular = _all_full(raw, body)
    except pl.exceptions.PolarsError:
        is_regular = False
    if is_regular:
        raw = raw.filter(~_BLANK).with_row_index("row")
    else:
        raw, ragged, below = _read_ragged(file, header, columns, text)
        notes += below
    if raw.is_empty():
        raise RefusedError(file, "there are no rows below the header", line=first_line)
    frame = raw.select(
        pl.col("row").cast(pl.Int64),
        *(_clean(raw[name]) for name in header.position),
        *(pl.lit(None, pl.String).alias(name) for name in header.absent),
    )
    return Rows(file, header, frame, ragged, notes, text)


def _decode(file: str, data: bytes) -> bytes:
    """Return the text as UTF-8 with LF or CRLF line ends and no byte-order mark."""
    if not data.strip():
        raise RefusedError(file, "the file is empty", advice=_RETRY)
    for magic, what in _OTHER_FILES.items():
        if data.startswith(magic):
            raise RefusedError(file, f"this is {what}", advice=_RETRY)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:4]:
        raise RefusedError(file, "the text is in UTF-16", advice="Save it as CSV UTF-8.")
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.lstrip()[:1] == b"<":
        first = data.lstrip()[:40].split(b"\n")[0].decode("utf-8", "replace")
        reason = "this is a web page, not a CSV file"
        raise RefusedError(file, reason, line=1, value=first, advice=_RETRY)
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise RefusedError(file, "there is a NUL byte in the text", line=line, advice=_RETRY)
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return _as_utf8(file, data)


def _as_utf8(file: str, data: bytes) -> bytes:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as not_utf8:
        line = data.count(b"\n", 0, not_utf8.start) + 1
        if _OF_UTF8.search(data):
            reason = "this line is not in UTF-8, but other text of the file is"
            value = repr(data[not_utf8.start : not_utf8.end])
            raise RefusedError(file, reason, line=line, value=value, advice=_RETRY) from not_utf8
        try:
            return data.decode("cp1252").encode("utf-8")
        except UnicodeDecodeError as neither:
            line = data.count(b"\n", 0, neither.start) + 1
            reason = "the text is neither UTF-8 nor Windows-1252"
            value = repr(data[neither.start : neither.end])
            raise RefusedError(file, reason, line=line, value=value) from not_utf8
    return data


def _find_header(file: str, text: bytes) -> tuple[Header, tuple[str, ...], int]:
    """Return the header, the texts above it and the line of the first row below it."""
    _refuse_other_delimiters(file, text)
    above: list[str] = []
    first: RefusedError | None = None
    records = _records(file, text)
    for number, (line, fields) in enumerate(records):
        try:
            header = recognise(file, fields, record=number, line=line)
        except RefusedError as refusal:
            first = first or refusal
            if refusal.column is not None or number >= _LINES_ABOVE:
                raise refusal if refusal.column is not None else first from None
            above.append(" ".join(filter(None, fields)))
            continue
        if header.width > _WIDEST:
            raise RefusedError(file, f"the header has {header.width:,} columns", line=line)
        row_line, _ = next(records, (0, []))
        if not row_line:
            raise RefusedError(file, "there are no rows below the header", line=line)
        return header, tuple(above), row_line
    raise first or RefusedError(file, "there is no header", advice=_RETRY)


def _refuse_other_delimiters(file: str, text: bytes) -> None:
    beginning = text[:4000].lower()
    for delimiter, name in ((b";", "semicolons"), (b"\t", "tabs")):
        for column in (b"metric_id", b"average_score"):
            place = beginning.find(column)
            around = beginning[max(place - 1, 0) : place + len(column) + 1].strip(b'"')
            if place >= 0 and delimiter in around:
                raise RefusedError(
                    file,
                    f"the fields are separated by {name}, not by commas",
                    line=beginning.count(b"\n", 0, place) + 1,
                    advice="Save the file as comma-separated CSV UTF-8.",
                )


def _from_line(text: bytes, line: int) -> bytes:
    """Return a text from a line on, counted from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.index(b"\n", start) + 1
    return text[start:]


def _all_full(raw: pl.DataFrame, body: bytes) -> bool:
    """Return whether each row has all its fields.

    Polars fills a row that is too short with nulls and refuses one that is too long; so all rows
    are full if the commas of the body are those inside fields and one less than fields in a row.
    """
    rows = raw.height - raw.filter(_BLANK).height
    inside = raw.select(
        pl.sum_horizontal(pl.all().str.count_matches(",", literal=True).sum())
    ).item()
    return bool(body.count(b",") == inside + rows * (raw.width - 1))


def _read_ragged(
    file: str, header: Header, columns: Sequence[str], text: bytes
) -> tuple[pl.DataFrame, tuple[tuple[int, str], ...], tuple[str, ...]]:
    """Read rows of uneven width one by one: trim empty fields, set aside rows that do not fit."""
    full: list[tuple[int, list[str]]] = []
    uneven: list[tuple[int, int, list[str]]] = []
    for number, (line, fields) in enumerate(_records(file, text)):
        if number <= header.record:
            continue
        row = number - header.record - 1
        while len(fields) > header.width and not fields[-1].strip():
            fields.pop()
        if len(fields) == header.width:
            full.append((row, fields))
        else:
            uneven.append((row, line, fields))
    last_row = full[-1][0] if full else -1
    notes = []
    ragged = []
    for row, line, fields in uneven:
        if row > last_row and _is_note(fields, full):
            notes.append(" ".join(filter(None, fields)))
            continue
        ragged.append((row, ",".join(fields)))
        if row > last_row and len(fields) < header.width:
            raise RefusedError(
                file,
                f"the file ends within a row: {len(fields)} fields where the header has "
                f"{header.width}",
                line=line,
                value=",".join(fields),
                advice="The file may have been cut off. Download it again.",
            )
    rows = [fields for _, fields in full]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()), orient="row")
    numbers = pl.Series("row", [row for row, _ in full], dtype=pl.UInt32)
    return frame.insert_column(0, numbers), tuple(ragged), tuple(notes)


def _is_note(fields: Sequence[str], full: Sequence[tuple[int, Sequence[str]]]) -> bool:
    """Return whether a short row is a text below the rows and not the beginning of a row."""
    filled = [field for field in fields if field.strip()]
    if len(filled) != 1 or not full:
        return False
    return not any(row[0].startswith(fields[0]) for _, row in full) if fields[0] else True


def _clean(column: pl.Series) -> pl.Series:
    """Strip blanks and invisible characters from a column, and null its missing texts.

    Each distinct text is cleaned once.
    """
    distinct = column.unique()
    name = pl.col(column.name)
    clean = name.str.strip_chars()
    if column.name in NAMES:
        clean = clean.str.replace_all(r"\s+", " ")
    clean = clean.str.replace_all(_INVISIBLE, "").str.strip_chars()
    missing = clean.str.to_lowercase().is_in(_MISSING_TEXT)
    cleaned = distinct.to_frame().select(pl.when(~missing).then(clean).alias("clean"))
    if cleaned["clean"].equals(distinct):
        return column
    return column.replace(distinct, cleaned["clean"])


def _records(file: str, text: bytes) -> Iterator[tuple[int, list[str]]]:
    """Read the records one by one with the line at which each begins; blank lines are passed."""
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    reader = csv.reader(lines, strict=True)
    csv.field_size_limit(len(text) + 1)
    line = 1
    try:
        for fields in reader:
            if any(fields):
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise RefusedError(
            file, f"a quote in this row does not close, or closes too early ({error})", line=line
        ) from error
