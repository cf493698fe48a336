"""The command on a real terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import COMMAND, environment
from tests.inprocess import run_on

needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")


def on_terminal(*arguments: str, data_dir: Path, columns: int = 80, **env: str) -> str:
    """Run the command in this process on a real terminal of so many columns."""
    return _shown(arguments, _environment(data_dir, columns, env), with_messages=False)


def with_messages(*arguments: str, data_dir: Path, columns: int = 80) -> str:
    """Run the command as ``on_terminal`` does, with stderr on the terminal too."""
    return _shown(arguments, _environment(data_dir, columns, {}), with_messages=True)


def _shown(arguments: Sequence[str], env: dict[str, str], *, with_messages: bool) -> str:
    import pty

    ours, theirs = pty.openpty()
    written: list[str] = []
    reader = threading.Thread(target=lambda: written.append(_read(ours)))
    reader.start()
    with Path(os.devnull).open("w") as nowhere:
        errors = theirs if with_messages else nowhere.fileno()
        code = run_on((theirs, theirs, errors), arguments, env)
    os.close(theirs)
    reader.join(timeout=60)
    assert code == 0
    return written[0]


def on_installed_terminal(*arguments: str, data_dir: Path, columns: int = 80, **env: str) -> str:
    """Run the installed command on a real terminal, where its own process is what is tested."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(COMMAND), *arguments],
        env=_environment(data_dir, columns, env),
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    written = _read(ours)
    assert process.wait(timeout=60) == 0
    return written


def _environment(data_dir: Path, columns: int, env: dict[str, str]) -> dict[str, str]:
    usual = {"TERM": "xterm", "COLUMNS": str(columns), "PAGER": "cat"} | {
        "NHSLEAGUE_BACKGROUND": "dark"
    }
    return environment(data_dir) | usual | env


def _read(ours: int) -> str:
    """Read what is written to a terminal, to its end."""
    written = bytearray()
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux tells the end of a terminal in this way.
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    return written.decode("utf-8").replace("\r\n", "\n")
