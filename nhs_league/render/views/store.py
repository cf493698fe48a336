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
from nhs_league.render.numbers import number
from nhs_league.render.views.columns import columns_of, short_file, texts, yes_no


@columns_of.register
def fetched(answer: FetchReport) -> list[Column]:
    """Return what became of each file."""
    # Names of the built-in list that are not there are counted in the title and tell no more.
    frame = answer.frame.filter(pl.col("status") != "missing")
    return [
        Column("status", texts(frame, "status")),
        Column("quarter", texts(frame, "quarter")),
        Column("trusts", texts(frame, "trusts"), numeric=True),
        Column("file", [short_file(name) for name in frame["file"]], shrinks=True, wrap_width=30),
        Column("kind", texts(frame, "kind"), optional=True),
        Column("type", texts(frame, "trust_type"), shrinks=True, optional=True),
    ]


@columns_of.register
def releases(answer: StoredReleases) -> list[Column]:
    """Return the releases kept."""
    frame = answer.frame
    return [
        Column("quarter", texts(frame, "quarter")),
        Column("type", texts(frame, "trust_type"), shrinks=True),
        Column("kind", texts(frame, "kind")),
        Column("published", [_day(published) for published in frame["published"]]),
        Column("trusts", texts(frame, "trusts"), numeric=True),
        Column("rows", [number(v) if v is None else f"{v:,}" for v in frame["rows"]], numeric=True),
        Column("stored", [_day(fetched) for fetched in frame["fetched"]], optional=True),
        Column("revised", texts(frame, "revised"), numeric=True, optional=True),
        Column("checkable", yes_no(frame["verifiable"]), optional=True),
        Column("file", _files(frame), shrinks=True, optional=True),
    ]


def _files(frame: pl.DataFrame) -> list[str]:
    return [short_file(name) for name in texts(frame, "release_file")]


def _day(moment: str | None) -> str:
    """Write the day of a moment in ISO 8601, or the month if that is all: ``28 Nov 2026``."""
    if not moment:
        return "not known"
    is_month = len(moment) == len("2026-11")
    day = date.fromisoformat(f"{moment}-01" if is_month else moment[:10])
    return f"{day:%b %Y}" if is_month else f"{day.day} {day:%b %Y}"


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
        Column("linked", yes_no(frame["linked"])),
        Column("kept", yes_no(frame["kept"])),
        Column("quarter", texts(frame, "quarter")),
        Column("file", [short_file(name) for name in frame["file"]], shrinks=True, wrap_width=30),
        Column("kind", texts(frame, "kind"), optional=True),
        Column("type", texts(frame, "trust_type"), shrinks=True, optional=True),
    ]


@columns_of.register
def verified(answer: StoredFileChecks) -> list[Column]:
    """Return what was checked."""
    frame = answer.frame
    return [
        Column("fault", [fault or "none" for fault in frame["fault"]], shrinks=True),
        Column("what", [short_file(name) for name in texts(frame, "what")], shrinks=True),
        Column("path", texts(frame, "path"), shrinks=True, optional=True),
    ]
