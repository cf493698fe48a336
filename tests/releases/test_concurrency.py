"""Several processes at one store, and processes that are killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from nhs_league.releases.integrity import verify
from nhs_league.releases.store import open_store, read_quarters
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
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


def test_sixteen_at_once_transfer_each_file_once_and_all_end_well(
    run: Run, published: Site, tmp_path: Path
) -> None:
    published.slowness = 0.1
    processes = [start(published.url, tmp_path, "fetch") for _ in range(16)]
    errors = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 16
    assert {published.bodies[file] for file in published.files} == {1}
    assert any("Waiting for it" in words for words in errors)
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


def values(store: Path) -> dict[str, float]:
    """Read each quarter's value of the trust that the files here change."""
    opened = open_store(store)
    observations = read_quarters(opened, opened.quarters).observations.filter(
        pl.col("metric_id") == "OF0011", pl.col("trust_code") == "Z1A"
    )
    return dict(observations.select("quarter", "value").collect().iter_rows())


def killed_again_and_again(published: Site, folder: Path, times: int) -> None:
    """Kill fetches and repairs at random moments of their lives, and look at what is left.

    Each visit has one new figure; after it, a quarter has the figure that it had or a later one.
    Every fifth time the manifest is lost before a repair.
    """
    rng = random.Random(20260909)
    begun = time.monotonic()
    fetch_well(published.url, folder / "whole")
    lasts = time.monotonic() - begun
    store = folder / "killed"
    fetch_well(published.url, store)
    before = values(store)
    published_so_far = {f"Q{quarter} 2025/26": [46.55] for quarter in (1, 2, 3)}
    for number in range(times):
        quarter = number % 4 + 1
        published.files[path(quarter)] = metric_file(quarter, f"{number}.25")
        if path(quarter) not in published.linked:
            published.linked.append(path(quarter))
        if number % 5 == 4:
            (store / "manifest.json").unlink()
        command = ("fetch",) if number % 3 < 2 and number % 5 < 4 else ("cache", "repair")
        process = start(published.url, store, *command)
        time.sleep(rng.uniform(0.2, lasts * 1.1))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        now = values(store)
        assert now.keys() >= before.keys(), number
        published_so_far.setdefault(f"Q{quarter} 2025/26", []).append(number + 0.25)
        for label, value in now.items():
            figures = published_so_far[label]
            assert figures.index(value) >= figures.index(before.get(label, figures[0])), number
        assert not [f for f in verify(open_store(store)) if f.fault], number
        before = now
    fetch_well(published.url, store)
    assert values(store)[f"Q{quarter} 2025/26"] == number + 0.25
    assert not list(store.rglob("*.part"))


@posix
def test_what_is_killed_leaves_a_store_that_has_lost_nothing(
    published: Site, tmp_path: Path
) -> None:
    killed_again_and_again(published, tmp_path, times=8)


@posix
@pytest.mark.slow
def test_what_is_killed_200_times_leaves_a_store_that_has_lost_nothing(
    published: Site, tmp_path: Path
) -> None:
    killed_again_and_again(published, tmp_path, times=200)


def lose_manifest(store: Path) -> None:
    (store / "manifest.json").unlink()


def cut_tables(store: Path) -> None:
    for file in (store / "tidy").rglob("observations-*.parquet"):
        file.write_bytes(file.read_bytes()[:-20])


@pytest.mark.slow
@pytest.mark.parametrize("damage", [lose_manifest, cut_tables], ids=lambda damage: damage.__name__)
def test_a_storm_of_32_gives_no_wrong_answer(
    run: Run, published: Site, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """On a damaged store, 8 processes fetch a revision, 8 repair and 16 ask, all at once."""
    fetch_well(published.url, tmp_path)
    published.files[path(3, "-v2")] = metric_file(3, "47.5")
    published.linked.append(path(3, "-v2"))
    damage(tmp_path)
    question = ("--quiet", "worst", "--metric", "OF0011", "--limit", "0", "--columns", "value")
    commands = [("fetch",), ("cache", "repair"), question, question] * 8
    processes = [start(published.url, tmp_path, *command) for command in commands]
    ended = [(process.communicate(timeout=300), process.returncode) for process in processes]
    assert [code for _, code in ended] == [0] * 32, [err for (_, err), code in ended if code]
    answers = {
        out for ((out, _), _), command in zip(ended, commands, strict=True) if command is question
    }
    expected = {f"sample,value\nfalse,{value}\nfalse,76.45\n" for value in ("46.55", "47.5")}
    assert answers <= expected
    assert values(tmp_path)["Q3 2025/26"] == 47.5
    assert run("cache", "verify", data_dir=tmp_path).returncode == 0
