"""Where an answer goes and what it looks like there: a pipe, a terminal, a file."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nhs_league.core.ranking import BY_METRIC
from tests.conftest import COMMAND, Run, environment
from tests.sampling import one_in
from tests.terminal import needs_terminal, on_installed_terminal, on_terminal, with_messages

QUESTIONS = [
    ["worst", "--metric", "elective"],
    ["worst", "--metric", "infections", "--type", "all"],
    ["best", "--metric", "cancer"],
    ["table", "all"],
    ["show", "ZB6"],
    ["compare", "ZB6", "ZM8", "ZA5"],
    ["compare", "ZA0", "ZP7", "ZV6"],
    ["compare", "--by", "subtype", "--metric", "cancer"],
    ["metrics"],
    ["trusts"],
]


def test_a_pipe_gets_csv_and_nothing_else_on_stdout(sample: Run) -> None:
    piped = sample("worst", "--metric", "elective")
    rows = list(csv.DictReader(io.StringIO(piped.stdout)))
    assert tuple(rows[0]) == ("sample", *BY_METRIC)
    assert len(rows) == 10
    assert "Metric: Percentage of cases where a patient is waiting 18 weeks or less" in piped.stderr


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_every_answer_is_rectangular_csv_and_valid_json_of_the_same_rows(
    sample: Run, question: list[str]
) -> None:
    header, *rows = csv.reader(io.StringIO(sample(*question, "--csv").stdout))
    assert rows
    assert {len(row) for row in rows} == {len(header)}
    document = json.loads(sample(*question, "--json").stdout)
    assert [list(row) for row in document["rows"]] == [header] * len(rows)
    assert document["meta"]["sample"] is True
    assert document["meta"]["version"]


@needs_terminal
def test_a_reader_that_has_seen_enough_ends_it_quietly(sample_cache: Path) -> None:
    piped = subprocess.run(
        f'"{COMMAND}" --sample worst --metric elective --limit 0 2>stderr | head -3; echo "${{PIPESTATUS[0]}}"',
        shell=True,
        executable="/bin/bash",
        cwd=sample_cache,
        env=environment(sample_cache),
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    *lines, status = piped.stdout.splitlines()
    assert len(lines) == 3
    assert status == "0"
    assert "Broken" not in (sample_cache / "stderr").read_text("utf-8")


@needs_terminal
def test_a_closed_pipe_ends_it_quietly_whatever_the_size_of_the_answer(sample_cache: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [str(COMMAND), "--sample", "--quiet", "table", "all", "--json"]
    closed = subprocess.run(
        command,
        env=environment(sample_cache),
        stdout=writer,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    os.close(writer)
    assert (closed.returncode, closed.stderr) == (0, "")


@needs_terminal
@pytest.mark.parametrize("columns", one_in(2, [60, 80]))
@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_terminal_gets_a_table_that_fits(
    sample_cache: Path, question: list[str], columns: int
) -> None:
    shown = on_terminal("--sample", "--no-color", *question, data_dir=sample_cache, columns=columns)
    assert "sample,quarter" not in shown
    # Bold and reversed texts need no colour.
    plain = re.sub(r"\x1b\[[017]m", "", shown)
    assert "\x1b" not in plain
    assert max(len(line) for line in plain.splitlines()) <= columns


@needs_terminal
@pytest.mark.parametrize(
    ("option", "no_color", "is_coloured"),
    [([], "", True), (["--no-color"], "", False), ([], "1", False)],
    ids=["as it is", "option", "environment"],
)
def test_colours_are_shown_unless_they_are_unwanted(
    sample_cache: Path, option: list[str], no_color: str, is_coloured: bool
) -> None:
    shown = on_terminal(
        "--sample", *option, "show", "ZJ9", data_dir=sample_cache, NO_COLOR=no_color
    )
    # In an escape sequence that ends in m, 30 to 49 and 90 to 107 are colours.
    codes = {int(n) for codes in re.findall(r"\x1b\[([0-9;]*)m", shown) for n in codes.split(";")}
    assert 1 in codes
    assert any(code in (*range(30, 50), *range(90, 108)) for code in codes) is is_coloured


@needs_terminal
@pytest.mark.parametrize("name", ["FORCE_COLOR", "CLICOLOR_FORCE"])
def test_a_pipe_gets_colours_where_they_are_forced(sample: Run, name: str) -> None:
    shown = sample("show", "ZJ9", "--format", "table", env={name: "1"}).stdout
    assert "\x1b[" in shown
    plain = sample("show", "ZJ9", "--format", "table", env={name: "0"}).stdout
    assert "\x1b[" not in plain


@needs_terminal
@pytest.mark.parametrize(
    ("answer", "is_light"),
    [(b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62c", True), (b"\x1b[?62c", None)],
    ids=["white", "does not say"],
)
def test_a_terminal_is_asked_what_it_writes_on(answer: bytes, is_light: bool | None) -> None:
    code = (
        "from nhs_league.cli.terminal import background; import sys; sys.stderr.write(background())"
    )
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "TERM": "xterm", "COLORFGBG": "", "NHSLEAGUE_BACKGROUND": ""},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    assert os.read(ours, 64) == b"\x1b]11;?\x1b\\\x1b[c"
    os.write(ours, answer)
    _, stderr = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert stderr.decode() == {True: "light", None: "unknown"}[is_light]


@needs_terminal
@pytest.mark.parametrize(
    "question",
    [
        question if question[0] == "show" else pytest.param(question, marks=pytest.mark.long)
        for question in QUESTIONS
    ],
    ids=" ".join,
)
def test_a_terminal_that_is_not_utf_8_gets_a_table_all_the_same(
    sample_cache: Path, question: list[str]
) -> None:
    shown = on_installed_terminal(
        "--sample",
        *question,
        data_dir=sample_cache,
        LC_ALL="C",
        TERM="dumb",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
    )
    assert "SAMPLE: invented data" in shown
    assert shown.isascii()


def test_wide_shows_every_column(sample: Run) -> None:
    narrow = sample("worst", "--metric", "elective", "--format", "table").stdout
    wide = sample("worst", "--metric", "elective", "--format", "table", "--wide").stdout
    # The trust ranked 127th of 129, ZA7, is a teaching trust.
    assert "Acute - Teaching" not in narrow
    assert "Acute - Teaching" in wide


def test_columns_chooses_columns_and_never_leaves_out_that_it_is_fictional(sample: Run) -> None:
    chosen = sample("table", "--columns", "trust_code,rank", "--limit", "1").stdout
    assert chosen.splitlines()[0] == "sample,trust_code,rank"


def test_sort_and_limit_hold_for_each_trust_type(sample: Run) -> None:
    answered = sample("table", "all", "--sort", "-average_score", "--limit", "2", "--json")
    rows = json.loads(answered.stdout)["rows"]
    types = [row["trust_type"] for row in rows]
    assert types == ["acute"] * 2 + ["mental-health-community"] * 2 + ["ambulance"] * 2
    assert all(rows[i]["average_score"] >= rows[i + 1]["average_score"] for i in (0, 2, 4))


def test_quiet_says_nothing_but_the_answer(sample: Run) -> None:
    assert sample("worst", "--metric", "elective", "--quiet").stderr == ""


def test_the_ending_of_a_file_chooses_the_format(sample: Run, tmp_path: Path) -> None:
    written = {}
    for ending in ("csv", "json", "txt"):
        file = tmp_path / f"tablé.{ending}"
        result = sample("table", "ambulance", "-o", str(file))
        assert (result.returncode, result.stdout) == (0, "")
        written[ending] = file.read_text("utf-8")
    assert len(list(csv.DictReader(io.StringIO(written["csv"])))) == 10
    assert len(json.loads(written["json"])["rows"]) == 10
    assert "SAMPLE: invented data" in written["txt"].splitlines()[0]


def test_a_file_that_cannot_be_written_is_said(sample: Run, tmp_path: Path) -> None:
    result = sample("table", "-o", str(tmp_path / "no such folder" / "table.csv"))
    assert result.returncode == 2
    assert "cannot be written" in result.stderr


def test_json_tells_what_was_asked_and_where_it_comes_from(sample: Run) -> None:
    answered = sample("worst", "--metric", "elective", "--region", "london", "--json")
    meta = json.loads(answered.stdout)["meta"]
    assert meta["filters"] == {
        "metric": "elective",
        "quarter": "latest",
        "region": ["london"],
        "limit": 10,
    }
    assert meta["quarter"] == ["Q1 2026/27"]
    (file,) = meta["release_files"]
    assert file.startswith("nhs-oversight-framework-acute-trust-data-q1-26-27.csv#")


def test_trusts_of_different_types_are_compared_only_on_what_both_have(sample: Run) -> None:
    compared = sample("compare", "ZA0", "ZV6", "--csv")
    metrics = {row["metric_id"] for row in csv.DictReader(io.StringIO(compared.stdout))}
    assert "OF0084" in metrics
    assert not metrics & {"OF0011", "OF0002"}
    assert "only the metrics that they share are compared" in compared.stderr


def test_types_are_not_mixed_and_the_others_are_named(sample: Run) -> None:
    one = sample("worst", "--metric", "sickness", "--limit", "0")
    assert {row["trust_type"] for row in csv.DictReader(io.StringIO(one.stdout))} == {"acute"}
    assert "--type mental-health-community or ambulance" in one.stderr
    every = sample("worst", "--metric", "sickness", "--limit", "1", "--type", "all")
    types = [row["trust_type"] for row in csv.DictReader(io.StringIO(every.stdout))]
    assert types == ["acute", "mental-health-community", "ambulance"]


@pytest.mark.parametrize("spelling", ["Q3 2025/26", "q3", "2025-26-q3", "q3 25/26"])
def test_a_quarter_is_named_as_people_name_it(sample: Run, spelling: str) -> None:
    rows = csv.DictReader(io.StringIO(sample("table", "ambulance", "--quarter", spelling).stdout))
    assert {row["quarter"] for row in rows} == {"Q3 2025/26"}


def test_a_trust_that_merged_is_shown_from_its_last_quarter(sample: Run) -> None:
    shown = sample("show", "ZA4")
    assert shown.returncode == 0
    assert "newest figures are for Q2 2025/26" in shown.stderr


@needs_terminal
def test_a_message_on_a_terminal_says_only_what_the_title_does_not(sample_cache: Path) -> None:
    question = ["--sample", "worst", "elective"]
    shown = with_messages(*question, data_dir=sample_cache)
    assert "Metric: " not in shown
    assert shown.count("For others, add --type") == 1
    plain = with_messages(*question, "--plain", data_dir=sample_cache)
    assert "Metric: " in plain


@needs_terminal
def test_a_message_is_broken_between_words(sample_cache: Path) -> None:
    question = ["--sample", "worst", "elective", "--plain"]
    shown = with_messages(*question, data_dir=sample_cache, columns=60)
    message = shown[: shown.index("SAMPLE")]
    lines = message.splitlines()
    assert max(map(len, lines)) <= 60
    assert "add --type mental-health-community." in " ".join(lines)
