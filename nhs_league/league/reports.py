"""What a report on a trust shows, gathered from several questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from nhs_league.core import distribution, explanation, history, profile
from nhs_league.core.answers import TrustReport
from nhs_league.core.frames import SCHEMAS, Frames
from nhs_league.core.method.rules import Recomputed, recompute
from nhs_league.core.method.segments import SegmentBoundary
from nhs_league.core.quarters import Quarter
from nhs_league.core.uncertainty.keeping import Keep
from nhs_league.league.kept import Kept
from nhs_league.releases.store import Store, read_quarters
from nhs_league.scope import load_trust, national_boundaries, quarters_with


def report(store: Store, trust: str, quarter: str) -> TrustReport:
    """Gather the report on one trust; parameters and errors as for ``League.report``."""
    one = load_trust(store, trust, quarter)
    upto = [q for q in quarters_with(store, one.trust_type) if q <= one.quarter]
    every = read_quarters(store, upto).of_type(one.trust_type)
    national = _national(store, one.quarter)
    return _report(every, one.quarter, one.code, national, one.assumptions, keep=Kept(store))


def every_report(store: Store, standings: pl.DataFrame) -> Iterator[TrustReport]:
    """Gather the report on every trust; each trust type is read once.

    Args:
        store: the store.
        standings: schema STANDINGS, one quarter for each trust type.

    """
    keep = Kept(store)
    for (trust_type, label), of_type in standings.group_by(
        "trust_type", "quarter", maintain_order=True
    ):
        newest = Quarter.parse(str(label))
        upto = [q for q in quarters_with(store, str(trust_type)) if q <= newest]
        read = read_quarters(store, upto).of_type(str(trust_type))
        every = Frames(*(getattr(read, name).collect().lazy() for name in SCHEMAS))
        national = _national(store, newest)
        redrawn = profile.redraw_type(every.of_quarter(newest.label), keep=keep)
        for code in of_type["trust_code"]:
            yield _report(every, newest, code, national, redrawn=redrawn, keep=keep)


@dataclass(frozen=True)
class _National:
    """What a quarter's reports share: all trust types, their scores recomputed, and the cuts."""

    frames: Frames
    recomputed: Recomputed
    boundaries: tuple[SegmentBoundary, ...]


def _national(store: Store, quarter: Quarter) -> _National:
    read = read_quarters(store, [quarter])
    frames = Frames(*(getattr(read, name).collect().lazy() for name in SCHEMAS))
    recomputed = recompute(frames.observations, frames.standings)
    return _National(frames, recomputed, national_boundaries(store, quarter))


def _report(
    every: Frames,
    newest: Quarter,
    code: str,
    national: _National,
    assumptions: tuple[str, ...] = (),
    redrawn: profile.TypeRedraws | None = None,
    *,
    keep: Keep,
) -> TrustReport:
    is_now = pl.col("quarter") == newest.label
    now = Frames(*(getattr(every, name).filter(is_now) for name in SCHEMAS))
    before = Frames(*(getattr(every, name).filter(~is_now) for name in SCHEMAS))
    has_before = before.standings.select(pl.len()).collect().item() > 0
    return TrustReport(
        trust_code=code,
        profile=profile.profile(
            now, code, before if has_before else None, redrawn=redrawn, keep=keep
        ),
        explanation=explanation.explain(
            national.frames, code, national.boundaries, national.recomputed
        ),
        places=history.places(every, [code]),
        trends=history.metric_trend(every, [code], None),
        strips=distribution.peer_values(now, code),
        domains=distribution.domain_spread(now, code),
        assumptions=assumptions,
    )
