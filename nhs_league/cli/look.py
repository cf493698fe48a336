"""``show``, ``compare``, ``worst``, ``best``, ``table``, ``spread``, ``metrics`` and ``trusts``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.command import examples
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.naming import naming_one, typed_trusts
from nhs_league.cli.options import Common, Output, Rows, Trust, Trusts, When, Which
from nhs_league.cli.output import show_answer
from nhs_league.usage import GroupBy, check_comparison, one_metric

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


@examples(
    'nhsleague show "royal cornwall"',
    'nhsleague show RDY --quarter "Q4 2025/26"',
    "nhsleague show RDY --peers",
)
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


@examples(
    "nhsleague compare RDY RVN",
    "nhsleague compare RDY --peers",
    "nhsleague compare --by region --metric elective",
    "nhsleague worst elective --limit 3 | nhsleague compare -",
)
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


@examples(
    "nhsleague worst elective",
    'nhsleague worst "a&e" --region London',
    "nhsleague worst sickness --type ambulance --limit 0",
)
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


@examples(
    "nhsleague best cancer",
    "nhsleague best 62-day --subtype teaching",
    "nhsleague best cancer --csv -o cancer.csv",
)
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


@examples(
    "nhsleague table",
    "nhsleague table ambulance",
    "nhsleague table acute --region London --segment 4",
)
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


@examples(
    "nhsleague spread 62-day",
    "nhsleague spread 62-day --mark RHQ",
)
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


@examples(
    "nhsleague metrics",
    "nhsleague metrics cancer",
    "nhsleague metrics --type ambulance",
)
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


@examples(
    "nhsleague trusts cornwall",
    "nhsleague trusts teaching --region midlands",
)
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


def _ten_unless_set(rows: Rows) -> Rows:
    return replace(rows, limit=_TEN) if rows.limit is None else rows
