"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

PART = ".part"
"""How the names of files end that are still being written."""

_WAITS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between attempts to replace a file."""


def write(path: Path, data: bytes) -> None:
    """Write a file under a temporary name and move it into place; folders are made as needed.

    Raises:
        OSError: it cannot be written; what was there before is untouched.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _move(Path(temporary), path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _move(temporary: Path, path: Path) -> None:
    """Move a file into place; Windows refuses while another process is reading what is there."""
    for wait in _WAITS:
        try:
            temporary.replace(path)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    temporary.replace(path)
