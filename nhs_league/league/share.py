"""Questions whose answer is to be handed on: reports, SQL, tables, and what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from nhs_league.league.base import Questions
from nhs_league.scope import LATEST

if TYPE_CHECKING:
    import polars as pl

    from nhs_league.core.answers import (
        QueryResult,
        Sources,
        StoredFileChecks,
        StoredReleases,
        TableList,
        TrustReport,
    )
    from nhs_league.scope import TrustContext


class Share(Questions):
    """The questions whose answer is to be handed on."""

    def report(self, trust: str, *, quarter: str = LATEST) -> TrustReport:
        """Gather all that a report on a trust shows.

        Args:
            trust: a code, a name, or part of a name.
            quarter: ``Q3 2025/26``, ``q3``, ``2025-26-q3`` or ``latest``.

        Raises:
            NotFoundError: no such trust or quarter, or several trusts have this name.

        Example:
            >>> open_league(sample=True).report("ZB6").trust_code
            'ZB6'

        """
        from nhs_league.league import reports

        return reports.report(self.store, trust, quarter)

    def every_report(self, standings: pl.DataFrame) -> Iterator[TrustReport]:
        """Gather the reports on all trusts of a league table.

        Args:
            standings: the frame of ``table``, of one or all trust types.

        Example:
            >>> league = open_league(sample=True)
            >>> next(league.every_report(league.table("ambulance").frame)).trust_code
            'ZW5'

        """
        from nhs_league.league import reports

        return reports.every_report(self.store, standings)

    def every_metric(self, standings: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Rank the trusts of a league table at every metric.

        Args:
            standings: the frame of ``table``, of one or all trust types.

        Returns:
            Columns ``core.distribution.EVERY_METRIC``, a frame for each trust type.

        Example:
            >>> league = open_league(sample=True)
            >>> (ambulance,) = league.every_metric(league.table("ambulance").frame)
            >>> ambulance["trust_type"].unique().to_list()
            ['ambulance']

        """
        from nhs_league.league import reports

        return reports.every_metric(self.store, standings)

    def sources(self, trust: str, metric: str | None = None, *, quarter: str = LATEST) -> Sources:
        """List where a trust's figures come from: each one's release file, line and citation.

        Args:
            trust: a code, a name, or part of a name.
            metric: only this metric, or the metrics of this area; all figures where it is None.
            quarter: as for ``report``.

        Returns:
            Schema ``core.sources.SOURCES``: standing, domains and metrics, one row a figure.

        Raises:
            NotFoundError: no such trust, metric or quarter, or the trust has no such figure.

        Example:
            >>> sources = open_league(sample=True).sources("ZB6", "62-day").frame
            >>> sources.select("metric_id", "line", "score_line").height
            1

        """
        from nhs_league.core.sources import sources
        from nhs_league.releases.store import read_parts
        from nhs_league.scope import load_trust

        one = load_trust(self.store, trust, quarter)
        assumptions = one.assumptions
        wanted: tuple[str, ...] = ()
        if metric is not None:
            one, wanted, named = self._with_figures(one, metric, quarter)
            assumptions = (*assumptions, *named)
        answer = sources(
            one.frames,
            read_parts(self.store, one.quarter),
            one.code,
            self._files(),
            metric_ids=wanted,
            is_sample=self.sample,
        )
        answer = replace(answer, assumptions=assumptions)
        return self._present(answer, trust=trust, metric=metric, quarter=quarter)

    def _with_figures(
        self, one: TrustContext, metric: str, quarter: str
    ) -> tuple[TrustContext, tuple[str, ...], tuple[str, ...]]:
        """Find a metric, and the newest quarter in which a trust has a figure of it.

        Returns:
            The trust in that quarter, the IDs of the metric or of the area's metrics, and what was
            assumed.

        Raises:
            NotFoundError: no such metric, or the trust has no figure of it.

        """
        import polars as pl

        from nhs_league.core import metrics
        from nhs_league.core.quarters import Quarter
        from nhs_league.errors import NotFoundError
        from nhs_league.scope import pick_measure, where_measured

        for frames, choices in where_measured(
            self.store, metric, quarter, self._keep, one.trust_type
        ):
            (choice, *_), named = pick_measure(choices, one.trust_type)
            wanted = metrics.ids(choice)
            is_figure = (pl.col("trust_code") == one.code) & pl.col("metric_id").is_in(wanted)
            quarters = frames.observations.filter(is_figure).select("quarter").head(1).collect()
            if quarters.height:
                its = Quarter.parse(quarters["quarter"][0])
                if its != one.quarter:
                    named = (*named, f"{its.label} is the newest quarter with this figure.")
                frames = frames.of_type(one.trust_type).of_quarter(its.label)
                return replace(one, quarter=its, frames=frames), wanted, named
        raise NotFoundError(
            f"{one.code} has no figure for {metric} in {one.quarter.label}.",
            f'Run "nhsleague sources {one.code}" to see all its figures.',
        )

    def query(self, sql: str, *, timeout: float = 60) -> QueryResult:
        """Answer an SQL query over the tables standings, observations and domains.

        Args:
            sql: one SELECT.
            timeout: seconds after which the query is stopped.

        Raises:
            UsageError: the SQL is not understood, reads anything but the tables, or takes too
                long, too many rows or too much memory.

        Example:
            >>> sql = "select count(*) as trusts from standings where quarter = 'Q1 2026/27'"
            >>> open_league(sample=True).query(sql).frame["trusts"].item()
            202

        """
        from nhs_league.query import engine

        return self._present(engine.query(self.store, sql, engine.Bounds(seconds=timeout)), sql=sql)

    def tables(self) -> TableList:
        """Describe the tables that ``query`` reads, their columns and units.

        Example:
            >>> open_league(sample=True).tables().frame["table"].unique().sort().to_list()[:2]
            ['domains', 'observations']

        """
        from nhs_league.query import engine

        return self._present(engine.table_list())

    def whole_tables(self) -> Mapping[str, pl.DataFrame]:
        """Return the tidy tables of all quarters, and those of trusts, metrics and quarters.

        Returns:
            The tables by name, as ``core.reference.TABLES`` describes them.

        Example:
            >>> sorted(open_league(sample=True).whole_tables())[:4]
            ['domains', 'metrics', 'observations', 'quarters']

        """
        from nhs_league.core import reference
        from nhs_league.releases.store import read_quarters

        return reference.whole_tables(read_quarters(self.store, self.store.quarters))

    def releases(self) -> StoredReleases:
        """List the releases that are stored, and the files that they came from.

        Example:
            >>> open_league(sample=True).releases().frame["quarter"][0]
            'Q1 2026/27'

        """
        from nhs_league.releases import listing

        return self._present(listing.stored_releases(self.store))

    def verify(self) -> StoredFileChecks:
        """Check every stored file against its sha256, and every table against its files.

        Example:
            >>> open_league(sample=True).verify().frame["fault"].null_count() > 0
            True

        """
        from nhs_league.releases import integrity, listing

        return self._present(listing.stored_file_checks(integrity.verify(self.store)))
