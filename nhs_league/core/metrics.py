"""What is measured, read from the observations themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import InWords, MetricList
from nhs_league.core.facts import (
    facts_for,
    not_compared,
    spelling,
)
from nhs_league.core.frames import QUARTER, cast_to
from nhs_league.frozen import frozen

CATALOGUE = pl.Schema(
    {
        "quarter": QUARTER,
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "plain": pl.String,
        "why": pl.String,
        "trust_type": pl.String,
        "domain": pl.String,
        "sub_domain": pl.String,
        "unit": pl.String,
        "published_unit": pl.String,
        "period": pl.String,
        "trusts": pl.Int32,
        "scored": pl.Int32,
        "higher_is_better": pl.Boolean,
        "direction_from": pl.String,
        "everyday_names": pl.String,
        "standard": pl.Float64,
        "standard_name": pl.String,
        "standard_source": pl.String,
        "known": pl.Boolean,
    }
)
"""One row a metric, unit and trust type: ``plain`` says what it measures, ``why`` why it
matters; ``trusts`` have a value (or, for a metric without values, a score), ``scored`` have a
score; ``direction_from`` is ``stated`` (metrics.json), ``inferred`` (from values and ranks) or
null. ``known`` is false for a metric that metrics.json does not have; its short name is its
description. Where only scores are published, ``unit`` is null and lower is better."""

FEW = 5
"""Fewer trusts than these do not show a direction, nor make a metric one of their type's."""

_FACTS = (
    "short_name", "plain", "why", "everyday_names", "standard", "standard_name", "standard_source",
)  # fmt: skip


@frozen
class Metric:
    """One metric as one trust type has it; the fields are those of CATALOGUE."""

    metric_id: str
    metric: str
    short_name: str
    trust_type: str
    domain: str
    sub_domain: str
    unit: str | None
    period: str | None
    higher_is_better: bool | None
    standard: float | None

    @classmethod
    def of(cls, row: Mapping[str, Any], **changed: str) -> Metric:
        """Read a metric from a row of CATALOGUE; ``changed`` names fields that differ from it."""
        return cls(**{each.name: row[each.name] for each in fields(cls)} | changed)

    @property
    def matches(self) -> pl.Expr:
        """Whether a row's ``metric_id`` and ``unit`` are this metric's."""
        return is_metric(self.metric_id, self.unit)


@frozen
class Area:
    """Several metrics of one trust type under one name.

    Attributes:
        name: the domain or sub-domain as published, or the everyday word.
        trust_type: the trust type.
        metric_ids: its metrics.
        is_domain: whether it is one of the framework's domains, which have scores.

    """

    name: str
    trust_type: str
    metric_ids: tuple[str, ...]
    is_domain: bool


def is_metric(metric_id: str, unit: str | None) -> pl.Expr:
    """Return whether a row's ``metric_id`` and ``unit`` are these."""
    return (pl.col("metric_id") == metric_id) & pl.col("unit").eq_missing(pl.lit(unit, pl.String))


def ids(choice: Metric | Area) -> tuple[str, ...]:
    """List the IDs of a metric or of an area's metrics."""
    return (choice.metric_id,) if isinstance(choice, Metric) else choice.metric_ids


def catalogue(observations: pl.LazyFrame) -> pl.DataFrame:
    """List what is measured.

    Args:
        observations: schema OBSERVATIONS, of one quarter.

    Returns:
        Schema CATALOGUE, by trust type, domain, sub-domain and metric ID.

    """
    key = ["quarter", "trust_type", "metric_id", "unit"]
    listed = (
        observations.group_by(key)
        .agg(
            pl.col("metric", "domain", "sub_domain").drop_nulls().first(),
            period=pl.col("period").drop_nulls().mode(maintain_order=True).first(),
            published_unit=pl.col("published_unit").drop_nulls().mode(maintain_order=True).first(),
            trusts=pl.col("value").count(),
            scored=pl.col("score").count(),
            # By the order of the values, as one extreme value would hide their tendency.
            by_rank=pl.corr(pl.col("value").rank(), "rank").fill_nan(None),
            by_score=pl.corr(pl.col("value").rank(), "score").fill_nan(None),
            ranked=pl.col("rank").count(),
        )
        .with_columns(
            trusts=pl.max_horizontal("trusts", pl.when(pl.col("unit").is_null()).then("scored")),
            ranks_show=_direction("by_rank", "ranked"),
            scores_show=_direction("by_score", "scored"),
        )
        .collect()
    )
    return (
        listed.hstack(_known(listed))
        .with_columns(
            inferred=pl.coalesce("ranks_show", "scores_show"),
            # A score is better low, whatever the values that are not published.
            stated=pl.when(pl.col("unit").is_null()).then(pl.lit(value=False)).otherwise("stated"),
        )
        .with_columns(
            short_name=pl.coalesce("short_name", "metric"),
            higher_is_better=pl.coalesce("stated", "inferred"),
            direction_from=pl.when(pl.col("stated").is_not_null())
            .then(pl.lit("stated"))
            .when(pl.col("inferred").is_not_null())
            .then(pl.lit("inferred")),
        )
        .select(cast_to(CATALOGUE))
        .pipe(in_order)
    )


