"""Trusts side by side against the oracle."""

from __future__ import annotations

import pytest

from tests.oracle import comparisons
from tests.oracle.world import World, number


def test_trusts_side_by_side(world: World) -> None:
    for quarter, codes in world.share(_groups(world), 60, 2, long=10):
        rows = world.ask("compare", *codes, "--quarter", quarter, "--csv").rows()
        ours = {
            (row["metric_id"], row["trust_code"]): (
                number(row["value"]),
                number(row["score"]),
                number(row["rank"]),
                number(row["median"]),
                number(row["computed_median"]),
                row["mark"],
            )
            # A count among rates has a row of its own, in which the others are empty.
            for row in sorted(rows, key=lambda row: row["value"] != "")
        }
        expected = {
            key: (
                cell.value,
                cell.score,
                cell.rank,
                cell.median,
                # The command rounds what it computes to six places.
                None if cell.computed_median is None else pytest.approx(cell.computed_median),
                cell.mark,
            )
            for key, cell in comparisons.side_by_side(world.releases, quarter, codes).items()
        }
        assert ours == expected, (quarter, codes)


def _groups(world: World) -> list[tuple[str, list[str]]]:
    """Return groups of two to four trusts; the last of each table are beside those of another type."""
    groups: list[tuple[str, list[str]]] = []
    for quarter, trusts in world.releases.items():
        codes = list(trusts)
        start = 0
        while start < len(codes) - 1:
            size = 2 + len(groups) % 3
            groups.append((quarter, codes[start : start + size]))
            start += size
        groups.append((quarter, [codes[0], codes[-1]]))
    return [(quarter, codes) for quarter, codes in groups if len(codes) > 1]
