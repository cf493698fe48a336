"""``query`` can only read the stored tables, within bounds; quarters are in the order of time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from pytest_httpserver import HTTPServer

from nhs_league.core.frames import QUARTER
from nhs_league.errors import UsageError
from nhs_league.query.engine import Bounds, answered, collected
from nhs_league.render.formats import WRITERS
from nhs_league.render.meta import Meta
from nhs_league.render.terminal import Look, to_text
from nhs_league.usage import Format
from tests.conftest import COMMAND, Run, environment

ENDLESS = "with recursive t as (select 1 as n union all select n + 1 from t) select * from t"


@pytest.mark.parametrize(
    "source",
    [
        "read_csv('{url}')",
        "\"read_csv\"('{url}')",
        "(read_csv('{url}'))",
        "standings, read_parquet('{url}')",
        "standings join read_ndjson('{url}') on true",
        "lateral read_csv('{url}') t",
        "table(read_csv('{url}'))",
        "'{url}'",
        "(select * from read_csv('{url}')) t",
        "standings where rank in (select rank from read_csv('{url}'))",
        "standings union all select * from read_csv('{url}')",
    ],
)
def test_no_address_is_opened(sample: Run, httpserver: HTTPServer, source: str) -> None:
    url = httpserver.url_for("/x.csv")
    done = sample("--offline", "query", f"select * from {source.format(url=url)}")
    assert done.returncode == 2, done.stdout
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert httpserver.log == []


def test_what_one_parser_takes_for_a_comment_is_not_run_by_the_other(
    sample: Run, httpserver: HTTPServer
) -> None:
    url = httpserver.url_for("/x.csv")
    sample("query", f"select * from /* /* */ read_csv('{url}') -- */ standings")
    assert httpserver.log == []


@pytest.mark.parametrize("read", ["read_csv", "read_parquet", "read_ipc", "read_ndjson"])
def test_no_file_is_read(sample: Run, tmp_path: Path, read: str) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("secret\n42\n", "utf-8")
    done = sample("query", f"with t as (select * from {read}('{file}')) select * from t")
    assert (done.returncode, done.stdout) == (2, "")
    assert "can only read the stored tables" in done.stderr


@pytest.mark.parametrize(
    "sql",
    [
        "drop table standings",
        "delete from standings",
        "truncate table standings",
        "insert into standings values (1)",
        "update standings set rank = 1",
        "create table x as select * from standings",
        "copy standings to 'x.csv'",
        "select * into x from standings",
        "with x as (delete from standings returning *) select * from x",
        "explain select 1",
        "select 1; drop table standings",
        ";",
        "-- nothing",
    ],
)
def test_what_is_not_one_select_is_refused(sample: Run, sql: str) -> None:
    done = sample("query", sql)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "sql",
    [
        "select * into x from standings",
        "with x as (delete from standings returning *) select * from x",
    ],
)
def test_a_select_that_would_write_is_refused_before_it_runs(sql: str) -> None:
    with pytest.raises(UsageError, match="A query can only read"):
        answered({"standings": STANDINGS}, sql)


def test_a_semicolon_at_the_end_and_comments_are_no_second_statement(sample: Run) -> None:
    sql = "select 1 as n -- one\nfrom standings /* all */ limit 1 ;"
    assert sample("query", sql, "--quiet").stdout == "sample,n\ntrue,1\n"


@pytest.mark.long
def test_a_statement_that_would_overflow_the_engine_is_refused(sample_installed: Run) -> None:
    for sql in (
        "select * from standings where " + " or ".join(f"rank = {n}" for n in range(6000)),
        "select " + "(" * 3000 + "1" + ")" * 3000,
    ):
        done = sample_installed("query", sql)
        assert done.returncode == 2
        assert "nested too deeply" in done.stderr


def test_a_query_without_end_is_stopped_in_time(sample_installed: Run) -> None:
    began = time.monotonic()
    done = sample_installed("query", ENDLESS, "--timeout", "1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "took longer than 1 seconds" in done.stderr
    assert "--timeout" in done.stderr
    assert time.monotonic() - began < 10


@pytest.mark.long
def test_the_environment_can_set_the_time(sample_installed: Run) -> None:
    done = sample_installed("query", ENDLESS, env={"NHSLEAGUE_QUERY_TIMEOUT": "1"})
    assert "took longer than 1 seconds" in done.stderr


def test_too_many_rows_are_refused_not_cut_off(sample_installed: Run) -> None:
    done = sample_installed("query", "select a.rank from observations a cross join observations b")
    assert (done.returncode, done.stdout) == (2, "")
    assert "more than 1,000,000 rows" in done.stderr


def test_a_query_may_have_just_as_many_rows_as_are_allowed() -> None:
    frame = pl.LazyFrame({"n": range(5)})
    assert collected(lambda: frame, Bounds(rows=5)).height == 5
    with pytest.raises(UsageError, match="more than 4 rows"):
        collected(lambda: frame, Bounds(rows=4))


def test_memory_is_watched() -> None:
    def slow() -> pl.LazyFrame:
        time.sleep(1)
        return pl.LazyFrame()

    with pytest.raises(UsageError, match="needed more than 1 MiB of memory"):
        collected(slow, Bounds(memory=1))


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="Windows interrupts in another way")
def test_an_interrupt_ends_it_at_once(sample: Run, sample_cache: Path) -> None:
    assert sample("trusts").returncode == 0
    process = subprocess.Popen(
        [str(COMMAND), "--sample", "query", ENDLESS],
        env=environment(sample_cache),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "Interrupted.\n")
    assert time.monotonic() - began < 2


ROWS = {
    "quarter": ["Q1 2026/27", "Q4 2025/26", "Q3 2025/26", "Q3 2025/26"],
    "trust_code": ["A", "A", "A", "B"],
    "rank": [1, 2, 3, 4],
}
STANDINGS = pl.LazyFrame(ROWS, schema_overrides={"quarter": QUARTER})
NEW, OLD, OLDEST = "Q1 2026/27", "Q4 2025/26", "Q3 2025/26"


def column(sql: str) -> list[object]:
    """Answer a query over four rows, and give its first column."""
    return answered({"standings": STANDINGS}, sql).frame.to_series().to_list()


@pytest.mark.parametrize(
    ("sql", "first_column"),
    [
        ("select rank from standings where quarter = 'Q1 2026/27'", [1]),
        ("select rank from standings where quarter > 'Q3 2025/26' order by rank", [1, 2]),
        (
            "select rank from standings where quarter between 'Q4 2025/26' and 'Q1 2026/27' order by 1",
            [1, 2],
        ),
        ("select distinct quarter from standings order by quarter", [OLDEST, OLD, NEW]),
        ("select distinct quarter from standings order by quarter desc", [NEW, OLD, OLDEST]),
        ("select max(quarter) from standings", [NEW]),
        ("select rank from standings where quarter = (select max(quarter) from standings)", [1]),
        ("select rank from standings where quarter like 'Q1%'", [1]),
        ("select rank from standings where quarter not like 'Q3%' order by rank", [1, 2]),
        ("select rank from standings where quarter ilike '%2025/26' order by rank", [2, 3, 4]),
        ("select rank from standings where quarter ~ '^Q[14]' order by rank", [1, 2]),
        (
            "with t as (select quarter as q, rank from standings) select rank from t where q like 'Q4%'",
            [2],
        ),
        ("select left(max(quarter), 2) from standings", ["Q1"]),
        ("select distinct upper(substr(quarter, 4, 4)) as y from standings order by y", ["2025", "2026"]),
        ("select lower(quarter) from standings where rank = 1", ["q1 2026/27"]),
        ("select count(*) as n from standings group by quarter order by quarter", [2, 1, 1]),
        (
            "select case when quarter = 'Q1 2026/27' then 'now' else quarter end as w from standings order by rank",
            ["now", OLD, OLDEST, OLDEST],
        ),
        (
            "select coalesce(b.quarter, 'none') as q from standings a left join "
            "(select * from standings where rank = 1) b on a.rank = b.rank order by a.rank",
            [NEW, "none", "none", "none"],
        ),
        (
            "select lag(quarter) over (partition by trust_code order by quarter) as before from standings "
            "where trust_code = 'A' order by rank",
            [OLD, OLDEST, None],
        ),
    ],
)  # fmt: skip
def test_a_quarter_works_as_text_and_in_the_order_of_time(
    sql: str, first_column: list[object]
) -> None:
    assert column(sql) == first_column


def test_a_text_that_is_no_quarter_is_pointed_at() -> None:
    with pytest.raises(UsageError, match='"Q3" is not a quarter'):
        answered({"standings": STANDINGS}, "select * from standings where quarter >= 'Q3'")


def test_an_empty_answer_says_why(sample: Run) -> None:
    done = sample("query", "select * from standings where quarter = 'Q4 2030/31'")
    assert done.returncode == 0
    assert '"Q4 2030/31" is not stored. Stored: Q1 2025/26' in done.stderr
    assert "No rows match" in sample("query", "select rank from standings where rank < 0").stderr


ODD = "date '2025-01-01' as d, interval '36 hours' as i, array[1,2] as l, null as n, array[date '2025-01-01'] as ld"


@pytest.mark.parametrize("form", [f for f in Format if f.shows != "citations"])
@pytest.mark.parametrize("rows", ["", " where rank < 0"])
def test_every_format_has_every_type(form: Format, rows: str) -> None:
    sql = f"select {ODD}, quarter, cast(1.5 as decimal(10,2)) as c from standings{rows}"
    answer = answered({"standings": STANDINGS}, sql)
    meta = Meta(sample=False, version="1", filters={})
    if form is Format.TABLE:
        assert to_text(answer, meta, width=80, look=Look(wide=True))
    else:
        assert WRITERS[form].write(answer, meta) or (rows and form is Format.NDJSON)


def test_odd_types_are_written_plainly(sample: Run) -> None:
    (row,) = json.loads(sample("query", f"select {ODD}", "--json").stdout)["rows"]
    assert row == {
        "sample": True,
        "d": "2025-01-01",
        "i": "P1DT12H",
        "l": [1, 2],
        "n": None,
        "ld": ["2025-01-01"],
    }
    rows = sample("query", f"select {ODD}", "--csv", "--quiet").stdout.splitlines()
    assert rows[1] == 'true,2025-01-01,P1DT12H,"[1, 2]",,"[""2025-01-01""]"'


def test_the_tables_are_described_with_short_types(sample: Run) -> None:
    rows = json.loads(sample("query", "--tables", "--json").stdout)["rows"]
    types = {row["type"] for row in rows}
    assert {row["type"] for row in rows if row["column"] == "quarter"} == {"enum"}
    assert max(map(len, types)) < 10


def test_columns_with_our_names_may_hold_anything(sample: Run) -> None:
    done = sample("query", "select 5 as quarter, 6 as release_file", "--json")
    assert json.loads(done.stdout)["rows"] == [{"sample": True, "quarter": 5, "release_file": 6}]
