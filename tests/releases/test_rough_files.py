"""Files that are rough at the edges: empty columns, single trusts, odd line ends, enormous sizes."""

from __future__ import annotations

import time

import polars as pl
import pytest
from polars import selectors
from polars.testing import assert_frame_equal

from nhs_league.errors import RefusedError
from nhs_league.releases.parse import ParsedFile, parse_file
from tests.releases import official

ROWS = official.whole_metric_file()
HEADER = ROWS[0]
RANK, VALUE, CODE, NAME = (HEADER.index(c) for c in ("Rank", "Value", "Trust_code", "Trust_name"))


def parse(data: bytes) -> ParsedFile:
    return parse_file("release.csv", data)


def copied() -> list[list[str]]:
    return [list(row) for row in ROWS]


def odd_cells(parsed: ParsedFile) -> int:
    frames = (parsed.observations, parsed.standings, parsed.domains)
    return parsed.set_aside.height + sum(frame["doubt"].count() for frame in frames)


BASE = parse(official.published(ROWS))


def is_base(parsed: ParsedFile, lines_above: int = 0) -> None:
    for name in ("standings", "observations", "domains"):
        base = getattr(BASE, name).with_columns(selectors.ends_with("line") + lines_above)
        assert_frame_equal(getattr(parsed, name), base)


EMPTY = ("Region", "Trust_subtype", "Trust_name", "Sub-domain", "Metric_description", "Reporting_date", "Units",
         "Median_value", "Rank", "Trust_type")  # fmt: skip


@pytest.mark.parametrize("column", EMPTY)
def test_an_empty_column_is_named_and_loses_no_other(column: str) -> None:
    rows = copied()
    for row in rows[1:]:
        row[HEADER.index(column)] = ""
    parsed = parse(official.published(rows))
    assert f"empty columns: {column}" in parsed.notices
    assert odd_cells(parsed) == 0
    key = ["trust_code", "metric_id"]
    ours, expected = (
        p.observations.select(*key, "value", "score").sort(key) for p in (parsed, BASE)
    )
    assert_frame_equal(ours, expected)


@pytest.mark.parametrize("column", ["Value", "Domain"])
def test_a_file_without_any_value_or_domain_is_refused(column: str) -> None:
    rows = copied()
    for row in rows[1:]:
        row[HEADER.index(column)] = ""
    with pytest.raises(RefusedError, match="empty in all 540 rows") as refused:
        parse(official.published(rows))
    assert refused.value.column == column


def with_odd_values(count: int) -> bytes:
    """Write 100 rows, so many of which have a value that is no number."""
    rows = [list(row) for row in ROWS[:101]]
    for row in rows[1 : 1 + count]:
        row[VALUE] = "several"
    return official.published(rows)


def test_of_100_rows_five_may_be_wrong_and_six_are_too_many() -> None:
    parsed = parse(with_odd_values(5))
    assert parsed.set_aside["line"].to_list() == [2, 3, 4, 5, 6]
    (notice,) = (n for n in parsed.notices if n.startswith("set aside: "))
    assert notice.count("line ") == 5
    assert "more" not in notice
    with pytest.raises(RefusedError, match="6 of 100 rows are wrong"):
        parse(with_odd_values(6))


def test_of_601_rows_six_may_be_wrong_and_the_sixth_is_counted() -> None:
    """A hundredth of 601 rows is 6.01."""
    rows = official.whole_metric_file(trusts=34)[:602]
    for row in rows[1:7]:
        row[VALUE] = "several"
    parsed = parse(official.published(rows))
    assert (parsed.rows, parsed.set_aside.height) == (601, 6)
    (notice,) = (n for n in parsed.notices if n.startswith("set aside: "))
    assert notice.endswith("; and 1 more")
    rows[7][VALUE] = "several"
    with pytest.raises(RefusedError, match="7 of 601 rows are wrong"):
        parse(official.published(rows))


def test_a_league_table_is_refused_where_most_scores_are_outside_their_ranges() -> None:
    rows = official.whole_league_table()[:11]
    likely = rows[0].index("Likely_range_of_average_score")
    for row in rows[1:6]:
        row[likely] = "3.98 to 3.99"
    half = parse(official.published(rows)).standings
    assert half["doubt"].count() == 5
    rows[6][likely] = "3.98 to 3.99"
    with pytest.raises(RefusedError, match="in 6 of 10 rows the average score is outside") as most:
        parse(official.published(rows))
    assert most.value.column == "Average_score"


