"""The command line: its commands, each built only when it is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_command

from nhs_league.cli import help as helping
from nhs_league.cli.command import Command, Group
from nhs_league.cli.options import Common, takes_groups
from nhs_league.version import __version__

COMMANDS = {
    "show": (
        "trusts",
        'nhsleague show "royal cornwall"',
        'nhsleague show RDY --quarter "Q4 2025/26"',
        "nhsleague show RDY --peers",
    ),
    "compare": (
        "trusts",
        "nhsleague compare RDY RVN",
        "nhsleague compare RDY --peers",
        "nhsleague compare --by region --metric elective",
        "nhsleague worst elective --limit 3 | nhsleague compare -",
    ),
    "worst": (
        "ranks",
        "nhsleague worst elective",
        'nhsleague worst "a&e" --region London',
        "nhsleague worst sickness --type ambulance --limit 0",
    ),
    "best": (
        "ranks",
        "nhsleague best cancer",
        "nhsleague best 62-day --subtype teaching",
        "nhsleague best cancer --csv -o cancer.csv",
    ),
    "table": (
        "ranks",
        "nhsleague table",
        "nhsleague table ambulance",
        "nhsleague table acute --region London --segment 4",
    ),
    "spread": ("ranks", "nhsleague spread 62-day", "nhsleague spread 62-day --mark RHQ"),
    "metrics": (
        "trusts",
        "nhsleague metrics",
        "nhsleague metrics cancer",
        "nhsleague metrics --type ambulance",
    ),
    "trusts": (
        "trusts",
        "nhsleague trusts cornwall",
        "nhsleague trusts teaching --region midlands",
    ),
    "explain": (
        "explain",
        "nhsleague explain RDY",
        'nhsleague explain "royal cornwall"',
        "nhsleague explain elective",
    ),
    "whatif": (
        "explain",
        "nhsleague whatif RDY --set sickness=4.5",
        'nhsleague whatif "royal cornwall" --set sickness=median --set 62-day=75',
        "nhsleague whatif RDY --to-segment 1",
    ),
    "hidden": ("explain", "nhsleague hidden", "nhsleague hidden --metric cancer"),
    "capped": ("explain", "nhsleague capped", "nhsleague capped --type all"),
    "robust": ("explain", "nhsleague robust RDY", "nhsleague robust --type ambulance"),
    "stories": (
        "stories",
        "nhsleague stories",
        "nhsleague stories --region London",
        "nhsleague stories --trust RDY",
    ),
    "watch": (
        "watch",
        "nhsleague watch add RDY",
        "nhsleague watch",
        "nhsleague watch list",
    ),
    "changes": (
        "history",
        "nhsleague changes",
        "nhsleague changes --segment-only --worsened",
        'nhsleague changes --from "Q3 2025/26" --to "Q4 2025/26" --csv',
    ),
    "trend": (
        "history",
        "nhsleague trend RDY",
        "nhsleague trend RDY RVN",
        "nhsleague trend RDY --metric 60-day",
    ),
    "revisions": (
        "history",
        "nhsleague revisions",
        'nhsleague revisions --quarter "Q3 2025/26"',
    ),
    "audit": ("explain", "nhsleague audit", "nhsleague audit --quarter all"),
    "report": (
        "report",
        "nhsleague report RDY -o rdy.html",
        "nhsleague report --all -o site",
    ),
    "sources": (
        "share",
        "nhsleague sources RDY",
        "nhsleague sources RDY OF0063",
        "nhsleague sources RDY OF0063 --format bibtex",
    ),
    "query": (
        "share",
        "nhsleague query --tables",
        'nhsleague query "select region, avg(rank) from standings group by 1"',
    ),
    "export": (
        "share",
        "nhsleague export tables",
        "nhsleague export tables --format csv",
        "nhsleague export tables --format sqlite",
    ),
    "mcp": ("share", "nhsleague mcp"),
    "fetch": (
        "fetch",
        "nhsleague fetch",
        "nhsleague fetch --dry-run",
        "nhsleague fetch --from ~/Downloads",
    ),
    "releases": ("store", "nhsleague releases", "nhsleague releases --available"),
}
"""Each command's name, which is also its function's, with its module and then its examples."""

GROUPS = {"cache": "store"}
"""Each group of commands, with the module that has it."""


SECTIONS = {
    "Look": ("show", "compare", "worst", "best", "table", "spread", "metrics", "trusts"),
    "Explain": (
        "explain",
        "whatif",
        "hidden",
        "capped",
        "robust",
        "stories",
        "watch",
        "changes",
        "trend",
        "revisions",
        "audit",
    ),
    "Share": ("report", "sources", "query", "export", "mcp"),
    "Data": ("fetch", "releases", "cache"),
}
"""The headings under which help lists the commands."""

_EXAMPLES = (
    'nhsleague "royal cornwall"',
    "nhsleague worst elective --region London",
    "nhsleague --sample hidden",
)
_COMPLETION = {
    "install_completion": "Complete commands and names with the Tab key in this shell.",
    "show_completion": "Show what --install-completion would install.",
}
CREDIT = "Figures: NHS England, NHS Oversight Framework, Open Government Licence v3.0."
"""Whose figures they are."""
_FIRST = (
    ("{trust}", "Show a trust's position and weak spots"),
    ("worst elective", "Find the longest waits for planned treatment"),
    ("compare {pair}", "Compare two trusts side by side"),
    ("hidden", "Find well-ranked trusts with a severe weak spot"),
    ("changes", "Show what changed since last quarter"),
)
"""What to type first, and what each shows."""


class _Program(Group):
    """The program: it knows its commands by name, and builds the one that is run."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name in (*COMMANDS, *GROUPS):
            self.add_command(Command(name))

    def sections(self) -> Mapping[str, Sequence[str]]:
        """Return the names of the commands under their headings."""
        return SECTIONS

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command to be listed: its name and what it is for."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            loaded = load_command(cmd_name)
            is_group = isinstance(loaded, typer.Typer)
            command.help = loaded.info.help if is_group else inspect.getdoc(loaded)
        return command

    def answer_to_nothing(self, ctx: Any) -> str:
        """Return the quick start."""
        ctx.color = helping.wants_colour()
        return quick_start(sample=False)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, and whose figures they are."""
        super().format_help(ctx, formatter)
        formatter.write_paragraph()
        formatter.write(f"Help on one command: nhsleague help worst\n{CREDIT}\n")

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is named, to be run."""
        if args[0] not in self.commands:
            args = self._as_meant(ctx, args)
        if args[0] == "--help":
            typer.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        if args[0] == "--version":
            _version(asked=True)
        name, listed, rest = super().resolve_command(ctx, args)
        return name, None if listed is None or name is None else build_command(name), rest

    def _as_meant(self, ctx: Any, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # the shell asks for offers, and no error is of use to it
            return ["show", *args]
        from nhs_league.cli.completion import names_of
        from nhs_league.cli.first_words import as_typed

        return as_typed(args, [*self.commands], names_of(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; where options alone were typed, show where to begin."""
        result = super().invoke(ctx)
        if ctx.invoked_subcommand is None:
            typer.echo(quick_start(sample=ctx.obj.sample), color=helping.wants_colour())
        return result


def quick_start(*, sample: bool) -> str:
    """Return what to type first, in ten lines; it needs no figures."""
    trust, pair = ("salamanderbridge", "ZA0 ZB6") if sample else ('"royal cornwall"', "RDY RVN")
    name = "nhsleague --sample" if sample else "nhsleague"
    commands = [(f"{name} {words.format(trust=trust, pair=pair)}", what) for words, what in _FIRST]
    width = max(len(command) for command, _ in commands)
    colour = helping.wants_colour()
    listed = [
        f"  {helping.term(command.ljust(width), colour=colour)}  {what}"
        for command, what in commands
    ]
    figures = (
        "All figures of --sample are invented."
        if sample
        else "The first run downloads the figures. Add --sample to try invented ones."
    )
    return "\n".join(
        (
            "nhsleague: see what an NHS trust's league position hides. For example:",
            "",
            *listed,
            "",
            figures,
            'See all commands with "nhsleague --help", and one with "nhsleague help worst".',
        )
    )


def program() -> Any:
    """Build the command line."""
    app = typer.Typer(
        name="nhsleague",
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(cls=_Program, epilog="\n".join(_EXAMPLES))(takes_groups(nhsleague))
    command = get_command(app)
    for param in command.params:
        param.help = _COMPLETION.get(param.name, param.help)  # type: ignore[attr-defined]
    return command


def build_command(name: str) -> Any:
    """Build one command, or one group of commands, with all its options."""
    loaded = load_command(name)
    if isinstance(loaded, typer.Typer):
        return get_command(loaded)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    _, *examples = COMMANDS[name]
    app.command(name, cls=Command, epilog="\n".join(examples))(takes_groups(loaded))
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
        bool,
        typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """See what an NHS trust's league position hides.

    nhsleague ranks and compares NHS trusts by NHS England's quarterly figures, and shows where
    each is weak. Add --sample to try it on invented data.
    """
