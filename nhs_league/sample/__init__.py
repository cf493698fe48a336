"""The fictional release that ships with the package, in the official file format.

Made by ``tools/sample_release``; every name and figure in it is invented.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nhs_league.files import move
from nhs_league.version import __version__

if TYPE_CHECKING:
    from nhs_league.releases.intake import ReceivedFile
    from nhs_league.releases.store import Store

_PACKED = "release.tar.xz"


def release_files() -> Iterator[ReceivedFile]:
    """Unpack the sample's release files in their order of publication."""
    from nhs_league.releases.intake import ReceivedFile

    with (
        files(__package__).joinpath(_PACKED).open("rb") as packed,
        tarfile.open(fileobj=packed) as archive,
    ):
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                path = PurePosixPath(member.name)
                yield ReceivedFile(
                    path.name, content.read(), f"sample/{path}", "-".join(path.parts[:2])
                )


def home(cache: Path) -> Path:
    """Return where the sample's store is, or would be, below a folder."""
    digest = hashlib.sha256(files(__package__).joinpath(_PACKED).read_bytes()).hexdigest()
    return cache / f"sample-{__version__}-{digest[:12]}"


def open_sample(cache: Path) -> Store:
    """Open the sample's store, and make it where it is not there yet.

    The files go through the same parser as real ones. The store is made aside and moved into place
    whole, so two processes that begin at once both end with the same store.

    Args:
        cache: the folder below which it is stored; where it cannot be written, a temporary folder.

    """
    from nhs_league.releases.store import open_store

    folder = home(cache)
    store = open_store(folder)
    if store.quarters:
        return store
    from nhs_league.releases.intake import add_files

    try:
        cache.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=cache, prefix=".sample-"))
    except OSError:
        # Nowhere to store it: it lives as long as this process.
        aside = Path(tempfile.mkdtemp(prefix="nhsleague-sample-"))
        atexit.register(shutil.rmtree, aside, ignore_errors=True)
        return add_files(open_store(aside), release_files())[0]
    add_files(open_store(aside), release_files())
    try:
        move(aside, folder)
    except OSError:
        if not open_store(folder).quarters:
            # A scanner for viruses holds a file of it: it is used where it was made, this once.
            atexit.register(shutil.rmtree, aside, ignore_errors=True)
            return open_store(aside)
        # Another process was faster; its store holds the same.
        shutil.rmtree(aside, ignore_errors=True)
    return open_store(folder)
