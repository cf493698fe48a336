"""The formats: one function each, one place that names them, and what values all of them can hold.

To add a format, name it in ``usage.Format``, write a function from an answer and its meta to text
or bytes, and add it to ``WRITERS``: every command has it then, by ``--format`` and by its file
extensions.

A query can make dates, durations, lists and structs, which CSV, JSON and a table lack: ``flat``
and ``json_rows`` write them as texts, numbers, booleans and nulls.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from nhs_league.core.answers import Answer, with_sample
from nhs_league.errors import UsageError
from nhs_league.frozen import frozen
from nhs_league.render.meta import Meta, described
from nhs_league.usage import Format


@frozen
class Writer:
    """A format.

    Attributes:
        write: writes an answer.
        endings: endings of file names that mean it.

    """

    write: Callable[[Answer, Meta], str | bytes]
    endings: tuple[str, ...]


def as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Write an apostrophe before each text that a spreadsheet would run as a formula.

    Source of the list of characters: OWASP, CSV Injection. Figures are numbers and stay.
    """
    return frame.with_columns(pl.col(pl.String).str.replace(r"^([=+\-@\t\r])", "'${1}"))


def to_csv(answer: Answer, meta: Meta) -> str:
    """Write the answer's frame as CSV with a header, its column names and ``sample`` first."""
    return _for_spreadsheets(answer, meta).write_csv()


def to_tsv(answer: Answer, meta: Meta) -> str:
    """Write the answer's frame as CSV is written, with tabs between."""
    return _for_spreadsheets(answer, meta).write_csv(separator="\t")


def _for_spreadsheets(answer: Answer, meta: Meta) -> pl.DataFrame:
    """Return the rows as CSV can have them, and no spreadsheet runs any."""
    return as_texts(flat(with_sample(answer.frame, sample=meta.sample)))


def to_json(answer: Answer, meta: Meta) -> str:
    """Write the answer as a JSON object: ``meta``, the answer's further frames, ``rows``."""
    parts = {
        name: json_rows(with_sample(frame, sample=meta.sample))
        for name, frame in answer.further_frames().items()
    }
    rows = json_rows(with_sample(answer.frame, sample=meta.sample))
    payload = {"meta": described(answer, meta), **parts, "rows": rows}
    return json.dumps(payload, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def to_ndjson(answer: Answer, meta: Meta) -> str:
    """Write the answer's frame as JSON, one row a line."""
    rows = json_rows(with_sample(answer.frame, sample=meta.sample))
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)


def to_parquet(answer: Answer, meta: Meta) -> bytes:
    """Write the answer's frame as Parquet; its meta stands in the file's metadata as JSON."""
    written = io.BytesIO()
    about = {"nhsleague": json.dumps(described(answer, meta), ensure_ascii=False)}
    with_sample(answer.frame, sample=meta.sample).write_parquet(written, metadata=about)
    return written.getvalue()


def to_xlsx(answer: Answer, meta: Meta) -> bytes:
    """Write the answer's frame as an Excel workbook."""
    frame = flat(with_sample(answer.frame, sample=meta.sample))
    return to_workbook(frame, described(answer, meta))


def to_markdown(answer: Answer, meta: Meta) -> str:
    """Write the answer as a person reads it, in Markdown."""
    from nhs_league.render import markdown

    return markdown.to_markdown(answer, meta)


def to_html(answer: Answer, meta: Meta) -> str:
    """Write the answer as a person reads it, as a fragment of HTML."""
    from nhs_league.render import html

    return html.to_html(answer, meta)


def to_bibtex(answer: Answer, meta: Meta) -> str:
    """Write citations of the answer's release files in BibTeX."""
    from nhs_league.render import citations

    return citations.to_bibtex(answer, meta)


def to_csl_json(answer: Answer, meta: Meta) -> str:
    """Write citations of the answer's release files in CSL-JSON."""
    from nhs_league.render import citations

    return citations.to_csl_json(answer, meta)


