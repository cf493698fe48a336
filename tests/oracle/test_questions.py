"""Every command's CSV against the oracle, for every metric, trust type and quarter."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.oracle import history, questions, spreads
from tests.oracle.world import TYPES, World, number

SHARE = 36
LONG = 6
"""One metric in so many is asked for by default, and in the long run."""


def test_the_league_table_of_each_quarter_and_type(world: World) -> None:
    compared = 0
    for quarter, trust_type in world.tables():
        rows = world.ask("table", trust_type, "--quarter", quarter, "--csv").rows()
        ours = {
            row["trust_code"]: (
                number(row["segment"]),
                number(row["rank"]),
                number(row["average_score"]),
                number(row["unadjusted_segment"]),
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
        metrics = world.metrics(quarter, trust_type)
        # By turns, so that of several quarters other metrics are asked for.
        for metric_id in world.share(metrics, SHARE, turn // len(TYPES), long=LONG):
            question = ("best", "--metric", metric_id, "--type", trust_type, "--quarter", quarter)
            rows = world.ask(*question, "--limit", "0", "--csv").rows()
            ours = {
                row["trust_code"]: (
                    number(row["value"]),
                    number(row["rank"]),
                    number(row["score"]),
                )
                for row in rows
            }
            expected = questions.ranked(world.releases, quarter, trust_type, metric_id)
            assert ours == expected, (quarter, trust_type, metric_id)
            _check_order(rows, quarter, metric_id)
            compared += len(rows)
    assert compared > 7_000 // (LONG if world.is_whole else SHARE)


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
    for code in world.share(sorted(world.releases[newest]), 101, 5, long=20):
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
    for quarter, trust_type in world.share(world.tables(), 5, long=2):
        reply = world.ask("hidden", "--type", trust_type, "--quarter", quarter, "--csv")
        ours = {
            (row["trust_code"], row["metric_id"])
            for row in reply.rows()
            if row["weak_spot_rule"] == "score"
        }
        assert ours == questions.hidden(world.releases, quarter, trust_type), (quarter, trust_type)
        for row in reply.rows():
            gap = gap_of(world, quarter, trust_type, row)
            assert number(row["computed_gap"]) == (gap and pytest.approx(gap, abs=1e-5)), row


def gap_of(world: World, quarter: str, trust_type: str, row: dict[str, str]) -> float | None:
    """Return how far the next better value is; None where no value is compared."""
    having = spreads.figures(world.releases, quarter, trust_type, row["metric_id"])
    of_trust = next((m for trust, m in having if trust.code == row["trust_code"]), None)
    if of_trust is None or row["higher_is_better"] == "":
        return None
    return spreads.distance_to_the_next_better(
        spreads.value(of_trust),
        [spreads.value(metric) for _, metric in having],
        higher=row["higher_is_better"] == "true",
    )


def test_the_segments_that_changed(world: World) -> None:
    tables = world.tables()
    pairs = [
        (before, after, trust_type)
        for before, after in pairwise(world.releases)
        for trust_type in TYPES
        if (before, trust_type) in tables and (after, trust_type) in tables
    ]
    compared = 0
    for before, after, trust_type in world.share(pairs, 5):
        question = ("changes", "--type", trust_type, "--from", before, "--to", after)
        rows = world.ask(*question, "--segment-only", "--csv").rows()
        ours = {
            row["trust_code"]: (number(row["segment_from"]), number(row["segment"])) for row in rows
        }
        expected = questions.changed_segments(world.releases, before, after, trust_type)
        unseen = {
            row["trust_code"]: row
            for row in world.ask(*question, "--csv").rows()
            if row["cause"] == "segment 5 not published"
        }
        assert ours == {code: pair for code, pair in expected.items() if code not in unseen}, (
            before, after, trust_type
        )  # fmt: skip
        if before[3:] == after[3:]:
            assert unseen.keys() == history.perhaps_still_in_segment_5(
                world.releases, before, after, trust_type
            )
        for row in unseen.values():
            assert row["certainty"] == "not comparable"
            assert (
                f"the files for {after} do not say which trusts are in segment 5" in row["in_words"]
            )
        compared += len(rows)
    assert compared > 0


def test_the_medians_of_regions(world: World) -> None:
    for quarter, trust_type in world.share(world.tables(), 2):
        question = ("compare", "--by", "region", "--type", trust_type, "--quarter", quarter)
        rows = world.ask(*question, "--csv").rows()
        ours = {row["group"]: float(row["computed_median"]) for row in rows}
        expected = questions.region_medians(world.releases, quarter, trust_type)
        assert ours == pytest.approx(expected), (quarter, trust_type)
