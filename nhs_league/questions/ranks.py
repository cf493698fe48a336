"""Questions of a rank: who is worst or best, and the whole table."""

from __future__ import annotations

from dataclasses import replace

from nhs_league.core import metrics, ranking
from nhs_league.core.answers import Answer
from nhs_league.core.caveats import with_caveats
from nhs_league.core.metrics import Area
from nhs_league.core.order import AS_IT_STANDS, Order, arranged
from nhs_league.questions.scope import (
    Where,
    explained,
    frames_of,
    known_type,
    one_kind,
    resolved,
    type_or_preferred,
)
from nhs_league.releases.store import Store


def worst_or_best(
    store: Store, asked: str, where: Where, order: Order = AS_IT_STANDS, *, worst_first: bool
) -> Answer:
    """Order trusts by a metric or an area that a person named."""
    frames = frames_of(store, where)
    trust_type = known_type(store, where)
    found = metrics.choose(asked, metrics.catalogue(frames.observations), trust_type)
    choices, said = one_kind(asked, found, trust_type)
    narrowed = resolved(where, frames)
    answer = ranking.rank(frames, choices, narrowed, worst_first=worst_first)
    answer = explained(replace(arranged(answer, order), chosen=said), narrowed)
    in_area = [i for choice in choices if isinstance(choice, Area) for i in choice.metric_ids]
    return with_caveats(answer, frames, metrics=in_area)


def table(
    store: Store,
    where: Where,
    order: Order = AS_IT_STANDS,
    *,
    groups: bool = False,
    bootstrap: bool = False,
) -> Answer:
    """Give the league table of a trust type; acute where none is named."""
    frames = frames_of(store, where)
    trust_type, said = type_or_preferred(store, where)
    narrowed = resolved(where, frames)
    answer = ranking.table(frames, trust_type, narrowed, groups=groups, bootstrap=bootstrap)
    answer = explained(replace(arranged(answer, order), chosen=said), narrowed)
    return with_caveats(answer, frames)
