"""What a question is about: which quarter, trust type and trusts, and their frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import field, replace

import polars as pl

from nhs_league.core import facts, filters, packaged, trust_types, trusts
from nhs_league.core.answers import AnyAnswer, Titled
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames, together
from nhs_league.core.method.standings import SegmentBoundary, has_fixed_cuts, segment_boundaries
from nhs_league.core.metric_search import choose
from nhs_league.core.metrics import Area, Metric, catalogue, in_order
from nhs_league.core.quarters import Quarter, matching
from nhs_league.core.sentences import in_series
from nhs_league.core.uncertainty import Keep
from nhs_league.errors import AmbiguousError, NotFoundError
from nhs_league.frozen import frozen
from nhs_league.releases.store import Store, read_quarters

LATEST = "latest"
_PAST = 8


@frozen
class Scope:
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
    """Return whether a person means the newest quarter."""
    return quarter.strip().casefold() == LATEST


def load_frames(store: Store, scope: Scope) -> Frames:
    """Return the frames of one quarter, or of each trust type's newest.

    Raises:
        NotFoundError: the quarter is none, or none that is stored.

    """
    wanted = _quarters_of(store, scope)
    if len(wanted) == 1:
        return read_quarters(store, wanted).in_memory("standings")
    parts = [read_quarters(store, [q]).of_types(types) for q, types in wanted.items()]
    return together(parts).in_memory("standings")


def load_catalogue(store: Store, scope: Scope, keep: Keep) -> pl.DataFrame:
    """List what is measured in the frames that ``load_frames`` returns.

    Args:
        store: the store.
        scope: which quarters.
        keep: where each quarter's list is kept.

    Returns:
        Schema CATALOGUE, as ``metrics.catalogue`` returns it.

    Raises:
        NotFoundError: as for ``load_frames``.

    """
    wanted = _quarters_of(store, scope)
    parts = [
        quarter_catalogue(store, quarter, keep).filter(pl.col("trust_type").is_in(types))
        for quarter, types in wanted.items()
    ]
    return parts[0] if len(parts) == 1 else in_order(pl.concat(parts))


def quarter_catalogue(store: Store, quarter: Quarter, keep: Keep) -> pl.DataFrame:
    """List what is measured in a quarter, schema CATALOGUE."""

    def listed() -> pl.DataFrame:
        return catalogue(read_quarters(store, [quarter]).observations)

    return keep("catalogue", [quarter.label], [packaged.fingerprint(facts.FILE)], listed)


def _quarters_of(store: Store, scope: Scope) -> dict[Quarter, list[str]]:
    """Return the quarters of a scope, each with the trust types to show from it.

    Raises:
        NotFoundError: the quarter is none, or none that is stored.

    """
    if not is_latest(scope.quarter):
        quarter = parse_quarter(store, scope.quarter)
        return {quarter: list(store.manifest.quarters[quarter.label].trust_types)}
    by_quarter: dict[Quarter, list[str]] = {}
    for trust_type, quarter in newest_quarters(store).items():
        by_quarter.setdefault(quarter, []).append(trust_type)
    return by_quarter


def parse_quarter(store: Store, typed: str) -> Quarter:
    """Turn a typed quarter into one that is stored.

    Raises:
        NotFoundError: it is none, or none that is stored.

    """
    stored = f"Stored: {', '.join(quarter.label for quarter in reversed(store.quarters))}."
    try:
        quarter = matching(typed, store.quarters)
    except ValueError as fault:
        raise NotFoundError(str(fault), stored) from None
    if quarter is None:
        raise NotFoundError(
            f'"{typed}" is not stored.', f'{stored} Run "nhsleague fetch" to get new figures.'
        )
    return quarter


def quarters_with(store: Store, trust_type: str) -> list[Quarter]:
    """List the quarters that have a trust type, or any for ``all``, oldest first."""
    return [
        quarter
        for quarter in store.quarters
        if trust_type in (trust_types.ALL, *store.manifest.quarters[quarter.label].trust_types)
    ]


def quarters_before(store: Store, trust_type: str, quarter: Quarter) -> list[Quarter]:
    """List up to eight quarters before one that have a trust type, oldest first."""
    return [each for each in quarters_with(store, trust_type) if each < quarter][-_PAST:]


def newest_quarters(store: Store) -> dict[str, Quarter]:
    """Return each trust type's newest quarter, the types in their usual order."""
    newest: dict[str, Quarter] = {}
    for quarter in store.quarters:
        for trust_type in store.manifest.quarters[quarter.label].trust_types:
            newest[trust_type] = quarter
    return {trust_type: newest[trust_type] for trust_type in trust_types.in_order(set(newest))}


