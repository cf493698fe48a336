"""Domain scores and segments that are published under another domain's name."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from nhs_league.releases.parse import ParsedFile, parse_file
from tests.releases.official import published, whole_metric_file

ACCESS, SAFETY = "Access to services", "Patient safety"
DOMAIN, METRIC_ID, DESCRIPTION = 6, 8, 9
Row = list[str]


def parsed(metric_id: str, change: Callable[[Row], None], rows: int = 30) -> ParsedFile:
    """Read the file of a quarter after changing some rows, of 30, of a metric ID."""
    year = {"2": "2026/27", "4": "2027/28"}[metric_id[3]]
    file = whole_metric_file((f"Q1 {year}",))
    for row in [row for row in file if row[METRIC_ID] == metric_id][:rows]:
        change(row)
    return parse_file("fictional.csv", published(file))


def figures(file: ParsedFile) -> pl.DataFrame:
    columns = ("trust_code", "domain", "score", "segment")
    return file.domains.select(columns).sort("domain", "trust_code")


def as_published(_: Row) -> None:
    pass


def call_it_access(row: Row) -> None:
    row[DOMAIN] = ACCESS


def call_and_describe_it_as_access(row: Row) -> None:
    row[DOMAIN], row[DESCRIPTION] = ACCESS, f"{ACCESS} domain score"


def say_that_safety_is_access(row: Row) -> None:
    row[DESCRIPTION] = f"{ACCESS} domain score"


@pytest.mark.parametrize(
    ("metric_id", "change", "label", "description"),
    [
        ("OF4202", call_it_access, ACCESS, f"{SAFETY} domain score"),
        ("OF4202", call_and_describe_it_as_access, ACCESS, f"{ACCESS} domain score"),
        ("OF4202", say_that_safety_is_access, SAFETY, f"{ACCESS} domain score"),
        # Of a framework year that is not listed the description names the domain.
        ("OF4402", call_it_access, ACCESS, f"{SAFETY} domain score"),
    ],
)
def test_a_domain_whose_name_is_wrong_in_all_rows_is_taken_by_its_id_with_one_notice(
    metric_id: str, change: Callable[[Row], None], label: str, description: str
) -> None:
    file = parsed(metric_id, change)
    assert figures(file).equals(figures(parsed(metric_id, as_published)))
    assert file.domains["doubt"].null_count() == file.domains.height == 60
    (notice,) = [line for line in file.notices if line.startswith("domains that do not match")]
    quarter = file.quarters[0].label
    assert notice == (
        f'domains that do not match: {metric_id} ({quarter}) is published as "{label}" and '
        f'described as "{description}", and is taken as {SAFETY}'
    )


@pytest.mark.parametrize("rows", [1, 2])
def test_a_domain_whose_name_is_wrong_in_a_row_or_two_keeps_their_scores_and_doubts_them(
    rows: int,
) -> None:
    file = parsed("OF4202", call_it_access, rows)
    assert figures(file).equals(figures(parsed("OF4202", as_published)))
    doubted = file.domains.filter(pl.col("doubt").is_not_null())
    assert doubted["domain"].to_list() == [SAFETY] * rows
    (notice,) = file.notices
    assert notice.count(f'Domain "{ACCESS}": other rows of this metric have another domain') == rows


def test_no_score_is_lost_where_nothing_tells_two_domains_apart() -> None:
    file = parsed("OF4402", call_and_describe_it_as_access)
    scores = figures(file).drop_nulls("score")
    assert scores["domain"].unique().sort().to_list() == [
        f"{ACCESS} (OF4400)", f"{ACCESS} (OF4402)"
    ]  # fmt: skip
    before = figures(parsed("OF4402", as_published)).drop_nulls("score")
    assert scores["score"].to_list() == before["score"].to_list()
    assert any("OF4400" in notice and "OF4402" in notice for notice in file.notices)


def test_a_new_name_that_no_other_domain_has_is_used_as_published() -> None:
    def rename(row: Row) -> None:
        row[DOMAIN] = "Safety of patients"

    file = parsed("OF4202", rename)
    assert set(file.domains.drop_nulls("score")["domain"]) == {ACCESS, "Safety of patients"}
    assert any(notice.endswith("is taken as Safety of patients") for notice in file.notices)
