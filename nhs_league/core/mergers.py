"""What became of trusts that are no longer listed: mergers.toml, and what the figures suggest."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import polars as pl


@dataclass(frozen=True)
class Merger:
    """A merger or dissolution.

    Attributes:
        codes: trust codes that are no longer used.
        into: the code that goes on; empty where none does.
        quarter: the first quarter without the old codes.
        source: who says so.
        announced: whether only the trusts themselves have said so.

    """

    codes: tuple[str, ...]
    into: str
    quarter: str
    source: str
    announced: bool = False


@cache
def mergers() -> tuple[Merger, ...]:
    """Read mergers.toml, which ships with the package."""
    read = tomllib.loads(files(__package__).joinpath("mergers.toml").read_text("utf-8"))
    return tuple(
        Merger(tuple(m["from"]), m["into"], m["quarter"], m["source"], m.get("announced", False))
        for m in read["merger"]
    )


def known(code: str) -> Merger | None:
    """Find what is known of a trust that is no longer listed."""
    return next((merger for merger in mergers() if code in merger.codes), None)


def departed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Keep the trusts of one quarter that the releases of another no longer list.

    A trust is missed only where the other quarter has its trust type, and all of it: of a type
    without a release, or with a part of one, nothing can be said.

    Args:
        before: schema STANDINGS of one quarter.
        after: schema STANDINGS of the other.

    Returns:
        The rows of ``before`` that are not in ``after`` and would be.

    """
    whole = after.filter(pl.col("of").is_not_null())["trust_type"].unique()
    return before.join(after, on="trust_code", how="anti").filter(
        pl.col("trust_type").is_in(whole.implode())
    )


def what_became(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, str]:
    """Say of each trust that is not listed any more what became of it.

    Args:
        before: schema STANDINGS of the earlier quarter.
        after: schema STANDINGS of the later quarter.

    Returns:
        Trust code -> a sentence: the merger where it is known, else the trusts of its region that
        are new or renamed and may have taken it over.

    """
    gone = departed(before, after)
    names = dict(before.select("trust_code", "trust_name").iter_rows())
    new_or_renamed = after.filter(
        ~pl.concat_str("trust_code", "trust_name").is_in(
            before.select(pl.concat_str("trust_code", "trust_name")).to_series().implode()
        )
    )
    now = dict(after.select("trust_code", "trust_name").iter_rows())
    told = {}
    for code, trust_type, region in gone.select("trust_code", "trust_type", "region").iter_rows():
        merger = known(code)
        if merger is not None and merger.into:
            into = now.get(merger.into) or names.get(merger.into) or merger.into
            verb = "announced to join" if merger.announced else "merged into"
            told[code] = f"{verb} {into} ({merger.into}); source: {merger.source}"
            continue
        if merger is not None:
            told[code] = f"dissolved; source: {merger.source}"
            continue
        near = new_or_renamed.filter(trust_type=trust_type, region=region)
        named = ", ".join(f"{n} ({c})" for c, n in near.select("trust_code", "trust_name").rows())
        told[code] = (
            f"no longer listed; new or renamed in its region, and perhaps its successor: {named}"
            if named
            else "no longer listed; why is not known"
        )
    return told
