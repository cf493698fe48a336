"""The tables as a folder of files, described by a datapackage.json: data files, or one database.

SQLite is for Datasette, and DuckDB for SQL. Source of the form of the description: Frictionless
Data, Data Package (https://specs.frictionlessdata.io).
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from nhs_league.core.answers import with_sample
from nhs_league.core.citations import LICENCE
from nhs_league.core.frames import QUARTER
from nhs_league.core.reference import KEYS, REFERENCES, TABLES, describe
from nhs_league.errors import UsageError
from nhs_league.render.formats import as_texts, flat
from nhs_league.render.meta import LICENCE_PAGE, SAMPLE_SOURCE, SOURCE, SOURCE_PAGE

_TYPES = {
    pl.Boolean: "boolean", pl.Float64: "number", pl.String: "string", pl.Enum: "string",
}  # fmt: skip
FILES = {"sqlite": "nhsleague.db", "duckdb": "nhsleague.duckdb"}
"""The name of each kind of database's file."""
_DATABASE = "nhsleague"
_SAMPLE_NOTICE = "FICTIONAL SAMPLE: invented trusts and figures, not NHS England's."
_SEARCHED = {
    "trusts": ("trust_code", "trust_name"),
    "metrics": ("metric_id", "metric", "short_name", "plain", "everyday_names"),
}
"""Tables with a full-text index, and the columns in it; Datasette shows a search box for them."""
_LABELS = {"trusts": "trust_name", "metrics": "short_name"}
_FILTERED = (
    "quarter", "trust_code", "trust_type", "subtype", "region", "segment", "metric_id", "domain",
    "score",
)  # fmt: skip
"""Columns that people filter by, where a table has them."""
_FACETS = {
    "standings": ("quarter", "trust_type", "region", "segment"),
    "observations": ("quarter", "trust_type", "domain"),
    "domains": ("quarter", "trust_type", "domain", "segment"),
    "trusts": ("trust_type", "region", "subtype"),
    "metrics": ("domain",),
    "versions": ("quarter", "what"),
}


def package(
    tables: Mapping[str, pl.DataFrame], *, kind: str, sample: bool, version: str
) -> dict[str, bytes]:
    """Return the files of a data package.

    Args:
        tables: the tables by name.
        kind: ``csv``, ``parquet``, ``sqlite`` or ``duckdb``.
        sample: whether the figures are the fictional sample's.
        version: the program's version.

    Returns:
        File name -> content; ``datapackage.json`` among them, and for SQLite ``metadata.json``,
        which Datasette reads.

    Raises:
        UsageError: the package that writes this kind is not installed.

    """
    marked = {name: with_sample(frame, sample=sample) for name, frame in tables.items()}
    described = {
        "name": "nhs-oversight-framework",
        "title": "NHS Oversight Framework league tables, tidy",
        "profile": "data-package",
        "description": SAMPLE_SOURCE if sample else SOURCE,
        "sample": sample,
        "created_by": f"nhsleague {version}",
        "licenses": []
        if sample
        else [{"name": "OGL-UK-3.0", "title": LICENCE, "path": LICENCE_PAGE}],
        "sources": [{"title": SAMPLE_SOURCE if sample else SOURCE}],
        "resources": [_resource(name, frame, kind) for name, frame in marked.items()],
    }
    files = {**_files(marked, kind, sample, version), "datapackage.json": _json(described)}
    if kind == "sqlite":
        files["metadata.json"] = _json(datasette_metadata(marked, sample=sample))
    return files


def _files(
    tables: Mapping[str, pl.DataFrame], kind: str, sample: bool, version: str
) -> dict[str, bytes]:
    if kind in FILES:
        write = to_sqlite if kind == "sqlite" else to_duckdb
        return {FILES[kind]: write(tables, about(sample=sample, version=version))}
    return {f"{name}.{kind}": _written(frame, kind) for name, frame in tables.items()}


