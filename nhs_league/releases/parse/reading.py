"""The text of a release file as rows, each field in its column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.releases.parse.columns import FileKind, Header, recognise
from nhs_league.releases.parse.decoding import RETRY, Record, decode, records
from nhs_league.releases.parse.texts import each_text, end_to_end, numbered

NAMES = ("trust_name", "metric", "domain", "sub_domain", "subtype", "region", "trust_type")
"""The columns that hold names; runs of blanks in them count as one."""

_MISSING_TEXT = ("", "na", "n/a", "-", "*", "#n/a", "null")
_INVISIBLE = r"[[\p{Cc}\p{Cf}]&&[^\x00]]"
"""Characters that act but are not seen: control codes, marks of direction, zero-width joiners. A
NUL is damage, and stays."""
_LINES_ABOVE = 20
"""In how many records from the first the header is looked for."""
_WIDEST = 500
_AT_ONCE = 20_000
_BYTES_AT_ONCE = 4 * 1024**2
_LONGEST_PART = 2 * _BYTES_AT_ONCE
"""From how many bytes on a part of a file has a quote that does not close."""
_SHOWN = 200
_FEW_ROWS = 5


@dataclass(frozen=True)
class Rows:
    """The rows of one release file.

    Attributes:
        file: name of the file.
        header: its recognised header.
        frame: our column names as numbered texts (``texts``), cleaned, with ``row`` (the record's
            number below the header, from 0, blank lines not counted). A missing text is null;
            figures are as they are written.
        ragged: numbers of the records that have too few or too many fields, or broken quotes, with
            what they hold; they are not in ``frame``.
        notes: text above the header and below the rows.
        headers: how many rows repeat the header; they are not in ``frame``.
        text: the file's text in UTF-8.

    """

    file: str
    header: Header
    frame: pl.DataFrame
    ragged: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]
    headers: int
    text: bytes

    def lines(self, wanted: Iterable[int]) -> dict[int, int]:
        """Return the line, from 1, at which each of the wanted rows begins."""
        numbers = set(wanted)
        last = max(numbers, default=-1)
        begins: dict[int, int] = {}
        for number, record in enumerate(records(self.file, self.text, width=self.header.width)):
            row = number - self.header.record - 1
            if row > last:
                break
            if row in numbers:
                begins[row] = record.line
        return begins


def read_rows(file: str, data: bytes) -> Rows:
    """Split a release file into fields and clean its texts; no figure is read yet.

    Lines above the header (a title) and below the rows (a footnote) become notes, empty fields
    beyond the header's width and repeated headers are dropped.

    Args:
        file: name of the file, for the error.
        data: the file as it was published, in UTF-8 or Windows-1252.

    Raises:
        RefusedError: the file is not CSV text of a release, its header lacks a column, there are no
            rows, or the file ends within a row.

    """
    text = decode(file, data)
    header, notes, first_line = _find_header(file, text)
    names = {place: name for name, place in header.position.items()}
    columns = [names.get(place, f"extra {place}") for place in range(header.width)]
    raw = _read_regular(text, _start_of(text, first_line), columns)
    ragged: tuple[tuple[int, str], ...] = ()
    if raw is None:
        raw, ragged, below = _read_ragged(file, header, columns, text)
        notes += below
    raw, alone = _without_lone_texts(raw)
    notes += alone
    frame = raw.select(
        pl.col("row").cast(pl.Int64),
        *(_clean(raw[name]) for name in header.position),
        *(pl.lit(None, pl.Enum([])).alias(name) for name in header.absent),
    )
    code, name = (_is_text(frame[c], header.spelt[c]) for c in ("trust_code", "trust_name"))
    body = frame.filter(~(code & name))
    if body.is_empty():
        fields = f"no row has the {header.width} fields of the header"
        reason = fields if ragged else "there are no rows below the header"
        raise RefusedError(file, reason, line=first_line)
    _refuse_empty(file, header, body)
    return Rows(file, header, body, ragged, notes, frame.height - body.height, text)


def _refuse_empty(file: str, header: Header, body: pl.DataFrame) -> None:
    """Refuse a file in which a column without which there are no figures is empty."""
    needed = ("value", "domain") if header.kind is FileKind.METRIC else ("average_score", "segment")
    for column in needed:
        if column in empty_columns(body):
            reason = f"this column is empty in all {body.height:,} rows"
            raise RefusedError(file, reason, column=header.spelt[column], advice=RETRY)


def empty_columns(body: pl.DataFrame) -> tuple[str, ...]:
    """Return the columns that have no text in any row, where there are more than five rows."""
    if body.height <= _FEW_ROWS:
        return ()
    return tuple(column for column in body.columns if body[column].null_count() == body.height)


def _find_header(file: str, text: bytes) -> tuple[Header, tuple[str, ...], int]:
    """Return the header, the texts above it and the line of the first row below it."""
    above: list[str] = []
    first: RefusedError | None = None
    remaining = records(file, text)
    for number, record in enumerate(remaining):
        fields, line = record.fields, record.line
        while fields and not fields[-1].strip():
            fields.pop()
        if len(fields) > _WIDEST:
            reason = f"there are {len(fields):,} columns, more than in any release file"
            raise RefusedError(file, reason, line=line)
        try:
            header = recognise(file, fields, record=number, line=line)
        except RefusedError as refusal:
            first = first or refusal
            if refusal.column is not None or number >= _LINES_ABOVE:
                raise refusal if refusal.column is not None else first from None
            above.append(_as_text(fields))
            continue
        below = next(remaining, None)
        if below is None:
            raise RefusedError(file, "there are no rows below the header", line=line)
        return header, tuple(above), below.line
    raise first or RefusedError(file, "there is no header", advice=RETRY)


def _is_text(column: pl.Series, text: str) -> pl.Series:
    """Return which rows have a text, in capitals or not."""
    return each_text(column, lambda texts: texts.str.to_lowercase() == text.lower()).fill_null(
        value=False
    )


def _start_of(text: bytes, line: int) -> int:
    """Return the place at which a line, counted from 1, begins."""
    start = 0
    for _ in range(line - 1):
        start = text.index(b"\n", start) + 1
    return start


def _read_regular(text: bytes, start: int, columns: Sequence[str]) -> pl.DataFrame | None:
    """Read rows that have all their fields, with their numbers; None where some have not.

    Polars fills a row that is too short with nulls and refuses one that is too long; so all rows
    are full if the commas of the body are those inside fields and one less than fields in a row.
    """
    schema = dict.fromkeys(columns, pl.String())
    parts = []
    try:
        for lines in _whole_lines(text, start):
            if len(lines) > _LONGEST_PART:
                return None
            raw = pl.read_csv(lines, has_header=False, schema=schema)
            parts.append(_numbered(raw.filter(~pl.all_horizontal(pl.all().fill_null("") == ""))))
    except pl.exceptions.PolarsError:
        return None
    rows = _end_to_end(parts)
    inside = sum(each_text(column, _commas).sum() for column in rows.iter_columns())
    if text.count(b",", start) != inside + rows.height * (rows.width - 1):
        return None
    return rows.with_row_index("row")


def _whole_lines(text: bytes, start: int) -> Iterator[bytes]:
    """Yield a text from a place on, some megabytes at once.

    No part ends within quotes, but where they do not close before the longest part's end.
    """
    while start < len(text):
        end, quotes = start, 0
        while end < len(text) and (
            end - start < _BYTES_AT_ONCE or (quotes % 2 and end - start <= _LONGEST_PART)
        ):
            before = end
            end = text.find(b"\n", max(start + _BYTES_AT_ONCE, end)) + 1 or len(text)
            quotes += text.count(b'"', before, end)
        lines = text[start:end]
        if lines.strip(b"\r\n"):
            yield lines
        start = end


def _commas(texts: pl.Series) -> pl.Series:
    return texts.str.count_matches(",", literal=True)


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        numbered(column) for column in rows.iter_columns() if column.dtype == pl.String
    )


def _end_to_end(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Append parts of a file, with numbered texts, one below the other."""
    return pl.DataFrame(
        end_to_end(columns) if columns[0].dtype == pl.Enum else pl.concat(columns)
        for columns in ([part[name] for part in parts] for name in parts[0].columns)
    )


