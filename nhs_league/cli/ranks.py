"""``worst``, ``best`` and ``table``: trusts in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_data
from nhs_league.cli.options import Common, Output, Rows, When, Which
from nhs_league.cli.output import deliver
from nhs_league.errors import UsageError

if TYPE_CHECKING:
    from nhs_league.core.order import Order
    from nhs_league.questions.scope import Where

_TEN = 10
Bootstrap = Annotated[
    bool,
    typer.Option("--bootstrap", help="Add likely ranges of our own, by resampling metric scores."),
]
Metric = Annotated[
    str,
    typer.Option(
        "--metric",
        "-m",
        autocompletion=completion.metrics,
        help="A metric's ID or everyday name, or an area.",
    ),
]


def worst(
    metric: Metric, when: When, which: Which, rows: Rows, output: Output, common: Common
) -> None:
    """Who is worst at this? Trusts by a metric or an area, the worst first."""
    _order(metric, when, which, output, common, rows, worst_first=True)


def best(
    metric: Metric, when: When, which: Which, rows: Rows, output: Output, common: Common
) -> None:
    """Who is best at this? Trusts by a metric or an area, the best first."""
    _order(metric, when, which, output, common, rows, worst_first=False)


def table(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    whose: Annotated[
        str | None,
        typer.Argument(metavar="[TYPE]", help="acute, mental-health-community, ambulance or all."),
    ] = None,
    groups: Annotated[
        bool, typer.Option("--groups", help="Say which trusts each cannot be told apart from.")
    ] = False,
    bootstrap: Bootstrap = False,
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot",
            metavar="METRIC",
            autocompletion=completion.metrics,
            help="Show how a metric's values are spread instead.",
        ),
    ] = None,
    mark: Annotated[
        list[str] | None,
        typer.Option(
            "--mark",
            metavar="TRUST",
            autocompletion=completion.trusts,
            help="With --plot: name this trust where it lies; repeatable.",
        ),
    ] = None,
) -> None:
    """What is the whole table? The league table of a trust type."""
    from nhs_league.questions import ranks

    asked = where(when, which, trust_type=whose)
    if mark and not plot:
        raise UsageError("--mark is for --plot.", "Name a metric with --plot.")
    if plot:
        from nhs_league.questions import distribution

        answer = distribution.distribution(open_data(common), plot, asked, mark or [])
        deliver(answer, output, common, {"plot": plot, "mark": mark, **described(when, which)})
        return
    answer = ranks.table(open_data(common), asked, order(rows), groups=groups, bootstrap=bootstrap)
    deliver(answer, output, common, {**described(when, which), "type": asked.trust_type})


def where(when: When, which: Which, *, trust_type: str | None = None) -> Where:
    """Turn the options into what the core is asked."""
    return where_of(which, quarter=when.quarter, trust_type=trust_type)


def where_of(which: Which, *, quarter: str = "latest", trust_type: str | None = None) -> Where:
    """Turn the options into what the core is asked, where they name no quarter."""
    from nhs_league.core.filters import Filters
    from nhs_league.questions.scope import Where

    filters = Filters(tuple(which.region), tuple(which.subtype), tuple(which.segment))
    return Where(quarter, trust_type or which.trust_type, filters)


def order(rows: Rows, *, unless_said: int | None = None) -> Order:
    """Turn the options into the order of the rows; 0 means all of them."""
    from nhs_league.core.order import Order

    limit = unless_said if rows.limit is None else rows.limit
    return Order(rows.sort, limit or None)


def described(when: When, which: Which) -> dict[str, object]:
    """Tell the options by their names, for formats that tell what was asked."""
    return {"quarter": when.quarter, **described_which(which)}


def described_which(which: Which) -> dict[str, object]:
    """Tell the options of which trusts by their names."""
    return {
        "type": which.trust_type,
        "region": which.region,
        "subtype": which.subtype,
        "segment": which.segment,
    }


def _order(
    metric: str,
    when: When,
    which: Which,
    output: Output,
    common: Common,
    rows: Rows,
    *,
    worst_first: bool,
) -> None:
    from nhs_league.questions import ranks

    store = open_data(common)
    arranged = order(rows, unless_said=_TEN)
    answer = ranks.worst_or_best(
        store, metric, where(when, which), arranged, worst_first=worst_first
    )
    told = {"metric": metric, **described(when, which), "limit": arranged.limit}
    deliver(answer, output, common, told)
