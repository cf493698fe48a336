"""Whether all rows of a release file keep all rules, in one query.

Nearly all files do. Only for the others do ``contradictions`` search for the rows that break a
rule, which takes many queries. Here a rule may be stricter than there, never looser: what it takes
for broken is searched, and may be right all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from nhs_league.core.frameworks import RowKind
from nhs_league.releases.parse.columns import FileKind
from nhs_league.releases.parse.group_rules import (
    ENOUGH,
    GROUP,
    PEERS,
    ROUNDING,
    better_unranked,
    ranked_in_league_table,
    ranked_in_metric_file,
)
from nhs_league.releases.parse.texts import distinct

_FEW_ROWS = 5
_FEW_OF = 0.02
_OF_TRUST = ("trust_type", "trust_name", "subtype", "region")
_OF_METRIC = ("kind", "metric_of", "metric", "domain", "sub_domain")


def keeps_every_rule(frame: pl.DataFrame, kind: FileKind) -> bool:
    """Return whether no row of a file contradicts another.

    Args:
        frame: the file's typed rows.
        kind: which kind of file it is.

    """
    tests = _of_metric_file if kind is FileKind.METRIC else _of_league_table
    return all(
        broken.item() is not True for broken in pl.collect_all(tests(frame), engine="in-memory")
    )


def rare_quarter(rows: pl.Expr) -> pl.Expr:
    """Return whether almost all other rows are of other quarters.

    Args:
        rows: how many rows each quarter has.

    """
    most = rows.max()
    few = (rows <= _FEW_ROWS) & (rows <= most * _FEW_OF)
    return few | ((rows == 1) & (most >= ENOUGH))


def outside_range() -> pl.Expr:
    """Return whether an average score is outside its likely range."""
    low, high = pl.col("score_low") - ROUNDING, pl.col("score_high") + ROUNDING
    return ~pl.col("average_score").is_between(low, high)


def _of_league_table(frame: pl.DataFrame) -> Iterator[pl.LazyFrame]:
    rows = frame.lazy()
    yield _inconsistent_trusts(rows)
    yield _repeated(frame, ("trust_code",))
    yield rows.select(outside_range().any())
    yield from _order(ranked_in_league_table(rows))


def _of_metric_file(frame: pl.DataFrame) -> Iterator[pl.LazyFrame]:
    rows = frame.lazy()
    yield _inconsistent_trusts(rows)
    yield _inconsistent_metrics(rows)
    yield _repeated(frame, ("trust_code", "metric_id", "published_unit"))
    yield _peer_figures(rows)
    yield _conflicting_ranks(rows)
    yield _segments(rows)
    yield from _order(ranked_in_metric_file(rows))


def _inconsistent_trusts(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Look for trusts with two names or types in a quarter, for shared names, for rare quarters."""
    trusts = rows.group_by("quarter", "trust_code").agg(
        pl.col("trust_name").first().alias("name"), *_several(_OF_TRUST), rows=pl.len()
    )
    named = pl.struct("quarter", "name").filter(pl.col("name").is_not_null())
    return trusts.select(
        pl.any_horizontal(pl.col(_OF_TRUST).any())
        | named.is_duplicated().any()
        | rare_quarter(pl.col("rows").sum().over("quarter")).any()
    )


