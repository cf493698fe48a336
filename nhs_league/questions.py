"""The questions: each picks the quarter, asks the core once, and gives one answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from nhs_league.errors import NotFoundError, UsageError
from nhs_league.league import comparison, filters, metrics, profile, ranking, trusts
from nhs_league.league.comparison import By
from nhs_league.league.filters import Filters
from nhs_league.league.metrics import Area, Metric
from nhs_league.league.order import Order, arranged
from nhs_league.league.schema import trust_types
from nhs_league.league.schema.answers import Answer
from nhs_league.league.schema.frames import Frames
from nhs_league.league.schema.quarters import Quarter, matching
from nhs_league.releases.store import Store, read_quarters

LATEST = "latest"
AS_IT_STANDS = Order()
_ABOUT_METRICS = (
    "Which values are better is stated in metrics.toml, or inferred from values and ranks. "
    "Everyday names work after --metric."
)


@dataclass(frozen=True)
class Where:
    """What a question is about.

    Attributes:
        quarter: a quarter as a person writes it; ``latest`` is the newest of each trust type.
        trust_type: a trust type as a person writes it, ``all``, or None to let the question choose.
        filters: which trusts to keep, as typed.

    """

    quarter: str = LATEST
    trust_type: str | None = None
    filters: Filters = field(default_factory=Filters)


def worst_or_best(
    store: Store, asked: str, where: Where, order: Order = AS_IT_STANDS, *, worst_first: bool
) -> Answer:
    """Order trusts by a metric or an area that a person named."""
    frames = _frames(store, where)
    trust_type = _known_type(store, where)
    found = metrics.choose(asked, metrics.catalogue(frames.observations), trust_type)
    choices, said = _one_kind(asked, found, trust_type)
    answer = ranking.rank(frames, choices, _resolved(where, frames), worst_first=worst_first)
    return replace(arranged(answer, order), chosen=said)


def table(store: Store, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """Give the league table of a trust type; acute where none is named."""
    frames = _frames(store, where)
    trust_type, said = _type_or_preferred(store, where)
    answer = ranking.table(frames, trust_type, _resolved(where, frames))
    return replace(arranged(answer, order), chosen=said)


def show(store: Store, asked: str, quarter: str) -> Answer:
    """Report on one trust."""
    frames, found = _find(store, asked, quarter)
    standing = frames.standings.filter(pl.col("trust_code") == found.code).select(
        "trust_type", "quarter"
    )
    trust_type, its_quarter = standing.collect().row(0)
    of_type = frames.of_type(trust_type)
    answer = profile.profile(of_type, found.code)
    return replace(
        answer, chosen=(*filter(None, (found.said,)), *_old(store, its_quarter, quarter))
    )


def compare(store: Store, asked: Sequence[str], quarter: str) -> Answer:
    """Put trusts side by side."""
    found = [_find(store, one, quarter) for one in asked]
    codes = list(dict.fromkeys(trust.code for _, trust in found))
    if len(codes) < 2:
        raise UsageError(
            "A comparison needs two different trusts.", "Name another, or use show for one."
        )
    frames = _frames(store, Where(quarter))
    there = set(frames.standings.select("trust_code").collect()["trust_code"])
    if gone := [trust.name for _, trust in found if trust.code not in there]:
        raise NotFoundError(
            f"Not in the newest quarter: {', '.join(gone)}.", "Name an earlier --quarter."
        )
    answer = comparison.side_by_side(frames, codes)
    return replace(
        answer, chosen=(*(trust.said for _, trust in found if trust.said), *answer.chosen)
    )


def compare_groups(
    store: Store, by: By, asked: str | None, where: Where, order: Order = AS_IT_STANDS
) -> Answer:
    """Put groups of trusts side by side, by average score or by a metric or area."""
    frames = _frames(store, where)
    resolved = _resolved(where, frames)
    if asked is None:
        wanted = (
            where
            if by is not By.TYPE or where.trust_type
            else replace(where, trust_type=trust_types.ALL)
        )
        trust_type, said = _type_or_preferred(store, wanted)
        answer = comparison.groups(frames, by, None, trust_type, resolved)
        return replace(arranged(answer, order), chosen=said)
    trust_type_asked = _known_type(store, where)
    if trust_type_asked == trust_types.ALL or by is By.TYPE:
        raise UsageError(
            "Trust types are not mixed in a comparison by a metric.",
            "Name one with --type, or leave out --metric.",
        )
    found = metrics.choose(asked, metrics.catalogue(frames.observations), trust_type_asked)
    (choice,), said = _one_kind(asked, found, trust_type_asked)
    answer = comparison.groups(frames, by, choice, choice.trust_type, resolved)
    return replace(arranged(answer, order), chosen=said)


def list_metrics(store: Store, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """List what is measured."""
    listed = metrics.catalogue(_frames(store, where).observations)
    trust_type = _known_type(store, where)
    if trust_type not in (None, trust_types.ALL):
        listed = listed.filter(pl.col("trust_type") == trust_type)
    return arranged(Answer("metrics", "What is measured", listed, notes=(_ABOUT_METRICS,)), order)


def list_trusts(store: Store, text: str, where: Where, order: Order = AS_IT_STANDS) -> Answer:
    """List trusts, all or those whose name or code holds a text."""
    frames = _frames(store, where)
    trust_type = _known_type(store, where)
    standings = frames.standings.filter(filters.keep(_resolved(where, frames))).collect()
    if trust_type not in (None, trust_types.ALL):
        standings = standings.filter(pl.col("trust_type") == trust_type)
    listed = trusts.holding(text, standings)
    answer = Answer("trusts", "Trusts", listed.select(trusts.LISTED).sort("trust_name"))
    return arranged(answer, order)


def _frames(store: Store, where: Where) -> Frames:
    """Give the frames of the quarter asked for, or of each trust type's newest."""
    if where.quarter.strip().casefold() != LATEST:
        return read_quarters(store, [_quarter(store, where.quarter)])
    newest = _newest(store)
    by_quarter: dict[Quarter, list[str]] = {}
    for trust_type, quarter in newest.items():
        by_quarter.setdefault(quarter, []).append(trust_type)
    parts = []
    for quarter, types in by_quarter.items():
        frames = read_quarters(store, [quarter])
        parts.append(frames if len(by_quarter) == 1 else _of_types(frames, types))
    return Frames(
        pl.concat([part.standings for part in parts]),
        pl.concat([part.observations for part in parts]),
        pl.concat([part.domains for part in parts]),
    )