def parse_trust_type(store: Store, scope: Scope) -> str | None:
    """Turn a typed trust type into one that the store has; None where none was typed.

    Raises:
        NotFoundError: the store has no such type.

    """
    if scope.trust_type is None:
        return None
    trust_type, known = trust_types.from_person(scope.trust_type), list(newest_quarters(store))
    if trust_type not in (*known, trust_types.ALL):
        raise NotFoundError.of("trust type", scope.trust_type, [*known, trust_types.ALL])
    return trust_type


def resolve_trust_type(store: Store, scope: Scope) -> tuple[str, tuple[str, ...]]:
    """Return the type that was typed, else the first one stored, and that there are others."""
    if (trust_type := parse_trust_type(store, scope)) is not None:
        return trust_type, ()
    first, *others = newest_quarters(store)
    if not others:
        return first, ()
    elsewhere = ", ".join(others)
    return first, (
        Titled(
            f"Showing {trust_types.in_words(first)}.",
            f"For others, add --type {elsewhere} or all.",
        ),
    )


def choose_measure(
    store: Store, typed: str, scope: Scope, keep: Keep, trust_type: str | None
) -> tuple[Metric | Area, ...]:
    """Find what a typed metric or area means in a scope, as ``metric_search.choose`` does.

    Args:
        store: the stored releases.
        typed: a metric or an area as a person typed it.
        scope: which quarters.
        keep: where the lists of what is measured are kept.
        trust_type: the type that was typed, ``all`` or None.

    Raises:
        NotFoundError: nothing fits, or several metrics do; of one that the newest figures no longer
            have, it names the last quarter that has it.

    """
    listed = load_catalogue(store, scope, keep)
    try:
        return choose(typed, listed, trust_type)
    except AmbiguousError:
        raise
    except NotFoundError:
        # Of one that another trust type has, it says so.
        if not is_latest(scope.quarter) or _choice(typed, listed, trust_types.ALL):
            raise
        for quarter in reversed(store.quarters[:-1]):
            older = quarter_catalogue(store, quarter, keep)
            if choice := _choice(typed, older, trust_type):
                name = choice.short_name if isinstance(choice, Metric) else choice.name
                is_same = facts.normalise(name) == facts.normalise(typed)
                meaning = "" if is_same else f" ({name})"
                raise NotFoundError(
                    f'The newest figures do not cover "{typed}"{meaning}.',
                    f"{quarter.label} is the last quarter that does: "
                    f'add --quarter "{quarter.label}".',
                ) from None
        raise


def _choice(typed: str, listed: pl.DataFrame, trust_type: str | None) -> Metric | Area | None:
    with suppress(NotFoundError):
        return choose(typed, listed, trust_type)[0]
    return None


def pick_measure(
    choices: Sequence[Metric | Area], trust_type: str | None
) -> tuple[list[Metric | Area], tuple[str, ...]]:
    """Keep the first choice, or with ``all`` those of its kind, and name it.

    Args:
        choices: what a person's words may mean, the likeliest first.
        trust_type: the trust type that was typed, ``all`` or None.

    """
    first = choices[0]
    picked = (
        [choice for choice in choices if type(choice) is type(first)]
        if trust_type == trust_types.ALL
        else [first]
    )
    left = [choice.trust_type for choice in choices if choice not in picked]
    types = [choice.trust_type for choice in picked]
    line = f"{measure_in_words(first)}, {in_series([trust_types.in_words(t) for t in types])}."
    others = f"For others, add --type {' or '.join(left)}." if left else ""
    return picked, (Titled(line, others),)


def measure_in_words(choice: Metric | Area) -> str:
    """Name what a person's words for a metric or an area were understood as."""
    if isinstance(choice, Metric):
        return f"Metric: {choice.metric} ({choice.metric_id})"
    return f"Area: {choice.name}"


def where_measured(
    store: Store, typed: str, quarter: str, keep: Keep, trust_type: str | None = None
) -> Iterator[tuple[Frames, tuple[Metric | Area, ...]]]:
    """Look for a metric in a quarter, or with ``latest`` in each, the newest first.

    Args:
        store: the stored releases.
        typed: a metric or an area as a person typed it.
        quarter: a quarter as a person writes it.
        keep: where the lists of what is measured are kept.
        trust_type: only this type; None for all.

    Yields:
        The frames of one quarter for each trust type, and what is meant there, as
        ``metric_search.choose`` gives it.

    Raises:
        NotFoundError: no quarter has it, or several metrics have this name in the newest.

    """
    fault: NotFoundError | None = None
    is_measured = False
    for scope in _newest_first(store, quarter):
        listed = load_catalogue(store, scope, keep)
        try:
            choices = choose(typed, listed, trust_type)
        except AmbiguousError:
            raise
        except NotFoundError as error:
            fault = fault or error
        else:
            is_measured = True
            yield load_frames(store, scope), choices
    if fault is not None and not is_measured:
        raise fault


def _newest_first(store: Store, quarter: str) -> Iterator[Scope]:
    yield Scope(quarter)
    if is_latest(quarter):
        yield from (Scope(each.label) for each in reversed(store.quarters[:-1]))


