"""Commands to paste, made from a trust's own figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from nhs_league.errors import UsageError
from nhs_league.usage import nothing_changes, quoted

if TYPE_CHECKING:
    from nhs_league.core.answers import TrustProfile
    from nhs_league.league import League

_WORST_TO_REACH = 3
"""The worst segment that ``whatif --to-segment`` finds a way to."""


def nothing_to_test(league: League, trust: str, quarter: str) -> UsageError:
    """Return the error for a ``whatif`` that changes nothing, with examples to paste.

    They are of the trust's own weak spots, where its figures are stored.

    Raises:
        NotFoundError: no such trust or quarter, or several.

    """
    if not league.store.quarters:
        return nothing_changes(*_examples(trust, ["--set sickness=median", "--to-segment 2"]))
    profile = league.show(trust, quarter=quarter)
    return nothing_changes(*_examples(trust, _changes(profile)))


def _examples(trust: str, changes: list[str]) -> list[str]:
    return [f"nhsleague whatif {quoted(trust)} {change}" for change in changes]


def _changes(profile: TrustProfile) -> list[str]:
    """Return options that would change something: the worst weak spots, the deficit, the score."""
    weak = profile.frame.filter(
        pl.col("weak_spot").is_not_null()
        & pl.col("score").is_not_null()
        & ((pl.col("value") < pl.col("median")) == pl.col("higher_is_better"))
        & (pl.col("value") != pl.col("median"))
    )
    targets = zip(weak["short_name"].head(2), ("median", "q1"), strict=False)
    changes = [f"--set {quoted(f'{name}={target}')}" for name, target in targets]
    standing = profile.standing.row(0, named=True)
    if standing["in_deficit"]:
        changes.append("--no-deficit")
    if (segment := standing["segment"] or 0) > 1:
        changes.append(f"--to-segment {min(segment - 1, _WORST_TO_REACH)}")
    return changes or ["--set sickness=best"]
