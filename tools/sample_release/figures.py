"""The invented values: drawn from a seeded generator, with events planted among them.

A value is drawn from (seed, trust, metric, time), so a figure whose period has not changed since
the last quarter is the same figure again, as in the real files, also in another framework year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from random import Random
from statistics import NormalDist

from sample_release.measures import Level, Measure
from sample_release.quarters import period_time
from sample_release.trusts import Trust

SEED = "nhsleague sample 2"
_NORMAL = NormalDist()
_QUARTILE = _NORMAL.inv_cdf(0.75)


@dataclass(frozen=True)
class Events:
    """What is planted, by trust code; a quarter is counted from 0 = Q1 2025/26.

    Attributes:
        merging: this trust merges into ``merged`` in the quarter ``merger``, which takes a new name.
        renamed: this trust takes a new name in the quarter ``rename``.
        hidden: this trust is good at all but treatment for cancer within 62 days.
        good_in_deficit: these give good care and plan a deficit.
        deficit_ends: this trust is in deficit in the first two quarters of a year only.
        deficit_begins: this trust is in deficit in the last two quarters of a year only.
        in_support: these are in segment 5, by decision, while the files have such decisions.
        revised: this trust's 62-day figure of Q3 2025/26 was first published wrong.
        turned_round: patients of this trust wait longest until ``turn``, and then shortest.
        leaving: these are no longer listed from the quarter ``turn``, the first of 2026/27.

    """

    merging: str = "ZA4"
    merged: str = "ZA5"
    merger: int = 2
    renamed: str = "ZE6"
    rename: int = 2
    hidden: str = "ZB6"
    good_in_deficit: tuple[str, ...] = ("ZC1", "ZE9", "ZG0")
    deficit_ends: str = "ZB2"
    deficit_begins: str = "ZD3"
    in_support: tuple[str, ...] = ("ZF1", "ZH5")
    revised: str = "ZD8"
    turned_round: str = "ZD5"
    leaving: tuple[str, ...] = ("ZQ9", "ZU4", "ZV1")
    turn: int = 4


EVENTS = Events()
MERGED_NAME = "Selkiebridge and Siren Coast Hospitals NHS Foundation Trust"
NEW_NAME = "Yeti Valley Hospitals NHS Foundation Trust"
_CANCER_62_DAYS = 11
_WAITS = (3, 8, 10, 11, 13, 14, 23)
_PLAN, _TO_DATE = 79, 81
_WRONG_AT_FIRST = 41.7
_THEMES = {
    "waiting": (1, 3, 5, 8, 23, 106),
    "cancer": (10, 11),
    "emergency": (4, 13, 14, 15, 17, 28),
    "mental health": (16, 29, 30, 35, 36, 41, 43, 63, 93, 95, 113),
    "infections": (20, 48, 88),
    "staff": (47, 61, 82, 84, 101, 102, 120),
    "money": (79, 81, 85, 86, 207, 208),
}
"""Metrics at which trusts are good or bad together, in either framework year."""
_THEME_OF = {number: theme for theme, numbers in _THEMES.items() for number in numbers}


def trusts_in(quarter: int, trusts: list[Trust], events: Events = EVENTS) -> list[Trust]:
    """Return the trusts that exist in a quarter, under the names that they then have."""
    there = []
    for trust in trusts:
        if trust.code == events.merging and quarter >= events.merger:
            continue
        if trust.code in events.leaving and quarter >= events.turn:
            continue
        if trust.code == events.merged and quarter >= events.merger:
            there.append(replace(trust, name=MERGED_NAME))
        elif trust.code == events.renamed and quarter >= events.rename:
            there.append(replace(trust, name=NEW_NAME))
        else:
            there.append(trust)
    return there


def value(
    trust: Trust, measure: Measure, quarter: int, *, revised: bool, events: Events = EVENTS
) -> float:
    """Draw a trust's unrounded value of a metric in a quarter, with the planted events in it.

    ``revised`` is false in what was published before the revision.
    """
    time = period_time(measure.period, quarter)
    if measure.number == _CANCER_62_DAYS:
        if trust.code == events.hidden:
            return 44.0 + Random(f"{SEED}|hidden|{time}").random() * 2
        if trust.code == events.revised and quarter == 2 and not revised:
            return _WRONG_AT_FIRST
    result = _result(trust.code, measure.number, quarter, events)
    if result is not None:
        return result
    drawn = _at(measure, measure.levels[trust.trust_type], badness(trust, measure, quarter, events))
    if measure.break_even and drawn > 0:
        # A trust plans to break even more often than anything else.
        drawn = max(drawn - measure.break_even, 0.0)
    low, high = measure.bounds
    inside = min(max(drawn, low), high)
    return round(inside, measure.places) + 0.0 if measure.is_rounded else inside


def small_count(trust: Trust, measure: Measure, quarter: int) -> float:
    """Draw the value of a trust that is too small for a rate: a number of cases."""
    time = period_time(measure.period, quarter)
    return float(round(abs(_draw(trust.code, str(measure.number), "count", time))))


def banded(trust: Trust, measure: Measure, quarter: int, events: Events = EVENTS) -> float:
    """Draw a score that is published without a value, in the shares of its trust type."""
    shares = measure.levels[trust.trust_type].shares or (1.0, 0.0, 0.0, 0.0)
    share = _NORMAL.cdf(badness(trust, measure, quarter, events))
    return 1.0 + sum(share > sum(shares[:score]) + 1e-9 for score in (1, 2, 3))


def badness(trust: Trust, measure: Measure, quarter: int, events: Events) -> float:
    """Draw how bad a trust is at a metric, about standard normal; more is worse."""
    number = str(measure.number)
    drawn = (
        0.36 * _quality(trust, events)
        + 0.45 * _draw(trust.code, _THEME_OF.get(measure.number, "care"))
        + 0.72 * _draw(trust.code, number)
        + 0.35 * _draw(trust.code, number, period_time(measure.period, quarter))
    )
    if trust.code == events.hidden:
        return min(drawn, -0.8)
    if trust.code == events.turned_round and measure.number in _WAITS:
        return 0.3 * drawn + (1.6 if quarter < events.turn else -1.6)
    return drawn


def _at(measure: Measure, level: Level, worse: float) -> float:
    """Return the value at a place in the distribution that a level's quartiles describe."""
    place = -worse if measure.best == "higher" else worse
    side = level.upper - level.typical if place > 0 else level.typical - level.lower
    return level.typical + place / _QUARTILE * side


