"""The fictional sample's files, read without the program: what they are, and what is planted."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from importlib.resources import files
from itertools import pairwise

import pytest

from sample_release.figures import EVENTS
from sample_release.files import make_rounds
from tests.sample.conftest import Published, Row

QUARTERS = ("Q1 2025/26", "Q2 2025/26", "Q3 2025/26", "Q4 2025/26", "Q1 2026/27")
Packed = tuple[Published, ...]
Files = dict[tuple[str, str], Published]


@pytest.fixture(scope="module")
def acute(metric_files: Files) -> dict[tuple[str, str, str], Row]:
    """Acute trusts' rows by quarter, trust and metric ID."""
    return {
        (row["Quarter"], row["Trust_code"], row["Metric_ID"]): row
        for year in ("2025/26", "2026/27")
        for row in metric_files[year, "Acute"].rows
    }


@pytest.fixture(scope="module")
def leagues(packed: Packed) -> dict[tuple[str, str], Row]:
    """Rows of the newest league tables, by quarter and trust."""
    return {
        (row.get("Quarter") or row["Reporting_date"], row["Trust_code"]): row
        for file in packed
        if "league-table" in file.name
        for row in file.rows
    }


def ids(quarter: str) -> tuple[str, str, str]:
    """The IDs of the segment, the unadjusted segment and the override in a quarter."""
    digit = "0" if quarter.endswith("2025/26") else "2"
    return f"OF5{digit}00", f"OF5{digit}03", f"OF5{digit}04"


@pytest.mark.long
def test_the_generator_makes_the_packed_files_again_byte_for_byte(packed: Packed) -> None:
    made = [(file.path, file.data) for each in make_rounds() for file in each.files]
    assert [(file.path, file.data) for file in packed] == made


def test_it_is_at_most_a_megabyte_and_30_million_characters(packed: Packed) -> None:
    assert len(files("nhs_league.sample").joinpath("release.tar.xz").read_bytes()) <= 1_000_000
    assert sum(len(file.data) for file in packed) <= 30_000_000


def test_rounds_and_names_are_as_published(packed: Packed) -> None:
    """NHS England's names, from its pages; Q1 2026/27's are in the manner of Q3 2025/26's."""
    metric = [file.path for file in packed if "league-table" not in file.path]
    assert metric == [
        f"{folder}/nhs-oversight-framework-{kind}-data{tag}.csv"
        for folder, tag, kinds in (
            ("2025/09", "", ("acute-trust", "non-acute-hospital-trust", "ambulance-trust")),
            ("2025/12", "-q2", ("acute-trust", "non-acute-hospital-trust", "ambulance-trust")),
            ("2026/03", "-q3-25-26", ("acute-trust", "mental-health-and-community-trust", "ambulance-trust")),
            ("2026/03", "-q3-25-26-v2", ("acute-trust",)),
            ("2026/06", "", ("acute-trust", "mental-health-and-community-trust", "ambulance-trust")),
            ("2026/09", "-q1-26-27", ("acute-trust", "mental-health-and-community-trust", "ambulance-trust")),
        )
        for kind in kinds
    ]  # fmt: skip
    tables = [file.path for file in packed if "league-table" in file.path]
    assert tables == [path.replace("-data", "-league-table") for path in metric]


@pytest.mark.long
def test_every_file_has_the_published_form(packed: Packed) -> None:
    """A byte-order mark, CRLF, quotes only where needed, no NA, and a float for each number."""
    for file in packed:
        assert file.data.startswith(b"\xef\xbb\xbf")
        text = file.data.decode("utf-8-sig")
        again = io.StringIO(newline="")
        csv.writer(again, lineterminator="\r\n").writerows(
            csv.reader(io.StringIO(text, newline=""))
        )
        assert again.getvalue() == text
        for column in file.columns:
            cells = {row[column] for row in file.rows}
            assert not cells & {None, "NA"}
            if column in ("Value", "Rank", "Average_score", "Segment"):
                assert all(str(float(figure)) == figure for figure in cells - {""})


def test_the_first_round_has_no_quarter_and_the_first_two_say_non_acute(packed: Packed) -> None:
    for file in packed:
        is_first = file.path.startswith("2025/09")
        assert ("Quarter" in file.columns) != is_first
        if is_first and "league-table" in file.name:
            assert {row["Reporting_date"] for row in file.rows} == {"Q1 2025/26"}
        types = {row["Trust_type"] for row in file.rows}
        if "non-acute" in file.name:
            assert types == {"Non-acute hospital trust"}
            assert file.path.startswith("2025")
        else:
            assert types < {"Acute trust", "Mental health and community trust", "Ambulance trust"}


def test_metric_files_of_2025_26_hold_every_quarter_so_far_and_then_only_their_own(
    packed: Packed,
) -> None:
    held = {
        "2025/12": QUARTERS[1:2], "2026/03": QUARTERS[:3], "2026/06": QUARTERS[:4], "2026/09": QUARTERS[4:],
    }  # fmt: skip
    for file in packed:
        folder = file.path[:7]
        if "league-table" not in file.name and folder in held:
            assert {row["Quarter"] for row in file.rows} == set(held[folder])


