"""``worst``, ``best``, ``table`` and ``spread``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.options import Common, Output, Rows, When, Which
from nhs_league.cli.output import show_answer
from nhs_league.usage import one_metric

_TEN = 10
Bootstrap = Annotated[
    bool,
    typer.Option("--bootstrap", help="Add likely ranges computed by resampling metric scores."),
]
Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="METRIC",
        help="A metric by everyday name or ID, or an area such as cancer.",
        autocompletion=completion.metrics,
    ),
]
Metric = Annotated[
    str | None,
    typer.Option(
        "--metric",
        "-m",
        autocompletion=completion.metrics,
        metavar="METRIC",
        help="The same, as an option.",
    ),
]


def worst(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    words: Words = None,
    metric: Metric = None,
) -> None:
    """Rank trusts by a metric or an area, worst first."""
    named = one_metric("worst", words, metric)
    league = open_or_fetch(common)
    answer = league.worst(named, **vars(when), **vars(which), **vars(_ten_unless_set(rows)))
    show_answer(answer, output, common)


def best(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    words: Words = None,
    metric: Metric = None,
) -> None:
    """Rank trusts by a metric or an area, best first."""
    named = one_metric("best", words, metric)
    league = open_or_fetch(common)
    answer = league.best(named, **vars(when), **vars(which), **vars(_ten_unless_set(rows)))
    show_answer(answer, output, common)


def table(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    of_type: Annotated[
        str | None,
        typer.Argument(metavar="TYPE", help="acute, mental-health-community, ambulance or all."),
    ] = None,
    groups: Annotated[
        bool, typer.Option("--groups", help="Show which trusts are too close to call.")
    ] = False,
    bootstrap: Bootstrap = False,
) -> None:
    """Show the league table."""
    narrowed = {**vars(which), "trust_type": of_type or which.trust_type}
    answer = open_or_fetch(common).table(
        groups=groups, bootstrap=bootstrap, **vars(when), **narrowed, **vars(rows)
    )
    show_answer(answer, output, common)


def spread(
    metric: Annotated[
        str,
        typer.Argument(
            metavar="METRIC",
            help="A metric by everyday name or ID.",
            autocompletion=completion.metrics,
        ),
    ],
    when: When,
    which: Which,
    output: Output,
    common: Common,
    mark: Annotated[
        list[str] | None,
        typer.Option(
            "--mark",
            metavar="TRUST",
            autocompletion=completion.trusts,
            help="Mark this trust. Repeat it to mark more.",
        ),
    ] = None,
) -> None:
    """Show how the values of a metric are spread."""
    answer = open_or_fetch(common).spread(metric, mark=mark or [], **vars(when), **vars(which))
    show_answer(answer, output, common)


def _ten_unless_set(rows: Rows) -> Rows:
    return replace(rows, limit=_TEN) if rows.limit is None else rows
