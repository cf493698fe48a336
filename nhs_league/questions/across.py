"""Questions across quarters: what changed, how it went, what was revised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from nhs_league.core import changes as comparing, metrics, revisions, trends, trust_types
from nhs_league.core.answers import Answer
from nhs_league.core.caveats import with_caveats
from nhs_league.core.filters import Filters, resolve
from nhs_league.core.frames import Frames
from nhs_league.core.mergers import what_became
from nhs_league.core.metrics import Metric
from nhs_league.core.order import AS_IT_STANDS, Order, arranged
from nhs_league.core.quarters import Quarter
from nhs_league.errors import NotFoundError, UsageError
from nhs_league.questions.one_trust import find_trust
from nhs_league.questions.scope import (
    Where,
    is_latest,
    known_type,
    quarter_of,
    quarters_with,
    type_or_preferred,
)
from nhs_league.releases.store import Store, read_quarters


def changes(
    store: Store,
    where: Where,
    earlier: str | None = None,
    later: str | None = None,
    order: Order = AS_IT_STANDS,
    *,
    segment_only: bool = False,
    direction: str | None = None,
) -> Answer:
    """Compare two quarters: the last two that the trust type has, or those named."""
    trust_type, said = type_or_preferred(store, where)
    before, after = _two(store, trust_type, earlier, later)
    earlier_frames, frames = (read_quarters(store, [quarter]) for quarter in (before, after))
    answer = comparing.changes(earlier_frames, frames, trust_type, _filters(where, frames))
    answer = comparing.narrowed(answer, segment_only=segment_only, direction=direction)
    return replace(arranged(answer, order), chosen=said)


def list_revisions(store: Store, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """List each figure that a later file changed, of all quarters or of the one asked for."""
    asked = known_type(store, where) or trust_types.ALL
    quarters = store.quarters
    if not is_latest(where.quarter):
        quarters = (quarter_of(store, where.quarter),)
    frames = read_quarters(store, quarters)
    answer = revisions.revisions(frames, asked, _filters(where, frames))
    return arranged(answer, order)


def trend(
    store: Store, asked: Sequence[str], measure: str | None, *, every_metric: bool = False
) -> Answer:
    """Follow trusts through all quarters: their places, a metric, an area, or every metric."""
    found = [find_trust(store, one, "latest")[1] for one in asked]
    codes = list(dict.fromkeys(trust.code for trust in found))
    frames = read_quarters(store, store.quarters)
    said = [trust.said for trust in found if trust.said]
    ids: list[str] = []
    if every_metric:
        answer = trends.metric_trend(frames, codes, None)
    elif measure is None:
        answer = trends.places(frames, codes)
    else:
        ids, meaning = _measured(frames, codes, measure)
        said.append(f"“{measure}” is {meaning}.")
        answer = trends.metric_trend(frames, codes, ids)
        if answer.frame.is_empty():
            raise NotFoundError(
                f"None of the trusts has a figure of “{measure}” in any quarter.",
                "nhsleague show lists what a trust has.",
            )
    notes = (*answer.notes, *_gone(store, frames, codes))
    return with_caveats(replace(answer, chosen=tuple(said), notes=notes), frames, codes, ids)


def _measured(frames: Frames, codes: Sequence[str], measure: str) -> tuple[list[str], str]:
    """Find which metrics a person means, for the types of the trusts asked about.

    The newest quarter that has one of the trusts is looked at first, then all.
    """
    is_asked = pl.col("trust_code").is_in(list(codes))
    asked = frames.standings.filter(is_asked).select("quarter", "trust_type").unique().collect()
    observations = frames.of_types(asked["trust_type"].unique()).observations
    newest = max(asked["quarter"], key=Quarter.parse)
    try:
        listed = metrics.catalogue(observations.filter(pl.col("quarter") == newest))
        choices = metrics.choose(measure, listed, trust_types.ALL)
    except NotFoundError:
        listed = metrics.catalogue(observations).unique(
            ["trust_type", "metric_id", "unit"], keep="last", maintain_order=True
        )
        choices = metrics.choose(measure, listed, trust_types.ALL)
    first = choices[0]
    alike = [choice for choice in choices if type(choice) is type(first)]
    ids = {metric_id for choice in alike for metric_id in metrics.ids(choice)}
    meaning = (
        f"{first.metric} ({first.metric_id})"
        if isinstance(first, Metric)
        else f"the area “{first.name}”"
    )
    return sorted(ids), meaning


def _gone(store: Store, frames: Frames, codes: Sequence[str]) -> list[str]:
    """Say what became of trusts that the next release of their type does not list any more."""
    is_asked = pl.col("trust_code").is_in(list(codes))
    columns = ("trust_code", "trust_type", "quarter")
    listed = frames.standings.filter(is_asked).select(columns).collect()
    said = []
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
            said += [f"{code} from {later[0].label}: {became}."] if became else []
    return said


def _two(
    store: Store, trust_type: str, earlier: str | None, later: str | None
) -> tuple[Quarter, Quarter]:
    """Give the two quarters to compare."""
    having = quarters_with(store, trust_type)
    after = quarter_of(store, later) if later else having[-1]
    older = [quarter for quarter in having if quarter < after]
    if earlier is None and not older:
        raise NotFoundError(
            f"There is no quarter before {after.label} to compare with.",
            "nhsleague releases lists what is kept.",
        )
    before = quarter_of(store, earlier) if earlier else older[-1]
    if before >= after:
        raise UsageError(
            f"{before.label} is not before {after.label}.", "Name the earlier one with --from."
        )
    return before, after


def _filters(where: Where, frames: Frames) -> Filters:
    if where.filters == Filters():
        return where.filters
    return resolve(where.filters, frames.standings.select("region", "subtype", "segment").collect())
