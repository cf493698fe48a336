"""The command line: its commands and what they share."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from nhs_league.cli.options import Common, takes_groups
from nhs_league.version import __version__

_COMMANDS = {
    "show": ("trusts", 'nhsleague show "royal cornwall"'),
    "compare": (
        "trusts",
        "nhsleague compare RDY RVN, or nhsleague compare --by region --metric elective",
    ),
    "worst": ("ranks", "nhsleague worst --metric elective --region London"),
    "best": ("ranks", "nhsleague best --metric cancer --csv"),
    "table": ("ranks", "nhsleague table acute --segment 4"),
    "hidden": ("reasons", "nhsleague hidden, or nhsleague hidden --override"),
    "changes": ("history", "nhsleague changes --segment-only --csv | grep clear"),
    "trend": ("history", "nhsleague trend RDY --metric 60-day"),
    "explain": ("reasons", "nhsleague explain RDY, or nhsleague explain --audit"),
    "whatif": (
        "reasons",
        "nhsleague whatif RDY --set OF0063=25, or nhsleague whatif RDY --to-segment 1",
    ),
    "trusts": ("trusts", "nhsleague trusts teaching --region midlands"),
    "metrics": ("trusts", "nhsleague metrics --type ambulance"),
    "report": ("report", "nhsleague report RDY -o rdy.html, or report --all -o site"),
    "query": ("tables", 'nhsleague query "select region, avg(rank) from standings group by 1"'),
    "export": ("tables", "nhsleague export tables --format csv"),
    "fetch": ("fetch", "nhsleague fetch, or nhsleague fetch --from ~/Downloads"),
    "releases": ("keeping", "nhsleague releases, or nhsleague releases --available"),
}
"""Each command's name, which is also its function's, with its module and an example."""

_GROUPS = {"cache": "keeping"}
"""Each group of commands, with the module that has it."""

_WITH_VALUE = ("--data-dir",)


def build(words: Sequence[str] = ()) -> typer.Typer:
    """Build the command line.

    Args:
        words: what was typed; where it names a command, only that one is built, which is what
            takes the time before it starts. Empty for all.

    """
    app = typer.Typer(
        name="nhsleague",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    credit = "Figures: NHS England, NHS Oversight Framework, Open Government Licence v3.0."
    app.callback(epilog=credit)(takes_groups(nhsleague))
    named = _named(words)
    for name, (module, example) in _COMMANDS.items():
        if named in (None, name):
            command = getattr(import_module(f"nhs_league.cli.{module}"), name)
            app.command(name, epilog=f"Example: {example}")(takes_groups(command))
    for name, module in _GROUPS.items():
        if named in (None, name):
            app.add_typer(getattr(import_module(f"nhs_league.cli.{module}"), name), name=name)
    return app


def _named(words: Sequence[str]) -> str | None:
    """Tell which command is named: the first word that is no option, if it is a command's name."""
    before = ""
    for word in words:
        if not word.startswith("-") and before not in _WITH_VALUE:
            return word if word in _COMMANDS or word in _GROUPS else None
        before = word
    return None


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"nhsleague {__version__}")
        raise typer.Exit


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