def _result(code: str, number: int, quarter: int, events: Events) -> float | None:
    """Return the planned result or the result so far of a trust with a planted deficit."""
    early = quarter % 4 < 2
    if code in (events.hidden, events.deficit_ends, events.deficit_begins) and number == _PLAN:
        return 0.0
    if code in events.good_in_deficit:
        return {_PLAN: -2.4, _TO_DATE: 0.0}.get(number)
    if number != _TO_DATE:
        return None
    return {
        events.hidden: 0.0,
        events.deficit_ends: -0.4 if early else 0.2,
        events.deficit_begins: 0.1 if early else -0.3,
    }.get(code)


def _quality(trust: Trust, events: Events) -> float:
    if trust.code == events.hidden:
        return -6.5
    if trust.code in events.good_in_deficit:
        return -3.8
    if trust.code in (events.deficit_ends, events.deficit_begins):
        return -2.4
    if trust.code in events.in_support:
        return 3.4
    # Specialists fill the top of the real league.
    return _draw(trust.code, "quality") - (1.5 if trust.subtype == "Acute - Specialist" else 0.0)


@cache
def _draw(*words: str) -> float:
    """Draw from a standard normal distribution, always the same for the same words."""
    return Random("|".join((SEED, *words))).gauss(0.0, 1.0)
