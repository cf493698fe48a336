"""``report``, ``sources``, ``query``, ``export``, ``mcp``: pages, origins, the data, and tools."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.command import examples
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.naming import typed_trusts
from nhs_league.cli.options import Common, Output, Trusts, When
from nhs_league.cli.output import notify_assumptions, show_answer, write
from nhs_league.cli.terminal import notify
from nhs_league.errors import UsageError
from nhs_league.files import check_place, folder_to_fill, is_stdout, write_folder
from nhs_league.version import __version__

if TYPE_CHECKING:
    from nhs_league.core.answers import TrustReport
    from nhs_league.render.meta import Meta


class ReportFormat(StrEnum):
    """The formats of a report."""

    HTML = "html"
    MARKDOWN = "markdown"


class ExportFormat(StrEnum):
    """Formats of an export's files."""

    PARQUET = "parquet"
    CSV = "csv"
    SQLITE = "sqlite"
    DUCKDB = "duckdb"


_REPORT_ENDINGS = {
    "": ReportFormat.HTML,
    ".html": ReportFormat.HTML,
    ".htm": ReportFormat.HTML,
    ".md": ReportFormat.MARKDOWN,
    ".markdown": ReportFormat.MARKDOWN,
}
_OPENED_BY = {
    ExportFormat.PARQUET: "DuckDB reads the files as they are: "
    "select * from '{folder}/standings.parquet'",
    ExportFormat.CSV: "Each file opens in a spreadsheet.",
    ExportFormat.SQLITE: "To browse it, run: "
    'datasette "{folder}/nhsleague.db" --metadata "{folder}/metadata.json"',
    ExportFormat.DUCKDB: 'To ask it in SQL, run: duckdb "{folder}/nhsleague.duckdb"',
}
"""What to do with an export."""


@examples(
    "nhsleague report RDY -o rdy.html",
    "nhsleague report --all -o site",
)
def report(
    when: When,
    common: Common,
    trusts: Trusts = None,
    every: Annotated[bool, typer.Option("--all", help="Write a site of all trusts.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to this file or, with --all, to this folder.",
        ),
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="html or markdown. Default: by the extension, otherwise html.",
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
) -> None:
    """Write a printable report on a trust, with charts."""
    from nhs_league.render.meta import Meta

    names = typed_trusts(trusts)
    if every == bool(names):
        raise UsageError(
            "Which trust? Name one or more, or use --all.",
            "For example: nhsleague report RDY -o rdy.html",
        )
    meta = Meta(common.sample, __version__, {"quarter": when.quarter})
    if every:
        if output is None or form is ReportFormat.MARKDOWN:
            raise UsageError(
                "--all writes a folder of HTML pages.",
                "For example: nhsleague report --all -o site",
            )
        _write_site(output, when, common, meta)
        _open_page(output / "index.html", wanted=show)
        return
    form = _report_format(form, output, show=show)
    if output is not None and not is_stdout(output):
        check_place(output)
    league = open_or_fetch(common)
    gathered = [league.report(trust, quarter=when.quarter) for trust in names]
    notify_assumptions([line for each in gathered for line in each.assumptions], quiet=common.quiet)
    if show and output is None:
        from tempfile import mkdtemp

        output = Path(mkdtemp(prefix="nhsleague-")) / f"{gathered[0].trust_code.casefold()}.html"
    write(
        _report_markdown(gathered, meta)
        if form is ReportFormat.MARKDOWN
        else _report_page(gathered, meta),
        output,
    )
    if output is not None and not is_stdout(output):
        if not common.quiet:
            notify(f"Written to {output}.")
        _open_page(output, wanted=show)


@examples(
    "nhsleague sources RDY",
    "nhsleague sources RDY OF0063",
    "nhsleague sources RDY OF0063 --format bibtex",
)
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


@examples(
    "nhsleague query --tables",
    'nhsleague query "select region, avg(rank) from standings group by 1"',
)
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


@examples(
    "nhsleague export tables",
    "nhsleague export tables --format csv",
    "nhsleague export tables --format sqlite",
)
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


@examples(
    "nhsleague mcp",
)
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


def _report_format(form: ReportFormat | None, output: Path | None, *, show: bool) -> ReportFormat:
    """Return what to write: what is asked for, else by the extension.

    Raises:
        UsageError: it is neither a page nor Markdown, or it cannot be opened.

    """
    is_file = output is not None and not is_stdout(output)
    ending = output.suffix.casefold() if output is not None and is_file else ""
    if ending == ".pdf":
        raise UsageError(
            "report writes a page, not a PDF.",
            f"Write {Path(output or '').with_suffix('.html')}, open it and print it to a PDF from "
            "your browser: it fits two sheets of A4.",
        )
    if form is None and ending not in _REPORT_ENDINGS:
        raise UsageError(
            f'report has no format with the extension "{ending}".',
            "Use .html or .md, or add --format html.",
        )
    chosen = form or _REPORT_ENDINGS[ending]
    if show and (chosen is ReportFormat.MARKDOWN or (output is not None and not is_file)):
        raise UsageError("--open opens a page.", "Leave out --open, or name an .html file.")
    return chosen


def _open_page(page: Path, *, wanted: bool) -> None:
    if not wanted:
        return
    import webbrowser

    if not webbrowser.open(page.resolve().as_uri()):
        notify(f"No browser was found. Open {page} yourself.")


def _report_page(gathered: list[TrustReport], meta: Meta) -> str:
    from nhs_league.render.page import page

    return page(gathered, meta)


def _report_markdown(gathered: list[TrustReport], meta: Meta) -> str:
    from nhs_league.render.markdown import to_markdown, written
    from nhs_league.render.trust_report import further_blocks

    parts = []
    for each in gathered:
        answers = (each.profile, each.explanation, each.places, each.trends)
        parts += [to_markdown(answer, meta) for answer in answers]
        parts.append(written(further_blocks(each)))
    return "\n".join(parts)


def _write_site(folder: Path, when: When, common: Common, meta: Meta) -> None:
    from rich.console import Console
    from rich.progress import track

    from nhs_league.core.sentences import counted
    from nhs_league.render.page import file_of, page
    from nhs_league.render.site import INDEX, index, layout, metric_pages

    league = open_or_fetch(common)
    standings = league.table("all", quarter=when.quarter)
    metrics = list(league.every_metric(standings.frame))
    site = layout(metrics)
    pages = track(
        league.every_report(standings.frame),
        "Writing pages",
        total=standings.frame.height,
        console=Console(stderr=True),
        disable=common.quiet or not sys.stderr.isatty(),
        transient=True,
    )
    with folder_to_fill(folder) as part:
        for each in pages:
            _write_page(part / file_of(each.trust_code), page([each], meta, site))
        for frame in metrics:
            for name, text in metric_pages(frame, site, meta, meta.credit(standings)):
                _write_page(part / name, text)
        stories = league.stories(quarter=when.quarter, trust_type="all")
        _write_page(part / INDEX, index(standings, metrics, site, meta, stories))
    if not common.quiet:
        trusts, of_metrics = standings.frame.height, len(site.metrics)
        notify(
            f"Written to {folder}: {INDEX}, {counted(trusts, 'trust page')} and "
            f"{counted(of_metrics, 'metric page')}."
        )


def _write_page(file: Path, text: str) -> None:
    file.write_text(text, "utf-8", newline="\n")
