"""What every question of a League shares: the store, what is derived from it, how to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.answers import AnyAnswer, presented_by
from nhs_league.core.filters import Filters, Order
from nhs_league.core.uncertainty import VERSION
from nhs_league.errors import RefusedError
from nhs_league.frozen import frozen
from nhs_league.scope import (
    Scope,
    load_catalogue,
    newest_quarters,
    quarter_catalogue,
    quarters_before,
)

if TYPE_CHECKING:
    from nhs_league.core.citations import ReleaseFile
    from nhs_league.core.frames import Frames
    from nhs_league.core.method.rules import Recomputed
    from nhs_league.core.quarters import Quarter
    from nhs_league.core.uncertainty import Keep
    from nhs_league.releases.store import Store
    from nhs_league.scope import TrustContext


@frozen
class Questions:
    """The stored releases, and whose figures they are.

    Attributes:
        store: the stored releases.
        sample: whether they are the fictional sample.

    """

    store: Store
    sample: bool

    @property
    def _keep(self) -> Keep:
        """Where results that are slow to compute are stored."""
        return StoredResults(self.store)

    def _present(self, answer: AnyAnswer, **parameters: object) -> AnyAnswer:
        """Hand an answer on with what shows it, and the parameters that narrowed the question."""
        from nhs_league.render.meta import Meta
        from nhs_league.version import __version__

        given = {name: v for name, v in parameters.items() if v not in (None, "", [], (), False)}
        return presented_by(answer, Meta(self.sample, __version__, given, self._files))

    def _catalogue(self, scope: Scope) -> pl.DataFrame:
        """List what is measured in a scope: schema CATALOGUE."""
        return load_catalogue(self.store, scope, self._keep)

    def _recomputed(self, one: TrustContext) -> Recomputed:
        """Return the scores of a trust's quarter recomputed by the official method."""
        from nhs_league.core.method.rules import stored_recomputed

        return stored_recomputed(one.national, one.quarter.label, self._keep)

    def _files(self) -> Sequence[ReleaseFile]:
        """List the stored release files, for citations."""
        from nhs_league.releases.listing import release_files

        return release_files(self.store)

    def _earlier(self, frames: Frames, trust_type: str) -> Frames | None:
        """Return the quarters before those of some frames, up to eight; None where there are none.

        Args:
            frames: one quarter for each trust type.
            trust_type: whose frames to return, or ``all``.

        """
        past = self._past(frames, trust_type)
        return self._read(trust_type, past) if past else None

    def _quarters_before(
        self, trust_type: str, quarter: Quarter
    ) -> tuple[Frames | None, list[str]]:
        """Return the up to eight quarters of a trust type before one, and their labels."""
        past = quarters_before(self.store, trust_type, quarter)
        return self._read(trust_type, past) if past else None, [each.label for each in past]

    def _read(self, trust_type: str, quarters: Sequence[Quarter]) -> Frames:
        from nhs_league.releases.store import read_quarters

        return read_quarters(self.store, quarters).of_type(trust_type)

    def _past(self, frames: Frames, trust_type: str) -> list[Quarter]:
        """List the quarters before those of some frames that have a trust type, oldest first."""
        from nhs_league.core.quarters import Quarter

        shown = frames.standings.select("quarter").unique().collect()["quarter"]
        newest = max(map(Quarter.parse, shown), default=None)
        return [] if newest is None else quarters_before(self.store, trust_type, newest)


def scope_of(
    quarter: str,
    trust_type: str | None,
    regions: Sequence[str] = (),
    subtypes: Sequence[str] = (),
    segments: Sequence[int] = (),
) -> Scope:
    """Return the scope of a question from the parameters of its method."""
    return Scope(quarter, trust_type, Filters(tuple(regions), tuple(subtypes), tuple(segments)))


def order_of(limit: int | None, sort: str | None) -> Order:
    """Return the order of an answer's rows; a limit of 0 is none."""
    return Order(sort, limit or None)


def described(scope: Scope) -> dict[str, object]:
    """Return a scope's parameters by the names that they have in data."""
    return {
        "quarter": scope.quarter,
        "type": scope.trust_type,
        "region": list(scope.filters.regions),
        "subtype": list(scope.filters.subtypes),
        "segment": list(scope.filters.segments),
    }


@frozen
class StoredResults:
    """A ``Keep`` that stores results beside the quarters of a store."""

    store: Store

    def __call__(
        self,
        name: str,
        quarters: Sequence[str],
        of: Sequence[str],
        compute: Callable[[], pl.DataFrame],
    ) -> pl.DataFrame:
        """Return the result that is stored for these quarters as they are, or else compute it."""
        from nhs_league.releases import tables

        if not quarters:
            return compute()
        what = tables.Derived(name, quarters, of, VERSION)
        if (frame := tables.read_derived(self.store, what)) is None:
            frame = compute()
            tables.write_derived(self.store, what, frame)
        return frame


def prepare(store: Store) -> None:
    """Compute and store what questions about the newest quarter of each trust type need."""
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

    keep = StoredResults(store)
    frames = read_quarters(store, [newest]).of_type(trust_type)
    frames = frames.in_memory("standings", "observations")
    confidence.stored_scores(frames.observations, newest.label, trust_type, keep)
    confidence.indistinguishable(frames.observations, frames.standings.collect(), keep)
    listed = quarter_catalogue(store, newest, keep).filter(
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
