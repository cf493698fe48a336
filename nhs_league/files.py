"""Where files are on this machine, and how they are written: whole or not at all.

What is written goes to a new file beside the one that it replaces when it is complete; so a full
disk or an interrupt leaves what was there before.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from nhs_league.errors import UsageError

PART = ".part"
"""Suffix of files being written."""
_STDOUT = Path("-")
_WAITS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between attempts to move a file into place."""


def is_stdout(file: Path | None) -> bool:
    """Return whether a name, or none, means standard output."""
    return file is None or file == _STDOUT


def check_place(file: Path) -> None:
    """Check that a file can be written before anything is worked out.

    Raises:
        UsageError: its folder is not there, or it is a folder itself.

    """
    if file.is_dir():
        raise _cannot_write(file, "it is a folder")
    if not file.parent.is_dir():
        raise _cannot_write(file, f"there is no folder {file.parent}")


def write_file(file: Path, data: bytes) -> None:
    """Write a file whole or not at all; a device or a pipe is written as it is.

    Raises:
        UsageError: it cannot be written.

    """
    with _refused(file):
        if _is_stream(file):
            # Without "a", what a shell has redirected and written to already would be lost.
            with file.open("ab") as stream:
                stream.write(data)
            return
        target = file.resolve()
        part = target.parent / _part()
        try:
            _write_part(part, data)
            _replace(part, target)
        finally:
            part.unlink(missing_ok=True)


def write_atomically(path: Path, data: bytes) -> None:
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
        move(Path(temporary), path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def move(source: Path, target: Path) -> None:
    """Move a file or a folder into place.

    Windows refuses while another program has open what is there, or what is moved: a reader, a
    spreadsheet, a scanner for viruses. Most let go within a second or two.

    Raises:
        OSError: it cannot be moved.

    """
    # To replace a folder, Windows says of one that is there what it says of one that is held.
    into_place = source.rename if source.is_dir() else source.replace
    for wait in _WAITS:
        try:
            into_place(target)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    into_place(target)


def is_closed_pipe(error: OSError) -> bool:
    """Return whether the reader of a pipe has left; Windows calls that an invalid argument."""
    return error.errno == errno.EPIPE or (sys.platform == "win32" and error.errno == errno.EINVAL)


@contextmanager
def folder_to_fill(folder: Path) -> Iterator[Path]:
    """Yield a new folder to write files into; they are moved to the folder named at the end.

    A folder that is not there appears with all its files at once. In one that is there, files of
    the same names are replaced one by one, and others stay. If anything fails before, or one of
    the names is a folder, nothing is changed.

    Raises:
        UsageError: the folder, or a file in it, cannot be written.

    """
    with _refused(folder):
        is_new = not folder.exists()
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = (folder.parent if is_new else folder) / _part()
        part.mkdir()
        try:
            yield part
            if is_new:
                move(part, folder)
                return
            moves = {each: folder / each.name for each in sorted(part.iterdir())}
            for target in moves.values():
                if target.is_dir():
                    raise IsADirectoryError(0, f"{target.name} is a folder", str(target))
            for each, target in moves.items():
                _replace(each, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, by name: all or none.

    Raises:
        UsageError: the folder, or a file in it, cannot be written.

    """
    with folder_to_fill(folder) as part:
        for name, data in files.items():
            _write_part(part / name, data)


def _part() -> str:
    # Only writing needs it, and it takes a while to import.
    import secrets

    return f".nhsleague-{secrets.token_hex(6)}{PART}"


def _is_stream(file: Path) -> bool:
    """Return whether a file takes bytes as they come: a pipe, a device, or where stdout goes."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(status.st_mode):
        return not stat.S_ISDIR(status.st_mode)
    streams = (stream for stream in (sys.__stdout__, sys.__stderr__) if stream is not None)
    return any(os.path.samestat(status, os.fstat(stream.fileno())) for stream in streams)


def _write_part(part: Path, data: bytes) -> None:
    """Write a new file, with the rights that a new file has here, down to the disk."""
    # Not pathlib's: an existing file of that name, or a link, is never written to.
    with open(part, "xb") as file:  # noqa: PTH123
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _replace(part: Path, target: Path) -> None:
    """Move a complete file into its place, with the permissions of the one it replaces."""
    if target.exists():
        if not os.access(target, os.W_OK):
            raise PermissionError(0, "it is write-protected", str(target))
        shutil.copymode(target, part)
    try:
        move(part, target)
    except PermissionError as error:
        raise OSError(0, f"{error.strerror}; another program may have it open") from error


@contextmanager
def _refused(place: Path) -> Iterator[None]:
    """Report an error of the system as an error with advice."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _cannot_write(place, error.strerror or str(error)) from error


def _cannot_write(place: Path, reason: str) -> UsageError:
    return UsageError(f"{place} cannot be written: {reason}.", "Choose another place with -o.")


def default_data_dir() -> Path:
    """Return where releases are stored: ``NHSLEAGUE_DATA_DIR``, else the user's cache folder."""
    if named := os.environ.get("NHSLEAGUE_DATA_DIR"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("nhsleague", appauthor=False))


def default_config_dir() -> Path:
    """Return where settings are kept: ``NHSLEAGUE_CONFIG_DIR``, else the user's own folder."""
    if named := os.environ.get("NHSLEAGUE_CONFIG_DIR"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_config_dir("nhsleague", appauthor=False))
