"""What the fictional release measures: as many metrics a trust type as the real tables have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ACCESS = "Access to services"
SAFETY = "Patient safety"
FINANCE = "Finance and productivity"
PEOPLE = "People and workforce"
EFFECTIVENESS = "Effectiveness and experience"
DOMAIN_NUMBERS = {ACCESS: 0, SAFETY: 2, FINANCE: 3, PEOPLE: 4, EFFECTIVENESS: 5}

ACUTE, COMMUNITY, AMBULANCE = "acute", "mental-health-community", "ambulance"


class Rule(Enum):
    """How a value becomes a score."""

    RANK = "1 + 3 x (rank - 1) / (n - 1)"
    VALUE = "1 + 3 x the value's place between the best and the worst"
    BANDS = "1, 2, 3 or 4 by fixed bands"
    SURVEY = "1, 2 or 3, published without a value"
    COMBINED = "the mean of the two finance scores, rounded up"


class Period(Enum):
    """Which time a figure is of."""

    MONTH = "month"
    QUARTER = "quarter"
    QUARTER_BEFORE = "quarter before"
    YEAR_PLAN = "year plan"
    YEAR_TO_DATE = "year to date"
    SURVEY = "survey"
    COSTS = "costs"
    ROLLING = "rolling"


@dataclass(frozen=True)
class Measure:
    """A metric of one trust type.

    ``typical`` and ``spread`` are of the value; ``floor`` and ``ceiling`` bound it; ``bands`` are
    the limits between the scores 1|2|3|4, best first; ``count_per`` makes a second value row, a
    count, from the rate. ``since`` is the index of the first quarter in which it is published.
    """

    number: int
    description: str
    domain: str
    sub_domain: str
    unit: str
    higher_is_better: bool
    typical: float
    spread: float
    floor: float = 0.0
    ceiling: float = 100.0
    places: int = 2
    rule: Rule = Rule.RANK
    period: Period = Period.QUARTER
    bands: tuple[float, float, float] | None = None
    count_per: float | None = None
    not_for: tuple[str, ...] = ()
    since: int = 0


def _m(number: int, description: str, domain: str, sub_domain: str, unit: str, better: str,
       typical: float, spread: float, **more: object) -> Measure:  # fmt: skip
    return Measure(
        number,
        description,
        domain,
        sub_domain,
        unit,
        better == "higher",
        typical,
        spread,
        **more,  # type: ignore[arg-type]
    )


_SPECIALIST = ("Acute - Specialist",)
_STAFF = [
    _m(61, "NHS Staff survey - raising concerns sub-score", SAFETY, "Patient safety", "out of 10", "higher", 6.5, 0.25, ceiling=10, period=Period.SURVEY),
    _m(82, "Sickness absence rate", PEOPLE, "Retention and culture", "%", "lower", 5.3, 0.7, floor=2.5, rule=Rule.VALUE, period=Period.QUARTER_BEFORE),
    # The trailing blank stands in the real files too.
    _m(84, "NHS staff survey engagement theme sub-score ", PEOPLE, "Retention and culture", "out of 10", "higher", 6.9, 0.2, ceiling=10, period=Period.SURVEY),
]  # fmt: skip
_FINANCE = [
    _m(79, "Planned surplus/deficit", FINANCE, "Finance", "%", "higher", -0.3, 1.6, floor=-9, rule=Rule.BANDS, bands=(0, -1, -3), period=Period.YEAR_PLAN),
    _m(80, "Combined finance", FINANCE, "Finance", "score", "lower", 0, 0, rule=Rule.COMBINED),
    _m(81, "Variance year-to-date to financial plan", FINANCE, "Finance", "%", "higher", -0.1, 0.6, floor=-9, rule=Rule.BANDS, bands=(0, -0.5, -1.5), period=Period.YEAR_TO_DATE),
]  # fmt: skip
_OVER_52_COMMUNITY = _m(5, "Percentage of patients waiting over 52 weeks for community services", ACCESS, "Elective care", "%", "lower", 1.5, 3.0, ceiling=60, period=Period.MONTH, not_for=_SPECIALIST)  # fmt: skip
_TWO_HOURS = _m(57, "Urgent Community Response 2-hour performance", EFFECTIVENESS, "Effective out of hospital care", "%", "higher", 84, 6, not_for=_SPECIALIST)  # fmt: skip
_COSTS = _m(86, "Relative difference in costs", FINANCE, "Productivity", "%", "lower", 104, 9, floor=70, ceiling=160, period=Period.COSTS)  # fmt: skip

MEASURES: dict[str, list[Measure]] = {
    ACUTE: [
        _m(23, "Percentage of patients waiting 18 weeks or less for elective treatment", ACCESS, "Elective care", "%", "higher", 61, 6, period=Period.MONTH, not_for=("cancer",)),
        _m(106, "Difference between planned and actual 18 week performance", ACCESS, "Elective care", "percentage points", "higher", -0.8, 2.0, floor=-40, period=Period.MONTH, not_for=("cancer",), since=1),
        _m(24, "Percentage of patients waiting over 52 weeks for elective treatment", ACCESS, "Elective care", "%", "lower", 2.2, 1.2, period=Period.MONTH, not_for=("cancer",)),
        _OVER_52_COMMUNITY,
        _m(10, "Percentage of patients told whether they have cancer within 28 days of urgent referral", ACCESS, "Cancer care", "%", "higher", 76, 5, not_for=_SPECIALIST),
        _m(11, "Percentage of patients treated for cancer within 62 days of referral", ACCESS, "Cancer care", "%", "higher", 69, 7, not_for=_SPECIALIST),
        _m(13, "Percentage of A&E patients seen within four hours", ACCESS, "Urgent and emergency care", "%", "higher", 73, 6, period=Period.MONTH, not_for=_SPECIALIST),
        _m(14, "Percentage of A&E patients waiting over twelve hours", ACCESS, "Urgent and emergency care", "%", "lower", 10, 4, period=Period.MONTH, not_for=_SPECIALIST),
        _TWO_HOURS,
        _m(19, "Summary hospital-level mortality indicator", EFFECTIVENESS, "Effective care", "rate", "lower", 1.0, 0.09, floor=0.6, ceiling=1.6, rule=Rule.BANDS, bands=(0.9, 1.05, 1.12), period=Period.ROLLING, not_for=_SPECIALIST),
        _m(34, "CQC adult inpatient survey satisfaction rate", EFFECTIVENESS, "Patient experience", "score", "lower", 0, 0, rule=Rule.SURVEY, period=Period.SURVEY),
        _m(64, "Average days from discharge ready date to date of discharge", EFFECTIVENESS, "Effective flow and discharge", "days", "lower", 0.9, 0.4, ceiling=9, not_for=_SPECIALIST),
        _m(67, "Percentage of patients readmitted within 30 days", EFFECTIVENESS, "Effective flow and discharge", "%", "lower", 8.1, 1.2, period=Period.ROLLING),
        _m(20, "Number of MRSA bloodstream infections", SAFETY, "Patient safety", "count", "lower", 2.0, 2.2, ceiling=20, places=0, period=Period.ROLLING),
        _m(48, "Rate of E. coli bloodstream infections", SAFETY, "Patient safety", "rate", "lower", 1.1, 0.3, floor=0.2, count_per=55, period=Period.ROLLING),
        _m(88, "Rate of C. difficile infections", SAFETY, "Patient safety", "rate", "lower", 1.1, 0.3, floor=0.2, count_per=48, period=Period.ROLLING),
        *_STAFF,
        _m(87, "NHS staff survey education and training theme score", PEOPLE, "Skills and training", "out of 10", "higher", 5.6, 0.25, ceiling=10, period=Period.SURVEY),
        *_FINANCE,
        _m(85, "Implied productivity level", FINANCE, "Productivity", "%", "higher", 2.4, 2.2, floor=-12, period=Period.QUARTER_BEFORE),
    ],
    COMMUNITY: [
        _OVER_52_COMMUNITY,
        _m(16, "Percentage of patients in mental health crisis to receive face-to-face contact within 24 hours", SAFETY, "Patient safety", "%", "higher", 66, 10, not_for=("Community",)),
        _m(35, "CQC community mental health survey satisfaction rate", EFFECTIVENESS, "Patient experience", "score", "lower", 0, 0, rule=Rule.SURVEY, period=Period.SURVEY, not_for=("Community",)),
        _m(41, "Annual change in the number of children and young people accessing NHS-funded MH services", ACCESS, "Mental health care", "percentage points", "higher", 6, 7, floor=-30, period=Period.ROLLING, not_for=("Community",)),
        _m(44, "Percentage of people who recover after NHS talking therapies", EFFECTIVENESS, "Effective care", "%", "higher", 48.5, 2.5, not_for=("Community",)),
        _TWO_HOURS,
        _m(63, "Percentage of inpatients with >60 day length of stay", EFFECTIVENESS, "Effective flow and discharge", "%", "lower", 24, 7, not_for=("Community",)),
        *_STAFF,
        *_FINANCE,
        _COSTS,
    ],
    AMBULANCE: [
        _m(1, "Average response time to category 1 ambulance calls", ACCESS, "Urgent and emergency care", "minutes", "lower", 8.1, 0.6, floor=6),
        _m(2, "Average response time to category 2 ambulance calls", ACCESS, "Urgent and emergency care", "minutes", "lower", 31, 5, floor=17),
        _m(58, "Percentage of ambulance calls that end without conveyance to hospital", EFFECTIVENESS, "Effective out of hospital care", "%", "higher", 47, 4),
        *_STAFF,
        *_FINANCE,
        _COSTS,
    ],
}  # fmt: skip
"""The metrics of each trust type, in the order in which files list them."""
