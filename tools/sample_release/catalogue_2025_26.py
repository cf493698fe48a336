"""What the framework of 2025/26 measures: IDs, texts, units and periods of the real files.

Levels are rounded from the published quartiles of each type; no trust's figure is in them. Periods
of acute trusts in the first three quarters follow from those of the fourth.
"""

from __future__ import annotations

from sample_release.measures import (
    ACUTE as A,
    AMBULANCE as B,
    COMMUNITY as C,
    FINANCE_TABLE,
    Framework,
    Measure,
    Period,
    Rule,
    Service,
    SummaryRow,
    level,
    shared,
)

_ACCESS = "Access to services"
_SAFETY = "Patient safety"
_FINANCE = "Finance and productivity"
_PEOPLE = "People and workforce"
_EFFECTIVE = "Effectiveness and experience"
_FLOW, _OUT_OF_HOSPITAL = "Effective flow and discharge", "Effective out of hospital care"
_EXPERIENCE, _URGENT = "Patient experience", "Urgent and emergency care"

_MONTH = Period(("{month}",))
_QUARTER = Period(("Q{q} {long}",))
_SURVEY = Period(("2024", "2024", "2024", "2025"))
_COMMUNITY_SURVEY = Period(("2024", "2024", "2024", "2025"))
_INPATIENTS = Period(("2024",))
_PLAN = Period(("{long}", "{long}", "{long}", "{long} plan"), time="{long}")
_TO_DATE = Period(("Month 3 2025", "Month 6 2025", "Month 9 2025", "Month 12 2025/26"))
_SICKNESS = Period(("Q4 2024-25", "Q1 2025/26", "Q2 2025/26", "Q3 2025/26"))
_COSTS = Period(("2023/24", "2024/25", "2024/25", "2024/25"))
_CALLS = Period(("Q1 2025", "To Sep 2025", "To Dec 2025", "2025/26"))
_CONVEYED = Period(("Year to date 25/26", "Year to date 2025/26", "To Dec 2025", "2025/26"))
_MORTALITY = Period(("Apr 24 - Mar 25", "Jul 24 - Jun 25", "Oct 24 - Sep 25", "Jan 24 - Dec 25"))
_CHILDREN = Period((
    "Jun 24 - Jun 25 vs Jun 23 - Jun 24",
    "Oct 24 - Sep 25 vs Oct 23 - Sep 24",
    "Jan 25 - Dec 25 vs Jan 24 - Dec 24",
    "Apr 25 - Mar 26 vs Apr 24 - Mar 25",
))  # fmt: skip
_PRODUCTIVITY = Period((
    "Q4 2024/25 vs Q4 2023/24",
    "Q1 2025/26 vs Q1 2024/25",
    "Q2 2025/26 vs Q2 2024/25",
    "Q3 2025/26 vs Q3 2024/25",
))  # fmt: skip
_INSPECTION = Period(
    (
        "Latest published if awarded post August 2023",
        "Latest published if awarded post September 2023",
        "Latest published if awarded between 13 Feb 24 and 12 Feb 26",
        "Latest published if awarded post April 2024",
    ),
    time="2025",
)

