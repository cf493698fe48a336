"""All that is kept of one quarter."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from nhs_league.core.frames import DOMAINS, OBSERVATIONS, SET_ASIDE, STANDINGS, VERSIONS

PARTS = pl.Schema([*STANDINGS.items(), ("kind", pl.String())])
"""Standings as single files tell them: schema STANDINGS and ``kind``, the kind of that file."""


@dataclass(frozen=True)
class QuarterFrames:
    """All that is kept of one quarter.

    Attributes:
        parts: schema PARTS, the newest row of each trust and kind of file.
        standings: schema STANDINGS, put together from the parts.
        observations: schema OBSERVATIONS.
        domains: schema DOMAINS.
        versions: schema VERSIONS.
        set_aside: schema SET_ASIDE.

    """

    parts: pl.DataFrame
    standings: pl.DataFrame
    observations: pl.DataFrame
    domains: pl.DataFrame
    versions: pl.DataFrame
    set_aside: pl.DataFrame


def nothing() -> QuarterFrames:
    """Give the frames of a quarter of which nothing is kept."""
    schemas = (PARTS, STANDINGS, OBSERVATIONS, DOMAINS, VERSIONS, SET_ASIDE)
    return QuarterFrames(*(pl.DataFrame(schema=schema) for schema in schemas))
