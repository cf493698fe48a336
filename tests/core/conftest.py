"""The fictional sample, asked in process."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from nhs_league import League, open_league


@pytest.fixture(scope="session")
def league(sample_cache: Path) -> League:
    return open_league(sample=True, data_dir=sample_cache)


@pytest.fixture(scope="session")
def standings(league: League) -> pl.DataFrame:
    return league.frames().standings.sort("quarter", "trust_code").collect()
