"""Which store a command asks, and what it says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nhs_league.errors import NoDataError

if TYPE_CHECKING:
    from nhs_league.cli.options import Common
    from nhs_league.releases.store import Store


def open_data(common: Common) -> Store:
    """Open the store that was asked for; an empty one is filled from england.nhs.uk first.

    Raises:
        NoDataError: there is nothing to answer from, and none can be fetched.
        RefusedError: what is kept cannot be read.

    """
    from nhs_league.api import default_data_dir
    from nhs_league.releases.store import open_store
    from nhs_league.sample import open_sample

    folder = common.data_dir or default_data_dir()
    if common.sample:
        return open_sample(folder)
    store = open_store(folder)
    if store.quarters:
        return store
    if common.offline:
        raise NoDataError(
            f"No releases are kept in {folder}, and --offline forbids fetching them.",
            "Run nhsleague fetch, or add --sample for the fictional sample.",
        )
    from nhs_league.cli.fetch import fetch_known

    store, _ = fetch_known(store, quiet=common.quiet)
    if not store.quarters:
        raise NoDataError(
            "No release file could be fetched and read.",
            "Try nhsleague fetch again later, or add --sample for the fictional sample.",
        )
    return store
