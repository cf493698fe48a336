"""The tables that an export adds: which trusts, metrics and quarters there are, one row each."""

from __future__ import annotations

import polars as pl

from nhs_league.core import frames as tidy
from nhs_league.core.frames import Field, Frames, cast_to
from nhs_league.core.metrics import catalogue
from nhs_league.core.quarters import LABELS, Quarter

TRUSTS = pl.Schema(
    {
        "trust_code": pl.String,
        "trust_name": pl.String,
        "trust_type": pl.String,
        "subtype": pl.String,
        "region": pl.String,
        "first_quarter": tidy.QUARTER,
        "last_quarter": tidy.QUARTER,
    }
)
"""A trust under its newest name; key trust_code."""

METRICS = pl.Schema(
    {
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "plain": pl.String,
        "everyday_names": pl.String,
        "domain": pl.String,
        "sub_domain": pl.String,
        "unit": pl.String,
        "higher_is_better": pl.Boolean,
        "direction_from": pl.String,
        "standard": pl.Float64,
        "standard_name": pl.String,
        "standard_source": pl.String,
        "trust_types": pl.String,
        "first_quarter": tidy.QUARTER,
        "last_quarter": tidy.QUARTER,
    }
)
"""A metric as its newest quarter has it; key metric_id."""

QUARTERS = pl.Schema({"quarter": tidy.QUARTER, "ends": pl.String, "trusts": pl.Int32})
"""A quarter that is stored; key quarter."""

TABLES = {
    **tidy.TABLES,
    "versions": "A figure that a later release file changed, one row for each version.",
    "trusts": "A trust, under the name that its newest quarter has.",
    "metrics": "A metric, as its newest quarter has it.",
    "quarters": "A quarter that is stored.",
}
"""The tables of an export, and what a row of each is."""

KEYS = {
    **tidy.KEYS,
    "trusts": ("trust_code",),
    "metrics": ("metric_id",),
    "quarters": ("quarter",),
}
"""The columns that tell a table's rows apart; ``unit`` may be null."""

REFERENCES = {
    "standings": {"quarter": "quarters", "trust_code": "trusts"},
    "observations": {"quarter": "quarters", "trust_code": "trusts", "metric_id": "metrics"},
    "domains": {"quarter": "quarters", "trust_code": "trusts"},
    "versions": {"quarter": "quarters", "trust_code": "trusts"},
}
"""Columns that name a row of another table by its key."""

_NAMED = ("standings", "observations", "domains", "versions")
_FIRST, _LAST = "The first quarter that has it.", "The newest quarter that has it."
_OF_TABLE = {
    ("versions", "what"): Field("metric, standing or domain."),
    ("versions", "name"): Field("The metric's ID, the kind of file, or the domain."),
    ("versions", "figure"): Field("The column that changed."),
    ("versions", "edition"): Field("The version, 1 is the oldest."),
    ("versions", "published"): Field("The figure in this version; yes is 1, no is 0."),
    ("versions", "order_known"): Field(
        "Whether anything shows that it was published after the versions before it."
    ),
    ("trusts", "trust_name"): Field("The trust's newest name."),
    ("metrics", "unit"): Field("Unit of its values; several are separated by commas."),
    ("metrics", "domain"): Field("Domain in its newest quarter."),
    ("metrics", "sub_domain"): Field("Sub-domain in its newest quarter."),
    ("quarters", "trusts"): Field("How many trusts have a standing.", "trusts"),
}
_ADDED = {
    "short_name": Field("A short name for tables and charts."),
    "plain": Field("What it measures, in plain English."),
    "everyday_names": Field("Other names that a command accepts for it."),
    "higher_is_better": Field(
        "Whether a higher value is better, or a higher score where no values are published."
    ),
    "direction_from": Field("stated in the program's data, or inferred from values and ranks."),
    "standard": Field("The national standard for its values.", "as in column unit"),
    "standard_name": Field("The name of that standard."),
    "standard_source": Field("Where that standard is published."),
    "trust_types": Field("The trust types that have it."),
    "first_quarter": Field(_FIRST),
    "last_quarter": Field(_LAST),
    "ends": Field("The quarter's last day, which sorts in the order of time."),
}


def describe(table: str, column: str) -> Field:
    """Return what a column of an exported table is.

    >>> describe("standings", "rank").unit, describe("quarters", "trusts").unit
    ('rank', 'trusts')
    """
    if column == "sample":
        return Field("Whether the row is of the fictional sample.")
    field = _OF_TABLE.get((table, column)) or _ADDED.get(column)
    return field or tidy.DESCRIPTIONS[column]


def whole_tables(frames: Frames) -> dict[str, pl.DataFrame]:
    """Return the tidy frames with the tables that name their trusts, metrics and quarters."""
    tables: dict[str, pl.DataFrame] = {
        name: getattr(frames, name).collect() for name in (*tidy.TABLES, "versions")
    }
    return {
        **tables,
        "trusts": _trusts(tables),
        "metrics": _metrics(tables["observations"]),
        "quarters": _quarters(tables),
    }


def _trusts(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    every = pl.concat([tables[name].select("trust_code", "quarter") for name in _NAMED])
    named = tables["standings"].sort("quarter").group_by("trust_code")
    newest = named.agg(
        pl.col("trust_name", "trust_type", "subtype", "region").drop_nulls().last(),
    )
    seen = every.group_by("trust_code").agg(
        first_quarter=pl.col("quarter").min(), last_quarter=pl.col("quarter").max()
    )
    joined = seen.join(newest, on="trust_code", how="left")
    return joined.sort("trust_code").select(cast_to(TRUSTS))


def _metrics(observations: pl.DataFrame) -> pl.DataFrame:
    # A score without a value is listed under no unit, and its direction is the score's.
    listed = catalogue(observations.lazy()).sort(
        pl.col("quarter").to_physical(), pl.col("unit").is_not_null(), "trust_type"
    )
    texts = pl.col("unit").drop_nulls(), pl.col("trust_type")
    units, types = (each.unique().sort().str.join(", ") for each in texts)
    newest = ["metric", "domain", "sub_domain", "higher_is_better", "direction_from"]
    facts = ["short_name", "plain", "everyday_names", "standard", "standard_name"]
    return (
        listed.group_by("metric_id")
        .agg(
            pl.col(*newest, *facts, "standard_source").drop_nulls().last(),
            unit=pl.when(pl.col("unit").is_not_null().any()).then(units),
            trust_types=types,
            first_quarter=pl.col("quarter").min(),
            last_quarter=pl.col("quarter").max(),
        )
        .sort("metric_id")
        .select(cast_to(METRICS))
    )


def _quarters(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    every = pl.concat([tables[name].select("quarter") for name in _NAMED]).unique()
    counts = tables["standings"].group_by("quarter").agg(trusts=pl.len())
    ends = {label: Quarter.parse(label).end.isoformat() for label in LABELS}
    return (
        every.join(counts, on="quarter", how="left")
        .sort("quarter")
        .with_columns(
            ends=pl.col("quarter").cast(pl.String).replace_strict(ends),
            trusts=pl.col("trusts").fill_null(0),
        )
        .select(cast_to(QUARTERS))
    )