@pytest.mark.parametrize(
    ("others", "few", "are_misplaced"),
    [
        (535, 5, True), (534, 6, False), (250, 5, True), (249, 5, False), (50, 1, True),
        (4, 1, True), (3, 1, False),
    ],
)  # fmt: skip
def test_five_rows_or_fewer_of_another_quarter_than_50_times_as_many_are_misplaced(
    others: int, few: int, are_misplaced: bool
) -> None:
    """A single row is misplaced among four others already."""
    rows = [list(row) for row in ROWS[1 : 1 + others + few]]
    for row in rows[-few:]:
        row[0] = "Q2 2026/27"
    parsed = parse(official.published([HEADER, *rows]))
    misplaced = parsed.set_aside.filter(pl.col("column") == "Quarter")
    assert misplaced.height == (few if are_misplaced else 0)
    assert len(parsed.quarters) == (1 if are_misplaced else 2)


def test_segment_5_is_one_of_a_league_table_and_6_is_none() -> None:
    rows = official.whole_league_table()
    segment = rows[0].index("Segment")
    rows[-1][segment] = "5.0"
    parsed = parse(official.published(rows))
    assert parsed.standings.sort("rank")["segment"].to_list()[-1] == 5
    assert odd_cells(parsed) == 0
    rows[-1][segment] = "6.0"
    parsed = parse(official.published(rows))
    assert parsed.set_aside.select("column", "value", "reason").rows() == [
        ("Segment", "6.0", "a segment is 1 to 5")
    ]


def test_empty_fields_do_not_hide_one_field_too_many() -> None:
    header, _, body = official.published(ROWS, encoding="utf-8").partition(b"\r\n")
    first, _, others = body.partition(b"\r\n")
    parsed = parse(b"\r\n".join([header + b",", first + b",stray", others]))
    assert parsed.set_aside["line"].to_list() == [2]


def test_a_score_whose_rank_is_not_its_values_is_doubted() -> None:
    """Two trusts that reach a standard have one score, so their score rows show no order."""
    rows = copied()
    first, second = sorted(
        (row for row in rows[1:] if row[8] == "OF2003"), key=lambda row: float(row[RANK])
    )[:2]
    second[VALUE] = first[VALUE]
    assert odd_cells(parse(official.published(rows))) == 0
    first[RANK], second[RANK] = second[RANK], first[RANK]
    observed = parse(official.published(rows)).observations
    doubted = observed.filter(pl.col("doubt").is_not_null()).sort("rank")
    assert doubted["metric_id"].to_list() == ["OF0003", "OF0003"]
    assert set(doubted["trust_code"]) == {first[CODE], second[CODE]}
    assert doubted["doubt"].str.contains("the metric's other row has another rank").all()


def test_a_segment_that_the_other_summary_rows_do_not_give_is_doubted() -> None:
    rows = copied()
    one = next(row for row in rows if row[9] == "Unadjusted segment" and row[VALUE] == "4.0")
    one[VALUE] = "2.0"
    standings = parse(official.published(rows)).standings
    doubted = standings.filter(pl.col("doubt").is_not_null())
    assert doubted.select("trust_code", "segment", "unadjusted_segment").rows() == [
        (one[CODE], 4, 2)
    ]
    assert "the trust's other summary rows give another segment" in doubted["doubt"].item()


@pytest.mark.parametrize("column", ["Trust_name", "Domain", "Sub-domain", "Metric_description"])
def test_a_blank_text_in_one_row_is_that_of_the_other_rows(column: str) -> None:
    rows = copied()
    for place in (7, 400):
        rows[place][HEADER.index(column)] = ""
    is_base(parse(official.published(rows)))


def test_a_single_trust_is_a_part_of_the_release() -> None:
    parsed = parse(official.published([HEADER, *(row for row in ROWS if row[CODE] == "Z01")]))
    assert parsed.trusts == 1
    assert odd_cells(parsed) == 0
    assert parsed.observations["of"].null_count() == parsed.observations.height
    assert any(
        "incomplete for Q1 2026/27: it has 1 acute trust (18 rows)" in n for n in parsed.notices
    )


