"""What Windows and macOS do otherwise, simulated: held files, names, closed pipes, consoles, shells."""

from __future__ import annotations

import errno
import itertools
import re
import shutil
import sys
from pathlib import Path

import pytest

from nhs_league.cli.output import write
from nhs_league.errors import UsageError
from nhs_league.files import is_closed_pipe, write_file, write_folder
from nhs_league.render.page import file_of
from nhs_league.sample import open_sample
from tests.conftest import Run
from tests.sampling import one_in

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refuse to move anything, as Windows does while another program has it open."""
    requests: list[str] = []

    def refuse(self: Path, target: Path) -> Path:
        requests.append(self.name)
        raise PermissionError(errno.EACCES, "Permission denied", str(self), 32, str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return requests


def held_for(monkeypatch: pytest.MonkeyPatch, method: str, times: int) -> None:
    """Refuse so many moves, then allow them."""
    really, left = getattr(Path, method), itertools.count()

    def sometimes(self: Path, target: Path) -> Path:
        if next(left) < times:
            raise PermissionError(errno.EACCES, "Permission denied")
        moved: Path = really(self, target)
        return moved

    monkeypatch.setattr(Path, method, sometimes)


def test_an_answer_replaces_a_file_once_a_scanner_lets_go_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_for(monkeypatch, "replace", 2)
    (tmp_path / "answer.csv").write_bytes(b"old")
    write_file(tmp_path / "answer.csv", b"new")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"answer.csv": b"new"}


def test_a_new_folder_appears_once_a_scanner_lets_go_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_for(monkeypatch, "rename", 2)
    write_folder(tmp_path / "site", {"index.html": b"page"})
    assert [p.name for p in tmp_path.rglob("*")] == ["site", "index.html"]


def test_a_file_open_in_a_spreadsheet_stays_and_the_message_says_why(
    tmp_path: Path, held: list[str]
) -> None:
    (tmp_path / "answer.csv").write_bytes(b"old")
    with pytest.raises(UsageError, match="another program may have it open"):
        write_file(tmp_path / "answer.csv", b"new")
    assert len(held) > 1
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"answer.csv": b"old"}


def test_the_sample_answers_while_a_scanner_holds_its_new_folder(
    sample_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = open_sample(sample_cache)
    monkeypatch.setattr(
        "nhs_league.releases.intake.add_files",
        lambda store, _: shutil.copytree(made.path, store.path, dirs_exist_ok=True),
    )
    held_for(monkeypatch, "rename", sys.maxsize)
    monkeypatch.setattr("time.sleep", lambda _: None)
    store = open_sample(tmp_path)
    assert len(store.quarters) == 5
    assert store.path.parent == tmp_path


def test_names_are_allowed_everywhere_and_differ_by_more_than_case(
    sample: Run, sample_cache: Path, tmp_path: Path
) -> None:
    assert sample("export", str(tmp_path / "data"), "--format", "csv").returncode == 0
    paths = [p.relative_to(sample_cache) for p in sample_cache.rglob("*")]
    paths += [p.relative_to(tmp_path) for p in tmp_path.rglob("*")]
    paths += [Path(file_of(code)) for code in ("ZB6", "CON", "NUL", "AUX", "PRN")]
    assert len(paths) > 40
    assert len({str(p).casefold() for p in paths}) == len(set(paths))
    # Windows without long paths allows 260 characters; the user's folder takes some 60 of them.
    assert max(len(str(p)) for p in paths) < 160
    for part in {part for path in paths for part in path.parts}:
        assert not _RESERVED.match(part), part
        assert not _FORBIDDEN.search(part), part


@pytest.mark.parametrize(
    ("system", "number", "closed"),
    [
        ("win32", errno.EINVAL, True),
        ("linux", errno.EINVAL, False),
        ("linux", errno.EPIPE, True),
        ("win32", errno.ENOSPC, False),
    ],
)
def test_a_reader_that_has_seen_enough_ends_an_answer_quietly(
    monkeypatch: pytest.MonkeyPatch, system: str, number: int, closed: bool
) -> None:
    class Left:
        def write(self, _: bytes) -> int:
            raise OSError(number, "as the system calls it")

    class Stdout:
        buffer = Left()

        def flush(self) -> None: ...

    left: list[bool] = []
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sys, "stdout", Stdout())
    monkeypatch.setattr("nhs_league.cli.output.discard_stdout", lambda: left.append(True))
    if closed:
        write("rank\n1\n", None)
    else:
        with pytest.raises(OSError, match="as the system calls it"):
            write("rank\n1\n", None)
    assert left == [True] * closed
    assert is_closed_pipe(OSError(number, "")) is closed


def test_what_powershell_leaves_after_completing_a_word_changes_nothing(
    sample_installed: Run,
) -> None:
    """PowerShell 7.5 sets the variable to nothing, where earlier ones removed it."""
    shown = sample_installed("show", "ZB6", "--format", "table", env={"_NHSLEAGUE_COMPLETE": ""})
    assert shown.returncode == 0, shown.stderr
    assert "ZB6" in shown.stdout


@pytest.mark.parametrize("encoding", one_in(2, ["cp1252", "cp437"]))
def test_a_pipe_gets_utf_8_whatever_the_consoles_encoding(
    sample_installed: Run, encoding: str
) -> None:
    plain = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    shown = sample_installed("show", "ZB6", "--format", "table", env=plain)
    assert shown.returncode == 0, shown.stderr
    assert "·" in shown.stdout
    assert sample_installed("show", "nowhere", env=plain).returncode == 3
