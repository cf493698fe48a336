"""The installed command on a real terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import COMMAND, environment

needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")


def on_terminal(*arguments: str, data_dir: Path, columns: int = 80, **env: str) -> str:
    """Run the installed command on a real terminal of so many columns."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(COMMAND), *arguments],
        env=environment(data_dir) | {"TERM": "xterm", "COLUMNS": str(columns)} | env,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
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
    assert process.wait(timeout=60) == 0
    return written.decode("utf-8").replace("\r\n", "\n")
