"""Trusts, or groups of trusts, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nhs_league.core import comparison, metrics, similar, trust_types
from nhs_league.core.answers import Answer
from nhs_league.core.caveats import with_caveats
from nhs_league.core.comparison import By
from nhs_league.core.order import AS_IT_STANDS, Order, arranged
from nhs_league.errors import NotFoundError, UsageError
from nhs_league.questions.one_trust import find_trust, one_trust
from nhs_league.questions.scope import (
    Where,
    frames_of,
    known_type,
    one_kind,
    resolved,
    type_or_preferred,
)
from nhs_league.releases.store import Store


def compare(store: Store, asked: Sequence[str], quarter: str) -> Answer:
    """Put trusts side by side."""
    found = [find_trust(store, one, quarter) for one in asked]
    codes = list(dict.fromkeys(trust.code for _, trust in found))
    if len(codes) < 2:
        raise UsageError(
            "A comparison needs two different trusts.", "Name another, or use show for one."
        )
    frames = frames_of(store, Where(quarter))
    there = set(frames.standings.select("trust_code").collect()["trust_code"])
    if gone := [trust.name for _, trust in found if trust.code not in there]:
        raise NotFoundError(
            f"Not in the newest quarter: {', '.join(gone)}.", "Name an earlier --quarter."
        )
    answer = comparison.side_by_side(frames, codes)
    chosen = (*(trust.said for _, trust in found if trust.said), *answer.chosen)
    return with_caveats(replace(answer, chosen=chosen), frames, codes)


def compare_with_peers(store: Store, asked: str, quarter: str) -> Answer:
    """Put a trust beside the trusts most like it."""
    one = one_trust(store, asked, quarter)
    codes = [one.code, *similar.similar_trusts(one.frames, one.code)["trust_code"]]
    answer = comparison.side_by_side(one.frames, codes)
    return with_caveats(replace(answer, chosen=(*one.said, *answer.chosen)), one.frames, codes)


def compare_groups(
    store: Store, by: By, asked: str | None, where: Where, order: Order = AS_IT_STANDS
) -> Answer:
    """Put groups of trusts side by side, by average score or by a metric or area."""
    frames = frames_of(store, where)
    narrowed = resolved(where, frames)
    if asked is None:
        wanted = (
            where
            if by is not By.TYPE or where.trust_type
            else replace(where, trust_type=trust_types.ALL)
        )
        trust_type, said = type_or_preferred(store, wanted)
        answer = comparison.groups(frames, by, None, trust_type, narrowed)
        return with_caveats(replace(arranged(answer, order), chosen=said), frames)
    trust_type_asked = known_type(store, where)
    if trust_type_asked == trust_types.ALL or by is By.TYPE:
        raise UsageError(
            "Trust types are not mixed in a comparison by a metric.",
            "Name one with --type, or leave out --metric.",
        )
    found = metrics.choose(asked, metrics.catalogue(frames.observations), trust_type_asked)
    (choice,), said = one_kind(asked, found, trust_type_asked)
    answer = comparison.groups(frames, by, choice, choice.trust_type, narrowed)
    answer = replace(arranged(answer, order), chosen=said)
    return with_caveats(answer, frames, metrics=metrics.ids(choice))
