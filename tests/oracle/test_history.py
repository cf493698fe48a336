"""Trends and revisions against the oracle."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.oracle import history
from tests.oracle.world import World, number


def _codes(world: World) -> list[str]:
    return sorted({code for trusts in world.releases.values() for code in trusts})


def test_the_places_of_trusts_over_time(world: World) -> None:
    codes = world.share(_codes(world), 20, 3, long=2)
    rows = world.ask("trend", *codes, "--csv").rows()
    ours = {
        (row["trust_code"], row["quarter"]): (
            number(row["segment"]),
            number(row["rank"]),
            number(row["average_score"]),
        )
        for row in rows
    }
    assert len(ours) == len(rows)
    assert ours == {
        (code, quarter): (place.segment, place.rank, place.average)
        for code in codes
        for quarter, place in history.places(world.releases, code).items()
    }


def test_all_metrics_of_a_trust_over_time(world: World) -> None:
    for code in world.share(_codes(world), 70, 11, long=20):
        rows = world.ask("trend", code, "--all", "--csv").rows()
        _check(world, rows, [code], _metrics(world, code))


def test_a_metric_of_two_trusts_over_time(world: World) -> None:
    every = _codes(world)
    for turn, code in enumerate(world.share(every, 80, 7, long=20)):
        metric_id = _metrics(world, code)[turn % len(_metrics(world, code))]
        same_metric = [other for other in every if metric_id in _metrics(world, other)]
        codes = [code, same_metric[turn - 1]]
        rows = world.ask("trend", *codes, "--metric", metric_id, "--csv").rows()
        _check(world, rows, codes, [metric_id])


def _metrics(world: World, code: str) -> list[str]:
    having = [trusts[code] for trusts in world.releases.values() if code in trusts]
    return sorted({metric_id for trust in having for metric_id in trust.metrics})


def _check(world: World, rows: list[dict[str, str]], codes: list[str], metrics: list[str]) -> None:
    ours = {
        (row["trust_code"], row["metric_id"], row["quarter"]): (
            row["period"],
            number(row["value"] or row["score"]),
            number(row["median"]),
            number(row["computed_median"]),
            number(row["rank"]),
            number(row["score"]),
            row["news"],
        )
        for row in rows
    }
    assert len(ours) == len(rows)
    expected = {
        (code, metric_id, quarter): (
            point.period,
            point.figure,
            point.median,
            # The command rounds what it computes to six places.
            None if point.computed_median is None else pytest.approx(point.computed_median),
            point.rank,
            point.score,
            point.news,
        )
        for code in set(codes)
        for metric_id in metrics
        for quarter, point in history.metric_history(world.releases, code, metric_id).items()
    }
    assert ours == expected, codes


def test_figures_that_a_later_file_changed(world: World) -> None:
    assert Counter(_revisions(world)) == Counter(history.revisions(world.archive))


def _revisions(world: World) -> list[history.Changed]:
    return [
        (
            row["quarter"],
            row["trust_code"],
            row["name"],
            row["figure"],
            number(row["published_before"]),
            number(row["published"]),
        )
        for row in world.ask("revisions", "--csv").rows()
    ]
