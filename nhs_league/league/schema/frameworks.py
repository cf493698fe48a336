"""Framework years as data: what each year's metric IDs and domains are (frameworks.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any


class RowKind(Enum):
    """What a row of a metric file is; the values are the keys of ``[framework.rows]``."""

    VALUE = "value"
    SCORE = "score"
    DOMAIN_SCORE = "domain_score"
    DOMAIN_SEGMENT = "domain_segment"
    ADJUSTED_SEGMENT = "adjusted_segment"
    AVERAGE_SCORE = "average_score"
    UNADJUSTED_SEGMENT = "unadjusted_segment"
    OVERRIDE = "override"
    FINAL_SEGMENT = "final_segment"
    SUPPORT_PROGRAMME = "support_programme"


@dataclass(frozen=True)
class Domain:
    """A domain of a framework year.

    Attributes:
        id: the last two digits of its score's ID.
        name: as published.
        same_as: the domain of an earlier year that it continues; empty where none is known.

    """

    id: str
    name: str
    same_as: str


@dataclass(frozen=True)
class Framework:
    """One framework year.

    Attributes:
        year: the financial year, ``2025/26``.
        source: where the entry comes from.
        rows: for each kind of row the form of its metric ID, ``n`` for a digit (``OF1nnn``).
        domains: the domains.

    """

    year: str
    source: str
    rows: dict[RowKind, str]
    domains: tuple[Domain, ...]

    def kind(self, metric_id: str) -> RowKind | None:
        """Return what a metric ID is in this year; None where it is none of its kinds."""
        return next((k for k, form in self.rows.items() if _pattern(form).match(metric_id)), None)


@dataclass(frozen=True)
class Classified:
    """What the metric IDs of a file are.

    Attributes:
        kinds: metric ID -> its kind; IDs that are not understood are absent.
        metric_ids: metric ID of a value or a score -> the ID of its metric, ``OF0nnn``; the score's
            own ID where that number's values are of another metric.
        by_description: whether the year's scheme is unknown and descriptions decided.

    """

    kinds: dict[str, RowKind]
    metric_ids: dict[str, str]
    by_description: bool


def classify(year: str, descriptions: Mapping[str, str]) -> Classified:
    """Find out what the metric IDs of a framework year are, from the IDs and their descriptions.

    Args:
        year: the financial year, ``2025/26``.
        descriptions: metric ID -> its description, all IDs of a file.

    """
    scheme = framework(year)
    kinds: dict[str, RowKind] = {}
    strange: dict[str, str] = {}
    for metric_id, description in descriptions.items():
        by_id = scheme.kind(metric_id) if scheme else None
        by_words = _kind_in_words(description)
        if by_id is not None and by_words in (None, by_id):
            kinds[metric_id] = by_id
        elif by_id is None and by_words is not None:
            kinds[metric_id] = by_words
        elif by_id is None:
            strange[metric_id] = description
    values = {i: d for i, d in descriptions.items() if _pattern(_VALUE_FORM).match(i)}
    kinds |= dict.fromkeys(strange.keys() & values.keys(), RowKind.VALUE)
    if RowKind.SCORE not in kinds.values():
        scores = _scores_of(strange.keys() - values.keys(), values, descriptions)
        kinds |= dict.fromkeys(scores, RowKind.SCORE)
    metric_ids = {
        metric_id: _metric_of(metric_id, description, values)
        for metric_id, description in descriptions.items()
        if kinds.get(metric_id) in (RowKind.VALUE, RowKind.SCORE)
    }
    return Classified(kinds, metric_ids, by_description=scheme is None)


@cache
def frameworks() -> tuple[Framework, ...]:
    """Read the framework years, oldest first."""
    return tuple(_framework(entry) for entry in _data()["framework"])


def framework(year: str) -> Framework | None:
    """Return the framework of a financial year such as ``2025/26``; None where it is not known."""
    return next((each for each in frameworks() if each.year == year), None)


_VALUE_FORM = "OF0nnn"
_SAME_WORDS = 0.7
"""The share of the shorter description's words that a value's and its score's have in common."""


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("frameworks.toml").read_text("utf-8"))


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Turn ``OF0nnn`` into a pattern; a metric's number may have a fourth digit or a letter."""
    digits = form.replace("nnn", "[0-9]{3,4}[A-Z]?").replace("nn", "[0-9]{2}")
    return re.compile(f"^{digits}$")


def _kind_in_words(description: str) -> RowKind | None:
    text = " ".join(description.casefold().split())
    for kind, words in _data()["descriptions"].items():
        if text == words.casefold() or (kind.startswith("domain_") and text.endswith(f" {words}")):
            return RowKind(kind)
    return None


def _scores_of(
    strange: set[str], values: Mapping[str, str], descriptions: Mapping[str, str]
) -> set[str]:
    """Find the score rows of an unknown scheme: IDs that repeat a value's description."""
    like_a_value = {
        metric_id[:3]
        for metric_id in strange
        if _are_alike(descriptions[metric_id], values.get(f"OF0{metric_id[3:]}", ""))
    }
    known = {each.rows[RowKind.SCORE][:3] for each in frameworks()}
    prefixes = like_a_value or known
    return {i for i in strange if i[:3] in prefixes and _pattern(f"{i[:3]}nnn").match(i)}


def _metric_of(metric_id: str, description: str, values: Mapping[str, str]) -> str:
    value_id = f"OF0{metric_id[3:]}"
    other = values.get(value_id)
    return value_id if other is None or _are_alike(description, other) else metric_id


def _are_alike(one: str, other: str) -> bool:
    words, other_words = (set(re.findall(r"[a-z0-9]+", t.casefold())) for t in (one, other))
    fewest = min(len(words), len(other_words))
    return bool(fewest) and len(words & other_words) >= _SAME_WORDS * fewest


def _framework(entry: dict[str, Any]) -> Framework:
    return Framework(
        year=entry["year"],
        source=entry["source"],
        rows={RowKind(kind): form for kind, form in entry["rows"].items()},
        domains=tuple(
            Domain(each["id"], each["name"], each.get("same_as", "")) for each in entry["domain"]
        ),
    )
