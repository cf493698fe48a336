"""What the framework from 2026/27 measures: IDs, texts, units and periods of the real files.

Some units are wrong, as published. Levels are rounded from the published quartiles of each type;
no trust's figure is in them.
"""

from __future__ import annotations

from sample_release.measures import (
    ACUTE as A,
    AMBULANCE as B,
    COMMUNITY as C,
    FINANCE_TABLE,
    STAFFING_TABLE,
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
_FINANCE = "Finance, productivity and innovation"
_PEOPLE = "People"
_EXPERIENCE = "Experience of care"
_EFFECTIVE = "Effectiveness of care and population health"
_CULTURE, _DISCHARGE, _FLOW = "People and culture", "Effective discharge", "Patient flow"
_MENTAL, _OUTCOMES, _SAFE = "Mental health care", "Outcomes", "Safe outcomes"

_MONTH = Period(("{month}",))
_QUARTER = Period(("Q{q} {short}",))
_QUARTER_BEFORE = Period(("{last_quarter}",))
_MONTH_NUMBER = Period(("M{month_number} {short}",))
_FIRST_MONTH = Period(("M{first_month} {short}",))
_WINTER = Period(("M11 {last_short}",))
_SURVEY = Period(("{survey}",))
_ADVOCACY = Period(("Dec-{survey_short}",), time="{survey}")
_INPATIENTS = Period(("{inpatients}",))
_CALLS = Period(("{long} to {month_name}",))
_INCIDENTS = Period(("{long} YTD to {month_name}",))
_TWELVE_MONTHS = Period(("12 months to {month_name} {month_year}",))
_MORTALITY = Period(("{year_to}",))
_PLAN = Period(("{month}",), time="{long}")
# The score is of this year's plan, as its value is; the real files name the year before.
_PLAN_SCORE = Period(("{last_long} plan",))
_SICKNESS = Period(("{last_month}",), time="sickness {last_quarter}")
_COSTS = Period(("{survey}",), time="{costs}")
_PAIRED = "Percentage of people discharged from community mental health services with a paired outcome score recorded"

_MEASURES = (
    Measure(1, "Percentage of cases where a patient is waiting less than 18 weeks for community treatment", _ACCESS, "Elective care", "%", "higher", _MONTH_NUMBER, {A: level(79, 65, 81, 88), C: level(43, 70, 85, 92.5)}, Rule.STANDARD, Service.COMMUNITY, limits=(78,), over_all=True),
    Measure(3, "Percentage of cases where a patient is waiting more than 52 weeks for elective treatment", _ACCESS, "Elective care", "%", "lower", _MONTH, {A: level(129, 0.45, 1.05, 1.85)}, Rule.STANDARD, Service.ELECTIVE, limits=(0,)),
    Measure(4, "Average response time to 999 calls", _ACCESS, "Urgent care", "mins", "lower", _CALLS, {A: level(1, 6), B: level(10, 2, 4, 6)}, Rule.FLOOR, Service.AMBULANCE, limits=(10,), over_all=True, bounds=(1, 30), places=0, is_rounded=True),
    Measure(5, "Percentage of cases where a patient is waiting more than 52 weeks for community treatment", _ACCESS, "Elective care", "%", "lower", _MONTH_NUMBER, {A: level(79, 0, 0.7, 7.6), C: level(43, 0, 0.3, 8)}, Rule.STANDARD, Service.COMMUNITY, limits=(0,), over_all=True),
    Measure(8, "Percentage of referrals where the patient is waiting six weeks or longer for a test or procedure", _ACCESS, "Diagnostics", "%", "lower", _MONTH, {A: level(131, 9.5, 17, 27)}, service=Service.ELECTIVE),
    Measure(10, "Percentage of cases meeting the 28 day faster diagnosis standard", _ACCESS, "Cancer care", "%", "higher", _QUARTER, {A: level(116, 75, 79.5, 82)}, Rule.STANDARD, Service.CANCER, limits=(80,)),
    Measure(11, "Percentage of cases treated within 62 days of referral", _ACCESS, "Cancer care", "rate", "higher", _QUARTER, {A: level(118, 65, 70.5, 77.5)}, Rule.STANDARD, Service.CANCER, limits=(80,)),
    Measure(13, "Percentage of A&E patients admitted, transferred or discharged within four hours of arrival", _ACCESS, "Urgent care", "%", "higher", _QUARTER, {A: level(123, 71, 75.5, 80)}, Rule.STANDARD, Service.EMERGENCY, limits=(82,), places=1, is_rounded=True),
    Measure(14, "Percentage of patients spending 12 hours or longer in an emergency department without being admitted, discharged or transferred", _ACCESS, "Urgent care", "%", "lower", _QUARTER, {A: level(122, 5.5, 10, 12.5)}, service=Service.EMERGENCY),
    Measure(15, 'Percentage of all ambulance incidents with an outcome of "see and treat" or "hear and treat"', _EFFECTIVE, _OUTCOMES, "%", "higher", _INCIDENTS, {A: level(1, 45), B: level(10, 44.5, 48.5, 50.5)}, service=Service.AMBULANCE, over_all=True),
    # The descriptions of 16, 84 and 95 end in blanks in the real files too.
    Measure(16, "Urgent crisis response within 24 hours    ", _SAFETY, "High quality care", "mins", "higher", _QUARTER, {A: level(2, 40, 51, 62), C: level(49, 67.5, 76.5, 81.5)}, Rule.BANDS, Service.MENTAL_HEALTH, limits=(80, 70, 45)),
    Measure(17, "Mean response time to category 2 calls", _ACCESS, "Urgent care", "count", "lower", _CALLS, {A: level(1, 28), B: level(10, 24.5, 28, 33)}, Rule.STANDARD, Service.AMBULANCE, limits=(25,), over_all=True, bounds=(15, 70)),
    Measure(20, "Number of cases of MRSA in the last 12 months", _SAFETY, _SAFE, "%", "lower", _TWELVE_MONTHS, {A: level(134, 1, 3, 6)}, Rule.STANDARD, limits=(0,), places=0, is_rounded=True, is_ranked=False),
    Measure(23, "Percentage of cases where a patient is waiting 18 weeks or less for elective treatment", _ACCESS, "Elective care", "days", "higher", _MONTH, {A: level(129, 62.5, 65.5, 69.5)}, service=Service.ELECTIVE),
    Measure(29, f"{_PAIRED} (children and young people)", _ACCESS, _MENTAL, "%", "higher", _MONTH, {A: level(7, 11, 25, 43), C: level(49, 16.5, 21, 29.5)}, Rule.NONE, Service.CHILDREN, is_ranked=False),
    Measure(29, "Combined CYP and adult CMH paired outcome completeness", _ACCESS, _MENTAL, "score", "lower", _MONTH, {}, Rule.PAIRED, is_ranked=False, has_value=False, parts=(29, 30)),
    Measure(30, f"{_PAIRED} (adult and older adult)", _ACCESS, _MENTAL, "%", "higher", _MONTH, {A: level(2, 26, 27.5, 29), C: level(49, 5, 10.5, 15.5)}, Rule.NONE, Service.MENTAL_HEALTH, is_ranked=False),
    Measure(35, "CQC community mental health survey satisfaction rate", _EXPERIENCE, "Experience", "score", "lower", _SURVEY, {A: shared(1, 0, 1, 0, 0), C: shared(49, 0.06, 0.88, 0.04, 0.02)}, Rule.SHARES, Service.MENTAL_HEALTH, is_ranked=False, has_value=False),
    Measure(36, "Percentage of total Children and Young People’s mental health waits for help that are over 104 weeks", _ACCESS, _MENTAL, "%", "lower", _MONTH, {A: level(16, 21.5, 38, 54), C: level(51, 15.5, 26, 35.5)}, Rule.BANDS, Service.CHILDREN, limits=(5, 10, 29)),
    Measure(43, "Mental health 14-day readmission rate", _EFFECTIVE, _DISCHARGE, "rate", "lower", _QUARTER, {C: level(43, 4.5, 5.7, 6.9)}, Rule.BANDS, Service.MENTAL_HEALTH, limits=(5, 10, 15)),
    Measure(45, "Percentage of patients readmitted within 30 days of discharge", _EFFECTIVE, _DISCHARGE, "score", "lower", _MONTH, {A: shared(134, 0.57, 0.09, 0.02, 0.32), C: shared(24, 0.26, 0.7, 0, 0.04)}, Rule.SHARES, Service.INPATIENTS, is_ranked=False, has_value=False),
    Measure(46, "Summary Hospital Mortality Indicator", _EFFECTIVE, _OUTCOMES, "score", "lower", _MORTALITY, {A: shared(118, 0.07, 0.84, 0.09, 0)}, Rule.SHARES, Service.CANCER, is_ranked=False, has_value=False),
    Measure(47, "NHS staff survey advocacy sub-score", _EXPERIENCE, "Experience", "rate", "higher", _ADVOCACY, {A: level(134, 6.2, 6.65, 6.9), C: level(61, 6.7, 6.9, 7.25), B: level(10, 5.75, 6.15, 6.35)}, score_period=_SURVEY, bounds=(0, 10)),
    Measure(48, "Rate of e-coli", _SAFETY, _SAFE, "score", "lower", _QUARTER, {A: shared(134, 0.02, 0.13, 0.54, 0.31)}, Rule.SHARES, is_ranked=False, has_value=False),
    Measure(60, "Percentage of inpatients referred to and seen by an in-house tobacco treatment services who make a supported attempt to stop smoking", _EFFECTIVE, "Preventing ill health", "%", "higher", _QUARTER_BEFORE, {A: level(126, 2.5, 25, 46), C: level(52, -8, 1, 20.5)}, Rule.FLOOR, Service.TOBACCO, limits=(0.01,), is_rounded=True),
    Measure(61, "NHS Staff survey - raising concerns sub-score", _SAFETY, "Safe culture", "%", "higher", _SURVEY, {A: level(134, 6.15, 6.3, 6.5), C: level(61, 6.55, 6.75, 6.9), B: level(10, 5.75, 6, 6.1)}, bounds=(0, 10)),
    Measure(69, "CQC inpatient survey satisfaction rate", _EXPERIENCE, "Experience", "score", "lower", _INPATIENTS, {A: shared(130, 0.08, 0.82, 0.03, 0.07)}, Rule.SHARES, Service.INPATIENTS, is_ranked=False, has_value=False),
    Measure(77, "Percentage of intermediate care beds occupied by patients without criteria to reside", _EXPERIENCE, _FLOW, "%", "lower", _QUARTER, {A: level(50, 15.5, 27.5, 36), C: level(37, 12, 21, 27.5)}, service=Service.URGENT_COMMUNITY, over_all=True),
    Measure(79, "Planned surplus/deficit", _FINANCE, "Finance", "%", "higher", _PLAN, {A: level(134, -2.8, 0.3, 2), C: level(61, 0.3, 1.1, 2.2), B: level(10, 0.9, 1.5, 2)}, Rule.BANDS, score_period=_PLAN_SCORE, limits=(0, -1, -2), bounds=(-25, 5), is_rounded=True, break_even=2.5),
    Measure(80, "Combined finance", _FINANCE, "Finance", "score", "lower", _MONTH_NUMBER, {A: level(134), C: level(61), B: level(10)}, Rule.MATRIX, is_ranked=False, has_value=False, parts=(79, 81), table=FINANCE_TABLE),
    Measure(81, "Variance to plan year-to-date", _FINANCE, "Finance", "%", "higher", _MONTH, {A: level(134, -0.6, 0.15, 0.25), C: level(61, 0.1, 0.18, 0.25), B: level(10, 0.2, 0.35, 0.5)}, Rule.BANDS, limits=(0, -0.5, -1), bounds=(-12, 5), is_rounded=True, break_even=0.2),
    Measure(82, "Sickness absence rate", _PEOPLE, _CULTURE, "%", "lower", _SICKNESS, {A: level(134, 4.8, 5.35, 5.85), C: level(61, 5.35, 5.9, 6.65), B: level(10, 7, 7.5, 7.9)}, over_all=True, bounds=(2.5, 15)),
    Measure(84, "NHS staff survey engagement theme sub-score\N{NO-BREAK SPACE}", _PEOPLE, _CULTURE, "%", "higher", _SURVEY, {A: level(134, 6.55, 6.8, 6.95), C: level(61, 6.9, 7.05, 7.2), B: level(10, 5.75, 5.95, 6.1)}, bounds=(0, 10)),
    Measure(86, "Relative cost difference (National Cost Collection Index)", _FINANCE, "Productivity", "rate", "lower", _COSTS, {A: level(134, 94.5, 100, 106), C: level(61, 95, 104.5, 112), B: level(10, 94, 97, 106)}, Rule.STANDARD, limits=(100,), over_all=True, bounds=(60, 160)),
    Measure(88, "Rate of c-difficile", _SAFETY, _SAFE, "score", "lower", _QUARTER, {A: shared(134, 0.07, 0.26, 0.37, 0.3)}, Rule.SHARES, is_ranked=False, has_value=False),
    Measure(93, "Mean length of stay for adult acute and psychiatric intensive care unit patients", _EXPERIENCE, _FLOW, "days", "lower", _QUARTER, {A: level(1, 60), C: level(49, 41, 46, 53.5)}, Rule.BANDS, Service.MENTAL_HEALTH, limits=(40, 49, 70), bounds=(15, 250), places=0, is_rounded=True),
    Measure(94, "Percentage of clinical trials set up within 90 days", _FINANCE, "Innovation", "rate", "higher", _QUARTER, {A: level(121, 29.5, 50, 70), C: level(47, 50, 57, 100), B: level(2, 90, 100, 110)}, Rule.FLOOR, Service.RESEARCH, limits=(80,), is_rounded=True),
    Measure(95, "Mean length of stay for older adult acute mental health patients  ", _EXPERIENCE, _FLOW, "days", "lower", _QUARTER, {A: level(3, 80, 98, 118), C: level(50, 79, 91.5, 112)}, Rule.BANDS, Service.MENTAL_HEALTH, limits=(73, 95, 125), bounds=(30, 300), places=0, is_rounded=True),
    Measure(96, "Overall Data Quality Maturity Index", _FINANCE, "Innovation", "index", "higher", _FIRST_MONTH, {A: level(134, 90.5, 93, 95), C: level(61, 90.5, 93.5, 96.5), B: level(1, 70)}, service=Service.RESEARCH, over_all=True, places=1, is_rounded=True),
    Measure(97, "Clinical audit outlier (banded score)", _SAFETY, "High quality care", "score", "lower", _MONTH, {A: shared(134, 0.78, 0.03, 0.13, 0.06)}, Rule.SHARES, is_ranked=False, has_value=False),
    Measure(101, "Percentage of frontline healthcare workers to receive a flu vaccination", _PEOPLE, _CULTURE, "%", "higher", _WINTER, {A: level(134, 44.5, 50.5, 54.5), C: level(61, 40, 45.5, 51), B: level(10, 47, 50.5, 59)}, over_all=True, places=1, is_rounded=True),
    Measure(102, "National Education and Training Survey overall experience sub-score", _PEOPLE, _CULTURE, "score", "higher", _SURVEY, {A: level(134, 73.5, 76.5, 79), C: level(61, 80, 81, 82.5), B: level(10, 75.5, 80, 84)}, over_all=True, is_rounded=True),
    Measure(108, "Temporary staffing cost relative band", _PEOPLE, "Workforce", "score", "lower", _QUARTER, {A: level(134), C: level(61), B: level(10)}, Rule.MATRIX, is_ranked=False, has_value=False, parts=(207, 208), table=STAFFING_TABLE),
    Measure(113, "Adult acute and rehabilitation mental health, learning disability and autism discharges followed up within 72 hours", _EFFECTIVE, _OUTCOMES, "%", "higher", _QUARTER, {A: level(2, 72, 77, 82), C: level(49, 81, 85, 88.5)}, Rule.BANDS, Service.MENTAL_HEALTH, limits=(80, 70, 60)),
    Measure(116, "Delayed inductions rate", _EFFECTIVE, _OUTCOMES, "rate", "lower", _QUARTER, {A: level(119, 18, 31, 56)}, service=Service.MATERNITY, bounds=(0, 700), places=1, is_rounded=True),
    Measure(120, "NHS staff standards sub-score", _PEOPLE, _CULTURE, "score", "higher", _SURVEY, {A: level(134, 7.42, 7.52, 7.65), C: level(61, 7.72, 7.8, 7.9), B: level(10, 6.72, 6.85, 6.98)}, bounds=(0, 10)),
    Measure(207, "Temporary staffing bank", _PEOPLE, "Workforce", "score", "lower", _QUARTER, {A: shared(134, 0.37, 0.43, 0.08, 0.12), C: shared(61, 0.38, 0.22, 0.16, 0.24), B: shared(10, 0.8, 0, 0.2, 0)}, Rule.SHARES, is_ranked=False, has_value=False),
    Measure(208, "Temporary staffing agency", _PEOPLE, "Workforce", "score", "lower", _QUARTER, {A: shared(134, 0.51, 0.39, 0.05, 0.05), C: shared(61, 0.29, 0.53, 0.02, 0.16), B: shared(10, 0.7, 0.1, 0.1, 0.1)}, Rule.SHARES, is_ranked=False, has_value=False),
)  # fmt: skip

FRAMEWORK_2026_27 = Framework(
    first=4,
    measures=_MEASURES,
    score=2,
    domains={_ACCESS: 0, _SAFETY: 2, _FINANCE: 3, _PEOPLE: 4, _EXPERIENCE: 5, _EFFECTIVE: 9},
    domain="42",
    segment="43",
    adjusted=SummaryRow("OF5200", "Adjusted segment", "segment"),
    average=SummaryRow("OF5202", "Average metric score", "segment"),
    unadjusted=SummaryRow("OF5203", "Unadjusted segment", "flag"),
    override=SummaryRow("OF5204", "Financial override", "segment"),
    summary_period=_QUARTER,
    not_counted=frozenset({79, 81, 207, 208}),
    cuts=(1.93, 2.325, 2.775),
    domain_units={_EXPERIENCE: "segment"},
)
