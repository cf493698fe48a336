"""``changes`` and ``trend``: across quarters."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_data
from nhs_league.cli.options import Common, Output, Rows, Which
from nhs_league.cli.output import deliver
from nhs_league.cli.ranks import described_which, order, where_of
from nhs_league.errors import UsageError


def changes(
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    from_: Annotated[
        str | None,
        typer.Option("--from", help="The earlier quarter.", show_default="the one before"),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="The later quarter.", show_default="the newest")
    ] = None,
    segment_only: Annotated[
        bool, typer.Option("--segment-only", help="Only trusts whose segment changed.")
    ] = False,
    improved: Annotated[
        bool, typer.Option("--improved", help="Only trusts that did better.")
    ] = False,
    worsened: Annotated[
        bool, typer.Option("--worsened", help="Only trusts that did worse.")
    ] = False,
    revisions: Annotated[
        bool, typer.Option("--revisions", help="List figures that a later file changed instead.")
    ] = False,
) -> None:
    """What changed since last quarter, and is it real?"""
    from nhs_league.questions import across

    if improved and worsened:
        raise UsageError("--improved and --worsened leave nothing.", "Name one.")
    narrowed = segment_only or improved or worsened
    if revisions and (from_ or narrowed):
        raise UsageError(
            "--revisions lists figures, not trusts that moved.", "Leave out the other options."
        )
    store = open_data(common)
    if revisions:
        asked = where_of(which, quarter=to or "latest")
        answer = across.list_revisions(store, asked, order(rows))
        deliver(answer, output, common, {"quarter": to, **described_which(which)})
        return
    direction = "improved" if improved else "worsened" if worsened else None
    answer = across.changes(
        store,
        where_of(which),
        from_,
        to,
        order(rows),
        segment_only=segment_only,
        direction=direction,
    )
    told = {"from": from_, "to": to, "direction": direction, **described_which(which)}
    deliver(answer, output, common, {**told, "segment_only": segment_only or None})


def trend(
    trusts: Annotated[
        list[str], typer.Argument(help="Trusts by code or name.", autocompletion=completion.trusts)
    ],
    output: Output,
    common: Common,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            "-m",
            autocompletion=completion.metrics,
            help="A metric, quarter by quarter.",
        ),
    ] = None,
    area: Annotated[
        str | None, typer.Option("--area", help="The metrics of an area, quarter by quarter.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every metric, a line each.")] = False,
) -> None:
    """How did it go, quarter by quarter? Places, or a metric with its peers' median."""
    from nhs_league.questions import across

    if sum(map(bool, (metric, area, every))) > 1:
        raise UsageError("--metric, --area and --all are asked for at once.", "Name one.")
    answer = across.trend(open_data(common), trusts, metric or area, every_metric=every)
    told = {"trusts": trusts, "metric": metric, "area": area, "all": every or None}
    deliver(answer, output, common, told)