def test_ranks_that_all_share_the_first_place_are_taken() -> None:
    rows = copied()
    for row in rows[1:]:
        if row[8][3:] == "010":
            row[VALUE], row[RANK] = "2.0", "1.0"
    parsed = parse(official.published(rows))
    assert odd_cells(parsed) == 0
    assert parsed.observations.filter(metric_id="OF0010")["of"].unique().to_list() == [30]


def test_where_a_metric_lacks_rows_that_its_ranks_count_it_is_named() -> None:
    left = [row for n, row in enumerate(ROWS) if row[8] != "OF0010" or n % 2]
    parsed = parse(official.published(left))
    (notice,) = (n for n in parsed.notices if n.startswith("rows are missing for OF0010"))
    assert "15 rows, ranks up to" in notice


@pytest.mark.parametrize(("lacking", "end"), [(5, ")"), (6, ") and 1 more metric"), (7, "s")])
def test_five_metrics_that_lack_rows_are_named_and_the_others_counted(
    lacking: int, end: str
) -> None:
    ranked = dict.fromkeys(row[8] for row in ROWS[1:] if row[RANK])
    ids = sorted(i for i in ranked if i.startswith(("OF0", "OF2")))[:lacking]
    left = [row for n, row in enumerate(ROWS) if row[8] not in ids or n % 2]
    (notice,) = (n for n in parse(official.published(left)).notices if n.startswith("rows are m"))
    assert notice.count("ranks up to") == 5
    assert notice.endswith(end)


def test_trusts_without_a_summary_row_that_others_have_are_named_in_the_order_of_the_file() -> None:
    codes = [row[CODE] for row in ROWS[1:31]][::-1][:8]
    rows = [HEADER, *sorted(copied()[1:], key=lambda row: row[CODE], reverse=True)]
    left = [r for r in rows if not (r[9] == "Financial override" and r[CODE] in codes)]
    (notice,) = (n for n in parse(official.published(left)).notices if n.startswith("missing sum"))
    named = ", ".join(f"{code} Q1 2026/27" for code in codes[:5])
    assert notice == f"missing summary rows that other trusts have: {named}, 3 more"


def test_two_trusts_that_share_a_rank_and_not_a_value_are_doubted() -> None:
    rows = copied()
    first, second = sorted(
        (r for r in rows[1:] if r[8] == "OF0003"), key=lambda row: float(row[RANK])
    )[9:11]
    second[RANK] = first[RANK]
    parsed = parse(official.published(rows))
    doubted = parsed.observations.filter(pl.col("doubt").is_not_null())
    assert set(doubted["trust_code"]) == {first[CODE], second[CODE]}
    assert doubted["metric_id"].unique().to_list() == ["OF0003"]


def test_two_rows_of_a_league_table_that_share_a_rank_alone_are_doubted() -> None:
    rows = official.whole_league_table()
    place = rows[0].index("Rank")
    rows[11][place] = rows[10][place]
    standings = parse(official.published(rows)).standings
    doubted = standings.filter(pl.col("doubt").is_not_null())["trust_code"]
    assert set(doubted) == {rows[10][4], rows[11][4]}
    rows[12][place] = rows[10][place]
    with pytest.raises(RefusedError, match="ranks do not follow the figures"):
        parse(official.published(rows))


def test_a_rank_column_that_is_shifted_is_refused() -> None:
    rows = official.whole_league_table()
    place = rows[0].index("Rank")
    for row, rank in zip(rows[1:], ["", *[row[place] for row in rows[1:-1]]], strict=True):
        row[place] = rank
    with pytest.raises(RefusedError, match="ranks do not follow the figures"):
        parse(official.published(rows))


def test_a_small_league_table_with_segment_and_rank_exchanged_is_refused() -> None:
    rows = official.whole_league_table()[:11]
    segment, rank = (rows[0].index(c) for c in ("Segment", "Rank"))
    places = [float(row[rank]) for row in rows[1:]]
    assert places == sorted(places)
    # As few rows as this set aside do not refuse a file, so the ranks have to.
    assert sum(place > 5 for place in places) == 5
    rows[0][segment], rows[0][rank] = rows[0][rank], rows[0][segment]
    with pytest.raises(RefusedError, match="ranks do not follow the figures"):
        parse(official.published(rows))


