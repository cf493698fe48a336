"""What is no release file, or cannot be right, is refused with file, line, column and value."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from nhs_league.errors import RefusedError
from nhs_league.releases.parse import ParsedFile, parse_file
from nhs_league.releases.parse.faults import refuse_if_most
from nhs_league.releases.parse.reading import read_rows
from tests.conftest import Run, kept_in
from tests.releases import official
from tests.sampling import one_in

METRIC = official.metric_file()
TABLE = official.league_table()


def everywhere(text: str, column: str, value: str) -> str:
    """Put a text into a column of every row."""
    for number in range(2, len(text.splitlines()) + 1):
        text = official.with_field(text, number, column, value)
    return text


MANY = official.metric_file(
    [row.replace("Z1A", f"Z{n}A") for n in range(1, 9) for row in official.METRIC_ROWS[:2]]
)
TABLE_OF_MANY = official.league_table(
    [
        official.TABLE_ROWS[0].replace("Z2B", f"Z{n}B").replace("3,No,1,", f"3,No,{n},")
        for n in range(1, 9)
    ]
)

# text, line, column, value
REFUSED = {
    "a web page": ("<!doctype html><html></html>\n", 1, None, "<!doctype html><html></html>"),
    "an empty file": ("\n \n", None, None, None),
    "another table": ("a,b\n1,2\n", 1, None, "a,b"),
    "a header alone": (METRIC.splitlines()[0] + "\n", 1, None, None),
    "a missing column": (METRIC.replace("Metric_description", "Metric_text"), 1, "Metric_description", None),
    "a doubled column": (METRIC.replace("Median_value", "Value"), 1, "Value", None),
    "a file cut in its last line": (METRIC[:-4], 15, None, None),
    "no quarter said": (official.first_form(METRIC).replace("Q3 2025/26", "Dec-25"), None, "Reporting_date", None),
    "words for all figures": (everywhere(MANY, "Value", "high"), 2, "Value", "high"),
    "ranks of 2.5 throughout": (everywhere(MANY, "Rank", "2.5"), 2, "Rank", "2.5"),
    "no trust codes": (everywhere(MANY, "Trust_code", "The first trust"), 2, "Trust_code", "The first trust"),
    "other IDs": (everywhere(MANY, "Metric_ID", "elective"), 2, "Metric_ID", "elective"),
    "quarters of another kind": (everywhere(MANY, "Quarter", "Winter 2025"), 2, "Quarter", "Winter 2025"),
    "segments of 7 throughout": (everywhere(TABLE_OF_MANY, "Segment", "7"), 2, "Segment", "7"),
    "ranges turned round throughout": (everywhere(TABLE_OF_MANY, "Likely_range_of_rank", "9 to 2"), 2, "Likely_range_of_rank", "9 to 2"),
    "rows too long throughout": ("".join(f"{line},1,2\n" for line in MANY.splitlines()).replace(",1,2\n", "\n", 1), 2, None, None),
    "a trust of two types": (METRIC.replace("Acute trust,Acute - Large,Z1A,Trust Z1A,Summary", "Ambulance trust,Acute - Large,Z1A,Trust Z1A,Summary"), 2, "Trust_type", None),
}  # fmt: skip

# text, then what is set aside: line, column, value
SET_ASIDE = {
    "a truncated row": (official.with_line(METRIC, 5, "Q3 2025/26,London"), 5, "(whole row)", "Q3 2025/26,London"),
    "a row too long": (official.with_line(METRIC, 5, METRIC.splitlines()[4] + ",1,2"), 5, "(whole row)", METRIC.splitlines()[4] + ",1,2"),
    "a segment of 7": (official.with_field(TABLE, 3, "Segment", "7"), 3, "Segment", "7"),
    "a segment row of 7": (official.with_field(METRIC, 12, "Value", "7"), 12, "Value", "7"),
    "an unadjusted segment of 5": (official.with_field(METRIC, 14, "Value", "5"), 14, "Value", "5"),
    "a score of 0.3": (official.with_field(METRIC, 3, "Value", "0.3"), 3, "Value", "0.3"),
    "an average score of 0.3": (official.with_field(TABLE, 2, "Average_score", "0.3"), 2, "Average_score", "0.3"),
    "a rank of 0": (official.with_field(METRIC, 4, "Rank", "0"), 4, "Rank", "0"),
    "a rank of 2.5": (official.with_field(TABLE, 2, "Rank", "2.5"), 2, "Rank", "2.5"),
    "a flag of 2": (official.with_field(METRIC, 15, "Value", "2"), 15, "Value", "2"),
    "a word for a figure": (official.with_field(METRIC, 2, "Value", "high"), 2, "Value", "high"),
    "a percent sign": (official.with_field(METRIC, 2, "Value", "46.55%"), 2, "Value", "46.55%"),
    "a semicolon in a figure": (official.with_field(METRIC, 2, "Value", "46;55"), 2, "Value", "46;55"),
    "infinity": (official.with_field(METRIC, 2, "Median_value", "inf"), 2, "Median_value", "inf"),
    "another code for a trust's row": (official.with_field(METRIC, 2, "Trust_code", "Z1A01"), 2, "Trust_code", "Z1A01"),
    "no code": (official.with_field(METRIC, 2, "Trust_code", "NA"), 2, "Trust_code", None),
    "no ID": (official.with_field(METRIC, 2, "Metric_ID", "cancer"), 2, "Metric_ID", "cancer"),
    "a quarter of six": (official.with_field(METRIC, 6, "Quarter", "Q6 2025/26"), 6, "Quarter", "Q6 2025/26"),
    "a year of no sense": (official.with_field(METRIC, 6, "Quarter", "Q3 2025/27"), 6, "Quarter", "Q3 2025/27"),
    "a range turned round": (official.with_field(TABLE, 2, "Likely_range_of_rank", "9 to 2"), 2, "Likely_range_of_rank", "9 to 2"),
    "one row of another type": (official.with_field(METRIC, 9, "Trust_type", "Ambulance trust"), 9, "Trust_type", "Ambulance trust"),
    "a quote that does not close": (official.with_line(METRIC, 5, METRIC.splitlines()[4].replace("Trust Z2B", '"Trust Z2B')), 5, "(whole row)", METRIC.splitlines()[4].replace("Trust Z2B", '"Trust Z2B')),
    "a quote that closes early": (official.with_field(METRIC, 2, "Value", '"46"55'), 2, "(whole row)", METRIC.splitlines()[1].replace("46.55", '"46"55')),
    "a NUL byte": (METRIC.replace("46.55", "46\0.55"), 2, "Value", "46\0.55"),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_the_refusal_names_the_place(fault: str) -> None:
    text, line, column, value = REFUSED[fault]
    with pytest.raises(RefusedError) as refused:
        parse_file("q3.csv", text.encode())
    assert refused.value.file == "q3.csv"
    assert refused.value.line == line
    assert refused.value.column == column
    if value is not None:
        assert refused.value.value == value


@pytest.mark.parametrize("fault", one_in(2, SET_ASIDE))
def test_one_odd_cell_is_set_aside_with_its_place_and_loses_nothing_else(fault: str) -> None:
    text, *place = SET_ASIDE[fault]
    parsed = parse_file("q3.csv", text.encode())
    assert parsed.set_aside.select("line", "column", "value").rows() == [tuple(place)]
    assert parsed.set_aside["release_file"].to_list() == ["q3.csv"]
    assert any(f"line {place[0]}, " in notice for notice in parsed.notices)
    whole = sound(TABLE if text.startswith(TABLE[:200]) else METRIC)
    assert parsed.trusts == whole.trusts
    for now, before in zip(frames(parsed), frames(whole), strict=True):
        lost = before.height - now.height
        assert lost in (0, 1)


@cache
def sound(text: str) -> ParsedFile:
    return parse_file("q3.csv", text.encode())


def frames(parsed: ParsedFile) -> tuple[pl.DataFrame, ...]:
    return parsed.standings, parsed.observations, parsed.domains


def test_two_rows_of_one_key_are_both_set_aside() -> None:
    text = METRIC + official.with_field(METRIC, 2, "Value", "47").splitlines()[1] + "\n"
    parsed = parse_file("q3.csv", text.encode())
    assert parsed.set_aside.select("line", "value").rows() == [(2, "46.55"), (16, "47")]
    assert parsed.observations.filter(trust_code="Z1A", metric_id="OF0011")["value"].to_list() == [
        None
    ]


@pytest.mark.parametrize(
    "fault",
    [
        "a web page",
        "a missing column",
        "a file cut in its last line",
        "words for all figures",
        "a trust of two types",
    ],
)
def test_the_command_refuses_with_exit_code_5_and_keeps_nothing(
    run: Run, tmp_path: Path, fault: str
) -> None:
    text, line, column, value = REFUSED[fault]
    file, store = tmp_path / "nhs-q3.csv", tmp_path / "store"
    file.write_text(text, "utf-8")
    result = run("fetch", "--from", str(file), data_dir=store)
    assert result.returncode == 5
    assert "refused" in result.stdout
    for part in ("nhs-q3.csv", line and f"line {line}", column, value):
        assert not part or part in result.stderr
    assert "Traceback" not in result.stderr
    assert kept_in(store) == []


@pytest.mark.parametrize(
    ("text", "broken", "groups", "is_refused"),
    [
        (METRIC, 1, 1, False), (METRIC, 2, 2, True), (METRIC, 2, 3, True), (METRIC, 2, 4, False),
        # A league table is one ranking.
        (TABLE, 1, 1, True), (TABLE, 0, 1, False),
    ],
)  # fmt: skip
def test_a_file_is_refused_where_two_metrics_or_more_and_most_of_them_break_a_rule(
    text: str, broken: int, groups: int, is_refused: bool
) -> None:
    rows = read_rows("q3.csv", text.encode())
    metrics = {("Q3 2025/26", "acute", f"OF001{n}") for n in range(broken)}
    with pytest.raises(RefusedError) if is_refused else nullcontext():
        refuse_if_most(rows, metrics, groups, "rank", "ranks do not follow the figures")


@pytest.mark.parametrize(
    ("faults", "column"),
    [
        ({"Metric_ID": "CANCER", "Trust_code": "?", "Quarter": "soon"}, "Quarter"),
        ({"Metric_ID": "CANCER", "Trust_code": "?"}, "Trust_code"),
    ],
)
def test_a_row_is_set_aside_once_for_the_first_of_its_faults(
    faults: dict[str, str], column: str
) -> None:
    text = METRIC
    for name, value in faults.items():
        text = official.with_field(text, 4, name, value)
    parsed = parse_file("q3.csv", text.encode())
    assert parsed.set_aside.select("line", "column").rows() == [(4, column)]


def test_a_refused_file_among_good_ones_leaves_the_good_ones_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(REFUSED["a missing column"][0], "utf-8")
    (tmp_path / "good.csv").write_text(METRIC, "utf-8")
    store = tmp_path / "store"
    assert run("fetch", "--from", str(tmp_path), data_dir=store).returncode == 5
    assert run("show", "Z1A", data_dir=store).returncode == 0


def test_the_line_of_a_fault_counts_line_ends_inside_quotes() -> None:
    lines = official.with_field(METRIC, 4, "Rank", "0").splitlines()
    lines[1] = lines[1].replace("Trust Z1A", '"Trust\n\nZ1A"')
    parsed = parse_file("q3.csv", "".join(f"{line}\n" for line in lines).encode())
    assert parsed.set_aside["line"].to_list() == [6]
