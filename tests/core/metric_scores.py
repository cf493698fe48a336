"""Metric scores as the redraws take them: fictional ones, and those of the real files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import polars as pl

from nhs_league.core.uncertainty.redraws import scored
from tests.core.real_frames import frames_of

SCHEMA = {
    "trust_code": pl.String,
    "metric_id": pl.String,
    "domain": pl.String,
    "score": pl.Float64,
    "weight": pl.Float64,
}


def fictional(
    scores: Mapping[str, Sequence[float | None]], weights: Sequence[float] = ()
) -> pl.DataFrame:
    """Fictional trusts, each with a score (or None) for the first, second, third … metric."""
    rows = [
        (code, f"OF{n:04d}", f"domain {n % 3}", score, weights[n] if weights else 1.0)
        for code, of_trust in scores.items()
        for n, score in enumerate(of_trust)
        if score is not None
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def random_scores(
    rng: Random, trusts: int, metrics: int, better: float = 0.0, lacking: float = 0.0
) -> pl.DataFrame:
    """Fictional trusts whose scores are chance; every second one truly better by ``better``.

    Args:
        rng: the chance.
        trusts: how many.
        metrics: how many scores each has, even between 1 and 4 before the improvement.
        better: how much lower (better) the true average of the first, third … is.
        lacking: the share of scores that are not there.

    """
    return fictional(
        {
            f"Z{trust:02d}": [
                None
                if rng.random() < lacking
                else round(2 + 3 * rng.random() - better * (trust % 2 == 0), 2)
                for _ in range(metrics)
            ]
            for trust in range(trusts)
        }
    )


def real(folder: Path, names: Sequence[str], quarter: str, trust_type: str) -> pl.DataFrame:
    """The scores of one quarter and trust type of real files."""
    observations = frames_of(folder, names).observations
    return scored(
        observations.filter(pl.col("quarter") == quarter, pl.col("trust_type") == trust_type)
    )
