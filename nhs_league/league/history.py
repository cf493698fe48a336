"""Questions across quarters: what changed, how it went, what was revised, stories and news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.metric_search import choose
from nhs_league.errors import NotFoundError, UsageError
from nhs_league.league.base import Questions, described, order_of, scope_of
from nhs_league.scope import (
    LATEST,
    Scope,
    find_trust,
    is_latest,
    load_frames,
    measure_in_words,
    national_boundaries,
    parse_quarter,
    parse_trust_type,
    quarters_with,
    resolve_filters,
    resolve_trust_type,
)
from nhs_league.usage import check_changes, check_stories, check_trend

if TYPE_CHECKING:
    from nhs_league.core.answers import (
        Changes,
        EveryMetricTrend,
        MetricTrend,
        News,
        PlaceTrend,
        Revisions,
        Seen,
        Stories,
    )
    from nhs_league.core.frames import Frames
    from nhs_league.core.quarters import Quarter
    from nhs_league.core.stories.leads import Material
    from nhs_league.releases.store import Store

_ALL = "all"


class History(Questions):
    """The questions across quarters."""

    def changes(
        self,
        earlier: str | None = None,
        later: str | None = None,
        *,
        segment_only: bool = False,
        clear_only: bool = False,
        improved: bool = False,
        worsened: bool = False,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
        sort: str | None = None,
    ) -> Changes:
        """Show what changed between two quarters, and whether it is real.

        Args:
            earlier: the earlier quarter; None for the one before the later.
            later: the later quarter; None for the newest that the trust type has.
            segment_only: whether to keep only trusts whose segment changed.
            clear_only: whether to keep only changes that are clear, and not those that could be
                chance.
            improved: whether to keep only trusts that improved.
            worsened: whether to keep only trusts that worsened.
            trust_type: as for ``hidden``.
            regions: as for ``hidden``.
            subtypes: as for ``hidden``.
            segments: as for ``hidden``.
            limit: as for ``hidden``.
            sort: as for ``hidden``.

        Returns:
            Columns ``core.changes.CHANGES``, moved segments first.

        Raises:
            UsageError: the quarters are not in the order of time, or nothing would be left.
            NotFoundError: a quarter, filter value or column is not known.

        Example:
            >>> changes = open_league(sample=True).changes("Q3 2025/26", "Q4 2025/26")
            >>> changes.frame["quarter"].unique().to_list()
            ['Q4 2025/26']

        """
        from nhs_league.core import changes as comparing
        from nhs_league.core.filters import arrange
        from nhs_league.releases.store import read_quarters

        check_changes(improved=improved, worsened=worsened)
        scope = scope_of(LATEST, trust_type, regions, subtypes, segments)
        resolved_type, assumptions = resolve_trust_type(self.store, scope)
        before, after = self._quarters_to_compare(resolved_type, earlier, later)
        earlier_frames = read_quarters(self.store, [before])
        frames = read_quarters(self.store, [after])
        filters = resolve_filters(scope, frames)
        direction = "improved" if improved else "worsened" if worsened else None
        answer = comparing.changes(earlier_frames, frames, resolved_type, filters, self._keep)
        answer = comparing.narrowed(
            answer, segment_only=segment_only, clear_only=clear_only, direction=direction
        )
        answer = replace(arrange(answer, order_of(limit, sort)), assumptions=assumptions)
        narrowing = {**described(scope), "quarter": None}
        return self._present(
            answer, **{"from": earlier}, to=later, direction=direction, segment_only=segment_only,
            clear_only=clear_only,
            **narrowing,
        )  # fmt: skip

    def revisions(
        self,
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
        sort: str | None = None,
    ) -> Revisions:
        """List published figures that a later file changed.

        Args:
            quarter: only this quarter; ``latest`` for all.
            trust_type: only this type; None for all types.
            regions: as for ``hidden``.
            subtypes: as for ``hidden``.
            segments: as for ``hidden``.
            limit: as for ``hidden``.
            sort: as for ``hidden``.

        Returns:
            Columns ``core.history.REVISIONS``.

        Raises:
            NotFoundError: a trust type, quarter, filter value or column is not known.

        Example:
            >>> open_league(sample=True).revisions(quarter="Q3 2025/26").frame["figure"][0]
            'value'

        """
        from nhs_league.core.filters import arrange
        from nhs_league.core.history import revisions
        from nhs_league.releases.store import read_quarters

        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        wanted_type = parse_trust_type(self.store, scope) or _ALL
        quarters: Sequence[Quarter] = self.store.quarters
        if not is_latest(quarter):
            quarters = (parse_quarter(self.store, quarter),)
        frames = read_quarters(self.store, quarters)
        answer = revisions(frames, wanted_type, resolve_filters(scope, frames))
        return self._present(arrange(answer, order_of(limit, sort)), **described(scope))

    def trend(
        self, *trusts: str, metric: str | None = None, every_metric: bool = False
    ) -> PlaceTrend | MetricTrend | EveryMetricTrend:
        """Follow trusts through all quarters.

        Args:
            trusts: codes or names.
            metric: a metric or an area; None for segment, rank and average score.
            every_metric: whether to follow every metric instead.

        Returns:
            Columns ``core.history.PLACES``, or of metrics ``core.history.METRIC_TREND``.

        Raises:
            UsageError: a metric and every metric are wanted.
            NotFoundError: a trust or metric is not known, or no trust has the metric.

        Example:
            >>> open_league(sample=True).trend("ZB6").frame["quarter"].to_list()[-1]
            'Q1 2026/27'

        """
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.history import metric_trend, places
        from nhs_league.releases.store import read_quarters

        check_trend(metric, every_metric=every_metric)
        matches = [find_trust(self.store, trust, LATEST)[1] for trust in trusts]
        codes = list(dict.fromkeys(match.code for match in matches))
        frames = read_quarters(self.store, self.store.quarters)
        lines = [match.assumption for match in matches if match.assumption]
        ids: list[str] = []
        answer: PlaceTrend | MetricTrend | EveryMetricTrend
        if every_metric:
            answer = metric_trend(frames, codes, None)
        elif metric is None:
            answer = places(frames, codes)
        else:
            ids, meaning = _resolve_measure(frames, codes, metric)
            lines.append(f"{meaning}.")
            answer = metric_trend(frames, codes, ids)
            if answer.frame.is_empty():
                raise NotFoundError(
                    f'None of these trusts has a figure for "{metric}" in any quarter.',
                    'Run "nhsleague show" with a trust to see its figures.',
                )
        notes = (*answer.notes, *_departures(self.store, frames, codes))
        answer = replace(answer, assumptions=tuple(lines), notes=notes)
        answer = with_caveats(answer, frames, codes, ids)
        return self._present(answer, trusts=list(trusts), metric=metric, all=every_metric)

    def _quarters_to_compare(
        self, trust_type: str, earlier: str | None, later: str | None
    ) -> tuple[Quarter, Quarter]:
        """Return the two quarters that were named, or the last two that the type has."""
        stored = quarters_with(self.store, trust_type)
        after = parse_quarter(self.store, later) if later else stored[-1]
        older = [quarter for quarter in stored if quarter < after]
        if earlier is None and not older:
            raise NotFoundError(
                f"There is no quarter before {after.label} to compare with.",
                'Run "nhsleague releases" to see which quarters are stored.',
            )
        before = parse_quarter(self.store, earlier) if earlier else older[-1]
        if before >= after:
            raise UsageError(
                f"{before.label} is not before {after.label}.", "Put the earlier one after --from."
            )
        return before, after

    def stories(
        self,
        trust: str | None = None,
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
    ) -> Stories:
        """Find the ten things of a quarter that a reporter would look at first.

        They are chosen by the rule of ``core.stories``: first what chance explains least, with no
        more than three of one kind and two of one trust; nothing that chance explains as well, and
        nothing that rests on a doubtful figure.

        Args:
            trust: only stories of this trust, as for ``explain``.
            quarter: as for ``explain``.
            trust_type: as for ``hidden``.
            regions: as for ``hidden``.
            subtypes: as for ``hidden``.
            segments: as for ``hidden``.

        Returns:
            Columns ``core.stories.STORIES``: a sentence each, how sure it is, and its rows.

        Raises:
            UsageError: a trust is named beside a type or filters.
            NotFoundError: a trust, quarter or filter value is not known.

        Example:
            >>> stories = open_league(sample=True).stories().frame
            >>> stories.height <= 10, stories["kind"].value_counts()["count"].max() <= 3
            (True, True)

        """
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.stories import leads, stories

        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        narrowed = any((trust_type, regions, subtypes, segments))
        check_stories(trust, narrowed=narrowed)
        code: str | None = None
        assumptions: tuple[str, ...] = ()
        if trust:
            frames, match = find_trust(self.store, trust, quarter)
            code = match.code
            standing = frames.standings.filter(trust_code=code).collect()
            types = standing["trust_type"].to_list()[-1:]
            scope = Scope(quarter, types[0])
            assumptions = tuple(filter(None, (match.assumption,)))
        resolved_type, others = resolve_trust_type(self.store, scope)
        frames = load_frames(self.store, scope)
        filters = resolve_filters(scope, frames)
        of_types = [(each, leads(each)) for each in self._materials(frames, resolved_type)]
        answer = stories(of_types, resolved_type, filters, code)
        answer = replace(answer, assumptions=(*assumptions, *others))
        answer = with_caveats(answer, frames.of_type(resolved_type))
        parameters = described(scope_of(quarter, trust_type, regions, subtypes, segments))
        return self._present(answer, trust=trust, **parameters)

    def watch(self, *trusts: str, since: Mapping[str, Seen] | None = None) -> News:
        """Find what is new for some trusts.

        Args:
            trusts: codes or names.
            since: trust code -> what was last seen of it, the ``seen`` of an earlier answer; of a
                trust that is not named there, all that is published is new.

        Returns:
            Schema ``core.watch.NEWS``: segment and rank in a new quarter, clear changes, weak
            spots that are new and gone, revisions; and ``seen``, to look again from.

        Raises:
            NotFoundError: a trust is not known.

        Example:
            >>> league = open_league(sample=True)
            >>> first = league.watch("ZB6")
            >>> first.frame["kind"][1], league.watch("ZB6", since=first.seen).frame.height
            ('rank', 0)

        """
        from nhs_league.core.watch import news
        from nhs_league.releases.store import read_quarters

        matches = [find_trust(self.store, trust, LATEST)[1] for trust in trusts]
        codes = list(dict.fromkeys(match.code for match in matches))
        answer = news(
            read_quarters(self.store, self.store.quarters), codes, since or {}, self._keep
        )
        lines = tuple(match.assumption for match in matches if match.assumption)
        return self._present(replace(answer, assumptions=lines), trusts=list(trusts))

    def _materials(self, frames: Frames, trust_type: str) -> list[Material]:
        """Return each type's figures of one quarter, and what came before."""
        from nhs_league.core import trust_types
        from nhs_league.core.quarters import Quarter
        from nhs_league.core.stories.leads import Material
        from nhs_league.releases.store import read_quarters

        listed = frames.of_type(trust_type).standings.select("trust_type", "quarter")
        newest = dict(listed.unique().collect().iter_rows())
        materials = []
        for each in trust_types.in_order(set(newest)):
            quarter = Quarter.parse(newest[each])
            of_quarter = read_quarters(self.store, [quarter])
            stored = quarters_with(self.store, each)
            materials.append(
                Material(
                    each,
                    quarter.label,
                    is_newest=quarter == stored[-1],
                    frames=of_quarter,
                    boundaries=national_boundaries(self.store, quarter),
                    earlier=self._earlier(of_quarter, each),
                    before=self._before(each, quarter),
                    keep=self._keep,
                )
            )
        return materials

    def _before(self, trust_type: str, quarter: Quarter) -> Frames | None:
        """Return the quarter before, if it is stored and of the same framework year."""
        from nhs_league.releases.store import read_quarters

        older = [each for each in quarters_with(self.store, trust_type) if each < quarter]
        if not older or older[-1].year != quarter.year:
            return None
        return read_quarters(self.store, [older[-1]])


