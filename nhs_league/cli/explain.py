"""``explain``, ``whatif``, ``hidden``, ``capped``, ``robust``, ``audit``: why a trust is where."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.options import Common, Output, Rows, Trust, When, Which
from nhs_league.cli.output import show_answer
from nhs_league.usage import check_robust, check_whatif


def explain(
    name: Annotated[
        list[str],
        typer.Argument(
            metavar="TRUST|METRIC",
            help="A trust or a metric, by code, ID or name.",
            autocompletion=completion.trusts_and_metrics,
        ),
    ],
    when: When,
    output: Output,
    common: Common,
) -> None:
    """Explain a trust's segment and rank from each metric's value, or what a metric is."""
    answer = open_or_fetch(common).explain(" ".join(name), **vars(when))
    show_answer(answer, output, common)


def whatif(
    trust: Trust,
    when: When,
    output: Output,
    common: Common,
    changes: Annotated[
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
    name, wanted = " ".join(trust), changes or []
    check_whatif(name, wanted, no_deficit=no_deficit, to_segment=to_segment)
    answer = open_or_fetch(common).whatif(
        name, wanted, no_deficit=no_deficit, to_segment=to_segment, **vars(when)
    )
    show_answer(answer, output, common)


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
) -> None:
    """Find trusts with a good score that hide a severe weak spot."""
    answer = open_or_fetch(common).hidden(metric, **vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)


def capped(when: When, which: Which, rows: Rows, output: Output, common: Common) -> None:
    """Find trusts in segment 3 only because of a deficit."""
    answer = open_or_fetch(common).capped(**vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)


def robust(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    trust: Annotated[
        list[str] | None,
        typer.Argument(
            help="A trust's code, its name, or part of it; none for a whole trust type.",
            autocompletion=completion.trusts,
        ),
    ] = None,
) -> None:
    """Test how firm a trust's place is, or the places of a whole type."""
    name = " ".join(trust or ())
    narrowed = any((which.regions, which.subtypes, which.segments, rows != Rows()))
    check_robust(name, which.trust_type, narrowed=narrowed)
    answer = open_or_fetch(common).robust(name, **vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)


def audit(when: When, output: Output, common: Common) -> None:
    """Recompute every published figure, and list those that do not follow from the others.

    --quarter all takes every quarter stored.
    """
    show_answer(open_or_fetch(common).audit(**vars(when)), output, common)
