"""Finding what a person's words name among everything that is measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.facts import (
    AreaFacts,
    MetricFacts,
    are_in,
    area_facts,
    metric_facts,
    normalise,
    not_compared,
)
from nhs_league.core.metrics import FEW, Area, Metric, ids
from nhs_league.errors import AmbiguousError, NotFoundError

Row = Mapping[str, Any]
"""A row of CATALOGUE."""

_METRIC_ID = re.compile(r"^of[0-3](\d{3})$")
_BEGINS = 3
"""How many letters a word needs to stand for the words that it begins."""
_NAMED = ("metric_id", "metric", "short_name", "everyday_names", "domain", "sub_domain")


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
    rows = listed.filter(pl.col("trusts") > 0).to_dicts()
    measured = {
        each: [row for row in rows if row["trust_type"] == each]
        for each in trust_types.in_order({row["trust_type"] for row in rows})
    }
    types = [t for t in measured if trust_type in (None, trust_types.ALL, t)]
    for one_way in _WAYS:
        matches = [one_way(typed, measured[t], t) for t in types]
        choices = [choice for choice in matches if choice is not None]
        if choices:
            return tuple(
                sorted(choices, key=lambda choice: _is_rare(choice, measured[choice.trust_type]))
            )
    raise _not_found(typed, measured, types)


def _is_rare(choice: Metric | Area, rows: Sequence[Row]) -> bool:
    """Return whether hardly a trust of the type has it: one acute trust has ambulance metrics."""
    most: int = max(row["trusts"] for row in rows if row["metric_id"] in ids(choice))
    return most < FEW


def _by_id(typed: str, rows: Sequence[Row], trust_type: str) -> Metric | None:
    """Find a metric by the ID of its value or of its score, and by a unit after it."""
    metric_id, _, unit = re.sub(r"[ _:]+", " ", typed.strip().casefold()).partition(" ")
    having = [row for row in rows if row["metric_id"].casefold() == metric_id]
    if not having and (read := _METRIC_ID.match(metric_id)):
        having = [row for row in rows if row["metric_id"] == f"OF0{read[1]}"]
    if unit:
        having = [row for row in having if (row["unit"] or "").casefold() == unit]
    return _metric(having, trust_type)


def _by_published_name(typed: str, rows: Sequence[Row], trust_type: str) -> Metric | Area | None:
    """Find a domain, a sub-domain or a metric by its name as published."""
    text = normalise(typed)
    for column in ("domain", "sub_domain", "metric"):
        for name in _names(rows, column):
            if normalise(name) == text:
                having = [row for row in rows if row[column] == name]
                if column == "metric":
                    return _metric(having, trust_type)
                return _area(name, having, trust_type, column == "domain")
    return None


def _by_everyday_name(typed: str, rows: Sequence[Row], trust_type: str) -> Metric | Area | None:
    text = normalise(typed)
    for entry in metric_facts():
        if entry.is_called(text) and (metric := _known_metric(entry, rows, trust_type)):
            return metric
    for area in area_facts():
        if text in area.names and (known := _known_area(area, rows, trust_type)):
            return known
    return None


def _known_metric(entry: MetricFacts, rows: Sequence[Row], trust_type: str) -> Metric | None:
    """Find the metric of an entry: that with its ID, else one that its words describe."""
    having = [row for row in rows if row["short_name"] == entry.short]
    by_id = [row for row in having if row["metric_id"] in entry.ids]
    return _metric(by_id or having, trust_type)


def _known_area(area: AreaFacts, rows: Sequence[Row], trust_type: str) -> Metric | Area | None:
    """Find an area's domain, else its sub-domain, else its metrics; one alone is a metric."""
    for column, words in (("domain", area.domains), ("sub_domain", area.sub_domains)):
        for word in words:
            for name in _names(rows, column):
                if f" {word} " in f" {normalise(name)} ":
                    having = [row for row in rows if row[column] == name]
                    return _area(name, having, trust_type, column == "domain")
    having = [
        row for row in rows if row["metric_id"] in area.ids or are_in(area.words, row["metric"])
    ]
    if len({row["metric_id"] for row in having}) == 1:
        return _metric(having, trust_type)
    return _area(area.title, having, trust_type)


