"""What there is: metrics and trusts."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from nhs_league.core import filters, metrics, trust_types, trusts
from nhs_league.core.answers import Answer
from nhs_league.core.facts import spelling
from nhs_league.core.order import AS_IT_STANDS, Order, arranged
from nhs_league.questions.scope import Where, explained, frames_of, known_type, resolved
from nhs_league.releases.store import Store

_ABOUT_METRICS = (
    "Use a short name, an everyday name or an ID after --metric. Where only scores are published, "
    "the unit is score: 1.00 is best, 4.00 is worst."
)
_VALUES = {
    "%": "percentages", "mins": "minutes", "count": "counts", "rate": "rates",
    "out of 10": "scores out of 10", "out of 100": "scores out of 100",
}  # fmt: skip
"""What values of a unit are called, where the unit itself is no word for them."""


def list_metrics(store: Store, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """List what is measured.

    Args:
        store: the store.
        where: which quarter and trust type; without a type, all.
        order: in which order, and how many rows.

    Returns:
        Schema CATALOGUE; a note for each metric whose published unit is wrong, and one on those
        that metrics.toml does not know.

    """
    listed = metrics.catalogue(frames_of(store, where).observations)
    trust_type = known_type(store, where)
    if trust_type not in (None, trust_types.ALL):
        listed = listed.filter(pl.col("trust_type") == trust_type)
    notes = (_ABOUT_METRICS, *about_units(listed), *about_unknown(listed))
    return arranged(Answer("metrics", "What is measured", listed, notes=notes), order)


def about_units(listed: pl.DataFrame) -> list[str]:
    """Say once for each metric whose published unit is wrong what its values are.

    Args:
        listed: schema CATALOGUE.

    """
    units = listed.select("metric_id", "published_unit", "unit").drop_nulls().unique()
    return [
        f"{metric_id} is published as “{published}”; its values are {_VALUES.get(unit, unit)}."
        for metric_id, published, unit in units.sort("metric_id").iter_rows()
        if spelling(published) != spelling(unit)
    ]


def about_unknown(listed: pl.DataFrame) -> list[str]:
    """Say in one note which metrics metrics.toml does not know.

    Args:
        listed: schema CATALOGUE.

    """
    unknown = listed.filter(~pl.col("known"))["metric_id"].unique().sort()
    if unknown.is_empty():
        return []
    return [
        f"New to nhsleague: {', '.join(unknown)}. The name and unit are as published, and which "
        "values are better is inferred from their ranks."
    ]


def list_trusts(store: Store, text: str, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """List trusts, all or those whose name or code holds a text."""
    frames = frames_of(store, where)
    trust_type = known_type(store, where)
    narrowed = resolved(where, frames)
    standings = frames.standings.filter(filters.keep(narrowed)).collect()
    if trust_type not in (None, trust_types.ALL):
        standings = standings.filter(pl.col("trust_type") == trust_type)
    listed = trusts.holding(text, standings)
    answer = Answer("trusts", "Trusts", listed.select(trusts.LISTED).sort("trust_name"))
    if text and not standings.is_empty() and listed.is_empty():
        nothing = f'No trust\'s name has "{text}". Try fewer letters, or "nhsleague trusts" alone.'
        return replace(answer, notes=(nothing,))
    return explained(arranged(answer, order), narrowed)
