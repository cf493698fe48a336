"""``show``, ``compare``, ``trusts`` and ``metrics``: one trust, some trusts, what there is."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.options import Common, Output, Rows, Trust, When, Which
from nhs_league.cli.output import show_answer
from nhs_league.cli.ranks import Bootstrap
from nhs_league.usage import GroupBy, check_comparison


def show(
    trust: Trust,
    when: When,
    output: Output,
    common: Common,
    bootstrap: Bootstrap = False,
    peers: Annotated[
        bool, typer.Option("--peers", help="Add the ten trusts most like it.")
    ] = False,
) -> None:
    """Show a trust's position and weak spots."""
    answer = open_or_fetch(common).show(
        " ".join(trust), bootstrap=bootstrap, peers=peers, **vars(when)
    )
    show_answer(answer, output, common)


def compare(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    trusts: Annotated[
        list[str] | None,
        typer.Argument(
            help="Trusts by code or name; none to compare groups.", autocompletion=completion.trusts
        ),
    ] = None,
    by: Annotated[
        GroupBy | None,
        typer.Option("--by", help="Compare groups of trusts.", show_default="region"),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            "-m",
            autocompletion=completion.metrics,
            help="Compare groups by this, not by average score.",
        ),
    ] = None,
    peers: Annotated[
        bool, typer.Option("--peers", help="Compare one trust with the ten most like it.")
    ] = False,
) -> None:
    """Compare trusts, or groups of trusts, side by side."""
    names = trusts or []
    narrowed = any((which.regions, which.subtypes, which.segments, rows != Rows()))
    check_comparison(names, by, metric, which.trust_type, peers=peers, narrowed=narrowed)
    answer = open_or_fetch(common).compare(
        *names, peers=peers, by=by, metric=metric, **vars(when), **vars(which), **vars(rows)
    )
    show_answer(answer, output, common)


def trusts(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    text: Annotated[
        list[str] | None, typer.Argument(help="Words of the name; none for all trusts.")
    ] = None,
) -> None:
    """List trusts and their codes."""
    answer = open_or_fetch(common).trusts(
        " ".join(text or ()), **vars(when), **vars(which), **vars(rows)
    )
    show_answer(answer, output, common)


def metrics(
    when: When,
    rows: Rows,
    output: Output,
    common: Common,
    trust_type: Annotated[
        str | None, typer.Option("--type", help="Only this trust type's metrics.")
    ] = None,
) -> None:
    """List what is measured, and what you may call it."""
    answer = open_or_fetch(common).metrics(trust_type=trust_type, **vars(when), **vars(rows))
    show_answer(answer, output, common)
