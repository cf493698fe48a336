"""Rules that hold within a metric: one median, quartiles in order, ranks that follow figures."""

from __future__ import annotations

import polars as pl

from nhs_league.core.frameworks import RowKind
from nhs_league.releases.parse.faults import cells, named, refuse_if_most, together
from nhs_league.releases.parse.reading import Rows

PEERS = ("median", "lower_quartile", "upper_quartile")
GROUP = ("quarter", "trust_type", "metric_id")
ROUNDING = 0.01 + 1e-9
"""How far two figures of one metric may be apart: one may be rounded up, the other down."""
_BY_VALUE = tuple(
    kind.value
    for kind in (
        RowKind.VALUE,
        RowKind.SCORE,
        RowKind.DOMAIN_SCORE,
        RowKind.AVERAGE_SCORE,
    )
)
_TABLE = "league table"
_PLACES = (_TABLE, RowKind.ADJUSTED_SEGMENT.value, RowKind.AVERAGE_SCORE.value)
_NOT_IN_ORDER = "the rank does not fit the order of the figures"
_SHARED = "rows that share this rank have another figure"
_GAP = "the rank does not match the number of rows ranked better"
ODD = 2
"""How many rows of a group may break a rule before it is the rule that is broken."""
ENOUGH = 4
"""From how many rows on a group can show a rule."""


