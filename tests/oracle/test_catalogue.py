"""Lists of trusts and metrics, and counts in SQL, against the oracle."""

from __future__ import annotations

from collections import Counter

from tests.oracle import catalogue
from tests.oracle.world import World, number


def test_which_trusts_there_are(world: World) -> None:
    for quarter, trust_type in world.tables():
        rows = world.ask("trusts", "--type", trust_type, "--quarter", quarter, "--csv").rows()
        ours = {
            row["trust_code"]: (
                row["trust_name"],
                row["subtype"],
                row["region"],
                number(row["segment"]),
                number(row["rank"]),
            )
            for row in rows
        }
        assert len(ours) == len(rows)
        assert ours == catalogue.trusts(world.releases, quarter, trust_type)


def test_which_metrics_there_are(world: World) -> None:
    for quarter in world.releases:
        rows = world.ask("metrics", "--quarter", quarter, "--csv").rows()
        ours = {
            (row["trust_type"], row["metric_id"], row["published_unit"]): (
                row["domain"],
                row["sub_domain"],
                int(row["trusts"]),
                int(row["scored"]),
            )
            for row in rows
        }
        assert len(ours) == len(rows)
        assert ours == catalogue.metrics(world.releases, quarter)
        for row in rows:
            unit = catalogue.true_unit(row["metric_id"], row["metric"], quarter)
            if unit and row["published_unit"] != "score":
                assert row["unit"] == unit, row["metric_id"]


def test_counts_of_rows_in_sql(world: World) -> None:
    def counts(table: str) -> dict[tuple[str, str], int]:
        select = f"select quarter, trust_type, count(*) as rows from {table} group by 1, 2"
        rows = world.ask("query", select, "--csv").rows()
        return {(row["quarter"], row["trust_type"]): int(row["rows"]) for row in rows}

    standings: Counter[tuple[str, str]] = Counter()
    observations: Counter[tuple[str, str]] = Counter()
    domains: Counter[tuple[str, str]] = Counter()
    for quarter, trusts in world.releases.items():
        for trust in trusts.values():
            key = (quarter, trust.trust_type)
            standings[key] += 1
            observations[key] += len(trust.metrics)
            domains[key] += len(trust.domains)
    assert counts("standings") == standings
    assert counts("observations") == observations
    assert counts("domains") == domains


def test_sums_and_ranks_in_sql(world: World) -> None:
    select = (
        "select quarter, region, count(*) as trusts, min(rank) as best, sum(average_score) as total "
        "from standings where segment >= 3 group by quarter, region"
    )
    rows = world.ask("query", select, "--csv").rows()
    ours = {
        (row["quarter"], row["region"]): (
            int(row["trusts"]),
            int(row["best"]),
            round(float(row["total"]), 6),
        )
        for row in rows
    }
    assert ours == catalogue.places_by_region(world.releases)
