"""``show``, ``compare``, ``trusts`` and ``metrics``."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.naming import naming_one, typed_trusts
from nhs_league.cli.options import Common, Output, Rows, Trust, Trusts, When, Which
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
        bool, typer.Option("--peers", help="Add the ten most similar trusts.")
    ] = False,
) -> None:
    """Show a trust's position and weak spots."""
    words, league = typed_trusts(trust), open_or_fetch(common)
    with naming_one(league, "show", words):
        answer = league.show(" ".join(words), bootstrap=bootstrap, peers=peers, **vars(when))
    show_answer(answer, output, common)


def compare(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    trusts: Trusts = None,
    by: Annotated[
        GroupBy | None,
        typer.Option(
            "--by",
            metavar="GROUP",
            help="Compare groups instead: by region, subtype, segment or type. Default: region.",
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            "-m",
            metavar="METRIC",
            autocompletion=completion.metrics,
            help="Compare groups by this metric or area, not by average score.",
        ),
    ] = None,
    peers: Annotated[
        bool, typer.Option("--peers", help="Compare one trust with the ten most similar.")
    ] = False,
) -> None:
    """Compare trusts, or groups of trusts, side by side."""
    names = typed_trusts(trusts)
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
        list[str] | None,
        typer.Argument(metavar="TEXT", help="Only trusts whose name or code has this text."),
    ] = None,
) -> None:
    """List the trusts and their codes."""
    answer = open_or_fetch(common).trusts(
        " ".join(text or ()), **vars(when), **vars(which), **vars(rows)
    )
    show_answer(answer, output, common)


def metrics(
    when: When,
    rows: Rows,
    output: Output,
    common: Common,
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="Only metrics and areas that this text names."),
    ] = None,
    trust_type: Annotated[
        str | None,
        typer.Option("--type", metavar="TYPE", help="Only metrics of this trust type."),
    ] = None,
) -> None:
    """List the metrics and the names you can use for them."""
    answer = open_or_fetch(common).metrics(
        " ".join(text or ()), trust_type=trust_type, **vars(when), **vars(rows)
    )
    show_answer(answer, output, common)
