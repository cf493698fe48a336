"""What is measured, read from the observations themselves, and finding a metric by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from nhs_league.errors import NotFoundError
from nhs_league.league.knowledge import AreaKnowledge, about, knowledge, normalise
from nhs_league.league.schema import trust_types
from nhs_league.league.schema.frames import QUARTER

CATALOGUE = pl.Schema(
    {
        "quarter": QUARTER,
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "trust_type": pl.String,
        "domain": pl.String,
        "sub_domain": pl.String,
        "unit": pl.String,
        "period": pl.String,
        "trusts": pl.Int32,
        "scored": pl.Int32,
        "higher_is_better": pl.Boolean,
        "direction_from": pl.String,
        "everyday_names": pl.String,
        "standard": pl.Float64,
        "standard_name": pl.String,
        "standard_source": pl.String,
    }
)
"""One row a metric, unit and trust type: ``trusts`` have a value (or, for a metric without values,
a score), ``scored`` have a score; ``direction_from`` is ``stated`` (metrics.toml), ``inferred``
(from values and ranks) or null."""

_MIN_TO_INFER = 5
_METRIC_ID = re.compile(r"^of[01](\d{3})(?:[ _:]+(.+))?$")


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Area:
    """Several metrics of one trust type under one name.

    Attributes:
        name: the domain or sub-domain as published, or the everyday word.
        trust_type: the trust type.
        metric_ids: its metrics.
        is_domain: whether it is one of the framework's domains, with scores of its own.

    """

    name: str
    trust_type: str
    metric_ids: tuple[str, ...]
    is_domain: bool


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
            trusts=pl.col("value").count(),
            scored=pl.col("score").count(),
            by_rank=pl.corr("value", "rank"),
            by_score=pl.corr("value", "score"),
            ranked=pl.col("rank").count(),
        )
        .with_columns(
            trusts=pl.max_horizontal("trusts", pl.when(pl.col("unit").is_null()).then("scored"))
        )
        .collect()
    )
    known = [about(i, m) for i, m in listed.select("metric_id", "metric").iter_rows()]
    stated = pl.Series([k and k.higher_is_better for k in known], dtype=pl.Boolean)
    inferred = _inferred_direction()
    return (
        listed.with_columns(
            short_name=pl.Series([k.short if k else None for k in known], dtype=pl.String),
            everyday_names=pl.Series(
                [", ".join(k.names) if k else None for k in known], dtype=pl.String
            ),
            standard=pl.Series([k and k.standard for k in known], dtype=pl.Float64),
            standard_name=pl.Series(
                [(k and k.standard_name) or None for k in known], dtype=pl.String
            ),
            standard_source=pl.Series(
                [(k and k.standard_source) or None for k in known], dtype=pl.String
            ),
            higher_is_better=pl.coalesce(stated, inferred),
            direction_from=pl.when(stated.is_not_null())
            .then(pl.lit("stated"))
            .when(inferred.is_not_null())
            .then(pl.lit("inferred")),
        )
        .with_columns(short_name=pl.coalesce("short_name", "metric"))
        .select(pl.col(c).cast(t) for c, t in CATALOGUE.items())
        .sort("trust_type", "domain", "sub_domain", "metric_id", "unit")
    )


def _inferred_direction() -> pl.Expr:
    """Infer a direction: values that rise with rank or score (1 is best) are better low."""
    tendency = pl.coalesce(pl.col("by_rank").fill_nan(None), pl.col("by_score").fill_nan(None))
    enough = (pl.max_horizontal("ranked", "scored") >= _MIN_TO_INFER) & (tendency.abs() > 0.5)
    return pl.when(enough).then(tendency < 0)


def choose(asked: str, listed: pl.DataFrame, trust_type: str | None) -> tuple[Metric | Area, ...]:
    """Find what a person's word for a metric or an area means.

    Args:
        asked: a metric ID (``OF0023``, with a unit too: ``OF0048 count``), an everyday name, the
            name of a domain or sub-domain, or words of a metric's description.
        listed: schema CATALOGUE.
        trust_type: the type that was asked for, ``all``, or None where the person named none.

    Returns:
        One choice for each trust type that has it, the preferred type first; with a trust type
        only that type's. One name means the same thing in each type as far as it can.

    Raises:
        NotFoundError: nothing fits, or several metrics do; it lists them.

    """
    # A metric of which a type has only blanks is not measured there.
    listed = listed.filter(pl.col("trusts") > 0)
    types = trust_types.in_order(set(listed["trust_type"].unique()))
    if trust_type not in (None, trust_types.ALL):
        types = [t for t in types if t == trust_type]
    text = normalise(asked)
    for one_way in (_by_id, _by_everyday_name, _by_area, _by_description):
        found = [one_way(asked if one_way is _by_id else text, _of(listed, t), t) for t in types]
        chosen = tuple(choice for choice in found if choice is not None)
        if chosen:
            return chosen
    raise _not_found(asked, text, listed, types)


def _of(listed: pl.DataFrame, trust_type: str) -> pl.DataFrame:
    return listed.filter(pl.col("trust_type") == trust_type)


def _by_id(asked: str, listed: pl.DataFrame, trust_type: str) -> Metric | None:
    read = _METRIC_ID.match(asked.strip().casefold())
    if read is None:
        return None
    rows = listed.filter(pl.col("metric_id") == f"OF0{read[1]}")
    if read[2]:
        rows = rows.filter(pl.col("unit").str.to_lowercase() == read[2])
    return _metric(rows, trust_type)


def _by_everyday_name(text: str, listed: pl.DataFrame, trust_type: str) -> Metric | Area | None:
    for entry in knowledge().metrics:
        if entry.is_called(text):
            ids = [
                i
                for i, m in listed.select("metric_id", "metric").iter_rows()
                if about(i, m) is entry
            ]
            if ids:
                return _metric(listed.filter(pl.col("metric_id").is_in(ids)), trust_type)
    for area in knowledge().areas:
        if text in area.names and (found := _known_area(area, listed, trust_type)):
            return found
    return None


def _known_area(area: AreaKnowledge, listed: pl.DataFrame, trust_type: str) -> Area | None:
    for column, word in (("domain", area.domain), ("sub_domain", area.sub_domain)):
        for name in listed[column].drop_nulls().unique().sort() if word else ():
            if word in normalise(name):
                return _area(
                    name, listed.filter(pl.col(column) == name), trust_type, column == "domain"
                )
    ids = {
        i
        for i, m in listed.select("metric_id", "metric").iter_rows()
        if any(words <= frozenset(normalise(m).split()) for words in area.words)
    }
    return _area(area.title, listed.filter(pl.col("metric_id").is_in(ids)), trust_type)


def _by_area(text: str, listed: pl.DataFrame, trust_type: str) -> Area | None:
    for column in ("domain", "sub_domain"):
        names = listed[column].drop_nulls().unique().sort()
        for name in names:
            if normalise(name) == text:
                return _area(
                    name, listed.filter(pl.col(column) == name), trust_type, column == "domain"
                )
    return None


def _by_description(text: str, listed: pl.DataFrame, trust_type: str) -> Metric | None:
    asked = set(text.split())
    rows = _described(asked, listed)
    if rows["metric_id"].n_unique() > 1:
        named = [
            f"{i}  {m}"
            for i, m in rows.select("metric_id", "metric").unique().sort("metric_id").rows()
        ]
        raise NotFoundError(
            f"“{text}” may mean several metrics:\n  " + "\n  ".join(named),
            "Name one by its ID, or use more of its words.",
        )
    return _metric(rows, trust_type) if asked else None


def _described(asked: set[str], listed: pl.DataFrame) -> pl.DataFrame:
    fits = [asked <= set(normalise(m).split()) for m in listed["metric"]]
    return listed.filter(pl.Series(fits, dtype=pl.Boolean))


def _metric(rows: pl.DataFrame, trust_type: str) -> Metric | None:
    """Take the one metric of some rows; of its units the scored one, else the rate."""
    if rows.is_empty():
        return None
    row = rows.sort(
        pl.col("scored") == 0, pl.col("unit") != "rate", "metric_id", nulls_last=True
    ).row(0, named=True)
    fields = (
        "metric_id",
        "metric",
        "short_name",
        "domain",
        "sub_domain",
        "unit",
        "period",
        "higher_is_better",
    )
    return Metric(trust_type=trust_type, **{f: row[f] for f in fields})


def _area(name: str, rows: pl.DataFrame, trust_type: str, is_domain: bool = False) -> Area | None:
    ids = tuple(rows["metric_id"].unique().sort())
    return Area(name, trust_type, ids, is_domain) if ids else None


def _not_found(asked: str, text: str, listed: pl.DataFrame, types: Sequence[str]) -> NotFoundError:
    """Suggest the nearest names, and say where another trust type has what was asked for."""
    from rapidfuzz import fuzz, process

    elsewhere = [
        other
        for other in trust_types.in_order(set(listed["trust_type"].unique()).difference(types))
        if _by_id(asked, _of(listed, other), other)
        or _by_everyday_name(text, _of(listed, other), other)
    ]
    if elsewhere:
        having = " and ".join(trust_types.in_words(t) for t in elsewhere)
        return NotFoundError(
            f"“{asked}” is not measured for {' or '.join(trust_types.in_words(t) for t in types)}.",
            f"It is for {having}: add --type {elsewhere[0]}.",
        )
    names = {normalise(name) for entry in knowledge().metrics for name in entry.names}
    names.update(name for area in knowledge().areas for name in area.names)
    names.update(normalise(m) for m in listed["metric"].unique())
    near = process.extract(text, names, scorer=fuzz.WRatio, limit=3, score_cutoff=60)
    meant = f"Did you mean {', '.join(f'“{name}”' for name, *_ in near)}? " if near else ""
    return NotFoundError(
        f"No metric is called “{asked}”.", f"{meant}nhsleague metrics lists them all."
    )
