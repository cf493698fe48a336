"""The sample's release files as the program unpacks them, once in a process."""

from __future__ import annotations

from functools import cache

from nhs_league.releases.intake import ReceivedFile
from nhs_league.sample import release_files


@cache
def packed_files() -> tuple[ReceivedFile, ...]:
    """Return the sample's release files, in their order of publication."""
    return tuple(release_files())
