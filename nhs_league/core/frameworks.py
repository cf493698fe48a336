"""Framework years as data: each year's metric IDs, domains and method (frameworks.json)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import Enum, StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

from nhs_league.core import packaged
from nhs_league.frozen import frozen


class RowKind(Enum):
    """What a row of a metric file is; the values are the keys of its ``rows``."""

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


@frozen
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


class Over(StrEnum):
    """The trusts among which a metric is ranked for its score."""

    TYPE = "type"
    ALL = "all"


class RuleKind(StrEnum):
    """The kinds of rule by which a metric is scored; frameworks.json says what each means."""

    RANK = "rank"
    STANDARD = "standard"
    FLOOR = "floor"
    STANDARD_AND_FLOOR = "standard and floor"
    BANDS = "bands"
    PAIR = "pair"
    UNPUBLISHED = "unpublished"
    UNKNOWN = "unknown"


class CutKind(StrEnum):
    """How the cuts between segments are set."""

    QUARTILES = "quartiles"
    FIXED = "fixed"


@frozen
class Threshold:
    """The value that a standard or a floor asks for.

    Attributes:
        at: the value, in the metric's unit.
        higher_is_better: whether ``at`` is the least that is asked for, or the most.
        missed: the nearest value seen to miss it; ``at`` itself where none is recorded.
        reached: the nearest value seen to reach it; ``at`` itself where none is recorded.

    """

    at: float
    higher_is_better: bool
    missed: float
    reached: float


@frozen
class ScoringRule:
    """How the scores of one or more metrics come about.

    Attributes:
        metrics: the last three digits of their IDs.
        kind: the kind of rule.
        over: among which trusts they are ranked; no matter where ``kind`` does not rank.
        standard: what the standard asks for; None where there is none.
        floor: what it takes not to miss the floor; None where there is none.
        edges: for each step between bands the nearest values seen, (worse side, better side).
        parts: the two metrics whose scores a pair rule looks up.
        table: (first part's score, second part's score) -> score.
        source: where the rule comes from.

    """

    metrics: tuple[str, ...]
    kind: RuleKind
    over: Over
    standard: Threshold | None = None
    floor: Threshold | None = None
    edges: tuple[tuple[float, float], ...] = ()
    parts: tuple[str, ...] = ()
    table: Mapping[tuple[int, int], int] = field(default_factory=dict)
    source: str = ""


@frozen
class StandIn:
    """A score that counts in the averages instead of others.

    Attributes:
        score: the last three digits of the metric that counts.
        instead_of: those of the metrics that do not, where it is present.

    """

    score: str
    instead_of: tuple[str, ...]


@frozen
class Override:
    """The financial override.

    Attributes:
        segment: the best segment that it allows.
        metrics: the last three digits of the metrics of which none may be below 0.

    """

    segment: int
    metrics: tuple[str, ...]


@frozen
class Method:
    """How a framework year turns metric scores into places.

    Attributes:
        cuts: how the cuts between segments are set.
        override: the financial override.
        order: by which columns of the standings the league table is ordered, first to last.
        stand_ins: scores that count instead of others.
        weights: how much a metric counts, by its last three digits; a metric not listed counts 1.
        rules: how metrics are scored.

    """

    cuts: CutKind
    override: Override
    order: tuple[str, ...]
    stand_ins: tuple[StandIn, ...]
    weights: Mapping[str, Fraction]
    rules: tuple[ScoringRule, ...]


@frozen
class Framework:
    """One framework year.

    Attributes:
        year: the financial year, ``2025/26``.
        source: where the entry comes from.
        rows: for each kind of row the form of its metric ID, ``n`` for a digit (``OF1nnn``).
        domains: the domains.
        method: how scores become places.

    """

    year: str
    source: str
    rows: dict[RowKind, str]
    domains: tuple[Domain, ...]
    method: Method

    def kind(self, metric_id: str) -> RowKind | None:
        """Return what a metric ID is in this year; None where it is none of its kinds."""
        return next((k for k, form in self.rows.items() if _pattern(form).match(metric_id)), None)


@frozen
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
    return read_frameworks(packaged.read(FILE)["frameworks"])


def read_frameworks(entries: Sequence[dict[str, Any]]) -> tuple[Framework, ...]:
    """Read the entries of framework years.

    Args:
        entries: as the list ``frameworks`` in frameworks.json has them.

    Raises:
        ValueError: an entry has the same method as a year that is not listed, or as itself by way
            of others.

    """
    by_year = {entry["year"]: entry for entry in entries}
    return tuple(_framework(_whole(entry, by_year)) for entry in entries)


def framework(year: str) -> Framework | None:
    """Return the framework of a financial year such as ``2025/26``; None where it is not known."""
    return next((each for each in frameworks() if each.year == year), None)


FILE = "frameworks.json"
_VALUE_FORM = "OF0nnn"
_SAME_WORDS = 0.7
"""The share of the shorter description's words that a value's and its score's have in common."""


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Turn ``OF0nnn`` into a pattern; a metric's number may have a fourth digit or a letter."""
    digits = form.replace("nnn", "[0-9]{3,4}[A-Z]?").replace("nn", "[0-9]{2}")
    return re.compile(f"^{digits}$")


