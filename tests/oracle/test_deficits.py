"""What the financial override does, against the oracle."""

from __future__ import annotations

from tests.oracle import questions
from tests.oracle.world import World, number


def test_trusts_that_a_deficit_holds_in_segment_3(world: World) -> None:
    compared = 0
    for quarter, trust_type in world.tables():
        question = ("capped", "--type", trust_type, "--quarter", quarter)
        rows = world.ask(*question, "--csv").rows()
        ours = {
            row["trust_code"]: (
                number(row["computed_unadjusted_segment"]),
                number(row["computed_rank_without"]),
            )
            for row in rows
        }
        assert ours == questions.capped(world.releases, quarter, trust_type), question
        ranks = [int(row["rank"]) for row in rows]
        assert ranks == sorted(ranks), question
        compared += len(rows)
    assert compared > 30


def test_what_if_a_trust_had_no_deficit(world: World) -> None:
    held = [
        (quarter, code)
        for quarter, trust_type in world.tables()
        for code in questions.capped(world.releases, quarter, trust_type)
    ]
    others = [
        (quarter, code)
        for quarter, trusts in world.releases.items()
        for code in trusts
        if (quarter, code) not in held
    ]
    for quarter, code in world.share(held, 60, 7, long=6) + world.share(others, 400, long=70):
        rows = world.ask("whatif", code, "--no-deficit", "--quarter", quarter, "--csv").rows()
        ours = {row["what"]: (number(row["before"]), number(row["computed_after"])) for row in rows}
        place = questions.standing(world.releases[quarter][code], quarter)
        segment = place.segment if place.segment == 5 else place.unadjusted
        assert ours == {
            "average score": (place.average, place.average),
            "segment by score": (place.unadjusted, place.unadjusted),
            "segment": (place.segment, segment),
            "league rank": (
                place.rank,
                questions.place_without_override(world.releases, quarter, code),
            ),
        }, (quarter, code)
