"""Questions that explain: why a trust is ranked so, what a rank hides, what changed and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.answers import Guess
from nhs_league.errors import AmbiguousError, NotFoundError
from nhs_league.league.base import Questions, described, order_of, scope_of
from nhs_league.scope import (
    LATEST,
    Scope,
    choose_measure,
    load_frames,
    load_trust,
    measure_in_words,
    parse_trust_type,
    pick_measure,
    resolve_filters,
    resolve_trust_type,
    where_measured,
)
from nhs_league.usage import check_robust, check_whatif

if TYPE_CHECKING:
    from nhs_league.core.answers import (
        Audit,
        CappedTrusts,
        Explanation,
        HiddenWeakSpots,
        Improvements,
        MetricExplanation,
        Robustness,
        RobustTable,
        WhatIf,
    )
    from nhs_league.core.frames import Frames
    from nhs_league.core.method.standings import SegmentBoundary
    from nhs_league.core.metrics import Metric

_ALL = "all"


class Explain(Questions):
    """The questions that explain."""

    def explain(self, name: str, *, quarter: str = LATEST) -> Explanation | MetricExplanation:
        """Explain a trust's segment and rank from each metric's value, or what a metric is.

        Args:
            name: a trust (a code, a name, or part of a name) or a metric (an ID or an everyday
                name). A name that fits both is the trust's.
            quarter: ``Q3 2025/26``, ``q3``, ``2025-26-q3`` or ``latest``.

        Returns:
            Of a trust schema ``core.explanation.EXPLAINED``: each step from the metrics to the
            rank. Of a metric schema ``core.metric_explanation.EXPLAINED_METRIC``: what it measures
            and why it matters, its standard, its scoring rule and its spread.

        Raises:
            NotFoundError: no such trust, metric or quarter, or several have this name.

        Example:
            >>> steps = open_league(sample=True).explain("ZB6").frame
            >>> steps["level"].unique().sort().to_list()
            ['average score', 'domain', 'league rank', 'metric', 'segment']
            >>> open_league(sample=True).explain("elective").frame["short_name"].unique().item()
            '18-week waits'

        """
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.explanation import explain

        try:
            one = load_trust(self.store, name, quarter)
        except NotFoundError as no_trust:
            return self._explain_metric(name, quarter, no_trust)
        if one.matched_by and (metric := self._clear_metric(name, quarter)):
            if isinstance(one.matched_by, Guess):
                return self._explain_metric(name, quarter)
            raise AmbiguousError(
                f'"{name}" is part of the name of a trust ({one.code}), and a name of the metric '
                f"{metric.short_name} ({metric.metric_id}).",
                f'Run "nhsleague explain {one.code}" or "nhsleague explain {metric.metric_id}".',
            )
        answer = replace(
            explain(one.national, one.code, one.boundaries, self._recomputed(one)),
            assumptions=one.assumptions,
        )
        answer = with_caveats(answer, one.frames, [one.code])
        return self._present(answer, trust=name, quarter=quarter)

    def _clear_metric(self, name: str, quarter: str) -> Metric | None:
        """Return the metric of which this is an everyday name; words of its text are none."""
        from nhs_league.core.facts import is_everyday_name
        from nhs_league.core.metrics import Metric

        if not is_everyday_name(name):
            return None
        try:
            _, (first, *_) = next(where_measured(self.store, name, quarter, self._keep))
        except NotFoundError:
            return None
        return first if isinstance(first, Metric) else None

    def _explain_metric(
        self, name: str, quarter: str, no_trust: NotFoundError | None = None
    ) -> MetricExplanation:
        """Explain a metric.

        Args:
            name: a metric as a person typed it.
            quarter: as for ``explain``.
            no_trust: why it is no trust.

        Raises:
            NotFoundError: no such metric, or it is an area, or several trusts have this name too.

        """
        from nhs_league.core.metric_explanation import explain_metric
        from nhs_league.core.metrics import Area, Metric
        from nhs_league.releases.store import read_quarters

        try:
            frames, choices = next(where_measured(self.store, name, quarter, self._keep))
        except NotFoundError as no_metric:
            raise _neither(no_trust, no_metric) from None
        first = choices[0]
        if isinstance(no_trust, AmbiguousError):
            also = (
                f'the area "{first.name}"'
                if isinstance(first, Area)
                else f"the metric {first.short_name}: use {first.metric_id} for that"
            )
            raise AmbiguousError(no_trust.message, f'"{name}" is also {also}.')
        if isinstance(first, Area):
            raise NotFoundError(
                f'"{name}" is an area of {len(first.metric_ids)} metrics; explain takes one.',
                f"Name one of them: {', '.join(first.metric_ids)}.",
            )
        metrics = [choice for choice in choices if isinstance(choice, Metric)]
        every = read_quarters(self.store, self.store.quarters).observations
        line = f'"{name}" is the metric {first.short_name} ({first.metric_id}).'
        answer = replace(explain_metric(frames, every, metrics), assumptions=(line,))
        return self._present(answer, metric=name, quarter=quarter)

    def whatif(
        self,
        trust: str,
        changes: Mapping[str, float | str] | Sequence[str] = (),
        *,
        no_deficit: bool = False,
        to_segment: int | None = None,
        quarter: str = LATEST,
    ) -> WhatIf | Improvements:
        """Test what would change a trust's segment and rank.

        Args:
            trust: as for ``explain``.
            changes: metrics and the values that they would have, a number or ``median``, ``q1``
                (where the top quarter begins), ``best`` or ``standard``; or ``METRIC=VALUE`` texts.
            no_deficit: whether the trust would have no financial override.
            to_segment: a segment to reach, 1 to 3; the smallest changes are looked for.
            quarter: as for ``explain``.

        Returns:
            Schema ``core.whatif.WHATIF``, or of ways to a segment
            ``core.improvements.IMPROVEMENTS``.

        Raises:
            UsageError: nothing is changed, or a change is not understood.
            NotFoundError: a trust, metric or quarter is not known.

        Example:
            >>> answer = open_league(sample=True).whatif("ZB6", {"sickness": "best"})
            >>> answer.frame.filter(what="league rank").height
            1

        """
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.improvements import smallest_improvements
        from nhs_league.core.whatif import parse_changes, whatif

        wanted = (
            [f"{metric}={value}" for metric, value in changes.items()]
            if isinstance(changes, Mapping)
            else list(changes)
        )
        check_whatif(trust, wanted, no_deficit=no_deficit, to_segment=to_segment)
        one = load_trust(self.store, trust, quarter)
        answer: WhatIf | Improvements
        lines: list[str] = []
        if to_segment is not None:
            answer = smallest_improvements(
                one.national, one.code, one.boundaries, to_segment, self._recomputed(one)
            )
        else:
            parsed = parse_changes(wanted, one.frames, one.trust_type)
            lines = [f"{measure_in_words(change.metric)}." for change in parsed]
            answer = whatif(
                one.national,
                one.code,
                one.boundaries,
                parsed,
                no_deficit=no_deficit,
                recomputed=self._recomputed(one) if parsed else None,
            )
        answer = replace(answer, assumptions=(*one.assumptions, *lines))
        answer = with_caveats(answer, one.frames, [one.code])
        return self._present(
            answer, trust=trust, quarter=quarter, set=wanted, no_deficit=no_deficit,
            to_segment=to_segment,
        )  # fmt: skip

    def hidden(
        self,
        metric: str | None = None,
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
        sort: str | None = None,
    ) -> HiddenWeakSpots:
        """Find severe weak spots of trusts with a good score.

        Args:
            metric: only this metric or area.
            quarter: as for ``explain``.
            trust_type: ``acute``, ``mental-health-community``, ``ambulance`` or ``all``; None for
                acute trusts.
            regions: regions to keep.
            subtypes: subtypes to keep.
            segments: segments to keep, 1 to 5.
            limit: how many rows of each trust type; None for all.
            sort: a column to sort by, ``-`` before it for descending.

        Returns:
            Columns ``core.hidden.HIDDEN``: severe weak spots of trusts in unadjusted segment 1
            or 2, first those that chance explains least.

        Raises:
            NotFoundError: a metric, quarter, filter value or column is not known.

        Example:
            >>> hidden = open_league(sample=True).hidden().frame
            >>> hidden["computed_unadjusted_segment"].max()
            2

        """
        from nhs_league.core import metrics
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.filters import arrange
        from nhs_league.core.hidden import hidden, well_placed

        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        frames = load_frames(self.store, scope)
        filters = resolve_filters(scope, frames)
        only = None
        if metric is None:
            resolved_type, assumptions = resolve_trust_type(self.store, scope)
        else:
            named_type = parse_trust_type(self.store, scope)
            choices = choose_measure(self.store, metric, scope, self._keep, named_type)
            (only, *_), assumptions = pick_measure(choices, named_type)
            resolved_type = only.trust_type
        boundaries = _national_boundaries(frames)
        wanted = frames.of_type(resolved_type)
        earlier = self._earlier(frames, resolved_type)
        answer = hidden(frames, resolved_type, boundaries, filters, only, earlier)
        placed = well_placed(wanted.standings, boundaries, filters).select("trust_code").collect()
        answer = replace(arrange(answer, order_of(limit, sort)), assumptions=assumptions)
        codes = placed["trust_code"].unique().to_list()
        answer = with_caveats(answer, wanted, codes, metrics.ids(only) if only else ())
        return self._present(answer, metric=metric, **described(scope))

    def capped(
        self,
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
        sort: str | None = None,
    ) -> CappedTrusts:
        """Find trusts in segment 3 only because of the financial override.

        Args:
            quarter: as for ``explain``.
            trust_type: as for ``hidden``.
            regions: as for ``hidden``.
            subtypes: as for ``hidden``.
            segments: as for ``hidden``.
            limit: as for ``hidden``.
            sort: as for ``hidden``.

        Returns:
            Columns ``core.hidden.CAPPED``, the best average score first.

        Raises:
            NotFoundError: a trust type, quarter, filter value or column is not known.

        Example:
            >>> open_league(sample=True).capped().frame["segment"].unique().to_list()
            [3]

        """
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.filters import arrange
        from nhs_league.core.hidden import capped

        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        frames = load_frames(self.store, scope)
        resolved_type, assumptions = resolve_trust_type(self.store, scope)
        filters = resolve_filters(scope, frames)
        answer = capped(frames, resolved_type, _national_boundaries(frames), filters)
        answer = replace(arrange(answer, order_of(limit, sort)), assumptions=assumptions)
        wanted = frames.of_type(resolved_type)
        return self._present(with_caveats(answer, wanted), **described(scope))

    def robust(
        self,
        trust: str = "",
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
        limit: int | None = None,
        sort: str | None = None,
    ) -> Robustness | RobustTable:
        """Test how firm a trust's place by score is, or the places of a whole type.

        Args:
            trust: as for ``explain``; a trust type, or empty, for all trusts of a type.
            quarter: as for ``explain``.
            trust_type: one trust type; None for acute trusts. For a whole type only, as are all
                that follow.
            regions: as for ``hidden``.
            subtypes: as for ``hidden``.
            segments: as for ``hidden``.
            limit: as for ``hidden``.
            sort: as for ``hidden``.

        Returns:
            Schema ``core.uncertainty.robustness.ROBUSTNESS``, or of a whole type ROBUST_TABLE.

        Raises:
            UsageError: the parameters do not fit each other, or all trust types are wanted.
            NotFoundError: a trust, quarter, filter value or column is not known.
            NoDataError: fewer than three scores of the trust are stored.

        Example:
            >>> answer = open_league(sample=True).robust("ZB6")
            >>> answer.frame["scenario"].to_list()[:2]
            ['metrics redrawn', 'domains weighted differently']

        """
        from nhs_league.core import trust_types
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.filters import arrange
        from nhs_league.core.uncertainty.robustness import robust_table, robustness

        narrowed = any((regions, subtypes, segments, limit is not None, sort))
        if trust_types.is_known(trust_types.from_person(trust)):
            trust, trust_type = "", trust
        check_robust(trust, trust_type, narrowed=narrowed)
        if trust:
            one = load_trust(self.store, trust, quarter)
            answer = robustness(one.frames, one.code, self._keep)
            answer = replace(answer, assumptions=one.assumptions)
            answer = with_caveats(answer, one.frames, [one.code])
            return self._present(answer, trust=trust, quarter=quarter)
        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        resolved_type, assumptions = resolve_trust_type(self.store, scope)
        frames = load_frames(self.store, scope).of_type(resolved_type)
        table = robust_table(frames, resolved_type, resolve_filters(scope, frames), self._keep)
        table = replace(arrange(table, order_of(limit, sort)), assumptions=assumptions)
        return self._present(with_caveats(table, frames), **described(scope))

    def audit(self, *, quarter: str = LATEST) -> Audit:
        """Recompute every published figure, and list those that do not follow from the others.

        Args:
            quarter: as for ``explain``; ``all`` for every quarter stored.

        Returns:
            Schema ``core.audit.AUDIT``.

        Raises:
            NotFoundError: no such quarter.

        Example:
            >>> open_league(sample=True).audit().frame.is_empty()
            True

        """
        from nhs_league.core.audit import audit
        from nhs_league.releases.store import read_quarters

        if quarter.strip().casefold() == _ALL:
            frames = read_quarters(self.store, self.store.quarters)
        else:
            frames = load_frames(self.store, Scope(quarter))
        return self._present(audit(frames), quarter=quarter)


def _neither(no_trust: NotFoundError | None, no_metric: NotFoundError) -> NotFoundError:
    """Build the error for a name that is neither one trust's nor one metric's."""
    if no_trust is None or isinstance(no_metric, AmbiguousError):
        return no_metric
    if isinstance(no_trust, AmbiguousError):
        return no_trust
    return NotFoundError(
        no_trust.message.replace("No trust matches", "No trust or metric matches"),
        f"{no_trust.advice}\n{no_metric.advice}",
    )


def _national_boundaries(frames: Frames) -> tuple[SegmentBoundary, ...]:
    """Return the cuts of the newest quarter of some frames; they are national."""
    from nhs_league.core.method.standings import segment_boundaries

    standings = frames.standings.collect()
    newest = standings["quarter"].max()
    return segment_boundaries(standings.filter(pl.col("quarter") == newest))
