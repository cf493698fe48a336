"""The command line: its commands, each built only when it is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_command

from nhs_league.cli.command import Command, Group, commands_in, term
from nhs_league.cli.options import Common, takes_groups
from nhs_league.cli.terminal import wants_colour
from nhs_league.version import __version__

FAMILIES = {
    "Look": ("look",),
    "Explain": ("explain",),
    "Share": ("share",),
    "Data": ("fetch", "store"),
}
"""The headings under which help lists the commands, each with the modules that have them.

A module is imported when a command is looked for that those before it do not have.
"""

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

    def sections(self) -> Mapping[str, Sequence[str]]:
        """Return the names of the commands under their headings."""
        return {
            title: [name for module in modules for name in commands_of(module)]
            for title, modules in FAMILIES.items()
        }

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as Typer calls it
        """Return the names of all commands."""
        return list(load_commands())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as Typer calls it
        """Return a command to be listed: its name and what it is for."""
        if (loaded := load_command(cmd_name)) is None:
            return None
        is_group = isinstance(loaded, typer.Typer)
        return Command(cmd_name, help=loaded.info.help if is_group else inspect.getdoc(loaded))

    def answer_to_nothing(self, ctx: Any) -> str:
        """Return the quick start."""
        ctx.color = wants_colour()
        return quick_start(sample=False)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, and whose figures they are."""
        super().format_help(ctx, formatter)
        formatter.write_paragraph()
        formatter.write(f"Help on one command: nhsleague help worst\n{CREDIT}\n")

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is named, to be run."""
        if load_command(args[0]) is None:
            args = self._as_meant(ctx, args)
        if args[0] == "--help":
            typer.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        if args[0] == "--version":
            _version(is_wanted=True)
        name, listed, rest = super().resolve_command(ctx, args)
        return name, None if listed is None or name is None else build_command(name), rest

    def _as_meant(self, ctx: Any, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # the shell asks for offers, and no error is of use to it
            return ["show", *args]
        from nhs_league.cli.completion import names_of
        from nhs_league.cli.corrections import as_typed

        return as_typed(args, self.list_commands(ctx), names_of(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; where options alone were typed, show where to begin."""
        result = super().invoke(ctx)
        if ctx.invoked_subcommand is None:
            typer.echo(quick_start(sample=ctx.obj.sample), color=wants_colour())
        return result


def quick_start(*, sample: bool) -> str:
    """Return what to type first, in ten lines; it needs no figures."""
    trust, pair = ("salamanderbridge", "ZA0 ZB6") if sample else ('"royal cornwall"', "RDY RVN")
    name = "nhsleague --sample" if sample else "nhsleague"
    commands = [(f"{name} {words.format(trust=trust, pair=pair)}", what) for words, what in _FIRST]
    width = max(len(command) for command, _ in commands)
    colour = wants_colour()
    listed = [
        f"  {term(command.ljust(width), colour=colour)}  {what}" for command, what in commands
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
    if not isinstance(loaded, typer.Typer):
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name, cls=Command, epilog="\n".join(loaded.examples))(takes_groups(loaded))
        return get_command(app)
    app = typer.Typer(
        cls=loaded.info.cls, help=loaded.info.help, add_completion=False, rich_markup_mode=None
    )
    for each in loaded.registered_commands:
        if each.callback is not None:
            app.command(each.name, cls=Command, epilog=each.epilog)(takes_groups(each.callback))
    return get_command(app)


def load_command(name: str) -> Any:
    """Import the function, or the group, behind a command's name; None where there is none."""
    return next((each[name] for each in _by_module() if name in each), None)


def load_commands() -> dict[str, Any]:
    """Import the functions and the groups behind all commands, by name, as help lists them."""
    return {name: loaded for each in _by_module() for name, loaded in each.items()}


def _by_module() -> Iterator[dict[str, Any]]:
    return (commands_of(module) for modules in FAMILIES.values() for module in modules)


def commands_of(module: str) -> dict[str, Any]:
    """Import the commands of one module, by name, in its order."""
    return commands_in(import_module(f"nhs_league.cli.{module}"))


def _version(is_wanted: bool) -> None:
    if is_wanted:
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
