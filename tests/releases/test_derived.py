"""What is computed and kept beside a quarter: the same as computed afresh, whatever befalls it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest

from nhs_league import League, open_league
from nhs_league.core.uncertainty import VERSION, redraws, robustness
from nhs_league.league import base as league_base
from nhs_league.league.base import prepare
from tests.conftest import Run
from tests.inprocess import Ask, asking
from tests.sampling import one_in
from tests.small_leagues import METRICS, release_file, trusts

Question = Callable[[League], pl.DataFrame | None]
QUESTIONS: dict[str, Question] = {
    "firmness": lambda league: league.show("ZW5").firmness,
    "ranges": lambda league: league.show("ZW5", bootstrap=True).ranges,
    "pairs": lambda league: league.table("ambulance", groups=True).frame,
    "ends": lambda league: league.worst("access").frame,
    "shifts": lambda league: league.changes("q3", "q4", trust_type="ambulance").frame,
    "metrics": lambda league: league.show("ZW5").frame,
    "past": lambda league: league.show("ZW5").past,
    "scores": lambda league: league.compare("ZW5", "ZV6").frame,
    "catalogue": lambda league: league.metrics().frame,
    "rules": lambda league: league.explain("ZV6").frame,
    "recomputed": lambda league: league.whatif("ZV6", ["sickness=median"]).frame,
    "robustness": lambda league: league.robust(trust_type="ambulance").frame,
}
KNOWN = (
    "short_name", "plain", "why", "everyday_names", "standard", "standard_name", "standard_source",
)  # fmt: skip
SMALL = (
    "show Z02 --csv",
    "show Z02 --format table",
    "table --groups --csv",
    "compare Z02 Z01 --csv",
    "metrics --csv",
)


@pytest.fixture(autouse=True)
def preparing() -> Iterator[None]:
    """Let ``fetch`` prepare what questions need, as it does."""
    with patch.object(league_base, "prepare", prepare):
        yield


@pytest.fixture(scope="module")
def league(sample: Run, sample_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> League:
    """The sample in a store of its own, with nothing kept beside it."""
    assert sample("trusts").returncode == 0
    (stored,) = sample_cache.glob("sample-*")
    folder = tmp_path_factory.mktemp("derived") / "store"
    shutil.copytree(stored, folder, ignore=shutil.ignore_patterns("derived"))
    return open_league(data_dir=folder)


def scores(*of_trusts: int, first: float = 1.0) -> list[list[str]]:
    """Return a file of trusts with five scores each, and what follows from them by hand.

    The scores of a trust are all alike, but for the first metric's.
    """
    return [
        row
        for place, (trust, score) in enumerate(
            zip(trusts(len(of_trusts)), of_trusts, strict=True), 1
        )
        for row in (
            *(trust.row(f"OF1{i[3:]}", score if n else first) for n, i in enumerate(METRICS)),
            *trust.standing(1 + place % 4, score, place),
        )
    ]


def fetched(folder: Path, rows: list[list[str]]) -> Ask:
    """Import a file with the command, which computes more than is stored; return how to ask."""
    ask = asking(folder / "store")
    fetch(ask, folder, rows, version=1)
    return ask


def fetch(ask: Ask, folder: Path, rows: list[list[str]], version: int) -> None:
    name, data = release_file(rows, version)
    (folder / name).write_bytes(data)
    done = ask("fetch", "--from", str(folder / name))
    assert done.returncode == 0, done.stderr


@contextmanager
def nothing_drawn() -> Iterator[None]:
    """Fail where anything is drawn at random."""
    refused = AssertionError("drawn again")
    with (
        patch.object(redraws, "Random", side_effect=refused),
        patch.object(robustness, "Random", side_effect=refused),
    ):
        yield


def kept_files(folder: Path) -> set[str]:
    """List the files that are kept."""
    return {file.name for file in (folder / "derived").rglob("*.parquet")}


def answers(ask: Ask, questions: Sequence[str] = SMALL) -> Iterator[tuple[str, str]]:
    """Ask questions of a small league."""
    for question in questions:
        done = ask(*question.split())
        assert done.returncode == 0, done.stderr
        yield done.stdout, done.stderr


@pytest.mark.parametrize("name", one_in(3, QUESTIONS))
def test_what_was_kept_is_what_is_computed(league: League, name: str) -> None:
    question, folder = QUESTIONS[name], league.store.path / "derived"
    # A file where the folder would be: nothing can be kept, as on a store that is read-only.
    folder.write_bytes(b"")
    computed = question(league)
    assert folder.read_bytes() == b""
    folder.unlink()
    first = question(league)
    names = {file.partition("-")[0] for file in kept_files(league.store.path)}
    # A pair of trusts is drawn each time, from scores that are kept.
    with nullcontext() if name == "scores" else nothing_drawn():
        again = question(league)
    shutil.rmtree(folder)
    assert name in names
    assert computed is not None
    assert first is not None
    assert again is not None
    assert computed.height
    assert computed.equals(first)
    assert computed.equals(again)
    assert computed.schema == again.schema


def test_a_trust_moved_as_surely_as_among_the_changes(league: League) -> None:
    """Both go by one redraw of the trust's whole type, not each by one of its own."""
    columns = ("computed_shift_low", "computed_shift_high")
    listed = league.changes("q3", "q4", trust_type="ambulance").frame.drop_nulls(columns)
    assert listed.height
    for code, *ends in listed.select("trust_code", *columns).iter_rows():
        before = league.show(code, quarter="q4").previous
        assert before is not None
        assert before.select(columns).row(0) == tuple(ends)


