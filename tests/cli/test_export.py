"""``export --format sqlite`` and ``duckdb``: one file, with keys, an index of names and credit."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Run, environment
from tests.packed import packed_files

TABLES = {
    "about", "standings", "observations", "domains", "metrics", "trusts", "versions", "set_aside",
    "quarters",
}  # fmt: skip


@pytest.fixture(scope="module")
def exported(sample: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "with spaces é"
    done = sample("export", str(folder), "--format", "sqlite")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == [
        "datapackage.json", "metadata.json", "nhsleague.db",
    ]  # fmt: skip
    return folder


@pytest.fixture
def database(exported: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(exported / "nhsleague.db")) as opened:
        yield opened


def test_the_database_has_the_release_files_figures(database: sqlite3.Connection) -> None:
    # From the release file itself: each acute trust's share treated within 62 days.
    raw = next(
        file.data
        for file in packed_files()
        if b"Q1 2026/27" in file.data and b"Acute trust" in file.data
    )
    rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    wanted = {
        (row["Trust_code"], row["Trust_name"], float(row["Value"]))
        for row in rows
        if row["Metric_ID"] == "OF0011" and row["Quarter"] == "Q1 2026/27" and row["Value"]
    }
    assert len(wanted) > 100
    figures = database.execute(
        "select trust_code, trust_name, value from observations join trusts using (trust_code) "
        "join quarters using (quarter) join metrics using (metric_id) "
        "where metrics.short_name = 'Cancer 62-day' and ends = '2026-06-30' and value is not null"
    ).fetchall()
    assert set(figures) == wanted


def test_keys_hold_and_lead_to_rows(database: sqlite3.Connection) -> None:
    named = {name for (name,) in database.execute("select name from pragma_table_list")}
    assert named >= TABLES
    assert database.execute("pragma foreign_key_check").fetchall() == []
    assert database.execute("pragma integrity_check").fetchall() == [("ok",)]

    def key(table: str) -> list[str]:
        listed = database.execute(f"select name, pk from pragma_table_info('{table}')")
        return [name for name, place in sorted(listed, key=lambda each: each[1]) if place]

    assert key("standings") == ["quarter", "trust_code"]
    assert key("domains") == ["quarter", "trust_code", "domain"]
    led = database.execute('select "from", "table" from pragma_foreign_key_list(\'observations\')')
    assert set(led) == {
        ("quarter", "quarters"), ("trust_code", "trusts"), ("metric_id", "metrics"),
    }  # fmt: skip
    # A score without a value has no unit, and may still not be there twice.
    with pytest.raises(sqlite3.IntegrityError), database:
        database.execute(
            "insert into observations select * from observations where unit is null limit 1"
        )


def test_names_are_found_by_their_words(database: sqlite3.Connection) -> None:
    metrics = database.execute(
        "select metric_id from metrics_fts where metrics_fts match 'cancers' order by metric_id"
    )
    assert [metric_id for (metric_id,) in metrics] == ["OF0010", "OF0011"]
    # As Datasette looks for the full-text index of a table.
    (count,) = database.execute(
        "select count(*) from sqlite_master where sql like '%VIRTUAL TABLE%USING FTS%content=\"trusts\"%'"
    ).fetchone()
    assert count == 1
    trusts = database.execute(
        "select trust_code from trusts_fts where trusts_fts match 'salamanderbridge'"
    )
    assert ("ZB6",) in trusts.fetchall()


def test_the_sample_says_so_in_a_table_in_each_row_and_to_datasette(
    exported: Path, database: sqlite3.Connection
) -> None:
    about = dict(database.execute("select name, value from about"))
    assert about["sample"] == "true"
    assert about["notice"].startswith("FICTIONAL SAMPLE")
    assert "licence" not in about
    for table in TABLES - {"about"}:
        assert database.execute(
            f"select count(*) from {table} where sample is not 1"
        ).fetchone() == (0,)
    metadata = json.loads((exported / "metadata.json").read_text("utf-8"))
    assert metadata["title"].startswith("Fictional sample")
    assert "license" not in metadata
    described = metadata["databases"]["nhsleague"]["tables"]
    assert set(described) == TABLES - {"about"}
    for table, description in described.items():
        columns = {
            name for (name,) in database.execute(f"select name from pragma_table_info('{table}')")
        }
        assert set(description["columns"]) == columns
        assert set(description.get("facets", [])) <= columns
        assert description["description"].startswith("FICTIONAL SAMPLE")


def test_its_data_package_names_the_tables_within_the_file(exported: Path) -> None:
    package = json.loads((exported / "datapackage.json").read_text("utf-8"))
    assert {r["dialect"]["table"] for r in package["resources"]} == TABLES - {"about"}
    assert {r["path"] for r in package["resources"]} == {"nhsleague.db"}
    (led,) = [r for r in package["resources"] if r["name"] == "domains"]
    assert led["schema"]["foreignKeys"][1] == {
        "fields": ["trust_code"], "reference": {"resource": "trusts", "fields": ["trust_code"]},
    }  # fmt: skip


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_a_full_disk_leaves_the_export_that_was_there(sample_cache: Path, tmp_path: Path) -> None:
    import resource

    (tmp_path / "nhsleague.db").write_bytes(b"before")
    done = subprocess.run(
        [COMMAND, "--sample", "export", str(tmp_path), "--format", "sqlite"],
        env=environment(sample_cache),
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 2
    assert "cannot be written: File too large" in done.stderr
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [
        ("nhsleague.db", b"before")
    ]


@pytest.mark.long
def test_duckdb_keeps_quarters_in_the_order_of_time(sample: Run, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    done = sample("export", str(tmp_path), "--format", "duckdb")
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(tmp_path / "nhsleague.duckdb"), read_only=True) as opened:
        counted = opened.execute("select quarter, count(*) from standings group by 1 order by 1")
        quarters = [*(f"Q{n} 2025/26" for n in (1, 2, 3, 4)), "Q1 2026/27"]
        # Trusts of five quarters.
        assert counted.fetchall() == list(zip(quarters, (206, 206, 205, 205, 202), strict=True))
        assert opened.execute("select value from about where name = 'sample'").fetchone() == (
            "true",
        )


def test_without_duckdb_it_is_told_what_reads_the_parquet_files(
    sample: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    failed = sample("export", str(tmp_path), "--format", "duckdb")
    assert failed.returncode == 2
    assert "pip install duckdb" in failed.stderr
    assert "Parquet" in failed.stderr
    assert list(tmp_path.iterdir()) == []
