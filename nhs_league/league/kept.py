"""Results that are kept beside a store's quarters, and computed where they are not there yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.uncertainty import VERSION
from nhs_league.errors import RefusedError
from nhs_league.frozen import frozen
from nhs_league.releases import tables
from nhs_league.scope import kept_catalogue, newest_quarters, quarters_before

if TYPE_CHECKING:
    from nhs_league.core.quarters import Quarter
    from nhs_league.releases.store import Store


@frozen
class Kept:
    """A ``Keep`` that keeps results beside the quarters of a store."""

    store: Store

    def __call__(
        self,
        name: str,
        quarters: Sequence[str],
        of: Sequence[str],
        compute: Callable[[], pl.DataFrame],
    ) -> pl.DataFrame:
        """Return a result that is kept for these quarters as they are, or else compute it."""
        if not quarters:
            return compute()
        what = tables.Derived(name, quarters, of, VERSION)
        if (frame := tables.read_derived(self.store, what)) is None:
            frame = compute()
            tables.write_derived(self.store, what, frame)
        return frame


def prepare(store: Store) -> None:
    """Compute and keep what questions about the newest quarter of each trust type need."""
    for trust_type, newest in newest_quarters(store).items():
        # A quarter that cannot be read is for the question that needs it to name.
        with suppress(RefusedError):
            _prepare(store, trust_type, newest)


def _prepare(store: Store, trust_type: str, newest: Quarter) -> None:
    from nhs_league.core import confidence, profile
    from nhs_league.core.metric_search import choose
    from nhs_league.core.metrics import Area
    from nhs_league.core.ranking import area_ends
    from nhs_league.releases.store import read_quarters

    keep = Kept(store)
    frames = read_quarters(store, [newest]).of_type(trust_type)
    frames = frames.in_memory("standings", "observations")
    confidence.stored_scores(frames.observations, newest.label, trust_type, keep)
    confidence.indistinguishable(frames.observations, frames.standings.collect(), keep)
    listed = kept_catalogue(store, newest, keep).filter(
        pl.col("trust_type") == trust_type, pl.col("trusts") > 0
    )
    for domain in listed["domain"].unique().drop_nulls().sort():
        for choice in choose(domain, listed, trust_type):
            if isinstance(choice, Area):
                area_ends(frames.observations, choice, keep)
    past = quarters_before(store, trust_type, newest)
    earlier = read_quarters(store, past).of_type(trust_type) if past else None
    profile.type_figures(frames, earlier, [q.label for q in past], keep=keep)
    if past and past[-1].year == newest.year:
        last = read_quarters(store, past[-1:]).of_type(trust_type).observations
        labels = [past[-1].label, newest.label]
        confidence.score_shifts(last, frames.observations, labels, [trust_type], keep)
