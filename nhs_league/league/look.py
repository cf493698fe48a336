"""Questions that look at trusts: how they do, how they compare, what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.quarters import Quarter
from nhs_league.errors import NotFoundError, UsageError
from nhs_league.league.base import Questions, described, order_of, scope_of
from nhs_league.scope import (
    LATEST,
    Scope,
    choose_measure,
    explain_empty,
    find_trust,
    load_frames,
    load_trust,
    parse_trust_type,
    pick_measure,
    resolve_filters,
    resolve_trust_type,
)
from nhs_league.usage import GroupBy, check_comparison, needs_two

if TYPE_CHECKING:
    from nhs_league.core.answers import (
        Comparison,
        GroupComparison,
        MetricList,
        TrustList,
        TrustProfile,
    )
    from nhs_league.core.filters import Order
    from nhs_league.core.frames import Frames


class Look(Questions):
    """The questions that look at trusts."""

    def show(
        self, trust: str, *, quarter: str = LATEST, bootstrap: bool = False, peers: bool = False
    ) -> TrustProfile:
        """Show how a trust does, and where it is weak.

        Args:
            trust: a code, a name, or part of a name.
            quarter: ``Q3 2025/26``, ``q3``, ``2025-26-q3`` or ``latest``.
            bootstrap: whether to add likely ranges that are computed here.
            peers: whether to add the ten trusts most like it.

        Returns:
            Its metrics, worst first: columns ``core.profile.METRICS``.

        Raises:
            NotFoundError: no such trust or quarter, or several trusts have this name.

        Example:
            >>> open_league(sample=True).show("ZB6").standing["trust_code"].to_list()
            ['ZB6']

        """
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.profile import profile

        one = load_trust(self.store, trust, quarter)
        earlier, before = self._quarters_before(one.trust_type, one.quarter)
        answer = profile(
            one.frames,
            one.code,
            earlier,
            before=before,
            bootstrap=bootstrap,
            peers=peers,
            keep=self._keep,
        )
        answer = replace(answer, assumptions=one.assumptions)
        return self._present(
            with_caveats(answer, one.frames, [one.code]), trust=trust, quarter=quarter
        )

    def compare(
        self,
        *trusts: str,
        peers: bool = False,
        by: str | None = None,
        metric: str | None = None,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
        sort: str | None = None,
    ) -> Comparison | GroupComparison:
        """Compare trusts, or groups of trusts, side by side.

        Args:
            trusts: codes or names; none to compare groups.
            peers: whether to compare the one trust named with the ten most like it.
            by: ``region``, ``subtype``, ``segment`` or ``type``; ``region`` where no trust is
                named.
            metric: a metric or an area to compare groups by; None for the average score.
            quarter: as for ``show``.
            trust_type: as for ``worst``; for groups only, as are all that follow.
            regions: as for ``worst``.
            subtypes: as for ``worst``.
            segments: as for ``worst``.
            limit: as for ``worst``.
            sort: as for ``worst``.

        Returns:
            Columns ``core.comparison.SIDE_BY_SIDE``, or of groups ``core.comparison.GROUPS``.

        Raises:
            UsageError: the parameters do not fit each other.
            NotFoundError: a trust, quarter, metric or filter value is not known.

        Example:
            >>> groups = open_league(sample=True).compare(by="region", metric="elective")
            >>> groups.frame.height
            7

        """
        narrowed = any((regions, subtypes, segments, limit is not None, sort))
        check_comparison(trusts, by, metric, trust_type, peers=peers, narrowed=narrowed)
        if trusts:
            answer = self._side_by_side(trusts, quarter, peers=peers)
            return self._present(answer, trusts=list(trusts), quarter=quarter, peers=peers)
        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        grouping = GroupBy(by or "region")
        groups = self._groups(grouping, metric, scope, order_of(limit, sort))
        return self._present(groups, by=str(grouping), metric=metric, **described(scope))

    def metrics(
        self,
        text: str = "",
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        limit: int | None = None,
        sort: str | None = None,
    ) -> MetricList:
        """List what is measured, all or what a text names.

        Args:
            text: a metric, an area or part of their names; empty for all.
            quarter: as for ``show``.
            trust_type: only what this trust type has; None for all types.
            limit: as for ``worst``.
            sort: as for ``worst``.

        Returns:
            Schema ``core.metrics.CATALOGUE``.

        Raises:
            NotFoundError: nothing that is measured fits the text, or a trust type, quarter or
                column is not known.

        Example:
            >>> open_league(sample=True).metrics("mrsa").frame["short_name"].unique().to_list()
            ['MRSA cases']

        """
        from nhs_league.core.filters import arrange
        from nhs_league.core.metric_search import holding
        from nhs_league.core.metrics import metric_list

        scope = scope_of(quarter, trust_type)
        listed = self._catalogue(scope)
        named_type = parse_trust_type(self.store, scope)
        answer = metric_list(holding(text, listed, named_type), named_type)
        return self._present(
            arrange(answer, order_of(limit, sort)), text=text, quarter=quarter, type=trust_type
        )

    def trusts(
        self,
        text: str = "",
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
        sort: str | None = None,
    ) -> TrustList:
        """List trusts, all or those whose name or code contains a text.

        Args:
            text: part of a name or a code; empty for all.
            quarter: as for ``show``.
            trust_type: only this type; None for all types.
            regions: as for ``worst``.
            subtypes: as for ``worst``.
            segments: as for ``worst``.
            limit: as for ``worst``.
            sort: as for ``worst``.

        Returns:
            Columns ``core.trusts.LISTED``, by name.

        Raises:
            NotFoundError: a trust type, quarter, filter value or column is not known.

        Example:
            >>> open_league(sample=True).trusts("ZB6").frame["trust_code"].to_list()
            ['ZB6']

        """
        from nhs_league.core.filters import arrange
        from nhs_league.core.trusts import trust_list

        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        frames = load_frames(self.store, scope)
        filters = resolve_filters(scope, frames)
        answer = trust_list(frames, text, parse_trust_type(self.store, scope), filters)
        if not answer.notes:
            answer = explain_empty(arrange(answer, order_of(limit, sort)), filters)
        return self._present(answer, text=text, **described(scope))

    def _side_by_side(self, trusts: Sequence[str], quarter: str, *, peers: bool) -> Comparison:
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.comparison import side_by_side
        from nhs_league.core.peers import similar_trusts

        if peers:
            one = load_trust(self.store, trusts[0], quarter)
            frames, lines = one.frames, one.assumptions
            codes = [one.code, *similar_trusts(frames, one.code)["trust_code"]]
        else:
            frames = load_frames(self.store, Scope(quarter))
            matches = [find_trust(self.store, trust, quarter, frames)[1] for trust in trusts]
            codes = list(dict.fromkeys(match.code for match in matches))
            if len(codes) < 2:
                raise needs_two(trusts[0])
            listed = set(frames.standings.select("trust_code").collect()["trust_code"])
            if missing := [match.name for match in matches if match.code not in listed]:
                raise NotFoundError(
                    f"Not in the newest quarter: {', '.join(missing)}.",
                    "Choose an earlier quarter with --quarter.",
                )
            lines = tuple(match.assumption for match in matches if match.assumption)
        answer = side_by_side(frames, codes, self._metrics_of(frames, codes), self._keep)
        answer = replace(answer, assumptions=(*lines, *answer.assumptions))
        return with_caveats(answer, frames, codes)

    def _metrics_of(self, frames: Frames, codes: Sequence[str]) -> pl.DataFrame:
        """Return the metrics of all trusts of the types that some trusts are of."""
        from nhs_league.core.profile import every_trusts_metrics

        of_trusts = frames.standings.filter(pl.col("trust_code").is_in(codes))
        types = of_trusts.select("trust_type", "quarter").unique().sort("trust_type").collect()
        parts = []
        for trust_type, label in types.iter_rows():
            earlier, before = self._quarters_before(trust_type, Quarter.parse(label))
            of_type = frames.of_type(trust_type)
            quarters = [*before, label]
            parts.append(every_trusts_metrics(of_type, earlier, quarters, trust_type, self._keep))
        return pl.concat(parts)

    def _groups(
        self, by: GroupBy, metric: str | None, scope: Scope, order: Order
    ) -> GroupComparison:
        from nhs_league.core import metrics, trust_types
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.comparison import groups
        from nhs_league.core.filters import arrange

        frames = load_frames(self.store, scope)
        filters = resolve_filters(scope, frames)
        if metric is None:
            every = by is GroupBy.TYPE and not scope.trust_type
            wanted = replace(scope, trust_type=trust_types.ALL) if every else scope
            trust_type, assumptions = resolve_trust_type(self.store, wanted)
            answer = groups(frames, by, None, trust_type, filters)
            answer = replace(arrange(answer, order), assumptions=assumptions)
            return with_caveats(answer, frames)
        named_type = parse_trust_type(self.store, scope)
        if named_type == trust_types.ALL:
            raise UsageError(
                "A metric can only be compared within one trust type.",
                "Choose one with --type, or leave out --metric.",
            )
        choices = choose_measure(self.store, metric, scope, self._keep, named_type)
        (choice,), assumptions = pick_measure(choices, named_type)
        answer = groups(frames, by, choice, choice.trust_type, filters)
        answer = replace(arrange(answer, order), assumptions=assumptions)
        return with_caveats(answer, frames, metrics=metrics.ids(choice))