def test_a_domain_that_its_description_does_not_name_is_doubted_or_refused() -> None:
    rows = copied()
    domain, unit = HEADER.index("Domain"), HEADER.index("Units")
    swapped = [[*row] for row in rows]
    for row in swapped:
        row[domain], row[unit] = row[unit], row[domain]
    with pytest.raises(RefusedError, match="domains and descriptions do not match"):
        parse(official.published([HEADER, *swapped[1:]]))
    one = next(row for row in rows if row[8] == "OF4200")
    one[domain] = "Patient safety"
    doubted = parse(official.published(rows)).domains.filter(pl.col("doubt").is_not_null())
    assert doubted["trust_code"].unique().to_list() == [one[CODE]]


def test_files_put_one_after_the_other_are_read_as_one() -> None:
    both = official.published(ROWS) + official.published(
        official.whole_metric_file(("Q2 2026/27",))
    )
    parsed = parse(both)
    assert [quarter.label for quarter in parsed.quarters] == ["Q1 2026/27", "Q2 2026/27"]
    assert "repeated header rows, left out: 1" in parsed.notices
    assert odd_cells(parsed) == 0


@pytest.mark.parametrize("end", ["\r", "\n", "\r\r\n"])
def test_every_line_end_reads_like_crlf(end: str) -> None:
    is_base(parse(official.published(ROWS, end=end)))


def test_what_programs_add_at_the_beginning_and_the_end_is_left_out() -> None:
    plain = official.published(ROWS, encoding="utf-8")
    is_base(parse(b"sep=,\r\n" + plain), lines_above=1)
    is_base(parse(plain + b"\x1a"))
    noted = parse(plain + b"Source: NHS England, June 2026\r\n")
    is_base(noted)
    assert any('"Source: NHS England, June 2026"' in notice for notice in noted.notices)


def test_a_note_below_the_rows_may_be_filled_up_with_empty_fields() -> None:
    rows = [*ROWS, ["Source: NHS England", *[""] * (len(HEADER) - 1)]]
    noted = parse(official.published(rows))
    is_base(noted)
    assert 'text outside the rows, left out: "Source: NHS England"' in noted.notices


def test_a_lone_trusts_domain_that_its_description_does_not_name_is_doubted() -> None:
    rows = [HEADER, *(row for row in copied() if row[CODE] == "Z01")]
    (one,) = (row for row in rows if row[8] == "OF4202")
    one[HEADER.index("Domain")] = "Access to services"
    (notice,) = (n for n in parse(official.published(rows)).notices if n.startswith("doubtful"))
    assert notice.endswith('Domain "Access to services": the description belongs to another domain')


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_nuls_and_one_nul_is_an_odd_cell(
    encoding: str,
) -> None:
    with pytest.raises(RefusedError, match="the text is in UTF-16"):
        parse(official.published(ROWS, encoding=encoding))
    rows = copied()
    rows[7][VALUE] = "1\0" + rows[7][VALUE]
    parsed = parse(official.published(rows))
    assert parsed.set_aside["line"].to_list() == [8]


def test_windows_1252_is_read() -> None:
    rows = copied()
    for row in rows[1:]:
        row[NAME] = row[NAME].replace("Fictional", "King’s")
    names = parse(official.published(rows, encoding="cp1252")).standings["trust_name"]
    assert names.str.starts_with("King’s Trust").all()


def test_a_stray_quote_loses_its_row_alone() -> None:
    rows = official.published(ROWS, encoding="utf-8", end="\n").split(b"\n")
    rows[20] = rows[20].replace(b",London,", b',"London,').replace(b",Midlands,", b',"Midlands,')
    parsed = parse(b"\n".join(rows))
    assert parsed.set_aside["line"].to_list() == [21]
    assert parsed.rows == len(ROWS) - 2


@pytest.mark.parametrize("text", [".5", "+0.5", "\u22120.5", "0,5"])
def test_one_number_written_unlike_all_others_of_its_column_is_set_aside(text: str) -> None:
    """The others show that they are not written so: 0.75 has its zero, 1.5 no sign and a point."""
    rows = copied()
    for row in rows[1:]:
        if row[8] == "OF0003":
            row[VALUE] = "-0.75"
    one = next(row for row in rows[1:] if row[8] == "OF0303")
    one[VALUE] = text
    parsed = parse(official.published(rows))
    assert parsed.set_aside.filter(pl.col("metric_id") == "OF0303")["value"].to_list() == [text]