def explain_empty(answer: AnyAnswer, narrowed: Filters) -> AnyAnswer:
    """Add to an empty answer why it is empty, and what to try.

    Args:
        answer: an answer whose rows are trusts.
        narrowed: the resolved filters.

    """
    if not answer.frame.is_empty():
        return answer
    why = (
        f"No trusts match all of these: {words}. Try one filter at a time."
        if (words := narrowed.in_words())
        else 'No figures are stored for this. Run "nhsleague releases" to see what is stored.'
    )
    return replace(answer, notes=(why, *answer.notes))


def resolve_filters(scope: Scope, frames: Frames) -> Filters:
    """Resolve filters against the standings; nothing is read where there are none."""
    if scope.filters == Filters():
        return scope.filters
    return filters.resolve(
        scope.filters, frames.standings.select("region", "subtype", "segment").collect()
    )


@frozen
class TrustContext:
    """One trust, and the frames of its type and quarter.

    Attributes:
        code: the trust's code.
        trust_type: its type.
        quarter: the quarter.
        frames: the frames of its type in that quarter.
        national: the frames of all types in that quarter.
        assumptions: how the trust and the quarter were chosen.
        store: where the frames are from.
        matched_by: how the name was matched, where that was not its code or whole name; else empty.

    """

    code: str
    trust_type: str
    quarter: Quarter
    frames: Frames
    national: Frames
    assumptions: tuple[str, ...]
    store: Store
    matched_by: str

    @property
    def boundaries(self) -> tuple[SegmentBoundary, ...]:
        """Find the cuts between segments in that quarter."""
        return national_boundaries(self.store, self.quarter)


def load_trust(store: Store, typed: str, quarter: str) -> TrustContext:
    """Find a trust by what a person typed, and its frames.

    Raises:
        NotFoundError: no such trust or quarter, or several.

    """
    frames, match = find_trust(store, typed, quarter)
    standing = frames.standings.filter(pl.col("trust_code") == match.code).select(
        "trust_type", "quarter"
    )
    trust_type, its_quarter = standing.sort("quarter", descending=True).collect().row(0)
    its = Quarter.parse(its_quarter)
    of_one_quarter = frames.standings.select(pl.col("quarter").n_unique()).collect().item() == 1
    national = frames if of_one_quarter else read_quarters(store, [its]).in_memory("standings")
    return TrustContext(
        match.code,
        trust_type,
        its,
        national.of_type(trust_type),
        national,
        (*filter(None, (match.assumption,)), *_is_older(store, its_quarter, quarter)),
        store,
        match.assumption,
    )


def national_boundaries(store: Store, quarter: Quarter) -> tuple[SegmentBoundary, ...]:
    """Find the cuts of a quarter from all trusts stored, of the whole year where they are fixed."""
    same_cuts = [
        each
        for each in store.quarters
        if each == quarter or (has_fixed_cuts(quarter.label) and each.year == quarter.year)
    ]
    return segment_boundaries(read_quarters(store, same_cuts).standings.collect())


def find_trust(
    store: Store, typed: str, quarter: str, frames: Frames | None = None
) -> tuple[Frames, trusts.TrustMatch]:
    """Find a trust and the frames that it is in: the newest, else the last that had it.

    Args:
        store: the store.
        typed: what a person typed.
        quarter: a quarter as a person writes it.
        frames: the frames of that quarter, where they are loaded already.

    Raises:
        NotFoundError: no such trust or quarter, or several trusts.

    """
    columns = ("quarter", "trust_code", "trust_name")
    frames = frames or load_frames(store, Scope(quarter))
    try:
        return frames, trusts.find(typed, frames.standings.select(columns).collect())
    except NotFoundError:
        ever = read_quarters(store, store.quarters).standings.select(columns).collect()
        now_stored = frames.standings.select("trust_code", "trust_type", "quarter").collect()
        match = trusts.find(typed, ever, trusts.stored_in_words(now_stored))
        now = (
            frames.standings.filter(pl.col("trust_code") == match.code)
            .select(pl.len())
            .collect()
            .item()
        )
        if now:
            return frames, match
        if not is_latest(quarter):
            raise NotFoundError(
                f"{match.name} ({match.code}) has no figures in {quarter}."
            ) from None
        last = ever.filter(pl.col("trust_code") == match.code)["quarter"][-1]
        return read_quarters(store, [Quarter.parse(last)]), match


def _is_older(store: Store, its_quarter: str, typed: str) -> tuple[str, ...]:
    """Return a line where a trust's newest figures are not of the newest quarter."""
    newest = store.quarters[-1].label
    if not is_latest(typed) or its_quarter == newest:
        return ()
    return (
        f"This trust's newest figures are for {its_quarter}. The newest quarter stored is "
        f"{newest}.",
    )