def test_fetch_leaves_nothing_to_draw_for_the_newest_quarter(tmp_path: Path) -> None:
    ask = fetched(tmp_path, scores(1, 2, 3, 4))
    # A pair of trusts is drawn each time.
    with nothing_drawn():
        list(answers(ask, [each for each in SMALL if not each.startswith("compare")]))


def test_a_revised_quarter_has_results_of_its_own(tmp_path: Path) -> None:
    ask, store = fetched(tmp_path, scores(1, 2, 3, 4)), tmp_path / "store"
    # What fetch does not compute is kept as soon as it is asked for.
    assert ask("robust", "--csv").returncode == 0
    before, stale = list(answers(ask)), kept_files(store)
    shutil.copytree(store / "derived", tmp_path / "late")
    fetch(ask, tmp_path, scores(4, 3, 2, 1, first=3.0), version=2)
    assert not stale & kept_files(store)
    # Whoever asked before the revision may keep a result after it.
    shutil.copytree(tmp_path / "late", store / "derived", dirs_exist_ok=True)
    after = list(answers(ask))
    shutil.rmtree(store / "derived")
    assert after == list(answers(ask))
    assert after != before


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def alter(file: Path) -> None:
    frame = pl.read_parquet(file)
    frame.with_columns((pl.col(pl.Float64) + 1), ~pl.col(pl.Boolean)).write_parquet(file)


@pytest.mark.parametrize("damage", one_in(2, [alter, cut]))
def test_a_damaged_result_is_computed_again(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    ask, store = fetched(tmp_path, scores(1, 2, 3, 4)), tmp_path / "store"
    before, files = list(answers(ask)), sorted((store / "derived").rglob("*.parquet"))
    sound = [file.read_bytes() for file in files]
    for file in files:
        damage(file)
    assert ask("cache", "verify").returncode == 0
    assert list(answers(ask)) == before
    assert [file.read_bytes() for file in files] == sound


def test_clearing_a_store_clears_what_is_kept(tmp_path: Path) -> None:
    ask, store = fetched(tmp_path, scores(1, 2, 3, 4)), tmp_path / "store"
    assert kept_files(store)
    assert ask("cache", "clear", "--yes").returncode == 0
    assert list(store.iterdir()) == []


def test_other_results_have_another_version(tmp_path: Path) -> None:
    """Whoever changes what is kept raises ``uncertainty.VERSION``, and enters the digest here.

    What is known of metrics may change without: it decides under which name a result is kept.
    """
    ask, store = fetched(tmp_path, scores(1, 2, 3, 4, 2, 3, first=2.5)), tmp_path / "store"
    assert ask("robust", "--csv").returncode == 0
    digest = hashlib.sha256()
    for file in sorted((store / "derived").rglob("*.parquet"), key=lambda file: file.name):
        digest.update(f"{file.name.partition('-')[0]}\n".encode())
        computed = pl.read_parquet(file).drop(KNOWN, strict=False)
        digest.update(computed.write_csv().encode())
    assert {VERSION: digest.hexdigest()[:12]} == {3: "305535072435"}
