"""Figures that a later file changed, old and new."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from nhs_league.league import filters as narrowing
from nhs_league.league.filters import Filters
from nhs_league.league.noise import noiseless
from nhs_league.league.schema import trust_types
from nhs_league.league.schema.answers import Answer
from nhs_league.league.schema.frames import Frames

REVISIONS = (
    "quarter", "trust_type", "trust_code", "trust_name", "what", "name", "metric", "unit",
    "figure", "published_before", "published", "computed_change", "file_before", "release_file",
    "order_known",
)  # fmt: skip
"""The columns of revisions: the metrics' values first. ``figure`` is the column that changed."""

_FIGURE = ("quarter", "trust_code", "what", "name", "unit", "figure")
_HINT = "nhsleague changes --revisions lists them."


def revisions(frames: Frames, trust_type: str, filters: Filters) -> Answer:
    """List each figure whose published value was changed by a later file.

    Args:
        frames: the tidy frames of the quarters asked about.
        trust_type: whose, or ``all``.
        filters: which trusts to keep, resolved.

    Returns:
        Columns REVISIONS, one row a change of a figure.

    """
    wanted = frames if trust_type == trust_types.ALL else frames.of_type(trust_type)
    key = _FIGURE
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
        .with_columns(computed_change=noiseless(pl.col("published") - pl.col("published_before")))
        .sort(
            pl.col("figure") != "value", "quarter", "trust_type", "trust_code", "what", "name",
            "unit", "figure", "edition", nulls_last=True,
        )
        .select(REVISIONS)
        .collect()
    )  # fmt: skip
    unsure = told.filter(~pl.col("order_known")).height
    values = told.filter(pl.col("figure") == "value").height
    return Answer(
        question="revisions",
        title="Figures that a later file changed",
        frame=told,
        notes=(
            f"{told.height} published figures were changed by a later file, {values} of them "
            "values of metrics; scores and ranks of other trusts follow from these. The newest "
            "publication counts.",
            *((_unsure_among(unsure),) if unsure else ()),
        ),
    )


def told_once(answer: Answer, frames: Frames) -> Answer:
    """Add a note to an answer that rests on a revised figure.

    Args:
        answer: an answer whose frame has trust_code and quarter.
        frames: the frames that it was drawn from.

    """
    frame = answer.frame
    if "trust_code" not in frame.columns or "quarter" not in frame.columns:
        return answer
    of_metrics = "metric_id" in frame.columns
    on = ["quarter", "trust_code", "name"] if of_metrics else ["quarter", "trust_code"]
    changed = frames.versions.filter(
        pl.col("what") == ("metric" if of_metrics else "standing"),
        pl.col("figure").is_in(["value", "average_score", "segment"]),
    )
    asked = frame.lazy().rename({"metric_id": "name"} if of_metrics else {}).select(on)
    revised = changed.join(asked.unique(), on=on, how="semi").select(*on, "figure").unique()
    count = revised.select(pl.len()).collect().item()
    if not count:
        return answer
    notes = [_revised(count)]
    newest = pl.col("edition") == pl.col("edition").max().over(_FIGURE)
    doubtful = (
        changed.filter(newest & ~pl.col("order_known"))
        .join(asked.unique(), on=on, how="semi")
        .select(*on, "figure")
    )
    if unsure := doubtful.unique().select(pl.len()).collect().item():
        notes.append(f"{_unsure_among(unsure)} {_HINT}")
    return replace(answer, notes=(*answer.notes, *notes))


def _revised(count: int) -> str:
    return (
        f"{count} figure here was" if count == 1 else f"{count} figures here were"
    ) + f" revised since first published: {_HINT}"


def _unsure_among(count: int) -> str:
    """Say that which of two files is newer decides figures, and is not known."""
    which = (
        "1 figure: two files disagree" if count == 1 else f"{count} figures: their files disagree"
    )
    return f"Not certain for {which}, and nothing shows which was published later."
