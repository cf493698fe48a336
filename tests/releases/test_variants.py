"""What NHS England could plausibly publish: each variant is taken, and loses no other row.

The base is a real file where it is at hand, else a fictional one of the same form. A variant is
taken whole, or only the odd cell is set aside or doubted; all other figures are the base's.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nhs_league.errors import RefusedError
from nhs_league.releases.parse import ParsedFile, parse_file
from tests.conftest import SHARED
from tests.framework_years import unlisted_year
from tests.golden import raw
from tests.releases import official
from tests.sampling import one_in

Rows = list[list[str]]
HEADER = official.METRIC_HEADER.split(",")
QUARTER, REGION, TYPE, SUBTYPE, CODE, NAME, DOMAIN, SUB_DOMAIN, ID, TEXT, PERIOD, UNIT, VALUE, MEDIAN, LOW, HIGH, RANK = range(17)  # fmt: skip
FIGURES = ("value", "median", "lower_quartile", "upper_quartile", "rank", "score")


@cache
def base_rows() -> tuple[tuple[str, ...], ...]:
    """A metric file of one quarter: a real one, else a fictional one."""
    real = SHARED / raw.COMMUNITY_2026
    if not real.is_file():
        return tuple(map(tuple, official.whole_metric_file()))
    with real.open(encoding="utf-8-sig", newline="") as text:
        return tuple(map(tuple, csv.reader(text)))


def rows_of_base() -> Rows:
    return [list(row) for row in base_rows()]


@cache
def base() -> ParsedFile:
    return parse(official.published(rows_of_base()))


def parse(data: bytes) -> ParsedFile:
    return parse_file("nhs-oversight-framework-trust-data.csv", data)


def a_value(rows: Rows, *, percent: bool = True) -> int:
    """The place of a value row of a metric that is ranked; of a percentage, or of none."""
    return next(
        place
        for place, row in enumerate(rows)
        if row[ID].startswith("OF0") and row[RANK] and row[VALUE]
        and (row[UNIT] == "%") is percent and abs(float(row[VALUE])) > 1
    )  # fmt: skip


def metrics(rows: Rows) -> Iterator[list[str]]:
    return (row for row in rows[1:] if row[ID].startswith("OF0"))


def summary(rows: Rows, text: str) -> Iterator[list[str]]:
    return (row for row in rows[1:] if row[TEXT] == text)


Change = Callable[[Rows], bytes]
WHOLE: dict[str, Change] = {}
"""Variants of which every figure is read."""
ONE_CELL: dict[str, Change] = {}
"""Variants of which one cell may be set aside or doubted."""


def whole(name: str) -> Callable[[Change], Change]:
    def add(change: Change) -> Change:
        WHOLE[name] = change
        return change

    return add


def in_one_cell(name: str, column: int, text: str, *, percent: bool = True) -> None:
    def change(rows: Rows) -> bytes:
        rows[a_value(rows, percent=percent)][column] = text
        return official.published(rows)

    ONE_CELL[name] = change


def in_whole_column(name: str, column: int, write: Callable[[str], str]) -> None:
    def change(rows: Rows) -> bytes:
        for row in rows[1:]:
            row[column] = write(row[column]) if row[column] else ""
        return official.published(rows)

    WHOLE[name] = change


# A figure is suppressed, or missing, in one cell.
for marker in (
    "[x]", "[c]", "[z]", "[low]", "[u]", "c", "x", "z", "*", "-", "–", "—", ".", "..", "...", ":", "NA", "N/A",
    "n/a", "na", "#N/A", "#VALUE!", "#DIV/0!", "NULL", "null", "None", "NaN", "nan", "Suppressed", "suppressed",
    "Suppressed due to small numbers", "Redacted", "Not applicable", "Not available", "Not submitted", "No data",
):  # fmt: skip
    in_one_cell(f"value {marker}", VALUE, marker)
for marker in ("[x]", "[c]", "NA", "-", "..", "Suppressed"):
    in_one_cell(f"rank {marker}", RANK, marker)
    in_one_cell(f"median {marker}", MEDIAN, marker)

# One number is written otherwise, or is none.
for text in (
    "4.16%", "4.16 %", "1,234.5", "1234,5", "+0.5", ".5", "5.", "−0.5", "–0.5", "12.5 [r]", "12.5 [p]", "4.5e1", "about 5",
    "1 234", "£5", "5 mins", "<5", "5*", "1.2.3", "inf", "1e400", "٣", "O.5", "12-5",
):  # fmt: skip
    in_one_cell(f"one value {text}", VALUE, text)
for text in (
    "8=",
    "=8",
    "8.5",
    "8.0=",
    "eight",
    "NULL",
    "0",
    "-3",
    "8th",
    "joint 8",
    "1e9",
    "8.0.0",
):
    in_one_cell(f"one rank {text}", RANK, text)

# A whole column is written otherwise.
in_whole_column("ranks as whole numbers", RANK, lambda text: text.removesuffix(".0"))
in_whole_column("ranks with a sign of ties", RANK, lambda text: f"{text.removesuffix('.0')}=")
in_whole_column("minus signs in place of hyphens", VALUE, lambda text: text.replace("-", "−", 1))
in_whole_column(
    "plus signs",
    VALUE,
    lambda text: text if text.startswith("-") or float(text) == 0 else f"+{text}",
)
in_whole_column(
    "no zero before the point", VALUE, lambda text: re.sub(r"^(-?)0\.(?=\d*[1-9])", r"\1.", text)
)
in_whole_column("a blank before each value", VALUE, lambda text: f" {text}")
in_whole_column(
    "a no-break space behind each value", VALUE, lambda text: f"{text}\N{NO-BREAK SPACE}"
)
in_whole_column("thousands", VALUE, lambda text: f"{float(text):,.10g}")
in_whole_column("decimal commas", VALUE, lambda text: text.replace(".", ","))
in_whole_column("lower-case codes", CODE, str.lower)
in_whole_column("lower-case metric IDs", ID, str.lower)
in_whole_column("doubled blanks in names", NAME, lambda text: text.replace(" ", "  "))
in_whole_column("capital letters in regions", REGION, str.upper)
in_whole_column(
    "another name of a region", REGION, lambda text: text.replace("East", "East of England")
)


@whole("percent signs behind all percentages")
def _(rows: Rows) -> bytes:
    for row in metrics(rows):
        if row[UNIT] == "%":
            row[VALUE] = f"{row[VALUE]}%"
    return official.published(rows)


for label in (
    "Q1 2026-27", "2026/27 Q1", "Q1 26/27", "q1 2026/27", "Q1  2026/27", "Q1 2026/2027", "Quarter 1 2026/27", "2026-27 Q1",
    "Q1 2026–27", " Q1 2026/27 ",
):  # fmt: skip
    in_whole_column(f"quarter {label!r}", QUARTER, lambda _, label=label: label)  # type: ignore[misc]

for published_type in (
    "Mental health and community", "Mental health & community trust", "MENTAL HEALTH AND COMMUNITY TRUST",
    "Non-acute hospital trust", "Non-acute trust", "Mental Health and Community Provider", "Provider",
):  # fmt: skip

    def _with_type(rows: Rows, published_type: str = published_type) -> bytes:
        is_acute = rows[1][TYPE].startswith("Acute")
        for row in rows[1:]:
            row[TYPE] = published_type
            if is_acute:
                row[SUBTYPE] = "Community"
        return official.published(rows)

    WHOLE[f"type {published_type}"] = _with_type

for unit in ("Score", "", "NA", "unknown"):
    in_whole_column(f"unit {unit!r}", UNIT, lambda _, unit=unit: unit)  # type: ignore[misc]


@whole("segments as Segment 3")
def _(rows: Rows) -> bytes:
    for row in rows[1:]:
        if row[TEXT].endswith("segment"):
            row[VALUE] = f"Segment {row[VALUE].removesuffix('.0')}"
    return official.published(rows)


@whole("flags as Yes and No")
def _(rows: Rows) -> bytes:
    for row in summary(rows, "Financial override"):
        row[VALUE] = "Yes" if float(row[VALUE]) else "No"
    return official.published(rows)


@whole("summary rows with an old period")
def _(rows: Rows) -> bytes:
    for row in rows[1:]:
        if row[ID].startswith("OF5"):
            row[PERIOD] = "Q4 2025/26"
    return official.published(rows)


@whole("medians off by 0.01 between rows")
def _(rows: Rows) -> bytes:
    for row in list(metrics(rows))[::2]:
        row[MEDIAN] = f"{float(row[MEDIAN]) + 0.01:.6g}"
    return official.published(rows)


@whole("quartiles published best first")
def _(rows: Rows) -> bytes:
    for row in metrics(rows):
        row[LOW], row[HIGH] = row[HIGH], row[LOW]
    return official.published(rows)


@whole("no line end at the end")
def _(rows: Rows) -> bytes:
    return official.published(rows).removesuffix(b"\r\n")


@whole("LF and no byte-order mark")
def _(rows: Rows) -> bytes:
    return official.published(rows, encoding="utf-8", end="\n")


@whole("CR alone")
def _(rows: Rows) -> bytes:
    return official.published(rows, encoding="utf-8", end="\r")


@whole("all fields quoted")
def _(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


@whole("commas at the end of rows only")
def _(rows: Rows) -> bytes:
    return official.published([rows[0], *([*row, "", ""] for row in rows[1:])])


@whole("commas at the end of all lines")
def _(rows: Rows) -> bytes:
    return official.published([[*row, ""] for row in rows])


@whole("a title row above")
def _(rows: Rows) -> bytes:
    return official.published([["NHS Oversight Framework, trust data"], [], *rows])


@whole("a padded title row above")
def _(rows: Rows) -> bytes:
    return official.published([["NHS Oversight Framework", *[""] * 16], *rows])


@whole("a footnote below")
def _(rows: Rows) -> bytes:
    return official.published([*rows, [], ["Source: NHS England. Figures may be revised."]])


@whole("a padded footnote below")
def _(rows: Rows) -> bytes:
    return official.published([*rows, ["[c] means suppressed", *[""] * 16]])


@whole("blank lines")
def _(rows: Rows) -> bytes:
    return official.published([line for row in rows for line in (row, [])])


@whole("the header again in the middle")
def _(rows: Rows) -> bytes:
    return official.published([*rows[:50], rows[0], *rows[50:]])


@whole("rows in another order")
def _(rows: Rows) -> bytes:
    return official.published([rows[0], *sorted(rows[1:], key=lambda row: (row[CODE], row[ID]))])


@whole("each row twice")
def _(rows: Rows) -> bytes:
    return official.published([rows[0], *rows[1:], *rows[1:]])


@whole("columns in another order")
def _(rows: Rows) -> bytes:
    return official.published([row[::-1] for row in rows])


@whole("an extra column")
def _(rows: Rows) -> bytes:
    return official.published(
        [[*row, "ICB_code" if n == 0 else "QE1"] for n, row in enumerate(rows)]
    )


for column, name in {
    SUB_DOMAIN: "Subdomain", UNIT: "Unit", MEDIAN: "Median", CODE: "Org_code", TYPE: "Organisation_type",
    NAME: "Organisation_name", TEXT: "Metric_name", PERIOD: "Reporting_period", ID: "Metric ID",
    QUARTER: "QUARTER", SUBTYPE: "Trust subtype",
}.items():  # fmt: skip

    def _renamed(rows: Rows, column: int = column, name: str = name) -> bytes:
        rows[0][column] = name
        return official.published(rows)

    WHOLE[f"column {name}"] = _renamed


@whole("a blank trust name in one row")
def _(rows: Rows) -> bytes:
    rows[5][NAME] = ""
    return official.published(rows)


@whole("a framework year that is not listed")
def _(rows: Rows) -> bytes:
    for row in rows[1:]:
        row[QUARTER] = f"Q1 {unlisted_year()}"
        for old, new in (("OF2", "OF3"), ("OF42", "OF44"), ("OF43", "OF45"), ("OF52", "OF54")):
            row[ID] = re.sub(f"^{old}", new, row[ID])
    return official.published(rows)


def _figures(parsed: ParsedFile) -> dict[str, pl.DataFrame]:
    """All figures, by what a person would call them; units, types and texts are left out."""
    # A third year's scheme has other prefixes; OF2029 is not the score of OF0029.
    number = pl.col("metric_id").str.slice(3) + pl.col("unit").is_null().cast(pl.String)
    order = ["trust_code", "number"]
    return {
        "observations": parsed.observations.with_columns(number=number)
        .select(*order, *FIGURES).sort(*order, "value"),
        "standings": parsed.standings.select(
            "trust_code", "average_score", "segment", "adjusted_segment", "unadjusted_segment",
            "override", "rank", "score_rank",
        ).sort("trust_code"),
        "domains": parsed.domains.select("trust_code", "domain", "score", "segment", "rank").sort(
            "trust_code", "domain"
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", one_in(8, WHOLE))
def test_a_variant_is_taken_whole(name: str) -> None:
    parsed = parse(WHOLE[name](rows_of_base()))
    assert parsed.set_aside.is_empty(), parsed.notices
    assert parsed.observations["doubt"].null_count() == parsed.observations.height, parsed.notices
    for table, ours in _figures(parsed).items():
        expected = _figures(base())[table]
        assert_frame_equal(ours, expected, abs_tol=0.011 if "medians off" in name else 1e-9)


def _odd_cells(parsed: ParsedFile) -> int:
    doubts = sum(
        f["doubt"].count() for f in (parsed.observations, parsed.standings, parsed.domains)
    )
    return parsed.set_aside.height + doubts


@pytest.mark.parametrize("name", one_in(10, ONE_CELL))
def test_one_odd_cell_loses_nothing_else(name: str) -> None:
    rows = rows_of_base()
    parsed = parse(ONE_CELL[name](rows))
    assert parsed.rows == base().rows
    assert parsed.set_aside.height <= 1
    assert _odd_cells(parsed) <= 2
    ours, expected = _figures(parsed), _figures(base())
    assert_frame_equal(ours["standings"], expected["standings"])
    assert_frame_equal(ours["domains"], expected["domains"])
    key = ["trust_code", "number"]
    both = ours["observations"].join(expected["observations"], on=key, how="full", suffix="_base")
    differs = pl.any_horizontal(
        ~pl.col(column).eq_missing(pl.col(f"{column}_base")) for column in FIGURES
    )
    changed = both.filter(differs)
    assert changed.height <= 1
    if changed.height:
        # A cell that reads otherwise is either no figure, or marked.
        code, number = changed.select(key).row(0)
        row = parsed.observations.filter(
            pl.col("trust_code") == code, pl.col("metric_id").str.slice(3) == number[:3]
        ).filter(pl.col("unit").is_not_null())
        is_gone = any(row[column].null_count() for column in ("value", "rank", "median"))
        assert is_gone or row["doubt"].count() == 1, (name, row.to_dicts())


@pytest.mark.long
def test_at_least_nine_in_ten_variants_are_taken_without_losing_another_row() -> None:
    taken = 0
    variants = {**WHOLE, **ONE_CELL, **TABLES}
    for change in variants.values():
        try:
            parse(change(rows_of_base()))
        except RefusedError:
            continue
        taken += 1
    print(f"{taken} of {len(variants)} variants are taken")
    assert len(variants) >= 182
    assert taken >= 0.9 * len(variants)


# League tables: the form of their ranges, and what may be odd about them.
TABLES: dict[str, Change] = {}


def in_table(
    name: str, column: str, write: Callable[[str], str], *, rows_of: int | None = None
) -> None:
    def change(_: Rows) -> bytes:
        rows = official.whole_league_table()
        place = rows[0].index(column)
        for row in rows[1 : None if rows_of is None else rows_of + 1]:
            row[place] = write(row[place])
        return official.published(rows)

    TABLES[name] = change


for ranges in ("Likely_range_of_average_score", "Likely_range_of_rank"):
    for name, form in {
        "hyphen": "{}-{}", "hyphen between blanks": "{} - {}", "en dash": "{}–{}", "em dash": "{} — {}", "To": "{} To {}",
        "TO": "{} TO {}", "two blanks": "{}  to  {}", "round brackets": "({} to {})", "square brackets": "[{}, {}]",
        "comma": "{}, {}",
    }.items():  # fmt: skip
        in_table(
            f"{ranges}: {name}",
            ranges,
            lambda text, form=form: form.format(*text.split(" to ")),  # type: ignore[misc]
        )
in_table(
    "an end just above 4",
    "Likely_range_of_average_score",
    lambda text: f"{text.split(' to ')[0]} to 4.02",
    rows_of=1,
)
in_table(
    "an end just below 1",
    "Likely_range_of_average_score",
    lambda text: f"0.98 to {text.split(' to ')[1]}",
    rows_of=1,
)
in_table(
    "one value for a range", "Likely_range_of_rank", lambda text: text.split(" to ")[0], rows_of=1
)
in_table("segments as words", "Segment", lambda text: f"Segment {text.removesuffix('.0')}")
in_table("whole numbers for segments", "Segment", lambda text: text.removesuffix(".0"))
in_table("whole numbers for ranks", "Rank", lambda text: text.removesuffix(".0"))
in_table(
    "deficit as 1.0 and 0.0",
    "Trust_in_financial_deficit",
    lambda text: "1.0" if text == "Yes" else "0.0",
)
in_table(
    "deficit with words behind it",
    "Trust_in_financial_deficit",
    lambda text: f"{text} (deficit support)" if text == "Yes" else text,
)
in_table("deficit as Y and N", "Trust_in_financial_deficit", lambda text: text[0])


@pytest.mark.parametrize("name", one_in(5, TABLES))
def test_a_league_table_in_another_form_is_taken_whole(name: str) -> None:
    parsed = parse(TABLES[name](rows_of_base()))
    plain = parse(official.published(official.whole_league_table()))
    assert parsed.set_aside.is_empty(), parsed.notices
    assert parsed.standings["doubt"].null_count() == parsed.standings.height, parsed.notices
    changed = ["average_score_low", "average_score_high", "rank_low", "rank_high"]
    dropped = changed if "end" in name or "one value" in name else []
    assert_frame_equal(parsed.standings.drop(dropped), plain.standings.drop(dropped))


def test_a_league_table_of_several_quarters_is_taken() -> None:
    quarters = ("Q1 2026/27", "Q2 2026/27")
    parsed = parse(official.published(official.whole_league_table(quarters)))
    assert [quarter.label for quarter in parsed.quarters] == list(quarters)
    assert _odd_cells(parsed) == 0


def test_an_average_just_outside_its_range_is_taken_and_one_far_outside_doubted() -> None:
    rows = official.whole_league_table()
    average, ends = (rows[0].index(c) for c in ("Average_score", "Likely_range_of_average_score"))
    rows[3][ends] = f"{float(rows[3][average]) + 0.01:.2f} to 4.00"
    assert _odd_cells(parse(official.published(rows))) == 0
    rows[3][ends] = f"{float(rows[3][average]) + 0.3:.2f} to 4.00"
    doubted = parse(official.published(rows)).standings.filter(pl.col("doubt").is_not_null())
    assert doubted["trust_code"].to_list() == [rows[3][CODE]]


def test_medians_by_subtype_are_taken_with_one_notice() -> None:
    rows = official.whole_metric_file()
    for row in metrics(rows):
        shift = 0.0 if row[SUBTYPE] == rows[1][SUBTYPE] else 0.5
        row[MEDIAN] = f"{float(row[MEDIAN]) + shift:.6g}"
    parsed = parse(official.published(rows))
    assert _odd_cells(parsed) == 0
    assert sum("subtype" in notice for notice in parsed.notices) == 1


@pytest.mark.parametrize(
    "column",
    one_in(
        3,
        [
            "Region",
            "Trust_subtype",
            "Sub-domain",
            "Units",
            "Median_value",
            "Lower_quartile",
            "Upper_quartile",
            "Reporting_date",
        ],
    ),
)
def test_an_inessential_column_may_be_missing(column: str) -> None:
    rows = rows_of_base()
    place = rows[0].index(column)
    parsed = parse(official.published([row[:place] + row[place + 1 :] for row in rows]))
    assert _odd_cells(parsed) == 0
    ours = parsed.observations.select("trust_code", "metric_id", "value", "score", "rank")
    expected = base().observations.select("trust_code", "metric_id", "value", "score", "rank")
    by = ["trust_code", "metric_id", "value"]
    assert_frame_equal(ours.sort(by), expected.sort(by))


@pytest.mark.parametrize("metric_id", ["OF0882", "OF0082a", "OF00821"])
def test_a_metric_id_may_have_a_letter_or_a_fifth_digit(metric_id: str) -> None:
    rows = rows_of_base()
    first = next(metrics(rows))[ID]
    for row in rows[1:]:
        if row[ID][3:] == first[3:] and row[ID].startswith(("OF0", "OF2")):
            row[ID] = f"{row[ID][:3]}{metric_id[3:]}"
    parsed = parse(official.published(rows))
    assert _odd_cells(parsed) == 0
    renamed = parsed.observations.filter(pl.col("metric_id") == metric_id.upper())
    expected = base().observations.filter(pl.col("metric_id") == first)
    assert (
        renamed.select("value", "score").sort("value").rows()
        == expected.select("value", "score").sort("value").rows()
    )


def test_integrated_care_boards_beside_trusts_are_a_type_of_their_own() -> None:
    rows = rows_of_base()
    trust = rows[1][CODE]
    boards = [[*row] for row in rows[1:] if row[CODE] == trust]
    for row in boards:
        row[CODE], row[NAME], row[TYPE], row[SUBTYPE] = "QE1", "Fictional ICB", "ICB", "ICB"
        row[RANK] = "1.0" if row[RANK] else ""
    parsed = parse(official.published([*rows, *boards]))
    assert "integrated-care-board" in parsed.trust_types
    ours = parsed.observations.filter(pl.col("trust_type") != "integrated-care-board")
    assert ours.height == base().observations.height
    assert ours["doubt"].count() == 0


def test_a_trust_with_summary_rows_only_has_a_standing() -> None:
    rows = rows_of_base()
    code = rows[1][CODE]
    remaining = [row for row in rows if row[CODE] != code or row[ID].startswith("OF5")]
    parsed = parse(official.published(remaining))
    assert parsed.standings.height == base().standings.height
    assert parsed.standings.filter(trust_code=code)["segment"].item() is not None


def test_a_trust_ranked_last_on_purpose_keeps_its_figures_and_is_doubted() -> None:
    rows = rows_of_base()
    place = a_value(rows)
    group = [row for row in rows[1:] if row[ID] == rows[place][ID]]
    best = min(group, key=lambda row: float(row[RANK]))
    for row in group:
        row[RANK] = f"{float(row[RANK]) - 1}" if row is not best else f"{len(group)}.0"
    if len({row[RANK] for row in group}) != len(group):
        pytest.skip("the best of this metric are tied")
    parsed = parse(official.published(rows))
    doubted = parsed.observations.filter(pl.col("doubt").is_not_null())
    assert doubted["trust_code"].to_list() == [best[CODE]]
    assert doubted["rank"].to_list() == [len(group)]


def test_score_rows_ranked_apart_from_value_rows_are_taken() -> None:
    rows = rows_of_base()
    for row in rows[1:]:
        if row[ID].startswith("OF2") and row[RANK]:
            row[RANK] = "1.0" if row[VALUE] == "1.0" else "2.0"
    parsed = parse(official.published(rows))
    assert_frame_equal(_figures(parsed)["observations"], _figures(base())["observations"])


def test_a_domain_score_without_a_metric_is_taken() -> None:
    rows = rows_of_base()
    domain = next(row for row in rows[1:] if row[ID].startswith("OF42"))[DOMAIN]
    fewer = [row for row in rows if row[DOMAIN] != domain or row[ID].startswith(("OF4", "OF5"))]
    parsed = parse(official.published(fewer))
    assert _odd_cells(parsed) == 0
    assert_frame_equal(_figures(parsed)["domains"], _figures(base())["domains"])


def test_a_score_of_0_is_not_counted() -> None:
    rows = rows_of_base()
    row = (
        next(row for row in rows[1:] if row[ID].startswith("OF2") and not row[RANK])
        if any(row[ID].startswith("OF2") and not row[RANK] for row in rows[1:])
        else next(row for row in rows[1:] if row[ID].startswith("OF2"))
    )
    row[VALUE] = "0.0"
    parsed = parse(official.published(rows))
    assert parsed.set_aside.is_empty()
    of_metric = parsed.observations.filter(
        pl.col("trust_code") == row[CODE], pl.col("metric_id").str.ends_with(row[ID][3:])
    )
    assert of_metric.filter(pl.col("metric") == " ".join(row[TEXT].split()))["score"].to_list() == [
        None
    ]


REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "UTF-16": (lambda data: data.decode("utf-8-sig").encode("utf-16"), "UTF-16"),
    "UTF-16 without a mark": (lambda data: data.decode("utf-8-sig").encode("utf-16-le"), "UTF-16"),
    "a web page": (lambda _: b"<!doctype html><html><body>Not found</body></html>", "web page"),
    "mixed encodings": (
        lambda data: data.replace(b"Trust", b"Tr\xe9st", 1).replace(b"Trust", "Trúst".encode(), 1),
        "not in UTF-8",
    ),
    "semicolons": (lambda data: _delimited(data, ";"), "semicolons"),
    "tabs": (lambda data: _delimited(data, "\t"), "tabs"),
    "zip contents": (lambda data: _zipped(data), "zip"),
    "gzip contents": (gzip.compress, "gzip"),
    "one trust of two types": (lambda data: _of_two_types(data), "two trust types"),
}


def _delimited(data: bytes, delimiter: str) -> bytes:
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode("utf-8")


def _zipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", data)
    return packed.getvalue()


def _of_two_types(data: bytes) -> bytes:
    rows = list(csv.reader(io.StringIO(data.removeprefix(codecs.BOM_UTF8).decode(), newline="")))
    of_trust = [row for row in rows[1:] if row[CODE] == rows[1][CODE]]
    for row in of_trust[::2]:
        row[TYPE], row[SUBTYPE] = "Ambulance trust", "Ambulance"
    return official.published(rows)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_release_is_refused_by_name(name: str) -> None:
    change, words = REFUSED[name]
    with pytest.raises(RefusedError, match=words):
        parse(change(official.published(rows_of_base())))


@pytest.mark.long
@pytest.mark.parametrize("name", one_in(5, [*WHOLE, *ONE_CELL], others=pytest.mark.slow))
def test_the_variants_of_the_largest_real_file_are_taken(name: str, shared: Path) -> None:
    with (shared / raw.ACUTE_2026).open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    parsed = parse({**WHOLE, **ONE_CELL}[name](rows))
    times = 2 if name == "each row twice" else 1
    assert parsed.rows == raw.ROWS[raw.ACUTE_2026] * times
    assert _odd_cells(parsed) <= 2


FOUR_QUARTERS = {
    "Q4 2025-26": r"\1 \2-\3", "2025/26 Q4": r"\2/\3 \1", "Q4 25/26": None, "q4 2025/26": None, "Q4  2025/26": r"\1  \2/\3",
    "Q4 2025/2026": r"\1 \2/20\3", "Q4 (2025/26)": r"\1 (\2/\3)", "FY2025/26 Q4": r"FY\2/\3 \1", "2025/26, Q4": r"\2/\3, \1",
}  # fmt: skip


@cache
def four_quarters() -> tuple[tuple[str, ...], ...]:
    """A metric file of four quarters: a real one, else a fictional one."""
    file = SHARED / raw.COMMUNITY_2025
    if not file.is_file():
        quarters = tuple(f"Q{number} 2025/26" for number in (1, 2, 3, 4))
        return tuple(map(tuple, official.whole_metric_file(quarters)))
    with file.open(encoding="utf-8-sig", newline="") as text:
        return tuple(map(tuple, csv.reader(text)))


@cache
def parse_of_four_quarters() -> ParsedFile:
    return parse(official.published([list(row) for row in four_quarters()]))


@pytest.mark.parametrize("label", one_in(4, FOUR_QUARTERS))
def test_a_label_of_the_quarter_is_read_in_a_file_of_four(label: str) -> None:
    form = FOUR_QUARTERS[label]

    def written(quarter: str) -> str:
        if form is None:
            return quarter.lower() if label.startswith("q") else quarter.replace(" 20", " ")
        return re.sub(r"(Q.) (....)/(..)", form, quarter)

    rows = [list(row) for row in four_quarters()]
    expected = parse_of_four_quarters()
    changed = [rows[0], *([written(row[QUARTER]), *row[1:]] for row in rows[1:])]
    assert label in {row[QUARTER] for row in changed}
    ours = parse(official.published(changed))
    assert ours.set_aside.is_empty()
    for name in ("standings", "observations", "domains"):
        assert_frame_equal(getattr(ours, name), getattr(expected, name))


@pytest.mark.parametrize(
    "published_type", ["Acute", "acute trust", "ACUTE TRUST", "NHS acute trust"]
)
def test_an_acute_trust_is_one_in_any_spelling(published_type: str) -> None:
    rows = official.whole_metric_file()
    for row in rows[1:]:
        row[TYPE] = published_type
    parsed = parse(official.published(rows))
    assert parsed.trust_types == ("acute",)
    assert _odd_cells(parsed) == 0


@pytest.mark.parametrize(
    ("column", "name"),
    [("Trust_in_financial_deficit", "Trust_in_deficit"), ("Trust_code", "Org_code"),
     ("Likely_range_of_rank", "Likely range of rank")],
)  # fmt: skip
def test_a_column_of_the_league_table_may_have_another_name(column: str, name: str) -> None:
    rows = official.whole_league_table()
    expected = parse(official.published(rows)).standings
    rows[0][rows[0].index(column)] = name
    assert_frame_equal(parse(official.published(rows)).standings, expected)
