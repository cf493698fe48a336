"""The rules of ranks, weak spots and changes, on fictional leagues that can be worked out by hand."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import pytest

from nhs_league import open_league
from tests.inprocess import Ask, Reply
from tests.small_leagues import QUARTER, Trust, league, trusts

Q2 = "Q2 2025/26"


def column(reply: Reply, name: str, key: str = "trust_code") -> dict[str, str]:
    """Return key -> figure of a CSV answer."""
    return {row[key]: row[name] for row in reply.rows()}


def metric(ask: Ask, code: str, metric_id: str) -> dict[str, str]:
    """Return a trust's row of a metric; of two units the rate's."""
    rows = [row for row in ask("show", code, "--csv").rows() if row["metric_id"] == metric_id]
    return max(rows, key=lambda row: row["unit"])


def line(reply: Reply, *words: str) -> str:
    """Return the one line of a view that has all these words."""
    assert reply.returncode == 0, reply.stderr
    (matching,) = [
        text for text in reply.stdout.splitlines() if all(word in text for word in words)
    ]
    return matching


def sickness(*values: float | str, ranked: bool = True) -> list[list[str]]:
    """Return a file in which each trust has sickness absence alone; ranks are in order."""
    return [
        trust.row("OF0082", value, place if ranked else "")
        for place, (trust, value) in enumerate(zip(trusts(len(values)), values, strict=True), 1)
    ]


# Weak spots, ranks and quartiles


def test_a_rank_of_just_three_quarters_is_not_in_the_worst_quarter(tmp_path: Path) -> None:
    """Of 12 trusts, 9 are the better three quarters: the worst quarter are ranks 10, 11 and 12.

    By the rank formula rank 10 would score 1 + 3 x 9 / 11 = 3.45 and rank 11 3.73: severe.
    """
    ask = league(tmp_path, sickness(*range(1, 13)))
    spots = {
        code: metric(ask, code, "OF0082")["weak_spot"] for code in ("Z09", "Z10", "Z11", "Z12")
    }
    assert spots == {"Z09": "", "Z10": "weak", "Z11": "severe", "Z12": "severe"}


@pytest.mark.parametrize("number", ["035", "011"])
def test_a_metric_published_as_a_score_alone_is_ordered_by_its_score(
    tmp_path: Path, number: str
) -> None:
    """1.00 is the best score, also of a metric of which a high value is good (OF0011)."""
    scores = {"Z01": 2.0, "Z02": 4.0, "Z03": 1.0}
    ask = league(tmp_path, [Trust(c).row(f"OF1{number}", score) for c, score in scores.items()])
    worst = ask("worst", "--metric", f"OF0{number}", "--csv")
    assert list(column(worst, "rank").items()) == [("Z02", ""), ("Z01", ""), ("Z03", "")]
    assert column(worst, "computed_rank") == {"Z02": "3", "Z01": "2", "Z03": "1"}


def test_groups_are_compared_by_score_where_there_are_no_values(tmp_path: Path) -> None:
    """Of the scores 1.00, 2.00 and 4.00 the middle is 2.00, and 1.00 is best."""
    scores = {"Z01": 2.0, "Z02": 4.0, "Z03": 1.0}
    ask = league(tmp_path, [Trust(c).row("OF1011", score) for c, score in scores.items()])
    (row,) = ask("compare", "--by", "region", "--metric", "OF0011", "--csv").rows()
    assert (row["unit"], row["computed_median"]) == ("score", "2.0")
    assert (row["best_trust_code"], row["best_value"]) == ("Z03", "1.0")
    assert (row["worst_trust_code"], row["worst_value"]) == ("Z02", "4.0")


def test_likely_ranges_are_computed_beside_trusts_where_none_is_published(tmp_path: Path) -> None:
    """The third trust has a place, and no metric score to draw again."""
    *scored, without = trusts(3)
    metric_file = [
        *(trust.row("OF1082", place) for place, trust in enumerate(scored, 1)),
        *(
            row
            for place, trust in enumerate([*scored, without], 1)
            for row in trust.standing(place, float(place), place)
        ),
    ]
    table = [
        trust.in_table(float(place), "1.0 to 2.0", place, "No", place, "1 to 2")
        for place, trust in enumerate(trusts(2), 1)
    ]
    for number, files in enumerate(([metric_file], [metric_file, table])):
        ask = league(tmp_path / str(number), *files)
        compared = ask("compare", "Z01", "Z02", "Z03", "--json")
        one, _, last = json.loads(compared.stdout)["standings"]
        has_computed = "computed_average_score_low" in one
        assert (one["rank_low"], has_computed) == ((None, True) if number == 0 else (1, False))
        assert last["trust_code"] == "Z03"
        assert last.get("computed_average_score_low") is None


def test_equal_values_are_one_bin(tmp_path: Path) -> None:
    ask = league(tmp_path, sickness(4.5, 4.5, 4.5, ranked=False))
    (row,) = ask("spread", "OF0082", "--mark", "Z02", "--csv").rows()
    assert (row["computed_from"], row["computed_to"]) == ("4.5", "4.5")
    assert (row["trusts"], row["marked"], row["has_median"]) == ("3", "Z02", "true")


def test_a_published_rank_goes_before_a_computed_one(tmp_path: Path) -> None:
    """Ranks are made on unrounded values: two that print alike have ranks 2 and 3."""
    alike = [Trust("Z02", "Fictional Zebra"), Trust("Z03", "Fictional Alpaca")]
    first, last = Trust("Z01"), Trust("Z04")
    rows = [
        row
        for place, (trust, value, average) in enumerate(
            [(first, 4.0, 1.2), (alike[0], 4.5, 2.2), (alike[1], 4.5, 2.2), (last, 5.0, 3.2)], 1
        )
        for row in (trust.row("OF0082", value, place), *trust.standing(place, average, place))
    ]
    # Both are in segment 2, the one by name earlier ranked behind the other.
    for row in rows:
        if row[4] == "Z03" and row[8] in ("OF5000", "OF5003"):
            row[12] = "2"
    ask = league(tmp_path, rows)
    for question in (("best", "--metric", "OF0082"), ("table",)):
        answer = ask(*question, "--csv")
        assert list(column(answer, "rank").items()) == [
            ("Z01", "1"), ("Z02", "2"), ("Z03", "3"), ("Z04", "4"),
        ]  # fmt: skip
        assert column(answer, "computed_rank")["Z03"] == "2"
        shown = line(ask(*question, "--format", "table"), "Fictional Alpaca")
        assert "3" in shown.split("Fictional Alpaca")[0]
    shown = ask("show", "Z03", "--format", "table").stdout
    assert "3 of 4" in shown
    assert "2 of 4" not in shown


@pytest.mark.parametrize("question", ["show", "compare"])
def test_quartiles_are_the_linear_ones(tmp_path: Path, question: str) -> None:
    """Of 10, 20, 30 and 40 the lower quartile is 10 + 0.75 x 10 = 17.5, the upper 32.5 (type 7)."""
    ask = league(tmp_path, sickness(10, 20, 30, 40))
    words = {
        "show": ("show", "Z01"),
        "compare": ("compare", "--by", "region", "--metric", "OF0082"),
    }[question]
    (row,) = ask(*words, "--csv").rows()
    quartiles = [float(row[f"computed_{name}"]) for name in ("lower_quartile", "upper_quartile")]
    assert quartiles == [17.5, 32.5]


def infections() -> list[list[str]]:
    """Four trusts have a rate, the fifth has a count."""
    rates = [
        trust.row("OF0048", rate, place)
        for place, (trust, rate) in enumerate(zip(trusts(4), (0.8, 0.9, 1.1, 1.4), strict=True), 1)
    ]
    return [*rates, Trust("Z05").row("OF0048", 40, unit="count")]


def test_a_count_beside_rates_is_neither_marked_nor_ranked_nor_a_weak_spot(tmp_path: Path) -> None:
    ask = league(tmp_path, infections())
    bins = ask("spread", "OF0048", "--mark", "Z05", "--mark", "Z04", "--csv").rows()
    assert sum(int(row["trusts"]) for row in bins) == 4
    assert {row["unit"] for row in bins} == {"rate"}
    assert {row["marked"] for row in bins} == {"", "Z04"}
    count = metric(ask, "Z05", "OF0048")
    assert (count["unit"], count["value"]) == ("count", "40.0")
    for name in ("weak_spot", "computed_rank", "computed_median", "computed_distance_to_median"):
        assert count[name] == "", name
    (row,) = (
        row
        for row in ask("worst", "--metric", "OF0048", "--csv").rows()
        if row["trust_code"] == "Z05"
    )
    assert (row["rank"], row["computed_rank"], row["median"]) == ("", "", "")


def test_a_count_beside_rates_is_not_among_the_metrics_of_a_report(tmp_path: Path) -> None:
    of_rates = [
        trust.row("OF0048", value) for trust, value in zip(trusts(3), (1, 2, 3), strict=True)
    ]
    count = Trust("Z04").row("OF0048", 40, unit="count")
    league(tmp_path, [*of_rates, count])
    stored = open_league(data_dir=tmp_path / "store")
    (listed,) = stored.every_metric(stored.table("acute").frame)
    assert listed.select("trust_code", "unit").rows() == [
        (code, "rate") for code in ("Z01", "Z02", "Z03")
    ]


def test_ties_are_not_better(tmp_path: Path) -> None:
    """Two trusts whose scores are all 2 are both first, and the one with 3 is third."""
    rows = [
        row
        for trust, score, rank in zip(trusts(3), (2, 2, 3), (1, 1, 3), strict=True)
        for row in (
            *(trust.row(metric_id, score) for metric_id in ("OF1011", "OF1035", "OF1082")),
            *trust.standing(score, score, rank),
        )
    ]
    ask = league(tmp_path, rows)
    ranks = {"Z01": "1", "Z02": "1", "Z03": "3"}
    drawn = ask("table", "--bootstrap", "--csv")
    assert column(drawn, "computed_rank") == ranks
    # Every draw of the same scores has the same mean.
    assert column(drawn, "computed_score_rank_low") == ranks
    assert column(drawn, "computed_score_rank_high") == ranks
    assert column(ask("best", "--metric", "OF0035", "--csv"), "computed_rank") == ranks
    assert column(ask("best", "--metric", "access", "--csv"), "computed_rank") == ranks


def test_the_rank_of_a_score_row_is_that_of_its_value(tmp_path: Path) -> None:
    rows = [
        row
        for place, (trust, value) in enumerate(zip(trusts(3), (4.0, 4.5, 5.0), strict=True), 1)
        for row in (trust.row("OF0082", value), trust.row("OF1082", 1.0 + 1.5 * (place - 1), place))
    ]
    ask = league(tmp_path, rows)
    best = ask("best", "--metric", "OF0082", "--csv")
    assert column(best, "rank") == {"Z01": "1", "Z02": "2", "Z03": "3"}
    assert column(best, "value") == {"Z01": "4.0", "Z02": "4.5", "Z03": "5.0"}


# What would move a trust, and who is like it


def test_the_distance_is_to_the_near_side_of_the_next_segment(tmp_path: Path) -> None:
    """To reach segment 1 a trust needs the worst score in it; to fall to 3, the best score there."""
    averages = (1.5, 1.9, 2.0, 2.3, 2.4, 2.9, 3.1, 3.3)
    segments = (1, 1, 2, 2, 3, 3, 4, 4)
    rows = [
        row
        for place, (trust, average, segment) in enumerate(
            zip(trusts(8), averages, segments, strict=True), 1
        )
        for row in (trust.row("OF1011", average), *trust.standing(segment, average, place))
    ]
    notes = " ".join(
        json.loads(league(tmp_path, rows)("explain", "Z03", "--json").stdout)["meta"]["notes"]
    )
    # 2.00 - 1.90 = 0.10, and 2.40 - 2.00 = 0.40.
    assert "1.90 or lower, 0.10 better" in notes
    assert "2.40 or higher, 0.40 worse" in notes


def test_a_rank_without_the_override_is_not_told_of_a_part_of_a_table(tmp_path: Path) -> None:
    """Ranks up to 60 of three trusts: where it would be among all of them nobody can say."""
    held, better, worse = trusts(3)
    rows = [
        *better.standing(1, 1.5, 2, score_rank=2),
        *held.standing(3, 1.8, 41, unadjusted=1, score_rank=7),
        *worse.standing(4, 3.0, 60, score_rank=60),
        *(trust.row("OF1011", 2.0) for trust in (held, better, worse)),
    ]
    part = league(tmp_path, rows)("explain", held.code, "--json")
    notes = " ".join(json.loads(part.stdout)["meta"]["notes"])
    assert "it would be in segment 1" in notes
    assert "and ranked" not in notes
    # All of a table of three: without its override it would be second, behind 1.5.
    whole = [list(row) for row in rows]
    for row in whole:
        row[16] = {"41": "2", "2": "1", "60": "3", "7": "2"}.get(row[16], row[16])
    (tmp_path / "whole").mkdir()
    all_of_it = league(tmp_path / "whole", whole)("explain", held.code, "--json")
    assert "it would be in segment 1 and ranked 2nd" in " ".join(
        json.loads(all_of_it.stdout)["meta"]["notes"]
    )


def test_the_likeness_of_trusts_puts_ranks_on_the_span_of_scores(tmp_path: Path) -> None:
    """A score runs from 1 to 4, so a place among four runs in steps of 3 / 4.

    Z01 and Z02 differ by 2 in a score and by one place of four in a metric without scores:
    the root of (2 squared + 0.75 squared) / 2.
    """
    scores = (1.0, 3.0, 1.0, 4.0)
    rows = [
        row
        for place, (trust, score) in enumerate(zip(trusts(4), scores, strict=True), 1)
        for row in (
            trust.row("OF1011", score),
            trust.row("OF0082", float(place), place),
            *trust.standing(place, float(place), place),
        )
    ]
    like = league(tmp_path, rows)("show", "Z01", "--peers", "--json")
    assert like.returncode == 0, like.stderr
    distances = {
        row["trust_code"]: row["computed_distance"] for row in json.loads(like.stdout)["peers"]
    }
    assert distances["Z02"] == pytest.approx(sqrt((2**2 + 0.75**2) / 2), abs=1e-6)
    assert distances["Z03"] == pytest.approx(sqrt((0**2 + 1.5**2) / 2), abs=1e-6)


# Between quarters


def two_quarters(
    tmp_path: Path, before: list[list[str]], after: list[list[str]]
) -> dict[str, dict[str, str]]:
    ask = league(tmp_path, [*before, *after])
    rows = ask("changes", "--from", Q2, "--to", QUARTER, "--csv").rows()
    return {row["trust_code"]: row for row in rows}


def test_a_change_is_judged_by_the_segment_then_the_score_and_last_the_rank(tmp_path: Path) -> None:
    """Each is improved by the first of these that moved, though later ones moved the other way."""
    one, two, three, four, five, last = trusts(6)
    changed = two_quarters(
        tmp_path,
        [
            *one.standing(2, 2.10, 1, quarter=Q2),
            *two.standing(2, 2.15, 2, quarter=Q2),
            *three.standing(3, 2.20, 3, quarter=Q2, unadjusted=2),
            *four.standing(3, 2.38, 4, quarter=Q2),
            *five.standing(3, 2.40, 5, quarter=Q2),
            *last.standing(4, 3.00, 6, quarter=Q2),
        ],
        [
            *two.standing(2, 2.00, 1),
            # The score is better, the rank worse.
            *one.standing(2, 2.05, 2),
            # The override ends; the score is worse, the rank the same.
            *three.standing(2, 2.25, 3),
            # The segment is better; the score is worse, and of the second the rank too.
            *five.standing(2, 2.41, 4),
            *four.standing(2, 2.50, 5),
            *last.standing(4, 3.00, 6),
        ],
    )
    assert {code: row["direction"] for code, row in changed.items()} == dict.fromkeys(
        ("Z01", "Z02", "Z03", "Z04", "Z05"), "improved"
    )
    assert changed["Z03"]["cause"] == "override removed"


def test_a_successor_is_looked_for_in_the_same_region(tmp_path: Path) -> None:
    stays = [Trust("Z01"), Trust("Z02", region="Midlands")]
    gone = [Trust("Z03"), Trust("Z04", region="Midlands")]
    new = Trust("Z05", "Fictional New Group")
    before = [
        row
        for place, trust in enumerate([*stays, *gone], 1)
        for row in trust.standing(place, float(place), place, quarter=Q2)
    ]
    after = [
        row
        for place, trust in enumerate([*stays, new], 1)
        for row in trust.standing(place, float(place), place)
    ]
    changed = two_quarters(tmp_path, before, after)
    assert "Fictional New Group (Z05)" in changed["Z03"]["in_words"]
    assert "Z05" not in changed["Z04"]["in_words"]
    assert changed["Z04"]["cause"] == "no longer listed"


@pytest.mark.parametrize("earlier", [("Basilisk",), ("Griffin", "Basilisk")])
def test_a_renamed_trust_goes_by_its_newest_name(tmp_path: Path, earlier: tuple[str, ...]) -> None:
    """It was the Basilisk Trust, or that for a while; now it is the Griffin Trust (again)."""
    other = Trust("Z02", "Fictional Unicorn Trust")
    rows = [
        row
        for number, name in enumerate((*earlier, "Griffin"), 4 - len((*earlier, "Griffin")))
        for row in (
            *Trust("Z01", f"Fictional {name} Trust").standing(
                1, 1.5, 1, quarter=f"Q{number} 2025/26"
            ),
            *other.standing(2, 2.5, 2, quarter=f"Q{number} 2025/26"),
        )
    ]
    ask = league(tmp_path, rows)
    shown = ask("show", "basilisk", "--format", "table")
    assert shown.returncode == 0, shown.stderr
    assert "Fictional Griffin Trust (Z01)" in shown.stderr
    assert "Basilisk Trust" not in shown.stdout
    several = ask("show", "fictional")
    assert several.returncode == 3
    assert "Z01  Fictional Griffin Trust" in several.stderr
    assert column(ask("trusts", "--csv"), "trust_name")["Z01"] == "Fictional Griffin Trust"


def test_a_figure_older_than_a_year_is_told(tmp_path: Path) -> None:
    """The quarter ends on 31 December 2025: November 2024 is older than a year, 2024 is not."""
    (trust,) = trusts(1)
    rows = [
        trust.row("OF0082", 4.0, 1, period="Nov-24"),
        trust.row("OF0011", 80.0, 1, period="2024"),
        *trust.standing(1, 1.5, 1),
    ]
    shown = league(tmp_path, rows)("show", "Z01", "--json")
    (old,) = [note for note in json.loads(shown.stdout)["meta"]["notes"] if "Nov-24" in note]
    assert "year" in old
    assert "(2024)" not in old


def test_a_revised_segment_is_told(tmp_path: Path) -> None:
    """A second file gives Z02 segment 2 instead of 3, and changes nothing else."""
    rows = [
        row
        for trust, segment, average, rank in zip(
            trusts(3), (1, 3, 3), (1.5, 2.4, 2.5), (1, 2, 3), strict=True
        )
        for row in (trust.row("OF1011", average), *trust.standing(segment, average, rank))
    ]
    revised = [list(row) for row in rows]
    for row in revised:
        if row[4] == "Z02" and row[8] in ("OF5000", "OF5003"):
            row[12] = "2"
    ask = league(tmp_path, rows, revised)
    (revision,) = [row for row in ask("revisions", "--csv").rows() if row["figure"] == "segment"]
    assert (revision["trust_code"], revision["published_before"], revision["published"]) == (
        "Z02",
        "3.0",
        "2.0",
    )
    assert "1 figure here was revised" in ask("table", "--csv").stderr


# What a person types


def test_the_source_of_each_figure_of_a_place_is_the_newest_file_that_has_it(
    tmp_path: Path,
) -> None:
    """A metric file has no score for Z01, the league table after it has no rank."""
    one, two = trusts(2)
    metric_file = [*one.standing(1, 1.5, 1), *two.standing(2, 2.5, 2)]
    revised = [row for row in metric_file if row[4] != "Z01" or row[8] != "OF5002"]
    table = [
        one.in_table(1.6, "1.2 to 2.0", 1, "No", 1, ""),
        two.in_table(2.5, "2.0 to 3.0", 2, "No", 2, ""),
    ]
    table[0][10] = ""
    ask = league(tmp_path, metric_file, revised, table)
    rows = [r for r in ask("sources", "Z01", "--csv").rows() if r["what"] == "standing"]
    assert {row["name"]: row["release_file"][:11] for row in rows} == {
        "League rank": "fictional-2",
        "Segment": "fictional-3",
        "Average score": "fictional-3",
    }


@pytest.mark.parametrize("region", ["East of England", "east", "EAST OF ENGLAND"])
def test_east_of_england_is_the_region_that_files_call_east(tmp_path: Path, region: str) -> None:
    rows = [
        row
        for place, name in enumerate(("East", "South East", "North East and Yorkshire"), 1)
        for row in Trust(f"Z{place:02d}", region=name).standing(place, float(place), place)
    ]
    answer = league(tmp_path, rows)("table", "--region", region, "--csv")
    assert list(column(answer, "region").values()) == ["East"]


def test_a_misspelt_name_is_taken_only_where_one_trust_is_clearly_nearest(tmp_path: Path) -> None:
    """Northbrook and Northbrock are as near to \"northbrok\"; nothing is near to Unicornbridge."""
    names = ("Fictional Northbrook", "Fictional Northbrock", "Fictional Unicornbridge")
    rows = [
        row
        for place, name in enumerate(names, 1)
        for row in Trust(f"Z{place:02d}", name).standing(place, float(place), place)
    ]
    ask = league(tmp_path, rows)
    near = ask("show", "northbrok")
    assert near.returncode == 3
    assert "Z01  Fictional Northbrook" in near.stderr
    assert "Z02  Fictional Northbrock" in near.stderr
    clear = ask("show", "unicronbridge")
    assert clear.returncode == 0
    assert "Fictional Unicornbridge (Z03)" in clear.stderr


