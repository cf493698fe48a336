"""Figures that a later file changed, old and new."""

from __future__ import annotations

import polars as pl

from nhs_league.core import filters as narrowing, trust_types
from nhs_league.core.answers import Revisions
from nhs_league.core.caveats import unsure_order
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames, round_computed

REVISIONS = (
    "quarter", "trust_type", "trust_code", "trust_name", "what", "name", "metric", "unit",
    "figure", "published_before", "published", "computed_change", "file_before", "release_file",
    "order_known",
)  # fmt: skip
"""The columns of revisions: the metrics' values first. ``figure`` is the column that changed."""


def revisions(frames: Frames, trust_type: str, filters: Filters) -> Revisions:
    """List each figure whose published value was changed by a later file.

    Args:
        frames: the tidy frames of the quarters asked about.
        trust_type: whose, or ``all``.
        filters: which trusts to keep, resolved.

    Returns:
        Columns REVISIONS, one row a change of a figure.

    """
    wanted = frames if trust_type == trust_types.ALL else frames.of_type(trust_type)
    key = ("quarter", "trust_code", "what", "name", "unit", "figure")
    metrics = wanted.observations.group_by("metric_id").agg(pl.col("metric").first())
    told = (
        wanted.versions.sort(*key, "edition")
        .with_columns(
            published_before=pl.col("published").shift(1).over(key),
            file_before=pl.col("release_file").shift(1).over(key),
        )
        .filter(pl.col("edition") > 1)
        .join(
            wanted.standings.select(
                "quarter", "trust_code", "trust_name", "region", "subtype", "segment"
            ),
            on=["quarter", "trust_code"],
            how="left",
        )
        .join(metrics, left_on="name", right_on="metric_id", how="left")
        .filter(narrowing.keep(filters))
        .with_columns(
            computed_change=round_computed(pl.col("published") - pl.col("published_before"))
        )
        .sort(
            pl.col("figure") != "value", "quarter", "trust_type", "trust_code", "what", "name",
            "unit", "figure", "edition", nulls_last=True,
        )
        .select(REVISIONS)
        .collect()
    )  # fmt: skip
    unsure = told.filter(~pl.col("order_known")).height
    values = told.filter(pl.col("figure") == "value").height
    return Revisions(
        title="Figures that a later file changed",
        frame=told,
        notes=(
            f"{told.height} published figures were changed by a later file, {values} of them "
            "values of metrics; scores and ranks of other trusts follow from these. The newest "
            "publication counts.",
            *((unsure_order(unsure),) if unsure else ()),
        ),
    )
