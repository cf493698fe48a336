"""Wrong usage is said before anything is opened or fetched; what is typed means what it says."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from pytest_httpserver import HTTPServer

from nhs_league.core.answers import LeagueTable
from nhs_league.core.filters import Filters
from nhs_league.core.quarters import Quarter, matching
from nhs_league.scope import explain_empty
from tests.conftest import Run, kept_in
from tests.releases import official

KNOWN = [Quarter(2024, 4), Quarter(2025, 3), Quarter(2025, 4)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["table", "--format", "docx"],
        ["table", "--csv", "--json"],
        ["table", "-o", "no such folder/table.csv"],
        ["table", "-o", "table.docx"],
        ["table", "--columns", ","],
        ["table", "--limit", "-1"],
        ["table", "--limit", "99999999999999999999999999"],
        ["table", "--mark", "RDY"],
        ["worst", "--metric", "elective", "--format", "docx"],
        ["compare", "RDY"],
        ["compare", "RDY", "rdy "],
        ["compare", "RDY", "RVN", "--by", "region"],
        ["compare", "RDY", "RVN", "--peers"],
        ["compare", "--peers"],
        ["compare", "--by", "type", "--type", "acute"],
        ["compare", "--by", "type", "--metric", "cancer"],
        ["query"],
        ["query", "select 1", "--tables"],
        ["query", "select 1", "--timeout", "0"],
        ["query", "drop table standings"],
        ["report"],
        ["report", "--all"],
        ["report", "RDY", "-o", "no such folder/rdy.html"],
        ["changes", "--improved", "--worsened"],
    ],
    ids=" ".join,
)
def test_nothing_is_opened_for_wrong_usage(
    run: Run, httpserver: HTTPServer, tmp_path: Path, arguments: list[str]
) -> None:
    store = tmp_path / "store"
    site = {"NHSLEAGUE_BASE_URL": httpserver.url_for("")}
    done = run(*arguments, data_dir=store, env=site, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert httpserver.log == []
    assert not store.exists() or kept_in(store) == []


def test_comparing_types_within_a_type_says_what_to_do(sample: Run) -> None:
    stderr = sample("compare", "--by", "type", "--type", "acute").stderr
    assert "Leave out --type" in stderr
    assert sample("compare", "--by", "type", "--type", "all").returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        "Q4 2025/26", "q4 2025/26", "2025/26 Q4", "Q4 2025-26", "q4 2025/2026", "q4  2025/26",
        " Q4 2025/26 ", "2025-26-q4", "q4 25/26", "Q4-2025-26", "25/26 q4", "Q4", "LATEST", "Latest",
        "Quarter 4 2025/26", "Q4 2025–26",
    ],
)  # fmt: skip
def test_a_quarter_may_be_written_in_many_ways(text: str) -> None:
    assert matching(text, KNOWN) == Quarter(2025, 4)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("q3 2025/27", "not in a financial year"),
        ("Q3 2025/99", "not in a financial year"),
        ("Q3 2025/2027", "not in a financial year"),
        ("2025/26", "is a year. Add the quarter"),
        ("25/26", "is a year. Add the quarter"),
        ("2025", "is a year. Add the quarter"),
        ("Q5 2025/26", "is not a quarter"),
        ("Q3 Q4", "is not a quarter"),
        ("Q42025/26", "is not a quarter"),
        ("last week", "is not a quarter"),
        ("", "is not a quarter"),
        ("Q٣ 2025/26", "is not a quarter"),
    ],
)
def test_what_is_no_quarter_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        matching(text, KNOWN)


def test_a_quarter_that_is_not_stored_is_none() -> None:
    assert matching("Q1 2026/27", KNOWN) is None


def test_latest_in_capitals_is_latest(sample: Run) -> None:
    assert sample("show", "ZA4", "--quarter", "LATEST").stdout == sample("show", "ZA4").stdout


def test_quiet_never_hides_a_guess(sample: Run) -> None:
    assert 'for "salamanderbrige"' in sample("show", "salamanderbrige").stderr
    for command in ("show", "report"):
        done = sample(command, "salamanderbrige", "--quiet")
        assert (done.returncode, done.stdout) == (3, "")
        assert "(ZB6)" in done.stderr


def test_a_trust_that_is_not_there_is_answered_with_what_is(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "metric.csv"
    file.write_text(official.metric_file(), "utf-8")
    assert run("fetch", "--from", str(file), data_dir=tmp_path / "store").returncode == 0
    done = run("show", "royal cornwall", data_dir=tmp_path / "store")
    assert done.returncode == 3
    assert 'No trust matches "royal cornwall".' in done.stderr
    assert "stored for Q" in done.stderr
    assert 'Run "nhsleague fetch" for the full list.' in done.stderr


def test_filters_that_leave_nothing_are_named(sample: Run) -> None:
    narrowed = Filters(("London",), ("Acute - Specialist",), (1,))
    answer = explain_empty(LeagueTable("", pl.DataFrame()), narrowed)
    assert "London, Acute - Specialist, segment 1" in answer.notes[0]
    assert 'has "zzz"' in sample("trusts", "zzz").stderr


def test_a_report_needs_no_metric_file(run: Run, shared: Path, tmp_path: Path) -> None:
    name = "rdy-mental-health-and-community-trust-league-table-q4-25-26.csv"
    store, page = tmp_path / "store", tmp_path / "rdy.html"
    assert run("fetch", "--from", str(shared / name), data_dir=store).returncode == 0
    done = run("report", "RDY", "-o", str(page), data_dir=store)
    assert done.returncode == 0, done.stderr
    text = page.read_text("utf-8")
    assert "No domain scores are stored for this trust" in text
    assert "League rank 24" in text
    site = run("report", "--all", "-o", str(tmp_path / "site"), data_dir=store)
    assert site.returncode == 0, site.stderr
    assert sorted(p.name for p in (tmp_path / "site").iterdir()) == ["RDY.html", "index.html"]


def test_a_column_named_twice_is_shown_once(sample: Run) -> None:
    done = sample("table", "--columns", "rank,rank,sample", "--limit", "1", "--quiet")
    assert done.stdout == "sample,rank\ntrue,1\n"
