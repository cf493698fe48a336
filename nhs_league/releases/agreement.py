"""Whether the two kinds of file agree on where trusts stand in a quarter."""

from __future__ import annotations

import polars as pl

from nhs_league.releases.parse.columns import Kind

_FIGURES = ("segment", "rank", "average_score")
# Published scores have two places; a binary fraction is no difference.
_SAME_TO = 0.005
_NAMED = 5


def disagreements(parts: pl.DataFrame) -> tuple[str, ...]:
    """Say on which trusts a quarter's metric files and league tables differ.

    Args:
        parts: schema PARTS of one quarter; trust types of which only one kind is kept are passed.

    Returns:
        A sentence for each figure, or trust, that the two do not tell alike: the first few, and how
        many more there are.

    """
    metric, table = (
        parts.filter(pl.col("kind") == str(k)) for k in (Kind.METRIC, Kind.LEAGUE_TABLE)
    )
    both = set(metric["trust_type"]) & set(table["trust_type"])
    columns = ("trust_code", *_FIGURES)
    metric, table = (
        kind.filter(pl.col("trust_type").is_in(list(both))).select(
            *columns, there=pl.lit(value=True)
        )
        for kind in (metric, table)
    )
    joined = metric.join(table, on="trust_code", how="full", coalesce=True, suffix="_table")
    said = [
        *_only_in(joined, "there_table", "metric file"),
        *_only_in(joined, "there", "league table"),
        *(line for figure in _FIGURES for line in _different(joined, figure)),
    ]
    more = (f"and {len(said) - _NAMED} more",) if len(said) > _NAMED else ()
    return (*said[:_NAMED], *more)


def _only_in(joined: pl.DataFrame, missing: str, kind: str) -> list[str]:
    codes = joined.filter(pl.col(missing).is_null())["trust_code"].sort()
    other = {"metric file": "league table", "league table": "metric file"}[kind]
    return [f"{code} is in the {kind} and not in the {other}" for code in codes]


def _different(joined: pl.DataFrame, figure: str) -> list[str]:
    apart = (pl.col(figure).cast(pl.Float64) - pl.col(f"{figure}_table").cast(pl.Float64)).abs()
    rows = joined.filter(apart > _SAME_TO).select("trust_code", figure, f"{figure}_table")
    name = figure.replace("_", " ")
    return [
        f"{code}: {name} {here} in the metric file, {there} in the league table"
        for code, here, there in rows.sort("trust_code").iter_rows()
    ]