def peer_figures(
    rows: Rows, frame: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Doubt rows whose median or quartiles are not their group's; sort quartiles.

    Args:
        rows: the file's rows.
        frame: its typed rows.

    Returns:
        The typed rows, with quartiles that were published best first in numerical order; schema
        FAULTS; and notices.

    Raises:
        RefusedError: medians and quartiles do not fit together in most groups.

    """
    needed = frame.select("line", *GROUP, "kind", "subtype", *PEERS)
    values = needed.filter(pl.col("kind") == RowKind.VALUE.value)
    faults = []
    notices = []
    broken: set[tuple[object, ...]] = set()
    for column in PEERS:
        differing, inconsistent, is_by_subtype = _differing_figures(rows, values, column)
        faults += differing
        broken |= inconsistent
        if is_by_subtype:
            notices.append(f"the column {rows.header.spelt[column]} differs between subtypes")
    groups = (
        values.drop_nulls(list(PEERS))
        .group_by(GROUP)
        .agg(*(pl.col(column).mode().min() for column in PEERS), rows=pl.len())
    )
    turned, unordered, odd_groups = _orders(groups)
    broken |= set(unordered.rows())
    at_fault = values.join(odd_groups, on=GROUP, how="semi", maintain_order="left")
    faults.append(cells(rows, at_fault, "median", "median and quartiles are not in order"))
    refuse_if_most(rows, broken, groups.height, "median", "medians and quartiles do not match")
    if broken:
        notices.append(
            f"medians and quartiles that do not fit together, used as published: {named(broken)}"
        )
    if turned.height:
        notices.append(f"quartiles published best first, in numerical order here: {turned.height}")
        frame = _in_order(frame, turned)
    return frame, together(faults), tuple(notices)


def _differing_figures(
    rows: Rows, values: pl.DataFrame, column: str
) -> tuple[list[pl.DataFrame], set[tuple[object, ...]], bool]:
    """Doubt the rows of a median or quartile that differs from their group's.

    Returns:
        Schema FAULTS; the groups with several figures even within a subtype; and whether another
        group has one figure for each subtype.

    """
    reason = "other rows of this metric have another figure"
    usual = values.drop_nulls(column).with_columns(
        usual=pl.col(column).mode().min().over(GROUP), rows=pl.len().over(GROUP)
    )
    differing = usual.filter((pl.col(column) - pl.col("usual")).abs() > ROUNDING)
    if differing.is_empty():
        return [], set(), False
    is_row = (pl.len().over(GROUP) <= ODD) & (pl.col("rows") >= ENOUGH)
    odd = differing.filter(is_row)
    _refuse_if_shifted(rows, odd, usual, column)
    # Of two or three rows that differ, nothing shows which is wrong.
    is_small = pl.col("rows") < ENOUGH
    small = differing.filter(is_small).select(GROUP).unique()
    all_of_small = values.drop_nulls(column).join(
        small, on=GROUP, how="semi", maintain_order="left"
    )
    several = differing.filter(~is_row & ~is_small).select(GROUP).unique()
    inconsistent = _inconsistent_peer_figures(values.join(several, on=GROUP), column)
    faults = [cells(rows, at_fault, column, reason) for at_fault in (odd, all_of_small)]
    return faults, inconsistent, several.height > len(inconsistent)


def _orders(groups: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the groups with quartiles best first, in no order, and small ones in no order."""
    low, middle, high = (pl.col(c) for c in ("lower_quartile", "median", "upper_quartile"))
    is_small = pl.col("rows") < ENOUGH
    falls, rises = (low >= middle) & (middle >= high), (low <= middle) & (middle <= high)
    turned = groups.filter(falls & ~rises & ~is_small).select(GROUP)
    if turned.height * 2 > groups.filter(~is_small).height:
        # The whole file has them best first, so its small groups do as well.
        turned = groups.filter(falls & ~rises).select(GROUP)
    unordered = groups.filter(~falls & ~rises & ~is_small).select(GROUP)
    nearly = (low <= middle + ROUNDING) & (middle <= high + ROUNDING)
    odd_groups = groups.filter(~nearly & is_small).select(GROUP).join(turned, on=GROUP, how="anti")
    return turned, unordered, odd_groups


def _refuse_if_shifted(rows: Rows, odd: pl.DataFrame, usual: pl.DataFrame, column: str) -> None:
    """Refuse a file in which most metrics have a row of another figure: the next metric's."""
    groups = odd.select(GROUP).unique().rows()
    if len(groups) > ODD:
        every = usual.select(GROUP).n_unique()
        refuse_if_most(rows, groups, every, column, "single rows have another figure")


def _inconsistent_peer_figures(values: pl.DataFrame, column: str) -> set[tuple[object, ...]]:
    within = values.group_by(*GROUP, "subtype").agg(
        spread=pl.col(column).max() - pl.col(column).min()
    )
    return set(within.filter(pl.col("spread") > ROUNDING).select(GROUP).rows())


def _in_order(frame: pl.DataFrame, turned: pl.DataFrame) -> pl.DataFrame:
    is_turned = frame.join(
        turned.with_columns(turned=True), on=GROUP, how="left", maintain_order="left"
    )["turned"].fill_null(value=False)
    return frame.with_columns(
        lower_quartile=pl.when(is_turned).then("upper_quartile").otherwise("lower_quartile"),
        upper_quartile=pl.when(is_turned).then("lower_quartile").otherwise("upper_quartile"),
    )


def of_metric_file(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Doubt the rows of a metric file whose rank does not follow their figure.

    Args:
        rows: the file's rows.
        frame: its typed rows.

    Returns:
        Schema FAULTS, and a notice of groups in which ranks follow nothing.

    Raises:
        RefusedError: they follow nothing in most groups.

    """
    return _against_order(rows, ranked_in_metric_file(frame.lazy()))


def ranked_in_metric_file(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows of a metric file that have ranks, with the ``figure`` ranks follow."""
    needed = frame.select(
        "line", *GROUP, "trust_code", "kind", "rank", "published_unit", figure="value"
    )
    plain = needed.filter(pl.col("kind").is_in(_BY_VALUE))
    averages = frame.filter(pl.col("kind") == RowKind.AVERAGE_SCORE.value).select(
        "quarter", "trust_code", average_score="value"
    )
    places = (
        needed.filter(pl.col("kind") == RowKind.ADJUSTED_SEGMENT.value)
        .join(averages, on=["quarter", "trust_code"], how="left", maintain_order="left")
        .with_columns(figure=_league_order(pl.col("figure"), pl.col("average_score")))
        .drop("average_score")
    )
    return pl.concat([plain, places])


def of_league_table(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Doubt the rows of a league table whose rank does not follow segment and average score.

    Returns and raises what ``of_metric_file`` does.
    """
    return _against_order(rows, ranked_in_league_table(frame.lazy()))


def ranked_in_league_table(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows of a league table, with the ``figure`` that ranks follow."""
    # NHS England assigns segment 5, and the league's order does not follow from it.
    segment = pl.when(pl.col("segment") <= 4).then("segment")
    return frame.with_columns(
        figure=_league_order(segment, pl.col("average_score")),
        metric_id=pl.lit(_TABLE),
        kind=pl.lit(_TABLE),
        published_unit=None,
    )


def _league_order(segment: pl.Expr, average_score: pl.Expr) -> pl.Expr:
    """Order by segment, then by average score, which is below 10."""
    return segment * 10 + average_score


def _against_order(rows: Rows, every: pl.LazyFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Doubt rows whose rank does not fit the order of their group's figures.

    Published ranks are made on unrounded figures, so equal figures may have any order among
    themselves; apart from that a rank and its figure's place agree.
    """
    unranked = set(better_unranked(every).collect(engine="in-memory").rows())
    ranked = every.drop_nulls(["figure", "rank"]).collect(engine="in-memory")
    # A count among rates, as OF0048 has them, is not ranked as they are.
    by = [*GROUP, "published_unit"]
    counted = ranked.with_columns(trusts=pl.len().over(by)).filter(pl.col("trusts") >= ENOUGH)
    numbered = counted.with_columns(group=pl.struct(by).rank("dense"))
    checked = _with_rank_error(numbered.select("group", *GROUP, "line", "figure", "rank", "kind"))
    suspects = checked.filter((pl.col("rank_error") > 0).any().over("group"))
    odd: list[int] = []
    broken: set[tuple[object, ...]] = set()
    for group in suspects.partition_by("group", maintain_order=True):
        rows_of_it = _odd_rows(group)
        if rows_of_it is None:
            broken.add(group.select(GROUP).row(0))
        else:
            odd += rows_of_it
    unlike = _inconsistent_shared_ranks(checked)
    many = unlike.filter(pl.col("kind").is_in(_PLACES), pl.len().over("group") > ODD)
    broken |= unranked | set(many.select(GROUP).unique().rows())
    refuse_if_most(
        rows, broken, checked["group"].n_unique(), "rank", "ranks do not follow the figures"
    )
    shared = unlike.filter(pl.len().over("group") <= ODD)
    faults = [
        cells(rows, ranked.filter(pl.col("line").is_in(odd)), "rank", _NOT_IN_ORDER),
        cells(rows, shared, "rank", _SHARED),
        cells(rows, _rank_gaps(checked), "rank", _GAP),
    ]
    notices = (
        (f"ranks that do not follow the figures, used as published: {named(broken)}",)
        if broken
        else ()
    )
    return together(faults), notices


def better_unranked(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return the groups of trusts' places in which a better trust than the first has no rank.

    Every trust with a segment or an average score has a rank; where the best has none, and others
    have the ranks from 1, the column is shifted.
    """
    figure, rank = pl.col("figure"), pl.col("rank")
    firsts = (
        frame.filter(pl.col("kind").is_in(_PLACES))
        .drop_nulls("figure")
        .group_by(GROUP)
        .agg(best=figure.filter(rank == 1).min(), best_unranked=figure.filter(rank.is_null()).min())
    )
    return firsts.filter(pl.col("best_unranked") < pl.col("best")).select(GROUP)


def _with_rank_error(ranked: pl.DataFrame) -> pl.DataFrame:
    """Add ``off``: how many places a rank is from its figure's, ties counting for none."""
    rank = pl.col("rank")
    first_rank, last_rank = (rank.rank(way).over("group").cast(pl.Int64) for way in ("min", "max"))

    def error(*, descending: bool) -> pl.Expr:
        figure = pl.col("figure")
        first, last = (
            figure.rank(way, descending=descending).over("group").cast(pl.Int64)
            for way in ("min", "max")
        )
        return pl.max_horizontal(first_rank - last, first - last_rank, pl.lit(0))

    both = ranked.with_columns(up=error(descending=False), down=error(descending=True))
    upwards = pl.col("up").sum().over("group") <= pl.col("down").sum().over("group")
    return both.with_columns(rank_error=pl.when(upwards).then("up").otherwise("down"))


def _odd_rows(group: pl.DataFrame) -> list[int] | None:
    """Return the row or two without which a group's ranks follow its figures; None if none do.

    Where two neighbours have changed places, both are returned.
    """
    odd: list[int] = []
    left = group
    for _ in range(ODD + 1):
        largest = left["rank_error"].max()
        if largest == 0:
            return odd
        if len(odd) == ODD:
            return None
        worst = left.filter(pl.col("rank_error") == largest)
        if largest == 1 and not odd and worst.height == ODD:
            return worst["line"].to_list()
        line = worst["line"][0]
        odd.append(line)
        rest = left.filter(pl.col("line") != line)
        left = _with_rank_error(rest.drop("up", "down", "rank_error"))
    return None


def _inconsistent_shared_ranks(ranked: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that share a rank with rows of another figure.

    Ranks are shared by trusts whose unrounded figures are equal, so that the printed ones are too.
    """
    by = ["group", "rank"]
    # Nearly all ranks have one figure; sorting finds the others in less room than groups take.
    ordered = ranked.select(*by, "figure").sort(*by, "figure")
    is_same_rank = pl.all_horizontal(pl.col(c) == pl.col(c).shift() for c in by)
    mixed = ordered.filter(is_same_rank & (pl.col("figure") != pl.col("figure").shift()))
    shared = ranked.join(mixed.select(by).unique(), on=by, how="semi", maintain_order="left")
    figures = shared.group_by(*by, "figure").agg(alike=pl.len())
    most = pl.col("alike").max().over(by)
    is_usual = (pl.col("alike") == most) & ((pl.col("alike") == most).sum().over(by) == 1)
    unlike = figures.filter(~is_usual.fill_null(value=False))
    return shared.join(unlike, on=[*by, "figure"], how="semi", maintain_order="left")


def _rank_gaps(ranked: pl.DataFrame) -> pl.DataFrame:
    """Return the rows, two a group at most, whose rank is not one more than the rows before them.

    Only a group from which no row is missing can show it.
    """
    rank = pl.col("rank")
    place = rank.rank("min").over("group").cast(pl.Int64)
    largest = rank.max().over("group")
    is_whole = largest + (rank == largest).sum().over("group") - 1 == pl.len().over("group")
    odd = ranked.filter(is_whole & (place != rank))
    return odd.filter(pl.len().over("group") <= ODD)