def _kind_in_words(description: str) -> RowKind | None:
    text = " ".join(description.casefold().split())
    for kind, words in packaged.read(FILE)["descriptions"].items():
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
    is_same = not other or not description or _are_alike(description, other)
    return value_id if is_same else metric_id


def _are_alike(one: str, other: str) -> bool:
    words, other_words = (set(re.findall(r"[a-z0-9]+", t.casefold())) for t in (one, other))
    fewest = min(len(words), len(other_words))
    return bool(fewest) and len(words & other_words) >= _SAME_WORDS * fewest


def nearest_framework(year: str) -> Framework:
    """Return the framework of a financial year, else the latest before it, else the earliest."""
    earlier = [each for each in frameworks() if each.year <= year]
    return earlier[-1] if earlier else frameworks()[0]


def method_of(quarter: str) -> Method:
    """Return the method of a quarter's framework year, else of the nearest year that is known."""
    return nearest_framework(quarter[3:]).method


def _whole(entry: dict[str, Any], by_year: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Add to an entry what it lacks and shares with the year of ``same_method_as``, if it has one.

    Where that year's entry shares another's, what that lacks follows from there.
    """
    years = [entry["year"]]
    whole = entry
    while (year := by_year[years[-1]].get("same_method_as")) is not None:
        at = f"{FILE}, {years[-1]}: same_method_as is {year}"
        if year not in by_year:
            raise ValueError(f"{at}, which is not listed. Listed: {', '.join(by_year)}.")
        if year in years:
            raise ValueError(f"{at}, which leads back to itself: {', '.join([*years, year])}.")
        years.append(year)
        whole = {**by_year[year], **whole}
    return {**whole, "source": entry["source"]}


def _framework(entry: dict[str, Any]) -> Framework:
    return Framework(
        year=entry["year"],
        source=entry["source"],
        rows={RowKind(kind): form for kind, form in entry["rows"].items()},
        domains=tuple(
            Domain(each["id"], each["name"], each.get("same_as", "")) for each in entry["domains"]
        ),
        method=_method(entry),
    )


def _method(entry: dict[str, Any]) -> Method:
    override = entry["override"]
    return Method(
        cuts=CutKind(entry["cuts"]["kind"]),
        override=Override(override["segment"], tuple(override["metrics"])),
        order=tuple(entry["order"]["by"]),
        stand_ins=tuple(
            StandIn(each["score"], tuple(each["for"])) for each in entry.get("stand_ins", ())
        ),
        weights={
            metric: Fraction(each["weight"])
            for each in entry.get("weights", ())
            for metric in each["metrics"]
        },
        rules=tuple(_rule(each) for each in entry["rules"]),
    )


def _rule(entry: dict[str, Any]) -> ScoringRule:
    return ScoringRule(
        metrics=tuple(entry["metrics"]),
        kind=RuleKind(entry["kind"]),
        over=Over(entry.get("over", Over.TYPE)),
        standard=_threshold(entry.get("standard")),
        floor=_threshold(entry.get("floor")),
        edges=tuple((worse, better) for worse, better in entry.get("edges", ())),
        parts=tuple(entry.get("parts", ())),
        table={
            (int(pair[0]), int(pair[2])): int(score)
            for score, pairs in entry.get("table", {}).items()
            for pair in pairs
        },
        source=entry["source"],
    )


def _threshold(entry: dict[str, Any] | None) -> Threshold | None:
    if entry is None:
        return None
    at = entry["at_least"] if "at_least" in entry else entry["at_most"]
    missed, reached = entry.get("seen", (at, at))
    return Threshold(float(at), "at_least" in entry, float(missed), float(reached))