def _of_types(frames: Frames, types: Iterable[str]) -> Frames:
    wanted = pl.col("trust_type").is_in(list(types))
    return Frames(
        *(f.filter(wanted) for f in (frames.standings, frames.observations, frames.domains))
    )


def _quarter(store: Store, asked: str) -> Quarter:
    known = [quarter.label for quarter in reversed(store.quarters)]
    try:
        found = matching(asked, store.quarters)
    except ValueError:
        raise NotFoundError.of("quarter", asked, known) from None
    if found is None:
        raise NotFoundError.of("quarter", asked, known, "nhsleague fetch gets new ones.")
    return found


def _newest(store: Store) -> dict[str, Quarter]:
    """Tell each trust type's newest quarter, the types in their usual order."""
    newest: dict[str, Quarter] = {}
    for quarter in store.quarters:
        for trust_type in store.manifest.quarters[quarter.label].trust_types:
            newest[trust_type] = quarter
    return {trust_type: newest[trust_type] for trust_type in trust_types.in_order(set(newest))}


def _known_type(store: Store, where: Where) -> str | None:
    """Turn a typed trust type into one that the store has."""
    if where.trust_type is None:
        return None
    asked, known = trust_types.from_person(where.trust_type), list(_newest(store))
    if asked not in (*known, trust_types.ALL):
        raise NotFoundError.of("trust type", where.trust_type, [*known, trust_types.ALL])
    return asked


def _type_or_preferred(store: Store, where: Where) -> tuple[str, tuple[str, ...]]:
    """Take the type asked for, else the first that there is, and say that there are others."""
    if (asked := _known_type(store, where)) is not None:
        return asked, ()
    first, *others = _newest(store)
    if not others:
        return first, ()
    elsewhere = ", ".join(others)
    return first, (
        f"{trust_types.in_words(first).capitalize()}; others: --type {elsewhere} or all.",
    )


def _one_kind(
    asked: str, found: Sequence[Metric | Area], trust_type: str | None
) -> tuple[list[Metric | Area], tuple[str, ...]]:
    """Keep the first choice, or with ``all`` those of its kind, and say what it is."""
    first = found[0]
    kept = (
        [choice for choice in found if type(choice) is type(first)]
        if trust_type == trust_types.ALL
        else [first]
    )
    left = [choice.trust_type for choice in found if choice not in kept]
    meaning = (
        f"{first.metric} ({first.metric_id})"
        if isinstance(first, Metric)
        else f"the area “{first.name}”"
    )
    said = (
        f"“{asked}” is {meaning}, {' and '.join(trust_types.in_words(c.trust_type) for c in kept)}."
    )
    if left:
        others = " and ".join(trust_types.in_words(t) for t in left)
        said += f" Also for {others}: --type {', '.join(left)}."
    return kept, (said,)


def _resolved(where: Where, frames: Frames) -> Filters:
    """Resolve filters against the standings; nothing is read where there are none."""
    if where.filters == Filters():
        return where.filters
    return filters.resolve(
        where.filters, frames.standings.select("region", "subtype", "segment").collect()
    )


def _find(store: Store, asked: str, quarter: str) -> tuple[Frames, trusts.Found]:
    """Find a trust and the frames that it is in: the newest, else the last that had it."""
    columns = ("quarter", "trust_code", "trust_name")
    frames = _frames(store, Where(quarter))
    try:
        return frames, trusts.find(asked, frames.standings.select(columns).collect())
    except NotFoundError:
        ever = read_quarters(store, store.quarters).standings.select(columns).collect()
        found = trusts.find(asked, ever)
        now = (
            frames.standings.filter(pl.col("trust_code") == found.code)
            .select(pl.len())
            .collect()
            .item()
        )
        if now:
            return frames, found
        if quarter != LATEST:
            raise NotFoundError(
                f"{found.name} ({found.code}) has no figures in {quarter}."
            ) from None
        last = ever.filter(pl.col("trust_code") == found.code)["quarter"][-1]
        return read_quarters(store, [Quarter.parse(last)]), found


def _old(store: Store, its_quarter: str, asked: str) -> tuple[str, ...]:
    """Say so where a trust's newest figures are not of the newest quarter."""
    newest = store.quarters[-1].label
    if asked != LATEST or its_quarter == newest:
        return ()
    return (
        f"This trust's newest figures are of {its_quarter}; the newest quarter kept is {newest}.",
    )