def _resolve_measure(frames: Frames, codes: Sequence[str], measure: str) -> tuple[list[str], str]:
    """Return which metrics a person means, for the types of some trusts.

    The newest quarter that has one of the trusts is looked at first, then all.
    """
    from nhs_league.core import metrics, trust_types

    is_listed = pl.col("trust_code").is_in(list(codes))
    types = frames.standings.filter(is_listed).select("quarter", "trust_type").unique().collect()
    observations = frames.of_types(types["trust_type"].unique()).observations
    newest = types["quarter"].max()
    try:
        listed = metrics.catalogue(observations.filter(pl.col("quarter") == newest))
        choices = choose(measure, listed, trust_types.ALL)
    except NotFoundError:
        listed = metrics.catalogue(observations).unique(
            ["trust_type", "metric_id", "unit"], keep="last", maintain_order=True
        )
        choices = choose(measure, listed, trust_types.ALL)
    first = choices[0]
    same_kind = [choice for choice in choices if type(choice) is type(first)]
    ids = {metric_id for choice in same_kind for metric_id in metrics.ids(choice)}
    return sorted(ids), measure_in_words(first)


def _departures(store: Store, frames: Frames, codes: Sequence[str]) -> list[str]:
    """Describe what became of trusts that the next release of their type does not list."""
    from nhs_league.core.quarters import Quarter
    from nhs_league.core.trusts import what_became

    is_listed = pl.col("trust_code").is_in(list(codes))
    columns = ("trust_code", "trust_type", "quarter")
    listed = frames.standings.filter(is_listed).select(columns).collect()
    lines = []
    for code in codes:
        quarters = {
            Quarter.parse(quarter): trust_type
            for _, trust_type, quarter in listed.filter(trust_code=code).iter_rows()
        }
        last = max(quarters)
        later = [quarter for quarter in quarters_with(store, quarters[last]) if quarter > last]
        if later:
            before, after = (
                frames.standings.filter(pl.col("quarter") == q.label).collect()
                for q in (last, later[0])
            )
            became = what_became(before, after).get(code)
            lines += [f"{code} from {later[0].label}: {became}."] if became else []
    return lines
