"""Questions that rank trusts: who is worst and best, the league table, how values are spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nhs_league.errors import UsageError
from nhs_league.league.base import Questions, described, order_of, scope_of
from nhs_league.scope import (
    LATEST,
    Scope,
    choose_measure,
    explain_empty,
    find_trust,
    load_frames,
    parse_trust_type,
    pick_measure,
    resolve_filters,
    resolve_trust_type,
)

if TYPE_CHECKING:
    from nhs_league.core.answers import AreaRanking, LeagueTable, Ranking, Spread
    from nhs_league.core.filters import Order
    from nhs_league.core.frames import Frames
    from nhs_league.core.metrics import Area, Metric


class Ranks(Questions):
    """The questions that rank trusts."""

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
        sort: str | None = None,
    ) -> Ranking | AreaRanking:
        """Rank trusts by a metric or area, the worst first.

        Args:
            metric: a metric ID, an everyday name, or an area.
            quarter: as for ``show``.
            trust_type: ``acute``, ``mental-health-community``, ``ambulance`` or ``all``; None for
                acute trusts if they have the metric.
            regions: regions to keep.
            subtypes: subtypes to keep.
            segments: segments to keep, 1 to 5.
            limit: how many trusts of each type; None for all.
            sort: a column to sort by, ``-`` before it for descending.

        Returns:
            Columns ``core.ranking.BY_METRIC`` or ``BY_AREA``.

        Raises:
            NotFoundError: a metric, quarter, filter value or column is not known.

        Example:
            >>> worst = open_league(sample=True).worst("elective", limit=3)
            >>> worst.frame["rank"].to_list()
            [129, 128, 127]

        """
        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        answer = self._ranking(metric, scope, order_of(limit, sort), worst_first=True)
        return self._present(answer, metric=metric, **described(scope), limit=limit)

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
        sort: str | None = None,
    ) -> Ranking | AreaRanking:
        """Rank trusts by a metric or area, the best first; everything else as for ``worst``.

        Example:
            >>> open_league(sample=True).best("elective", limit=1).frame["rank"].to_list()
            [1]

        """
        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        answer = self._ranking(metric, scope, order_of(limit, sort), worst_first=False)
        return self._present(answer, metric=metric, **described(scope), limit=limit)

    def table(
        self,
        trust_type: str | None = None,
        *,
        groups: bool = False,
        bootstrap: bool = False,
        quarter: str = LATEST,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
        sort: str | None = None,
    ) -> LeagueTable:
        """Show the league table of a trust type.

        Args:
            trust_type: as for ``worst``; None for acute trusts.
            groups: whether to add which trusts each cannot be told apart from.
            bootstrap: whether to add likely ranges that are computed here.
            quarter: as for ``show``.
            regions: as for ``worst``.
            subtypes: as for ``worst``.
            segments: as for ``worst``.
            limit: as for ``worst``.
            sort: as for ``worst``.

        Returns:
            Columns ``core.frames.STANDINGS`` and ``computed_rank``, by rank.

        Raises:
            NotFoundError: a trust type, quarter, filter value or column is not known.

        Example:
            >>> open_league(sample=True).table("ambulance").frame["rank"].to_list()[:3]
            [1, 2, 3]

        """
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.filters import arrange
        from nhs_league.core.ranking import table

        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        frames = load_frames(self.store, scope)
        resolved_type, assumptions = resolve_trust_type(self.store, scope)
        filters = resolve_filters(scope, frames)
        answer = table(
            frames, resolved_type, filters, groups=groups, bootstrap=bootstrap, keep=self._keep
        )
        answer = replace(arrange(answer, order_of(limit, sort)), assumptions=assumptions)
        answer = with_caveats(explain_empty(answer, filters), frames)
        return self._present(answer, **described(scope))

    def spread(
        self,
        metric: str,
        *,
        mark: Sequence[str] = (),
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
    ) -> Spread:
        """Show how a metric's values are spread, with some trusts marked.

        Args:
            metric: a metric ID or an everyday name.
            mark: trusts to mark, by code or name.
            quarter: as for ``show``.
            trust_type: as for ``worst``.
            regions: as for ``worst``.
            subtypes: as for ``worst``.
            segments: as for ``worst``.

        Returns:
            Columns ``core.distribution.HISTOGRAM``: twelve bins, lowest values first; one
            where all values are the same.

        Raises:
            UsageError: an area is named, not a metric.
            NotFoundError: a metric, trust, quarter or filter value is not known.
            NoDataError: no trust has a value.

        Example:
            >>> open_league(sample=True).spread("62-day").frame["trusts"].sum()
            118

        """
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.distribution import histogram
        from nhs_league.core.metrics import Area

        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        frames = load_frames(self.store, scope)
        named_type = parse_trust_type(self.store, scope)
        choices = choose_measure(self.store, metric, scope, self._keep, named_type)
        (choice, *_), assumptions = pick_measure(choices, named_type)
        if isinstance(choice, Area):
            raise UsageError(
                f'"{metric}" is an area. Only the values of one metric can be shown.',
                f"Use one of its metrics: {', '.join(choice.metric_ids)}.",
            )
        marked = [find_trust(self.store, trust, quarter, frames)[1] for trust in mark]
        codes = [trust.code for trust in marked]
        answer = histogram(frames, choice, resolve_filters(scope, frames), codes)
        lines = (*assumptions, *(trust.assumption for trust in marked if trust.assumption))
        answer = with_caveats(replace(answer, assumptions=lines), frames)
        return self._present(answer, metric=metric, mark=list(mark), **described(scope))

    def _how_sure(
        self,
        answer: Ranking | AreaRanking,
        frames: Frames,
        picked: Sequence[Metric | Area],
    ) -> Ranking | AreaRanking:
        """Add how sure a ranking of one trust type is."""
        from nhs_league.core import ranking
        from nhs_league.core.answers import AreaRanking
        from nhs_league.core.metrics import Area
        from nhs_league.releases.store import read_quarters

        if len(picked) != 1:
            return answer
        (choice,) = picked
        if isinstance(choice, Area):
            if not isinstance(answer, AreaRanking):
                return answer
            return ranking.with_ends(answer, frames.observations, choice, self._keep)
        if isinstance(answer, AreaRanking):
            return answer
        now = ranking.ranks_of(frames.observations, choice)
        for quarter in reversed(self._past(frames, choice.trust_type)):
            observed = read_quarters(self.store, [quarter]).observations
            before = ranking.ranks_of(observed, choice)
            if before.height and set(before["period"]).isdisjoint(now["period"]):
                return ranking.with_luck(answer, now, before, quarter.label)
        return answer

    def _ranking(
        self, metric: str, scope: Scope, order: Order, *, worst_first: bool
    ) -> Ranking | AreaRanking:
        from nhs_league.core import ranking
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.filters import arrange
        from nhs_league.core.metrics import Area, Metric

        frames = load_frames(self.store, scope)
        named_type = parse_trust_type(self.store, scope)
        choices = choose_measure(self.store, metric, scope, self._keep, named_type)
        picked, assumptions = pick_measure(choices, named_type)
        filters = resolve_filters(scope, frames)
        single = [choice.metric_id for choice in picked if isinstance(choice, Metric)]
        of_metrics = frames.of_metrics(single) if single else frames
        answer = ranking.rank(of_metrics, picked, filters, worst_first=worst_first)
        answer = self._how_sure(answer, of_metrics, picked)
        answer = replace(arrange(answer, order), assumptions=assumptions)
        in_area = [i for choice in picked if isinstance(choice, Area) for i in choice.metric_ids]
        return with_caveats(explain_empty(answer, filters), frames, metrics=in_area)
