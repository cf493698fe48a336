"""The options that commands share, in groups; a command takes a group as one argument.

``takes_groups`` turns a function that takes such groups into one whose parameters are the groups'
options, which is what Typer reads.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import field, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from nhs_league.cli import completion
from nhs_league.cli.command import typed
from nhs_league.frozen import frozen
from nhs_league.usage import Format, in_choice

_WHICH = "Which trusts"
_HOW = "How to show it"
_DATA = "Which data"
_OF_ANSWERS = [each for each in Format if each.shows != "citations"]
_OF_CITATIONS = [each for each in Format if each.shows == "citations"]


Trust = Annotated[
    list[str],
    typer.Argument(
        metavar="TRUST",
        help='A trust\'s code, name or part of its name, or "-" to read it from standard input.',
        autocompletion=completion.trusts,
    ),
]


Trusts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TRUST...",
        help='Trusts by code or name, names in quotes; "-" to read them from standard input.',
        autocompletion=completion.trusts,
    ),
]


@frozen
class Common:
    """Options that come before or after the command's name."""

    sample: Annotated[
        bool,
        typer.Option(
            "--sample",
            envvar="NHSLEAGUE_SAMPLE",
            help="Use the fictional sample, without a network (or NHSLEAGUE_SAMPLE=1).",
            rich_help_panel=_DATA,
        ),
    ] = False
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            metavar="FOLDER",
            envvar="NHSLEAGUE_DATA_DIR",
            help="Keep the figures in this folder (or NHSLEAGUE_DATA_DIR).",
            rich_help_panel=_DATA,
        ),
    ] = None
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not use the network.", rich_help_panel=_DATA)
    ] = False
    quiet: Annotated[
        bool,
        typer.Option("--quiet", help="Only show results and errors.", rich_help_panel=_HOW),
    ] = False
    no_color: Annotated[
        bool,
        typer.Option("--no-color", help="Show no colours (or set NO_COLOR).", rich_help_panel=_HOW),
    ] = False
    no_pager: Annotated[
        bool,
        typer.Option(
            "--no-pager",
            help="Print a long answer at once, not page by page.",
            rich_help_panel=_HOW,
        ),
    ] = False

    def after(self, before: Common) -> Common:
        """Join with the options before the command's name."""
        return Common(
            self.sample or before.sample,
            self.data_dir or before.data_dir,
            self.offline or before.offline,
            self.quiet or before.quiet,
            self.no_color or before.no_color,
            self.no_pager or before.no_pager,
        )


@frozen
class When:
    """Which quarter."""

    quarter: Annotated[
        str,
        typer.Option(
            "--quarter",
            metavar="QUARTER",
            help='The quarter, such as "Q3 2025/26", q3 or 2025-26-q3. Default: the latest.',
            autocompletion=completion.quarters,
            rich_help_panel=_WHICH,
        ),
    ] = "latest"


@frozen
class Which:
    """Which trusts."""

    trust_type: Annotated[
        str | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="Only this trust type: acute, mental-health-community, ambulance or all.",
            autocompletion=completion.types,
            rich_help_panel=_WHICH,
        ),
    ] = None
    regions: Annotated[
        list[str],
        typer.Option(
            "--region",
            metavar="REGION",
            help="Only this region. Repeat it to add more.",
            autocompletion=completion.regions,
            rich_help_panel=_WHICH,
        ),
    ] = field(default_factory=list)
    subtypes: Annotated[
        list[str],
        typer.Option(
            "--subtype",
            metavar="SUBTYPE",
            help="Only this subtype, such as teaching. Repeat it to add more.",
            rich_help_panel=_WHICH,
        ),
    ] = field(default_factory=list)
    segments: Annotated[
        list[int],
        typer.Option(
            "--segment",
            metavar="N",
            help="Only this segment, 1 to 5. Repeat it to add more.",
            rich_help_panel=_WHICH,
        ),
    ] = field(default_factory=list)


@frozen
class Rows:
    """Which rows, in which order."""

    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            help="Show this many rows of each trust type, or 0 for all. Default: 10 for worst and "
            "best, otherwise all.",
            min=0,
            max=1_000_000_000,
            rich_help_panel=_HOW,
        ),
    ] = None
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="COLUMN",
            help="Sort by this column, by its name in CSV; -COLUMN for descending.",
            rich_help_panel=_HOW,
        ),
    ] = None


@frozen
class Output:
    """How to show the answer."""

    format: Annotated[
        Format | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{in_choice(_OF_ANSWERS)}, or {in_choice(_OF_CITATIONS)} for citations. Default: "
            "a table on a terminal, CSV in a pipe.",
            case_sensitive=False,
            rich_help_panel=_HOW,
        ),
    ] = None
    csv: Annotated[
        bool, typer.Option("--csv", help="The same as --format csv.", rich_help_panel=_HOW)
    ] = False
    json: Annotated[
        bool, typer.Option("--json", help="The same as --format json.", rich_help_panel=_HOW)
    ] = False
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to a file. The extension sets the format.",
            rich_help_panel=_HOW,
        ),
    ] = None
    wide: Annotated[
        bool,
        typer.Option(
            "--wide", help="Show all columns, even if they do not fit.", rich_help_panel=_HOW
        ),
    ] = False
    every: Annotated[
        bool,
        typer.Option(
            "--all", help="Show what the first screen leaves out, too.", rich_help_panel=_HOW
        ),
    ] = False
    plain: Annotated[
        bool,
        typer.Option(
            "--plain", help="Words only, no drawings: for screen readers.", rich_help_panel=_HOW
        ),
    ] = False
    columns: Annotated[
        str,
        typer.Option(
            "--columns",
            metavar="A,B,C",
            help="Show only these columns, by their names in CSV.",
            rich_help_panel=_HOW,
        ),
    ] = ""
    cite: Annotated[
        bool,
        typer.Option("--cite", help="Cite the release files that were used.", rich_help_panel=_HOW),
    ] = False


def takes_groups(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add to a command the options of the groups that it takes as arguments.

    A parameter annotated with one of the dataclasses above is replaced by that group's options;
    ``Common`` options before the command's name are joined in.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type[Any]] = {
        name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)
    }
    parameters = [
        inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    ]
    for name, parameter in inspect.signature(command).parameters.items():
        if name in groups:
            parameters += _options_of(groups[name])
        else:
            parameters.append(
                parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[name])
            )

    @wraps(command)
    def with_options(*, ctx: typer.Context, **given: Any) -> Any:
        for name, group in groups.items():
            values = {f.name: given.pop(f.name) for f in fields(group)}
            if group is Common and ctx.obj is not None:
                # An option before the command name wins over the environment variable.
                after = typed(ctx)
                values = {n: value for n, value in values.items() if n in after}
            given[name] = group(**values)
            if isinstance(given[name], Output):
                from nhs_league.cli.output import check

                check(given[name])
            if isinstance(given[name], Common):
                ctx.obj = given[name] = given[name].after(ctx.obj or Common())
        return command(**given)

    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {p.name: p.annotation for p in parameters}
    return with_options


def _options_of(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    unset = group()
    return [
        inspect.Parameter(
            option.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(unset, option.name),
            annotation=hints[option.name],
        )
        for option in fields(group)
    ]
