"""Small release files in the official format; every trust and figure is invented."""

from __future__ import annotations

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
