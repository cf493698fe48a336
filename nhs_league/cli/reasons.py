"""``explain``, ``whatif`` and ``hidden``: why a trust is where it is, and what its place hides."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_data
from nhs_league.cli.options import Common, Output, Rows, Trust, When, Which
from nhs_league.cli.output import deliver
from nhs_league.cli.ranks import described, order, where
from nhs_league.errors import UsageError

_Trust = Annotated[
    list[str] | None,
    typer.Argument(
        help="A trust's code, its name, or part of it.", autocompletion=completion.trusts
    ),
]


def explain(
    when: When,
    output: Output,
    common: Common,
    trust: _Trust = None,
    audit: Annotated[
        bool,
        typer.Option(
            "--audit",
            help="Recompute every published figure, and list those that do not follow from the "
            "others. --quarter all takes every quarter.",
        ),
    ] = False,
) -> None:
    """Explain a trust's segment and rank, from each metric's value."""
    from nhs_league.questions import reasons

    if audit == bool(trust):
        raise UsageError("explain takes a trust, or --audit.", "Try nhsleague explain RDY")
    store = open_data(common)
    if audit:
        answer = reasons.audit_release(store, when.quarter)
        deliver(answer, output, common, {"quarter": when.quarter})
        return
    asked = " ".join(trust or ())
    answer = reasons.explain(store, asked, when.quarter)
    deliver(answer, output, common, {"trust": asked, "quarter": when.quarter})


def whatif(
    trust: Trust,
    when: When,
    output: Output,
    common: Common,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="METRIC=VALUE",
            help="Set a metric to a value, or to median, q1 (where the top quarter begins), "
            "best or standard. Repeatable.",
        ),
    ] = None,
    no_deficit: Annotated[
        bool, typer.Option("--no-deficit", help="As if the trust had no financial override.")
    ] = False,
    to_segment: Annotated[
        int | None,
        typer.Option(
            "--to-segment", min=1, max=3, help="Find the smallest changes that reach this segment."
        ),
    ] = None,
) -> None:
    """Test what would change a trust's segment and rank."""
    from nhs_league.questions import reasons

    asked = " ".join(trust)
    told = {"trust": asked, "quarter": when.quarter}
    if to_segment is not None:
        if sets or no_deficit:
            raise UsageError("--to-segment finds the changes itself.", "Leave out the others.")
        answer = reasons.ways_to(open_data(common), asked, when.quarter, to_segment)
        deliver(answer, output, common, {**told, "to_segment": to_segment})
        return
    if not sets and not no_deficit:
        raise reasons.nothing_to_change(asked)
    answer = reasons.what_if(
        open_data(common), asked, when.quarter, sets or [], no_deficit=no_deficit
    )
    deliver(answer, output, common, {**told, "set": sets, "no_deficit": no_deficit or None})


def hidden(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric", "-m", autocompletion=completion.metrics, help="Only this metric or area."
        ),
    ] = None,
    domain: Annotated[str | None, typer.Option("--domain", help="Only this domain.")] = None,
    override: Annotated[
        bool,
        typer.Option(
            "--override", help="Trusts that only a deficit holds in segment 3, by average score."
        ),
    ] = False,
) -> None:
    """Which trusts look good and hide a problem, or look bad and hide good care?"""
    from nhs_league.questions import hidden

    if metric and domain:
        raise UsageError("--metric and --domain are asked for at once.", "Name one.")
    asked = metric or domain
    if override and asked:
        raise UsageError("--override is about whole trusts.", "Leave out --metric and --domain.")
    store = open_data(common)
    told = {"metric": metric, "domain": domain, **described(when, which)}
    if override:
        answer = hidden.held_back(store, where(when, which), order(rows))
    else:
        answer = hidden.hidden_spots(store, where(when, which), order(rows), asked)
    deliver(answer, output, common, told)
