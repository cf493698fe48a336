"""``query`` and ``export``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.options import Common, Output
from nhs_league.cli.output import notify, show_answer
from nhs_league.errors import UsageError
from nhs_league.files import write_folder
from nhs_league.version import __version__


class ExportFormat(StrEnum):
    """Formats of an export's files."""

    PARQUET = "parquet"
    CSV = "csv"


def query(
    output: Output,
    common: Common,
    sql: Annotated[
        str | None, typer.Argument(metavar="SELECT", help="An SQL query, in quotes.")
    ] = None,
    tables: Annotated[
        bool, typer.Option("--tables", help="Describe the tables, their columns and units.")
    ] = False,
    timeout: Annotated[
        int,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            min=1,
            max=86_400,
            envvar="NHSLEAGUE_QUERY_TIMEOUT",
            help="Stop after this time. Default: 60.",
        ),
    ] = 60,
) -> None:
    """Query all the stored figures with SQL."""
    if tables == bool(sql):
        raise UsageError(
            "Give either a query or --tables.",
            'For example: nhsleague query "select * from standings limit 5"',
        )
    from nhs_league.query.engine import check, table_list

    if tables:
        show_answer(table_list(), output, common)
        return
    check(sql or "")
    show_answer(open_or_fetch(common).query(sql or "", timeout=timeout), output, common)


def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to write to.")],
    common: Common,
    kind: Annotated[
        ExportFormat,
        typer.Option("--format", metavar="FORMAT", help="parquet or csv. Default: parquet."),
    ] = ExportFormat.PARQUET,
) -> None:
    """Write all the stored figures to a folder.

    The file datapackage.json in it describes every column.
    """
    from nhs_league.render.package import package

    tables = open_or_fetch(common).whole_tables()
    files = package(tables, kind=kind.value, sample=common.sample, version=__version__)
    write_folder(folder, files)
    if not common.quiet:
        notify(f"Written to {folder}: {', '.join(files)}.")
