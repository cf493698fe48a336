"""Open the store, filling it when empty and warning when stale."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from nhs_league.cli.terminal import notify
from nhs_league.errors import NoDataError

if TYPE_CHECKING:
    from nhs_league.cli.options import Common
    from nhs_league.core.quarters import Quarter
    from nhs_league.league import League
    from nhs_league.releases.store import Store

_USUAL_LAG = timedelta(days=75)
"""From a quarter's end to its publication: 71 days for the first (9 September 2025)."""
_STALE = timedelta(days=110)


def open_or_fetch(common: Common) -> League:
    """Open the stored releases; an empty store is filled from england.nhs.uk first.

    Raises:
        NoDataError: there is nothing to answer from, and none can be fetched.
        RefusedError: what is stored cannot be read.

    """
    store = open_store(common)
    if store.quarters:
        if not (common.sample or common.quiet) and is_stale(store.quarters[-1], date.today()):
            notify(
                f"You have figures to {store.quarters[-1].label}. A newer release may be out: run "
                '"nhsleague fetch".'
            )
        return _league(store, common)
    if common.offline:
        raise NoDataError(
            f"No releases are stored in {store.path}, and --offline stops them being downloaded.",
            'Run "nhsleague fetch", or add --sample to use the fictional sample.',
        )
    return _league(_filled(store, quiet=common.quiet), common)


def open_as_it_is(common: Common) -> League:
    """Open the stored releases, if there are any. Nothing is fetched.

    Raises:
        RefusedError: what is stored cannot be read.

    """
    return _league(open_store(common), common)


def _league(store: Store, common: Common) -> League:
    from nhs_league.league import League

    return League(store, common.sample)


def open_store(common: Common) -> Store:
    """Open the store, empty or not. Nothing is fetched.

    Raises:
        RefusedError: what is stored cannot be read.

    """
    from nhs_league.files import default_data_dir
    from nhs_league.releases import store

    folder = common.data_dir or default_data_dir()
    if common.sample:
        from nhs_league.sample import open_sample

        return open_sample(folder)
    return store.open_store(folder, notify=notify)


def is_stale(newest: Quarter, today: date) -> bool:
    """Return whether a newer release may be out: 110 days past the usual day of publication."""
    return today > newest.end + _USUAL_LAG + _STALE


def _filled(store: Store, *, quiet: bool) -> Store:
    from nhs_league.cli.fetch import fetch_published, show_faults, show_notices
    from nhs_league.releases.listing import counts

    store, outcomes = fetch_published(store, quiet=quiet)
    show_notices(store, outcomes, quiet=quiet)
    show_faults(outcomes)
    if not quiet:
        notify(f'Release files: {counts(outcomes)}. Run "nhsleague releases" to list them.')
    if not store.quarters:
        raise NoDataError(
            "No release file could be downloaded and read.",
            'Run "nhsleague fetch" later, or add --sample to use the fictional sample.',
        )
    return store
