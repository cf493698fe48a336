"""The typed rows of a release file as tidy frames."""

from __future__ import annotations

import polars as pl

from nhs_league.core.facts import true_unit
from nhs_league.core.frames import DOMAINS, OBSERVATIONS
from nhs_league.core.frameworks import RowKind
from nhs_league.releases.parse.texts import enum_of
from nhs_league.releases.tables import STANDINGS_BY_FILE

_FROM_ELSEWHERE = ("of", "release_file", "kind")
_METRIC = ("quarter", "trust_code", "metric_of")
_TRUST = ("quarter", "trust_code")


def observations(frame: pl.DataFrame) -> pl.LazyFrame:
    """Join each value row with its score row.

    Where a metric has two value rows (rate and count), the score goes to the one that has the
    score's rank, else to the rate. A score without a value becomes an observation without unit.

    Args:
        frame: a metric file's rows with ``doubt``.

    Returns:
        Schema OBSERVATIONS but ``of`` and ``release_file``.

    """
    units = _true_units(frame)
    values = (
        _of_kind(frame, RowKind.VALUE)
        .drop("unit")
        .join(
            units.lazy(),
            on=["metric_of", "published_unit"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
    )
    scores = _of_kind(frame, RowKind.SCORE)
    of_score = scores.select(
        *_METRIC,
        score="value",
        score_rank="rank",
        score_period="period",
        score_doubt="doubt",
        score_line="line",
    )
    scored = (
        values.join(of_score, on=_METRIC, how="left", maintain_order="left")
        .sort(
            pl.col("rank") != pl.col("score_rank"),
            pl.col("unit") != "rate",
            "unit",
            nulls_last=True,
            maintain_order=True,
        )
        .with_columns(
            is_scored=pl.struct("trust_code", "metric_of").is_first_distinct().over("quarter")
        )
        .with_columns(
            *(
                pl.when("is_scored").then(c).alias(c)
                for c in ("score", "score_period", "score_line")
            ),
            rank=pl.when("is_scored").then(pl.coalesce("rank", "score_rank")).otherwise("rank"),
            doubt=_both("doubt", pl.when("is_scored").then("score_doubt")),
        )
    )
    alone = scores.join(values, on=_METRIC, how="anti", maintain_order="left").with_columns(
        score="value",
        score_period="period",
        score_line="line",
        line=pl.lit(None, pl.Int32),
        value=pl.lit(None, pl.Float64),
        unit=pl.lit(None, units.schema["unit"]),
    )
    columns = [c for c in OBSERVATIONS if c not in _FROM_ELSEWHERE]
    shaped = [rows.with_columns(metric_id="metric_of").select(columns) for rows in (scored, alone)]
    return pl.concat(shaped)


def domains(frame: pl.DataFrame) -> pl.LazyFrame:
    """Join domain scores with domain segments; schema DOMAINS but ``of`` and ``release_file``."""
    key = ("quarter", "trust_code", "trust_type", "domain")
    score = _of_kind(frame, RowKind.DOMAIN_SCORE).unique(key, keep="first", maintain_order=True)
    segment = _of_kind(frame, RowKind.DOMAIN_SEGMENT).unique(key, keep="first", maintain_order=True)
    joined = score.select(*key, "rank", "doubt", "line", score="value").join(
        segment.select(*key, segment="value", other="doubt", segment_line="line"),
        on=key,
        how="full",
        coalesce=True,
        maintain_order="left_right",
    )
    return joined.with_columns(doubt=_both("doubt", pl.col("other"))).select(
        c for c in DOMAINS if c not in _FROM_ELSEWHERE
    )


def standings(frame: pl.DataFrame) -> pl.LazyFrame:
    """Gather each trust's summary rows; what only the league table has is null.

    The final segment (5 by decision) wins over the adjusted one where it is published. A trust's
    name, subtype and region are those that most of its rows have.

    Returns:
        Schema STANDINGS_BY_FILE but ``of``, ``release_file`` and ``kind``.

    """

    def summary(kind: RowKind, column: str = "value") -> pl.Expr:
        return pl.col(column).filter(pl.col("kind") == kind.value).first()

    is_summary = pl.col("kind").is_in([RowKind.VALUE.value, RowKind.SCORE.value]).not_()
    is_domain = pl.col("kind").is_in([RowKind.DOMAIN_SCORE.value, RowKind.DOMAIN_SEGMENT.value])
    gathered = (
        frame.lazy()
        .group_by(_TRUST, maintain_order=True)
        .agg(
            pl.col("trust_type").first(),
            *(_usual(c) for c in ("trust_name", "subtype", "region")),
            average_score=summary(RowKind.AVERAGE_SCORE),
            score_rank=summary(RowKind.AVERAGE_SCORE, "rank"),
            segment=pl.coalesce(summary(RowKind.FINAL_SEGMENT), summary(RowKind.ADJUSTED_SEGMENT)),
            adjusted_segment=summary(RowKind.ADJUSTED_SEGMENT),
            rank=summary(RowKind.ADJUSTED_SEGMENT, "rank"),
            unadjusted_segment=summary(RowKind.UNADJUSTED_SEGMENT),
            override=summary(RowKind.OVERRIDE) == 1,
            rank_line=summary(RowKind.ADJUSTED_SEGMENT, "line"),
            segment_line=pl.when(summary(RowKind.FINAL_SEGMENT).is_not_null())
            .then(summary(RowKind.FINAL_SEGMENT, "line"))
            .otherwise(summary(RowKind.ADJUSTED_SEGMENT, "line")),
            score_line=summary(RowKind.AVERAGE_SCORE, "line"),
            doubt=_reasons(pl.col("doubt").filter(is_summary & ~is_domain)),
        )
    )
    return _shaped(gathered)


def table_standings(frame: pl.DataFrame) -> pl.LazyFrame:
    """Return a league table as standings; what only the metric file has is null.

    Returns:
        As for ``standings``.

    """
    return _shaped(
        frame.lazy().with_columns(
            trust_name=pl.coalesce(pl.col("trust_name", "trust_code").cast(pl.String)),
            average_score_low="score_low",
            average_score_high="score_high",
            rank_line="line",
            segment_line="line",
            score_line="line",
        )
    )


def _shaped(frame: pl.LazyFrame) -> pl.LazyFrame:
    columns = {c: kind for c, kind in STANDINGS_BY_FILE.items() if c not in _FROM_ELSEWHERE}
    names = frame.collect_schema()
    return frame.select(
        c if c in names else pl.lit(None, kind).alias(c) for c, kind in columns.items()
    )


def _of_kind(frame: pl.DataFrame, kind: RowKind) -> pl.LazyFrame:
    return frame.lazy().filter(pl.col("kind") == kind.value)


def _true_units(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the true unit of each metric and published unit: some are published wrong."""
    pairs = (
        _of_kind(frame, RowKind.VALUE)
        .select("metric_of", "published_unit")
        .unique()
        .collect(engine="in-memory")
    )
    units = [true_unit(*pair) for pair in pairs.iter_rows()]
    return pairs.with_columns(pl.Series("unit", units, dtype=enum_of(units)))


def _usual(column: str) -> pl.Expr:
    text = pl.col(column).drop_nulls()
    usual = text.mode(maintain_order=True).first().cast(pl.String)
    code = pl.col("trust_code").first().cast(pl.String)
    return (pl.coalesce(usual, code) if column == "trust_name" else usual).alias(column)


def _both(column: str, other: pl.Expr) -> pl.Expr:
    return pl.concat_str(column, other, separator="; ", ignore_nulls=True).replace("", None)


def _reasons(texts: pl.Expr) -> pl.Expr:
    joined = texts.drop_nulls().unique(maintain_order=True).str.join("; ")
    return pl.when(joined != "").then(joined)
