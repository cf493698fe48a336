"""The tables as a folder of files, with a datapackage.json that describes every column.

Source of the form: Frictionless Data, Data Package (https://specs.frictionlessdata.io).
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping

import polars as pl

from nhs_league.core.answers import with_sample
from nhs_league.core.citations import LICENCE
from nhs_league.core.reference import KEYS, REFERENCES, TABLES, describe
from nhs_league.render.database import FILES, about, datasette_metadata, to_duckdb, to_sqlite
from nhs_league.render.formats import as_texts
from nhs_league.render.meta import LICENCE_PAGE, SAMPLE_SOURCE, SOURCE
from nhs_league.render.values import flat

_TYPES = {
    pl.Boolean: "boolean", pl.Float64: "number", pl.String: "string", pl.Enum: "string",
}  # fmt: skip
_DATABASES: dict[str, Callable[[Mapping[str, pl.DataFrame], Mapping[str, str]], bytes]] = {
    "sqlite": to_sqlite,
    "duckdb": to_duckdb,
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
    if kind in _DATABASES:
        return {FILES[kind]: _DATABASES[kind](tables, about(sample=sample, version=version))}
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
    if kind in _DATABASES:
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
