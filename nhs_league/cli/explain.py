"""``explain``, ``whatif``, ``hidden``, ``capped``, ``robust``, ``audit``: why a trust is where."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_as_it_is, open_or_fetch
from nhs_league.cli.naming import naming_one, typed_trusts
from nhs_league.cli.options import Common, Output, Rows, Trust, When, Which
from nhs_league.cli.output import show_answer
from nhs_league.usage import check_robust, check_whatif


def explain(
    name: Annotated[
        list[str],
        typer.Argument(
            metavar="TRUST|METRIC",
            help='A trust or a metric, by code, ID or name, or "-" to read it from standard input.',
            autocompletion=completion.trusts_and_metrics,
        ),
    ],
    when: When,
    output: Output,
    common: Common,
) -> None:
    """Show how a trust's segment and rank follow from its figures, or what a metric is."""
    words, league = typed_trusts(name), open_or_fetch(common)
    with naming_one(league, "explain", words):
        answer = league.explain(" ".join(words), **vars(when))
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
            "best or standard. Repeat it to set more.",
        ),
    ] = None,
    no_deficit: Annotated[
        bool, typer.Option("--no-deficit", help="Leave out the financial override.")
    ] = False,
    to_segment: Annotated[
        int | None,
        typer.Option(
            "--to-segment",
            metavar="N",
            min=1,
            max=3,
            help="Find the smallest changes that reach this segment, 1 to 3.",
        ),
    ] = None,
) -> None:
    """Test what would change a trust's segment and rank."""
    words, wanted = typed_trusts(trust), changes or []
    name = " ".join(words)
    if not (wanted or no_deficit or to_segment):
        from nhs_league.cli.suggestions import nothing_to_test

        raise nothing_to_test(open_as_it_is(common), name, when.quarter)
    check_whatif(name, wanted, no_deficit=no_deficit, to_segment=to_segment)
    league = open_or_fetch(common)
    with naming_one(league, "whatif", words):
        answer = league.whatif(
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
            "--metric",
            "-m",
            metavar="METRIC",
            autocompletion=completion.metrics,
            help="Only this metric or area.",
        ),
    ] = None,
) -> None:
    """Find well-ranked trusts with a severe weak spot."""
    answer = open_or_fetch(common).hidden(metric, **vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)


def capped(when: When, which: Which, rows: Rows, output: Output, common: Common) -> None:
    """Find trusts held in segment 3 only by the override."""
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
            metavar="TRUST",
            help="A trust's code, name or part of its name. Leave it out for a whole trust type.",
            autocompletion=completion.trusts,
        ),
    ] = None,
) -> None:
    """Test how firm a trust's rank is, or the ranks of a whole type."""
    words = typed_trusts(trust)
    name = " ".join(words)
    narrowed = any((which.regions, which.subtypes, which.segments, rows != Rows()))
    check_robust(name, which.trust_type, narrowed=narrowed)
    league = open_or_fetch(common)
    with naming_one(league, "robust", words):
        answer = league.robust(name, **vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)


def audit(when: When, output: Output, common: Common) -> None:
    """Check whether the published figures follow the published method.

    Recompute every figure, and list those that do not follow from the others.
    """
    show_answer(open_or_fetch(common).audit(**vars(when)), output, common)
