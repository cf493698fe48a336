"""What there is: metrics and trusts."""

from __future__ import annotations

import polars as pl

from nhs_league.league import filters, metrics, trusts
from nhs_league.league.order import AS_IT_STANDS, Order, arranged
from nhs_league.league.schema import trust_types
from nhs_league.league.schema.answers import Answer
from nhs_league.questions.scope import Where, frames_of, known_type, resolved
from nhs_league.releases.store import Store

_ABOUT_METRICS = (
    "Which values are better is stated in metrics.toml, or inferred from values and ranks. "
    "Everyday names work after --metric."
)


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