def _inconsistent_metrics(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Look for metrics with two descriptions, and for descriptions that are of something else."""
    metrics = rows.group_by("quarter", "metric_id").agg(
        pl.col("kind", "metric_of", "metric", "domain").first().name.prefix("its_"),
        *_several(_OF_METRIC),
    )
    described, domain = (
        pl.col(c).cast(pl.String).str.to_lowercase() for c in ("its_metric", "its_domain")
    )
    kinds = [RowKind.DOMAIN_SCORE.value, RowKind.DOMAIN_SEGMENT.value]
    is_of_other = (
        pl.col("its_kind").is_in(kinds)
        & (pl.col("its_metric").cast(pl.String) != pl.col("metric_id").cast(pl.String))
        & ~described.str.starts_with(domain)
    )
    claims = pl.struct("quarter", "its_kind", "its_domain")
    of_domains = claims.filter(pl.col("its_kind").is_in(kinds), pl.col("its_domain").is_not_null())
    texts = pl.struct("quarter", "its_metric").n_unique()
    return metrics.select(
        pl.any_horizontal(pl.col(_OF_METRIC).any())
        | is_of_other.any()
        | of_domains.is_duplicated().any()
        | (texts != pl.struct("quarter", "its_metric", "its_metric_of").n_unique())
    )


def _several(columns: tuple[str, ...]) -> Iterator[pl.Expr]:
    """Return whether a group has several texts in a column, or one in some of its rows only."""
    for column in columns:
        text = pl.col(column).to_physical()
        is_partial = text.null_count().is_between(1, pl.len() - 1)
        yield ((text.min() != text.max()).fill_null(value=False) | is_partial).alias(column)


def _repeated(frame: pl.DataFrame, key: tuple[str, ...]) -> pl.LazyFrame:
    """Look for keys that two rows of a quarter have."""
    place = pl.lit(0, pl.UInt64)
    for column in ("quarter", *key):
        count = len(distinct(frame[column]))
        place = place * (count + 1) + pl.col(column).to_physical().cast(pl.UInt64).fill_null(count)
    return frame.lazy().select(place.n_unique() < pl.len())


def _peer_figures(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Look for metrics with two medians or quartiles, or with some that are not in order."""
    low, middle, high = (pl.col(c) for c in ("lower_quartile", "median", "upper_quartile"))
    differs = pl.any_horizontal((pl.col(c).min() != pl.col(c).max()) for c in PEERS)
    falls = (low.max() > middle.max()) | (middle.max() > high.max())
    values = rows.filter(pl.col("kind") == RowKind.VALUE.value)
    return values.group_by(GROUP).agg(broken=differs | falls).select(pl.col("broken").any())


def _conflicting_ranks(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Look for scores that have not the rank of their value."""
    rank, is_value = pl.col("rank"), pl.col("kind") == RowKind.VALUE.value
    return (
        rows.filter(is_value | (pl.col("kind") == RowKind.SCORE.value), rank.is_not_null())
        .group_by("quarter", "trust_code", "metric_of")
        .agg(values=is_value.sum(), lowest=rank.min(), highest=rank.max())
        .select(((pl.col("values") == 1) & (pl.col("lowest") != pl.col("highest"))).any())
    )


def _segments(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Look for adjusted segments that the trust's other summary rows do not give."""
    kinds = {
        "adjusted": RowKind.ADJUSTED_SEGMENT.value,
        "unadjusted": RowKind.UNADJUSTED_SEGMENT.value,
        "override": RowKind.OVERRIDE.value,
    }
    of_kind = {name: pl.col("value").filter(pl.col("kind") == k) for name, k in kinds.items()}
    follows = (
        pl.when(pl.col("override") == 1)
        .then(pl.max_horizontal("unadjusted", 3.0))
        .otherwise("unadjusted")
    )
    adjusted = pl.col("adjusted")
    return (
        rows.filter(pl.col("kind").is_in(list(kinds.values())))
        .group_by("quarter", "trust_code")
        .agg(
            *(value.first().alias(name) for name, value in of_kind.items()),
            is_twice=pl.any_horizontal(value.len() > 1 for value in of_kind.values()),
        )
        .select((pl.col("is_twice") | ((follows != adjusted) & (adjusted != 5))).any())
    )


def _order(ranked: pl.LazyFrame) -> Iterator[pl.LazyFrame]:
    """Look for ranks that do not follow the figures of their group.

    In a group that is sorted by figure, best first, and by rank where figures are equal, ranks must
    rise; rows that share a rank must share the figure; and each rank must be one more than the
    rows before it, unless rows are missing.
    """
    yield better_unranked(ranked).select(pl.len() > 0)
    figure, rank = pl.col("figure"), pl.col("rank")
    by = [*GROUP, "published_unit"]
    ranked = ranked.drop_nulls(["figure", "rank"])
    groups = (
        ranked.group_by(by)
        .agg(
            rows=pl.len(),
            through_last=rank.max() + (rank == rank.max()).sum() - 1,
            falls=figure.get(rank.arg_max()) < figure.get(rank.arg_min()),
        )
        .filter(pl.col("rows") >= ENOUGH)
        .with_row_index("group")
    )
    figures = pl.when("falls").then(-figure).otherwise(figure)
    same_group = (pl.col("group") == pl.col("group").shift()).fill_null(value=False)
    same_rank = same_group & (rank == rank.shift())
    place = pl.col("at") - pl.when(~same_group).then("at").forward_fill() + 1
    yield (
        ranked.join(groups, on=by, nulls_equal=True)
        .select("group", "rank", "rows", "through_last", figure=figures)
        .sort("group", "figure", "rank")
        .with_row_index("at")
        .select(
            (
                (same_group & (rank < rank.shift()))
                | (same_rank & (figure != figure.shift()))
                | (~same_rank & (pl.col("through_last") == pl.col("rows")) & (rank != place))
            ).any()
        )
    )