_MEASURES = (
    Measure(3, "Percentage of patients waiting over 52 weeks for elective treatment", _ACCESS, "Elective care", "%", "lower", _MONTH, {A: level(130, 0.5, 1, 1.6)}, Rule.STANDARD, Service.ELECTIVE, limits=(1,)),
    Measure(5, "Percentage of patients waiting over 52 weeks for community services", _ACCESS, "Elective care", "%", "lower", _MONTH, {A: level(78, 0, 0.5, 8.7), C: level(42, 0, 0.2, 5)}, service=Service.COMMUNITY, over_all=True),
    Measure(10, "Percentage of patients with cancer diagnosed or ruled out within 28 days of an urgent referral", _ACCESS, "Cancer care", "%", "higher", _QUARTER, {A: level(117, 75.5, 79.5, 82)}, Rule.STANDARD, Service.CANCER, limits=(80,)),
    Measure(11, "Percentage of patients treated for cancer within 62 days of referral", _ACCESS, "Cancer care", "%", "higher", _QUARTER, {A: level(118, 66, 70, 77)}, Rule.STANDARD, Service.CANCER, limits=(75,)),
    Measure(13, "Percentage of emergency department attendances admitted, transferred or discharged within four hours", _ACCESS, _URGENT, "%", "higher", _QUARTER, {A: level(123, 70, 74, 78.5)}, Rule.STANDARD, Service.EMERGENCY, limits=(78,)),
    Measure(14, "Percentage of emergency department attendances spending over 12 hours in the department", _ACCESS, _URGENT, "%", "lower", _QUARTER, {A: level(122, 5.5, 8.5, 11)}, service=Service.EMERGENCY),
    Measure(16, "Percentage of patients in mental health crisis to receive face-to-face contact within 24 hours", _SAFETY, _SAFETY, "%", "higher", _QUARTER, {A: level(2, 60, 65, 70), C: level((45, 48, 48, 45), 58, 68, 77)}, service=Service.MENTAL_HEALTH, over_all=True, is_rounded=True),
    Measure(17, "Average Category 2 ambulance response time", _ACCESS, _URGENT, "mins", "lower", _CALLS, {A: level(1, 29), B: level(10, 25.5, 28.5, 33)}, Rule.STANDARD, Service.AMBULANCE, limits=(30,), over_all=True, bounds=(15, 70)),
    Measure(20, "Number of MRSA bacteraemia cases (12 months)", _SAFETY, _SAFETY, "count", "lower", _MONTH, {A: level(134, 1, 3.5, 6)}, Rule.STANDARD, limits=(0,), places=0, is_rounded=True, is_ranked=False),
    Measure(23, "Percentage of cases where a patient is waiting 18 weeks or less for elective treatment", _ACCESS, "Elective care", "%", "higher", _MONTH, {A: level(130, 60, 63.5, 68)}, service=Service.ELECTIVE),
    Measure(25, "Average number of days from discharge ready date to actual discharge date (including zero days)", _EFFECTIVE, _FLOW, "days", "lower", _MONTH, {A: level(128, 0.55, 0.8, 1.2)}, service=Service.DISCHARGE),
    Measure(28, "Percentage of ambulance patients conveyed to emergency departments", _EFFECTIVE, _OUT_OF_HOSPITAL, "%", "lower", _CONVEYED, {A: level(1, 56), B: level(10, 47, 49, 52)}, service=Service.AMBULANCE, over_all=True, places=1, is_rounded=True),
    Measure(35, "CQC community mental health survey satisfaction rate", _EFFECTIVE, _EXPERIENCE, "score", "lower", _COMMUNITY_SURVEY, {A: shared(1, 0, 1, 0, 0), C: shared(47, 0.06, 0.88, 0.04, 0.02)}, Rule.SHARES, Service.MENTAL_HEALTH, is_ranked=False, has_value=False),
    Measure(41, "Annual change in the number of children and young people accessing NHS-funded MH services", _ACCESS, "Mental health care", "percentage points", "higher", _CHILDREN, {A: level(20, -6, 3.5, 11), C: level((46, 49, 50, 50), 0.5, 7, 15)}, service=Service.CHILDREN, over_all=True, bounds=(-60, 90)),
    Measure(46, "Summary Hospital-level Mortality Indicator", _EFFECTIVE, _EXPERIENCE, "score", "lower", _MORTALITY, {A: shared(118, 0.08, 0.84, 0.08, 0)}, Rule.SHARES, Service.CANCER, is_ranked=False, has_value=False),
    Measure(47, "NHS staff survey advocacy score", _EFFECTIVE, _EXPERIENCE, "out of 10", "higher", _SURVEY, {B: level(10, 5.75, 6.15, 6.35)}, bounds=(0, 10)),
    Measure(48, "Proportion of E. coli bacteraemia", _SAFETY, _SAFETY, "rate", "lower", _MONTH, {A: level(134, 1.05, 1.17, 1.33)}, Rule.STANDARD, limits=(1,), bounds=(0, 20), is_rounded=True, is_ranked=False, counts=4),
    Measure(57, "Urgent Community Response 2-hour performance", _EFFECTIVE, _OUT_OF_HOSPITAL, "%", "higher", _QUARTER, {A: level(51, 80.5, 85, 91), C: level((37, 38, 38, 38), 80.5, 87, 90)}, Rule.FLOOR, Service.URGENT_COMMUNITY, limits=(70,), over_all=True),
    Measure(61, "NHS Staff survey - raising concerns sub-score", _SAFETY, _SAFETY, "out of 10", "higher", _SURVEY, {A: level(134, 6.15, 6.3, 6.5), C: level(61, 6.55, 6.75, 6.9), B: level(10, 5.75, 6, 6.1)}, bounds=(0, 10)),
    Measure(63, "Percentage of inpatients with >60 day length of stay", _EFFECTIVE, _FLOW, "%", "lower", _QUARTER, {A: level(1, 28), C: level(47, 20, 24.5, 29)}, service=Service.MENTAL_HEALTH, over_all=True, is_rounded=True),
    Measure(67, "CQC safe inspection", _SAFETY, _SAFETY, "score", "lower", _INSPECTION, {A: shared(4, 0, 0.4, 0.5, 0.1), C: shared((6, 6, 1, 0), 0, 0.4, 0.6, 0), B: shared((1, 1, 1, 0), 0, 1, 0, 0)}, Rule.SHARES, Service.INSPECTED, is_ranked=False, has_value=False),
    Measure(69, "CQC inpatient survey satisfaction rate", _EFFECTIVE, _EXPERIENCE, "score", "lower", _INPATIENTS, {A: shared(131, 0.07, 0.82, 0.04, 0.07)}, Rule.SHARES, Service.INPATIENTS, is_ranked=False, has_value=False),
    Measure(79, "Planned surplus/deficit", _FINANCE, "Finance", "%", "higher", _PLAN, {A: level(134, -3.8, -0.5, 1.8), C: level(61, 0.3, 1.1, 2.2), B: level(10, 0.9, 1.5, 2)}, Rule.BANDS, limits=(0, -1, -2), bounds=(-25, 5), is_rounded=True, break_even=2.5),
    Measure(80, "Combined finance", _FINANCE, "Finance", "score", "lower", _QUARTER, {A: level(134), C: level(61), B: level(10)}, Rule.MATRIX, is_ranked=False, has_value=False, parts=(79, 81), table=FINANCE_TABLE),
    Measure(81, "Variance year-to-date to financial plan", _FINANCE, "Finance", "%", "higher", _TO_DATE, {A: level(134, -0.8, 0.2, 0.8), C: level(61, 0.12, 0.25, 0.5), B: level(10, 0.25, 0.4, 0.7)}, Rule.BANDS, limits=(0, -0.5, -1), bounds=(-12, 5), is_rounded=True, break_even=0.2),
    Measure(82, "Sickness absence rate", _PEOPLE, "Retention and culture", "%", "lower", _SICKNESS, {A: level(134, 4.7, 5.3, 5.9), C: level(61, 5.2, 5.8, 6.6), B: level(10, 6.6, 7, 7.5)}, over_all=True, bounds=(2.5, 15)),
    # The description ends in a no-break space in the real files too.
    Measure(84, "NHS staff survey engagement theme sub-score\N{NO-BREAK SPACE}", _PEOPLE, "Retention and culture", "out of 10", "higher", _SURVEY, {A: level(134, 6.55, 6.8, 6.95), C: level(61, 6.9, 7.05, 7.2), B: level(10, 5.75, 5.95, 6.1)}, bounds=(0, 10)),
    Measure(85, "Implied productivity level", _FINANCE, "Productivity", "%", "higher", _PRODUCTIVITY, {A: level(134, 0.9, 2.5, 4.3)}, bounds=(-20, 20)),
    Measure(86, "Relative difference in costs", _FINANCE, "Productivity", "%", "lower", _COSTS, {C: level(61, 95, 104.5, 112), B: level(10, 94, 97, 106)}, over_all=True, bounds=(60, 160)),
    Measure(88, "Proportion of C. difficile infections", _SAFETY, _SAFETY, "rate", "lower", _MONTH, {A: level(134, 0.9, 1.1, 1.3)}, Rule.STANDARD, limits=(1,), bounds=(0, 20), is_rounded=True, is_ranked=False, counts=5),
    Measure(106, "Difference between planned and actual 18 week performance", _ACCESS, "Elective care", "percentage points", "higher", _MONTH, {A: level(130, -1.2, 1, 2.5)}, Rule.STANDARD, Service.ELECTIVE, limits=(0,), bounds=(-40, 40), since=1),
)  # fmt: skip

FRAMEWORK_2025_26 = Framework(
    first=0,
    measures=_MEASURES,
    score=1,
    domains={_ACCESS: 0, _SAFETY: 2, _FINANCE: 3, _PEOPLE: 4, _EFFECTIVE: 5},
    domain="40",
    segment="41",
    adjusted=SummaryRow("OF5000", "Adjusted segment", "segment"),
    average=SummaryRow("OF5002", "Average metric score", "score"),
    unadjusted=SummaryRow("OF5003", "Unadjusted segment", "segment"),
    override=SummaryRow("OF5004", "Financial override", "flag"),
    final=SummaryRow("OF5005", "Final segment score override", "segment", last=1),
    support=SummaryRow(
        "OF5007", "Is the organisation in the Recovery Support Programme?", "flag", last=1
    ),
    summary_period=_QUARTER,
    not_counted=frozenset({79, 81}),
    sub_domains={_SAFETY: (_SAFETY, 2)},
)
