"""Questions about many trusts: rankings, tables, groups, what places hide, what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from nhs_league.errors import UsageError
from nhs_league.league import audit, comparison, filters, hidden, metrics, ranking, trusts
from nhs_league.league import distribution as spread
from nhs_league.league.comparison import By
from nhs_league.league.metrics import Area
from nhs_league.league.order import Order, arranged
from nhs_league.league.revisions import told_once
from nhs_league.league.schema import trust_types
from nhs_league.league.schema.answers import Answer
from nhs_league.questions.scope import (
    Where,
    find_trust,
    frames_of,
    known_type,
    national_cuts,
    one_kind,
    resolved,
    type_or_preferred,
)
from nhs_league.releases.store import Store

AS_IT_STANDS = Order()
_ABOUT_METRICS = (
    "Which values are better is stated in metrics.toml, or inferred from values and ranks. "
    "Everyday names work after --metric."
)


def worst_or_best(
    store: Store, asked: str, where: Where, order: Order = AS_IT_STANDS, *, worst_first: bool
) -> Answer:
    """Order trusts by a metric or an area that a person named."""
    frames = frames_of(store, where)
    trust_type = known_type(store, where)
    found = metrics.choose(asked, metrics.catalogue(frames.observations), trust_type)
    choices, said = one_kind(asked, found, trust_type)
    answer = ranking.rank(frames, choices, resolved(where, frames), worst_first=worst_first)
    return told_once(replace(arranged(answer, order), chosen=said), frames)


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
    answer = ranking.table(
        frames, trust_type, resolved(where, frames), groups=groups, bootstrap=bootstrap
    )
    return told_once(replace(arranged(answer, order), chosen=said), frames)


def distribution(store: Store, asked: str, where: Where, marked: Sequence[str] = ()) -> Answer:
    """Show how a metric's values are spread, with some trusts marked."""
    frames = frames_of(store, where)
    trust_type = known_type(store, where)
    found = metrics.choose(asked, metrics.catalogue(frames.observations), trust_type)
    (choice, *_), said = one_kind(asked, found, trust_type)
    if isinstance(choice, Area):
        raise UsageError(
            f"“{asked}” is an area; a distribution is of one metric.",
            f"Name one of its metrics: {', '.join(choice.metric_ids)}.",
        )
    trusts_marked = [find_trust(store, one, where.quarter)[1] for one in marked]
    codes = [trust.code for trust in trusts_marked]
    answer = spread.distribution(frames, choice, resolved(where, frames), codes)
    return replace(answer, chosen=(*said, *(t.said for t in trusts_marked if t.said)))


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
        return replace(arranged(answer, order), chosen=said)
    trust_type_asked = known_type(store, where)
    if trust_type_asked == trust_types.ALL or by is By.TYPE:
        raise UsageError(
            "Trust types are not mixed in a comparison by a metric.",
            "Name one with --type, or leave out --metric.",
        )
    found = metrics.choose(asked, metrics.catalogue(frames.observations), trust_type_asked)
    (choice,), said = one_kind(asked, found, trust_type_asked)
    answer = comparison.groups(frames, by, choice, choice.trust_type, narrowed)
    return replace(arranged(answer, order), chosen=said)


def hidden_spots(
    store: Store, where: Where, order: Order = AS_IT_STANDS, asked: str | None = None
) -> Answer:
    """Find severe weak spots of trusts that are in segment 1 or 2 by their score."""
    frames = frames_of(store, where)
    narrowed = resolved(where, frames)
    if asked is None:
        trust_type, said = type_or_preferred(store, where)
        answer = hidden.hidden(frames, trust_type, national_cuts(frames), narrowed)
        return replace(arranged(answer, order), chosen=said)
    asked_type = known_type(store, where)
    found = metrics.choose(asked, metrics.catalogue(frames.observations), asked_type)
    (only, *_), said = one_kind(asked, found, asked_type)
    answer = hidden.hidden(frames, only.trust_type, national_cuts(frames), narrowed, only)
    return replace(arranged(answer, order), chosen=said)


def held_back(store: Store, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """Find trusts whose segment is worse only through the financial override."""
    frames = frames_of(store, where)
    trust_type, said = type_or_preferred(store, where)
    answer = hidden.held_back(frames, trust_type, national_cuts(frames), resolved(where, frames))
    return replace(arranged(answer, order), chosen=said)


def list_metrics(store: Store, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """List what is measured."""
    listed = metrics.catalogue(frames_of(store, where).observations)
    trust_type = known_type(store, where)
    if trust_type not in (None, trust_types.ALL):
        listed = listed.filter(pl.col("trust_type") == trust_type)
    return arranged(Answer("metrics", "What is measured", listed, notes=(_ABOUT_METRICS,)), order)


def list_trusts(store: Store, text: str, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """List trusts, all or those whose name or code holds a text."""
    frames = frames_of(store, where)
    trust_type = known_type(store, where)
    standings = frames.standings.filter(filters.keep(resolved(where, frames))).collect()
    if trust_type not in (None, trust_types.ALL):
        standings = standings.filter(pl.col("trust_type") == trust_type)
    listed = trusts.holding(text, standings)
    answer = Answer("trusts", "Trusts", listed.select(trusts.LISTED).sort("trust_name"))
    return arranged(answer, order)


def audit_release(store: Store, quarter: str) -> Answer:
    """Recompute a release and compare."""
    return audit.audit(frames_of(store, Where(quarter)))
