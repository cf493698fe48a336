"""What is measured, read from the observations themselves, and finding a metric by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import InWords, MetricList
from nhs_league.core.facts import (
    AreaFacts,
    MetricFacts,
    are_in,
    area_facts,
    facts_for,
    metric_facts,
    normalise,
    not_compared,
    spelling,
)
from nhs_league.core.frames import QUARTER, cast_to
from nhs_league.errors import AmbiguousError, NotFoundError
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
_METRIC_ID = re.compile(r"^of[0-3](\d{3})$")


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


def choose(typed: str, listed: pl.DataFrame, trust_type: str | None) -> tuple[Metric | Area, ...]:
    """Find what a person's word for a metric or an area means.

    Args:
        typed: a metric ID (``OF0023``, with a unit too: ``OF0048 count``), an everyday name, the
            name of a domain or sub-domain, or words of a metric's description.
        listed: schema CATALOGUE.
        trust_type: the type that was typed, ``all``, or None where the person named none.

    Returns:
        One choice for each trust type that has it, the preferred type first; with a trust type
        only that type's. One name means the same thing in each type as far as it can.

    Raises:
        NotFoundError: nothing fits, or several metrics do; it lists them.

    """
    # Skip metrics for which this trust type has no values.
    listed = listed.filter(pl.col("trusts") > 0)
    types = trust_types.in_order(set(listed["trust_type"].unique()))
    if trust_type not in (None, trust_types.ALL):
        types = [t for t in types if t == trust_type]
    for one_way in _WAYS:
        matches = [one_way(typed, _of_type(listed, t), t) for t in types]
        choices = [choice for choice in matches if choice is not None]
        if choices:
            return tuple(sorted(choices, key=lambda choice: _is_rare(choice, listed)))
    raise _not_found(typed, listed, types)


def _of_type(listed: pl.DataFrame, trust_type: str) -> pl.DataFrame:
    return listed if trust_type == trust_types.ALL else listed.filter(trust_type=trust_type)


def _is_rare(choice: Metric | Area, listed: pl.DataFrame) -> bool:
    """Return whether hardly a trust of the type has it: one acute trust has ambulance metrics."""
    of_type = _of_type(listed, choice.trust_type)
    trusts = of_type.filter(pl.col("metric_id").is_in(ids(choice)))["trusts"]
    return bool(trusts.max() < FEW)  # type: ignore[operator]


def _by_id(typed: str, listed: pl.DataFrame, trust_type: str) -> Metric | None:
    """Find a metric by the ID of its value or of its score, and by a unit after it."""
    metric_id, _, unit = re.sub(r"[ _:]+", " ", typed.strip().casefold()).partition(" ")
    rows = listed.filter(pl.col("metric_id").str.to_lowercase() == metric_id)
    if rows.is_empty() and (read := _METRIC_ID.match(metric_id)):
        rows = listed.filter(pl.col("metric_id") == f"OF0{read[1]}")
    if unit:
        rows = rows.filter(pl.col("unit").str.to_lowercase() == unit)
    return _metric(rows, trust_type)


def _by_published_name(typed: str, listed: pl.DataFrame, trust_type: str) -> Metric | Area | None:
    """Find a domain, a sub-domain or a metric by its name as published."""
    text = normalise(typed)
    for column in ("domain", "sub_domain", "metric"):
        for name in listed[column].drop_nulls().unique().sort():
            if normalise(name) == text:
                rows = listed.filter(pl.col(column) == name)
                if column == "metric":
                    return _metric(rows, trust_type)
                return _area(name, rows, trust_type, column == "domain")
    return None


def _by_everyday_name(typed: str, listed: pl.DataFrame, trust_type: str) -> Metric | Area | None:
    text = normalise(typed)
    for entry in metric_facts():
        if entry.is_called(text) and (metric := _known_metric(entry, listed, trust_type)):
            return metric
    for area in area_facts():
        if text in area.names and (known := _known_area(area, listed, trust_type)):
            return known
    return None


def _known_metric(entry: MetricFacts, listed: pl.DataFrame, trust_type: str) -> Metric | None:
    """Find the metric of an entry: that with its ID, else one that its words describe."""
    rows = listed.filter(pl.col("short_name") == entry.short)
    by_id = rows.filter(pl.col("metric_id").is_in(entry.ids))
    return _metric(rows if by_id.is_empty() else by_id, trust_type)


def _known_area(area: AreaFacts, listed: pl.DataFrame, trust_type: str) -> Metric | Area | None:
    """Find an area's domain, else its sub-domain, else its metrics; one alone is a metric."""
    for column, words in (("domain", area.domains), ("sub_domain", area.sub_domains)):
        names = listed[column].drop_nulls().unique().sort()
        for word in words:
            for name in names:
                if f" {word} " in f" {normalise(name)} ":
                    rows = listed.filter(pl.col(column) == name)
                    return _area(name, rows, trust_type, column == "domain")
    ids = {
        metric_id
        for metric_id, metric in listed.select("metric_id", "metric").iter_rows()
        if metric_id in area.ids or are_in(area.words, metric)
    }
    rows = listed.filter(pl.col("metric_id").is_in(ids))
    return _metric(rows, trust_type) if len(ids) == 1 else _area(area.title, rows, trust_type)


