"""What is no release file, or cannot be right, is refused with file, line, column and value."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhs_league.errors import RefusedError
from nhs_league.releases.parse import parse_file
from tests.conftest import Run, kept_in
from tests.releases import official

METRIC = official.metric_file()
TABLE = official.league_table()

# text, line, column, value
REFUSED = {
    "a web page": ("<!doctype html><html></html>\n", 1, None, "<!doctype html><html></html>"),
    "an empty file": ("\n \n", None, None, None),
    "another table": ("a,b\n1,2\n", 1, None, "a,b"),
    "a header alone": (METRIC.splitlines()[0] + "\n", 1, None, None),
    "a missing column": (METRIC.replace("Metric_description", "Description"), 1, "Metric_description", None),
    "a doubled column": (METRIC.replace("Median_value", "Value"), 1, "Value", None),
    "a truncated row": (official.with_line(METRIC, 5, "Q3 2025/26,London"), 5, None, "Q3 2025/26,London"),
    "a row too long": (official.with_line(METRIC, 5, METRIC.splitlines()[4] + ",1,2"), 5, None, None),
    "a file cut in its last line": (METRIC[:-4], 15, None, None),
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
    "a decimal comma": (official.with_field(METRIC, 2, "Value", '"46;55"'), 2, "Value", "46;55"),
    "not a number": (official.with_field(METRIC, 2, "Median_value", "nan"), 2, "Median_value", "nan"),
    "a code of five": (official.with_field(METRIC, 2, "Trust_code", "Z1A01"), 2, "Trust_code", "Z1A01"),
    "no code": (official.with_field(METRIC, 2, "Trust_code", "NA"), 2, "Trust_code", ""),
    "an ID of five digits": (official.with_field(METRIC, 2, "Metric_ID", "OF00111"), 2, "Metric_ID", "OF00111"),
    "a quarter of six": (official.with_field(METRIC, 6, "Quarter", "Q6 2025/26"), 6, "Quarter", "Q6 2025/26"),
    "a year of no sense": (official.with_field(METRIC, 6, "Quarter", "Q3 2025/27"), 6, "Quarter", "Q3 2025/27"),
    "a range turned round": (official.with_field(TABLE, 2, "Likely_range_of_rank", "9 to 2"), 2, "Likely_range_of_rank", "9 to 2"),
    "half a range": (official.with_field(TABLE, 2, "Likely_range_of_average_score", "1.9"), 2, "Likely_range_of_average_score", "1.9"),
    "a score in percent": (official.with_field(METRIC, 3, "Units", "%"), 3, "Units", "%"),
    "two rows of one key": (METRIC + official.with_field(METRIC, 2, "Value", "47").splitlines()[1] + "\n", 16, "Units", "%"),
    "a trust of two types": (official.with_field(METRIC, 9, "Trust_type", "Ambulance trust"), 9, "Trust_type", "Ambulance trust"),
    "no quarter said": (official.first_form(METRIC).replace("Q3 2025/26", "Dec-25"), None, "Reporting_date", None),
    "a quote that does not close": (official.with_line(METRIC, 5, METRIC.splitlines()[4].replace("Trust Z2B", '"Trust Z2B')), 5, None, None),
    "a quote that closes early": (official.with_field(METRIC, 2, "Value", '"46"55'), 2, None, None),
    "a NUL byte": (METRIC.replace("46.55", "46\0.55"), 2, None, None),
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


@pytest.mark.parametrize(
    "fault",
    [
        "a web page",
        "a truncated row",
        "a missing column",
        "a segment of 7",
        "a score of 0.3",
        "a rank of 0",
        "two rows of one key",
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


def test_a_refused_file_among_good_ones_leaves_the_good_ones_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(REFUSED["a rank of 0"][0], "utf-8")
    (tmp_path / "good.csv").write_text(METRIC, "utf-8")
    store = tmp_path / "store"
    assert run("fetch", "--from", str(tmp_path), data_dir=store).returncode == 5
    assert run("show", "Z1A", data_dir=store).returncode == 0


def test_the_line_of_a_fault_counts_line_ends_inside_quotes() -> None:
    lines = official.with_field(METRIC, 4, "Rank", "0").splitlines()
    lines[1] = lines[1].replace("Trust Z1A", '"Trust\n\nZ1A"')
    with pytest.raises(RefusedError) as refused:
        parse_file("q3.csv", "".join(f"{line}\n" for line in lines).encode())
    assert refused.value.line == 6


def test_utf_16_is_refused() -> None:
    with pytest.raises(RefusedError, match="UTF-16"):
        parse_file("q3.csv", METRIC.encode("utf-16"))
