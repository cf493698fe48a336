"""One release file into tidy frames."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from polars import selectors
from polars.testing import assert_frame_equal

from nhs_league.core.frames import DOMAINS, OBSERVATIONS
from nhs_league.errors import RefusedError
from nhs_league.releases.parse import FileKind, ParsedFile, parse_file
from nhs_league.releases.tables import STANDINGS_BY_FILE
from tests.releases import official

METRIC_FILE = official.metric_file()
LEAGUE_TABLE = official.league_table()


def parse(text: str, encoding: str = "utf-8") -> ParsedFile:
    return parse_file("any name.csv", text.encode(encoding))


def same_frames(one: ParsedFile, other: ParsedFile, *, lines_too: bool = True) -> None:
    but = selectors.empty() if lines_too else selectors.ends_with("line")
    assert_frame_equal(one.standings.drop(but), other.standings.drop(but))
    assert_frame_equal(one.observations.drop(but), other.observations.drop(but))
    assert_frame_equal(one.domains.drop(but), other.domains.drop(but))


def test_what_a_file_is_comes_from_its_content_not_from_its_name() -> None:
    assert parse_file("x-league-table.csv", METRIC_FILE.encode()).kind is FileKind.METRIC
    assert parse_file("x-trust-data.csv", LEAGUE_TABLE.encode()).kind is FileKind.LEAGUE_TABLE


def test_the_frames_have_the_columns_and_types_of_the_schema() -> None:
    for text in (METRIC_FILE, LEAGUE_TABLE):
        parsed = parse(text)
        assert parsed.standings.schema == STANDINGS_BY_FILE
        assert parsed.observations.schema == OBSERVATIONS
        assert parsed.domains.schema == DOMAINS


def test_a_value_row_and_its_score_row_are_one_observation() -> None:
    cancer = parse(METRIC_FILE).observations.filter(metric_id="OF0011", trust_code="Z1A")
    assert cancer.select("value", "unit", "median", "lower_quartile", "upper_quartile").rows() == [
        (46.55, "%", 61.5, 55.25, 70.0)
    ]
    assert cancer.select("score", "rank", "of", "period", "domain", "sub_domain").rows() == [
        (4.0, 2, 2, "Dec-25", "Access to services", "Cancer care")
    ]


def test_a_metric_with_a_rate_and_a_count_keeps_both_and_its_score_once() -> None:
    infections = parse(METRIC_FILE).observations.filter(metric_id="OF0048").sort("unit")
    assert infections.select("unit", "value", "score").rows() == [
        ("count", 12.0, None),
        ("rate", 1.08, 1.0),
    ]


def test_the_score_of_a_rate_and_a_count_goes_to_the_one_that_has_its_rank() -> None:
    counts_rank_is_the_scores = official.with_field(METRIC_FILE, 7, "Rank", "2")
    infections = parse(counts_rank_is_the_scores).observations.filter(metric_id="OF0048")
    assert infections.filter(unit="count")["score"].item() == 1.0
    assert infections.filter(unit="rate")["score"].item() is None


def test_a_score_without_a_value_is_an_observation_without_unit() -> None:
    survey = parse(METRIC_FILE).observations.filter(metric_id="OF0035")
    assert survey.select("value", "unit", "score", "metric").rows() == [
        (None, None, 2.0, "Patient survey")
    ]


def test_the_domain_score_and_segment_are_one_row() -> None:
    domain = parse(METRIC_FILE).domains
    assert domain.select("domain", "score", "segment", "rank").rows() == [
        ("Access to services", 4.0, 4, 2)
    ]


def test_standings_come_from_a_metric_file_with_what_it_lacks_unknown() -> None:
    standing = parse(METRIC_FILE).standings.row(
        by_predicate=pl.col("trust_code") == "Z1A", named=True
    )
    assert (standing["average_score"], standing["score_rank"], standing["rank"]) == (2.33, 1, 2)
    assert (standing["segment"], standing["unadjusted_segment"], standing["override"]) == (
        3,
        2,
        True,
    )
    assert standing["in_deficit"] is None
    assert standing["rank_low"] is None


def test_a_final_segment_goes_before_the_adjusted_one_and_names_its_own_line() -> None:
    about = official.ABOUT.format(code="Z1A")
    text = official.SUMMARY.format(id="OF5005", text="Final segment override")
    rows = [*official.METRIC_ROWS, f"Q3 2025/26,{about},{text},segment,5,NA,NA,NA,NA"]
    standing = parse(official.metric_file(rows)).standings.filter(trust_code="Z1A")
    # Line 12 has the adjusted segment, and the last line the final one.
    columns = ("segment", "adjusted_segment", "segment_line", "rank_line")
    assert standing.select(columns).rows() == [(5, 3, len(rows) + 1, 12)]


def test_a_trust_without_summary_rows_still_has_a_standing() -> None:
    standing = parse(METRIC_FILE).standings.row(
        by_predicate=pl.col("trust_code") == "Z2B", named=True
    )
    assert standing["trust_name"] == "Trust Z2B"
    assert standing["segment"] is None


def test_standings_come_from_a_league_table_with_its_ranges_split() -> None:
    standing = parse(LEAGUE_TABLE).standings.row(
        by_predicate=pl.col("trust_code") == "Z1A", named=True
    )
    assert (standing["average_score_low"], standing["average_score_high"]) == (1.72, 2.73)
    assert (standing["rank_low"], standing["rank_high"], standing["of"]) == (1, 2, 2)
    assert standing["in_deficit"] is True
    assert standing["override"] is None


def test_the_first_form_takes_its_quarter_from_the_summary_rows() -> None:
    same_frames(parse(official.first_form(METRIC_FILE)), parse(METRIC_FILE))


def test_the_first_forms_league_table_has_its_quarter_in_reporting_date() -> None:
    first = LEAGUE_TABLE.replace("Quarter,", "Reporting_date,", 1)
    same_frames(parse(first), parse(LEAGUE_TABLE))


def test_one_file_may_hold_several_quarters() -> None:
    earlier = [row.replace("Q3 2025/26", "Q2 2025/26") for row in official.METRIC_ROWS]
    parsed = parse(official.metric_file([*earlier, *official.METRIC_ROWS]))
    assert [quarter.label for quarter in parsed.quarters] == ["Q2 2025/26", "Q3 2025/26"]
    assert parsed.standings.height == 4
    assert parsed.observations.height == 2 * parse(METRIC_FILE).observations.height


@pytest.mark.parametrize(
    "published",
    ["Non-acute hospital trust", "Mental health and community trust", "Non-acute trust"],
)
def test_both_names_of_the_second_trust_type_mean_one_type(published: str) -> None:
    parsed = parse(METRIC_FILE.replace("Acute trust", published))
    assert parsed.trust_types == ("mental-health-community",)


def test_a_new_trust_type_is_kept_under_its_own_name_with_a_notice() -> None:
    parsed = parse(METRIC_FILE.replace("Acute trust", "Integrated care board"))
    assert parsed.trust_types == ("integrated-care-board",)
    assert "integrated-care-board" in parsed.notices[0]


def test_each_missing_marker_is_a_missing_value() -> None:
    """The first trust's rows again, each time of another trust and with another marker."""
    markers = {
        f"Z{place}C": marker
        for place, marker in enumerate(["NA", "", "-", "*", "N/A", "[x]", "nan", "Suppressed"])
    }
    others = [
        row.replace("Z1A", code).replace(",46.55,", f",{marker},")
        for code, marker in markers.items()
        for row in official.METRIC_ROWS[:2]
    ]
    parsed = parse(official.metric_file([*official.METRIC_ROWS, *others]))
    cancer = parsed.observations.filter(metric_id="OF0011").sort("trust_code")
    assert cancer.select("trust_code", "value", "score").rows() == sorted(
        [("Z1A", 46.55, 4.0), ("Z2B", 76.45, 1.0), *((code, None, 4.0) for code in markers)]
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_an_apostrophe_survives_a_byte_order_mark_and_windows_1252(encoding: str) -> None:
    king = METRIC_FILE.replace("Trust Z1A", "King’s Fictional")
    assert "King’s Fictional" in parse(king, encoding).standings["trust_name"].to_list()


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_every_line_end_reads_like_lf(line_end: str) -> None:
    same_frames(parse(METRIC_FILE.replace("\n", line_end)), parse(METRIC_FILE))


def test_quoted_fields_with_commas_quotes_and_line_ends_read_whole() -> None:
    name = 'The "Old", and\nNew Hospital'
    rows = list(csv.reader(io.StringIO(METRIC_FILE)))
    for row in rows[1:]:
        row[5] = name if row[4] == "Z1A" else row[5]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    names = parse(text.getvalue()).standings["trust_name"].to_list()
    assert 'The "Old", and New Hospital' in names


def test_columns_may_stand_in_another_order() -> None:
    rows = [line.split(",") for line in METRIC_FILE.splitlines()]
    turned = "".join(",".join(reversed(row)) + "\n" for row in rows)
    same_frames(parse(turned), parse(METRIC_FILE))


def test_extra_columns_are_kept_out_with_a_notice() -> None:
    lines = METRIC_FILE.splitlines()
    extra = "".join(
        f"{line},{'ICB_code' if number == 0 else 'Q99'}\n" for number, line in enumerate(lines)
    )
    parsed = parse(extra)
    same_frames(parsed, parse(METRIC_FILE))
    assert "unknown columns, left out: ICB_code" in parsed.notices


def test_a_metric_of_an_unknown_family_is_kept_out_by_name() -> None:
    text = METRIC_FILE + METRIC_FILE.splitlines()[1].replace("OF0011", "OF6011") + "\n"
    parsed = parse(text)
    same_frames(parsed, parse(METRIC_FILE))
    assert "unknown rows, left out: OF6011 (Treated for cancer within 62 days)" in parsed.notices


def test_texts_are_cleaned_of_stray_blanks() -> None:
    blank = METRIC_FILE.replace("Trust Z1A", " Trust  Z1A\N{NO-BREAK SPACE}")
    same_frames(parse(blank), parse(METRIC_FILE))


def test_figures_are_never_rounded() -> None:
    parsed = parse(official.with_field(METRIC_FILE, 2, "Value", "46.554999999999"))
    assert (
        parsed.observations.filter(metric_id="OF0011", trust_code="Z1A")["value"].item()
        == 46.554999999999
    )


def test_blank_lines_do_not_count() -> None:
    spaced = parse("\n\n" + METRIC_FILE.replace("\n", "\n\n"))
    same_frames(spaced, parse(METRIC_FILE), lines_too=False)


def test_a_row_that_stands_twice_counts_once_with_a_notice() -> None:
    parsed = parse(METRIC_FILE + METRIC_FILE.splitlines()[1] + "\n")
    same_frames(parsed, parse(METRIC_FILE))
    assert "duplicate rows, counted once: 1" in parsed.notices


@pytest.mark.parametrize(
    ("published", "meant"),
    [("Yes", True), ("yes - deficit support funding", True), ("No", False), ("Unclear", None)],
)
def test_a_deficit_is_read_from_its_first_word_and_else_unknown(
    published: str, meant: bool | None
) -> None:
    parsed = parse(official.with_field(LEAGUE_TABLE, 3, "Trust_in_financial_deficit", published))
    assert parsed.standings.filter(trust_code="Z1A")["in_deficit"].item() is meant
    assert bool(parsed.notices) is (meant is None)


def test_of_is_unknown_where_rows_of_the_table_are_missing() -> None:
    partial = official.with_field(LEAGUE_TABLE, 3, "Rank", "26")
    assert parse(partial).standings["of"].to_list() == [None, None]


def test_bytes_that_no_known_encoding_has_are_refused_with_their_line() -> None:
    # 0x81 is no letter of Windows-1252, and no beginning of one in UTF-8.
    data = official.metric_file().replace("Trust Z1A", "Trust \x81", 1).encode("latin-1")
    with pytest.raises(RefusedError, match=r"line 2.*neither UTF-8 nor Windows-1252"):
        parse_file("release.csv", data)


def test_a_line_in_another_encoding_than_the_rest_is_refused() -> None:
    lines = (
        official.metric_file()
        .replace("Trust Z1A", "King’s")
        .encode("utf-8")
        .splitlines(keepends=True)
    )
    lines[3] = lines[3].replace(b"Trust Z2B", b"King\x92s")
    with pytest.raises(RefusedError, match=r"line 4.*not in UTF-8, but the rest"):
        parse_file("release.csv", b"".join(lines))
