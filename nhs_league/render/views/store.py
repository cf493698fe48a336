"""The tables of what is stored: releases, files, their faults, and where figures come from."""

from __future__ import annotations

from datetime import date

import polars as pl

from nhs_league.core.answers import (
    FetchReport,
    PublishedFiles,
    Sources,
    StoredFileChecks,
    StoredReleases,
)
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.views.cells import short_file, texts, yes_no
from nhs_league.render.views.columns import columns_of


@columns_of.register
def fetched(answer: FetchReport) -> list[Column]:
    """Return what became of each file."""
    # Names of the built-in list that are not there are counted in the title and tell no more.
    frame = answer.frame.filter(pl.col("status") != "missing")
    return [
        Column("Status", texts(frame, "status")),
        Column("Quarter", texts(frame, "quarter")),
        Column("Trusts", texts(frame, "trusts"), numeric=True),
        Column("File", [short_file(name) for name in frame["file"]]),
        Column("Type", texts(frame, "trust_type")),
        Column("Kind", texts(frame, "kind")),
    ]


@columns_of.register
def releases(answer: StoredReleases) -> list[Column]:
    """Return the releases kept."""
    frame = answer.frame
    return [
        Column("Quarter", texts(frame, "quarter")),
        Column("Type", texts(frame, "trust_type"), wraps=True),
        Column("Kind", texts(frame, "kind")),
        Column("Published", _published(frame), wraps=True),
        Column("Trusts", texts(frame, "trusts"), numeric=True),
        Column("Revised", texts(frame, "revised"), numeric=True),
        Column("Rows", texts(frame, "rows"), numeric=True),
        Column("Checkable", yes_no(frame["verifiable"])),
        Column("Fetched", texts(frame, "fetched")),
        Column("File", texts(frame, "release_file"), wraps=True),
    ]


def _published(frame: pl.DataFrame) -> list[str]:
    """Return dates of publication; of an imported file only the day of the import may be known."""
    columns = frame.select("published", "fetched", "source").iter_rows()
    return [published or _unknown(added, source) for published, added, source in columns]


def _unknown(added: str | None, source: str | None) -> str:
    if added is None or (source or "").startswith(("https://", "http://")):
        return "unknown"
    day = date.fromisoformat(added[:10])
    return f"unknown, imported on {day.day} {day:%B %Y}"


@columns_of.register
def sources(answer: Sources) -> list[Column]:
    """Return each figure with its lines in its release file."""
    frame = answer.frame
    figures = [
        numbers.ordinal(int(value)) if unit == "rank" else numbers.with_unit(value, unit)
        for value, unit in frame.select("value", "unit").iter_rows()
    ]
    return [
        Column("Figure", texts(frame, "name"), wraps=True),
        Column("ID", [v or "" for v in frame["metric_id"]]),
        Column("Value", figures, numeric=True),
        Column("Line", texts(frame, "line"), numeric=True),
        Column("Score", [numbers.score(v) for v in frame["score"]], numeric=True),
        Column("Score's line", texts(frame, "score_line"), numeric=True),
        Column("File", [short_file(name) for name in frame["release_file"]]),
        Column("Period", [v or "" for v in frame["period"]]),
    ]


@columns_of.register
def available(answer: PublishedFiles) -> list[Column]:
    """Return the files that the site has."""
    frame = answer.frame
    return [
        Column("Linked", yes_no(frame["linked"])),
        Column("Kept", yes_no(frame["kept"])),
        Column("Quarter", texts(frame, "quarter")),
        Column("File", [short_file(name) for name in frame["file"]]),
        Column("Type", texts(frame, "trust_type")),
        Column("Kind", texts(frame, "kind")),
    ]


@columns_of.register
def verified(answer: StoredFileChecks) -> list[Column]:
    """Return what was checked."""
    frame = answer.frame
    return [
        Column("Fault", [fault or "none" for fault in frame["fault"]]),
        Column("What", texts(frame, "what"), wraps=True),
        Column("Path", texts(frame, "path"), wraps=True),
    ]
