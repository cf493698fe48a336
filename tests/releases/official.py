"""Small release files in the official format; every trust and figure is invented."""

from __future__ import annotations

import csv
import io
from random import Random
from statistics import fmean, quantiles

METRIC_HEADER = (
    "Quarter,Region,Trust_type,Trust_subtype,Trust_code,Trust_name,Domain,Sub-domain,Metric_ID,"
    "Metric_description,Reporting_date,Units,Value,Median_value,Lower_quartile,Upper_quartile,Rank"
)
TABLE_HEADER = (
    "Quarter,Region,Trust_type,Trust_subtype,Trust_code,Trust_name,Average_score,"
    "Likely_range_of_average_score,Segment,Trust_in_financial_deficit,Rank,Likely_range_of_rank"
)
ABOUT = "London,Acute trust,Acute - Large,{code},Trust {code}"
CANCER = "Access to services,Cancer care,OF{kind}011,Treated for cancer within 62 days,Dec-25"
INFECTION = "Patient safety,Patient safety,OF{kind}048,E. coli infections,Dec-25"
SUMMARY = "Summary,Summary,{id},{text},Q3 2025/26"

METRIC_ROWS = [
    # line 2: a value row and, on line 3, its score row
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},{CANCER.format(kind=0)},%,46.55,61.5,55.25,70,2",
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},{CANCER.format(kind=1)},score,4,NA,NA,NA,2",
    f"Q3 2025/26,{ABOUT.format(code='Z2B')},{CANCER.format(kind=0)},%,76.45,61.5,55.25,70,1",
    f"Q3 2025/26,{ABOUT.format(code='Z2B')},{CANCER.format(kind=1)},score,1,NA,NA,NA,1",
    # lines 6 to 8: one metric as a rate and as a count, with one score
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},{INFECTION.format(kind=0)},count,12,NA,NA,NA,1",
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},{INFECTION.format(kind=0)},rate,1.08,1.2,1,1.4,1",
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},{INFECTION.format(kind=1)},score,1,NA,NA,NA,1",
    # line 9: a score without a value
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},Effectiveness and experience,Patient experience,OF1035,"
    "Patient survey,2024,score,2,NA,NA,NA,NA",
    # lines 10 and 11: a domain's score and segment
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},Access to services,Access to services domain score,"
    "OF4000,Access to services domain score,Q3 2025/26,score,4,NA,NA,NA,2",
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},Access to services,Access to services domain segment,"
    "OF4100,Access to services domain segment,Q3 2025/26,segment,4,NA,NA,NA,NA",
    # lines 12 to 15: the summary
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},{SUMMARY.format(id='OF5000', text='Adjusted segment')},"
    "segment,3,NA,NA,NA,2",
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},{SUMMARY.format(id='OF5002', text='Average metric score')},"
    "score,2.33,NA,NA,NA,1",
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},{SUMMARY.format(id='OF5003', text='Unadjusted segment')},"
    "segment,2,NA,NA,NA,NA",
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},{SUMMARY.format(id='OF5004', text='Financial override')},"
    "flag,1,NA,NA,NA,NA",
]
TABLE_ROWS = [
    f"Q3 2025/26,{ABOUT.format(code='Z2B')},2.4,1.9 to 2.9,3,No,1,1 to 2",
    f"Q3 2025/26,{ABOUT.format(code='Z1A')},2.33,1.72 to 2.73,3,Yes,2,1 to 2",
]


def metric_file(rows: list[str] = METRIC_ROWS, header: str = METRIC_HEADER) -> str:
    """Write a metric file."""
    return "".join(f"{line}\n" for line in (header, *rows))


def league_table(rows: list[str] = TABLE_ROWS, header: str = TABLE_HEADER) -> str:
    """Write a league table."""
    return "".join(f"{line}\n" for line in (header, *rows))


def with_line(text: str, number: int, line: str) -> str:
    """Replace a line of a file, counted from 1."""
    lines = text.splitlines()
    lines[number - 1] = line
    return "".join(f"{each}\n" for each in lines)


def with_field(text: str, number: int, column: str, value: str) -> str:
    """Replace one field of a line, counted from 1; the files here have no quoted fields."""
    lines = text.splitlines()
    fields = lines[number - 1].split(",")
    fields[lines[0].split(",").index(column)] = value
    return with_line(text, number, ",".join(fields))


def first_form(text: str) -> str:
    """Rewrite a metric file as Q1 2025/26 had it: without the column Quarter."""
    return "".join(f"{line.split(',', 1)[1]}\n" for line in text.splitlines())


_METRICS = (
    # last three digits, description, domain, unit, whether high is good, smallest, largest
    ("010", "Fictional cases within 28 days", 0, "%", True, 55.0, 95.0),
    ("003", "Fictional waits over 52 weeks", 0, "%", False, 1.5, 30.0),
    ("301", "Fictional time to answer", 0, "mins", False, 20.0, 60.0),
    ("302", "Fictional falls, all of them", 1, "count", False, 400.0, 5200.0),
    ("303", "Fictional harm for 1,000 bed days", 1, "rate", False, 0.2, 9.0),
)
_DOMAINS = (("Access to services", "00"), ("Patient safety", "02"))
_SCHEMES = {"2025/26": ("1", "40", "41", "50"), "2026/27": ("2", "42", "43", "52"),
            "2027/28": ("3", "44", "45", "54")}  # fmt: skip


