"""The trust that a question is about, and the frames that it is in."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from nhs_league.errors import NotFoundError
from nhs_league.league import trusts
from nhs_league.league.schema.frames import Frames
from nhs_league.league.schema.quarters import Quarter
from nhs_league.league.segments import Cut, cuts
from nhs_league.questions.scope import LATEST, Where, frames_of
from nhs_league.releases.store import Store, read_quarters


@dataclass(frozen=True)
class OneTrust:
    """A trust that was asked for, the frames of its type and quarter, and the national cuts."""

    code: str
    trust_type: str
    quarter: Quarter
    frames: Frames
    cuts: tuple[Cut, ...]
    said: tuple[str, ...]


def one_trust(store: Store, asked: str, quarter: str) -> OneTrust:
    """Find the trust that was asked for, and its frames.

    Raises:
        NotFoundError: no such trust or quarter, or several.

    """
    frames, found = find_trust(store, asked, quarter)
    standing = frames.standings.filter(pl.col("trust_code") == found.code).select(
        "trust_type", "quarter"
    )
    trust_type, its_quarter = standing.sort("quarter", descending=True).collect().row(0)
    national = frames.standings.filter(pl.col("quarter") == its_quarter).collect()
    return OneTrust(
        found.code,
        trust_type,
        Quarter.parse(its_quarter),
        frames.of_type(trust_type).of_quarter(its_quarter),
        cuts(national),
        (*filter(None, (found.said,)), *_old(store, its_quarter, quarter)),
    )


def find_trust(store: Store, asked: str, quarter: str) -> tuple[Frames, trusts.Found]:
    """Find a trust and the frames that it is in: the newest, else the last that had it."""
    columns = ("quarter", "trust_code", "trust_name")
    frames = frames_of(store, Where(quarter))
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
