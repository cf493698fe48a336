"""The order of publication: from addresses, names, quarters and servers, never from time stamps."""

from __future__ import annotations

import json
import os
from datetime import date
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from nhs_league.releases.disagreements import publication_order
from nhs_league.releases.intake import ReceivedFile, add_files
from nhs_league.releases.integrity import verify
from nhs_league.releases.manifest import HttpValidators, StoredFile
from nhs_league.releases.store import Store, open_store, read_quarters, settle, unsettled
from tests.conftest import Run
from tests.releases import official
from tests.releases.stores import as_of_version_1
from tests.terminal import needs_terminal

METRIC = official.metric_file()
SITE = "https://www.england.nhs.uk/wp-content/uploads/"


def stored(
    name: str = "data.csv",
    *,
    number: int,
    quarters: tuple[str, ...] = ("Q3 2025/26",),
    published: str = "",
    last_modified: str = "",
    source: str = "",
    kind: str = "metric",
    trust_type: str = "acute",
    follows: tuple[str, ...] = (),
) -> StoredFile:
    return StoredFile(
        str(number) * 64, name, source, published, "2026-03-12T10:00:00+00:00", kind, quarters,
        (trust_type,), 14, 2, (), last_modified, number, follows,
    )  # fmt: skip


def earlier_to_later(*files: StoredFile) -> list[int]:
    order = publication_order(files)
    return [file.order for file in sorted(files, key=lambda f: order.place(f.release_file))]