def whole_metric_file(
    quarters: tuple[str, ...] = ("Q1 2026/27",),
    *,
    trusts: int = 30,
    trust_type: str = "Acute trust",
    subtypes: tuple[str, ...] = ("Acute - Large", "Acute - Small"),
) -> list[list[str]]:
    """Make the rows of a metric file, header first, as published: floats, empty fields.

    It keeps the rules of real ones: each year's IDs, ranks of unrounded values, one median a
    metric, segments and places that follow from the scores.
    """
    rows = [METRIC_HEADER.split(",")]
    for quarter in quarters:
        rows += _of_quarter(quarter, trusts, trust_type, subtypes)
    return rows


def whole_league_table(quarters: tuple[str, ...] = ("Q1 2026/27",)) -> list[list[str]]:
    """Make the rows of a league table, header first, of the trusts of ``whole_metric_file``."""
    metric_rows = whole_metric_file(quarters)
    rows = [TABLE_HEADER.split(",")]
    for quarter in quarters:
        ends = {
            row[4]: row for row in metric_rows if row[0] == quarter and row[9] == "Adjusted segment"
        }
        averages = {
            row[4]: row[12]
            for row in metric_rows
            if row[0] == quarter and row[9] == "Average metric score"
        }
        for code, row in sorted(ends.items(), key=lambda item: float(item[1][16])):
            score, place = float(averages[code]), int(float(row[16]))
            low, high = max(score - 0.4, 1.0), min(score + 0.4, 4.0)
            likely = f"{max(place - 6, 1)} to {min(place + 6, len(ends))}"
            in_deficit = "Yes" if place % 3 == 0 else "No"
            rows.append(
                [*row[:6], averages[code], f"{low:.2f} to {high:.2f}", row[12], in_deficit,
                 row[16], likely]
            )  # fmt: skip
    return rows


def _of_quarter(
    quarter: str, trusts: int, trust_type: str, subtypes: tuple[str, ...]
) -> list[list[str]]:
    score_digit, domain_scores, domain_segments, summary = _SCHEMES[quarter[3:]]
    rng = Random(f"{quarter} {trust_type}")
    codes = [f"Z{n:02d}" for n in range(trusts - 1)] + ["Z9V2S"]
    about = {
        code: [quarter, ("London", "Midlands")[n % 2], trust_type, subtypes[n % len(subtypes)], code,
               f"Fictional Trust, {code}"]
        for n, code in enumerate(codes)
    }  # fmt: skip
    rows = []
    scores: dict[str, dict[int, list[float]]] = {code: {0: [], 1: []} for code in codes}
    for number, text, domain, unit, is_high_good, smallest, largest in _METRICS:
        exact = {code: rng.uniform(smallest, largest) for code in codes}
        ranks = _ranks({code: -v if is_high_good else v for code, v in exact.items()})
        shown = {code: round(value, 2) for code, value in exact.items()}
        low, middle, high = quantiles(shown.values(), n=4, method="inclusive")
        name = _DOMAINS[domain][0]
        for code in codes:
            peers = [str(round(figure, 2)) for figure in (middle, low, high)]
            of = [name, "Fictional care", f"OF0{number}", text, "Jun-26", unit]
            rows.append([*about[code], *of, str(shown[code]), *peers, f"{ranks[code]}.0"])
        for code in codes:
            score = round(1 + 3 * (ranks[code] - 1) / (trusts - 1), 2)
            scores[code][domain].append(score)
            of = [name, "Fictional care", f"OF{score_digit}{number}", text, "Jun-26", "score"]
            rows.append([*about[code], *of, str(score), "", "", "", f"{ranks[code]}.0"])
    for domain, (name, digits) in enumerate(_DOMAINS):
        averages = {code: round(fmean(scores[code][domain]), 2) for code in codes}
        ranks = _ranks(averages)
        for what, prefix in (("score", domain_scores), ("segment", domain_segments)):
            text = f"{name} domain {what}"
            for code in codes:
                figure = (
                    averages[code]
                    if what == "score"
                    else float(1 + 4 * (ranks[code] - 1) // trusts)
                )
                rank = f"{ranks[code]}.0" if what == "score" else ""
                of = [name, text, f"OF{prefix}{digits}", text, quarter, what]
                rows.append([*about[code], *of, str(figure), "", "", "", rank])
    averages = {
        code: round(fmean(s for both in scores[code].values() for s in both), 2) for code in codes
    }
    ranks = _ranks(averages)
    unadjusted = {code: 1 + 4 * (ranks[code] - 1) // trusts for code in codes}
    override = {code: n % 3 == 0 for n, code in enumerate(codes)}
    adjusted = {code: max(unadjusted[code], 3 if override[code] else 0) for code in codes}
    places = _ranks({code: adjusted[code] * 10 + averages[code] for code in codes})
    for number, text, unit, figures, ranked in (
        ("00", "Adjusted segment", "segment", adjusted, places),
        ("02", "Average metric score", "score", averages, ranks),
        ("03", "Unadjusted segment", "segment", unadjusted, {}),
        ("04", "Financial override", "flag", override, {}),
    ):
        for code in codes:
            rank = f"{ranked[code]}.0" if ranked else ""
            of = ["Summary", "Summary", f"OF{summary}{number}", text, quarter, unit]
            rows.append([*about[code], *of, str(float(figures[code])), "", "", "", rank])
    return rows


def _ranks(figures: dict[str, float]) -> dict[str, int]:
    return {
        code: 1 + sum(other < figure for other in figures.values())
        for code, figure in figures.items()
    }


def published(rows: list[list[str]], *, encoding: str = "utf-8-sig", end: str = "\r\n") -> bytes:
    """Write rows as NHS England writes them: byte-order mark, CRLF, few quotes."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator=end).writerows(rows)
    return text.getvalue().encode(encoding)
