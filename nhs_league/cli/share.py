"""``sources``, ``query`` and ``export``: where figures come from, and the data themselves."""

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
        str | None, typer.Argument(metavar="SELECT", help="SQL over the tables, in quotes.")
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
            help="Stop a query that takes longer.",
        ),
    ] = 60,
) -> None:
    """Ask in SQL: standings, observations and domains of all quarters."""
    if tables == bool(sql):
        raise UsageError("query takes a SELECT, or --tables.", "Try nhsleague query --tables")
    from nhs_league.query.engine import check, table_list

    if tables:
        show_answer(table_list(), output, common)
        return
    check(sql or "")
    show_answer(open_or_fetch(common).query(sql or "", timeout=timeout), output, common)


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the files.")],
    common: Common,
    kind: Annotated[
        ExportFormat, typer.Option("--format", help="What the files are.")
    ] = ExportFormat.PARQUET,
) -> None:
    """Write all tables to a folder, with a datapackage.json that describes every column."""
    from nhs_league.render.package import package

    tables = open_or_fetch(common).whole_tables()
    files = package(tables, kind=kind.value, sample=common.sample, version=__version__)
    write_folder(folder, files)
    if not common.quiet:
        notify(f"Written to {folder}: {', '.join(files)}.")
