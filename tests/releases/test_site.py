"""A visit to the site: what is found there, what is new, what is revised."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nhs_league.releases.catalogue import BASE_URL, LANDING_PAGES
from sample_release.files import ReleaseFile, make_rounds
from tests.conftest import Run, kept_in
from tests.packed import packed_files
from tests.releases import official
from tests.releases.site import UPLOADS, Site, serving

pytestmark = pytest.mark.long

ICB = "icb_code,icb_name,score\nQXX,A fictional board,2.1\n"
Rows = list[dict[str, str]]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as site:
        yield site


def visit(run: Run, site: Site, data_dir: Path, *arguments: str) -> tuple[int, Rows, str]:
    fetched = run("fetch", *arguments, data_dir=data_dir, env={"NHSLEAGUE_BASE_URL": site.url})
    assert "Traceback" not in fetched.stderr
    return fetched.returncode, list(csv.DictReader(io.StringIO(fetched.stdout))), fetched.stderr


def statuses(rows: Rows) -> dict[str, int]:
    statuses = [row["status"] for row in rows if row["status"] != "missing"]
    return {status: statuses.count(status) for status in set(statuses)}


def publish(site: Site, files: list[ReleaseFile]) -> None:
    for file in files:
        site.add(file.path, file.data)


def verifies(run: Run, data_dir: Path) -> bool:
    return run("cache", "verify", data_dir=data_dir).returncode == 0


def test_round_after_round_all_is_got_once_and_revisions_are_told(
    run: Run, site: Site, tmp_path: Path
) -> None:
    """Six rounds of the fictional release, as they were published one after the other."""
    rounds = [*make_rounds()]
    assert [r.is_revision for r in rounds] == [False, False, False, True, False, False]
    for each in rounds[:3]:
        publish(site, list(each.files))
    site.add("2026/06/nhs-oversight-framework-icb-data.csv", ICB.encode())

    code, rows, messages = visit(run, site, tmp_path)
    assert (code, statuses(rows)) == (0, {"new": 18, "skipped": 1})
    assert "skipped: nhs-oversight-framework-icb-data.csv: not a release file" in messages
    assert any(agent.startswith("nhsleague/") for agent in site.agents)

    sent = site.bodies.total()
    code, rows, _ = visit(run, site, tmp_path)
    assert (code, statuses(rows)) == (0, {"unchanged": 18, "skipped": 1})
    assert site.bodies.total() == sent, "a second visit transfers no body"

    publish(site, list(rounds[3].files))
    code, rows, _ = visit(run, site, tmp_path)
    assert statuses(rows) == {"unchanged": 18, "revised": 2, "skipped": 1}
    figure = run("show", "ZD8", "--quarter", "Q3 2025/26", "--csv", data_dir=tmp_path).stdout
    by_metric = {row["metric_id"]: row for row in csv.DictReader(io.StringIO(figure))}
    assert by_metric["OF0011"]["value"] != "41.7"
    assert "v2" in by_metric["OF0011"]["release_file"]
    assert len([name for name in kept_in(tmp_path) if name.endswith(".csv")]) == 20

    # The fourth quarter's files have no quarter in their names.
    publish(site, list(rounds[4].files))
    _, rows, _ = visit(run, site, tmp_path)
    assert statuses(rows) == {"unchanged": 20, "new": 6, "skipped": 1}
    listed = json.loads(run("releases", "--json", data_dir=tmp_path).stdout)["rows"]
    newest = [row for row in listed if row["quarter"] == "Q4 2025/26"]
    assert {row["trust_type"] for row in newest} == {
        "acute",
        "mental-health-community",
        "ambulance",
    }
    revised = {
        row["revised"]
        for row in listed
        if (row["quarter"], row["trust_type"]) == ("Q3 2025/26", "acute")
    }
    assert revised == {1}
    assert verifies(run, tmp_path)


def test_a_file_revised_in_its_place_is_noticed_and_the_older_raw_file_kept(
    run: Run, site: Site, tmp_path: Path
) -> None:
    path = site.add(
        "2026/03/nhs-oversight-framework-acute-trust-data-q3-25-26.csv",
        official.metric_file().encode(),
    )
    visit(run, site, tmp_path)
    site.files[path] = official.with_field(official.metric_file(), 2, "Value", "47").encode()
    code, rows, _ = visit(run, site, tmp_path)
    assert (code, statuses(rows)) == (0, {"revised": 1})
    assert len([name for name in kept_in(tmp_path) if name.endswith(".csv")]) == 2
    output = run("worst", "--metric", "OF0011", "--limit", "1", data_dir=tmp_path).stdout
    assert ",47.0,%" in output


def test_a_mirrors_pages_that_link_the_original_files_mean_the_mirrors(
    run: Run, site: Site, tmp_path: Path
) -> None:
    site.add("2027/09/nhs-oversight-framework-new.csv", official.metric_file().encode(), link=False)
    site.linked = [f"{BASE_URL}{UPLOADS}2027/09/nhs-oversight-framework-new.csv"]
    assert statuses(visit(run, site, tmp_path)[1]) == {"new": 1}


def test_the_built_in_list_stands_in_where_the_pages_fail(
    run: Run, site: Site, tmp_path: Path
) -> None:
    site.add(
        "2026/06/nhs-oversight-framework-acute-trust-data.csv", official.metric_file().encode()
    )
    for page in LANDING_PAGES:
        site.faults[page] = lambda handler: handler.reply(403, b"no")
    code, rows, messages = visit(run, site, tmp_path)
    assert (code, statuses(rows)) == (0, {"new": 1})
    assert messages.count("returned 403 Forbidden. Using the other pages and known files.") == 3


def test_quarter_and_type_keep_only_what_has_them(run: Run, site: Site, tmp_path: Path) -> None:
    for file in packed_files():
        if "q3" not in file.source:
            site.add(file.source.removeprefix("sample/"), file.data)
    _, rows, _ = visit(run, site, tmp_path, "--type", "ambulance", "--quarter", "Q2 2025/26")
    assert {row["trust_type"] for row in rows if row["status"] == "new"} == {"ambulance"}
    listed = json.loads(run("releases", "--json", data_dir=tmp_path).stdout)["rows"]
    assert {row["trust_type"] for row in listed} == {"ambulance"}
    # What was left out is not taken for seen.
    _, rows, _ = visit(run, site, tmp_path)
    assert statuses(rows) == {"unchanged": 3, "new": 21}


def test_a_dry_run_tells_and_keeps_nothing(run: Run, site: Site, tmp_path: Path) -> None:
    site.add(
        "2026/06/nhs-oversight-framework-acute-trust-data.csv", official.metric_file().encode()
    )
    _, rows, _ = visit(run, site, tmp_path, "--dry-run")
    assert statuses(rows) == {"would fetch": 1}
    assert kept_in(tmp_path) == []
    assert not [path for path in site.bodies if path not in LANDING_PAGES]
    visit(run, site, tmp_path)
    assert statuses(visit(run, site, tmp_path, "--dry-run")[1]) == {"unchanged": 1}


def test_force_fetches_what_has_not_changed(run: Run, site: Site, tmp_path: Path) -> None:
    path = site.add(
        "2026/06/nhs-oversight-framework-acute-trust-data.csv", official.metric_file().encode()
    )
    visit(run, site, tmp_path)
    assert statuses(visit(run, site, tmp_path, "--force")[1]) == {"unchanged": 1}
    assert site.bodies[path] == 2


def test_available_lists_what_the_site_has_and_what_is_kept(
    run: Run, site: Site, tmp_path: Path
) -> None:
    site.add(
        "2026/06/nhs-oversight-framework-acute-trust-data.csv", official.metric_file().encode()
    )
    visit(run, site, tmp_path)
    site.add("2026/09/nhs-oversight-framework-acute-trust-data-q1.csv", b"new")
    listing = run(
        "releases", "--available", "--json", data_dir=tmp_path, env={"NHSLEAGUE_BASE_URL": site.url}
    )
    linked = [row for row in json.loads(listing.stdout)["rows"] if row["linked"]]
    assert [(row["file"], row["kept"], row["quarter"]) for row in linked] == [
        ("nhs-oversight-framework-acute-trust-data.csv", True, "Q3 2025/26"),
        ("nhs-oversight-framework-acute-trust-data-q1.csv", False, None),
    ]
    assert not site.bodies[f"{UPLOADS}2026/09/nhs-oversight-framework-acute-trust-data-q1.csv"]


def test_no_command_but_fetch_opens_a_connection_once_something_is_kept(
    run: Run, site: Site, tmp_path: Path
) -> None:
    site.add(
        "2026/06/nhs-oversight-framework-acute-trust-data.csv", official.metric_file().encode()
    )
    visit(run, site, tmp_path)
    before = site.requests.total()
    env = {"NHSLEAGUE_BASE_URL": site.url}
    for question in (["table"], ["show", "Z1A"], ["releases"], ["cache", "verify"], ["metrics"]):
        assert run(*question, data_dir=tmp_path, env=env).returncode == 0
    assert site.requests.total() == before


def test_progress_is_lines_where_stderr_is_no_terminal_and_nothing_when_quiet(
    run: Run, site: Site, tmp_path: Path
) -> None:
    site.add(
        "2026/06/nhs-oversight-framework-acute-trust-data.csv", official.metric_file().encode()
    )
    assert " of 30  nhs-oversight-framework-acute-trust-data.csv  " in visit(run, site, tmp_path)[2]
    assert visit(run, site, tmp_path / "other", "--quiet")[2] == ""
