"""The invented values: drawn from a seeded generator, with events planted among them.

A value is drawn from (seed, trust, metric, period), so a figure whose period has not changed since
the last quarter is the same figure again, as in the real tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from sample_release.measures import ACUTE, Measure, Period, Rule
from sample_release.trusts import Trust

SEED = "nhsleague sample 1"
FIRST_YEAR = 2025
_MONTHS = ("Jun", "Sep", "Dec", "Mar")


@dataclass(frozen=True)
class Events:
    """What is planted, by trust code; a quarter is counted from 0 = Q1 2025/26.

    Attributes:
        merging: this trust merges into ``merged`` in the quarter ``merger``, which takes a new name.
        renamed: this trust takes a new name in the quarter ``rename``.
        hidden: this trust is good at all but treatment for cancer within 62 days.
        good_in_deficit: these give good care and plan a deficit.
        deficit_ends: this trust plans a deficit in the first two quarters of a year only.
        deficit_begins: this trust plans one in the last two quarters only.
        in_support: these are in segment 5, by decision.
        revised: this trust's 62-day figure of Q3 2025/26 was first published wrong.

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


EVENTS = Events()
MERGED_NAME = "Selkiebridge and Siren Coast Hospitals NHS Foundation Trust"
NEW_NAME = "Yeti Valley Hospitals NHS Foundation Trust"
_CANCER_62_DAYS = 11
_PLAN = 79
_WRONG_AT_FIRST = 41.7


def quarter_label(quarter: int) -> str:
    """Name a quarter: 0 is ``Q1 2025/26``."""
    year = FIRST_YEAR + quarter // 4
    return f"Q{quarter % 4 + 1} {year}/{(year + 1) % 100:02d}"


def trusts_in(quarter: int, trusts: list[Trust], events: Events = EVENTS) -> list[Trust]:
    """Give the trusts that exist in a quarter, under the names that they then have."""
    there = []
    for trust in trusts:
        if trust.code == events.merging and quarter >= events.merger:
            continue
        if trust.code == events.merged and quarter >= events.merger:
            there.append(replace(trust, name=MERGED_NAME))
        elif trust.code == events.renamed and quarter >= events.rename:
            there.append(replace(trust, name=NEW_NAME))
        else:
            there.append(trust)
    return there


def period(measure: Measure, quarter: int) -> str:
    """Name the time that a quarter's figure is of, in the words of the real files."""
    year, in_year = FIRST_YEAR + quarter // 4, quarter % 4
    short, is_last = year % 100, in_year == 3
    month = f"{_MONTHS[in_year]}-{short + is_last:02d}"
    labels = {
        Period.MONTH: month,
        Period.QUARTER: quarter_label(quarter),
        Period.QUARTER_BEFORE: quarter_label(quarter - 1),
        Period.YEAR_PLAN: f"{year}/{short + 1:02d}",
        Period.YEAR_TO_DATE: f"Month {3 * (in_year + 1)} {year}/{short + 1:02d}",
        Period.SURVEY: str(year if is_last else year - 1),
        Period.COSTS: f"{year - 2}/{short - 1:02d}" if in_year == 0 else f"{year - 1}/{short:02d}",
        Period.ROLLING: f"{_MONTHS[in_year]} {short - 1 + is_last:02d} - {month.replace('-', ' ')}",
    }
    return labels[measure.period]


def is_measured(trust: Trust, measure: Measure, quarter: int) -> bool:
    """Tell whether a trust has the service that a metric is of, and the metric exists yet."""
    return quarter >= measure.since and not {trust.subtype, trust.nature} & set(measure.not_for)


def value(
    trust: Trust, measure: Measure, quarter: int, *, revised: bool, events: Events = EVENTS
) -> float:
    """Draw a trust's value of a metric in a quarter, with the planted events in it.

    For metrics that are published as a score alone it draws that score, 1 to 3.
    ``revised`` is false in what was published before the revision.
    """
    time = period(measure, quarter)
    if measure.number == _CANCER_62_DAYS:
        if trust.code == events.hidden:
            return round(44.0 + Random(f"{SEED}|hidden|{time}").random() * 4, 2)
        if trust.code == events.revised and quarter == 2 and not revised:
            return _WRONG_AT_FIRST
    if measure.number == _PLAN and (planned := _planned(trust, quarter, events)) is not None:
        return planned
    own = _draw(trust.code, str(measure.number))
    now = _draw(trust.code, str(measure.number), time)
    worse = (
        0.45 * _quality(trust, events)
        + 0.5 * _draw(trust.code, measure.domain)
        + 0.6 * own
        + 0.35 * now
    )
    if measure.rule is Rule.SURVEY:
        return 1.0 if worse < -0.8 else 3.0 if worse > 0.8 else 2.0
    sign = -1 if measure.higher_is_better else 1
    drawn = measure.typical + sign * worse * measure.spread
    return round(min(max(drawn, measure.floor), measure.ceiling), measure.places) + 0.0


def _planned(trust: Trust, quarter: int, events: Events) -> float | None:
    early = quarter % 4 < 2
    if trust.code in events.good_in_deficit:
        return -2.4
    if trust.code == events.deficit_ends:
        return -1.2 if early else 0.0
    if trust.code == events.deficit_begins:
        return 0.0 if early else -1.7
    # A trust plans to break even more often than anything else.
    return 0.0 if _draw(trust.code, "plan") > 0 else None


def _quality(trust: Trust, events: Events) -> float:
    if trust.trust_type == ACUTE and trust.code in (
        events.hidden,
        *events.good_in_deficit,
        events.deficit_ends,
        events.deficit_begins,
    ):
        return -3.0
    if trust.code in events.in_support:
        return 2.5
    return _draw(trust.code, "quality")


def _draw(*what: str) -> float:
    """Draw from a standard normal distribution, always the same for the same words."""
    return Random("|".join((SEED, *what))).gauss(0.0, 1.0)
