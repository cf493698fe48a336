"""The real site; run with ``pytest -m network``. Expected figures: NHS England's own announcements."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league import League, open_league
from nhs_league.releases.catalogue import BASE_URL
from tests.conftest import Run

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def league(run: Run, tmp_path_factory: pytest.TempPathFactory) -> League:
    folder = tmp_path_factory.mktemp("real")
    run("fetch", data_dir=folder, env={"NHSLEAGUE_BASE_URL": BASE_URL})
    return open_league(data_dir=folder)


def test_the_first_league_table_of_acute_trusts_is_as_announced(league: League) -> None:
    table = league.table("acute", quarter="Q1 2025/26").frame
    assert table.height == 134
    assert table["trust_name"].str.to_lowercase()[0].startswith("moorfields eye hospital")
    assert table["average_score"][0] == 1.39
    assert table["trust_name"].str.to_lowercase()[1].startswith("royal national orthopaedic")
    assert "christie" in table["trust_name"].str.to_lowercase()[2]
    assert "king" in table["trust_name"].str.to_lowercase()[-1]
    assert table.filter(trust_code="RM3")["rank"].item() == 116


def test_the_second_quarter_is_as_announced(league: League) -> None:
    first, second = (
        league.frames().standings.filter(pl.col("quarter") == q).collect()
        for q in ("Q1 2025/26", "Q2 2025/26")
    )
    moved = first.join(second, on="trust_code", suffix="_then").filter(
        pl.col("segment") != pl.col("segment_then")
    )
    assert moved.height == 38
    applied = moved.filter(pl.col("override_then") & ~pl.col("override")).height
    removed = moved.filter(pl.col("override") & ~pl.col("override_then")).height
    assert (applied, removed) == (2, 4)
    assert second.filter(trust_code="RM3")["rank"].item() == 112


def test_the_fourth_quarter_of_rdy_is_as_published(league: League) -> None:
    (standing,) = (
        league.table("non-acute", quarter="Q4 2025/26").frame.filter(trust_code="RDY").to_dicts()
    )
    assert (standing["segment"], standing["rank"], standing["average_score"]) == (2, 24, 2.21)
    assert (standing["rank_low"], standing["rank_high"]) == (6, 49)
