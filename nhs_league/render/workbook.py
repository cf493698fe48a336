"""An answer as an Excel workbook: its rows, and a sheet that says what they rest on."""

from __future__ import annotations

import io
from collections.abc import Mapping

import polars as pl

from nhs_league.errors import UsageError


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
