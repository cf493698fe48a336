"""What is known of metrics beyond what is published with them: metrics.toml, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_NUMBER_WORDS = {"two": "2", "four": "4", "twelve": "12", "eighteen": "18"}


@dataclass(frozen=True)
class MetricKnowledge:
    """What is known of one metric; a field that is empty or None is not known.

    Attributes:
        ids: metric IDs as published.
        words: alternatives of words that its description holds, normalised.
        short: a short name for headings.
        names: everyday names as written.
        higher_is_better: its direction.
        standard: a national standard in the metric's unit.
        standard_name: what that standard is called.
        standard_source: who set it, and where it is written.

    """

    ids: tuple[str, ...]
    words: tuple[frozenset[str], ...]
    short: str
    names: tuple[str, ...]
    higher_is_better: bool | None
    standard: float | None
    standard_name: str
    standard_source: str

    def is_called(self, text: str) -> bool:
        """Tell whether a normalised text is one of its everyday names."""
        return any(normalise(name) == text for name in self.names)


@dataclass(frozen=True)
class AreaKnowledge:
    """An everyday word for a domain or sub-domain, or for metrics by words of their description.

    Attributes:
        title: its first everyday name, as written.
        names: everyday names, normalised.
        domain: a word of the domain's name; empty where the area is none.
        sub_domain: a word of the sub-domain's name; empty where the area is none.
        words: alternatives of words that the descriptions hold, where no such area is published.

    """

    title: str
    names: tuple[str, ...]
    domain: str
    sub_domain: str
    words: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Knowledge:
    """All of metrics.toml."""

    metrics: tuple[MetricKnowledge, ...]
    areas: tuple[AreaKnowledge, ...]


def normalise(text: str) -> str:
    """Write a metric's name so that spelling does not matter.

    >>> normalise("A&E four-hour waits")
    'a and e 4 hour wait'
    """
    plain = re.sub(r"[^a-z0-9>]+", " ", text.casefold().replace("&", " and ")).split()
    return " ".join(_singular(_NUMBER_WORDS.get(word, word)) for word in plain)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def knowledge() -> Knowledge:
    """Read metrics.toml, which ships with the package."""
    read = tomllib.loads(files(__package__).joinpath("metrics.toml").read_text("utf-8"))
    return Knowledge(
        metrics=tuple(
            MetricKnowledge(
                ids=tuple(entry.get("ids", ())),
                words=_alternatives(entry.get("words", ())),
                short=entry["short"],
                names=tuple(entry.get("names", ())),
                higher_is_better={"higher": True, "lower": False}.get(entry.get("better", "")),
                standard=entry.get("standard"),
                standard_name=entry.get("standard_name", ""),
                standard_source=entry.get("standard_source", ""),
            )
            for entry in read["metric"]
        ),
        areas=tuple(
            AreaKnowledge(
                title=entry["names"][0],
                names=tuple(normalise(name) for name in entry["names"]),
                domain=normalise(entry.get("domain", "")),
                sub_domain=normalise(entry.get("sub_domain", "")),
                words=_alternatives(entry.get("words", ())),
            )
            for entry in read["area"]
        ),
    )


@cache
def about(metric_id: str, description: str) -> MetricKnowledge | None:
    """Find what is known of a metric, by its ID or else by the words of its description."""
    known = knowledge().metrics
    for entry in known:
        if metric_id in entry.ids:
            return entry
    said = frozenset(normalise(description).split())
    fitting = [
        (len(words), entry)
        for entry in known
        for words in entry.words
        if words <= said and not entry.ids
    ] or [(len(words), entry) for entry in known for words in entry.words if words <= said]
    return max(fitting, key=lambda fit: fit[0])[1] if fitting else None


def _alternatives(texts: Sequence[str]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(normalise(text).split()) for text in texts)


def true_unit(metric_id: str, published: str | None) -> str | None:
    return published