def _json(described: object) -> bytes:
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _written(frame: pl.DataFrame, kind: str) -> bytes:
    written = io.BytesIO()
    if kind == "csv":
        as_texts(flat(frame)).write_csv(written)
    else:
        frame.write_parquet(written)
    return written.getvalue()


def _resource(name: str, frame: pl.DataFrame, kind: str) -> dict[str, object]:
    references = [
        {"fields": [column], "reference": {"resource": other, "fields": list(KEYS[other])}}
        for column, other in REFERENCES.get(name, {}).items()
    ]
    place: dict[str, object] = {"path": FILES.get(kind, f"{name}.{kind}"), "format": kind}
    if kind in FILES:
        place["dialect"] = {"table": name}
    return {
        "name": name,
        **place,
        "description": TABLES[name],
        "schema": {
            "fields": [_field(name, column, dtype) for column, dtype in frame.schema.items()],
            "primaryKey": list(KEYS[name]),
            **({"foreignKeys": references} if references else {}),
            "missingValues": [""],
        },
    }


def _field(table: str, column: str, dtype: pl.DataType) -> dict[str, object]:
    field = describe(table, column)
    described: dict[str, object] = {
        "name": column,
        "type": _TYPES.get(dtype.base_type(), "integer"),
        "description": field.description,
    }
    return {**described, "unit": field.unit} if field.unit else described


def about(*, sample: bool, version: str) -> dict[str, str]:
    """Return what a database says of itself, in a table of its own."""
    whose = {
        "notice": _SAMPLE_NOTICE if sample else "",
        "source": SAMPLE_SOURCE if sample else SOURCE,
        "licence": "" if sample else LICENCE,
        "licence_url": "" if sample else LICENCE_PAGE,
    }
    made = {"sample": str(sample).casefold(), "created_by": f"nhsleague {version}"}
    return {name: text for name, text in {**whose, **made}.items() if text}


def to_sqlite(tables: Mapping[str, pl.DataFrame], about: Mapping[str, str]) -> bytes:
    """Write tables with their keys, indexes and a full-text index of names, and ``about``.

    Args:
        tables: the tables by name.
        about: names and texts for the table ``about``.

    """
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("pragma temp_store = memory")
        with database:
            database.execute("create table about (name text primary key, value text not null)")
            database.executemany("insert into about values (?, ?)", about.items())
            for name in _parents_first(tables):
                frame = flat(tables[name])
                for statement in _sqlite_schema(name, frame.schema, tables):
                    database.execute(statement)
                slots = ", ".join("?" * frame.width)
                database.executemany(f"insert into {name} values ({slots})", frame.iter_rows())  # noqa: S608 - names of our own
                if name in _SEARCHED:
                    database.execute(f"insert into {name}_fts ({name}_fts) values ('rebuild')")  # noqa: S608
        database.execute("analyze")
        return database.serialize()


def to_duckdb(tables: Mapping[str, pl.DataFrame], about: Mapping[str, str]) -> bytes:
    """Write tables with their keys and a comment on each column, and ``about``.

    Raises:
        UsageError: duckdb is not installed.

    """
    try:
        import duckdb
    except ImportError as error:
        raise UsageError(
            "DuckDB files need the package duckdb.",
            "Run: pip install duckdb\nOr export Parquet, which DuckDB reads as it is: "
            "select * from 'DIR/standings.parquet'",
        ) from error
    with TemporaryDirectory() as folder:
        file = Path(folder, FILES["duckdb"])
        with closing(duckdb.connect(str(file))) as database:
            database.execute("create table about (name varchar primary key, value varchar)")
            database.executemany("insert into about values (?, ?)", list(about.items()))
            labels = ", ".join(map(_quoted, tables["quarters"]["quarter"]))
            database.execute(f"create type quarter_label as enum ({labels})")
            for name in _parents_first(tables):
                part = Path(folder, f"{name}.parquet")
                tables[name].write_parquet(part)
                database.execute(
                    f"create table {name} as select {_in_time(tables[name])} from read_parquet(?)",  # noqa: S608
                    [str(part)],
                )
                if not _may_be_null(name):
                    database.execute(f"alter table {name} add primary key ({_listed(KEYS[name])})")
                for statement in _comments(name, tables[name].columns):
                    database.execute(statement)
        return file.read_bytes()


