"""Several processes at one store, and processes that are killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Run, environment
from tests.releases import official
from tests.releases.site import UPLOADS, Site, serving

pytestmark = pytest.mark.long

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


def path(quarter: int, revision: str = "") -> str:
    return f"{UPLOADS}2026/03/nhs-oversight-framework-acute-trust-data-q{quarter}{revision}.csv"


def metric_file(quarter: int, value: str) -> bytes:
    text = official.metric_file().replace("Q3 2025/26", f"Q{quarter} 2025/26")
    return official.with_field(text, 2, "Value", value).encode()


@pytest.fixture
def published() -> Iterator[Site]:
    with serving(Site()) as published:
        for quarter in (1, 2, 3):
            published.files[path(quarter)] = metric_file(quarter, "46.55")
        published.linked = list(published.files)
        yield published


def start(url: str, data_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(COMMAND), *arguments],
        env=environment(data_dir) | {"NHSLEAGUE_BASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def fetch_well(url: str, data_dir: Path) -> None:
    process = start(url, data_dir, "fetch")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


def test_sixteen_at_once_transfer_each_file_once_and_all_end_well(
    run: Run, published: Site, tmp_path: Path
) -> None:
    published.slowness = 0.1
    processes = [start(published.url, tmp_path, "fetch") for _ in range(16)]
    said = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 16
    assert {published.bodies[file] for file in published.files} == {1}
    assert any("waiting for it" in words for words in said)
    assert run("cache", "verify", data_dir=tmp_path).returncode == 0


@pytest.mark.parametrize("at_once", [4, pytest.param(64, marks=pytest.mark.slow)])
def test_readers_see_the_old_state_or_the_new_and_never_a_mixture(
    run: Run, published: Site, tmp_path: Path, at_once: int
) -> None:
    """Two figures change in one visit; each answer has both as they were or both as they are."""
    fetch_well(published.url, tmp_path)
    answers: list[str] = []
    done = threading.Event()
    question = [
        "--quiet",
        "worst",
        "--metric",
        "OF0011",
        "--limit",
        "0",
        "--columns",
        "trust_code,value",
    ]

    def read() -> None:
        while not done.is_set():
            reader = start(published.url, tmp_path, *question)
            out, err = reader.communicate(timeout=60)
            answers.append(
                out if reader.returncode == 0 and not err else f"{reader.returncode}: {err}"
            )

    readers = [threading.Thread(target=read) for _ in range(at_once)]
    for reader in readers:
        reader.start()
    expected = {"sample,trust_code,value\nfalse,Z1A,46.55\nfalse,Z2B,76.45\n"}
    for number in range(1, 3):
        text = metric_file(3, f"{number}.5").decode()
        text = official.with_field(text, 4, "Value", f"8{number}.5")
        revised = path(3, f"-v{number + 1}")
        published.files[revised] = text.encode()
        published.linked.append(revised)
        fetch_well(published.url, tmp_path)
        expected.add(f"sample,trust_code,value\nfalse,Z1A,{number}.5\nfalse,Z2B,8{number}.5\n")
    done.set()
    for reader in readers:
        reader.join()
    assert set(answers) <= expected
    assert len(set(answers)) > 1
    assert run("cache", "verify", data_dir=tmp_path).returncode == 0


def killed_again_and_again(run: Run, published: Site, folder: Path, times: int) -> None:
    """Kill a fetch at random moments of its life, and look at what is left each time."""
    rng = random.Random(20260909)
    begun = time.monotonic()
    fetch_well(published.url, folder / "whole")
    lasts = time.monotonic() - begun
    store = folder / "killed"
    for number in range(times):
        # Something new to fetch each time, so that each fetch has something to write.
        quarter = number % 4 + 1
        published.files[path(quarter)] = metric_file(quarter, f"{number}.25")
        if path(quarter) not in published.linked:
            published.linked.append(path(quarter))
        process = start(published.url, store, "fetch")
        time.sleep(rng.uniform(0, lasts * 1.1))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert run("cache", "verify", data_dir=store).returncode == 0, number
    fetch_well(published.url, store)
    assert run("cache", "verify", data_dir=store).returncode == 0
    shown = run("worst", "--metric", "OF0011", "--quarter", f"q{quarter}", data_dir=store)
    assert f",{number}.25,%" in shown.stdout
    assert not list(store.rglob("*.part"))


@posix
def test_a_fetch_that_is_killed_leaves_a_store_that_verifies(
    run: Run, published: Site, tmp_path: Path
) -> None:
    killed_again_and_again(run, published, tmp_path, times=8)


@posix
@pytest.mark.slow
def test_a_fetch_that_is_killed_200_times_leaves_a_store_that_verifies(
    run: Run, published: Site, tmp_path: Path
) -> None:
    killed_again_and_again(run, published, tmp_path, times=200)
