"""The trust that a question is about, and the frames that it is in."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from nhs_league.core import trusts
from nhs_league.core.frames import Frames
from nhs_league.core.method.segments import Cut, cuts, has_fixed_cuts
from nhs_league.core.quarters import Quarter
from nhs_league.errors import NotFoundError
from nhs_league.questions.scope import Where, frames_of, is_latest
from nhs_league.releases.store import Store, read_quarters


@dataclass(frozen=True)
class OneTrust:
    """A trust that was asked for, the frames of its type and quarter, and the national cuts.

    Attributes:
        code: the trust's code.
        trust_type: its type.
        quarter: the quarter.
        frames: the frames of its type in that quarter.
        national: the frames of all types in that quarter.
        cuts: the cuts between segments in that quarter.
        said: how the trust and the quarter were chosen.

    """

    code: str
    trust_type: str
    quarter: Quarter
    frames: Frames
    national: Frames
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
    its = Quarter.parse(its_quarter)
    national = read_quarters(store, [its])
    return OneTrust(
        found.code,
        trust_type,
        its,
        national.of_type(trust_type),
        national,
        national_cuts(store, its),
        (*filter(None, (found.said,)), *_old(store, its_quarter, quarter)),
    )


def national_cuts(store: Store, quarter: Quarter) -> tuple[Cut, ...]:
    """Find the cuts of a quarter from all trusts stored, of the whole year where they are fixed."""
    alike = [
        each
        for each in store.quarters
        if each == quarter or (has_fixed_cuts(quarter.label) and each.year == quarter.year)
    ]
    return cuts(read_quarters(store, alike).standings.collect())


def find_trust(store: Store, asked: str, quarter: str) -> tuple[Frames, trusts.Found]:
    """Find a trust and the frames that it is in: the newest, else the last that had it."""
    columns = ("quarter", "trust_code", "trust_name")
    frames = frames_of(store, Where(quarter))
    try:
        return frames, trusts.find(asked, frames.standings.select(columns).collect())
    except NotFoundError:
        ever = read_quarters(store, store.quarters).standings.select(columns).collect()
        now_stored = frames.standings.select("trust_code", "trust_type", "quarter").collect()
        found = trusts.find(asked, ever, trusts.stored_in_words(now_stored))
        now = (
            frames.standings.filter(pl.col("trust_code") == found.code)
            .select(pl.len())
            .collect()
            .item()
        )
        if now:
            return frames, found
        if not is_latest(quarter):
            raise NotFoundError(
                f"{found.name} ({found.code}) has no figures in {quarter}."
            ) from None
        last = ever.filter(pl.col("trust_code") == found.code)["quarter"][-1]
        return read_quarters(store, [Quarter.parse(last)]), found


def _old(store: Store, its_quarter: str, asked: str) -> tuple[str, ...]:
    """Say so where a trust's newest figures are not of the newest quarter."""
    newest = store.quarters[-1].label
    if not is_latest(asked) or its_quarter == newest:
        return ()
    return (
        f"This trust's newest figures are of {its_quarter}; the newest quarter kept is {newest}.",
    )