def in_order(listed: pl.DataFrame) -> pl.DataFrame:
    """Sort what is measured by trust type, domain, sub-domain and metric ID."""
    return listed.sort("trust_type", "domain", "sub_domain", "metric_id", "unit")


def _direction(tendency: str, count: str) -> pl.Expr:
    """Infer a direction: values that rise with rank or score (1 is best) are better low."""
    shows = (pl.col(count) >= FEW) & (pl.col(tendency).abs() > 0.5)
    return pl.when(shows).then(pl.col(tendency) < 0)


def _known(listed: pl.DataFrame) -> pl.DataFrame:
    """Return what metrics.json knows of each metric: a column a fact, null where not known."""
    facts = []
    for metric_id, metric, shown, unit in listed.select(
        "metric_id", "metric", "ranks_show", "unit"
    ).iter_rows():
        entry = facts_for(metric_id, metric, shown)
        # A standard is in the true unit: there is none for a count, nor for a score.
        standard = entry if entry and spelling(unit or "") == entry.unit else None
        facts.append(
            {
                "known": entry is not None,
                "short_name": entry and entry.short,
                "plain": entry and entry.plain,
                "why": entry and entry.why,
                "everyday_names": entry and ", ".join(entry.names),
                "stated": entry and entry.higher_is_better,
                "standard": standard and standard.standard,
                "standard_name": (standard and standard.standard_name) or None,
                "standard_source": (standard and standard.standard_source) or None,
            }
        )
    return pl.DataFrame(
        facts, schema={c: CATALOGUE.get(c, pl.Boolean) for c in ("known", *_FACTS, "stated")}
    )


def is_compared() -> pl.Expr:
    """Return whether a value is compared with its peers': not so a count where others have a rate.

    Returns:
        A Boolean expression of ``metric_id`` and ``unit``.

    """
    return ~pl.any_horizontal(is_metric(metric_id, unit) for metric_id, unit in not_compared())


_ABOUT_METRICS = (
    "You can use a short name, an everyday name or an ID in a command. Where only scores are "
    "published, the unit is score: 1.00 is best, 4.00 is worst."
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
        that metrics.json does not know.

    """
    if trust_type not in (None, trust_types.ALL):
        listed = listed.filter(pl.col("trust_type") == trust_type)
    units = map(InWords, about_units(listed))
    notes = (InWords(_ABOUT_METRICS), *units, *about_unknown(listed))
    return MetricList("What is measured", listed, notes=notes)


def about_units(listed: pl.DataFrame) -> list[str]:
    """Describe the true unit of each metric whose published unit is wrong.

    Args:
        listed: schema CATALOGUE.

    """
    units = listed.select("metric_id", "published_unit", "unit").drop_nulls().unique()
    return [
        f'{metric_id} is published as "{published}", but its values are {_VALUES.get(unit, unit)}.'
        for metric_id, published, unit in units.sort("metric_id").iter_rows()
        if spelling(published) != spelling(unit)
    ]


def about_unknown(listed: pl.DataFrame) -> list[str]:
    """Name the metrics that metrics.json does not know.

    Args:
        listed: schema CATALOGUE.

    """
    unknown = listed.filter(~pl.col("known"))["metric_id"].unique().sort()
    if unknown.is_empty():
        return []
    return [
        f"New to nhsleague: {', '.join(unknown)}. Names and units are as published. Whether high "
        "or low is better is worked out from the ranks."
    ]