@pytest.mark.parametrize(("sort", "order"), [("segment", "12"), ("-segment", "21")])
def test_rows_without_the_figure_come_last_however_they_are_sorted(
    tmp_path: Path, sort: str, order: str
) -> None:
    first, second, without = trusts(3)
    rows = [*first.standing(1, 1.5, 1), *second.standing(2, 2.5, 2), without.row("OF1011", 2.0)]
    answer = league(tmp_path, rows)("table", "--sort", sort, "--csv")
    assert [row["segment"] for row in answer.rows()] == [*order, ""]


# What a file may write


def test_a_fractional_likely_range_of_a_rank_is_set_aside(tmp_path: Path) -> None:
    one, two = trusts(2)
    table = [
        one.in_table(2.0, "1.5 to 2.5", 2, "No", 1, "1.5 to 2"),
        two.in_table(3.0, "2.5 to 3.5", 3, "No", 2, "1 to 2"),
    ]
    ask = league(tmp_path, table)
    answer = ask("table", "--csv")
    assert column(answer, "rank_low") == {"Z01": "", "Z02": "1"}
    assert column(answer, "rank_high") == {"Z01": "", "Z02": "2"}
    assert column(answer, "rank") == {"Z01": "1", "Z02": "2"}
    assert "1.5 to 2" in answer.stderr


