"""Files that disagree while nothing shows which was published later, and what a person says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import polars as pl

from nhs_league.core.frames import KEYS
from nhs_league.releases.commit import commit
from nhs_league.releases.lock import cannot_keep, writing
from nhs_league.releases.manifest import KeptFile
from nhs_league.releases.order import publication_order
from nhs_league.releases.store import Store, read_quarters, reopened

_FIGURE = [column for column in KEYS["versions"] if column != "edition"]


@dataclass(frozen=True)
class Unsettled:
    """Two files that disagree, whose order of publication nothing shows.

    Attributes:
        used_before: the file that counts as published earlier.
        used: the one whose figures are used.
        figures: on how many figures they disagree.

    """

    used_before: KeptFile
    used: KeptFile
    figures: int


def unsettled(store: Store) -> list[Unsettled]:
    """List the pairs of files whose order decides a figure, and is not known."""
    order = publication_order(store.manifest.files)
    if not order.unsure:
        return []
    versions = read_quarters(store, store.quarters).versions.select(
        *_FIGURE, "edition", "release_file"
    )
    used = versions.filter(pl.col("edition") == pl.col("edition").max().over(_FIGURE))
    pairs = versions.join(used, on=_FIGURE, nulls_equal=True, suffix="_used").filter(
        pl.col("edition") < pl.col("edition_used")
    )
    counted = Counter(pairs.select("release_file", "release_file_used").collect().iter_rows())
    files = {kept.release_file: kept for kept in store.manifest.files}
    return [
        Unsettled(files[before], files[used], count)
        for (before, used), count in sorted(counted.items())
        if frozenset((before, used)) in order.unsure
    ]


def settle(store: Store, earlier: KeptFile, later: KeptFile) -> Store:
    """Keep a person's word on which of two files was published later.

    Raises:
        NoDataError: the store cannot be written.

    """
    with writing(store.path, store.notify):
        store = reopened(store)
        files = [
            replace(kept, follows=(*kept.follows, earlier.sha256))
            if kept.sha256 == later.sha256
            else kept
            for kept in store.manifest.files
        ]
        try:
            return replace(store, manifest=commit(store.path, store.manifest, files=files))
        except OSError as error:
            raise cannot_keep(store.path, error) from error
