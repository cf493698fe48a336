"""What is known of metrics beyond what is published with them: metrics.json, read once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from nhs_league.core import packaged
from nhs_league.frozen import frozen

FILE = "metrics.json"
_NUMBER_WORDS = {"two": "2", "four": "4", "six": "6", "twelve": "12", "eighteen": "18"}


@frozen
class MetricFacts:
    """What is known of one metric; a field that is empty or None is not known.

    Attributes:
        ids: metric IDs, each of a value row (``OF0023``).
        words: alternatives of words that its description holds.
        short: a short name for tables, at most 24 characters.
        names: everyday names as written.
        plain: what it measures, in a sentence.
        why: why it matters, in a sentence or two.
        higher_is_better: its direction.
        unit: its true unit; empty where only scores are published.
        also: other units that are right for some trusts and are not compared with the rest.
        standard: a national standard in the metric's unit.
        standard_name: what that standard is called.
        standard_source: who set it, and where it is written.
        source: where the knowledge comes from.

    """

    ids: tuple[str, ...]
    words: tuple[str, ...]
    short: str
    names: tuple[str, ...]
    plain: str
    why: str
    higher_is_better: bool | None
    unit: str
    also: tuple[str, ...]
    standard: float | None
    standard_name: str
    standard_source: str
    source: str

    def is_called(self, text: str) -> bool:
        """Return whether a normalised text is its short name or one of its everyday names."""
        return any(normalise(name) == text for name in (self.short, *self.names))


@frozen
class AreaFacts:
    """An everyday word for a domain or sub-domain, or for some metrics.

    Attributes:
        title: its first everyday name, as written.
        names: everyday names, normalised.
        domains: alternative words of the domain's name; empty where the area is no domain.
        sub_domains: alternative words of the sub-domain's name; empty where it is none.
        ids: IDs of its metrics, where no such domain is published.
        words: alternatives of words that its metrics' descriptions hold, beside those IDs.

    """

    title: str
    names: tuple[str, ...]
    domains: tuple[str, ...]
    sub_domains: tuple[str, ...]
    ids: tuple[str, ...]
    words: tuple[str, ...]


@frozen
class TrueUnit:
    """The unit that a metric's values really have.

    Attributes:
        unit: the true unit.
        also: other units that are right for some trusts.

    """

    unit: str
    also: tuple[str, ...]


@cache
def normalise(text: str) -> str:
    """Write a metric's name so that spelling does not matter.

    >>> normalise("A&E four-hour waits"), normalise("bed days"), normalise("gas")
    ('a and e 4 hour wait', 'bed day', 'gas')
    """
    straight = text.casefold().replace("’", "'").replace("'s", "s").replace("&", " and ")
    plain = re.sub(r"[^a-z0-9>]+", " ", straight).split()
    return " ".join(_singular(_NUMBER_WORDS.get(word, word)) for word in plain)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def metric_facts() -> tuple[MetricFacts, ...]:
    """Return what is known of metrics."""
    return tuple(
        MetricFacts(
            ids=tuple(entry.get("ids", ())),
            words=tuple(entry.get("words", ())),
            short=entry["short"],
            names=tuple(entry["names"]),
            plain=entry["plain"],
            why=entry["why"],
            higher_is_better={"higher": True, "lower": False}.get(entry.get("better", "")),
            unit=entry.get("unit", ""),
            also=tuple(entry.get("also", ())),
            standard=entry.get("standard"),
            standard_name=entry.get("standard_name", ""),
            standard_source=entry.get("standard_source", ""),
            source=entry.get("source", ""),
        )
        for entry in packaged.read(FILE)["metrics"]
    )


@cache
def area_facts() -> tuple[AreaFacts, ...]:
    """Return the everyday words for domains, sub-domains and groups of metrics."""
    return tuple(
        AreaFacts(
            title=entry["names"][0],
            names=tuple(normalise(name) for name in entry["names"]),
            domains=tuple(normalise(word) for word in entry.get("domains", ())),
            sub_domains=tuple(normalise(word) for word in entry.get("sub_domains", ())),
            ids=tuple(entry.get("ids", ())),
            words=tuple(entry.get("words", ())),
        )
        for entry in packaged.read(FILE)["areas"]
    )


def is_everyday_name(typed: str) -> bool:
    """Return whether a text is a metric's short name or one of its everyday names.

    >>> is_everyday_name("Staff sickness"), is_everyday_name("absence rate")
    (True, False)
    """
    return any(entry.is_called(normalise(typed)) for entry in metric_facts())


@cache
def facts_for(
    metric_id: str, description: str, higher_is_better: bool | None = None
) -> MetricFacts | None:
    """Find what is known of a metric: by its ID, else by the words of its description.

    Args:
        metric_id: the ID of its value row, ``OF0023``.
        description: its description as published.
        higher_is_better: its direction where published ranks show it. An entry of the other
            direction is of another metric, and is passed over.

    Returns:
        The entry; where several fit by words, that with the most of them.

    """

    def fits(entry: MetricFacts) -> bool:
        return None in (higher_is_better, entry.higher_is_better) or (
            entry.higher_is_better == higher_is_better
        )

    by_id = _by_id().get(metric_id)
    if by_id is not None and fits(by_id):
        return by_id
    fitting = [
        (len(normalise(words).split()), entry)
        for entry in metric_facts()
        for words in entry.words
        if entry is not by_id and fits(entry) and are_in((words,), description)
    ]
    return max(fitting, key=lambda fit: fit[0])[1] if fitting else None


def are_in(alternatives: Sequence[str], description: str) -> bool:
    """Return whether all words of one of some alternatives occur in a description.

    >>> are_in(["18 weeks elective", "18 weeks less"], "Waiting 18 weeks or less for treatment")
    True
    """
    described = set(normalise(description).split())
    return any(described.issuperset(normalise(words).split()) for words in alternatives)


@cache
def true_units() -> Mapping[str, TrueUnit]:
    """Return metric ID -> its true unit, for each metric of which it is known."""
    return {
        metric_id: TrueUnit(entry.unit, entry.also)
        for metric_id, entry in _by_id().items()
        if entry.unit
    }


def true_unit(metric_id: str, published: str | None) -> str | None:
    """Return the unit of a metric's values, whatever the file says.

    Args:
        metric_id: the ID of its value row.
        published: the unit as published, in any spelling; None or blank where there is none.

    Returns:
        The published unit, in the usual spelling, where the metric can have it; else its true
        unit. A metric that is not known has the unit that is published.

    >>> true_unit("OF0023", "days"), true_unit("OF0048", "Count"), true_unit("OF0017", "minutes")
    ('%', 'count', 'mins')

    """
    known = true_units().get(metric_id)
    if known is None:
        return published
    spelt = spelling(published or "")
    return spelt if spelt in known.also else known.unit


def spelling(unit: str) -> str:
    """Write a unit in its usual spelling.

    >>> spelling("Per cent"), spelling(" minutes"), spelling("out of 10")
    ('%', 'mins', 'out of 10')
    """
    plain = " ".join(unit.casefold().split())
    spelt: str = packaged.read(FILE)["spellings"].get(plain, plain)
    return spelt


@cache
def not_compared() -> tuple[tuple[str, str], ...]:
    """List the metric IDs and units that stand beside a metric's true unit for some trusts."""
    return tuple((i, unit) for i, known in true_units().items() for unit in known.also)


@cache
def _by_id() -> Mapping[str, MetricFacts]:
    return {metric_id: entry for entry in metric_facts() for metric_id in entry.ids}
