"""The site's pages: what they link, where they have moved, and which of it is fetched."""

from __future__ import annotations

import asyncio
import csv
import io
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import httpx
import pytest

from nhs_league.errors import UnreachableError
from nhs_league.releases import catalogue, download
from nhs_league.releases.catalogue import BASE_URL, LANDING_PAGES, links
from nhs_league.releases.download import Waiting
from nhs_league.releases.fetch import MOST
from tests.conftest import Run
from tests.releases import official, site as sites
from tests.releases.site import UPLOADS, Site, redirects, serving, status

FIRST, SECOND, THIRD = LANDING_PAGES
NEW_YEAR = "/publication/nhs-oversight-framework-2026-27-data/"
METRICS, TABLE = official.metric_file().encode(), official.league_table().encode()
BEDS = b"org,beds\nA,1\n"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as site:
        yield site


def visit(
    run: Run, site: Site, data_dir: Path, *arguments: str, **env: str
) -> subprocess.CompletedProcess[str]:
    done = run("fetch", *arguments, data_dir=data_dir, env={"NHSLEAGUE_BASE_URL": site.url} | env)
    assert "Traceback" not in done.stderr
    return done


def rows(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    read = csv.DictReader(io.StringIO(done.stdout))
    return [(row["status"], row["file"]) for row in read if row["status"] != "missing"]


def test_links_are_resolved_and_each_taken_once() -> None:
    html = b"""<a href="/wp-content/uploads/2026/06/NHS-Oversight-Framework-acute.CSV?x=1#top">a</a>
    <a href='https://www.england.nhs.uk/wp-content/uploads/2026/06/nof-icb-data.csv'>b</a>
    <a href="http://england.nhs.uk/wp-content/uploads/2026/06/nof-icb-data.csv">b again, unsafe</a>
    <a href="../../wp-content/uploads/nhs%20oversight%20framework%20q5.csv">c</a>
    <a href="https://elsewhere.example/nhs-oversight-framework.csv">not theirs</a>
    <a href="https://www.england.nhs.uk@elsewhere.example/nhs-oversight-framework.csv">nor this</a>
    <a href="https://elsewhere.example/nhs-oversight-framework/">nor this page</a>
    <a href="/nhs-oversight-framework/2026-27/?share=x#y">page</a><a href="/nhs-oversight-framework/2026-27">same</a>
    <a href="/publication/winter-plan/">another subject</a>
    <a href="/nhs-oversight-framework/manual.pdf">another form</a>
    <a href="/wp-content/uploads/nhs-oversight-framework.xlsx">another form</a>
    <a href="javascript:nhs-oversight-framework.csv">no address</a><a>nothing</a><a href="http://[">bad</a>"""
    assert links(html, f"{BASE_URL}{LANDING_PAGES[0]}") == (
        f"{BASE_URL}/wp-content/uploads/2026/06/NHS-Oversight-Framework-acute.CSV?x=1",
        f"{BASE_URL}/wp-content/uploads/2026/06/nof-icb-data.csv",
        f"{BASE_URL}/wp-content/uploads/nhs%20oversight%20framework%20q5.csv",
        f"{BASE_URL}/nhs-oversight-framework/2026-27/",
    )


@pytest.mark.parametrize("known", catalogue.known_addresses())
def test_the_names_published_so_far_are_a_releases(known: str) -> None:
    assert catalogue.is_release_name(catalogue.file_name(known))


@pytest.mark.parametrize(
    ("name", "is_sure", "is_possible"),
    [
        ("acute-trust-data-q1-2026-27.csv", True, True),
        ("NOF-Q1-26-27.csv", True, True),
        ("trust-league-tables-2027.csv", True, True),
        ("mental-health-and-community-q1.csv", False, True),
        ("q1-2026-27-v2.csv", False, True),
        ("nhs-oversight-framework-csv-metadata.csv", False, True),
        ("nhs-oversight-framework-icb-data.csv", False, True),
        ("waiting-times.csv", False, False),
        ("beds.csv", False, False),
    ],
)
def test_a_name_says_whether_a_file_is_worth_fetching(
    name: str, is_sure: bool, is_possible: bool
) -> None:
    assert catalogue.is_release_name(name) is is_sure
    assert catalogue.may_be_release_name(name) is is_possible


def test_a_new_years_files_are_found_on_a_page_that_a_known_page_links(
    run: Run, site: Site, tmp_path: Path
) -> None:
    site.linked = [NEW_YEAR]
    site.pages[NEW_YEAR] = [
        site.add("2026/09/q1-figures-2026-27.csv", METRICS, link=False),
        site.add("2026/09/providers-ranked.csv", TABLE, link=False),
    ]
    done = visit(run, site, tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(rows(done)) == [
        ("new", "providers-ranked.csv"),
        ("new", "q1-figures-2026-27.csv"),
    ]
    sent = site.bodies.total()
    assert {status for status, _ in rows(visit(run, site, tmp_path))} == {"unchanged"}
    assert site.bodies.total() == sent, "a second visit transfers no page and no file again"
    assert site.asked[NEW_YEAR] == 2


def test_pages_are_read_one_level_deep_and_thirty_at_most(
    run: Run, site: Site, tmp_path: Path
) -> None:
    pages = [f"/nhs-oversight-framework/page-{n}/" for n in range(MOST + 5)]
    site.linked = ["/winter-plan/", *pages, "https://elsewhere.example/nof/"]
    site.pages = {page: ["/nhs-oversight-framework/deeper/"] for page in pages}
    done = visit(run, site, tmp_path, "--dry-run")
    assert done.returncode == 0
    assert [page for page in pages if site.asked[page]] == pages[:30]
    assert not site.asked["/nhs-oversight-framework/deeper/"]
    assert not site.asked["/winter-plan/"]
    assert "links to 35 pages on the framework. Only 30 are read" in done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("Read ")]
    assert len(told) == len(LANDING_PAGES) + 30
    assert f"Read {site.url}{pages[0]}, which links to 0 CSV files." in told


def test_other_csv_files_of_the_pages_cost_nothing(run: Run, site: Site, tmp_path: Path) -> None:
    """What its name speaks against is not fetched; what its content speaks against is skipped."""
    site.add("2026/09/waiting-times.csv", BEDS)
    site.add("2026/09/community-beds-2026-27.csv", BEDS)
    site.add("2026/09/acute-trust-data-q1-2026-27.csv", METRICS)
    tried = visit(run, site, tmp_path, "--dry-run")
    assert sorted(rows(tried)) == [
        ("skipped", "waiting-times.csv"),
        ("would fetch", "acute-trust-data-q1-2026-27.csv"),
        ("would fetch", "community-beds-2026-27.csv"),
    ]
    for word in ("new", "unchanged"):
        done = visit(run, site, tmp_path)
        assert done.returncode == 0
        assert sorted(rows(done)) == sorted(
            [("skipped", "community-beds-2026-27.csv"), (word, "acute-trust-data-q1-2026-27.csv")]
        )
    assert site.asked[f"{UPLOADS}2026/09/waiting-times.csv"] == 0
    assert site.bodies[f"{UPLOADS}2026/09/community-beds-2026-27.csv"] == 1


def test_pages_that_have_moved_are_named_and_the_others_are_used(
    run: Run, site: Site, tmp_path: Path
) -> None:
    site.add("2026/09/acute-trust-data-q1-2026-27.csv", METRICS)
    site.add("2026/09/moved/nof-table.csv", TABLE, link=False)
    site.pages["/moved/"] = ["../wp-content/uploads/2026/09/moved/nof-table.csv"]
    site.faults[FIRST] = status(404)
    site.faults[SECOND] = redirects("/moved/")
    done = visit(run, site, tmp_path)
    assert done.returncode == 0
    assert sorted(rows(done)) == [
        ("new", "acute-trust-data-q1-2026-27.csv"),
        ("new", "nof-table.csv"),
    ]
    assert f"{site.url}{FIRST} no longer exists (404)." in done.stderr
    assert f"{site.url}{SECOND} has moved to {site.url}/moved/. Reading it there." in done.stderr
    # A page that has not changed since is still one that has moved.
    assert "has moved to" in visit(run, site, tmp_path).stderr


def test_a_page_that_leads_to_another_site_is_named_and_not_followed(
    run: Run, site: Site, tmp_path: Path
) -> None:
    site.add("2026/09/acute-trust-data-q1-2026-27.csv", METRICS)
    with serving(Site()) as elsewhere:
        site.faults[FIRST] = redirects(f"{elsewhere.url}/nhs-oversight-framework/")
        site.linked.append(f"{elsewhere.url}{UPLOADS}nhs-oversight-framework-acute-trust-data.csv")
        done = visit(run, site, tmp_path)
    assert (done.returncode, rows(done)) == (0, [("new", "acute-trust-data-q1-2026-27.csv")])
    assert "redirects to another site" in done.stderr
    assert elsewhere.asked.total() == 0


def test_pages_without_files_are_told(run: Run, site: Site, tmp_path: Path) -> None:
    path = catalogue.known_addresses()[0].partition(UPLOADS)[2]
    site.add(path, METRICS, link=False)
    done = visit(run, site, tmp_path)
    assert (done.returncode, [status for status, _ in rows(done)]) == (0, ["new"])
    assert "No page of the site links to a release file." in done.stderr


def test_a_validator_that_no_request_may_carry_is_left_out(
    run: Run, site: Site, tmp_path: Path
) -> None:
    path = site.add("2026/09/acute-trust-data-q1-2026-27.csv", METRICS)
    site.faults[path] = sites.sends(METRICS, ETag='"\xb2"', Last_Modified="\xe9")
    assert rows(visit(run, site, tmp_path)) == [("new", "acute-trust-data-q1-2026-27.csv")]
    assert rows(visit(run, site, tmp_path)) == [("unchanged", "acute-trust-data-q1-2026-27.csv")]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("12", 12.0),
        (" 7 ", 7.0),
        ("9" * 400, float("inf")),
        ("\u00b2", None),
        ("\u0661\u0662", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Tue, 99 Sep 2025 08:30:00 GMT", None),
        ("Tue, 09 Sep 2025 08:30:00 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    response = httpx.Response(503, headers=[(b"Retry-After", text.encode("utf-8"))])
    assert download._retry_after(response) == seconds  # noqa: SLF001


def test_retry_after_a_date_to_come() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    wait = download._retry_after(httpx.Response(503, headers={"Retry-After": until}))  # noqa: SLF001
    assert wait is not None
    assert 35 < wait <= 40


SLOW = {"silent": sites.silent, "drips": sites.drips, "drips headers": sites.drips_headers}


def test_one_slow_file_ends_and_costs_nothing_else(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a patience of 0.4 seconds one file takes a second at most, however often it is tried."""
    monkeypatch.setenv("NHSLEAGUE_BASE_URL", site.url)
    monkeypatch.setenv("NHSLEAGUE_TIMEOUT", "0.4")
    monkeypatch.setattr(download, "_SHORTEST", 1.0)
    site.faults.update({f"/{how}.csv".replace(" ", "-"): fault for how, fault in SLOW.items()})

    async def seconds_until_given_up(address: str) -> float:
        begun = time.monotonic()
        async with download.new_client() as client:
            with pytest.raises(UnreachableError, match=r"sent nothing|too slow"):
                await download.download(client, address, None, lambda _: None)
        return time.monotonic() - begun

    async def each_given_up() -> list[float]:
        addresses = (f"{site.url}{path}" for path in site.faults)
        return await asyncio.gather(*map(seconds_until_given_up, addresses))

    seconds = asyncio.run(each_given_up())
    assert len(seconds) == len(SLOW)
    assert max(seconds) < 2


def test_a_large_file_that_arrives_in_good_time_is_not_too_slow(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten pieces, one each 0.2 seconds, take longer than one second but bring 20 kB in each."""
    monkeypatch.setenv("NHSLEAGUE_BASE_URL", site.url)
    monkeypatch.setenv("NHSLEAGUE_TIMEOUT", "0.4")
    monkeypatch.setattr(download, "_SHORTEST", 1.0)

    def steadily(handler: sites.Handler) -> None:
        handler.reply(200, b"", Content_Length="40000")
        for _ in range(10):
            handler.wfile.write(b"0" * 4000)
            handler.wfile.flush()
            time.sleep(0.2)

    site.faults["/x.csv"] = steadily

    async def fetched() -> download.Arrived | download.Unchanged:
        async with download.new_client() as client:
            return await download.download(client, f"{site.url}/x.csv", None, lambda _: None)

    got = asyncio.run(fetched())
    assert isinstance(got, download.Arrived)
    assert len(got.data) == 40_000


def test_a_visit_gives_up_what_does_not_come_and_keeps_what_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half a second of waiting for nothing is all that a visit has, however many jobs there are."""
    monkeypatch.setenv("NHSLEAGUE_TIMEOUT", "0.1")
    monkeypatch.setattr(download, "_SHORTEST_VISIT", 0.5)
    monkeypatch.setattr(download, "_TICK", 0.1)
    waits: list[tuple[list[str], float]] = []

    async def after(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    async def all_of() -> tuple[dict[str, float], dict[str, float]]:
        never = partial(after, 60.0)
        one = Waiting(lambda names, seconds: waits.append((list(names), seconds)))
        jobs = {"soon": partial(after, 0.0), "never": never} | {f"{n}": never for n in range(9)}
        return await one.results(jobs), await one.results({"later": partial(after, 0.0)})

    begun = time.monotonic()
    assert asyncio.run(all_of()) == ({"soon": 0.0}, {})
    assert 0.4 < time.monotonic() - begun < 2
    assert waits[0][0] == ["never", *map(str, range(9))]
    assert [round(seconds, 1) for _, seconds in waits] == [0.1, 0.2, 0.3, 0.4, 0.5]


@pytest.mark.long
def test_a_site_that_stops_answering_is_given_up_and_what_came_is_kept(
    run: Run, site: Site, tmp_path: Path
) -> None:
    """Five silent files, four at a time, after one that came."""
    site.add("2026/09/acute-trust-data-q1-2026-27.csv", METRICS)
    for n in range(5):
        path = site.add(f"2026/09/ambulance-trust-data-{n}.csv", TABLE)
        site.faults[path] = lambda _: time.sleep(25)
    begun = time.monotonic()
    done = visit(run, site, tmp_path, NHSLEAGUE_TIMEOUT="9")
    # Three times the patience of nine seconds, and the time that the program needs.
    assert time.monotonic() - begun < 40
    assert done.returncode == 4
    assert sorted(status for status, _ in rows(done)) == ["failed"] * 5 + ["new"]
    assert "Waiting for ambulance-trust-data-0.csv and 4 more from 127.0.0.1:" in done.stderr
    assert "10 seconds so far." in done.stderr
    assert run("table", data_dir=tmp_path).returncode in (0, 3)


@pytest.mark.slow
@pytest.mark.parametrize("how", SLOW)
def test_a_slow_site_ends_within_two_minutes(
    run: Run, site: Site, tmp_path: Path, how: str
) -> None:
    def slow(handler: sites.Handler) -> None:
        for _ in range(30):
            SLOW[how](handler)

    site.faults["*"] = slow
    begun = time.monotonic()
    done = visit(run, site, tmp_path)
    assert time.monotonic() - begun < 120
    assert done.returncode == 4
    assert "Waiting for " in done.stderr