def test_it_has_as_many_trusts_as_the_real_tables(leagues: dict[tuple[str, str], Row]) -> None:
    """134 acute trusts after a merger, 61 and then 58 others, 10 ambulance trusts."""
    number: dict[tuple[str, str], int] = defaultdict(int)
    for (quarter, _), row in leagues.items():
        number[quarter, row["Trust_subtype"][:5]] += 1
    for quarter, acute, others in zip(
        QUARTERS, (135, 135, 134, 134, 134), (61, 61, 61, 61, 58), strict=True
    ):
        assert number[quarter, "Acute"] == acute
        assert number[quarter, "Ambul"] == 10
        assert sum(number[quarter, kind] for kind in ("Menta", "Commu", "Care ")) == others


def test_no_code_of_it_can_be_a_real_trusts(packed: Packed) -> None:
    """Codes of NHS trusts begin with R or T, and one with G; one here has five characters."""
    codes = {row["Trust_code"] for file in packed for row in file.rows}
    assert all(code.startswith("Z") for code in codes)
    assert [code for code in codes if len(code) != 3] == ["Z7K2S"]
    assert all("Z7K2S" in {row["Trust_code"] for row in file.rows} for file in packed if "mental" in file.name)  # fmt: skip


def test_its_regions_and_subtypes_are_the_real_ones(leagues: dict[tuple[str, str], Row]) -> None:
    assert {row["Region"] for row in leagues.values()} == {
        "East", "London", "Midlands", "North East and Yorkshire", "North West", "South East", "South West",
    }  # fmt: skip
    assert {row["Trust_subtype"] for row in leagues.values()} == {
        "Acute - Teaching", "Acute - Large", "Acute - Medium", "Acute - Small", "Acute - Multi-Service",
        "Acute - Specialist", "Mental Health and Learning Disability", "Community", "Ambulance", "Care Trust",
    }  # fmt: skip


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_first_of_all_has_a_terrible_62_day_figure_and_no_other_weak_spot(
    acute: dict[tuple[str, str, str], Row], leagues: dict[tuple[str, str], Row], quarter: str
) -> None:
    code = EVENTS.hidden
    assert (leagues[quarter, code]["Rank"], leagues[quarter, code]["Segment"]) == ("1.0", "1.0")
    cancer = {key[1]: float(row["Value"]) for key, row in acute.items() if key[0] == quarter and key[2] == "OF0011"}  # fmt: skip
    assert min(cancer, key=cancer.__getitem__) == code
    digit = "1" if quarter.endswith("2025/26") else "2"
    assert [
        key[2]
        for key, row in acute.items()
        if key[:2] == (quarter, code) and key[2][2] == digit and float(row["Value"]) >= 3
    ] == [f"OF{digit}011"]


@pytest.mark.parametrize("quarter", QUARTERS)
def test_deficits_hold_good_trusts_in_segment_3_while_they_last(
    acute: dict[tuple[str, str, str], Row], quarter: str
) -> None:
    def segments(code: str) -> list[str]:
        return [acute[quarter, code, metric_id]["Value"] for metric_id in ids(quarter)]

    held, free = ["3.0", "1.0", "1.0"], ["1.0", "1.0", "0.0"]
    early = quarter[1] in "12"
    assert all(segments(code) == held for code in EVENTS.good_in_deficit)
    assert segments(EVENTS.deficit_ends) == (held if early else free)
    assert segments(EVENTS.deficit_begins) == (free if early else held)


def test_segment_5_stands_in_the_decision_and_not_in_the_adjusted_segment(
    acute: dict[tuple[str, str, str], Row], leagues: dict[tuple[str, str], Row]
) -> None:
    for quarter in QUARTERS[:2]:
        codes = {code for of, code, metric_id in acute if (of, metric_id) == (quarter, "OF5005")}
        for code in codes:
            decided = code in EVENTS.in_support
            adjusted = acute[quarter, code, "OF5000"]["Value"]
            final = "5.0" if decided else adjusted
            assert adjusted != "5.0"
            assert acute[quarter, code, "OF5005"]["Value"] == final
            assert acute[quarter, code, "OF5007"]["Value"] == str(float(decided))
            assert leagues[quarter, code]["Segment"] == adjusted
    assert {of for of, _, metric_id in acute if metric_id in ("OF5005", "OF5007")} == set(
        QUARTERS[:2]
    )


