"""The real files as tidy frames, read from the raw CSV without the program's own parser.

An independent reading: it knows only what the two framework years' IDs are called (the published
metadata file), so that what the method recomputes is held against the file and not the parser.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import polars as pl

from nhs_league.core.frames import DOMAINS, OBSERVATIONS, STANDINGS, Frames
from nhs_league.core.trust_types import from_published

Result = TypeVar("Result")

Q1_2026 = (
    "acute-trust-data-q1-2026-27.csv",
    "mental-health-and-community-trust-data-q1-2026-27.csv",
    "ambulance-trust-data-q1-2026-27.csv",
)
YEAR_2025 = (
    "nhs-oversight-framework-mental-health-and-community-trust-data.csv",
    "nhs-oversight-framework-ambulance-trust-data.csv",
)
TWO_TRUSTS = ("acute-trust-data-q4-2025-26-two-trusts.csv",)

TRUST = ["quarter", "trust_code"]
SUMMARIES = {
    "segment": ("OF5000", "OF5200"),
    "average_score": ("OF5002", "OF5202"),
    "unadjusted_segment": ("OF5003", "OF5203"),
    "override": ("OF5004", "OF5204"),
}


def raw(folder: Path, *names: str) -> pl.DataFrame:
    """Read files as published: every column a text but the figures."""
    frames = [
        pl.read_csv(folder / name, infer_schema=False, encoding="utf8", null_values=[""])
        for name in names
    ]
    return pl.concat(frames).with_columns(
        pl.col("Value", "Median_value", "Lower_quartile", "Upper_quartile").cast(pl.Float64),
        pl.col("Rank").cast(pl.Float64).cast(pl.Int32),
        pl.col("Metric_description").str.strip_chars(),
        # Units of 2026/27 are wrong for some percentages; their descriptions are not.
        Units=pl.when(pl.col("Metric_description").str.starts_with("Percentage"))
        .then(pl.lit("%"))
        .otherwise("Units"),
        trust_type=pl.col("Trust_type").map_elements(from_published, pl.String),
    )


@cache
def frames_of(folder: Path, names: tuple[str, ...]) -> Frames:
    """Read files into tidy frames, once for all who ask."""
    rows = raw(folder, *names).rename(
        {
            "Quarter": "quarter", "Trust_code": "trust_code", "Trust_name": "trust_name",
            "Trust_subtype": "subtype", "Region": "region", "Domain": "domain",
            "Sub-domain": "sub_domain", "Metric_description": "metric",
            "Reporting_date": "period", "Units": "unit", "Value": "value", "Rank": "rank",
            "Median_value": "median", "Lower_quartile": "lower_quartile",
            "Upper_quartile": "upper_quartile",
        }
    )  # fmt: skip
    return Frames(_standings(rows).lazy(), _observations(rows).lazy(), _domains(rows).lazy())


def once(work: Callable[[Frames], Result]) -> Callable[[Frames], Result]:
    """Return what works something out of the same frames once."""
    # The frames are held, so that no others have their identity.
    results: dict[int, tuple[Frames, Result]] = {}

    def result(frames: Frames) -> Result:
        if id(frames) not in results:
            results[id(frames)] = (frames, work(frames))
        return results[id(frames)][1]

    return result


def _whole(frame: pl.DataFrame, column: str = "rank") -> pl.DataFrame:
    """Add how many trusts a type's ranks are of; null where some are missing."""
    count = pl.col(column).count().over("quarter", "trust_type")
    whole = pl.col(column).max().over("quarter", "trust_type") <= count
    return frame.with_columns(of=pl.when(whole).then(count))


def _standings(rows: pl.DataFrame) -> pl.DataFrame:
    trusts = rows.select(*TRUST, "trust_name", "trust_type", "subtype", "region").unique(TRUST)
    for column, ids in SUMMARIES.items():
        these = rows.filter(pl.col("Metric_ID").is_in(ids)).select(
            *TRUST,
            pl.col("value").alias(column),
            **{"score_rank": "rank"} if column == "average_score" else {},
            **{"rank": "rank"} if column == "segment" else {},
        )
        trusts = trusts.join(these, on=TRUST, how="left")
    flagged = trusts.with_columns(pl.col("override") == 1, adjusted_segment="segment")
    return _shaped(_whole(flagged), STANDINGS)


def _observations(rows: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("Metric_ID").str.slice(3)
    values = rows.filter(pl.col("Metric_ID").str.contains("^OF0")).with_columns(number=number)
    scores = rows.filter(pl.col("Metric_ID").str.contains("^OF[12]")).with_columns(number=number)
    key = [*TRUST, "number", "metric"]
    joined = values.join(
        scores.select(*key, score=_counted("value"), score_rank="rank", score_period="period"),
        on=key,
        how="left",
    ).with_columns(metric_id="Metric_ID")
    alone = scores.join(values, on=key, how="anti")
    taken = values.select("number").unique().with_columns(taken=pl.lit(value=True))
    alone = alone.join(taken, on="number", how="left").with_columns(
        metric_id=pl.when("taken").then("Metric_ID").otherwise(pl.lit("OF0") + pl.col("number")),
        score=_counted("value"),
        score_period="period",
        value=pl.lit(None, pl.Float64),
        unit=pl.lit(None, pl.String),
    )
    both = pl.concat([joined, alone], how="diagonal")
    group = ["quarter", "trust_type", "metric_id", "unit"]
    return _shaped(both.with_columns(of=pl.col("rank").count().over(group)), OBSERVATIONS)


def _counted(column: str) -> pl.Expr:
    """A score of 0 is a metric that was not counted."""
    return pl.when(pl.col(column) > 0).then(pl.col(column))


def _domains(rows: pl.DataFrame) -> pl.DataFrame:
    score = rows.filter(pl.col("Metric_ID").str.contains("^OF4[02]"))
    segment = rows.filter(pl.col("Metric_ID").str.contains("^OF4[13]"))
    key = [*TRUST, "trust_type", "domain"]
    joined = score.select(*key, "rank", score="value").join(
        segment.select(*key, segment="value"), on=key, how="full", coalesce=True
    )
    return _shaped(_whole(joined), DOMAINS)


def _shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    absent = [pl.lit(None).alias(c) for c in schema if c not in frame.columns]
    return frame.with_columns(absent).select(pl.col(c).cast(t) for c, t in schema.items())
