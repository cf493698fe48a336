"""What is new for trusts against the oracle: places, weak spots new and gone, of every trust."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from nhs_league import League, open_league
from nhs_league.core.answers import Seen
from tests.oracle import questions
from tests.oracle.files import Releases, Trust
from tests.oracle.world import TYPES, real_archive, sample_archive


@pytest.fixture(scope="module", params=["sample", "real"])
def league(request: pytest.FixtureRequest) -> tuple[League, Releases]:
    if request.param == "sample":
        cache: Path = request.getfixturevalue("sample_cache")
        return open_league(sample=True, data_dir=cache), sample_archive().releases
    shared: Path = request.getfixturevalue("shared")
    return open_league(data_dir=request.getfixturevalue("real_store")), real_archive(
        shared
    ).releases


@pytest.mark.parametrize("trust_type", TYPES[1:])
def test_what_a_new_quarter_brings(league: tuple[League, Releases], trust_type: str) -> None:
    ours, releases = league
    *_, before, after = releases
    trusts = [t.code for t in releases[after].values() if t.trust_type == trust_type]
    codes = [code for code in trusts if code in releases[before]]
    frame = ours.watch(*codes, since={code: Seen(before) for code in codes}).frame
    for code in codes:
        was, now = releases[before][code], releases[after][code]
        old, new = questions.standing(was, before), questions.standing(now, after)
        rows = frame.filter(trust_code=code)
        segments = [(old.segment, new.segment)] if old.segment != new.segment else []
        assert rows.filter(kind="segment").select("segment_from", "segment").rows() == segments
        ranks = rows.filter(kind="rank").select("rank_from", "rank").rows()
        assert ranks == [(old.rank, new.rank)]
        weak_before, weak_now = (set(questions.weak_spots(trust)) for trust in (was, now))
        scored = _scored(was, now)
        assert (
            _metrics(rows.filter(kind="new weak spot")) & scored
            == (weak_now - weak_before) & scored
        )
        assert (
            _metrics(rows.filter(kind="weak spot gone")) & scored
            == (weak_before - weak_now) & scored
        )
    assert codes


def _metrics(rows: pl.DataFrame) -> set[str]:
    return set(rows["metric_id"])


def _scored(was: Trust, now: Trust) -> set[str]:
    """Return the metrics scored now that were not measured without a score before."""
    return {
        metric_id
        for metric_id, metric in now.metrics.items()
        if metric.score is not None
        and (metric_id not in was.metrics or was.metrics[metric_id].score is not None)
    }