def _by_description(typed: str, rows: Sequence[Row], trust_type: str) -> Metric | None:
    words = set(normalise(typed).split())
    having = [row for row in rows if words <= set(normalise(row["metric"]).split())]
    if len({row["metric_id"] for row in having}) > 1:
        named = sorted({f"{row['metric_id']}  {row['metric']}" for row in having})
        raise AmbiguousError(
            f'Several metrics match "{typed.strip()}". Use an ID, or add more words:\n  '
            + "\n  ".join(named)
        )
    return _metric(having, trust_type) if words else None


_WAYS = (_by_id, _by_published_name, _by_everyday_name, _by_description)
"""How a typed name is understood, the surest first."""


def _names(rows: Iterable[Row], column: str) -> list[str]:
    return sorted({row[column] for row in rows} - {None})


def _metric(rows: Sequence[Row], trust_type: str) -> Metric | None:
    """Take the one metric of some rows; of its units the one that is compared."""

    def order(row: Row) -> tuple[bool, bool, bool, bool, str]:
        metric_id, unit = row["metric_id"], row["unit"]
        is_beside = (metric_id, unit) in not_compared()
        return is_beside, row["scored"] == 0, unit is None, unit != "rate", metric_id

    return Metric.of(min(rows, key=order), trust_type=trust_type) if rows else None


def _area(name: str, rows: Iterable[Row], trust_type: str, is_domain: bool = False) -> Area | None:
    ids = tuple(_names(rows, "metric_id"))
    return Area(name, trust_type, ids, is_domain) if ids else None


def _not_found(
    typed: str, measured: Mapping[str, Sequence[Row]], types: Sequence[str]
) -> NotFoundError:
    """Explain that nothing measures it, where another type has it, and the nearest names."""
    text = normalise(typed)
    elsewhere = [
        other
        for other, rows in measured.items()
        if other not in types and any(one_way(typed, rows, other) for one_way in _WAYS[:-1])
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
    near = _nearest(text, [row for each in types for row in measured[each]])
    nearest = f"The nearest are: {', '.join(near)}.\n" if near else ""
    return NotFoundError(f'No metric covers "{typed}".', nearest + advice)


def _nearest(text: str, rows: Sequence[Row]) -> list[str]:
    """List the short names of what is nearest to a normalised text, at most five."""
    from rapidfuzz import fuzz, process

    measured = set(_names(rows, "short_name"))
    owners: dict[str, str] = {}
    for entry in metric_facts():
        if entry.short in measured:
            for name in (entry.short, *entry.names):
                owners.setdefault(normalise(name), entry.short)
    unknown = _names((row for row in rows if not row["known"]), "metric")
    for name in (*_names(rows, "domain"), *_names(rows, "sub_domain"), *unknown):
        owners.setdefault(normalise(name), name)
    near = process.extract(text, list(owners), scorer=fuzz.WRatio, limit=20, score_cutoff=75)
    return list(dict.fromkeys(owners[name] for name, *_ in near))[:5]


def holding(text: str, listed: pl.DataFrame, trust_type: str | None) -> pl.DataFrame:
    """Keep the metrics that a text names: as ``worst`` understands it, or by beginnings of words.

    Args:
        text: a metric, an area or part of their names; empty keeps all.
        listed: schema CATALOGUE.
        trust_type: only what this type has; ``all`` or None for all types.

    Raises:
        NotFoundError: there are none.

    """
    if not text.strip():
        return listed
    words = normalise(text).split()
    names = listed.select(pl.concat_str(_NAMED, separator=" ", ignore_nulls=True)).to_series()
    begun = [bool(words) and _begins(normalise(name).split(), words) for name in names]
    try:
        choices = choose(text, listed, trust_type)
    except NotFoundError:
        if not any(begun):
            raise
        choices = ()
    chosen = {(choice.trust_type, metric_id) for choice in choices for metric_id in ids(choice)}
    keys = listed.select("trust_type", "metric_id").iter_rows()
    is_named = [key in chosen or fits for key, fits in zip(keys, begun, strict=True)]
    return listed.filter(pl.Series(is_named, dtype=pl.Boolean))


def _begins(name: list[str], words: list[str]) -> bool:
    """Return whether each word is a name's, or begins one of its words if it is long enough."""
    return all(
        word in name or (len(word) >= _BEGINS and any(part.startswith(word) for part in name))
        for word in words
    )
