"""``query``, ``export`` and plots."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from nhs_league.core.frames import COMPUTED, SCHEMAS, TABLES, describe_columns
from nhs_league.sample import home
from tests.conftest import Run
from tests.packed import packed_files


def test_sql_is_answered_over_all_quarters_in_every_format(sample: Run) -> None:
    sql = "select quarter, count(*) as trusts from standings where trust_type = 'ambulance' group by quarter order by quarter"
    answered = sample("query", sql, "--csv").stdout
    quarters = [*(f"Q{n} 2025/26" for n in (1, 2, 3, 4)), "Q1 2026/27"]
    assert answered == "sample,quarter,trusts\n" + "".join(f"true,{q},10\n" for q in quarters)
    assert [row["trusts"] for row in json.loads(sample("query", sql, "--json").stdout)["rows"]] == [
        10
    ] * 5


def test_the_tables_join(sample: Run) -> None:
    sql = (
        "select s.trust_code, o.value from standings s join observations o "
        "on s.trust_code = o.trust_code and s.quarter = o.quarter "
        "where o.metric_id = 'OF0011' and s.quarter = 'Q4 2025/26' order by o.value limit 1"
    )
    raw = {f.name: f.data for f in packed_files()}["nhs-oversight-framework-acute-trust-data.csv"]
    lowest = (
        pl.read_csv(raw, infer_schema=False)
        .filter(Quarter="Q4 2025/26", Metric_ID="OF0011")
        .with_columns(pl.col("Value").cast(pl.Float64))
        .sort("Value")
    )
    code, value = lowest.select("Trust_code", "Value").row(0)
    output = sample("query", sql, "--quiet").stdout
    assert output == f"sample,trust_code,value\ntrue,{code},{value}\n"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select nothing from standings", "  select nothing from standings\n         ^"),
        ("select * from nowhere", "There is no table nowhere."),
        ("selec x", 'This one begins with "selec"'),
        ("", "--tables"),
    ],
)
def test_sql_that_cannot_be_answered_is_pointed_at(sample: Run, sql: str, message: str) -> None:
    failed = sample("query", sql)
    assert failed.returncode == 2
    assert message in failed.stderr
    assert "Traceback" not in failed.stderr


def test_nothing_can_be_changed_by_sql(sample: Run, sample_cache: Path) -> None:
    counting = ("query", "select count(*) as n from standings", "--quiet")
    # Trusts of five quarters: 206, 206, 205, 205 and 202.
    assert sample(*counting).stdout == "sample,n\ntrue,1024\n"
    before = contents(home(sample_cache))
    assert before
    for sql in ("drop table standings", "delete from standings", "truncate table standings"):
        assert sample("query", sql).returncode == 2
    assert contents(home(sample_cache)) == before
    assert sample(*counting).stdout == "sample,n\ntrue,1024\n"


def contents(folder: Path) -> dict[Path, bytes]:
    """Read all files but derived results, which another process's question may add at any time."""
    return {
        path: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "derived" not in path.parts
    }


def test_figures_that_are_no_numbers_are_null_in_json(sample: Run) -> None:
    reply = sample(
        "query",
        "select (score - score) / (score - score) as a, score / (score - score) as b from domains limit 1",
        "--json",
    )
    (row,) = json.loads(reply.stdout)["rows"]
    assert (row["a"], row["b"]) == (None, None)


def test_every_column_is_described() -> None:
    described = describe_columns()
    for table in TABLES:
        assert described.filter(table=table)["column"].to_list() == SCHEMAS[table].names()
    assert described["description"].str.len_chars().min() > 5  # type: ignore[operator]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_an_export_describes_itself_and_reads_back(sample: Run, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "new" / "tables"
    assert sample("export", str(folder), "--format", kind).returncode == 0
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert package["sample"] is True
    for resource in package["resources"]:
        path = folder / resource["path"]
        fields = resource["schema"]["fields"]
        frame = (
            pl.read_parquet(path) if kind == "parquet" else pl.read_csv(path, infer_schema=False)
        )
        assert frame.columns == [field["name"] for field in fields]
        if kind == "parquet":
            types = {
                "string": pl.String,
                "number": pl.Float64,
                "boolean": pl.Boolean,
                "integer": pl.Int32,
            }
            for field in fields:
                column = frame.schema[field["name"]]
                assert (
                    column.is_integer()
                    if field["type"] == "integer"
                    else column.base_type() in (types[field["type"]], pl.Enum)
                )
    units = {f["name"]: f.get("unit") for f in package["resources"][1]["schema"]["fields"]}
    assert units["value"] == "as in column unit"


def test_a_distribution_counts_each_trust_once_and_marks_the_named(sample: Run) -> None:
    reply = sample("spread", "62-day", "--mark", "ZB6", "--mark", "salamanderbridge", "--json")
    rows = json.loads(reply.stdout)["rows"]
    assert sum(row["trusts"] for row in rows) == 118
    assert rows[0]["marked"] == "ZB6"
    assert sum(row["has_median"] for row in rows) == 1
    shown = sample("spread", "62-day", "--mark", "ZB6", "--format", "table").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "ZB6" in shown


def test_a_mark_without_a_plot_is_wrong_usage(sample: Run) -> None:
    assert sample("table", "--mark", "ZB6").returncode == 2


def test_every_computed_column_of_an_answer_is_described(sample: Run) -> None:
    questions = (
        ["show", "ZB6"], ["compare", "ZB6", "ZE9"], ["compare"], ["worst", "-m", "elective"],
        ["worst", "-m", "infections"], ["table", "ambulance", "--groups", "--bootstrap"], ["hidden"], ["capped"],
        ["spread", "elective"], ["explain", "ZB6"], ["whatif", "ZB6", "--no-deficit"],
        ["whatif", "ZL0", "--to-segment", "2"], ["robust", "ambulance"], ["robust", "ZW5"],
        ["changes", "--from", "q2", "--to", "q3"], ["trend", "ZB6"], ["trend", "ZB6", "--all"],
        ["revisions"], ["audit"],
    )  # fmt: skip
    computed = set()
    for words in questions:
        header = sample(*words, "--csv", "--quiet").stdout.splitlines()[0]
        computed |= {name for name in header.split(",") if name.startswith("computed_")}
    assert len(computed) > 30
    assert computed - set(COMPUTED) == set()
