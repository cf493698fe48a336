"""Each exit code of the command, with its message; never a traceback for the user's fault."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.conftest import COMMAND, Run, environment, kept_in
from tests.releases import official


def fails(result: subprocess.CompletedProcess[str], code: int, *expected: str) -> None:
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for words in expected:
        assert words in result.stderr


def test_0_when_done(sample: Run) -> None:
    assert sample("trusts").returncode == 0


def test_1_for_a_fault_of_the_program_which_says_so(
    sample: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("nhs_league.cli.app.program", broken)
    result = sample("trusts")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "RuntimeError: planted" in result.stderr
    assert "a bug in nhsleague" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["worst"], "Which metric?"),
        (["worst", "elective", "--metric", "sickness"], "two metrics"),
        (["worst", "--metrik", "elective"], "--metrik"),
        (["wurst"], "wurst"),
        (["table", "--segment", "first"], "--segment"),
        (["table", "--csv", "--json"], "csv, json"),
        (["table", "--format", "docx"], "docx"),
        (["table", "-o", "table.docx"], "docx"),
        (["compare", "ZA0"], "two different trusts"),
        (["compare", "ZA0", "za0"], "two different trusts"),
        (["compare", "ZA0", "ZA1", "--by", "region"], "not for named trusts"),
        (["compare", "--by", "colour"], "colour"),
        (["fetch"], "--sample"),
    ],
    ids=" ".join,
)
def test_2_for_wrong_usage(sample: Run, arguments: list[str], words: str) -> None:
    fails(sample(*arguments), 2, words)


def test_2_for_a_mirror_that_is_not_safe(run: Run, tmp_path: Path) -> None:
    result = run("fetch", data_dir=tmp_path, env={"NHSLEAGUE_BASE_URL": "http://example.org"})
    fails(result, 2, "http://example.org", "https")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "basilisk"], "ZA0  Basiliskbridge University Hospitals"),
        (["show", "no such place"], 'No trust matches "no such place"'),
        (["compare", "ZA0", "nowhere"], '"nowhere"'),
        (["worst", "--metric", "sicknes"], "sickness"),
        (["worst", "--metric", "62-day", "--type", "ambulance"], "--type acute"),
        (["table", "--quarter", "q3 1999/00"], "Q4 2025/26, Q3 2025/26"),
        (["table", "--quarter", "last week"], "Q4 2025/26"),
        (["table", "hospice"], "acute, mental-health-community, ambulance, all"),
        (["table", "--region", "Wales"], "North West"),
        (["table", "--region", "North"], "North East and Yorkshire, North West"),
        (["table", "--subtype", "tiny"], "Acute - Small"),
        (["table", "--segment", "9"], "segment 9"),
        (["table", "--sort", "size"], "average_score"),
        (["table", "--columns", "rank,size"], "average_score"),
    ],
    ids=" ".join,
)
def test_3_for_a_name_that_is_not_there_with_those_that_are(
    sample: Run, arguments: list[str], words: str
) -> None:
    fails(sample(*arguments), 3, words)


def test_4_for_an_empty_store_that_may_not_be_filled(run: Run, tmp_path: Path) -> None:
    result = run("table", "--offline", data_dir=tmp_path / "none")
    fails(result, 4, "No releases are stored", "nhsleague fetch", "--sample")


def test_4_for_an_empty_store_and_a_site_that_cannot_be_reached(run: Run, tmp_path: Path) -> None:
    fails(run("table", data_dir=tmp_path / "none"), 4, "Cannot reach 127.0.0.1:9.", "--from")


def test_4_for_a_folder_without_csv_files(run: Run, tmp_path: Path) -> None:
    fails(run("fetch", "--from", str(tmp_path), data_dir=tmp_path), 4, "no CSV file")


def test_4_for_a_store_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "q3.csv"
    file.write_text(official.metric_file(), "utf-8")
    fails(
        run("fetch", "--from", str(file), data_dir=file), 4, "Cannot store releases", "--data-dir"
    )


def test_5_for_a_file_that_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "page.csv"
    file.write_text("<!doctype html>\n", "utf-8")
    result = run("fetch", "--from", str(file), data_dir=tmp_path / "store")
    assert result.returncode == 5
    assert "refused: page.csv, line 1" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("damage", ["a manifest of nonsense", "raw and tidy gone"])
def test_5_for_a_stored_file_that_is_damaged(run: Run, tmp_path: Path, damage: str) -> None:
    file, store = tmp_path / "q3.csv", tmp_path / "store"
    file.write_text(official.metric_file(), "utf-8")
    assert run("fetch", "--from", str(file), data_dir=store).returncode == 0
    if damage == "raw and tidy gone":
        next((store / "tidy").rglob("standings*.parquet")).unlink()
        next((store / "raw").glob("*.csv")).unlink()
    else:
        (store / "manifest.json").write_text('{"format": 1, "files": [', "utf-8")
    fails(
        run("table", data_dir=store), 5, "manifest.json" if "nonsense" in damage else "cache repair"
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows interrupts in another way")
def test_130_when_interrupted_with_one_line_and_nothing_kept(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    paths: list[str] = []

    def slow(request: Request) -> Response:
        paths.append(request.path)
        time.sleep(3)
        return Response("late")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(slow)
    store = tmp_path / "store"
    env = environment(store) | {"NHSLEAGUE_BASE_URL": httpserver.url_for("")}
    process = subprocess.Popen(
        [str(COMMAND), "fetch"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    while not paths and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "Interrupted.\n")
    assert kept_in(store) == []


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "--audit"], ["hidden", "--override"], ["changes", "--revisions"],
        ["table", "--plot", "62-day"], ["hidden", "--domain", "People"],
        ["trend", "ZB6", "--area", "cancer"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_spellings_that_are_gone_are_wrong_usage(sample: Run, words: list[str]) -> None:
    assert sample(*words).returncode == 2
