"""Stories against the oracle: each figure in the raw rows, each rule worked out again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from statistics import median

import pytest

from tests.oracle import questions, stories
from tests.oracle.files import Trust
from tests.oracle.spreads import figures, value
from tests.oracle.stories import Row
from tests.oracle.world import World

KINDS = {
    "hidden weak spot", "lasting weak spot", "held down by the override", "clear change",
    "standard missed", "services apart", "regions apart", "revised place",
}  # fmt: skip


def each_table(world: World, *, share: int) -> Iterator[tuple[str, str, list[Row]]]:
    """Yield quarter, trust type and stories; the newest tables first."""
    tables = world.tables()[::-1]
    for quarter, trust_type in world.share(tables, share):
        reply = world.ask(
            "stories", "--quarter", quarter, "--type", trust_type, "--json", "--quiet"
        )
        assert reply.returncode == 0, reply.stderr
        yield quarter, trust_type, json.loads(reply.stdout)["rows"]


def test_each_number_and_each_row_of_a_story_is_published(world: World) -> None:
    count = 0
    for quarter, trust_type, listed in each_table(world, share=4):
        for story in listed:
            assert story["kind"] in KINDS
            missing = [n for n in stories.numbers(story) if n not in stories.known(story)]
            assert not missing, (story["in_words"], story["certainty"], missing)
            for row in story["rows"]:
                _check_row(world, row, story)
            _check_rule(world, story, quarter, trust_type)
            count += 1
        _check_variety(listed)
    assert count > 10


def _check_row(world: World, row: Row, story: Row) -> None:
    quarter = row["quarter"]
    trust = world.releases[quarter].get(row["trust_code"]) if quarter else None
    if row["what"] == "league place":
        assert trust is not None
        place = questions.standing(trust, quarter)
        assert row["rank"] == place.rank
        assert row["segment"] in (None, place.segment)
        assert row["score"] in (None, place.average)
        assert row["of"] == len(world.trusts(quarter, trust.trust_type))
        if row["rank_from"] is not None and story["quarter_from"]:
            before = questions.standing(
                world.releases[story["quarter_from"]][trust.code], story["quarter_from"]
            )
            assert (row["rank_from"], row["segment_from"]) == (before.rank, before.segment)
    elif row["what"] == "metric" and row["metric_id"] is not None:
        assert trust is not None
        metric = trust.metrics[row["metric_id"]]
        assert row["value"] == metric.value
        assert row["score"] in (None, metric.score)
        assert row["median"] in (None, metric.median)
        if metric.rank is not None and row["rank"] is not None:
            ranked = world.releases[quarter].values()
            having = [
                t.metrics.get(row["metric_id"]) for t in ranked if t.trust_type == trust.trust_type
            ]
            assert row["rank"] == metric.rank
            assert row["of"] == sum(m is not None and m.rank is not None for m in having)
        if story["quarter_from"] and row["value_from"] is not None:
            earlier = world.releases[story["quarter_from"]][trust.code].metrics[row["metric_id"]]
            assert row["value_from"] == earlier.value
    elif row["what"] == "domain":
        assert trust is not None
        assert (row["score"], row["rank"]) == trust.domains[row["domain"]]


def _check_rule(world: World, story: Row, quarter: str, trust_type: str) -> None:
    rows = {row["what"]: row for row in story["rows"]}
    releases = world.releases
    if story["kind"] in ("hidden weak spot", "lasting weak spot"):
        trust = releases[quarter][story["trust_code"]]
        metric, place = rows["metric"], rows["league place"]
        assert questions.standing(trust, quarter).unadjusted in (1, 2)
        assert place["segment"] in (1, 2)
        assert metric["score"] is None or metric["score"] >= 3.5
        count = rows["quarters severely weak"]["count"]
        assert (count > 1) == (story["kind"] == "lasting weak spot")
        odds = stories.so_low(
            metric["rank"], metric["of"], rows["metrics looked at"]["count"], count
        )
        assert odds < 0.25
        assert story["computed_p"] == pytest.approx(odds * place["rank"] / place["of"])
    elif story["kind"] == "held down by the override":
        segment, rank = questions.capped(releases, quarter, trust_type)[story["trust_code"]]
        alone = rows["league place without the override (computed)"]
        assert (alone["segment"], alone["rank"]) == (segment, rank)
        assert story["computed_p"] == pytest.approx(rank / alone["of"])
        assert rank <= alone["of"] / 4
    elif story["kind"] == "standard missed":
        counts = rows["trusts that meet the standard"]["count"], rows["trusts measured"]["count"]
        assert counts == stories.meeting(releases, quarter, trust_type, story["metric_id"])
        assert counts[0] <= counts[1] / 10
        assert story["computed_p"] == pytest.approx((counts[0] + 1) / (counts[1] + 1))
    elif story["kind"] == "services apart":
        best, worst, odds = stories.domains_apart(
            releases[quarter][story["trust_code"]], quarter
        ) or ("", "", 1)
        assert [row["domain"] for row in story["rows"] if row["domain"]] == [best, worst]
        assert story["computed_p"] == pytest.approx(odds)
        assert odds * len(world.trusts(quarter, trust_type)) < 1
    elif story["kind"] == "regions apart":
        _check_regions(world, story, quarter, trust_type)
    elif story["kind"] == "clear change":
        assert story["quarter_from"][3:] == quarter[3:]
        assert not story["certainty"].startswith("Clear") or story["computed_p"] < 0.05
    elif story["kind"] == "revised place":
        changed = {
            (r.code, r.before)
            for r in world.archive.revisions
            if r.quarter == quarter
            and r.column == "Rank"
            and r.row in ("OF5000", "OF5200", "league table")
        }
        place = rows["league place"]
        assert (story["trust_code"], float(place["rank_from"])) in changed


def _check_regions(world: World, story: Row, quarter: str, trust_type: str) -> None:
    by_region = stories.region_figures(world.releases, quarter, trust_type, story["metric_id"])
    shown = [row for row in story["rows"] if row["region"]]
    for row in shown:
        assert row["median"] == pytest.approx(median(by_region[row["region"]]))
        assert row["count"] == len(by_region[row["region"]])
    assert len(shown) == sum(len(values) >= 5 for values in by_region.values())
    measures = next(row["count"] for row in story["rows"] if row["what"] == "measures looked at")
    odds = stories.regions_apart(by_region) * measures
    assert story["computed_p"] == pytest.approx(odds, rel=1e-4, abs=1e-12)
    assert odds < 0.05


def _check_variety(listed: list[Row]) -> None:
    """At most ten, three of a kind, two of a trust, the least likely first."""
    assert len(listed) <= 10
    assert max(Counter(s["kind"] for s in listed).values(), default=0) <= 3
    assert max(Counter(s["trust_code"] for s in listed if s["trust_code"]).values(), default=0) <= 2
    odds = [story["computed_p"] for story in listed]
    assert odds == sorted(odds)


def test_the_command_of_a_story_shows_its_trust(world: World) -> None:
    quarter, trust_type, listed = next(each_table(world, share=100))
    for story in listed[:: 1 if world.is_whole else 3]:
        _, *words = story["command"].split()
        reply = world.ask(*words, "--csv", "--quiet")
        assert reply.returncode == 0, (story["command"], reply.stderr)
        if story["kind"] == "hidden weak spot":
            assert reply.rows()[0]["trust_code"] in _worst(world, quarter, trust_type, story)


def _worst(world: World, quarter: str, trust_type: str, story: Row) -> set[str]:
    having: list[tuple[Trust, float]] = [
        (trust, value(metric))
        for trust, metric in figures(world.releases, quarter, trust_type, story["metric_id"])
    ]
    return {trust.code for trust, _ in having} if having else set()
