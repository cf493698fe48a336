"""A long answer on a terminal goes to a pager; nothing else does, and none is missed."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.terminal import needs_terminal, on_terminal

pytestmark = needs_terminal
LONG = ["--sample", "table", "--limit", "60"]
END = "likely range of the rank"


def pager(folder: Path, after: str) -> str:
    """Write a pager that says so, reads a line and goes on as it is told; return its command."""
    file = folder / "pager.py"
    file.write_text(f"import sys\nprint('PAGED', sys.stdin.readline())\n{after}\n", "utf-8")
    return shlex.join([sys.executable, str(file)])


def test_a_long_answer_is_paged(sample_cache: Path, tmp_path: Path) -> None:
    command = pager(tmp_path, "print(sys.stdin.read())")
    shown = on_terminal(*LONG, data_dir=sample_cache, PAGER=command, LINES="24")
    assert shown.startswith("PAGED")
    assert END in shown
    assert shown.count("SAMPLE: invented data") == 1


def test_a_person_may_leave_the_pager_early(sample_cache: Path, tmp_path: Path) -> None:
    shown = on_terminal(*LONG, data_dir=sample_cache, PAGER=pager(tmp_path, ""), LINES="24")
    assert shown.startswith("PAGED")
    assert END not in shown


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (["--no-pager"], {}),
        ([], {"TERM": "dumb"}),
        ([], {"LINES": "200"}),
        ([], {"PAGER": ""}),
        ([], {"PAGER": "no-such-pager-at-all"}),
        ([], {"PAGER": 'an "unclosed quote'}),
    ],
    ids=["option", "dumb", "short", "empty", "missing", "wrong"],
)
def test_an_answer_is_printed_where_there_is_no_pager(
    sample_cache: Path, tmp_path: Path, words: list[str], env: dict[str, str]
) -> None:
    usual = {"PAGER": pager(tmp_path, "print(sys.stdin.read())"), "LINES": "24"}
    shown = on_terminal(*LONG, *words, columns=80, data_dir=sample_cache, **(usual | env))
    assert "PAGED" not in shown
    assert END in shown


def test_a_pager_that_fails_hides_nothing(sample_cache: Path, tmp_path: Path) -> None:
    command = pager(tmp_path, "sys.exit(3)")
    shown = on_terminal(*LONG, data_dir=sample_cache, PAGER=command, LINES="24")
    assert END in shown


def test_a_pipe_has_no_pager(run: Run, tmp_path: Path) -> None:
    command = pager(tmp_path, "print(sys.stdin.read())")
    shown = run(*LONG, "--format", "table", env={"PAGER": command, "LINES": "24"}).stdout
    assert "PAGED" not in shown
    assert END in shown
