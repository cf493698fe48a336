"""The text of a release file as rows, each field in its column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.frozen import frozen
from nhs_league.releases.parse.columns import FileKind, Header, recognise
from nhs_league.releases.parse.decoding import RETRY, Record, decode, records
from nhs_league.releases.parse.texts import (
    Work,
    distinct,
    each_text,
    end_to_end,
    in_rows,
    number_texts,
    of_distinct,
    reword,
)

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


@frozen
class Rows:
    """The rows of one release file.

    Attributes:
        file: name of the file.
        header: its recognised header.
        frame: our column names as numbered texts (``texts``), cleaned, with ``line`` (the line of
            the file at which the row begins, from 1). A missing text is null; figures are as they
            are written.
        ragged: lines of the records that have too few or too many fields, or broken quotes, with
            what they hold; they are not in ``frame``.
        notes: text above the header and below the rows.
        headers: how many rows repeat the header; they are not in ``frame``.

    """

    file: str
    header: Header
    frame: pl.DataFrame
    ragged: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]
    headers: int


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
    raw = _read_regular(file, text, first_line, columns)
    ragged: tuple[tuple[int, str], ...] = ()
    if raw is None:
        raw, ragged, below = _read_ragged(file, header, columns, text, first_line)
        notes += below
    frame = _clean(raw, header)
    if _may_have_lone_texts(frame, header):
        raw, alone = _without_lone_texts(raw)
        notes += alone
        frame = _clean(raw, header)
    body = _without_headers(frame, header)
    if body.is_empty():
        fields = f"no row has the {header.width} fields of the header"
        reason = fields if ragged else "there are no rows below the header"
        raise RefusedError(file, reason, line=first_line)
    _refuse_empty(file, header, body)
    return Rows(file, header, body, ragged, notes, frame.height - body.height)


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
            header = recognise(file, fields, line=line)
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


def _clean(raw: pl.DataFrame, header: Header) -> pl.DataFrame:
    """Return our columns, without blanks around texts and invisible characters in them.

    A missing text is null.
    """
    frame = raw.select(
        "line", *header.position, *(pl.lit(None, pl.Enum([])).alias(n) for n in header.absent)
    )
    return reword(frame, {n: _clean_name if n in NAMES else _clean_text for n in header.position})


def _clean_text(text: pl.Expr) -> pl.Expr:
    clean = text.str.strip_chars().str.replace_all(_INVISIBLE, "").str.strip_chars()
    return pl.when(~clean.str.to_lowercase().is_in(_MISSING_TEXT)).then(clean)


def _clean_name(text: pl.Expr) -> pl.Expr:
    return _clean_text(text.str.strip_chars().str.replace_all(r"\s+", " "))


def _without_headers(frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """Drop the rows that repeat the header, in capitals or not."""

    def is_heading(column: str) -> Work:
        return lambda text: text.str.to_lowercase() == header.spelt[column].lower()

    columns = ("trust_code", "trust_name")
    headings = of_distinct(frame, {column: is_heading(column) for column in columns})
    if not all(heading.any() for heading in headings.values()):
        return frame
    is_header = (in_rows(name, heading) for name, heading in headings.items())
    return frame.filter(~pl.all_horizontal(each.fill_null(value=False) for each in is_header))


def _start_of(text: bytes, line: int) -> int:
    """Return the place at which a line, counted from 1, begins."""
    start = 0
    for _ in range(line - 1):
        start = text.index(b"\n", start) + 1
    return start


def _read_regular(
    file: str, text: bytes, first_line: int, columns: Sequence[str]
) -> pl.DataFrame | None:
    """Read rows that have all their fields, with their lines; None where some have not.

    Polars fills a row that is too short with nulls and refuses one that is too long; so all rows
    are full if the commas of the body are those inside fields and one less than fields in a row.
    """
    schema = dict.fromkeys(columns, pl.String())
    start, line = _start_of(text, first_line), first_line
    parts, lines = [], []
    try:
        for part in _whole_lines(text, start):
            if len(part) > _LONGEST_PART:
                return None
            newlines = part.count(b"\n")
            if not part.strip(b"\r\n"):
                line += newlines
                continue
            raw = pl.read_csv(part, has_header=False, schema=schema)
            rows, full = number_texts(raw), None
            if not any(_is_full(column) for column in rows.iter_columns()):
                full = raw.select(~pl.all_horizontal(pl.all().fill_null("") == "")).to_series()
                rows = number_texts(raw.filter(full))
            begins = _lines_of(file, part, line, raw.height, full)
            if len(begins) != rows.height:
                return None
            parts.append(rows)
            lines.append(begins)
            line += newlines
    except pl.exceptions.PolarsError:
        return None
    rows = end_to_end(parts)
    inside = _commas(rows) if text.find(b'"', start) >= 0 else 0
    if text.count(b",", start) != inside + rows.height * (rows.width - 1):
        return None
    return rows.insert_column(0, pl.concat(lines, rechunk=True).alias("line"))


def _is_full(column: pl.Series) -> bool:
    """Return whether no row of a numbered column is empty."""
    return not column.has_nulls() and "" not in distinct(column).head(1)


def _lines_of(file: str, part: bytes, first: int, height: int, full: pl.Series | None) -> pl.Series:
    """Return the lines at which the rows of a part of a file begin, up to broken quotes.

    Args:
        file: name of the file.
        part: whole lines.
        first: the line of the file at which the part begins.
        height: how many records were read in it.
        full: which of them are rows, as the others are blank; None where all are.

    """
    count = part.count(b"\n") + (not part.endswith(b"\n"))
    if count == height:
        # As many records as lines: no record has several lines, and no line was passed over.
        lines = pl.int_range(first, first + count, dtype=pl.Int32, eager=True)
        return lines if full is None else lines.filter(full)
    whole = takewhile(lambda record: not record.is_broken, records(file, part))
    return pl.Series([first + record.line - 1 for record in whole], dtype=pl.Int32)


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
        yield text[start:end]
        start = end


def _commas(rows: pl.DataFrame) -> int:
    """Count the commas inside the fields of numbered columns."""
    counts = of_distinct(
        rows, dict.fromkeys(rows.columns, lambda text: text.str.count_matches(",", literal=True))
    )
    some = [in_rows(name, count).sum() for name, count in counts.items() if count.max()]
    return sum(rows.select(some).row(0)) if some else 0


def _read_ragged(
    file: str, header: Header, columns: Sequence[str], text: bytes, first_line: int
) -> tuple[pl.DataFrame, tuple[tuple[int, str], ...], tuple[str, ...]]:
    """Read rows of uneven width one by one: trim empty fields, set aside rows that do not fit."""
    schema = {"line": pl.Int32(), **dict.fromkeys(columns, pl.String())}
    full: list[list[str | int]] = []
    parts: list[pl.DataFrame] = []
    uneven: list[Record] = []
    last_row = 0
    for record in records(file, text, width=header.width):
        fields = record.fields
        if record.line < first_line:
            continue
        while len(fields) > header.width and not fields[-1].strip():
            fields.pop()
        if len(fields) != header.width or record.is_broken:
            uneven.append(record)
            continue
        full.append([record.line, *fields])
        last_row = record.line
        if len(full) >= _AT_ONCE:
            parts.append(number_texts(pl.DataFrame(full, schema=schema, orient="row")))
            full.clear()
    parts.append(number_texts(pl.DataFrame(full, schema=schema, orient="row")))
    frame = end_to_end(parts)
    beginnings = frame[columns[0]].unique().to_list()
    notes = []
    ragged = []
    for record in uneven:
        whole = ",".join(record.fields)
        is_below = record.line > last_row
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
            ragged.append((record.line, whole[:_SHOWN]))
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


def _may_have_lone_texts(frame: pl.DataFrame, header: Header) -> bool:
    """Return whether rows may have but one text: fewer than two columns have one in all rows."""
    return sum(not frame[column].has_nulls() for column in header.position) < 2


def _without_lone_texts(raw: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Remove rows of one text and empty fields: notes that were filled up to the full width."""
    is_alone = raw.select(
        pl.sum_horizontal(
            each_text(column, lambda text: text.str.strip_chars() != "").fill_null(value=False)
            for column in raw.drop("line").iter_columns()
        )
        <= 1
    ).to_series()
    if not is_alone.any():
        return raw, ()
    fields = pl.exclude("line").cast(pl.String).fill_null("").str.strip_chars()
    texts = raw.filter(is_alone).select(pl.concat_str(fields)).to_series()
    return raw.filter(~is_alone), tuple(text for text in texts if text)
