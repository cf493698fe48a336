"""What a report on a trust shows, gathered from several questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from nhs_league.core import distribution, explanation, history, profile
from nhs_league.core.answers import TrustReport
from nhs_league.core.frames import SCHEMAS, Frames
from nhs_league.core.method.rules import Recomputed, stored_recomputed
from nhs_league.core.method.standings import SegmentBoundary
from nhs_league.core.peers import similar_trusts, who_to_ask
from nhs_league.core.quarters import Quarter
from nhs_league.core.uncertainty import Keep
from nhs_league.frozen import frozen
from nhs_league.league.base import StoredResults
from nhs_league.releases import listing
from nhs_league.releases.store import Store, read_quarters
from nhs_league.scope import load_trust, national_boundaries, quarters_with


def report(store: Store, trust: str, quarter: str) -> TrustReport:
    """Gather the report on one trust; parameters and errors as for ``League.report``."""
    one = load_trust(store, trust, quarter)
    upto = [q for q in quarters_with(store, one.trust_type) if q <= one.quarter]
    every = read_quarters(store, upto).of_type(one.trust_type)
    now, before = _split(every, one.quarter)
    keep = StoredResults(store)
    figures = profile.type_figures(now, before, [q.label for q in upto[:-1]], keep=keep)
    national = _national(store, one.quarter)
    of_type = _Material(store, every, now, before, national, keep, figures)
    return _report(of_type, one.code, one.assumptions)


def every_report(store: Store, standings: pl.DataFrame) -> Iterator[TrustReport]:
    """Gather the report on every trust; each trust type is read once.

    Args:
        store: the store.
        standings: schema STANDINGS, one quarter for each trust type.

    """
    keep = StoredResults(store)
    for (trust_type, label), of_type in standings.group_by(
        "trust_type", "quarter", maintain_order=True
    ):
        newest = Quarter.parse(str(label))
        upto = [q for q in quarters_with(store, str(trust_type)) if q <= newest]
        every = _collected(read_quarters(store, upto).of_type(str(trust_type)))
        now, before = _split(every, newest)
        now = _collected(now)
        before = None if before is None else _collected(before)
        figures = profile.type_figures(now, before, [q.label for q in upto[:-1]], keep=keep)
        shared = _Material(store, every, now, before, _national(store, newest), keep, figures)
        for code in of_type["trust_code"]:
            yield _report(shared, code)


@frozen
class _National:
    """What a quarter's reports share: all trust types, their scores recomputed, and the cuts."""

    frames: Frames
    recomputed: Recomputed
    boundaries: tuple[SegmentBoundary, ...]


def _national(store: Store, quarter: Quarter) -> _National:
    frames = _collected(read_quarters(store, [quarter]))
    recomputed = stored_recomputed(frames, quarter.label, StoredResults(store))
    return _National(frames, recomputed, national_boundaries(store, quarter))


def every_metric(store: Store, standings: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rank the trusts of a league table at every metric: one frame for each trust type."""
    for (trust_type, label), _ in standings.group_by("trust_type", "quarter", maintain_order=True):
        read = read_quarters(store, [Quarter.parse(str(label))]).of_type(str(trust_type))
        yield distribution.every_metric(read)


def _collected(frames: Frames) -> Frames:
    return Frames(*(getattr(frames, name).collect().lazy() for name in SCHEMAS))


def _split(every: Frames, newest: Quarter) -> tuple[Frames, Frames | None]:
    """Split the frames into those of the newest quarter and those before; None where none are."""
    is_now = pl.col("quarter") == newest.label
    now = Frames(*(getattr(every, name).filter(is_now) for name in SCHEMAS))
    before = Frames(*(getattr(every, name).filter(~is_now) for name in SCHEMAS))
    has_before = before.standings.select(pl.len()).collect().item() > 0
    return now, before if has_before else None


@frozen
class _Material:
    """What the reports of a trust type share.

    Attributes:
        store: the store.
        every: all quarters up to the newest.
        now: the newest quarter.
        before: the quarters before it; None where none are stored.
        national: what the reports of the quarter share.
        keep: what keeps results that are slow to compute.
        figures: what the type's profiles share.

    """

    store: Store
    every: Frames
    now: Frames
    before: Frames | None
    national: _National
    keep: Keep
    figures: profile.TypeFigures


def _report(of_type: _Material, code: str, assumptions: tuple[str, ...] = ()) -> TrustReport:
    now, national = of_type.now, of_type.national
    peers = similar_trusts(now, code)
    shown = replace(
        profile.profile(now, code, of_type.before, shared=of_type.figures, keep=of_type.keep),
        peers=peers,
    )
    weak = shown.frame.filter(pl.col("weak_spot").is_not_null())
    places = history.places(of_type.every, [code])
    trends = history.metric_trend(of_type.every, [code], None)
    frames = (shown.standing, shown.frame, places.frame, trends.frame)
    named = pl.concat([frame["release_file"] for frame in frames]).drop_nulls().unique()
    files = {file for names in named for file in names.split(" + ")}
    return TrustReport(
        trust_code=code,
        profile=shown,
        explanation=explanation.explain(
            national.frames, code, national.boundaries, national.recomputed
        ),
        places=places,
        trends=trends,
        domains=distribution.domain_spread(now, code),
        to_ask=who_to_ask(now.observations, weak, peers),
        sources=listing.sources(of_type.store, files),
        assumptions=assumptions,
    )
