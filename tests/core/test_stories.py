"""The rule by which stories are chosen, and what never becomes one."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from pathlib import Path
from statistics import NormalDist

import polars as pl
import pytest

from nhs_league import League, open_league
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames, shaped
from nhs_league.core.method.standings import segment_boundaries
from nhs_league.core.sentences import ordinal
from nhs_league.core.stories import choose, leads, stories
from nhs_league.core.stories.groups import (
    held_down,
    missed_standards,
    regions_differ,
    services_apart,
)
from nhs_league.core.stories.leads import LEADS, Material, clear_changes, weak_spots
from nhs_league.core.uncertainty.chance import domains_apart, regions_apart
from nhs_league.core.uncertainty.redraws import scored
from tests.conftest import Run

Q3, Q4, Q1 = "Q3 2025/26", "Q4 2025/26", "Q1 2026/27"


@pytest.fixture(scope="module")
def league(sample_cache: Path) -> League:
    return open_league(sample=True, data_dir=sample_cache)


def material(league: League, quarter: str, before: str = "") -> Material:
    """Return a quarter's acute trusts; the sample's cancer waits of ZB6 are the worst of all."""
    frames = league.frames().of_quarter(quarter)
    return Material(
        "acute",
        quarter,
        is_newest=True,
        frames=frames,
        boundaries=segment_boundaries(frames.standings.collect()),
        before=league.frames().of_quarter(before) if before else None,
    )


def with_changed(frames: Frames, table: str, **columns: pl.Expr) -> Frames:
    changed = getattr(frames, table).with_columns(**columns)
    return replace(frames, **{table: changed})


def spots(of_quarter: pl.DataFrame) -> list[tuple[str, str]]:
    is_spot = pl.col("kind") == "hidden weak spot"
    return of_quarter.filter(is_spot).select("trust_code", "metric_id").rows()


def test_a_doubtful_figure_is_no_story(league: League) -> None:
    one = material(league, Q3)
    assert ("ZB6", "OF0011") in spots(leads(one))
    is_it = (pl.col("trust_code") == "ZB6") & (pl.col("metric_id") == "OF0011")
    doubt = pl.when(is_it).then(pl.lit("its rank does not fit")).otherwise("doubt")
    doubted = with_changed(one.frames, "observations", doubt=doubt)
    assert ("ZB6", "OF0011") not in spots(leads(replace(one, frames=doubted)))
    doubt = pl.when(pl.col("trust_code") == "ZB6").then(pl.lit("another rank")).otherwise("doubt")
    others = leads(replace(one, frames=with_changed(one.frames, "standings", doubt=doubt)))
    assert "ZB6" not in others["trust_code"].to_list()


def test_a_part_of_a_type_has_no_stories(league: League) -> None:
    one = material(league, Q3)
    part = with_changed(one.frames, "standings", of=pl.lit(None, pl.Int32))
    assert leads(replace(one, frames=part)).is_empty()


def test_changes_are_those_that_are_clear_in_one_framework_year(league: League) -> None:
    assert "clear change" not in leads(material(league, Q4))["kind"].to_list()
    changes = leads(material(league, Q4, before=Q3)).filter(pl.col("kind") == "clear change")
    clear = league.changes(Q3, Q4).frame.filter(pl.col("certainty") == "clear")
    assert changes.height > 2
    assert set(changes["trust_code"]) <= set(clear["trust_code"])
    # Each percentage has its sign: the value, and what it was.
    moves = (
        changes["in_words"].str.extract_groups(r"\((\S+), was (\S+)\)").struct.unnest().drop_nulls()
    )
    assert moves.height > 1
    assert moves.select(pl.all().str.ends_with("%").all()).row(0) == (True, True)
    newest = league.stories()
    assert "clear change" not in newest.frame["kind"].to_list()
    assert any("No changes of acute trusts" in note for note in newest.notes)


def test_a_change_is_a_lead_where_chance_would_give_less_than_one_trust_as_much(
    league: League,
) -> None:
    """In 2% of redraws the other way: 2 x 0.02 x 25 trusts is one trust, 2 x 0.0195 x 25 less."""
    both = material(league, Q4, before=Q3)
    codes = both.of_type().standings.collect()["trust_code"].sort()[:25].to_list()
    redrawn = pl.DataFrame({"trust_code": codes}).with_columns(
        computed_shift=pl.lit(0.5),
        computed_shift_low=pl.lit(0.1),
        computed_shift_high=pl.lit(0.9),
        computed_p_better=pl.Series([0.02, 0.0195] * 13)[:25],
        computed_distinguishable=pl.lit(value=True),
    )
    before, now = (
        replace(
            each,
            standings=each.standings.filter(pl.col("trust_code").is_in(codes)),
            observations=each.observations.filter(pl.col("metric_id") == "OF0011"),
        )
        for each in (both.before or both.frames, both.frames)
    )
    kept = replace(both, before=before, frames=now, keep=lambda *_: redrawn)
    by_chance = pl.col("certainty").str.starts_with("Clear")
    found = clear_changes(kept).filter(by_chance)["trust_code"].to_list()
    assert len(found) > 2
    assert set(found) <= set(codes[1::2])


def test_a_trust_that_may_still_be_in_segment_5_makes_a_story_by_its_score_alone(
    league: League,
) -> None:
    """From Q3 on the files do not say who is in segment 5; ZH5 was, and its score is clearly better."""
    (lead,) = clear_changes(material(league, Q3, before="Q2 2025/26")).filter(
        trust_code="ZH5"
    ).to_dicts()  # fmt: skip
    assert "segment" not in lead["in_words"]
    assert lead["certainty"].startswith("Clear: its average score improved in ")


def test_a_standard_that_hardly_any_trust_meets_is_told_with_their_number(league: League) -> None:
    numbers = []
    for lead in missed_standards(material(league, Q3)).iter_rows(named=True):
        counts = {row["what"]: row["count"] for row in lead["rows"] if row["count"] is not None}
        measured, met = counts["trusts measured"], counts["trusts that meet the standard"]
        beginning = f"Only {met} of {measured} acute trusts meet{'s' if met == 1 else ''} the"
        none = f"None of the {measured} acute trusts measured meets the"
        assert lead["in_words"].startswith(beginning if met else none)
        assert 10 * met <= measured
        numbers.append(met)
    assert {0, 1} < set(numbers)


@pytest.mark.parametrize(
    ("measured", "met", "is_lead"),
    [(10, 1, True), (10, 2, False), (9, 0, False), (30, 3, True), (29, 3, False)],
)
def test_a_standard_is_missed_where_at_most_a_tenth_of_ten_trusts_or_more_meet_it(
    league: League, measured: int, met: int, is_lead: bool
) -> None:
    """The standard for cancer waits is 85 %: whoever has just that meets it."""
    one = material(league, Q3)
    is_it = pl.col("metric_id") == "OF0011"
    place = is_it.cum_sum()
    few = replace(
        one.frames,
        observations=one.frames.observations.filter(
            is_it, pl.col("doubt").is_null(), trust_type="acute"
        ).with_columns(value=pl.when(place <= met).then(85.0).otherwise(84.9)).head(measured),
    )  # fmt: skip
    assert missed_standards(replace(one, frames=few)).height == is_lead


@pytest.mark.parametrize(
    ("trust_type", "is_newest", "of_type", "of_trust"),
    [
        ("acute", True, "", ""),
        ("acute", False, " --quarter 2025-26-q3", " --quarter 2025-26-q3"),
        ("ambulance", True, " --type ambulance", ""),
        ("ambulance", False, " --type ambulance --quarter 2025-26-q3", " --quarter 2025-26-q3"),
    ],
)
def test_a_command_names_the_type_only_where_a_trust_does_not(
    league: League, trust_type: str, is_newest: bool, of_type: str, of_trust: str
) -> None:
    one = replace(material(league, Q3), trust_type=trust_type, is_newest=is_newest)
    of = pl.DataFrame({"metric_id": ["OF0011"], "trust_code": ["ZB6"]})
    commands = of.select(
        metric=one.command("best", "metric_id"),
        trust=one.command("explain", "trust_code", typed=False),
    ).row(0)
    assert commands == (f"nhsleague best OF0011{of_type}", f"nhsleague explain ZB6{of_trust}")


def test_ranks_are_written_as_ordinals() -> None:
    expected = {
        1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 10: "10th", 11: "11th", 12: "12th", 13: "13th",
        14: "14th", 21: "21st", 23: "23rd", 101: "101st", 111: "111th", 113: "113th", 122: "122nd",
    }  # fmt: skip
    ranks = pl.DataFrame({"rank": list(expected)})
    assert ranks.select(ordinal("rank")).to_series().to_list() == list(expected.values())


def test_stories_vary() -> None:
    """Two of a kind, three where ten are not reached; two of a trust; no metric twice in a kind."""
    of_one_kind = [("a", f"T{n}", f"M{n}") for n in range(5)]
    assert choose(of_one_kind, 2) == [0, 1, 2]
    assert choose([*of_one_kind, *[(f"b{n}", f"U{n}", None) for n in range(8)]], 2)[:3] == [0, 1, 5]
    assert choose([("a", "T", "M"), ("b", "T", "M"), ("c", "T", "M")], 2) == [0, 1]
    assert choose([("a", "T1", "M"), ("a", "T2", "M"), ("a", None, None)], 2) == [0, 2]
    assert len(choose([(f"k{n}", None, None) for n in range(20)], 2)) == 10


def test_of_what_chance_explains_as_well_the_greater_comes_first(league: League) -> None:
    one = material(league, Q3)
    odds = {"ZB6": (0.02, 9.0), "ZD3": (0.01, 1.0), "ZC2": (0.01, 3.0), "ZE9": (0.01, None)}
    of_kinds = pl.DataFrame(
        [(f"kind {code}", code, p, size) for code, (p, size) in odds.items()],
        schema=["kind", "trust_code", "computed_p", "size"],
        orient="row",
    )
    frame = stories([(one, shaped(of_kinds, LEADS))], "acute", Filters()).frame
    assert frame["trust_code"].to_list() == ["ZC2", "ZD3", "ZE9", "ZB6"]


def test_the_rank_of_a_story_is_the_published_one_or_else_computed(league: League) -> None:
    """The cancer waits of ZB6 are the longest of 118: where no other rank is published, 118th."""
    one = material(league, Q3)
    observed = one.frames.observations.filter(pl.col("metric_id") == "OF0011")
    for rank, of, in_words in ((117, 118, "117th of 118"), (117, None, "118th of 118")):
        ranked = observed.with_columns(
            rank=pl.lit(rank, pl.Int32), of=pl.lit(of, pl.Int32), score=pl.lit(4.0)
        )
        found = weak_spots(replace(one, frames=replace(one.frames, observations=ranked)))
        (lead,) = pl.concat(found).filter(pl.col("trust_code") == "ZB6").to_dicts()
        assert in_words in lead["in_words"]


def test_how_often_chance_sets_domains_so_far_apart() -> None:
    """Four domains of three scores, 1 1 1, 2 2 2, 3 3 3 and 4 4 4.

    The variance of all twelve is 15 / 11, so that of two averages' difference 15 / 11 x 2 / 3; the
    difference is 3, and there are six pairs.
    """
    rows = [
        {"trust_code": "T", "domain": f"D{n}", "score": float(n), "weight": 1.0}
        for n in (1, 2, 3, 4) * 3
    ]
    # Another trust has too few scores.
    one = {"trust_code": "U", "domain": "D1", "score": 1.0, "weight": 1.0}
    (lead,) = domains_apart(pl.DataFrame([*rows, one])).to_dicts()
    assert (lead["trust_code"], lead["domain_best"], lead["domain_worst"]) == ("T", "D1", "D4")
    beyond = 1 - NormalDist().cdf(3 / sqrt(15 / 11 * 2 / 3))
    assert lead["computed_p"] == pytest.approx(6 * 2 * beyond)


def test_services_apart_are_a_lead_below_5_of_100_cases(league: League) -> None:
    """Among ten trusts alone, chance would give fewer than one of them a tenth as well."""
    one = material(league, Q3)
    odds = domains_apart(scored(one.frames.of_type("acute").observations)).sort("computed_p")
    is_rare = pl.col("computed_p") < 0.05
    rare = odds.filter(is_rare)["trust_code"].to_list()[-5:]
    not_rare = odds.filter(~is_rare, pl.col("computed_p") < 0.1)["trust_code"].to_list()[:5]
    assert len(rare) == len(not_rare) == 5
    ten = one.frames.standings.filter(pl.col("trust_code").is_in([*rare, *not_rare]))
    apart = services_apart(replace(one, frames=replace(one.frames, standings=ten)))
    assert set(apart["trust_code"]) == set(rare)


def test_stories_of_a_region_or_a_trust_are_of_no_other(league: League) -> None:
    names = league.trusts(regions=["London"]).frame["trust_code"].to_list()
    london = league.stories(regions=["London"]).frame
    assert london.height > 2
    assert set(london["trust_code"].drop_nulls()) <= set(names)
    assert set(league.stories("ZB6").frame["trust_code"]) == {"ZB6"}


def test_a_trust_beside_a_region_is_wrong_usage(sample: Run) -> None:
    done = sample("stories", "--trust", "ZB6", "--region", "London")
    assert done.returncode == 2
    assert "--trust" in done.stderr


def test_regions_apart_are_a_story_of_all_trusts_of_their_best_and_worst_region(
    league: League,
) -> None:
    """London is the worst region by its average scores, the Midlands are in between."""
    one = material(league, Q3)
    scores = {"London": 3.9, "Midlands": 2.5}
    score = pl.col("region").cast(pl.String).replace_strict(scores, default=2.0)
    apart = replace(one, frames=with_changed(one.frames, "standings", average_score=score))
    lead = regions_differ(apart).filter(pl.col("metric_id").is_null())
    assert lead.height == 1
    is_kept = {
        Filters(): True,
        Filters(regions=("London",)): True,
        Filters(regions=("Midlands",)): False,
        Filters(regions=("London",), subtypes=("Acute - Teaching",)): False,
        Filters(regions=("London",), segments=(3,)): False,
        Filters(segments=(3,)): False,
    }
    for filters, is_one in is_kept.items():
        assert stories([(apart, lead)], "acute", filters).frame.height == is_one, filters


def test_a_measure_of_one_region_or_one_figure_is_not_compared_by_region() -> None:
    """Five trusts of A take the ranks 1 to 5, five of B 6 to 10: H = 12/110 (15²/5 + 40²/5) - 33.

    Another measure has five trusts of A, and only four of B; all figures of the third are equal.
    """
    both = [("both", "AB"[n // 5], float(n)) for n in range(10)]
    one = [("one", "AB"[n // 5], float(n)) for n in range(9)]
    equal = [("equal", "AB"[n // 5], 1.0) for n in range(10)]
    figures = pl.DataFrame(
        [*both, *one, *equal], schema=["measure", "region", "figure"], orient="row"
    )
    (row,) = regions_apart(figures).to_dicts()
    assert (row["measure"], row["computed_measures"]) == ("both", 1)
    statistic = 12 / 110 * (15**2 / 5 + 40**2 / 5) - 33
    assert row["computed_p"] == pytest.approx(2 * (1 - NormalDist().cdf(sqrt(statistic))))


def test_a_trust_that_loses_no_place_by_the_override_is_not_held_down(league: League) -> None:
    """Where all trusts are held in segment 3 or worse, the best is first with and without it."""
    one = material(league, Q3)
    segment = pl.max_horizontal("segment", pl.lit(3, pl.Int8))
    place = pl.struct(segment, "average_score").rank("min").over("trust_type").cast(pl.Int32)
    every = with_changed(
        one.frames, "standings", segment=segment, rank=place, override=pl.lit(value=True)
    )
    held = held_down(replace(one, frames=every))
    assert held.height > 2
    assert 1 not in held["rank"].to_list()
