"""What goes wrong on the way: each fault ends in its message, and what was kept still answers."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.conftest import COMMAND, Run, environment, kept_in
from tests.releases import official, site
from tests.releases.site import UPLOADS, Fault, Site, serving

pytestmark = pytest.mark.long

OLD = UPLOADS + "2025/12/nhs-oversight-framework-acute-trust-data-q2.csv"
NEW = UPLOADS + "2026/03/nhs-oversight-framework-acute-trust-data-q3-25-26.csv"
Q2_FILE = official.metric_file().replace("Q3 2025/26", "Q2 2025/26").encode()
Q3_FILE = official.metric_file().encode()

# fault, exit code, message, how often the file is asked for
FAULTS: dict[str, tuple[Fault, int, str, int]] = {
    "silent before the body": (site.silent, 4, "sent nothing for 0.5 seconds", 3),
    "silent in the middle of the body": (site.stalls, 4, "sent nothing for 0.5 seconds", 3),
    "connection reset": (site.resets, 4, " broke: ", 3),
    "body cut off": (site.truncates, 4, " broke: ", 3),
    "length that falls short": (site.falls_short, 5, "may have been cut off", 1),
    "404": (site.status(404), 4, "returned 404 Not Found", 1),
    "403": (site.status(403), 4, "returned 403 Forbidden", 1),
    "429 for a minute and more": (
        site.status(429, Retry_After="3600"),
        4,
        "asks you to wait for 3600 seconds",
        1,
    ),
    "429 until a figure that is none": (
        site.status(429, Retry_After="\xb2"),
        4,
        "returned 429 Too Many Requests",
        3,
    ),
    "503 for longer than there are numbers": (
        site.status(503, Retry_After="9" * 400),
        4,
        "wait until another day",
        1,
    ),
    "unchanged, though nothing was seen before": (site.status(304), 4, "returned 304", 1),
    "429 for a second": (site.status(429, Retry_After="1"), 4, "returned 429 Too Many Requests", 3),
    "500 always": (site.status(500), 4, "returned 500 Internal Server Error", 3),
    "a web page": (site.sends(b"<!doctype html><p>We moved\n"), 5, "this is a web page", 1),
    "an empty body": (site.sends(b""), 5, "the file is empty", 1),
    "a file of the wrong kind": (site.sends(b"\x50\x4b\x03\x04" + bytes(40)), 5, "a zip file", 1),
    "a table of something else": (
        site.sends(b"a,b\n1,2\n"),
        5,
        "neither a metric file nor a league table",
        1,
    ),
    "redirect to another site": (
        site.redirects("http://elsewhere.example/x.csv"),
        4,
        "redirects to another site",
        1,
    ),
    "redirect in a circle": (site.circles, 4, "redirects more than 5 times", 6),
    "51 MB unannounced": (site.endless, 4, "larger than 50 MB", 1),
    "51 MB announced": (
        site.sends(b"", Content_Length=str(51 * 1024**2)),
        4,
        "larger than 50 MB",
        1,
    ),
    "gzip that does not unpack": (site.bad_gzip, 4, "cannot be decompressed", 1),
    "a redirect to no address": (
        site.redirects("http://[::bad"),
        4,
        "Invalid URL in location header",
        3,
    ),
}


@pytest.fixture
def published() -> Iterator[Site]:
    with serving(Site()) as published:
        published.files[OLD] = Q2_FILE
        published.linked = [OLD]
        yield published


def fetch(run: Run, url: str, data_dir: Path, **env: str) -> subprocess.CompletedProcess[str]:
    quick = {"NHSLEAGUE_BASE_URL": url, "NHSLEAGUE_TIMEOUT": "0.5"} | env
    result = run("fetch", data_dir=data_dir, env=quick)
    assert "Traceback" not in result.stderr
    return result


def still_answers(run: Run, data_dir: Path) -> None:
    """The quarter kept before is there, whole and right."""
    assert run("cache", "verify", data_dir=data_dir).returncode == 0
    answered = run("worst", "--metric", "OF0011", "--limit", "1", data_dir=data_dir)
    assert "false,Q2 2025/26,acute,2,2,Z1A,Trust Z1A,46.55,%" in answered.stdout


def path_of(fault: str) -> str:
    return f"{UPLOADS}2026/03/nhs-oversight-framework-{fault.replace(' ', '-')}.csv"


def fail_and_recover(
    run: Run, published: Site, data_dir: Path, faults: list[str], code: int
) -> None:
    """Publish a file for each fault, visit, look at what was said and kept, and visit again."""
    assert fetch(run, published.url, data_dir).returncode == 0
    for fault in faults:
        path = path_of(fault)
        published.files[path] = Q3_FILE
        published.linked.append(path)
        published.faults[path] = FAULTS[fault][0]
    failed = fetch(run, published.url, data_dir)
    assert failed.returncode == code, failed.stderr
    for fault in faults:
        _, _, message, requests = FAULTS[fault]
        name = path_of(fault).rpartition("/")[2]
        # Each fault is told from its word on, and may have its advice on lines of its own.
        parts = re.split(r"^(?=(?:failed|refused): )", failed.stderr, flags=re.MULTILINE)
        (part,) = [one for one in parts if one.startswith(("failed", "refused")) and name in one]
        assert message in part
        assert published.requests[path_of(fault)] == requests, fault
    still_answers(run, data_dir)
    published.faults.clear()
    assert fetch(run, published.url, data_dir).returncode == 0
    assert run("table", "--quarter", "q3", data_dir=data_dir).returncode == 0


@pytest.mark.parametrize("code", [4, 5])
def test_faults_are_told_and_cost_nothing_that_is_kept(
    run: Run, published: Site, tmp_path: Path, code: int
) -> None:
    faults = [fault for fault, (_, its_code, *_) in FAULTS.items() if its_code == code]
    fail_and_recover(run, published, tmp_path, faults, code)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_alone_is_told_and_costs_nothing_that_is_kept(
    run: Run, published: Site, tmp_path: Path, fault: str
) -> None:
    fail_and_recover(run, published, tmp_path, [fault], FAULTS[fault][1])


@pytest.mark.parametrize(
    "fault", [site.status(500), site.status(429, Retry_After="1"), site.resets, site.silent]
)
def test_what_passes_is_tried_again_and_got(
    run: Run, published: Site, tmp_path: Path, fault: Fault
) -> None:
    published.faults[OLD] = site.once(fault)
    fetched = fetch(run, published.url, tmp_path)
    assert (fetched.returncode, published.requests[OLD]) == (0, 2)
    still_answers(run, tmp_path)


def refused_port() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (refused_port(), "Cannot reach 127.0.0.1:"),
        ("https://no-such-host.invalid", "Cannot reach no-such-host.invalid."),
    ],
    ids=["refused connection", "no such host"],
)
def test_a_site_that_cannot_be_reached_ends_it_at_once(
    run: Run, published: Site, tmp_path: Path, url: str, message: str
) -> None:
    assert fetch(run, published.url, tmp_path).returncode == 0
    failed = fetch(run, url, tmp_path)
    assert failed.returncode == 4
    assert message in failed.stderr
    assert "--from" in failed.stderr
    still_answers(run, tmp_path)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    secure = Site()
    secure.files[OLD] = Q2_FILE
    secure.linked = [OLD]
    site.with_certificate(secure, context)
    with serving(secure):
        yield secure


def test_a_certificate_that_does_not_verify_is_refused_and_not_tried_again(
    run: Run, secure: Site, tmp_path: Path
) -> None:
    failed = fetch(run, secure.url.replace("http:", "https:"), tmp_path)
    assert failed.returncode == 4
    assert "certificate verify failed" in failed.stderr
    assert "SSL_CERT_FILE" in failed.stderr
    assert secure.requests.total() == 0
    assert kept_in(tmp_path) == []


def test_a_certificate_named_in_the_environment_is_trusted(
    run: Run, secure: Site, authority: trustme.CA, tmp_path: Path
) -> None:
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    url = secure.url.replace("http:", "https:")
    fetched = fetch(run, url, tmp_path / "store", SSL_CERT_FILE=str(bundle))
    assert fetched.returncode == 0, fetched.stderr


def test_a_proxy_of_the_environment_is_used(run: Run, published: Site, tmp_path: Path) -> None:
    proxied = fetch(run, "http://localhost:1", tmp_path, HTTP_PROXY=published.url, NO_PROXY="")
    # The proxy is asked for whole addresses, which this one does not know.
    assert any(path.startswith("http://localhost:1/") for path in published.requests)
    assert proxied.returncode == 4


def test_a_proxy_of_nonsense_is_told(run: Run, tmp_path: Path) -> None:
    failed = fetch(run, "http://localhost:1", tmp_path, HTTP_PROXY="carrier pigeon")
    assert failed.returncode == 4
    assert "proxy address carrier pigeon is right" in failed.stderr


def test_a_time_out_of_nonsense_is_told(run: Run, tmp_path: Path) -> None:
    failed = fetch(run, "http://localhost:1", tmp_path, NHSLEAGUE_TIMEOUT="soon")
    assert failed.returncode == 2
    assert "NHSLEAGUE_TIMEOUT" in failed.stderr


def test_a_store_path_with_blanks_and_other_letters_is_a_path(
    run: Run, published: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "Meine Daten – Übersicht" / "données"
    assert fetch(run, published.url, folder).returncode == 0
    still_answers(run, folder)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_store_answers_and_says_that_it_cannot_keep(
    run: Run, published: Site, tmp_path: Path
) -> None:
    assert fetch(run, published.url, tmp_path).returncode == 0
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    published.files[NEW] = Q3_FILE
    published.linked.append(NEW)
    failed = fetch(run, published.url, tmp_path)
    assert failed.returncode == 4
    assert "Cannot store releases" in failed.stderr
    still_answers(run, tmp_path)


def test_a_store_whose_lock_cannot_be_had_answers_and_says_that_it_cannot_keep(
    run: Run, published: Site, tmp_path: Path
) -> None:
    assert fetch(run, published.url, tmp_path).returncode == 0
    (tmp_path / ".lock").unlink()
    (tmp_path / ".lock").mkdir()
    failed = fetch(run, published.url, tmp_path)
    assert failed.returncode == 4
    assert "Cannot store releases" in failed.stderr
    still_answers(run, tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_full_disk_is_told_and_costs_nothing_that_is_kept(
    run: Run, published: Site, tmp_path: Path
) -> None:
    import resource

    assert fetch(run, published.url, tmp_path).returncode == 0
    published.files[NEW] = Q3_FILE
    published.linked.append(NEW)
    before = kept_in(tmp_path)
    limited = subprocess.run(
        [str(COMMAND), "fetch"],
        env=environment(tmp_path) | {"NHSLEAGUE_BASE_URL": published.url},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert limited.returncode == 4, limited.stderr
    assert "Cannot store releases" in limited.stderr
    assert kept_in(tmp_path) == before
    still_answers(run, tmp_path)
    assert fetch(run, published.url, tmp_path).returncode == 0