def _by_description(typed: str, listed: pl.DataFrame, trust_type: str) -> Metric | None:
    words = set(normalise(typed).split())
    described = [words <= set(normalise(metric).split()) for metric in listed["metric"]]
    rows = listed.filter(pl.Series(described, dtype=pl.Boolean))
    if rows["metric_id"].n_unique() > 1:
        distinct = rows.select("metric_id", "metric").unique().sort("metric_id")
        named = [f"{metric_id}  {metric}" for metric_id, metric in distinct.rows()]
        raise AmbiguousError(
            f'Several metrics match "{typed.strip()}". Use an ID, or add more words:\n  '
            + "\n  ".join(named)
        )
    return _metric(rows, trust_type) if words else None


_WAYS = (_by_id, _by_published_name, _by_everyday_name, _by_description)
"""How a typed name is understood, the surest first."""


def _metric(rows: pl.DataFrame, trust_type: str) -> Metric | None:
    """Take the one metric of some rows; of its units the one that is compared."""
    if rows.is_empty():
        return None
    row = rows.sort(
        ~is_compared(), pl.col("scored") == 0, pl.col("unit") != "rate", "metric_id",
        nulls_last=True,
    ).row(0, named=True)  # fmt: skip
    return Metric.of(row, trust_type=trust_type)


def _area(name: str, rows: pl.DataFrame, trust_type: str, is_domain: bool = False) -> Area | None:
    ids = tuple(rows["metric_id"].unique().sort())
    return Area(name, trust_type, ids, is_domain) if ids else None


def is_compared() -> pl.Expr:
    """Return whether a value is compared with its peers': not so a count where others have a rate.

    Returns:
        A Boolean expression of ``metric_id`` and ``unit``.

    """
    return ~pl.any_horizontal(is_metric(metric_id, unit) for metric_id, unit in not_compared())


def _not_found(typed: str, listed: pl.DataFrame, types: Sequence[str]) -> NotFoundError:
    """Explain that nothing measures it, where another type has it, and the nearest names."""
    text = normalise(typed)
    elsewhere = [
        other
        for other in trust_types.in_order(set(listed["trust_type"].unique()).difference(types))
        if any(one_way(typed, _of_type(listed, other), other) for one_way in _WAYS[:-1])
    ]
    if elsewhere:
        having = " and ".join(trust_types.in_words(t) for t in elsewhere)
        return NotFoundError(
            f'"{typed}" is not measured for {" or ".join(trust_types.in_words(t) for t in types)}.',
            f"It is measured for {having}: add --type {elsewhere[0]}.",
        )
    advice = 'Run "nhsleague metrics" to see what is measured.'
    for entry in metric_facts():
        if entry.is_called(text):
            meaning = "" if normalise(entry.short) == text else f" ({entry.short})"
            return NotFoundError(f'These figures do not cover "{typed}"{meaning}.', advice)
    near = _nearest(text, listed.filter(pl.col("trust_type").is_in(types)))
    nearest = f"The nearest are: {', '.join(near)}.\n" if near else ""
    return NotFoundError(f'No metric covers "{typed}".', nearest + advice)


def _nearest(text: str, listed: pl.DataFrame) -> list[str]:
    """List the short names of what is nearest to a normalised text, at most five."""
    from rapidfuzz import fuzz, process

    measured = set(listed["short_name"])
    owners: dict[str, str] = {}
    for entry in metric_facts():
        if entry.short in measured:
            for name in (entry.short, *entry.names):
                owners.setdefault(normalise(name), entry.short)
    for column in ("domain", "sub_domain"):
        for name in listed[column].drop_nulls().unique().sort():
            owners.setdefault(normalise(name), name)
    for metric in listed.filter(~pl.col("known"))["metric"].unique().sort():
        owners.setdefault(normalise(metric), metric)
    near = process.extract(text, list(owners), scorer=fuzz.WRatio, limit=20, score_cutoff=75)
    return list(dict.fromkeys(owners[name] for name, *_ in near))[:5]


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
    listed = _of_type(listed, trust_type or trust_types.ALL)
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