def datasette_metadata(tables: Mapping[str, pl.DataFrame], *, sample: bool) -> dict[str, object]:
    """Describe the SQLite file to Datasette: source, licence, each table and column, facets."""
    title = "NHS Oversight Framework league tables"
    credit = {"source": SOURCE, "source_url": SOURCE_PAGE} | (
        {"license": LICENCE, "license_url": LICENCE_PAGE}
    )
    warning = f"{_SAMPLE_NOTICE} " if sample else ""
    described = {name: _datasette_table(name, frame, warning) for name, frame in tables.items()}
    return {
        "title": f"Fictional sample: {title}" if sample else title,
        "description": _SAMPLE_NOTICE
        if sample
        else f"Figures: {SOURCE}. Contains public sector information licensed under the {LICENCE}.",
        **({"source": SAMPLE_SOURCE} if sample else credit),
        "databases": {_DATABASE: {"tables": described}},
    }


def _datasette_table(name: str, frame: pl.DataFrame, warning: str) -> dict[str, object]:
    columns = {}
    for column in frame.columns:
        field = describe(name, column)
        unit = f" Unit: {field.unit}." if field.unit else ""
        columns[column] = f"{field.description}{unit}"
    facets = {"facets": list(_FACETS[name])} if name in _FACETS else {}
    label = {"label_column": _LABELS[name]} if name in _LABELS else {}
    return {"description": f"{warning}{TABLES[name]}", "columns": columns, **facets, **label}


def _parents_first(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    return sorted(tables, key=lambda name: name in REFERENCES)


def _may_be_null(name: str) -> bool:
    """Return whether a part of a table's key may be null, as no part of a primary key should be."""
    return name == "set_aside" or "unit" in KEYS[name]


def _sqlite_schema(
    name: str, schema: pl.Schema, tables: Mapping[str, pl.DataFrame]
) -> Iterator[str]:
    """List the statements that create a table, its indexes and its full-text index."""
    lines = [f'"{column}" {_sqlite_type(dtype)}' for column, dtype in schema.items()]
    if not _may_be_null(name):
        lines.append(f"primary key ({_listed(KEYS[name])})")
    references = REFERENCES.get(name, {})
    lines += [
        f'foreign key ("{column}") references {other} ({_listed(KEYS[other])})'
        for column, other in references.items()
        if other in tables
    ]
    yield f"create table {name} ({', '.join(lines)})"
    if "unit" in KEYS[name]:
        parts = ", ".join(f"ifnull(\"{column}\", '')" for column in KEYS[name])
        yield f"create unique index {name}_key on {name} ({parts})"
    for column in _FILTERED:
        if column in schema and KEYS[name] != (column,):
            yield f'create index {name}_{column} on {name} ("{column}")'
    if name in _SEARCHED:
        columns = _listed(_SEARCHED[name])
        # Datasette finds the index of a table by its name in double quotes.
        yield (
            f"create virtual table {name}_fts using fts5 "
            f"({columns}, content=\"{name}\", tokenize='porter unicode61')"
        )


def _sqlite_type(dtype: pl.DataType) -> str:
    if dtype.is_integer() or dtype == pl.Boolean:
        return "integer"
    return "real" if dtype.is_float() else "text"


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _in_time(frame: pl.DataFrame) -> str:
    """Return the columns to select, in which quarters have the order of time."""
    named = [column for column, dtype in frame.schema.items() if dtype == QUARTER]
    replaced = ", ".join(f"{column}::quarter_label as {column}" for column in named)
    return f"* replace ({replaced})" if replaced else "*"


def _comments(name: str, columns: list[str]) -> Iterator[str]:
    yield f"comment on table {name} is {_quoted(TABLES[name])}"
    for column in columns:
        comment = _quoted(describe(name, column).description)
        yield f'comment on column {name}."{column}" is {comment}'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
