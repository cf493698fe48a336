"""The lists of what there is: metrics and trusts."""

from __future__ import annotations

import polars as pl

from nhs_league.core import filters, trust_types, trusts
from nhs_league.core.answers import MetricList, TrustList
from nhs_league.core.facts import spelling
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames

_ABOUT_METRICS = (
    "Use a short name, an everyday name or an ID after --metric. Where only scores are published, "
    "the unit is score: 1.00 is best, 4.00 is worst."
)
_VALUES = {
    "%": "percentages", "mins": "minutes", "count": "counts", "rate": "rates",
    "out of 10": "scores out of 10", "out of 100": "scores out of 100",
}  # fmt: skip
"""What values of a unit are called, where the unit itself is no word for them."""


def metric_list(listed: pl.DataFrame, trust_type: str | None) -> MetricList:
    """List what is measured.

    Args:
        listed: schema CATALOGUE.
        trust_type: only what this type has; ``all`` or None for all types.

    Returns:
        Schema CATALOGUE; a note for each metric whose published unit is wrong, and one on those
        that metrics.toml does not know.

    """
    if trust_type not in (None, trust_types.ALL):
        listed = listed.filter(pl.col("trust_type") == trust_type)
    notes = (_ABOUT_METRICS, *about_units(listed), *about_unknown(listed))
    return MetricList("What is measured", listed, notes=notes)


def about_units(listed: pl.DataFrame) -> list[str]:
    """Describe the true unit of each metric whose published unit is wrong.

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
    """Name the metrics that metrics.toml does not know.

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


def trust_list(frames: Frames, text: str, trust_type: str | None, narrowed: Filters) -> TrustList:
    """List trusts, all or those whose name or code contains a text.

    Args:
        frames: the tidy frames, one quarter for each trust type.
        text: part of a name or a code; empty for all.
        trust_type: only this type; ``all`` or None for all types.
        narrowed: which trusts to keep, resolved.

    Returns:
        Columns ``trusts.LISTED``, by name; a note where no name contains the text.

    """
    standings = frames.standings.filter(filters.keep(narrowed)).collect()
    if trust_type not in (None, trust_types.ALL):
        standings = standings.filter(pl.col("trust_type") == trust_type)
    listed = trusts.holding(text, standings).select(trusts.LISTED).sort("trust_name")
    if text and listed.is_empty() and not standings.is_empty():
        nothing = f'No trust\'s name has "{text}". Try fewer letters, or "nhsleague trusts" alone.'
        return TrustList("Trusts", listed, notes=(nothing,))
    return TrustList("Trusts", listed)
