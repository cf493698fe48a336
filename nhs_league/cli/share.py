"""``sources``, ``query``, ``export``, ``mcp``: where figures come from, the data, and tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.options import Common, Output, When
from nhs_league.cli.output import notify, show_answer
from nhs_league.errors import UsageError
from nhs_league.files import write_folder
from nhs_league.version import __version__


class ExportFormat(StrEnum):
    """Formats of an export's files."""

    PARQUET = "parquet"
    CSV = "csv"
    SQLITE = "sqlite"
    DUCKDB = "duckdb"


_OPENED_BY = {
    ExportFormat.PARQUET: "DuckDB reads the files as they are: "
    "select * from '{folder}/standings.parquet'",
    ExportFormat.CSV: "Each file opens in a spreadsheet.",
    ExportFormat.SQLITE: "To browse it, run: "
    'datasette "{folder}/nhsleague.db" --metadata "{folder}/metadata.json"',
    ExportFormat.DUCKDB: 'To ask it in SQL, run: duckdb "{folder}/nhsleague.duckdb"',
}
"""What to do with an export."""


def sources(
    when: When,
    output: Output,
    common: Common,
    trust: Annotated[
        str,
        typer.Argument(
            help="A trust's code, or its name in quotes.", autocompletion=completion.trusts
        ),
    ],
    metric: Annotated[
        str | None,
        typer.Argument(
            help="Only this metric or area; in quotes where it has several words.",
            autocompletion=completion.metrics,
        ),
    ] = None,
) -> None:
    """Show where a trust's figures come from: file, line, and a citation to paste.

    --format bibtex and csl-json write the citations for reference managers; on any other command
    too.
    """
    answer = open_or_fetch(common).sources(trust, metric, **vars(when))
    show_answer(answer, output, common)


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
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="parquet, csv, sqlite (one file, for Datasette) or duckdb. Default: parquet.",
        ),
    ] = ExportFormat.PARQUET,
) -> None:
    """Write all the stored figures to a folder.

    The file datapackage.json in it describes every column.
    """
    from nhs_league.render.package import package

    tables = open_or_fetch(common).whole_tables()
    files = package(tables, kind=kind.value, sample=common.sample, version=__version__)
    write_folder(folder, files)
    if common.quiet:
        return
    notify(f"Written to {folder}: {', '.join(files)}.")
    notify(_OPENED_BY[kind].format(folder=folder))


def mcp(common: Common) -> None:
    """Let an AI assistant ask these questions, by the Model Context Protocol.

    The assistant's program starts this command and talks to it. It reads stored figures only, and
    downloads nothing: run nhsleague fetch first.
    """
    try:
        from nhs_league.assistants import server
    except ImportError as error:
        raise UsageError(
            "Assistants need the package mcp 2.3 or newer, which is not installed.",
            "Run: pip install 'nhsleague[mcp]'",
        ) from error
    server(sample=common.sample, data_dir=common.data_dir).run("stdio")
