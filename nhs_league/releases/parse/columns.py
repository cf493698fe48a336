"""The columns of the two kinds of release file, and which kind a header belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nhs_league.errors import RefusedError


class Kind(StrEnum):
    """The two kinds of release file."""

    METRIC = "metric"
    LEAGUE_TABLE = "league table"


_TRUST = {
    "region": "region",
    "trust_type": "trust_type",
    "trust_subtype": "subtype",
    "trust_code": "trust_code",
    "trust_name": "trust_name",
}
_METRIC = _TRUST | {
    "domain": "domain",
    "sub_domain": "sub_domain",
    "metric_id": "metric_id",
    "metric_description": "metric",
    "reporting_date": "period",
    "units": "unit",
    "value": "value",
    "median_value": "median",
    "lower_quartile": "lower_quartile",
    "upper_quartile": "upper_quartile",
    "rank": "rank",
}
_LEAGUE_TABLE = _TRUST | {
    "average_score": "average_score",
    "likely_range_of_average_score": "score_range",
    "segment": "segment",
    "trust_in_financial_deficit": "deficit",
    "rank": "rank",
    "likely_range_of_rank": "rank_range",
}
_PUBLISHED = {Kind.METRIC: _METRIC, Kind.LEAGUE_TABLE: _LEAGUE_TABLE}
_SINCE = {Kind.METRIC: {"quarter": "quarter"}, Kind.LEAGUE_TABLE: dict[str, str]()}
"""Columns that earlier files lack; there they are null."""
_TELLING = {"metric_id": Kind.METRIC, "average_score": Kind.LEAGUE_TABLE}


@dataclass(frozen=True)
class Header:
    """A recognised header.

    Attributes:
        kind: which kind of release file it is.
        spelt: our column name -> the file's own spelling, for error messages.
        position: our column name -> its place in a row, from 0.
        extra: columns of the file that are not understood and kept out.
        absent: our names of columns that the file lacks, as it is of an earlier form.
        width: how many fields each row must have.

    """

    kind: Kind
    spelt: dict[str, str]
    position: dict[str, int]
    extra: tuple[str, ...]
    absent: tuple[str, ...]
    width: int


def recognise(file: str, header: Sequence[str]) -> Header:
    """Tell from a header which kind of release file it is and where its columns stand.

    The order of the columns, their case, and blanks or hyphens for underscores do not matter.
    The first form (Q1 2025/26) has no ``Quarter``; its league table has ``Reporting_date`` instead.

    Raises:
        RefusedError: no kind fits, or a column is missing or doubled.

    """
    names = [re.sub(r"[^a-z0-9]+", "_", name.strip().casefold()).strip("_") for name in header]
    kind = next((_TELLING[name] for name in names if name in _TELLING), None)
    if kind is None:
        raise RefusedError(
            file,
            "neither a metric file nor a league table: no column Metric_ID or Average_score",
            line=1,
            value=",".join(header)[:80],
            advice="Give a CSV file of the NHS Oversight Framework's release.",
        )
    ours = _PUBLISHED[kind] | _SINCE[kind] | {"quarter": "quarter"}
    if kind is Kind.LEAGUE_TABLE and "quarter" not in names:
        ours["reporting_date"] = "quarter"
    doubled = next((n for i, n in enumerate(names) if n in ours and n in names[:i]), None)
    if doubled is not None:
        raise RefusedError(
            file, "this column stands twice", line=1, column=header[names.index(doubled)]
        )
    _refuse_missing(file, kind, ours, names)
    position = {ours[name]: place for place, name in enumerate(names) if name in ours}
    spelt = {column: header[place].strip() for column, place in position.items()}
    extra = tuple(h.strip() for h, name in zip(header, names, strict=True) if name not in ours)
    absent = tuple(c for c in _SINCE[kind].values() if c not in position)
    return Header(kind, spelt, position, extra, absent, len(header))


def _refuse_missing(file: str, kind: Kind, ours: dict[str, str], names: Sequence[str]) -> None:
    missing = [n for n in ours if n not in names and n not in _SINCE[kind]]
    if kind is Kind.LEAGUE_TABLE and ours.get("reporting_date") == "quarter":
        missing = [n for n in missing if n != "quarter"]
    if missing:
        raise RefusedError(
            file,
            f"a {kind} file must have this column",
            line=1,
            column=", ".join(name.capitalize() for name in missing),
            advice="If NHS England changed the layout, a newer nhsleague may know it.",
        )
