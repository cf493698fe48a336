"""``query`` and ``export``: the data themselves."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nhs_league.cli.data import open_data
from nhs_league.cli.files import write_folder
from nhs_league.cli.options import Common, Output
from nhs_league.cli.output import deliver, say
from nhs_league.errors import UsageError
from nhs_league.version import __version__


class Kind(StrEnum):
    """What an export's files may be."""

    PARQUET = "parquet"
    CSV = "csv"


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
    from nhs_league.questions import data
    from nhs_league.questions.bounds import Bounds

    if tables == bool(sql):
        raise UsageError("query takes a SELECT, or --tables.", "Try nhsleague query --tables")
    if tables:
        deliver(data.tables(), output, common, {})
        return
    data.check(sql or "")
    answer = data.query(open_data(common), sql or "", Bounds(seconds=timeout))
    deliver(answer, output, common, {"sql": sql})


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the files.")],
    common: Common,
    kind: Annotated[Kind, typer.Option("--format", help="What the files are.")] = Kind.PARQUET,
) -> None:
    """Write all tables to a folder, with a datapackage.json that describes every column."""
    from nhs_league.questions import data
    from nhs_league.render.package import package

    tables = data.whole_tables(open_data(common))
    files = package(tables, kind=kind.value, sample=common.sample, version=__version__)
    write_folder(folder, files)
    if not common.quiet:
        say(f"Written to {folder}: {', '.join(files)}.")
