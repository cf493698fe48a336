"""The command line: its commands, each built only when it is asked for."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_command

from nhs_league.cli.command import Command, Group
from nhs_league.cli.options import Common, takes_groups
from nhs_league.version import __version__

COMMANDS = {
    "show": ("trusts", 'nhsleague show "royal cornwall"'),
    "compare": (
        "trusts",
        "nhsleague compare RDY RVN, or nhsleague compare --by region --metric elective",
    ),
    "worst": ("ranks", "nhsleague worst elective --region London"),
    "best": ("ranks", "nhsleague best cancer --csv"),
    "table": ("ranks", "nhsleague table acute --segment 4"),
    "spread": ("ranks", "nhsleague spread 62-day --mark RHQ"),
    "metrics": ("trusts", "nhsleague metrics --type ambulance"),
    "trusts": ("trusts", "nhsleague trusts teaching --region midlands"),
    "explain": ("explain", "nhsleague explain RDY"),
    "whatif": (
        "explain",
        "nhsleague whatif RDY --set OF0063=25, or nhsleague whatif RDY --to-segment 1",
    ),
    "hidden": ("explain", "nhsleague hidden --metric cancer"),
    "capped": ("explain", "nhsleague capped --type all"),
    "robust": ("explain", "nhsleague robust RDY, or nhsleague robust --type ambulance"),
    "changes": ("history", "nhsleague changes --segment-only --csv | grep clear"),
    "trend": ("history", "nhsleague trend RDY --metric 60-day"),
    "revisions": ("history", 'nhsleague revisions --quarter "Q3 2025/26"'),
    "audit": ("explain", "nhsleague audit, or nhsleague audit --quarter all"),
    "report": ("report", "nhsleague report RDY -o rdy.html, or report --all -o site"),
    "sources": ("share", "nhsleague sources RDY OF0063 --format bibtex"),
    "query": ("share", 'nhsleague query "select region, avg(rank) from standings group by 1"'),
    "export": ("share", "nhsleague export tables --format csv"),
    "fetch": ("fetch", "nhsleague fetch, or nhsleague fetch --from ~/Downloads"),
    "releases": ("store", "nhsleague releases, or nhsleague releases --available"),
}
"""Each command's name, which is also its function's, with its module and an example."""

GROUPS = {"cache": "store"}
"""Each group of commands, with the module that has it."""


class _Program(Group):
    """The program: it knows its commands by name, and builds the one that is run."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name in (*COMMANDS, *GROUPS):
            self.add_command(Command(name))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command to be listed: its name and what it is for."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            loaded = load_command(cmd_name)
            is_group = isinstance(loaded, typer.Typer)
            command.help = loaded.info.help if is_group else inspect.getdoc(loaded)
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is named, to be run; a trust's name alone is ``show``."""
        if args[0] == "help":
            if len(args) == 1:
                typer.echo(ctx.get_help())
                ctx.exit()
            args = [args[1], "--help"]
        elif _is_a_trust(args[0]):
            args = ["show", *args]
        name, listed, rest = super().resolve_command(ctx, args)
        return name, None if listed is None or name is None else build_command(name), rest


def _is_a_trust(word: str) -> bool:
    """Return whether a first word is no command, nor nearly one: a trust's name or code."""
    names = [*COMMANDS, *GROUPS]
    if word in names or word.startswith("-"):
        return False
    from difflib import get_close_matches

    return not get_close_matches(word.casefold(), names, 1)


def program() -> Any:
    """Build the command line."""
    app = typer.Typer(
        name="nhsleague",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    credit = "Figures: NHS England, NHS Oversight Framework, Open Government Licence v3.0."
    app.callback(cls=_Program, epilog=credit)(takes_groups(nhsleague))
    return get_command(app)


def build_command(name: str) -> Any:
    """Build one command, or one group of commands, with all its options."""
    loaded = load_command(name)
    if isinstance(loaded, typer.Typer):
        return get_command(loaded)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    _, example = COMMANDS[name]
    app.command(name, cls=Command, epilog=f"Example: {example}")(takes_groups(loaded))
    return get_command(app)


def load_command(name: str) -> Any:
    """Import the function, or the group, behind a command's name."""
    module = GROUPS.get(name) or COMMANDS[name][0]
    return getattr(import_module(f"nhs_league.cli.{module}"), name)


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
    """See what an NHS trust's league position hides.

    Ranks and filters NHS England's quarterly league tables of NHS trusts, and shows for each trust
    where it is weak. Try it on invented data: nhsleague --sample worst --metric elective
    """
