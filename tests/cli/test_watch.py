"""``watch``: what is new for the trusts that a person watches, and how that is remembered."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Run, environment
from tests.inprocess import Reply, run_here
from tests.releases.official import METRIC_HEADER, published
from tests.sampling import one_in
from tests.small_leagues import trusts

Q2, Q3 = "Q2 2025/26", "Q3 2025/26"
Ask = Callable[..., Reply]


def release(
    quarter: str, *, best_first: bool, sickness: float = 9.0, average: float = 4.0
) -> bytes:
    """Return a release of six trusts; the last one's rate and average score may be others.

    By the rank formula the worst of six scores 4.00, the next 1 + 3 x 4 / 5 = 3.40, then 2.80.
    """
    listed = trusts(6) if best_first else trusts(6)[::-1]
    rows = []
    for place, trust in enumerate(listed, 1):
        value = sickness if place == 6 else 3.0 + place / 10
        score = 1 + 3 * (place - 1) / 5
        mean = average if place == 6 else round(score, 2)
        period = {Q2: "Sep-25", Q3: "Dec-25"}[quarter]
        rows += [
            trust.row("OF0082", value, place, quarter=quarter, period=period),
            trust.row(
                "OF1082", f"{score:.2f}", place, quarter=quarter, unit="score", period=period
            ),
            *trust.standing(min(4, 1 + (place - 1) // 2), mean, place, quarter=quarter),
        ]
    return published([METRIC_HEADER.split(","), *rows])


@pytest.fixture(scope="module")
def q2_store(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("q2")
    (folder / "q2.csv").write_bytes(release(Q2, best_first=True))
    done = run("fetch", "--from", str(folder / "q2.csv"), data_dir=folder / "store")
    assert done.returncode == 0, done.stderr
    return folder / "store"


@pytest.fixture
def ask(q2_store: Path, tmp_path: Path) -> Ask:
    """Ask in a folder of settings of one's own, of a store that has Q2."""

    def ask_here(*arguments: str) -> Reply:
        env = environment(tmp_path / "store") | {"NHSLEAGUE_CONFIG_DIR": str(tmp_path / "settings")}
        done = run_here(arguments, env)
        return Reply(done.returncode, done.stdout, done.stderr)

    shutil.copytree(q2_store, tmp_path / "store")
    return ask_here


def fetch(ask: Ask, file: Path, data: bytes) -> None:
    file.write_bytes(data)
    done = ask("fetch", "--from", str(file), "--quiet", "--csv")
    assert done.returncode == 0, done.stderr


def news(reply: Reply) -> list[tuple[str, str]]:
    """Return the kind and the sentence of each thing that is new."""
    rows = json.loads(reply.stdout)["rows"]
    return [(row["kind"], row["in_words"]) for row in rows]


def test_a_new_quarter_is_told_once(ask: Ask, tmp_path: Path) -> None:
    """Z06 was last of six and is first, Z01 the other way round: one weak spot is gone, one new."""
    assert ask("watch", "add", "z06", "Fictional Trust Z01").returncode == 0
    nothing = ask("watch", "--json")
    assert (nothing.returncode, news(nothing)) == (0, [])
    assert "Nothing new for Z06 and Z01." in nothing.stderr
    fetch(ask, tmp_path / "q3.csv", release(Q3, best_first=False))
    new = ask("watch", "--json")
    assert new.returncode == 10
    of_z06 = [each for each in news(new) if "Z06" in each[1]]
    assert of_z06 == [
        ("segment", f"Fictional Trust Z06 (Z06) is in segment 1 in {Q3}, was 3."),
        ("rank", f"Fictional Trust Z06 (Z06) is ranked 1st of 6 acute trusts in {Q3}, was 6th."),
        ("weak spot gone", "Fictional Trust Z06 (Z06) is no longer weak on staff sickness: 3.1%, 1st of 6."),
    ]  # fmt: skip
    assert news(new)[-1] == (
        "new weak spot",
        "Fictional Trust Z01 (Z01) is now severely weak on staff sickness: 9%, 6th of 6.",
    )
    assert ask("watch", "--quiet").returncode == 0


def test_a_revision_is_told_with_the_figure_before(ask: Ask, tmp_path: Path) -> None:
    ask("watch", "add", "Z06", "Z05")
    revised = tmp_path / "q2-v2.csv"
    fetch(ask, revised, release(Q2, best_first=True, sickness=8.5))
    new = ask("watch", "--json")
    sentence = f"Fictional Trust Z06 (Z06) was revised for {Q2}: staff sickness from 9% to 8.5%."
    assert (new.returncode, news(new)) == (10, [("revision", sentence)])
    # A revision of another figure is told without the first.
    fetch(ask, tmp_path / "q2-v3.csv", release(Q2, best_first=True, sickness=8.5, average=3.9))
    average = f"Fictional Trust Z06 (Z06) was revised for {Q2}: average score from 4.00 to 3.90."
    assert news(ask("watch", "--json")) == [("revision", average)]
    # What is published anew with the same figures is no news.
    fetch(
        ask,
        tmp_path / "q2-v4.csv",
        release(Q2, best_first=True, sickness=8.5, average=3.9) + b"\r\n",
    )
    assert ask("watch").returncode == 0


