"""The command within this process, where the process itself is not what is tested.

It goes through the entry point of the installed command, on its own arguments, environment, folder
and streams. What belongs to a process alone (its start, signals, the streams' encoding, several at
once, a query that never ends) is tested with ``run_installed`` of ``tests/conftest.py``.
"""

from __future__ import annotations

import csv
import gc
import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from unittest.mock import patch

import pytest

from nhs_league.cli import main


def run_here(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in this process; return what a process of its own would have given."""
    # Real files: the command may ask a stream for its descriptor.
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        open(os.devnull) as nothing,  # noqa: PTH123
    ):
        code = run_on(
            (nothing.fileno(), out.fileno(), err.fileno()), arguments, environment, folder
        )
        return subprocess.CompletedProcess(arguments, code, _text(out), _text(err))


def run_on(
    streams: tuple[int, int, int],
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path | None = None,
) -> int:
    """Run the command in this process on these stdin, stdout and stderr; return its exit code."""
    with (
        _on_streams(*streams),
        _as_process(arguments, environment, folder),
        pytest.raises(SystemExit) as end,
    ):
        main()
    assert isinstance(end.value.code, int)
    return int(end.value.code)


@contextmanager
def _on_streams(stdin: int, stdout: int, stderr: int) -> Iterator[None]:
    with (
        open(stdin, encoding="utf-8", closefd=False) as reader,
        open(stdout, "w", encoding="utf-8", closefd=False) as answer,
        open(stderr, "w", encoding="utf-8", closefd=False) as messages,
        redirect_stdout(answer),
        redirect_stderr(messages),
        patch.object(sys, "stdin", reader),
    ):
        yield


@contextmanager
def _as_process(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path | None
) -> Iterator[None]:
    """Give the command what a process has, and take back what it leaves in this one."""
    collections, interrupt = gc.get_threshold(), signal.getsignal(signal.SIGINT)
    with (
        patch.object(sys, "argv", ["nhsleague", *arguments]),
        patch.dict(os.environ, environment, clear=True),
        # Frozen, the tests' own objects would never be freed.
        patch.object(gc, "freeze"),
        patch.object(sys, "unraisablehook", sys.unraisablehook),
        chdir(folder or Path.cwd()),
    ):
        try:
            yield
        finally:
            gc.set_threshold(*collections)
            signal.signal(signal.SIGINT, interrupt)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    # Line ends as the module subprocess reads them.
    return io.TextIOWrapper(io.BytesIO(file.read()), encoding="utf-8").read()


@dataclass(frozen=True)
class Reply:
    """What a command wrote, and its exit code."""

    returncode: int
    stdout: str
    stderr: str

    def rows(self) -> list[dict[str, str]]:
        """Return the rows of a CSV answer."""
        assert self.returncode == 0, self.stderr
        return list(csv.DictReader(io.StringIO(self.stdout)))


Ask = Callable[..., Reply]


def asking(data_dir: Path, *, sample: bool = False) -> Ask:
    """Return a function that runs the command in this process, on one store."""
    from tests.conftest import environment

    def ask(*arguments: str) -> Reply:
        words = ["--sample", *arguments] if sample else list(arguments)
        done = run_here(words, environment(data_dir))
        return Reply(done.returncode, done.stdout, done.stderr)

    return ask
