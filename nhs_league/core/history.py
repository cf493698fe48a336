"""Quarter by quarter: places, metrics with what is news in them, and revised figures."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from nhs_league.core import filters as narrowing
from nhs_league.core.answers import EveryMetricTrend, MetricTrend, PlaceTrend, Revisions
from nhs_league.core.caveats import unsure_order
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames, has_figure, round_computed
from nhs_league.core.metrics import catalogue
from nhs_league.core.peers import GROUP, spreads
from nhs_league.core.quarters import framework_breaks, same_period
from nhs_league.core.sentences import counted

PLACES = (
    "quarter", "trust_code", "trust_name", "trust_type", "segment", "unadjusted_segment", "rank",
    "rank_low", "rank_high", "of", "average_score", "average_score_low", "average_score_high",
    "override", "in_deficit", "doubt", "release_file",
)  # fmt: skip
"""The columns of a trend of places, by trust and quarter."""

METRIC_TREND = (
    "quarter", "trust_code", "trust_name", "trust_type", "metric_id", "metric", "short_name",
    "period", "value", "unit", "lower_quartile", "median", "upper_quartile", "computed_lowest",
    "computed_lower_quartile", "computed_median", "computed_upper_quartile", "computed_highest",
    "rank", "of", "score", "news", "higher_is_better", "doubt", "release_file",
)  # fmt: skip
"""The columns of a trend of metrics, by trust, metric and quarter. ``news`` says what a figure is
beside that of the quarter before: ``first``, ``new figure``, ``same figure`` (the same period
published again), ``changed figure`` (the same period, another value), or ``series broken`` (another
unit under the same ID)."""

_SERIES = ["trust_type", "metric_id", "unit"]


def places(frames: Frames, trust_codes: Sequence[str]) -> PlaceTrend:
    """Follow trusts' segments, ranks and average scores.

    Args:
        frames: the tidy frames of all quarters.
        trust_codes: the trusts, in the order in which to show them.

    Returns:
        Columns PLACES.

    """
    frame = _in_order(frames.standings.filter(_is_of(trust_codes)), trust_codes).select(PLACES)
    return PlaceTrend(
        title="Rank and average score, quarter by quarter",
        frame=frame,
        notes=(
            "1 is best for ranks and scores. A change within the likely ranges could be chance.",
            *framework_breaks(frame["quarter"]),
        ),
    )


def metric_trend(
    frames: Frames, trust_codes: Sequence[str], metric_ids: Sequence[str] | None
) -> MetricTrend | EveryMetricTrend:
    """Follow metrics of trusts.

    Args:
        frames: the tidy frames of all quarters, all trusts, for the medians.
        trust_codes: the trusts, in the order in which to show them.
        metric_ids: the metrics; None for all that the trusts have.

    Returns:
        Columns METRIC_TREND; figures without a value or score are left out. A metric's name and
        direction are those of the last quarter in which one of the trusts has it. Figures of
        different framework years are one series where the metric's ID and unit are the same.

    """
    wanted = (
        frames.observations
        if metric_ids is None
        else frames.observations.filter(pl.col("metric_id").is_in(list(metric_ids)))
    )
    of_trusts = wanted.filter(_is_of(trust_codes), has_figure()).collect()
    peers = wanted.filter(pl.col("trust_type").is_in(of_trusts["trust_type"].unique().to_list()))
    names = frames.standings.select("quarter", "trust_code", "trust_name")
    series = (
        of_trusts.lazy()
        .join(_last_known(of_trusts, peers).lazy(), on=_SERIES, how="left", nulls_equal=True)
        .join(spreads(peers), on=GROUP, how="left", nulls_equal=True)
        .join(names, on=["quarter", "trust_code"], how="left")
        .sort("quarter", "metric_id", "unit")
        .pipe(_with_news)
    )
    frame = _in_order(series, trust_codes, "metric_id", "unit").select(METRIC_TREND)
    # A metric is described in other words in another framework year; its ID stays.
    name = frame["metric"][-1] if frame["metric_id"].n_unique() == 1 else "Metrics"
    kind = EveryMetricTrend if metric_ids is None else MetricTrend
    return kind(
        title=f"{name}, quarter by quarter",
        frame=frame,
        notes=tuple(_notes(frame)),
    )


def _last_known(of_trusts: pl.DataFrame, peers: pl.LazyFrame) -> pl.DataFrame:
    """Return each series' short_name and higher_is_better in the last quarter that has it."""
    last = of_trusts.sort("quarter").group_by(_SERIES).agg(pl.col("quarter").last())
    quarters = last["quarter"].unique().to_list()
    listed = catalogue(peers.filter(pl.col("quarter").is_in(quarters)))
    return last.join(listed, on=[*_SERIES, "quarter"], how="left", nulls_equal=True).select(
        *_SERIES, "short_name", "higher_is_better"
    )


def _notes(frame: pl.DataFrame) -> list[str]:
    """Explain what is no news, and what cannot be compared."""
    lines = []
    if (frame["news"] == "same figure").any():
        lines.append(
            "= means the figure was republished for the same period, so nothing has changed."
        )
    if (frame["news"] == "series broken").any():
        lines.append("A metric's unit changed, so figures before and after are not comparable.")
    better = frame["higher_is_better"].drop_nulls().unique().to_list()
    if frame["metric_id"].n_unique() == 1 and len(better) == 1:
        lines.append("Higher is better." if better[0] else "Lower is better.")
    return [*lines, *framework_breaks(frame["quarter"])]


