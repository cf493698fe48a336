"""The command line: its commands and what they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from nhs_league.cli import fetch, history, keeping, ranks, reasons, report, tables, trusts
from nhs_league.cli.options import Common, takes_groups
from nhs_league.version import __version__

app = typer.Typer(
    name="nhsleague",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "show": (trusts.show, 'nhsleague show "royal cornwall"'),
    "compare": (
        trusts.compare,
        "nhsleague compare RDY RVN, or nhsleague compare --by region --metric elective",
    ),
    "worst": (ranks.worst, "nhsleague worst --metric elective --region London"),
    "best": (ranks.best, "nhsleague best --metric cancer --csv"),
    "table": (ranks.table, "nhsleague table acute --segment 4"),
    "hidden": (reasons.hidden, "nhsleague hidden, or nhsleague hidden --override"),
    "changes": (history.changes, "nhsleague changes --segment-only --csv | grep clear"),
    "trend": (history.trend, "nhsleague trend RDY --metric 60-day"),
    "explain": (reasons.explain, "nhsleague explain RDY, or nhsleague explain --audit"),
    "whatif": (
        reasons.whatif,
        "nhsleague whatif RDY --set OF0063=25, or nhsleague whatif RDY --to-segment 1",
    ),
    "trusts": (trusts.trusts, "nhsleague trusts teaching --region midlands"),
    "metrics": (trusts.metrics, "nhsleague metrics --type ambulance"),
    "report": (
        report.report,
        "nhsleague report RDY -o rdy.html, or report --all -o site",
    ),
    "query": (tables.query, 'nhsleague query "select region, avg(rank) from standings group by 1"'),
    "export": (tables.export, "nhsleague export tables --format csv"),
    "fetch": (fetch.fetch, "nhsleague fetch, or nhsleague fetch --from ~/Downloads"),
    "releases": (keeping.releases, "nhsleague releases, or nhsleague releases --available"),
}


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"nhsleague {__version__}")
        raise typer.Exit


@app.callback(epilog="Figures: NHS England, NHS Oversight Framework, Open Government Licence v3.0.")
@takes_groups
def nhsleague(
    common: Common,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What an NHS trust's league rank hides.

    Ranks and filters NHS England's quarterly league tables of NHS trusts, and shows for each trust
    where it is weak. Try it on invented data: nhsleague --sample worst --metric elective
    """


for name, (command, example) in _COMMANDS.items():
    app.command(name, epilog=f"Example: {example}")(takes_groups(command))
app.add_typer(keeping.cache, name="cache")
