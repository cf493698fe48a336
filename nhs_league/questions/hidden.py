"""What a good place hides, and a bad one."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from nhs_league.core import hidden, metrics, trust_types
from nhs_league.core.answers import Answer
from nhs_league.core.caveats import with_caveats
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames
from nhs_league.core.method.segments import Cut, cuts
from nhs_league.core.metrics import Area, Metric
from nhs_league.core.order import AS_IT_STANDS, Order, arranged
from nhs_league.core.quarters import Quarter
from nhs_league.questions.scope import (
    Where,
    frames_of,
    known_type,
    one_kind,
    resolved,
    type_or_preferred,
)
from nhs_league.releases.store import Store


def hidden_spots(
    store: Store, where: Where, order: Order = AS_IT_STANDS, asked: str | None = None
) -> Answer:
    """Find severe weak spots of trusts that are in segment 1 or 2 by their score."""
    frames = frames_of(store, where)
    narrowed = resolved(where, frames)
    if asked is None:
        trust_type, said = type_or_preferred(store, where)
        return _hidden_of(frames, trust_type, narrowed, order, said)
    asked_type = known_type(store, where)
    found = metrics.choose(asked, metrics.catalogue(frames.observations), asked_type)
    (only, *_), said = one_kind(asked, found, asked_type)
    return _hidden_of(frames, only.trust_type, narrowed, order, said, only)


def _hidden_of(
    frames: Frames,
    trust_type: str,
    narrowed: Filters,
    order: Order,
    said: tuple[str, ...],
    only: Metric | Area | None = None,
) -> Answer:
    wanted = frames if trust_type == trust_types.ALL else frames.of_type(trust_type)
    cut = _national_cuts(frames)
    answer = hidden.hidden(frames, trust_type, cut, narrowed, only)
    placed = hidden.well_placed(wanted.standings, cut, narrowed).select("trust_code").collect()
    return with_caveats(
        replace(arranged(answer, order), chosen=said),
        wanted,
        placed["trust_code"].unique().to_list(),
        metrics.ids(only) if only else (),
    )


def held_back(store: Store, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """Find trusts whose segment is worse only through the financial override."""
    frames = frames_of(store, where)
    trust_type, said = type_or_preferred(store, where)
    answer = hidden.held_back(frames, trust_type, _national_cuts(frames), resolved(where, frames))
    wanted = frames if trust_type == trust_types.ALL else frames.of_type(trust_type)
    return with_caveats(replace(arranged(answer, order), chosen=said), wanted)


def _national_cuts(frames: Frames) -> tuple[Cut, ...]:
    """Give the cuts of the newest quarter at hand; they are the same for all trust types."""
    standings = frames.standings.collect()
    newest = max(standings["quarter"].unique(), key=Quarter.parse)
    return cuts(standings.filter(pl.col("quarter") == newest))