@pytest.mark.parametrize(("count", "are_set_aside"), [(1, True), (2, True), (3, False)])
def test_one_or_two_rows_of_a_trust_with_anothers_name_are_set_aside(
    count: int, are_set_aside: bool
) -> None:
    rows = copied()
    other = next(row[NAME] for row in rows if row[CODE] == "Z06")
    for row in [row for row in rows if row[CODE] == "Z05"][:count]:
        row[NAME] = other
    reasons = parse(official.published(rows)).set_aside["reason"].to_list()
    assert reasons == ["another trust has this name"] * (count if are_set_aside else 0)


@pytest.mark.parametrize(("count", "are_set_aside"), [(1, True), (2, True), (3, False)])
def test_one_or_two_rows_of_a_metric_with_anothers_description_are_set_aside(
    count: int, are_set_aside: bool
) -> None:
    rows, description = copied(), HEADER.index("Metric_description")
    other = next(row[description] for row in rows if row[8] == "OF0003")
    for row in [row for row in rows if row[8] == "OF0302"][:count]:
        row[description] = other
    reasons = parse(official.published(rows)).set_aside["reason"].to_list()
    assert reasons == ["another metric has this description"] * (count if are_set_aside else 0)


@pytest.mark.parametrize(("count", "are_set_aside"), [(1, True), (2, True), (3, False)])
def test_one_or_two_rows_of_a_metric_with_another_id_are_set_aside(
    count: int, are_set_aside: bool
) -> None:
    rows = copied()
    for row in [row for row in rows if row[8] == "OF0302"][:count]:
        row[8] = "OF0399"
    reasons = parse(official.published(rows)).set_aside["reason"].to_list()
    assert reasons == ["other rows of this metric have another ID"] * (
        count if are_set_aside else 0
    )


@pytest.mark.parametrize("text", ["8.5", "0", "-3", "1000000"])
def test_a_rank_is_a_whole_number_from_1_on(text: str) -> None:
    rows = copied()
    one = next(row for row in rows[1:] if row[8] == "OF0302")
    one[RANK] = text
    set_aside = parse(official.published(rows)).set_aside
    assert set_aside.select("column", "value").rows() == [("Rank", text)]


def test_of_three_trusts_a_median_beyond_the_quartiles_makes_all_three_doubtful() -> None:
    rows = [HEADER, *(row for row in copied() if row[CODE] in ("Z01", "Z02", "Z03"))]
    for row in rows[1:]:
        if row[8] == "OF0010":
            row[HEADER.index("Median_value")] = "99.0"
    observed = parse(official.published(rows)).observations
    doubted = observed.filter(pl.col("doubt").is_not_null())
    assert doubted.select("metric_id", "trust_code").sort("trust_code").rows() == [
        ("OF0010", code) for code in ("Z01", "Z02", "Z03")
    ]


def test_a_scheme_of_ids_that_is_new_is_read_by_its_descriptions() -> None:
    """Summary rows have the same words in each year, and domains their name before them."""
    rows = official.whole_metric_file(("Q1 2027/28",))
    parsed = parse(official.published(rows))
    columns = ("average_score", "segment", "unadjusted_segment", "override", "rank")
    assert parsed.standings.select(columns).null_count().row(0) == (0,) * 5
    assert parsed.domains.select("score", "segment").null_count().row(0) == (0, 0)
    assert set(parsed.domains["domain"]) == {"Access to services", "Patient safety"}


def test_a_score_of_a_new_scheme_may_add_words_to_its_metrics_description() -> None:
    """Seven in ten words of the shorter description are in the longer one."""
    rows = official.whole_metric_file(("Q1 2027/28",))
    for row in rows[1:]:
        if row[8].startswith("OF3"):
            row[9] += " - score that counts in the average"
    observed = parse(official.published(rows)).observations
    assert observed.select("value", "score").null_count().row(0) == (0, 0)


