"""One writer at a time; readers never wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nhs_league.errors import NoDataError

NAME = ".lock"
Notify = Callable[[str], None]


@contextmanager
def writing(path: Path, notify: Notify) -> Iterator[None]:
    """Be the one process that changes the store in a folder; the folder is made as needed.

    Args:
        path: the store's folder.
        notify: told once, in words, where another process has to be waited for.

    Raises:
        NoDataError: the folder cannot be written.

    """
    from filelock import FileLock, Timeout

    lock = FileLock(path / NAME, preserve_lock_file=True)
    try:
        path.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            notify(f"Another nhsleague is changing {path}; waiting for it.")
            lock.acquire()
    except OSError as error:
        raise cannot_keep(path, error) from error
    try:
        yield
    finally:
        lock.release()


def cannot_keep(path: Path, error: OSError) -> NoDataError:
    """Build the error for a folder that cannot be written."""
    return NoDataError(
        f"The releases cannot be kept in {path}: {error.strerror or error}.",
        "Choose another folder with --data-dir or NHSLEAGUE_DATA_DIR.",
    )