def test_what_stands_for_nothing_is_missing(tmp_path: Path) -> None:
    """In a text and in a number it is no figure, and nothing is said to be unreadable."""
    nothing = dict(zip(trusts(5), ("n/a", "N/A", "na", "-", "*"), strict=True))
    whole = Trust("Z06")
    rows = [whole.row("OF0082", 4.0, 1), *whole.standing(1, 1.5, 1)]
    for place, (trust, written) in enumerate(nothing.items(), 2):
        one = Trust(trust.code, subtype=written, region=written)
        rows += [one.row("OF0082", written), *one.standing(2, 1.5 + place / 10, place)]
    ask = league(tmp_path, rows)
    answer = ask("table", "--csv")
    blank = {trust.code: "" for trust in nothing}
    assert column(answer, "subtype") == {"Z06": "Acute - Large", **blank}
    assert column(answer, "region") == {"Z06": "London", **blank}
    best = ask("best", "--metric", "OF0082", "--csv")
    assert column(best, "value") == {"Z06": "4.0"}
    assert "could not be read" not in answer.stderr + best.stderr


@pytest.mark.parametrize(
    ("yes", "no"), [("y", "n"), ("Y", "N"), ("Yes", "No"), ("true", "false"), ("1.0", "0.0")]
)
def test_a_deficit_is_read_however_it_is_written(tmp_path: Path, yes: str, no: str) -> None:
    one, two = trusts(2)
    table = [
        one.in_table(2.0, "1.5 to 2.5", 2, no, 1, "1 to 2"),
        two.in_table(2.2, "1.7 to 2.7", 3, yes, 2, "1 to 2"),
    ]
    answer = league(tmp_path, table)("table", "--csv")
    assert column(answer, "in_deficit") == {"Z01": "false", "Z02": "true"}