def test_a_trust_merges_another_is_renamed_and_three_are_gone(
    leagues: dict[tuple[str, str], Row],
) -> None:
    def names(code: str) -> list[str]:
        return [row["Trust_name"] for (_, of), row in leagues.items() if of == code]

    assert len(names(EVENTS.merging)) == 2
    for code in (EVENTS.merged, EVENTS.renamed):
        before, last, new, *later = names(code)
        assert before == last != new
        assert {new} == set(later)
    assert [len(names(code)) for code in EVENTS.leaving] == [4, 4, 4]
    everywhere = [{code for of, code in leagues if of == quarter} for quarter in QUARTERS[3:]]
    assert everywhere[0] - everywhere[1] == set(EVENTS.leaving)
    assert everywhere[1] <= everywhere[0]


def test_a_figure_was_first_published_wrong(packed: Packed) -> None:
    """And only acute trusts have figures that were revised."""

    def figures(name: str) -> dict[tuple[str, ...], Row]:
        (file,) = (f for f in packed if f.path == name)
        return {(r["Quarter"], r["Trust_code"], r["Metric_ID"]): r for r in file.rows}

    stem = "nhs-oversight-framework-{}-data"
    key = ("Q3 2025/26", EVENTS.revised, "OF0011")
    acute = stem.format("acute-trust")
    first = figures(f"2026/03/{acute}-q3-25-26.csv")
    again = figures(f"2026/03/{acute}-q3-25-26-v2.csv")
    last = figures(f"2026/06/{acute}.csv")
    assert first[key]["Value"] == "41.7"
    assert again[key]["Value"] == last[key]["Value"] != "41.7"
    assert again.items() <= last.items()
    changed = {one for one in first if first[one] != again[one]}
    assert {quarter for quarter, *_ in changed} == {"Q3 2025/26"}
    for kind in ("mental-health-and-community-trust", "ambulance-trust"):
        before = figures(f"2026/03/{stem.format(kind)}-q3-25-26.csv")
        assert before.items() <= figures(f"2026/06/{stem.format(kind)}.csv").items()


def test_specialists_have_no_accident_and_emergency(
    acute: dict[tuple[str, str, str], Row],
) -> None:
    assert not [
        key
        for key, row in acute.items()
        if key[2] in ("OF0013", "OF0014") and row["Trust_subtype"] == "Acute - Specialist"
    ]


def test_places_move_where_only_the_peers_did(leagues: dict[tuple[str, str], Row]) -> None:
    """Some trusts have the same average score and segment as before, and another rank."""
    moved = [
        code
        for before, after in pairwise(QUARTERS)
        for quarter, code in leagues
        if quarter == before
        and (after, code) in leagues
        and all(
            leagues[before, code][column] == leagues[after, code][column]
            for column in ("Average_score", "Segment")
        )
        and leagues[before, code]["Rank"] != leagues[after, code]["Rank"]
    ]
    assert len(moved) > 5


def test_a_trust_turns_round_in_the_new_framework_year(
    acute: dict[tuple[str, str, str], Row], leagues: dict[tuple[str, str], Row]
) -> None:
    """Four hours, 12 hours, 18 weeks and 62 days are measured by the same IDs in both years."""
    before, after = QUARTERS[3:]
    code = EVENTS.turned_round
    for metric_id in ("OF0011", "OF0013", "OF0014", "OF0023"):
        ranks = {
            quarter: {
                key[1]: float(row["Rank"])
                for key, row in acute.items()
                if (key[0], key[2]) == (quarter, metric_id)
            }
            for quarter in (before, after)
        }
        assert ranks[before][code] > 0.75 * len(ranks[before])
        assert ranks[after][code] < 0.25 * len(ranks[after])
    assert float(leagues[before, code]["Segment"]) - float(leagues[after, code]["Segment"]) >= 2


def test_figures_of_one_period_are_the_same_in_both_framework_years(
    acute: dict[tuple[str, str, str], Row],
) -> None:
    """The staff survey of 2025 is published in Q4 2025/26 and again in Q1 2026/27."""
    before, after = QUARTERS[3:]
    survey = [key for key in acute if key[0] == after and key[2] in ("OF0061", "OF0084")]
    assert len(survey) == 2 * 134
    for _, code, metric_id in survey:
        assert acute[after, code, metric_id]["Value"] == acute[before, code, metric_id]["Value"]
        assert acute[after, code, metric_id]["Rank"] == acute[before, code, metric_id]["Rank"]


@pytest.mark.long
@pytest.mark.parametrize(("quarters", "times"), [(9, 1), (5, 2)])
def test_larger_stores_continue_with_the_newest_framework(quarters: int, times: int) -> None:
    rounds = make_rounds(quarters, times, every_quarter=False)
    assert [each.quarter for each in rounds if not each.is_revision][:5] == list(QUARTERS)
    newest = Published("newest", rounds[-1].files[0].data)
    assert {row["Quarter"] for row in newest.rows} == {rounds[-1].quarter}
    assert rounds[-1].quarter == {9: "Q1 2027/28", 5: "Q1 2026/27"}[quarters]
    assert len({row["Trust_code"] for row in newest.rows}) == {1: 134, 2: 269}[times]
    assert {row["Metric_ID"][:4] for row in newest.rows if row["Domain"] == "Summary"} == {"OF52"}
