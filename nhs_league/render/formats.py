"""The formats: one function each, and one place that names them.

To add a format, write a function from an answer and its meta to text or bytes, and name it in
``WRITERS``: every command has it then by a file's ending, and by ``--format`` with its name in
``cli.options.Format``.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from nhs_league.core.answers import Answer, with_sample
from nhs_league.errors import UsageError
from nhs_league.frozen import frozen
from nhs_league.render import values
from nhs_league.render.meta import Meta, described

TABLE = "table"
"""The format for a terminal, which needs a width; ``render.terminal`` prints it."""


@frozen
class Writer:
    """A format.

    Attributes:
        write: writes an answer.
        endings: endings of file names that mean it.
        is_view: whether it shows the answer as a person reads it, not its rows.

    """

    write: Callable[[Answer, Meta], str | bytes]
    endings: tuple[str, ...]
    is_view: bool = False


def as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Write an apostrophe before each text that a spreadsheet would run as a formula.

    Source of the list of characters: OWASP, CSV Injection. Figures are numbers and stay.
    """
    return frame.with_columns(pl.col(pl.String).str.replace(r"^([=+\-@\t\r])", "'${1}"))


def to_csv(answer: Answer, meta: Meta) -> str:
    """Write the answer's frame as CSV with a header, its column names and ``sample`` first."""
    return _flat(answer, meta).write_csv()


def to_tsv(answer: Answer, meta: Meta) -> str:
    """Write the answer's frame as CSV is written, with tabs between."""
    return _flat(answer, meta).write_csv(separator="\t")


def _flat(answer: Answer, meta: Meta) -> pl.DataFrame:
    return as_texts(values.flat(with_sample(answer.frame, sample=meta.sample)))


def _rows(frame: pl.DataFrame, *, sample: bool) -> list[dict[str, object]]:
    """Return rows as JSON can have them."""
    return values.rows(with_sample(frame, sample=sample))


def to_json(answer: Answer, meta: Meta) -> str:
    """Write the answer as a JSON object: ``meta``, the answer's further frames, ``rows``."""
    parts = {
        name: _rows(frame, sample=meta.sample) for name, frame in answer.further_frames().items()
    }
    rows = _rows(answer.frame, sample=meta.sample)
    payload = {"meta": described(answer, meta), **parts, "rows": rows}
    return json.dumps(payload, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def to_ndjson(answer: Answer, meta: Meta) -> str:
    """Write the answer's frame as JSON, one row a line."""
    rows = _rows(answer.frame, sample=meta.sample)
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)


def to_parquet(answer: Answer, meta: Meta) -> bytes:
    """Write the answer's frame as Parquet; its meta stands in the file's metadata as JSON."""
    written = io.BytesIO()
    about = {"nhsleague": json.dumps(described(answer, meta), ensure_ascii=False)}
    with_sample(answer.frame, sample=meta.sample).write_parquet(written, metadata=about)
    return written.getvalue()


def to_xlsx(answer: Answer, meta: Meta) -> bytes:
    """Write the answer's frame as an Excel workbook."""
    frame = values.flat(with_sample(answer.frame, sample=meta.sample))
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


WRITERS: dict[str, Writer] = {
    "csv": Writer(to_csv, ("csv",)),
    "tsv": Writer(to_tsv, ("tsv", "tab")),
    "json": Writer(to_json, ("json",)),
    "ndjson": Writer(to_ndjson, ("ndjson", "jsonl")),
    "markdown": Writer(to_markdown, ("md", "markdown"), is_view=True),
    "html": Writer(to_html, ("html", "htm"), is_view=True),
    "xlsx": Writer(to_xlsx, ("xlsx",)),
    "parquet": Writer(to_parquet, ("parquet",)),
    "bibtex": Writer(to_bibtex, ("bib",)),
    "csl-json": Writer(to_csl_json, ("csljson",)),
}
"""The formats by name."""

ENDINGS = {ending: name for name, writer in WRITERS.items() for ending in writer.endings} | {
    "txt": TABLE
}
"""File endings -> the format that each means."""


def format_for(path: Path) -> str:
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


def names() -> list[str]:
    """List what ``--format`` may name."""
    return [TABLE, *WRITERS]


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
