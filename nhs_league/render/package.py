"""The tidy frames as a folder of files, with a datapackage.json that describes every column.

Source of the form: Frictionless Data, Data Package (https://specs.frictionlessdata.io).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import polars as pl

from nhs_league.core.answers import with_sample
from nhs_league.core.citations import LICENCE
from nhs_league.core.frames import DESCRIPTIONS, KEYS, TABLES, Field
from nhs_league.render.formats import as_texts
from nhs_league.render.meta import SAMPLE_SOURCE, SOURCE
from nhs_league.render.values import flat

_TYPES = {
    pl.Boolean: "boolean", pl.Float64: "number", pl.String: "string", pl.Enum: "string",
}  # fmt: skip
_LICENCE_PATH = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def package(
    tables: Mapping[str, pl.DataFrame], *, kind: str, sample: bool, version: str
) -> dict[str, bytes]:
    """Return the files of a data package.

    Args:
        tables: the tidy frames by name.
        kind: ``csv`` or ``parquet``.
        sample: whether the figures are the fictional sample's.
        version: the program's version.

    Returns:
        File name -> content; ``datapackage.json`` among them.

    """
    with_origin = {name: with_sample(frame, sample=sample) for name, frame in tables.items()}
    files = {f"{name}.{kind}": _written(frame, kind) for name, frame in with_origin.items()}
    described = {
        "name": "nhs-oversight-framework",
        "title": "NHS Oversight Framework league tables, tidy",
        "profile": "data-package",
        "description": SAMPLE_SOURCE if sample else SOURCE,
        "sample": sample,
        "created_by": f"nhsleague {version}",
        "licenses": []
        if sample
        else [{"name": "OGL-UK-3.0", "title": LICENCE, "path": _LICENCE_PATH}],
        "sources": [{"title": SAMPLE_SOURCE if sample else SOURCE}],
        "resources": [_resource(name, frame, kind) for name, frame in with_origin.items()],
    }
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    return {**files, "datapackage.json": text.encode("utf-8")}


def _written(frame: pl.DataFrame, kind: str) -> bytes:
    written = io.BytesIO()
    if kind == "csv":
        as_texts(flat(frame)).write_csv(written)
    else:
        frame.write_parquet(written)
    return written.getvalue()


def _resource(name: str, frame: pl.DataFrame, kind: str) -> dict[str, object]:
    return {
        "name": name,
        "path": f"{name}.{kind}",
        "format": kind,
        "description": TABLES[name],
        "schema": {
            "fields": [_field(column, dtype) for column, dtype in frame.schema.items()],
            "primaryKey": list(KEYS[name]),
            "missingValues": [""],
        },
    }


def _field(column: str, dtype: pl.DataType) -> dict[str, object]:
    if column == "sample":
        about = Field("Whether the row is of the fictional sample.")
    else:
        about = DESCRIPTIONS[column]
    described: dict[str, object] = {
        "name": column,
        "type": _TYPES.get(dtype.base_type(), "integer"),
        "description": about.description,
    }
    return {**described, "unit": about.unit} if about.unit else described
