"""Questions whose answer is to be handed on: reports, SQL, tables, and what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from nhs_league.league.base import Questions
from nhs_league.scope import LATEST

if TYPE_CHECKING:
    import polars as pl

    from nhs_league.core.answers import (
        QueryResult,
        StoredFileChecks,
        StoredReleases,
        TableList,
        TrustReport,
    )


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
        from nhs_league.query.bounds import Bounds

        return self._present(engine.query(self.store, sql, Bounds(seconds=timeout)), sql=sql)

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
