"""``changes``, ``trend`` and ``revisions``."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.naming import typed_trusts
from nhs_league.cli.options import Common, Output, Rows, When, Which
from nhs_league.cli.output import show_answer
from nhs_league.usage import check_changes, check_trend


def changes(
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    earlier: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="QUARTER", help="The earlier quarter. Default: the one before."
        ),
    ] = None,
    later: Annotated[
        str | None,
        typer.Option("--to", metavar="QUARTER", help="The later quarter. Default: the newest."),
    ] = None,
    segment_only: Annotated[
        bool, typer.Option("--segment-only", help="Only trusts whose segment changed.")
    ] = False,
    clear_only: Annotated[
        bool, typer.Option("--clear-only", help="Only changes that are clear.")
    ] = False,
    improved: Annotated[
        bool, typer.Option("--improved", help="Only trusts that improved.")
    ] = False,
    worsened: Annotated[
        bool, typer.Option("--worsened", help="Only trusts that worsened.")
    ] = False,
) -> None:
    """Show what changed since last quarter and what could be chance."""
    check_changes(improved=improved, worsened=worsened)
    answer = open_or_fetch(common).changes(
        earlier, later, segment_only=segment_only, clear_only=clear_only, improved=improved,
        worsened=worsened,
        **vars(which), **vars(rows),
    )  # fmt: skip
    show_answer(answer, output, common)


def trend(
    trusts: Annotated[
        list[str],
        typer.Argument(
            metavar="TRUST...",
            help='Trusts by code or name, names in quotes; "-" to read them from standard input.',
            autocompletion=completion.trusts,
        ),
    ],
    output: Output,
    common: Common,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            "-m",
            autocompletion=completion.metrics,
            metavar="METRIC",
            help="Follow this metric, or the metrics of this area.",
        ),
    ] = None,
) -> None:
    """Follow trusts from quarter to quarter, by rank or by a metric.

    With --all, follow every metric, one line each.
    """
    check_trend(metric, every_metric=output.every)
    answer = open_or_fetch(common).trend(
        *typed_trusts(trusts), metric=metric, every_metric=output.every
    )
    show_answer(answer, output, common)


def revisions(when: When, which: Which, rows: Rows, output: Output, common: Common) -> None:
    """List published figures that were changed later."""
    answer = open_or_fetch(common).revisions(**vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)
