"""Release files on this machine: CSV files, packed ones, and folders of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nhs_league.errors import RefusedError
from nhs_league.releases.catalogue import printable, printable_name
from nhs_league.releases.intake import Outcome, ReceivedFile, Status

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

LARGEST = 500 * 1024**2
"""The largest CSV file that is read, and the most that a zip file may hold, in bytes."""
LARGEST_UNPACKED = 200 * 1024**2
"""The largest file that is unpacked, in bytes; nothing is ever unpacked to the disk."""
LARGEST_PACKED = 50 * 1024**2
"""The largest packed file that is opened, in bytes."""

_SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers")
_PACKED = (".zip", ".gz")
_IN_FOLDERS = (".csv", ".csv.gz", ".zip")
_AGAIN = "Download it again, or import the CSV files themselves."
_SAVE_AS_CSV = (
    'Open it in a spreadsheet program, save it as "CSV UTF-8", and run "nhsleague fetch --from" '
    "with that file."
)


def read_files(paths: Sequence[Path]) -> Iterator[ReceivedFile | Outcome]:
    """Read release files from this machine; what cannot be read does not lose the others.

    Args:
        paths: ``.csv``, ``.csv.gz`` and ``.zip`` files, and folders, whose sub-folders are searched
            too. The files of a folder or a zip file come in the order of their names.

    Returns:
        Each file, or what became of it where it cannot be one. A file that a person named is
        refused where it is not a release file; among others in a folder it is skipped.

    """
    for path in paths:
        yield from _in_folder(path) if path.is_dir() else _in_file(path, is_named=True)


def _in_folder(folder: Path) -> Iterator[ReceivedFile | Outcome]:
    """Read the files of a folder and its sub-folders; hidden ones are passed over."""
    locked: list[OSError] = []
    files: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=locked.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(place, name) for name in sorted(names) if _may_matter(name)]
    for error in locked:
        path = Path(str(error.filename))
        yield _outcome(
            path, Status.FAILED, f"Cannot read {printable(str(path))}: {error.strerror}."
        )
    if not files and not locked:
        reason = f"There is no CSV file in {printable(str(folder))}."
        yield _outcome(folder, Status.FAILED, reason)
    for file in files:
        yield from _in_file(file, is_named=False)


def _may_matter(name: str) -> bool:
    return name.casefold().endswith((*_IN_FOLDERS, *_SPREADSHEETS)) and not name.startswith(".")


def _in_file(path: Path, *, is_named: bool) -> Iterator[ReceivedFile | Outcome]:
    name = printable_name(path.name)
    try:
        if path.suffix.casefold() in _SPREADSHEETS:
            raise _spreadsheet(name)
        about = path.stat()
        _refuse_irregular(name, about)
        if path.suffix.casefold() == ".zip":
            yield from _in_zip(path, about)
            return
        data = _unpacked(path, about) if path.suffix.casefold() == ".gz" else _whole(path, about)
    except RefusedError as refusal:
        is_skipped = not is_named and path.suffix.casefold() in _SPREADSHEETS
        yield _outcome(path, Status.SKIPPED if is_skipped else Status.REFUSED, str(refusal))
    except OSError as error:
        yield _outcome(path, Status.FAILED, f"Cannot read {name}: {error.strerror}.")
    else:
        name = name[:-3] if path.suffix.casefold() == ".gz" else name
        yield ReceivedFile(name, data, _source(path), may_be_other=not is_named)


def _refuse_irregular(name: str, about: os.stat_result) -> None:
    """Refuse what is not a file before opening it, as reading a pipe could block forever."""
    if stat.S_ISREG(about.st_mode):
        return
    kinds = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    what = kinds.get(stat.S_IFMT(about.st_mode), "a device")
    raise RefusedError(
        name, f"this is {what}, not a file", advice="Save the figures to a file first."
    )


def _whole(path: Path, about: os.stat_result) -> bytes:
    _refuse_size(printable_name(path.name), about.st_size, LARGEST)
    with path.open("rb") as file:
        return file.read(about.st_size)


def _unpacked(path: Path, about: os.stat_result) -> bytes:
    """Return what a gzip file holds."""
    import gzip
    import zlib

    name = printable_name(path.name)
    _refuse_size(name, about.st_size, LARGEST_PACKED)
    try:
        with gzip.open(path) as file:
            data = file.read(LARGEST_UNPACKED + 1)
    except EOFError as error:
        raise RefusedError(name, "the compressed file is cut off", advice=_AGAIN) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise RefusedError(
            name, f"the compressed file cannot be opened ({error})", advice=_AGAIN
        ) from error
    _refuse_size(name, len(data), LARGEST_UNPACKED)
    return data


def _in_zip(path: Path, about: os.stat_result) -> Iterator[ReceivedFile | Outcome]:
    """Read the CSV files of a zip file, one after the other, in memory."""
    import zipfile

    name = printable_name(path.name)
    _refuse_size(name, about.st_size, LARGEST_PACKED)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if _is_visible(member)]
            if any(member.filename == "[Content_Types].xml" for member in members):
                raise _spreadsheet(name)
            matter = [m for m in members if _may_matter(_last_part(m))]
            if not matter:
                raise RefusedError(name, "the zip file has no CSV file", advice=_AGAIN)
            _refuse_size(name, sum(m.file_size for m in matter), LARGEST)
            for member in sorted(matter, key=lambda m: m.filename):
                yield _member(path, archive, member)
    except zipfile.BadZipFile as error:
        raise RefusedError(
            name, f"this zip file is damaged or incomplete ({error})", advice=_AGAIN
        ) from error


def _is_visible(member: ZipInfo) -> bool:
    parts = _path(member).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts
    return not (member.is_dir() or hidden)


def _last_part(member: ZipInfo) -> str:
    return _path(member).name


def _path(member: ZipInfo) -> PurePosixPath:
    """Return where a zip file says that a file is; nothing is ever read or written there."""
    return PurePosixPath(member.filename.replace("\\", "/"))


def _member(path: Path, archive: ZipFile, member: ZipInfo) -> ReceivedFile | Outcome:
    import zipfile
    import zlib

    name = printable_name(_last_part(member))
    source = f"{_source(path)}/{name}"
    place = f"{name} in {printable_name(path.name)}"
    try:
        if name.casefold().endswith(_SPREADSHEETS):
            return Outcome(name, source, Status.SKIPPED, reason=str(_spreadsheet(place)))
        if name.casefold().endswith(_PACKED):
            packed = RefusedError(
                place,
                "a compressed file inside a zip file is not opened",
                advice="Unpack it first.",
            )
            return Outcome(name, source, Status.SKIPPED, reason=str(packed))
        _refuse_size(place, member.file_size, LARGEST_UNPACKED)
        data = archive.read(member)
    except RefusedError as refusal:
        return Outcome(name, source, Status.REFUSED, reason=str(refusal))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        spoilt = RefusedError(place, f"the file cannot be extracted ({error})", advice=_AGAIN)
        return Outcome(name, source, Status.REFUSED, reason=str(spoilt))
    except (RuntimeError, NotImplementedError) as error:
        # A password, or a way of packing that Python does not know.
        locked = RefusedError(place, "the file cannot be extracted", advice=f"{error}.")
        return Outcome(name, source, Status.REFUSED, reason=str(locked))
    return ReceivedFile(name, data, source, may_be_other=True)


def _refuse_size(name: str, size: int, most: int) -> None:
    if size > most:
        raise RefusedError(
            name,
            f"the file is larger than {most // 1024**2} MB; a whole release is about 15 MB",
            advice="Use the CSV files from NHS England's page.",
        )


def _spreadsheet(name: str) -> RefusedError:
    return RefusedError(name, "this is a spreadsheet, not a CSV file", advice=_SAVE_AS_CSV)


def _outcome(path: Path, status: Status, reason: str) -> Outcome:
    return Outcome(printable_name(path.name), _source(path), status, reason=reason)


def _source(path: Path) -> str:
    try:
        return printable(str(path.resolve()))
    except (OSError, RuntimeError):
        # Links that lead to one another; Python before 3.13 raises RuntimeError.
        return printable(str(path.absolute()))
