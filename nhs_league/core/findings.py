"""All that a report tells of one trust."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from nhs_league.core.answers import Answer


@dataclass(frozen=True)
class Findings:
    """What a report of a trust rests on.

    Attributes:
        trust_code: the trust.
        profile: the answer of ``show``.
        explanation: the answer of ``explain``.
        places: its places, quarter by quarter.
        trends: its metrics, quarter by quarter.
        strips: its values among its peers' (columns ``core.spread.STRIPS``).
        domains: its domains among its peers' (columns ``core.spread.DOMAIN_SPREAD``).
        said: how the trust was found, where that is to be said.

    """

    trust_code: str
    profile: Answer
    explanation: Answer
    places: Answer
    trends: Answer
    strips: pl.DataFrame
    domains: pl.DataFrame
    said: tuple[str, ...] = ()
