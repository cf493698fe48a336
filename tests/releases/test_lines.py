"""Each figure keeps the line of the release file that it is in, whatever is around it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from nhs_league.releases.parse import ParsedFile, parse_file
from tests.releases import official

ROWS = official.whole_metric_file(trusts=8)
CODE, NAME, METRIC_ID = (ROWS[0].index(c) for c in ("Trust_code", "Trust_name", "Metric_ID"))
_WITHOUT_LINE = ("Metric_ID", "OF5203", "OF5204")
"""The header, and summary rows of which no line is kept."""
Text = tuple[str, dict[tuple[str, str], int]]
"""A file's text, and trust code and Metric_ID -> the line at which the row begins."""


def written(rows: list[list[str]], above: str = "", between: str = "", end: str = "\n") -> Text:
    """Write rows one by one, and count the line ends before each."""
    text, lines = above, {}
    for row in rows:
        record = io.StringIO(newline="")
        csv.writer(record, lineterminator=end).writerow(row)
        lines[row[CODE], row[METRIC_ID]] = text.count("\n") + 1
        text += record.getvalue() + between
    return text, lines


def with_names_of_two_lines() -> Text:
    rows = [list(row) for row in ROWS]
    for row in rows[3::5]:
        row[NAME] = row[NAME].replace(", ", ",\n")
    return written(rows)


def with_a_row_too_short() -> Text:
    rows = [list(row) for row in ROWS]
    text, lines = written([*rows[:20], rows[20][:9], *rows[21:]])
    return text, lines | {(rows[20][CODE], rows[20][METRIC_ID]): 0}


def with_one_quote_too_many() -> Text:
    text, lines = written(ROWS)
    records = text.splitlines(keepends=True)
    records[20] = records[20].replace("Fictional", '"Fictional', 1)
    return "".join(records), lines | {(ROWS[20][CODE], ROWS[20][METRIC_ID]): 0}


FORMS: dict[str, Callable[[], Text]] = {
    "as published": lambda: written(ROWS, end="\r\n", above="\ufeff"),
    "rows in another order": lambda: written([ROWS[0], *reversed(ROWS[1:])]),
    "a title of two lines": lambda: written(ROWS, above='"Trusts,\nby metric",,\n\n'),
    "blank lines": lambda: written(ROWS, above="\n\n", between="\n"),
    "rows of empty fields": lambda: written(ROWS, between="," * (len(ROWS[0]) - 1) + "\n"),
    "names of two lines": with_names_of_two_lines,
    "a row too short": with_a_row_too_short,
    "one quote too many": with_one_quote_too_many,
    "the header twice": lambda: written([*ROWS[:30], ROWS[0], *ROWS[30:]]),
    "a field too many": lambda: written([[*row, ""] for row in ROWS[:9]] + ROWS[9:]),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_figure_keeps_its_line(form: str) -> None:
    text, lines = FORMS[form]()
    parsed = parse_file("release.csv", text.encode())
    expected = {key: line for key, line in lines.items() if line and key[1] not in _WITHOUT_LINE}
    assert lines_of(parsed) == expected


def lines_of(parsed: ParsedFile) -> dict[tuple[str, str], int]:
    """Return trust code and Metric_ID -> line, from all the frames."""
    places: dict[tuple[str, str], int | None] = {}
    domain = {"Access to services": "00", "Patient safety": "02"}
    for code, metric_id, line, score_line in parsed.observations.select(
        "trust_code", "metric_id", "line", "score_line"
    ).iter_rows():
        places |= {(code, metric_id): line, (code, f"OF2{metric_id[3:]}"): score_line}
    for code, name, line, segment_line in parsed.domains.select(
        "trust_code", "domain", "line", "segment_line"
    ).iter_rows():
        places |= {(code, f"OF42{domain[name]}"): line, (code, f"OF43{domain[name]}"): segment_line}
    for code, rank, score in parsed.standings.select(
        "trust_code", "rank_line", "score_line"
    ).iter_rows():
        places |= {(code, "OF5200"): rank, (code, "OF5202"): score}
    return {key: line for key, line in places.items() if line is not None}


def test_a_league_table_has_one_line_a_trust() -> None:
    rows = official.whole_league_table()
    table = parse_file("table.csv", official.published(rows)).standings
    lines = {row[4]: number for number, row in enumerate(rows[1:], 2)}
    for column in ("rank_line", "segment_line", "score_line"):
        assert dict(table.select("trust_code", column).iter_rows()) == lines
