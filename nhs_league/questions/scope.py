"""What a question is about: which quarter, trust type and trusts, and the frames of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nhs_league.core import filters, trust_types
from nhs_league.core.answers import Answer
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames, together
from nhs_league.core.metrics import Area, Metric
from nhs_league.core.quarters import Quarter, matching
from nhs_league.errors import NotFoundError
from nhs_league.releases.store import Store, read_quarters

LATEST = "latest"


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


def is_latest(quarter: str) -> bool:
    """Tell whether a person means the newest quarter."""
    return quarter.strip().casefold() == LATEST


def frames_of(store: Store, where: Where) -> Frames:
    """Give the frames of the quarter asked for, or of each trust type's newest."""
    if not is_latest(where.quarter):
        return read_quarters(store, [quarter_of(store, where.quarter)])
    newest = _newest(store)
    by_quarter: dict[Quarter, list[str]] = {}
    for trust_type, quarter in newest.items():
        by_quarter.setdefault(quarter, []).append(trust_type)
    if len(by_quarter) == 1:
        return read_quarters(store, by_quarter)
    return together([read_quarters(store, [q]).of_types(types) for q, types in by_quarter.items()])


def quarter_of(store: Store, asked: str) -> Quarter:
    """Turn a typed quarter into one that is kept.

    Raises:
        NotFoundError: it is none, or none that is kept.

    """
    stored = f"Stored: {', '.join(quarter.label for quarter in reversed(store.quarters))}."
    try:
        quarter = matching(asked, store.quarters)
    except ValueError as fault:
        raise NotFoundError(str(fault), stored) from None
    if quarter is None:
        raise NotFoundError(
            f'"{asked}" is not stored.', f'{stored} Run "nhsleague fetch" to get new figures.'
        )
    return quarter


def quarters_with(store: Store, trust_type: str) -> list[Quarter]:
    """List the quarters that have a trust type, or any for ``all``, oldest first."""
    return [
        quarter
        for quarter in store.quarters
        if trust_type in (trust_types.ALL, *store.manifest.quarters[quarter.label].trust_types)
    ]


def _newest(store: Store) -> dict[str, Quarter]:
    """Tell each trust type's newest quarter, the types in their usual order."""
    newest: dict[str, Quarter] = {}
    for quarter in store.quarters:
        for trust_type in store.manifest.quarters[quarter.label].trust_types:
            newest[trust_type] = quarter
    return {trust_type: newest[trust_type] for trust_type in trust_types.in_order(set(newest))}


def known_type(store: Store, where: Where) -> str | None:
    """Turn a typed trust type into one that the store has."""
    if where.trust_type is None:
        return None
    asked, known = trust_types.from_person(where.trust_type), list(_newest(store))
    if asked not in (*known, trust_types.ALL):
        raise NotFoundError.of("trust type", where.trust_type, [*known, trust_types.ALL])
    return asked


def type_or_preferred(store: Store, where: Where) -> tuple[str, tuple[str, ...]]:
    """Take the type asked for, else the first that there is, and say that there are others."""
    if (asked := known_type(store, where)) is not None:
        return asked, ()
    first, *others = _newest(store)
    if not others:
        return first, ()
    elsewhere = ", ".join(others)
    return first, (
        f"{trust_types.in_words(first).capitalize()}; others: --type {elsewhere} or all.",
    )


def one_kind(
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
    line = (
        f"“{asked}” is {meaning}, {' and '.join(trust_types.in_words(c.trust_type) for c in kept)}."
    )
    if left:
        others = " and ".join(trust_types.in_words(t) for t in left)
        line += f" Also for {others}: --type {', '.join(left)}."
    return kept, (line,)


def explained(answer: Answer, narrowed: Filters) -> Answer:
    """Say why an answer is empty, and what to try.

    Args:
        answer: an answer whose rows are trusts.
        narrowed: the resolved filters.

    """
    if not answer.frame.is_empty():
        return answer
    why = (
        f"No trusts match all of these: {words}. Try one filter at a time."
        if (words := narrowed.in_words())
        else 'No figures are stored for this. Run "nhsleague releases" to see what is.'
    )
    return replace(answer, notes=(why, *answer.notes))


def resolved(where: Where, frames: Frames) -> Filters:
    """Resolve filters against the standings; nothing is read where there are none."""
    if where.filters == Filters():
        return where.filters
    return filters.resolve(
        where.filters, frames.standings.select("region", "subtype", "segment").collect()
    )
