"""Every command's CSV against the oracle, for every metric, trust type and quarter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest

from nhs_league.sample import release_files
from tests.golden import raw
from tests.inprocess import Ask, asking
from tests.oracle import questions
from tests.oracle.files import Releases, read

TYPES = ("acute", "mental-health-community", "ambulance")
SHARE = 15
"""By default one in so many of the many alike questions is asked; the long run asks them all."""


Question = TypeVar("Question")


@dataclass(frozen=True)
class World:
    """A store that can be asked, and the same files as the oracle reads them."""

    ask: Ask
    releases: Releases
    is_whole: bool

    def tables(self) -> list[tuple[str, str]]:
        """Return each quarter with each trust type that it has."""
        return [
            (quarter, trust_type)
            for quarter in self.releases
            for trust_type in TYPES
            if any(t.trust_type == trust_type for t in self.releases[quarter].values())
        ]

    def share(self, every: list[Question], turn: int = 0) -> list[Question]:
        """Return the questions to ask: all of them, or by turns some."""
        return every if self.is_whole else every[turn % SHARE :: SHARE]


@cache
def sample_releases() -> Releases:
    """Return the sample as the oracle reads it."""
    return read(file.data for file in release_files())


@cache
def real_releases(folder: Path) -> Releases:
    """Return the real files as the oracle reads them."""
    return read((folder / name).read_bytes() for name in raw.ROWS)


@pytest.fixture(
    scope="module",
    params=[
        "part of sample",
        "part of real",
        pytest.param("sample", marks=pytest.mark.long),
        pytest.param("real", marks=pytest.mark.long),
    ],
)
def world(request: pytest.FixtureRequest) -> World:
    is_whole = not request.param.startswith("part")
    if request.param.endswith("sample"):
        cache_folder: Path = request.getfixturevalue("sample_cache")
        request.getfixturevalue("sample")("table")
        return World(asking(cache_folder, sample=True), sample_releases(), is_whole)
    shared: Path = request.getfixturevalue("shared")
    store: Path = request.getfixturevalue("real_store")
    return World(asking(store), real_releases(shared), is_whole)


def _number(text: str) -> float | None:
    return float(text) if text else None


def test_the_league_table_of_each_quarter_and_type(world: World) -> None:
    compared = 0
    for quarter, trust_type in world.tables():
        rows = world.ask("table", trust_type, "--quarter", quarter, "--csv").rows()
        ours = {
            row["trust_code"]: (
                _number(row["segment"]),
                _number(row["rank"]),
                _number(row["average_score"]),
                _number(row["unadjusted_segment"]),
            )
            for row in rows
        }
        places = questions.table(world.releases, quarter, trust_type)
        assert ours == {p.code: (p.segment, p.rank, p.average, p.unadjusted) for p in places}
        ranks = [int(row["rank"]) for row in rows if row["rank"]]
        assert ranks == sorted(ranks)
        compared += len(rows)
    assert compared == sum(len(trusts) for trusts in world.releases.values())


def test_the_ranking_by_each_metric_of_each_quarter_and_type(world: World) -> None:
    compared = 0
    for turn, (quarter, trust_type) in enumerate(world.tables()):
        metrics = {
            metric_id
            for trust in world.releases[quarter].values()
            if trust.trust_type == trust_type
            for metric_id in trust.metrics
        }
        # By turns, so that of several quarters other metrics are asked for.
        for metric_id in world.share(sorted(metrics), turn // len(TYPES)):
            question = ("best", "--metric", metric_id, "--type", trust_type, "--quarter", quarter)
            rows = world.ask(*question, "--limit", "0", "--csv").rows()
            ours = {
                row["trust_code"]: (
                    _number(row["value"]),
                    _number(row["rank"]),
                    _number(row["score"]),
                )
                for row in rows
            }
            expected = questions.ranked(world.releases, quarter, trust_type, metric_id)
            assert ours == expected, (quarter, trust_type, metric_id)
            _check_order(rows, quarter, metric_id)
            compared += len(rows)
    assert compared > (7_000 if world.is_whole else 7_000 // SHARE)


def _check_order(rows: list[dict[str, str]], quarter: str, metric_id: str) -> None:
    """Best first by published rank; computed ranks are those of the values."""
    ranks = [int(row["rank"]) for row in rows if row["rank"]]
    if len(ranks) == len(rows):
        assert ranks == sorted(ranks), (quarter, metric_id)
        return
    directions = {row["higher_is_better"] for row in rows} - {""}
    values = {row["trust_code"]: float(row["value"]) for row in rows if row["value"]}
    units = {row["unit"] for row in rows}
    if ranks or len(directions) != 1 or len(units) != 1 or len(values) != len(rows):
        return
    places = questions.places_by_value(values, higher_is_better=directions == {"true"})
    assert {row["trust_code"]: int(row["computed_rank"]) for row in rows} == places


def test_the_weak_spots_of_each_trust(world: World) -> None:
    newest = list(world.releases)[-1]
    for code in world.share(sorted(world.releases[newest])):
        trust = world.releases[newest][code]
        rows = world.ask("show", code, "--quarter", newest, "--csv").rows()
        ours = {
            row["metric_id"]: row["weak_spot"]
            for row in rows
            if row["weak_spot"] and row["weak_spot_rule"] == "score"
        }
        assert ours == questions.weak_spots(trust), code
        assert {row["metric_id"] for row in rows} == set(trust.metrics), code


def test_what_good_places_hide(world: World) -> None:
    for quarter, trust_type in world.tables():
        reply = world.ask("hidden", "--type", trust_type, "--quarter", quarter, "--csv")
        ours = {
            (row["trust_code"], row["metric_id"])
            for row in reply.rows()
            if row["weak_spot_rule"] == "score"
        }
        assert ours == questions.hidden(world.releases, quarter, trust_type), (quarter, trust_type)


def test_the_segments_that_changed(world: World) -> None:
    tables = world.tables()
    quarters = list(world.releases)
    compared = 0
    for before, after in pairwise(quarters):
        for trust_type in TYPES:
            if (before, trust_type) not in tables or (after, trust_type) not in tables:
                continue
            question = ("changes", "--type", trust_type, "--from", before, "--to", after)
            rows = world.ask(*question, "--segment-only", "--csv").rows()
            ours = {
                row["trust_code"]: (_number(row["segment_from"]), _number(row["segment"]))
                for row in rows
            }
            expected = questions.changed_segments(world.releases, before, after, trust_type)
            assert ours == expected, (before, after, trust_type)
            compared += len(rows)
    assert compared > 0


def test_the_medians_of_regions(world: World) -> None:
    for quarter, trust_type in world.tables():
        question = ("compare", "--by", "region", "--type", trust_type, "--quarter", quarter)
        rows = world.ask(*question, "--csv").rows()
        ours = {row["group"]: float(row["computed_median"]) for row in rows}
        expected = questions.region_medians(world.releases, quarter, trust_type)
        assert ours == pytest.approx(expected), (quarter, trust_type)
