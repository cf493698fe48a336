"""Files that a person names: whole or not at all, wherever they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nhs_league.errors import UsageError
from nhs_league.files import folder_to_fill, write_file, write_folder
from tests.conftest import COMMAND, Run, environment
from tests.sampling import one_in

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for POSIX files")
LITTLE_ROOM = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
    "from nhs_league.cli import main; sys.argv = ['nhsleague', *sys.argv[1:]]; main()"
)


def with_little_room(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command where no file can be larger than 20,000 bytes, as if the disk were full."""
    return subprocess.run(
        # A compiled module cut off by the limit would break every run after this.
        [sys.executable, "-B", "-c", LITTLE_ROOM, "--sample", *arguments],
        env=environment(cache),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@posix
def test_a_full_disk_leaves_what_was_there(sample: Run, sample_cache: Path, tmp_path: Path) -> None:
    assert sample("trusts").returncode == 0
    file = tmp_path / "all.csv"
    file.write_text("before", "utf-8")
    done = with_little_room(sample_cache, "query", "select * from standings", "-o", str(file))
    assert done.returncode == 2
    assert "cannot be written: File too large" in done.stderr
    assert file.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [file]


@posix
@pytest.mark.parametrize(
    "case",
    one_in(
        4,
        [
            ("export", False),
            ("export", True),
            ("report --all -o", True),
            ("report --all -o", False),
        ],
    ),
    ids=str,
)
def test_a_full_disk_leaves_a_folder_as_it_was(
    sample: Run, sample_cache: Path, tmp_path: Path, case: tuple[str, bool]
) -> None:
    command, is_there = case
    assert sample("trusts").returncode == 0
    folder = tmp_path / "folder"
    if is_there:
        folder.mkdir()
        (folder / "index.html").write_text("before", "utf-8")
    done = with_little_room(sample_cache, *command.split(), str(folder))
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(p.name for p in tmp_path.rglob("*")) == (
        ["folder", "index.html"] if is_there else []
    )


@posix
def test_links_are_followed_and_rights_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("before", "utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    write_file(link, b"after")
    assert link.is_symlink()
    assert real.read_bytes() == b"after"
    assert real.stat().st_mode & 0o777 == 0o640


@posix
def test_a_new_file_has_the_rights_of_a_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "new.csv", b"")
        write_folder(tmp_path / "new", {"a": b""})
    finally:
        os.umask(before)
    assert (tmp_path / "new.csv").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o750


@posix
@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anything")
def test_a_protected_file_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "protected.csv"
    file.write_text("before", "utf-8")
    file.chmod(0o440)
    with pytest.raises(UsageError, match="write-protected"):
        write_file(file, b"after")
    assert file.read_text("utf-8") == "before"


@posix
@pytest.mark.parametrize("name", one_in(2, ["-", "/dev/stdout"]))
def test_stdout_may_be_named(
    sample_cache: Path, sample_installed: Run, tmp_path: Path, name: str
) -> None:
    question = ["table", "ambulance", "--limit", "1", "--columns", "rank", "--csv", "-o", name]
    assert sample_installed(*question).stdout == "sample,rank\ntrue,1\n"
    log = tmp_path / "log"
    log.write_text("before\n", "utf-8")
    with log.open("a", encoding="utf-8") as stream:
        subprocess.run(
            [str(COMMAND), "--sample", *question],
            env=environment(sample_cache),
            stdout=stream,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    assert log.read_text("utf-8") == "before\nsample,rank\ntrue,1\n"


@posix
def test_a_named_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        write_file(pipe, b"through")
        assert reader.communicate(timeout=10)[0] == b"through"
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_folder_is_filled_at_once_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "site"

    class FaultError(Exception):
        pass

    def fill_and_fail() -> None:
        with folder_to_fill(folder) as part:
            (part / "one.html").write_text("half", "utf-8")
            assert not folder.exists()
            raise FaultError

    with pytest.raises(FaultError):
        fill_and_fail()
    assert list(tmp_path.rglob("*")) == [tmp_path / "a"]
    write_folder(folder, {"one.html": b"1", "two.html": b"2"})
    (folder / "mine.txt").write_text("mine", "utf-8")
    write_folder(folder, {"one.html": b"new"})
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        "one.html": b"new",
        "two.html": b"2",
        "mine.txt": b"mine",
    }


def test_where_a_name_is_a_folder_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    (tmp_path / "one").write_bytes(b"before")
    with pytest.raises(UsageError, match="two is a folder"):
        write_folder(tmp_path, {"one": b"after", "two": b"after"})
    assert (tmp_path / "one").read_bytes() == b"before"
