"""What a framework year measures: a metric, its levels in each trust type, and how it is scored."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

ACUTE, COMMUNITY, AMBULANCE = "acute", "mental-health-community", "ambulance"
TYPES = (ACUTE, COMMUNITY, AMBULANCE)
MEMBERS = {ACUTE: 134, COMMUNITY: 61, AMBULANCE: 10}
"""How many trusts of each type the numbers in ``Level.count`` are out of."""


class Rule(Enum):
    """How a value becomes a score."""

    NONE = "not scored by itself"
    RANK = "1 to 4 by rank"
    STANDARD = "1 where the standard is met, otherwise 2 to 4 by rank"
    FLOOR = "4 where the floor is missed, otherwise 1 to 3 by rank"
    BANDS = "1, 2, 3 or 4 by bands of the value"
    SHARES = "1, 2, 3 or 4, published without a value"
    MATRIX = "1, 2, 3 or 4 from two other scores"
    PAIRED = "1, 2, 3 or 4 from the values of two other metrics"


class Service(Enum):
    """Which trusts have a metric: those that run a service."""

    ALL = "all"
    ELECTIVE = "elective"
    CANCER = "cancer"
    EMERGENCY = "emergency"
    DISCHARGE = "discharge"
    MATERNITY = "maternity"
    COMMUNITY = "community"
    URGENT_COMMUNITY = "urgent community"
    MENTAL_HEALTH = "mental health"
    CHILDREN = "children"
    AMBULANCE = "ambulance"
    INPATIENTS = "inpatients"
    TOBACCO = "tobacco"
    RESEARCH = "research"
    INSPECTED = "inspected"


@dataclass(frozen=True)
class Period:
    """Which time a figure is of, in the words of the real files.

    ``texts`` holds one text for every quarter of a year, or one for all; a text may have the
    fields of ``quarters.times``. Figures of the same ``time`` are the same figure; where the
    text is that time, ``time`` is empty.
    """

    texts: tuple[str, ...]
    time: str = ""


@dataclass(frozen=True)
class Level:
    """How many trusts of a type have a metric, and the quartiles around which values are drawn.

    ``count`` is out of ``MEMBERS``; a tuple has one number for every quarter of a year. ``shares``
    are of the scores 1, 2, 3 and 4, where no value is published.
    """

    count: int | tuple[int, ...]
    lower: float = 0.0
    typical: float = 0.0
    upper: float = 0.0
    shares: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, eq=False)
class Measure:
    """A metric of a framework year.

    Attributes:
        number: the last three digits of its IDs.
        unit: the unit as published, which is sometimes wrong.
        best: whether a higher or a lower value is better.
        period: of its value; ``score_period`` of its score, where that is another.
        limits: the standard, the floor, or the three limits between the bands, best first.
        over_all: whether scores are ranked over all trust types that have the metric.
        places: the decimal places that are published.
        is_rounded: whether ranks and scores are of the published value, not of the unrounded one.
        is_ranked: whether the files give a rank.
        has_value: whether the files give a value.
        counts: for how many specialist trusts the value is a small count, not a rate.
        break_even: how wide a range of results counts as exactly 0.
        parts: the numbers of the two metrics that this score is made from and stands in for.
        table: scores by the pair of the parts' scores.
        since: the first quarter of the year in which it is published, from 0.

    """

    number: int
    description: str
    domain: str
    sub_domain: str
    unit: str
    best: str
    period: Period
    levels: dict[str, Level]
    rule: Rule = Rule.RANK
    service: Service = Service.ALL
    score_period: Period | None = None
    limits: tuple[float, ...] = ()
    over_all: bool = False
    bounds: tuple[float, float] = (0.0, 100.0)
    places: int = 2
    is_rounded: bool = False
    is_ranked: bool = True
    has_value: bool = True
    counts: int = 0
    break_even: float = 0.0
    parts: tuple[int, ...] = ()
    table: dict[tuple[int, int], int] = field(default_factory=dict)
    since: int = 0


@dataclass(frozen=True)
class SummaryRow:
    """A row about a whole trust: its ID, words and published unit; the last quarter that has it."""

    metric_id: str
    description: str
    unit: str
    last: int = 3


@dataclass(frozen=True)
class Framework:
    """A framework year: its metrics, IDs and cuts.

    Attributes:
        first: the first quarter of it, counted from 0 = Q1 2025/26.
        score: the digit of metric scores' IDs, as 1 in ``OF1nnn``.
        domains: each domain's name and last digit; ``domain`` and ``segment`` are the two digits
            before it in the IDs of its score and its segment.
        domain_units: units of domain scores that are not ``score``.
        sub_domains: sub-domains of domain scores in the first quarters, by domain, with the number
            of quarters; otherwise it is the row's description.
        adjusted, average, unadjusted, override: the rows about a whole trust.
        final, support: two more, where the year has them.
        cuts: fixed limits between segments, or None where they are the quartiles of all trusts.
        not_counted: metrics whose scores another stands in for.
        thirds: metrics whose scores count one third each.

    """

    first: int
    measures: tuple[Measure, ...]
    score: int
    domains: dict[str, int]
    domain: str
    segment: str
    adjusted: SummaryRow
    average: SummaryRow
    unadjusted: SummaryRow
    override: SummaryRow
    summary_period: Period
    not_counted: frozenset[int]
    final: SummaryRow | None = None
    support: SummaryRow | None = None
    cuts: tuple[float, float, float] | None = None
    domain_units: dict[str, str] = field(default_factory=dict)
    sub_domains: dict[str, tuple[str, int]] = field(default_factory=dict)
    thirds: frozenset[int] = frozenset({20, 48, 88})


def level(
    count: int | tuple[int, ...],
    lower: float = 0.0,
    typical: float | None = None,
    upper: float | None = None,
) -> Level:
    """Return a level from a number of trusts and quartiles, which may be one value for all three."""
    typical = lower if typical is None else typical
    return Level(count, lower, typical, typical if upper is None else upper)


def shared(count: int | tuple[int, ...], *shares: float) -> Level:
    """Return a level of scores that are published without values."""
    one, two, three, four = shares
    return Level(count, shares=(one, two, three, four))


FINANCE_TABLE = {
    (1, 1): 1, (1, 2): 1, (1, 3): 2, (1, 4): 3,
    (2, 1): 2, (2, 2): 2, (2, 3): 3, (2, 4): 4,
    (3, 1): 2, (3, 2): 3, (3, 3): 3, (3, 4): 4,
    (4, 1): 2, (4, 2): 3, (4, 3): 4, (4, 4): 4,
}  # fmt: skip
"""Combined finance, by the scores of the plan and of the result so far."""
STAFFING_TABLE = {
    (1, 1): 1, (1, 2): 1, (1, 3): 2, (1, 4): 3,
    (2, 1): 1, (2, 2): 2, (2, 3): 2, (2, 4): 3,
    (3, 1): 2, (3, 2): 2, (3, 3): 3, (3, 4): 4,
    (4, 1): 3, (4, 2): 3, (4, 3): 4, (4, 4): 4,
}  # fmt: skip
"""Temporary staffing cost, by the scores of bank and agency; two pairs are invented."""
