"""Getting release files: from this machine, and from a real server on loopback."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pytest_httpserver import HTTPServer

from nhs_league import open_league
from nhs_league.releases.catalogue import BASE_URL, known_addresses, page_addresses
from tests.conftest import Run
from tests.packed import packed_files
from tests.releases import official


@pytest.fixture
def site(httpserver: HTTPServer) -> HTTPServer:
    """The fictional release under the real files' paths."""
    return publish(httpserver, "")


@pytest.fixture
def small_site(httpserver: HTTPServer) -> HTTPServer:
    """Its files of ambulance trusts alone."""
    return publish(httpserver, "ambulance")


def publish(httpserver: HTTPServer, named: str) -> HTTPServer:
    for file in packed_files():
        if named not in file.name:
            continue
        path = f"/wp-content/uploads/{file.source.removeprefix('sample/')}"
        httpserver.expect_request(path).respond_with_data(file.data, content_type="text/csv")
    httpserver.no_handler_status_code = 404
    return httpserver


def test_the_real_addresses_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NHSLEAGUE_BASE_URL", raising=False)
    assert BASE_URL == "https://www.england.nhs.uk"
    assert (
        "https://www.england.nhs.uk/wp-content/uploads/2025/09/nhs-oversight-framework-acute-trust-data.csv"
        in known_addresses()
    )


@pytest.mark.long
def test_fetch_gets_every_known_release(run: Run, site: HTTPServer, tmp_path: Path) -> None:
    fetched = run("fetch", data_dir=tmp_path, env={"NHSLEAGUE_BASE_URL": site.url_for("")})
    assert fetched.returncode == 0, fetched.stderr
    statuses = Counter(row["status"] for row in csv.DictReader(io.StringIO(fetched.stdout)))
    assert (statuses["new"], statuses["revised"]) == (24, 2)
    league = open_league(data_dir=tmp_path)
    assert league.quarters()[-1] == "Q4 2025/26"
    assert league.table("ambulance").frame.height == 10
    paths = {request.path for request, _ in site.log}
    assert paths == {urlsplit(address).path for address in (*known_addresses(), *page_addresses())}
    assert all(request.headers["User-Agent"].startswith("nhsleague/") for request, _ in site.log)


def test_an_empty_store_is_filled_before_the_first_answer(
    run: Run, small_site: HTTPServer, tmp_path: Path
) -> None:
    answered = run(
        "table", "ambulance", data_dir=tmp_path, env={"NHSLEAGUE_BASE_URL": small_site.url_for("")}
    )
    assert answered.returncode == 0
    assert answered.stdout.splitlines()[1].startswith("false,Q4 2025/26,")
    assert "8 new" in answered.stderr


def test_a_file_that_is_not_there_is_named_and_the_others_are_kept(
    run: Run, httpserver: HTTPServer, tmp_path: Path
) -> None:
    first = urlsplit(next(iter(known_addresses()))).path
    httpserver.expect_request(first).respond_with_data(official.league_table())
    httpserver.no_handler_status_code = 404
    fetched = run("fetch", data_dir=tmp_path, env={"NHSLEAGUE_BASE_URL": httpserver.url_for("")})
    # The fictional release was never revised for the other types, as the real one may not have been.
    missing = "nhs-oversight-framework-ambulance-trust-data-q3-25-26-v2.csv"
    assert f"{missing} returned 404" in fetched.stdout
    assert fetched.returncode == 0


def test_a_page_in_a_files_place_is_refused_and_the_others_are_kept(
    run: Run, httpserver: HTTPServer, tmp_path: Path
) -> None:
    first, second, *_ = [urlsplit(address).path for address in known_addresses()]
    httpserver.expect_request(first).respond_with_data("<html>We moved</html>\n")
    httpserver.expect_request(second).respond_with_data(official.league_table())
    httpserver.no_handler_status_code = 404
    fetched = run("fetch", data_dir=tmp_path, env={"NHSLEAGUE_BASE_URL": httpserver.url_for("")})
    assert fetched.returncode == 5
    assert "this is a web page" in fetched.stderr
    assert open_league(data_dir=tmp_path).table("acute").frame.height == 2


def test_files_and_folders_of_ones_own_are_taken(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "Downloads"
    folder.mkdir()
    (folder / "a.csv").write_text(official.metric_file(), "utf-8")
    (folder / "notes.txt").write_text("not a release file", "utf-8")
    table = tmp_path / "b.CSV"
    table.write_text(official.league_table(), "utf-8")
    fetched = run("fetch", "--from", str(folder), "--from", str(table), data_dir=tmp_path / "store")
    assert fetched.returncode == 0
    assert fetched.stdout.count("false,new,") == 2
    assert "notes.txt" not in fetched.stderr
    again = run("fetch", "--from", str(folder), str(table), data_dir=tmp_path / "store")
    assert again.stdout.count("false,unchanged,") == 2


def test_what_was_kept_out_of_a_file_is_said(run: Run, tmp_path: Path) -> None:
    header, *rows = official.metric_file().splitlines()
    file = tmp_path / "wider.csv"
    file.write_text(
        "".join(f"{line}\n" for line in (header + ",ICB", *(row + ",Q99" for row in rows))), "utf-8"
    )
    fetched = run("fetch", "--from", str(file), data_dir=tmp_path / "store")
    assert fetched.returncode == 0
    assert "unknown columns, left out: ICB" in fetched.stderr


def test_a_fetched_file_is_cited_with_its_address_and_dates(
    run: Run, small_site: HTTPServer, tmp_path: Path
) -> None:
    env = {"NHSLEAGUE_BASE_URL": small_site.url_for("")}
    assert run("fetch", data_dir=tmp_path, env=env).returncode == 0
    done = run("sources", "ZW5", "sickness", "--csv", data_dir=tmp_path)
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    # The newest release at a real file's address is that of Q4 2025/26, in June 2026.
    assert row["address"] == small_site.url_for(
        "/wp-content/uploads/2026/06/nhs-oversight-framework-ambulance-trust-data.csv"
    )
    assert row["published"].startswith("2026-06")
    day = date.fromisoformat(row["retrieved"][:10])
    assert f"{row['address']}. Retrieved {day.day} {day:%B %Y}. " in row["citation"]
