"""The Python API: the command's questions, answered as polars frames."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from nhs_league.core.answers import Answer, with_sample
from nhs_league.core.comparison import By
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames
from nhs_league.core.order import Order
from nhs_league.errors import NoDataError
from nhs_league.folders import default_data_dir
from nhs_league.questions import across, comparison, hidden, lists, profile, ranks, reasons
from nhs_league.questions.scope import LATEST, Where
from nhs_league.releases.store import Store, open_store, read_quarters
from nhs_league.sample import open_sample


@dataclass(frozen=True)
class League:
    """The kept releases, ready to be asked; see ``open_league``.

    Each question returns a polars DataFrame whose first column, ``sample``, is true where the
    figures are the fictional sample's. Published figures stand as published; what is computed here
    has a column name that begins with ``computed_``. Each raises ``NotFoundError`` where a trust,
    metric, quarter or filter value is not known.

    Attributes:
        store: what is kept.
        sample: whether it is the fictional sample.

    """

    store: Store
    sample: bool

    def quarters(self) -> tuple[str, ...]:
        """Give the labels of the quarters kept, oldest first."""
        return tuple(quarter.label for quarter in self.store.quarters)

    def frames(self) -> Frames:
        """Give the tidy frames of all quarters, lazily."""
        return read_quarters(self.store, self.store.quarters)

    def worst(
        self,
        metric: str,
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
    ) -> pl.DataFrame:
        """Order trusts by a metric or area, the worst first.

        Args:
            metric: a metric ID, an everyday name, or an area.
            quarter: ``Q3 2025/26``, ``q3``, ``latest`` …
            trust_type: ``acute``, ``mental-health-community``, ``ambulance``, ``all``; None for
                acute trusts if they have the metric.
            regions: regions to keep.
            subtypes: subtypes to keep.
            segments: segments to keep, 1 to 5.
            limit: how many trusts of each type; None for all.

        Returns:
            The columns of ``core.ranking.BY_METRIC`` or ``BY_AREA``.

        Example:
            >>> worst = open_league(sample=True).worst("elective", limit=3)
            >>> worst["rank"].to_list()
            [129, 128, 127]

        """
        where = Where(quarter, trust_type, _filters(regions, subtypes, segments))
        return self._told(
            ranks.worst_or_best(self.store, metric, where, Order(limit=limit), worst_first=True)
        )

    def best(
        self,
        metric: str,
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
    ) -> pl.DataFrame:
        """Order trusts by a metric or area, the best first; arguments as for ``worst``."""
        where = Where(quarter, trust_type, _filters(regions, subtypes, segments))
        return self._told(
            ranks.worst_or_best(self.store, metric, where, Order(limit=limit), worst_first=False)
        )

    def table(
        self,
        trust_type: str | None = None,
        *,
        quarter: str = LATEST,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
    ) -> pl.DataFrame:
        """Give the league table of a trust type: ``core.frames.STANDINGS`` by rank."""
        where = Where(quarter, trust_type, _filters(regions, subtypes, segments))
        return self._told(ranks.table(self.store, where))

    def show(self, trust: str, *, quarter: str = LATEST) -> pl.DataFrame:
        """Give a trust's metrics, worst first: the columns of ``core.profile.METRICS``."""
        return self._told(profile.show(self.store, trust, quarter))

    def compare(self, *trusts: str, quarter: str = LATEST) -> pl.DataFrame:
        """Put trusts side by side: the columns of ``core.comparison.SIDE_BY_SIDE``."""
        return self._told(comparison.compare(self.store, trusts, quarter))

    def compare_groups(
        self,
        by: str = "region",
        metric: str | None = None,
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
    ) -> pl.DataFrame:
        """Compare regions, subtypes, segments or types: the columns of ``comparison.GROUPS``.

        Raises:
            ValueError: ``by`` is none of these.

        """
        return self._told(
            comparison.compare_groups(self.store, By(by), metric, Where(quarter, trust_type))
        )

    def hidden(
        self,
        metric: str | None = None,
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
    ) -> pl.DataFrame:
        """Find severe weak spots of well-placed trusts: the columns of ``core.hidden.HIDDEN``."""
        where = Where(quarter, trust_type)
        return self._told(hidden.hidden_spots(self.store, where, asked=metric))

    def held_back(self, *, quarter: str = LATEST, trust_type: str | None = None) -> pl.DataFrame:
        """Find trusts held in segment 3 by a deficit: the columns of ``hidden.HELD_BACK``."""
        return self._told(hidden.held_back(self.store, Where(quarter, trust_type)))

    def explain(self, trust: str, *, quarter: str = LATEST) -> pl.DataFrame:
        """Tell how a trust's place came about: schema ``core.explanation.EXPLAINED``."""
        return self._told(reasons.explain(self.store, trust, quarter))

    def audit(self, *, quarter: str = LATEST) -> pl.DataFrame:
        """List published figures that do not follow from the others: ``core.audit.AUDIT``.

        Args:
            quarter: as for ``worst``; ``all`` for every quarter stored.

        """
        return self._told(reasons.audit_release(self.store, quarter))

    def whatif(
        self,
        trust: str,
        changes: Mapping[str, float | str],
        *,
        quarter: str = LATEST,
        no_deficit: bool = False,
    ) -> pl.DataFrame:
        """Recompute the table with some of a trust's figures changed.

        Args:
            trust: a code or a name.
            changes: metric -> its value, or ``median``, ``q1``, ``best``, ``standard``.
            quarter: as for ``worst``.
            no_deficit: whether the trust would have no financial override.

        Returns:
            Schema ``core.whatif.WHATIF``.

        Raises:
            UsageError: nothing is changed, or a change is not understood.

        """
        sets = [f"{metric}={value}" for metric, value in changes.items()]
        return self._told(reasons.what_if(self.store, trust, quarter, sets, no_deficit=no_deficit))

    def changes(
        self,
        earlier: str | None = None,
        later: str | None = None,
        *,
        trust_type: str | None = None,
    ) -> pl.DataFrame:
        """Compare two quarters, by default the last two: the columns of ``changes.CHANGES``."""
        where = Where(trust_type=trust_type)
        return self._told(across.changes(self.store, where, earlier, later))

    def trend(self, *trusts: str, metric: str | None = None) -> pl.DataFrame:
        """Follow trusts through all quarters: columns ``trends.PLACES`` or ``METRIC_TREND``.

        Args:
            trusts: codes or names.
            metric: a metric or an area; None for segment, rank and average score.

        """
        return self._told(across.trend(self.store, trusts, metric))

    def revisions(self) -> pl.DataFrame:
        """List figures that a later file changed: the columns of ``revisions.REVISIONS``."""
        return self._told(across.list_revisions(self.store, Where()))

    def metrics(self, *, quarter: str = LATEST, trust_type: str | None = None) -> pl.DataFrame:
        """List what is measured: schema ``core.metrics.CATALOGUE``."""
        return self._told(lists.list_metrics(self.store, Where(quarter, trust_type)))

    def trusts(
        self, text: str = "", *, quarter: str = LATEST, trust_type: str | None = None
    ) -> pl.DataFrame:
        """List the trusts whose name holds a text: the columns of ``core.trusts.LISTED``."""
        return self._told(lists.list_trusts(self.store, text, Where(quarter, trust_type)))

    def _told(self, answer: Answer) -> pl.DataFrame:
        return with_sample(answer.frame, sample=self.sample)


