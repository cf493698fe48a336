"""Acute trusts of 2025/26, of which the real catalogue and two trusts' rows are at hand."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.sample.conftest import Published

NEWEST = "Q4 2025/26"
NAMES = {"metric": "Metric_description", "domain": "Domain", "sub_domain": "Sub-domain", "period": "Reporting_date"}  # fmt: skip


@pytest.fixture
def ours(metric_files: dict[tuple[str, str], Published]) -> Published:
    return metric_files["2025/26", "Acute"]


def plain(text: str) -> str:
    """The catalogue was copied by eye: the kind of a blank at the end is not known."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_each_metric_is_the_catalogues(ours: Published, shared: Path) -> None:
    with (shared / "metric-catalogue.csv").open(encoding="utf-8", newline="") as file:
        catalogue = list(csv.DictReader(file))
    newest = [row for row in ours.rows if row["Quarter"] == NEWEST]
    assert {row["Metric_ID"] for row in newest} == {row["metric_id"] for row in catalogue}
    for about in catalogue:
        rows = [
            row
            for row in newest
            if (row["Metric_ID"], row["Units"]) == (about["metric_id"], about["unit"])
        ]
        assert rows, about
        for theirs, name in NAMES.items():
            assert {plain(row[name]) for row in rows} == {plain(about[theirs])}
        if about["trusts"].isdigit():
            # Specialists of the sample have no A&E; five of 134 real trusts are such.
            assert len(rows) == pytest.approx(int(about["trusts"]), abs=6), about
        assert any(row["Rank"] for row in rows) == (
            "Rank empty" not in about["remark"]
            and about["metric_id"] not in ("OF0088", "OF1048", "OF1088")
            and not about["metric_id"].startswith("OF41")
            and about["metric_id"] not in ("OF5003", "OF5004")
        )


def test_rows_are_those_of_two_real_trusts(ours: Published, shared: Path) -> None:
    """The same metrics at a large trust, each with the same texts and the same cells filled."""
    name = "acute-trust-data-q4-2025-26-two-trusts.csv"
    real = Published(name, (shared / name).read_bytes())
    assert ours.columns == real.columns
    texts = ("Domain", "Sub-domain", "Metric_description", "Reporting_date", "Units")
    cells = ("Value", "Median_value", "Rank")
    in_ours = {
        (row["Metric_ID"], *(row[c] for c in texts), *(bool(row[c]) for c in cells))
        for row in ours.rows
        if row["Quarter"] == NEWEST
    }
    for row in real.rows:
        about = (row["Metric_ID"], *(row[c] for c in texts), *(bool(row[c]) for c in cells))
        assert about in in_ours


def test_a_few_trusts_have_a_count_among_rates(ours: Published) -> None:
    """Four and five specialists, beside the median of the group."""
    for metric_id, number in (("OF0048", 4), ("OF0088", 5)):
        rows = [r for r in ours.rows if (r["Quarter"], r["Metric_ID"]) == (NEWEST, metric_id)]
        assert Counter(row["Units"] for row in rows)["count"] == number
        assert len({row["Median_value"] for row in rows}) == 1
        assert all(
            row["Trust_subtype"] == "Acute - Specialist" for row in rows if row["Units"] == "count"
        )