WRITERS = {
    Format.CSV: Writer(to_csv, ("csv",)),
    Format.TSV: Writer(to_tsv, ("tsv", "tab")),
    Format.JSON: Writer(to_json, ("json",)),
    Format.NDJSON: Writer(to_ndjson, ("ndjson", "jsonl")),
    Format.MARKDOWN: Writer(to_markdown, ("md", "markdown")),
    Format.HTML: Writer(to_html, ("html", "htm")),
    Format.XLSX: Writer(to_xlsx, ("xlsx",)),
    Format.PARQUET: Writer(to_parquet, ("parquet",)),
    Format.BIBTEX: Writer(to_bibtex, ("bib",)),
    Format.CSL_JSON: Writer(to_csl_json, ("csljson",)),
}
"""How each format is written; the table needs a width, so ``render.terminal`` prints it."""

ENDINGS = {ending: name for name, writer in WRITERS.items() for ending in writer.endings} | {
    "txt": Format.TABLE
}
"""File endings -> the format that each means."""


def format_for(path: Path) -> Format:
    """Return the format that a file's extension sets.

    Raises:
        UsageError: no format has this extension.

    """
    ending = path.suffix.removeprefix(".").casefold()
    if ending not in ENDINGS:
        known = ", ".join(f".{each}" for each in ENDINGS)
        raise UsageError(
            f'No format has the extension "{path.suffix}".', f"Use one of these: {known}."
        )
    return ENDINGS[ending]


def to_workbook(frame: pl.DataFrame, described: Mapping[str, object]) -> bytes:
    """Write typed cells under a frozen header, texts as texts, and the meta on a second sheet.

    Raises:
        UsageError: xlsxwriter is not installed.

    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise UsageError(
            "Excel workbooks need the package xlsxwriter.", "pip install 'nhsleague[xlsx]'"
        ) from error
    written = io.BytesIO()
    # Names come from the releases: none of them may act as a formula or a link.
    as_texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, {"in_memory": True, **as_texts}) as workbook:
        frame.write_excel(
            workbook,
            "rows",
            table_style="Table Style Light 1",
            freeze_panes=(1, 0),
            autofit=True,
            dtype_formats={pl.Float64: "General"},
        )
        sheet = workbook.add_worksheet("about")
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 90)
        for row, (name, value) in enumerate(described.items()):
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 1, _as_text(value))
    return written.getvalue()


def _as_text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_as_text(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(_as_text, value))
    return "" if value is None else str(value)


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Write dates and durations in ISO 8601, lists and structs as JSON, bytes in hexadecimal."""
    return frame.with_columns(_flat_column(column) for column in frame if _needs_text(column.dtype))


def json_rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    """Return the rows as JSON values: lists stay lists; NaN and infinity become null."""
    floats = pl.col(pl.Float64, pl.Float32)
    finite = frame.with_columns(pl.when(floats.is_finite()).then(floats))
    nested = [column for column in frame if column.dtype.is_nested()]
    written = flat(finite.drop(column.name for column in nested)).to_dicts()
    if not nested:
        return written
    of_nested = {column.name: [_json(value) for value in column] for column in nested}
    return [
        {name: of_nested[name][at] if name in of_nested else row[name] for name in frame.columns}
        for at, row in enumerate(written or ({} for _ in range(frame.height)))
    ]


def _needs_text(dtype: pl.DataType) -> bool:
    is_plain = dtype.is_integer() or dtype.is_float() or dtype in (pl.String, pl.Boolean)
    return not is_plain


def _flat_column(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if dtype.is_nested():
        texts = [v if v is None else json.dumps(v, ensure_ascii=False) for v in map(_json, column)]
        return pl.Series(column.name, texts, dtype=pl.String)
    if dtype.is_decimal():
        return column.cast(pl.Float64)
    if dtype.is_temporal():
        return column.dt.to_string("iso:strict")
    if dtype == pl.Binary:
        return column.bin.encode("hex")
    return column.cast(pl.String)


def _json(value: object) -> object:
    """Return a value as JSON can hold it."""
    match value:
        case pl.Series() | list() | tuple():
            return [_json(each) for each in value]
        case Mapping():
            return {str(name): _json(each) for name, each in value.items()}
        case float():
            return value if math.isfinite(value) else None
        case None | bool() | int() | str():
            return value
        case _:
            return _flat_column(pl.Series("", [value]))[0]
