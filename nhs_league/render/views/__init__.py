"""Which columns a table shows for each question, in which words; the most important first.

A view is a function from an answer to columns of text; the families are those of the commands.
"""

from __future__ import annotations

from collections.abc import Callable

from nhs_league.core.answers import Answer
from nhs_league.render.blocks import Column
from nhs_league.render.views import history, keeping, ranks, reasons, trusts
from nhs_league.render.views.cells import plain

View = Callable[[Answer], list[Column]]


def columns_of(answer: Answer) -> list[Column]:
    """Give the columns of an answer's table; without a view of its own, the frame's columns."""
    view = _VIEWS.get(answer.question)
    return plain(answer.frame) if view is None else view(answer)


_VIEWS: dict[str, View] = {
    "ranking": ranks.ranking,
    "area": ranks.area,
    "table": ranks.table,
    "trusts": trusts.trusts,
    "metrics": trusts.metrics,
    "groups": trusts.groups,
    "comparison": trusts.comparison,
    "audit": reasons.audit,
    "hidden": reasons.hidden,
    "held_back": reasons.held_back,
    "whatif": reasons.whatif,
    "paths": reasons.paths,
    "neighbours": ranks.neighbours,
    "changes": history.changes,
    "revisions": history.revisions,
    "places": history.places,
    "trend": history.trend,
    "sparklines": history.sparklines,
    "distribution": ranks.distribution,
    "fetched": keeping.fetched,
    "releases": keeping.releases,
    "available": keeping.available,
    "verified": keeping.verified,
}