Q3, Q1_TO_Q4 = ("Q3 2025/26",), ("Q1 2025/26", "Q2 2025/26", "Q3 2025/26", "Q4 2025/26")
EVIDENCE = {
    "what a person said": (
        stored("q3-v2.csv", number=2),
        stored("q3.csv", number=1, follows=("2" * 64,)),
    ),
    "the address's folder": (
        stored("q3-v2.csv", number=2, published="2026-03"),
        stored("q3.csv", number=1, published="2026-06"),
    ),
    "the folder, even of a file that reaches less far": (
        stored(number=2, quarters=Q1_TO_Q4, published="2026-06"),
        stored("q3-v3.csv", number=1, published="2026-07"),
    ),
    "a day that a person gave": (
        stored(number=2, published="2026-03-11"),
        stored(number=1, published="2026-03-12"),
    ),
    "the server's date within the folder's month": (
        stored(number=2, published="2026-06", last_modified="2026-06-10T09:00:00+00:00", quarters=Q1_TO_Q4),
        stored(number=1, published="2026-06", last_modified="2026-06-20T09:00:00+00:00"),
    ),
    "the newest quarter": (stored("q3-v2.csv", number=2), stored(number=1, quarters=Q1_TO_Q4)),
    "the revision in the name": (stored("q3.csv", number=2), stored("q3-v2.csv", number=1)),
    "the revision, whatever its case": (stored("q3.CSV", number=2), stored("q3-V2.CSV", number=1)),
    "a later download from one address": (
        stored(number=1, source=f"{SITE}2026/03/q3.csv"),
        stored(number=2, source=f"{SITE}2026/03/q3.csv"),
    ),
    "Last-Modified": (
        stored(number=2, last_modified="2026-03-10T09:00:00+00:00"),
        stored(number=1, last_modified="2026-05-02T09:00:00+00:00"),
    ),
    "the number of quarters": (
        stored(number=2, quarters=Q3),
        stored(number=1, quarters=("Q2 2025/26", "Q3 2025/26")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_evidence_decides_which_of_two_files_is_later(evidence: str) -> None:
    earlier, later = EVIDENCE[evidence]
    for files in ((earlier, later), (later, earlier)):
        order = publication_order(files)
        assert order.place(earlier.release_file) < order.place(later.release_file)
        assert not order.unsure


def test_where_nothing_decides_the_later_import_counts_and_the_pair_is_named() -> None:
    one, other = stored("a.csv", number=1), stored("b.csv", number=2)
    order = publication_order((other, one))
    assert order.place(one.release_file) < order.place(other.release_file)
    assert order.unsure == {frozenset((one.release_file, other.release_file))}


@pytest.mark.parametrize(
    "other",
    [
        stored("b.csv", number=2, kind="league table"),
        stored("b.csv", number=2, trust_type="ambulance"),
        stored("b.csv", number=2, quarters=("Q2 2025/26",)),
    ],
    ids=["kind", "trust type", "quarter"],
)
def test_files_that_cannot_give_one_figure_are_never_unsure(other: StoredFile) -> None:
    assert not publication_order((stored("a.csv", number=1), other)).unsure


def test_a_month_and_a_day_of_that_month_decide_nothing() -> None:
    files = (
        stored("a.csv", number=1, published="2026-03-20"),
        stored("b.csv", number=2, published="2026-03"),
    )
    assert publication_order(files).unsure


def test_evidence_in_a_circle_is_resolved_by_the_strongest() -> None:
    """1 before 2 by revision, 2 before 3 by quarter, 3 before 1 by the month of publication."""
    one = stored("q3.csv", number=1, published="2026-08")
    two = stored("q3-v2.csv", number=2)
    three = stored("q4.csv", number=3, quarters=Q1_TO_Q4, published="2026-06")
    for files in permutations((one, two, three)):
        # The month stands; then 2 before 3 by quarter; 1 before 2 would contradict both.
        assert earlier_to_later(*files) == [2, 3, 1]


def with_cancer(value: str) -> str:
    return official.with_field(METRIC, 2, "Value", value)


def cancer(store: Store) -> float:
    value: float = (
        read_quarters(store, store.quarters)
        .observations.filter(pl.col("metric_id") == "OF0011", pl.col("trust_code") == "Z1A")
        .collect()["value"]
        .item()
    )
    return value


def incoming(value: str, name: str, published: str = "", modified: str = "") -> ReceivedFile:
    seen = HttpValidators("", modified) if modified else None
    source = f"{SITE}2026/03/{name}" if modified else f"/here/{name}"
    return ReceivedFile(name, with_cancer(value).encode(), source, published, seen)


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    """A store with a superseded file that is the newer one on disk, and no manifest."""
    store = open_store(tmp_path)
    files = [incoming("46.55", "q3-v2.csv"), incoming("41.7", "q3.csv")]
    store, _ = add_files(store, files)
    for record in (tmp_path / "raw").glob("*.json"):
        is_first = json.loads(record.read_bytes())["name"] == "q3.csv"
        os.utime(record.with_suffix(".csv"), (2e9 if is_first else 1e9,) * 2)
    (tmp_path / "manifest.json").unlink()
    return tmp_path


def test_a_store_without_its_manifest_is_rebuilt_in_its_order(run: Run, lost: Path) -> None:
    answered = run("worst", "--metric", "OF0011", "--limit", "1", "--json", data_dir=lost)
    assert answered.returncode == 0
    assert "is missing. Rebuilding it" in answered.stderr
    assert json.loads(answered.stdout)["rows"][0]["value"] == 46.55


def test_repair_rebuilds_it_too_and_keeps_all_that_was_known(run: Run, lost: Path) -> None:
    repaired = run("cache", "repair", data_dir=lost)
    assert (repaired.returncode, repaired.stderr) == (0, "Rebuilt 1 quarter from 2 raw files.\n")
    store = open_store(lost)
    assert cancer(store) == 46.55
    assert [(file.name, file.source) for file in store.manifest.files] == [
        ("q3-v2.csv", "/here/q3-v2.csv"), ("q3.csv", "/here/q3.csv"),
    ]  # fmt: skip
    assert run("cache", "verify", data_dir=lost).returncode == 0


def test_names_are_taken_from_the_tables_where_records_are_lost_too(lost: Path) -> None:
    """As a store of version 1.0.0 is, which had none: the tables name their files."""
    for record in (lost / "raw").glob("*.json"):
        record.unlink()
    store = open_store(lost)
    assert cancer(store) == 46.55
    assert {file.name for file in store.manifest.files} == {"q3.csv", "q3-v2.csv"}


def test_a_silent_revision_at_one_address_wins_by_last_modified(tmp_path: Path) -> None:
    files = [
        incoming("46.55", "q3.csv", "2026-03", "Sat, 02 May 2026 09:00:00 GMT"),
        incoming("41.7", "q3.csv", "2026-03", "Tue, 10 Mar 2026 09:00:00 GMT"),
    ]
    # The older content came from another address, so the download's order does not decide.
    store, _ = add_files(open_store(tmp_path), [files[0]])
    old = ReceivedFile(
        "q3.csv", files[1].data, f"{SITE}2026/03/old/q3.csv", "2026-03", files[1].seen
    )
    store, _ = add_files(store, [old])
    assert cancer(store) == 46.55


UNSURE = [incoming("41.7", "a.csv"), incoming("46.55", "b.csv")]


def test_an_answer_that_rests_on_an_unknown_order_says_so(run: Run, tmp_path: Path) -> None:
    add_files(open_store(tmp_path), UNSURE)
    question = ("worst", "--metric", "OF0011", "--limit", "1")
    assert "nothing shows which was published later" in run(*question, data_dir=tmp_path).stderr
    listed = run("revisions", "--json", data_dir=tmp_path)
    assert [row["order_known"] for row in json.loads(listed.stdout)["rows"]] == [False]
    # Another trust's answer does not rest on it.
    other = run("show", "Z2B", data_dir=tmp_path)
    assert "nothing shows" not in other.stdout + other.stderr


def test_an_order_that_is_known_is_not_doubted(run: Run, tmp_path: Path) -> None:
    add_files(open_store(tmp_path), [incoming("41.7", "q3.csv"), incoming("46.55", "q3-v2.csv")])
    answered = run("worst", "--metric", "OF0011", data_dir=tmp_path)
    assert "nothing shows" not in answered.stdout + answered.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    for file in UNSURE:
        (folder / file.name).write_bytes(file.data)
    # What the disk says is not asked.
    os.utime(folder / "a.csv", (2e9, 2e9))
    return folder


def test_an_import_says_which_files_disagree_and_how_to_say_which_is_newer(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    imported = run("fetch", "--from", str(folder), data_dir=store)
    assert imported.returncode == 0
    assert "a.csv and b.csv disagree on 1 figure" in imported.stderr
    assert "b.csv was added last and is used" in imported.stderr
    for name, day in (("a.csv", "2026-03-20"), ("b.csv", "2026-03-12")):
        again = run("fetch", "--from", str(folder / name), "--published", day, data_dir=store)
        assert again.returncode == 0
    assert "disagree" not in again.stderr
    assert cancer(open_store(store)) == 41.7
    assert run("cache", "verify", data_dir=store).returncode == 0


def test_a_folder_with_a_revision_needs_no_question(run: Run, tmp_path: Path) -> None:
    """``q3-v2.csv`` sorts before ``q3.csv``."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "q3.csv").write_text(with_cancer("41.7"), "utf-8")
    (folder / "q3-v2.csv").write_text(with_cancer("46.55"), "utf-8")
    imported = run("fetch", "--from", str(folder), data_dir=tmp_path / "store")
    assert "disagree" not in imported.stderr
    assert cancer(open_store(tmp_path / "store")) == 46.55


@pytest.mark.parametrize("day", ["yesterday", "2026-13", "12/03/2026", "2026-02-30", "20260312x"])
def test_a_date_that_is_none_is_refused_before_anything_is_opened(
    run: Run, folder: Path, tmp_path: Path, day: str
) -> None:
    refused = run("fetch", "--from", str(folder), "--published", day, data_dir=tmp_path / "store")
    assert refused.returncode == 2
    assert f'--published cannot be "{day}"' in refused.stderr
    assert not (tmp_path / "store").exists()


def test_an_imported_files_date_is_unknown(run: Run, folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    run("fetch", "--from", str(folder / "a.csv"), data_dir=store)
    (row,) = json.loads(run("releases", "--json", data_dir=store).stdout)["rows"]
    assert row["published"] is None
    shown = run("releases", "--format", "table", "--wide", data_dir=store).stdout
    assert "not known" in shown
    assert f"{date.today():%b %Y}" in shown


def test_a_persons_word_is_kept_when_the_store_is_rebuilt(tmp_path: Path) -> None:
    store, _ = add_files(open_store(tmp_path), UNSURE)
    (pair,) = unsettled(store)
    assert (pair.used_before.name, pair.used.name, pair.figures) == ("a.csv", "b.csv", 1)
    store = settle(store, earlier=pair.used, later=pair.used_before)
    assert cancer(store) == 41.7
    assert not unsettled(store)
    (tmp_path / "manifest.json").unlink()
    assert cancer(open_store(tmp_path)) == 41.7


@needs_terminal
def test_on_a_terminal_it_is_asked(folder: Path, tmp_path: Path) -> None:
    import pty
    import subprocess

    from tests.conftest import COMMAND, environment

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(COMMAND), "fetch", "--from", str(folder)],
        env=environment(tmp_path / "store"),
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, b"1\n")
    assert process.wait(timeout=60) == 0
    os.close(ours)
    assert cancer(open_store(tmp_path / "store")) == 41.7


def test_a_record_of_a_file_that_was_never_kept_is_no_loss(tmp_path: Path) -> None:
    """A process that is killed after the record and before the raw file leaves such a one."""
    add_files(open_store(tmp_path), [incoming("46.55", "q3.csv")])
    values = json.loads(next((tmp_path / "raw").glob("*.json")).read_bytes())
    never = "f" * 64
    record = values | {"sha256": never, "name": "never.csv"}
    (tmp_path / "raw" / f"{never}.json").write_text(json.dumps(record), "utf-8")
    (tmp_path / "manifest.json").unlink()
    store = open_store(tmp_path)
    assert [file.name for file in store.manifest.files] == ["q3.csv"]
    assert not [finding for finding in verify(store) if finding.fault]


def test_a_store_of_version_1_keeps_the_order_that_it_had(run: Run, tmp_path: Path) -> None:
    """That version went by time stamps on disk; their order stays, but counts as not known."""
    add_files(open_store(tmp_path), UNSURE)
    as_of_version_1(tmp_path)
    manifest = tmp_path / "manifest.json"
    values = json.loads(manifest.read_bytes())
    for file, day in zip(values["files"], ("2026-06-20", "2026-03-12"), strict=True):
        file["published"] = f"{day}T09:30:00+00:00"
    manifest.write_text(json.dumps(values), "utf-8")
    store = open_store(tmp_path)
    assert cancer(store) == 41.7
    assert [(file.name, file.published) for file in store.manifest.files] == [
        ("b.csv", ""),
        ("a.csv", ""),
    ]
    assert len(unsettled(store)) == 1
    assert run("cache", "verify", data_dir=tmp_path).returncode == 0
