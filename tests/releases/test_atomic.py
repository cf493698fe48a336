"""A file is written whole or not at all, whatever the system does meanwhile."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from nhs_league.errors import NoDataError
from nhs_league.files import write_atomically
from nhs_league.releases.intake import ReceivedFile, add_files
from nhs_league.releases.integrity import repair, verify
from nhs_league.releases.store import Store, open_store
from tests.releases import official

METRIC = official.metric_file()
REVISED = official.with_field(METRIC, 2, "Value", "47.5")


def refusing(monkeypatch: pytest.MonkeyPatch, times: int, code: int = errno.EACCES) -> list[Path]:
    """Let so many renames fail, as Windows does while a reader holds the file."""
    refused: list[Path] = []
    replace = Path.replace

    def sometimes(self: Path, target: Path) -> Path:
        if len(refused) < times:
            refused.append(Path(target))
            raise OSError(code, "refused", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", sometimes)
    return refused


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return add_files(open_store(tmp_path), [ReceivedFile("q3.csv", METRIC.encode(), "/q3.csv")])[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != ".lock"
    }


def test_a_file_that_a_reader_holds_is_replaced_once_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    refused = refusing(monkeypatch, times=3)
    write_atomically(tmp_path / "file", b"new")
    assert len(refused) == 3
    assert contents(tmp_path) == {"file": b"new"}


def test_a_file_that_is_never_free_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    refusing(monkeypatch, times=100)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(PermissionError):
        write_atomically(tmp_path / "file", b"new")
    assert contents(tmp_path) == {"file": b"old"}


@pytest.mark.parametrize("number", range(8))
def test_whichever_rename_fails_the_store_is_as_it_was_and_can_be_changed_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Record, raw file, five tables and names come before the manifest."""
    before = store.manifest
    replace, done = Path.replace, []

    def fails_at(self: Path, target: Path) -> Path:
        done.append(target)
        if len(done) == number + 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    revision = [ReceivedFile("q3-v2.csv", REVISED.encode(), "/q3-v2.csv")]
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fails_at)
        with pytest.raises(NoDataError, match="Cannot store releases"):
            add_files(store, revision)
    left = open_store(store.path)
    assert left.manifest == before
    assert not [finding for finding in verify(left) if finding.fault]
    again, _ = add_files(left, revision)
    assert not [finding for finding in verify(again) if finding.fault]
    assert len(again.manifest.files) == 2


def test_a_repair_that_cannot_write_takes_nothing_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store.path / "manifest.json").unlink()
    before = contents(store.path)
    refusing(monkeypatch, times=100, code=errno.ENOSPC)
    with pytest.raises(NoDataError, match="Cannot store releases"):
        repair(store.path, lambda _: None)
    assert contents(store.path) == before


def test_an_unused_table_that_cannot_be_removed_is_left(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to remove a file that is being read; the next change does."""
    stray = store.path / "tidy" / "2025-26-q3" / "standings-0123456789abcdef.parquet"
    stray.write_bytes(b"of a change that was stopped")
    unlink = Path.unlink

    def refused(self: Path, missing_ok: bool = False) -> None:
        if self == stray:
            raise PermissionError(errno.EACCES, "in use")
        unlink(self, missing_ok=missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refused)
        changed, _ = add_files(store, [ReceivedFile("q3-v2.csv", REVISED.encode(), "/q3-v2.csv")])
    assert len(changed.manifest.files) == 2
    assert stray.exists()
    add_files(changed, [ReceivedFile("q3-v3.csv", METRIC.encode() + b"\n", "/q3-v3.csv")])
    assert not stray.exists()
