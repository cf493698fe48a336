"""Figures that a later file changed: each of their versions, with its file."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from nhs_league.releases.intake import ReceivedFile, add_files
from nhs_league.releases.integrity import verify
from nhs_league.releases.store import Store, open_store, read_quarters
from tests.releases import official
from tests.sampling import one_in

METRIC = official.metric_file()


def publication(number: int, value: str) -> ReceivedFile:
    """One of several publications of one quarter, in which one value differs."""
    name = "data-q3.csv" if number == 1 else f"data-q3-v{number}.csv"
    # A line's end more, so that each publication has content of its own.
    text = official.with_field(METRIC, 2, "Value", value) + "\n" * number
    return ReceivedFile(name, text.encode(), f"here/{name}", "2026-03")


def listed_versions(store: Store) -> list[tuple[str, str, int, float, str]]:
    versions = (
        read_quarters(store, store.quarters).versions.sort("name", "figure", "edition").collect()
    )
    files = versions["release_file"].str.split("#").list.first()
    columns = versions.with_columns(file=files).select(
        "name", "figure", "edition", "published", "file"
    )
    return columns.rows()


def test_a_figure_that_never_changed_has_no_versions(tmp_path: Path) -> None:
    store, _ = add_files(open_store(tmp_path), [publication(1, "46.55"), publication(2, "46.55")])
    assert listed_versions(store) == []


@pytest.mark.parametrize("order", one_in(6, list(permutations(range(4)))))
def test_the_versions_are_those_of_the_publications_in_whichever_order_they_come(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    files = [publication(1, "41"), publication(2, "41"), publication(3, "42"), publication(4, "41")]
    store = open_store(tmp_path)
    for place in order:
        store, _ = add_files(store, [files[place]])
    assert listed_versions(store) == [
        ("OF0011", "value", 1, 41.0, "data-q3-v2.csv"),
        ("OF0011", "value", 2, 42.0, "data-q3-v3.csv"),
        ("OF0011", "value", 3, 41.0, "data-q3-v4.csv"),
    ]
    assert not [finding for finding in verify(store) if finding.fault]


def test_a_changed_segment_and_domain_are_versions_too(tmp_path: Path) -> None:
    revised = official.with_field(official.with_field(METRIC, 12, "Value", "4"), 10, "Value", "3")
    files = [
        ReceivedFile("q3.csv", METRIC.encode(), ""),
        ReceivedFile("q3-v2.csv", revised.encode(), ""),
    ]
    store, _ = add_files(open_store(tmp_path), files)
    assert [row[:4] for row in listed_versions(store)] == [
        ("Access to services", "score", 1, 4.0),
        ("Access to services", "score", 2, 3.0),
        ("metric", "segment", 1, 3.0),
        ("metric", "segment", 2, 4.0),
    ]


def test_a_figure_that_was_missing_before_is_no_revision(tmp_path: Path) -> None:
    files = [publication(1, "NA"), publication(2, "46.55")]
    store, _ = add_files(open_store(tmp_path), files)
    assert listed_versions(store) == []


def test_the_kinds_of_file_do_not_revise_each_other(tmp_path: Path) -> None:
    table = official.with_field(official.league_table(), 3, "Average_score", "2.34")
    files = [
        ReceivedFile("q3.csv", METRIC.encode(), ""),
        ReceivedFile("table.csv", table.encode(), ""),
    ]
    store, _ = add_files(open_store(tmp_path), files)
    assert (
        read_quarters(store, store.quarters)
        .versions.filter(pl.col("what") == "standing")
        .collect()
        .is_empty()
    )
