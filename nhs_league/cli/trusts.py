"""``show``, ``compare``, ``trusts`` and ``metrics``: one trust, some trusts, what there is."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_data
from nhs_league.cli.options import Common, Output, Rows, Trust, When, Which
from nhs_league.cli.output import deliver
from nhs_league.cli.ranks import Bootstrap, described, order, where
from nhs_league.errors import UsageError


class Grouping(StrEnum):
    """What ``--by`` may name; the same words as ``core.comparison.By``, without its imports."""

    REGION = "region"
    SUBTYPE = "subtype"
    SEGMENT = "segment"
    TYPE = "type"


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
    """How does my trust do, and where is it weak?"""
    from nhs_league.questions import profile

    asked = " ".join(trust)
    answer = profile.show(open_data(common), asked, when.quarter, bootstrap=bootstrap, peers=peers)
    deliver(answer, output, common, {"trust": asked, "quarter": when.quarter})


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
        Grouping | None,
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
    """How do these trusts, or these groups of trusts, compare?"""
    from nhs_league.questions import comparison

    _check_comparison(trusts or [], by, metric, which, rows, peers=peers)
    store = open_data(common)
    if not trusts:
        from nhs_league.core.comparison import By

        grouping = By(by or Grouping.REGION)
        answer = comparison.compare_groups(store, grouping, metric, where(when, which), order(rows))
        deliver(
            answer,
            output,
            common,
            {"by": str(grouping), "metric": metric, **described(when, which)},
        )
        return
    if peers:
        answer = comparison.compare_with_peers(store, trusts[0], when.quarter)
    else:
        answer = comparison.compare(store, trusts, when.quarter)
    deliver(answer, output, common, {"trusts": trusts, "quarter": when.quarter})


def _check_comparison(
    trusts: Sequence[str],
    by: Grouping | None,
    metric: str | None,
    which: Which,
    rows: Rows,
    *,
    peers: bool,
) -> None:
    """Check that the options fit each other, before anything is opened.

    Raises:
        UsageError: they do not.

    """
    if trusts and (by or metric or which != Which() or rows != Rows()):
        raise UsageError(
            "Filters, --by, --metric, --limit and --sort are for groups, not for named trusts.",
            "Leave out the trusts, or the options.",
        )
    if peers and len(trusts) != 1:
        raise UsageError("--peers is for one trust.", "Name one, or leave out --peers.")
    if trusts and not peers and len({name.strip().casefold() for name in trusts}) < 2:
        raise UsageError(
            "A comparison needs two different trusts.",
            'Name another, or run "nhsleague show" for one.',
        )
    if by is not Grouping.TYPE:
        return
    if which.trust_type and which.trust_type.strip().casefold() != "all":
        raise UsageError(
            f"--by type compares all trust types, so --type {which.trust_type} leaves only one.",
            "Leave out --type to compare the types, or use --by region or --by subtype.",
        )
    if metric:
        raise UsageError(
            "Trust types cannot be compared by a metric, as each is ranked on its own.",
            "Leave out --metric, or use --by region with a --type.",
        )


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
    """Which trusts are there, and what are their codes?"""
    from nhs_league.questions import lists

    asked = " ".join(text or ())
    answer = lists.list_trusts(open_data(common), asked, where(when, which), order(rows))
    deliver(answer, output, common, {"text": asked, **described(when, which)})


def metrics(
    when: When,
    rows: Rows,
    output: Output,
    common: Common,
    trust_type: Annotated[
        str | None, typer.Option("--type", help="Only this trust type's metrics.")
    ] = None,
) -> None:
    """What is measured, and what may I call it?"""
    from nhs_league.questions import lists
    from nhs_league.questions.scope import Where

    asked = Where(when.quarter, trust_type)
    answer = lists.list_metrics(open_data(common), asked, order(rows))
    deliver(answer, output, common, {"quarter": when.quarter, "type": trust_type})
