"""The formats: one function each, and one place that names them."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum

from nhs_league.league.schema.answers import Answer, with_sample
from nhs_league.render.meta import (
    LICENCE,
    SAMPLE_SOURCE,
    SOURCE,
    Meta,
    quarters_of,
    release_files_of,
)


class Format(StrEnum):
    """What ``--format`` may name."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def to_csv(answer: Answer, meta: Meta) -> str:
    """Write the answer's frame as CSV with a header, its column names and ``sample`` first."""
    return with_sample(answer.frame, sample=meta.sample).write_csv()


def to_json(answer: Answer, meta: Meta) -> str:
    """Write the answer as a JSON object: ``meta``, ``rows``, and the answer's further frames."""
    described = {
        "question": answer.question,
        "title": answer.title,
        "quarter": quarters_of(answer),
        "source": SAMPLE_SOURCE if meta.sample else SOURCE,
        "licence": None if meta.sample else LICENCE,
        "release_files": release_files_of(answer),
        "sample": meta.sample,
        "filters": dict(meta.filters),
        "notes": list(answer.notes),
        "version": meta.version,
    }
    parts = {
        name: with_sample(frame, sample=meta.sample).to_dicts()
        for name, frame in answer.parts.items()
    }
    rows = with_sample(answer.frame, sample=meta.sample).to_dicts()
    return (
        json.dumps(
            {"meta": described, **parts, "rows": rows},
            ensure_ascii=False,
            indent=2,
            allow_nan=False,
        )
        + "\n"
    )


WRITERS: dict[Format, Callable[[Answer, Meta], str]] = {Format.CSV: to_csv, Format.JSON: to_json}
"""The formats that are text without a width; the table is printed by ``render.terminal``."""