def open_league(*, sample: bool = False, data_dir: str | os.PathLike[str] | None = None) -> League:
    """Open the kept releases, or the fictional sample.

    Args:
        sample: whether to answer from the fictional sample that ships with the package.
        data_dir: where releases are kept; None for ``NHSLEAGUE_DATA_DIR`` or the user's cache.

    Raises:
        NoDataError: nothing is kept there (``nhsleague fetch`` gets it); never with the sample.
        RefusedError: what is kept there cannot be read.

    Example:
        >>> from nhs_league import open_league
        >>> open_league(sample=True).quarters()
        ('Q1 2025/26', 'Q2 2025/26', 'Q3 2025/26', 'Q4 2025/26', 'Q1 2026/27')

    """
    folder = Path(data_dir) if data_dir is not None else default_data_dir()
    if sample:
        return League(open_sample(folder), sample=True)
    store = open_store(folder)
    if not store.quarters:
        raise NoDataError(
            f"No releases are kept in {folder}.",
            "Run nhsleague fetch, or use the fictional sample (--sample).",
        )
    return League(store, sample=False)


def _filters(regions: Sequence[str], subtypes: Sequence[str], segments: Sequence[int]) -> Filters:
    return Filters(tuple(regions), tuple(subtypes), tuple(segments))