def _read_ragged(
    file: str, header: Header, columns: Sequence[str], text: bytes
) -> tuple[pl.DataFrame, tuple[tuple[int, str], ...], tuple[str, ...]]:
    """Read rows of uneven width one by one: trim empty fields, set aside rows that do not fit."""
    schema = {"row": pl.UInt32(), **dict.fromkeys(columns, pl.String())}
    full: list[list[str | int]] = []
    parts: list[pl.DataFrame] = []
    uneven: list[tuple[int, Record]] = []
    last_row = -1
    for number, record in enumerate(records(file, text, width=header.width)):
        row, fields = number - header.record - 1, record.fields
        if row < 0:
            continue
        while len(fields) > header.width and not fields[-1].strip():
            fields.pop()
        if len(fields) != header.width or record.is_broken:
            uneven.append((row, record))
            continue
        full.append([row, *fields])
        last_row = row
        if len(full) >= _AT_ONCE:
            parts.append(_numbered(pl.DataFrame(full, schema=schema, orient="row")))
            full.clear()
    parts.append(_numbered(pl.DataFrame(full, schema=schema, orient="row")))
    frame = _end_to_end(parts)
    beginnings = frame[columns[0]].unique().to_list()
    notes = []
    ragged = []
    for row, record in uneven:
        whole = ",".join(record.fields)
        is_below = row > last_row
        if is_below and _is_note(record, beginnings):
            notes.append(_as_text(record.fields))
        elif is_below and _is_cut_off(record, header.width, text):
            raise RefusedError(
                file,
                f"the file ends in the middle of a row, which has fewer than {header.width} fields",
                line=record.line,
                value=whole,
                advice="The file may have been cut off. Download it again.",
            )
        else:
            ragged.append((row, whole[:_SHOWN]))
    return frame, tuple(ragged), tuple(notes)