def test_numbers_below_1_may_lack_their_zero_in_a_whole_column() -> None:
    """A number from 1 on is written alike either way, and shows nothing."""
    rows = copied()
    for row in rows[1:]:
        row[VALUE] = row[VALUE].removeprefix("0") if row[VALUE].startswith("0.") else row[VALUE]
    below = [row[VALUE] for row in rows[1:] if row[VALUE].startswith(".")]
    assert below
    assert any(1 < float(row[VALUE]) < 2 for row in rows[1:])
    written = next(row for row in rows[1:] if row[VALUE] == below[0])
    is_value = (pl.col("trust_code") == written[CODE]) & (pl.col("metric_id") == written[8])
    read = parse(official.published(rows))
    assert read.observations.filter(is_value)["value"].to_list() == [float(below[0])]
    assert odd_cells(read) == 0


def test_all_percentages_may_have_their_sign_beside_figures_that_have_none() -> None:
    rows, unit = copied(), HEADER.index("Units")
    for row in rows[1:]:
        if row[unit] == "%":
            row[VALUE] += "%"
    is_base(parse(official.published(rows)))


def test_a_name_may_have_1000_characters_and_no_more() -> None:
    for length in (1000, 1001):
        rows = copied()
        for row in rows:
            if row[CODE] == "Z05":
                row[NAME] = "N" * length
        if length == 1000:
            names = parse(official.published(rows)).standings.filter(trust_code="Z05")
            assert names["trust_name"].item() == "N" * 1000
        else:
            with pytest.raises(RefusedError) as refused:
                parse(official.published(rows))
            assert refused.value.column == "Trust_name"


def test_a_comma_means_one_thing_in_a_column() -> None:
    rows = copied()
    metric = [row for row in rows[1:] if row[8] == "OF0303"]
    for row in rows[1:]:
        row[VALUE] = row[VALUE].replace(".", ",")
    metric[0][VALUE] = "1,234"
    values = parse(official.published(rows)).observations.filter(
        metric_id="OF0303", trust_code=metric[0][CODE]
    )["value"]
    assert values.to_list() == [1.234]
    # Beside numbers with a point, a lone 1,234 may be 1234 or 1.234.
    rows = copied()
    one = next(row for row in rows[1:] if row[8] == "OF0303")
    for row in rows[1:]:
        if row[8] == "OF0302":
            row[VALUE] = str(float(row[VALUE]) / 100)
    one[VALUE] = "1,234"
    parsed = parse(official.published(rows))
    assert parsed.set_aside.select("column", "value").rows() == [("Value", "1,234")]


@pytest.mark.parametrize("empty", [b",", b",,", b", ,"])
def test_empty_fields_at_the_end_of_the_header_are_no_columns(empty: bytes) -> None:
    plain = official.published(ROWS, encoding="utf-8")
    header, _, body = plain.partition(b"\r\n")
    is_base(parse(header + empty + b"\r\n" + body))
    is_base(parse(plain.replace(b"\r\n", empty + b"\r\n")))


@pytest.mark.parametrize("way", ["names", "no names", "one row"])
def test_a_million_columns_are_dealt_with_at_once(way: str) -> None:
    plain = official.published(ROWS, encoding="utf-8")
    header, _, body = plain.partition(b"\r\n")
    wide = {
        "names": header + b",x" * 1_000_000 + b"\r\n" + body,
        "no names": header + b"," * 1_000_000 + b"\r\n" + body,
        "one row": plain.removesuffix(b"\r\n") + b",x" * 1_000_000 + b"\r\n",
    }[way]
    before = time.perf_counter()
    if way == "names":
        with pytest.raises(RefusedError, match="1,000,017 columns"):
            parse(wide)
    else:
        assert parse(wide).set_aside.height == (1 if way == "one row" else 0)
    # About a tenth of this on an idle machine.
    assert time.perf_counter() - before < 3


@pytest.mark.slow
@pytest.mark.parametrize("note", ["", "Source: NHS England\r\n"])
def test_a_million_rows_are_read(note: str) -> None:
    body = official.whole_metric_file(trusts=2000)[1:]
    quarters = [f"Q{n} {y}/{(y + 1) % 100}" for y in range(2026, 2033) for n in (1, 2, 3, 4)]
    rows = [HEADER, *([quarter, *row[1:]] for quarter in quarters for row in body)]
    data = official.published(rows) + note.encode()
    del rows
    before = time.perf_counter()
    assert parse(data).rows == 28 * 36_000
    assert time.perf_counter() - before < 60
