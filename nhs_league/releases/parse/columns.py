"""The columns of the two kinds of release file, and which kind a header belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from nhs_league.errors import RefusedError
from nhs_league.frozen import frozen


class FileKind(StrEnum):
    """The two kinds of release file."""

    METRIC = "metric"
    LEAGUE_TABLE = "league table"


_TRUST = {
    "quarter": ("quarter", "financial_quarter", "reporting_quarter"),
    "region": ("region", "nhs_region", "region_name"),
    "trust_type": ("trust_type", "org_type", "organisation_type", "provider_type"),
    "subtype": ("trust_subtype", "trust_sub_type", "subtype", "org_subtype"),
    "trust_code": (
        "trust_code", "org_code", "organisation_code", "ods_code", "provider_code", "icb_code",
    ),
    "trust_name": (
        "trust_name", "org_name", "organisation_name", "provider_name", "icb_name",
    ),
}  # fmt: skip
_METRIC = _TRUST | {
    "domain": ("domain", "domain_name"),
    "sub_domain": ("sub_domain", "subdomain"),
    "metric_id": ("metric_id", "metricid", "metric_code"),
    "metric": ("metric_description", "description", "metric_name", "metric"),
    "period": ("reporting_date", "reporting_period", "period"),
    "unit": ("units", "unit", "unit_of_measure"),
    "value": ("value", "metric_value"),
    "median": ("median_value", "median"),
    "lower_quartile": ("lower_quartile", "lower_quartile_value"),
    "upper_quartile": ("upper_quartile", "upper_quartile_value"),
    "rank": ("rank", "metric_rank"),
}
_LEAGUE_TABLE = _TRUST | {
    "average_score": ("average_score", "average_metric_score"),
    "score_range": ("likely_range_of_average_score", "likely_range_average_score"),
    "segment": ("segment", "adjusted_segment"),
    "deficit": (
        "trust_in_financial_deficit",
        "trust_in_deficit",
        "in_deficit",
        "financial_deficit",
    ),
    "rank": ("rank", "league_rank"),
    "rank_range": ("likely_range_of_rank", "likely_range_rank"),
}
_SPELLINGS = {FileKind.METRIC: _METRIC, FileKind.LEAGUE_TABLE: _LEAGUE_TABLE}
_MAY_LACK = {
    FileKind.METRIC: {
        "quarter", "region", "subtype", "sub_domain", "unit", "median", "lower_quartile",
        "upper_quartile", "period",
    },
    FileKind.LEAGUE_TABLE: {"region", "subtype", "score_range", "deficit", "rank_range"},
}  # fmt: skip
"""Columns without which a file still answers; there they are null. The first form of the metric
file (Q1 2025/26) has no ``Quarter``: the quarter is its summary rows' reporting date."""
_TELLING = {
    **dict.fromkeys(_METRIC["metric_id"], FileKind.METRIC),
    **dict.fromkeys(_LEAGUE_TABLE["average_score"], FileKind.LEAGUE_TABLE),
}


@frozen
class Header:
    """A recognised header.

    Attributes:
        kind: which kind of release file it is.
        spelt: our column name -> the file's spelling, for messages.
        position: our column name -> its place in a row, from 0.
        extra: columns of the file that are not understood.
        absent: our names of columns that the file lacks.
        width: how many fields each row must have.

    """

    kind: FileKind
    spelt: dict[str, str]
    position: dict[str, int]
    extra: tuple[str, ...]
    absent: tuple[str, ...]
    width: int


def recognise(file: str, fields: Sequence[str], *, line: int = 1) -> Header:
    """Read from a header which kind of release file it is and where its columns are.

    The order of the columns, their case, and blanks or hyphens for underscores do not matter; empty
    fields at the end have been dropped. The league table of the first form (Q1 2025/26) has
    ``Reporting_date`` where later ones have ``Quarter``.

    Raises:
        RefusedError: no kind fits (``column`` is None), or a column is missing or doubled.

    """
    names = [re.sub(r"[^a-z0-9]+", "_", n.strip().casefold()).strip("_") for n in fields]
    kind = next((_TELLING[name] for name in names if name in _TELLING), None)
    if kind is None:
        raise RefusedError(
            file,
            "neither a metric file nor a league table: it has no column Metric_ID or Average_score",
            line=line,
            value=",".join(fields),
            advice="Use a CSV file from an NHS Oversight Framework release.",
        )
    spellings = _SPELLINGS[kind]
    if kind is FileKind.LEAGUE_TABLE and not set(names) & set(spellings["quarter"]):
        spellings = spellings | {"quarter": _METRIC["period"]}
    position: dict[str, int] = {}
    for column, known in spellings.items():
        spelling = next((name for name in known if name in names), None)
        if spelling is None:
            continue
        if names.count(spelling) > 1:
            place = names.index(spelling)
            raise RefusedError(
                file, "this column appears twice", line=line, column=fields[place].strip()
            )
        position[column] = names.index(spelling)
    _refuse_missing(file, kind, position, line)
    used = set(position.values())
    return Header(
        kind=kind,
        spelt={column: fields[place].strip() for column, place in position.items()},
        position=position,
        extra=tuple(f.strip() for i, f in enumerate(fields) if f.strip() and i not in used),
        absent=tuple(c for c in spellings if c not in position),
        width=len(fields),
    )


def _refuse_missing(file: str, kind: FileKind, position: dict[str, int], line: int) -> None:
    needed = [c for c in _SPELLINGS[kind] if c not in _MAY_LACK[kind]]
    if kind is FileKind.METRIC and "quarter" not in position:
        needed.append("period")
    missing = [c for c in needed if c not in position]
    if missing:
        raise RefusedError(
            file,
            f"a {kind} file needs this column",
            line=line,
            column=", ".join(_SPELLINGS[kind][c][0].capitalize() for c in missing),
            advice="If NHS England has changed its file layout, try upgrading nhsleague.",
        )
