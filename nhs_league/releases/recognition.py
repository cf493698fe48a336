"""A trust type under a new name: recognised by its trusts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from nhs_league.core import trust_types
from nhs_league.releases.parse import ParsedFile

_MOST = 0.5
_FRAMES = ("standings", "observations", "domains", "set_aside")


def recognised(file: ParsedFile, stored: Iterable[pl.DataFrame]) -> dict[str, str]:
    """Recognise the types that a file has under new names by where their trusts are stored.

    A type that this version has no words for may be a known one under a new name; taken for a new
    one, it would leave the known type's newest quarter without its trusts.

    Args:
        file: a parsed file.
        stored: columns trust_code and trust_type, of the stored quarters, the newest first; none
            is read where the file's types are all known.

    Returns:
        A new type -> the type that most of its trusts are stored under.

    """
    strange = [t for t in file.trust_types if not trust_types.is_known(t)]
    if not strange:
        return {}
    seen = pl.concat([pl.DataFrame(schema=["trust_code", "trust_type"]).cast(pl.String), *stored])
    stored_types = seen.unique("trust_code", keep="first", maintain_order=True)
    types: dict[str, str] = {}
    for trust_type in strange:
        codes = file.standings.filter(trust_type=trust_type).select("trust_code").unique()
        known = codes.join(stored_types, on="trust_code")
        counts = known.group_by("trust_type").len().sort("len", descending=True)
        if counts.height and counts["len"][0] > codes.height * _MOST:
            types[trust_type] = counts["trust_type"][0]
    return types


def with_types(file: ParsedFile, recognised: Mapping[str, str]) -> ParsedFile:
    """Put a file's trusts under the types that were recognised, with a notice for each."""
    if not recognised:
        return file
    frames = {
        name: getattr(file, name).with_columns(pl.col("trust_type").replace(recognised))
        for name in _FRAMES
    }
    notices = tuple(
        f"“{new}” is taken as {trust_types.in_words(known)}: most of its trusts are stored as such"
        for new, known in recognised.items()
    )
    types = {recognised.get(t, t) for t in file.trust_types}
    return replace(
        file,
        trust_types=tuple(trust_types.in_order(types)),
        notices=(*file.notices, *notices),
        **frames,
    )