def _is_note(record: Record, beginnings: Sequence[str]) -> bool:
    """Return whether a record is a text below the rows and not the beginning of a row."""
    text = record.fields[0].strip()
    if not text:
        return sum(bool(field.strip()) for field in record.fields) == 1
    return not any(beginning.startswith(text) for beginning in beginnings) and not any(
        beginning and text.startswith(beginning) for beginning in beginnings
    )


def _as_text(fields: Sequence[str]) -> str:
    """Join a note again that its commas split."""
    return ", ".join(field.strip() for field in fields if field.strip())


def _is_cut_off(record: Record, width: int, text: bytes) -> bool:
    if record.is_broken:
        return not text.endswith(b"\n")
    return len(record.fields) < width


def _without_lone_texts(raw: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Remove rows of one text and empty fields: notes that were filled up to the full width."""
    is_alone = raw.select(
        pl.sum_horizontal(
            each_text(column, lambda texts: texts.str.strip_chars() != "").fill_null(value=False)
            for column in raw.drop("row").iter_columns()
        )
        <= 1
    ).to_series()
    if not is_alone.any():
        return raw, ()
    fields = pl.exclude("row").cast(pl.String).fill_null("").str.strip_chars()
    texts = raw.filter(is_alone).select(pl.concat_str(fields)).to_series()
    return raw.filter(~is_alone), tuple(text for text in texts if text)


def _clean(column: pl.Series) -> pl.Series:
    """Strip blanks and invisible characters from a column, and null its missing texts."""

    def cleaned(texts: pl.Series) -> pl.Series:
        clean = texts.str.strip_chars()
        if column.name in NAMES:
            clean = clean.str.replace_all(r"\s+", " ")
        clean = clean.str.replace_all(_INVISIBLE, "").str.strip_chars()
        is_missing = clean.str.to_lowercase().is_in(_MISSING_TEXT)
        return clean.set(is_missing, None)

    return each_text(column, cleaned)