def _is_of(trust_codes: Sequence[str]) -> pl.Expr:
    return pl.col("trust_code").is_in(list(trust_codes))


def _in_order(frame: pl.LazyFrame, trust_codes: Sequence[str], *within: str) -> pl.DataFrame:
    places = {code: place for place, code in enumerate(trust_codes)}
    place = pl.col("trust_code").replace_strict(places, return_dtype=pl.Int32)
    return frame.sort(place, *within, "quarter", nulls_last=True).collect()


def _with_news(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Add ``news``: what each figure is beside the one before it. Rows are in the order of time."""
    series = (
        "trust_code", "metric_id", pl.col("unit").is_in(["rate", "count"]),
        pl.col("unit") == "count",
    )  # fmt: skip
    earlier = {
        f"{c}_from": pl.col(c).shift(1).over(series) for c in ("quarter", "period", "value", "unit")
    }
    return frame.with_columns(**earlier).with_columns(
        news=pl.when(pl.col("quarter_from").is_null())
        .then(pl.lit("first"))
        .when(pl.col("unit").ne_missing(pl.col("unit_from")))
        .then(pl.lit("series broken"))
        .when(same_period() & pl.col("value").eq_missing(pl.col("value_from")))
        .then(pl.lit("same figure"))
        .when(same_period())
        .then(pl.lit("changed figure"))
        .otherwise(pl.lit("new figure"))
    )


REVISIONS = (
    "quarter", "trust_type", "trust_code", "trust_name", "what", "name", "metric", "unit",
    "figure", "published_before", "published", "computed_change", "file_before", "release_file",
    "order_known",
)  # fmt: skip
"""The columns of revisions: the metrics' values first. ``figure`` is the column that changed."""

_KEY = ["quarter", "trust_code", "what", "name", "unit", "figure"]
_PLACE_FIGURES = ["segment", "rank", "average_score"]
_METRIC_FIGURES = ["value", "score"]


def revisions(frames: Frames, trust_type: str, filters: Filters) -> Revisions:
    """List each figure whose published value was changed by a later file.

    Args:
        frames: the tidy frames of the quarters to look at.
        trust_type: whose, or ``all``.
        filters: which trusts to keep, resolved.

    Returns:
        Columns REVISIONS, one row a change of a figure.

    """
    wanted = frames.of_type(trust_type)
    metrics = wanted.observations.group_by("metric_id").agg(pl.col("metric").first())
    revised = (
        wanted.versions.sort(*_KEY, "edition")
        .with_columns(
            published_before=pl.col("published").shift(1).over(_KEY),
            file_before=pl.col("release_file").shift(1).over(_KEY),
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
    unsure = revised.filter(~pl.col("order_known")).height
    values = revised.filter(pl.col("figure") == "value").height
    return Revisions(
        title="Figures that a later file changed",
        frame=revised,
        notes=(
            f"A later file changed {counted(revised.height, 'published figure')}, including "
            f"{counted(values, 'metric value')}. Scores and ranks of other trusts can change with "
            "a value. The newest publication is used."
            if revised.height
            else "No later file changed a published figure.",
            *((unsure_order(unsure),) if unsure else ()),
        ),
    )


def versions(frames: Frames, is_of: pl.Expr) -> pl.DataFrame:
    """Return the newest version of each figure that was revised, with the one before."""
    is_followed = (pl.col("what") == "standing") & pl.col("figure").is_in(_PLACE_FIGURES)
    is_followed |= (pl.col("what") == "metric") & pl.col("figure").is_in(_METRIC_FIGURES)
    texts = [pl.col(c).cast(pl.String).fill_null("") for c in _KEY if c != "trust_code"]
    return (
        frames.versions.filter(is_of, is_followed)
        .sort(*_KEY, "edition")
        .with_columns(published_before=pl.col("published").shift(1).over(_KEY))
        .filter(pl.col("edition") == pl.col("edition").max().over(_KEY), pl.col("edition") > 1)
        .with_columns(key=pl.concat_str(texts, separator="|"))
        .collect()
    )


def published_figures(frames: Frames, is_of: pl.Expr) -> pl.DataFrame:
    """Return the published figures of trusts by which a revision is noticed, in a fixed order."""
    columns = ("quarter", "trust_code", "name", "unit", "one", "two", "three")
    standings = frames.standings.filter(is_of).select(
        "quarter", "trust_code", name=pl.lit(""), unit=pl.lit(""), one="average_score",
        two=pl.col("segment").cast(pl.Float64), three=pl.col("rank").cast(pl.Float64),
    )  # fmt: skip
    metrics = frames.observations.filter(is_of).select(
        "quarter", "trust_code", name="metric_id", unit=pl.col("unit").fill_null(""), one="value",
        two="score", three=pl.lit(None, pl.Float64),
    )  # fmt: skip
    return (
        pl.concat([standings.select(columns), metrics.select(columns)]).sort(columns[:4]).collect()
    )