def test_a_revision_can_make_a_trust_weak_and_end_it(ask: Ask, tmp_path: Path) -> None:
    """Z06 was last of six (score 4.00) and is first (1.00), Z01 the other way round.

    Z04 was not weak at 2.80, and is not at 2.20.
    """
    ask("watch", "add", "Z06", "Z01", "Z04")
    fetch(ask, tmp_path / "q2-v2.csv", release(Q2, best_first=False))
    after = [each for each in news(ask("watch", "--json")) if "after a revision" in each[1]]
    on = f"staff sickness in {Q2}, after a revision: its score was"
    assert sorted(after) == [
        ("new weak spot", f"Fictional Trust Z01 (Z01) is now weak on {on} 1.00 and is 4.00."),
        (
            "weak spot gone",
            f"Fictional Trust Z06 (Z06) is no longer weak on {on} 4.00 and is 1.00.",
        ),
    ]


def test_trusts_are_listed_and_removed(ask: Ask) -> None:
    empty = ask("watch")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert "nhsleague watch add RDY" in empty.stderr
    ask("watch", "add", "Z06")
    ask("watch", "add", "Z02")
    assert [row["trust_code"] for row in ask("watch", "list", "--csv").rows()] == ["Z06", "Z02"]
    assert ask("watch", "remove", "z06").returncode == 0
    assert [row["trust_code"] for row in ask("watch", "list", "--csv").rows()] == ["Z02"]
    unknown = ask("watch", "remove", "Z06")
    assert unknown.returncode == 3
    assert "Z02" in unknown.stderr
    assert ask("watch", "add", "Nowhere").returncode == 3
    assert ask("watch", "add").returncode == 2
    assert ask("watch", "Z02").returncode == 2
    assert ask("watch", "list", "Z02").returncode == 2


def test_the_sample_is_watched_apart(ask: Ask, run: Run, tmp_path: Path) -> None:
    ask("watch", "add", "Z06")
    env = {"NHSLEAGUE_CONFIG_DIR": str(tmp_path / "settings")}
    assert run("--sample", "watch", "add", "ZB6", env=env).returncode == 0
    listed = run("watch", "list", "--sample", "--csv", env=env).stdout
    assert "true,ZB6" in listed
    assert "Z06" not in listed
    assert [row["trust_code"] for row in ask("watch", "list", "--csv").rows()] == ["Z06"]


@pytest.mark.parametrize(
    "damaged",
    one_in(
        2,
        ["{", "[]", '{"format": 1, "trusts": {"Z06": {"name": "Z", "seen": 1}}}', '{"format": 1}', "\xff"],
    ),
)  # fmt: skip
def test_5_for_a_damaged_file_which_stays_as_it_is(ask: Ask, tmp_path: Path, damaged: str) -> None:
    file = tmp_path / "settings" / "watch.json"
    file.parent.mkdir()
    file.write_bytes(damaged.encode("latin-1"))
    for words in ([], ["add", "Z06"], ["list"], ["remove", "Z06"]):
        reply = ask("watch", *words)
        assert reply.returncode == 5, words
        assert reply.stdout == ""
        assert str(file) in reply.stderr
        assert "Remove the file" in reply.stderr
        assert "Traceback" not in reply.stderr
    assert file.read_bytes() == damaged.encode("latin-1")


def test_5_for_a_file_of_a_newer_version(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "settings" / "watch.json"
    file.parent.mkdir()
    file.write_text('{"format": 2, "people": []}', "utf-8")
    reply = ask("watch")
    assert reply.returncode == 5
    assert "newer version" in reply.stderr


@pytest.mark.skipif(os.name == "nt", reason="pipes end in another way on Windows")
def test_what_was_not_delivered_is_not_seen(ask: Ask, tmp_path: Path) -> None:
    """The reader of a pipe has gone before anything is written to it."""
    ask("watch", "add", "Z06")
    fetch(ask, tmp_path / "q3.csv", release(Q3, best_first=False))
    env = environment(tmp_path / "store") | {"NHSLEAGUE_CONFIG_DIR": str(tmp_path / "settings")}
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [str(COMMAND), "watch"], env=env, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert b"Traceback" not in done.stderr
    assert ask("watch", "--quiet").returncode == 10
    assert ask("watch", "--quiet").returncode == 0


@pytest.mark.long
def test_processes_that_add_at_once_lose_no_trust(ask: Ask, tmp_path: Path) -> None:
    env = environment(tmp_path / "store") | {"NHSLEAGUE_CONFIG_DIR": str(tmp_path / "settings")}
    codes = [trust.code for trust in trusts(3)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "nhs_league", "watch", "add", code, "--quiet"], env=env
        )
        for code in codes
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert sorted(row["trust_code"] for row in ask("watch", "list", "--csv").rows()) == codes
