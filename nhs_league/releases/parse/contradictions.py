"""What in a release file cannot be true together: figures that others in the same file contradict.

A rule between rows (one median a group, ranks that follow values) counts only in a group that keeps
it but for a row or two: there those rows are doubted. A group that breaks it altogether is taken,
with a notice, as the method may have changed. A file in which most groups break it is refused, as
its columns are exchanged or shifted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.league.schema.frameworks import RowKind
from nhs_league.releases.parse.checks import FAULTS, PEERS
from nhs_league.releases.parse.columns import Kind
from nhs_league.releases.parse.reading import Rows

_GROUP = ("quarter", "trust_type", "metric_id")
_ODD = 2
"""How many rows of a group may break a rule before it is the rule that is broken."""
_ENOUGH = 4
"""From how many rows on a group can show a rule."""
_ROUNDING = 0.01 + 1e-9
_FEW_ROWS = 5
_FEW_OF = 0.02
_GROUPS_TO_REFUSE = 3
_LINKED = {
    "metric": ("quarter", "metric_id"),
    "domain": ("quarter", "metric_id"),
    "sub_domain": ("quarter", "metric_id"),
    "trust_name": ("quarter", "trust_code"),
    "subtype": ("quarter", "trust_code"),
    "region": ("quarter", "trust_code"),
}
"""Texts that are the same in every row of a metric, or of a trust."""


@dataclass(frozen=True)
class Judged:
    """The rows of a file once they have been held against each other.

    Attributes:
        frame: the rows that are figures; quartiles that were published best first are in their
            numerical order.
        doubts: schema FAULTS: rows that are figures, but that other rows contradict.
        set_aside: schema FAULTS: rows that cannot be figures; they are not in ``frame``.
        notices: what was found, a sentence each.

    """

    frame: pl.DataFrame
    doubts: pl.DataFrame
    set_aside: pl.DataFrame
    notices: tuple[str, ...]


def judge(rows: Rows, frame: pl.DataFrame) -> Judged:
    """Hold the rows of a file against each other.

    Args:
        rows: the file's rows.
        frame: its typed rows, as ``checks.check`` returns them.

    Raises:
        RefusedError: a trust has two types in one quarter, or most groups break a rule.

    """
    is_metric = rows.header.kind is Kind.METRIC
    frame, misplaced = _without_misplaced(rows, frame)
    frame, twice, notices = _without_repeats(frame, is_metric=is_metric)
    set_aside = pl.concat([misplaced, twice])
    if not is_metric:
        doubts, more = _of_table(rows, frame)
        return Judged(frame, doubts, set_aside, (*notices, *more))
    frame, peers, of_peers = _peer_figures(rows, frame)
    order, of_order = _against_order(rows, _ordered_figures(frame))
    doubts = pl.concat([_odd_texts(frame), peers, order, _two_ranks(frame), _segments(frame)])
    doubts = doubts.unique(["row", "column"], keep="first", maintain_order=True)
    return Judged(frame, doubts, set_aside, (*notices, *of_peers, *of_order))


def _without_misplaced(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Set aside single rows of another quarter, trust or type than all others would have."""
    faults = []
    for by, column, reason in (
        (("quarter",), "quarter", "hardly any other row is of this quarter"),
        (("quarter", "trust_code"), "trust_code", "another trust has this name"),
        (("quarter", "trust_code", "trust_type"), "trust_type", "this trust is of another type"),
    ):
        odd = _rare(frame, by)
        faults.append(_cells(odd, column, reason))
        frame = frame.join(odd.select("row"), on="row", how="anti", maintain_order="left")
    types = frame.group_by("quarter", "trust_code").agg(
        pl.col("trust_type").n_unique(), pl.col("row").min()
    )
    split = types.filter(pl.col("trust_type") > 1)
    if split.height:
        code, quarter = (
            split.sort("row").select("trust_code", pl.col("quarter").cast(pl.String)).row(0)
        )
        raise RefusedError(
            rows.file,
            f"{code} has two trust types in {quarter}, so ranks of two tables would mix",
            column=rows.header.spelt["trust_type"],
            line=rows.lines()[split.sort("row")["row"][0]],
        )
    return frame, pl.concat(faults)


def _rare(frame: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows of a group of a few rows that stands beside a large one.

    For a trust code the large one is the trust of the same name, for a type the same trust.
    """
    rows = frame.group_by(by).agg(rows=pl.len(), trust_name=pl.col("trust_name").mode().first())
    beside = {1: [], 2: ["quarter", "trust_name"], 3: ["quarter", "trust_code"]}[len(by)]
    most = pl.col("rows").max().over(beside) if beside else pl.col("rows").max()
    few = (pl.col("rows") <= _FEW_ROWS) & (pl.col("rows") <= most * _FEW_OF)
    if len(by) > 1:
        few = (pl.col("rows") <= _ODD) & (pl.col("rows") * 4 <= most)
    return frame.join(rows.filter(few).select(by), on=by, how="semi", maintain_order="left")


def _without_repeats(
    frame: pl.DataFrame, *, is_metric: bool
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Drop rows that repeat another, and set aside different rows that have one key."""
    key = (
        ["quarter", "trust_code", "metric_id", "published_unit"]
        if is_metric
        else ["quarter", "trust_code"]
    )
    figures = (
        ["value", "rank", *PEERS]
        if is_metric
        else ["average_score", "segment", "rank", "in_deficit"]
    )
    single = frame.unique([*key, *figures], keep="first", maintain_order=True)
    is_twice = pl.struct(key).is_duplicated()
    twice = single.filter(is_twice)
    repeated = frame.height - single.height
    notices = (f"rows that are there twice, counted once: {repeated}",) if repeated else ()
    column = "value" if is_metric else "trust_code"
    reason = (
        "another row of this trust and metric differs"
        if is_metric
        else "another row of this trust differs"
    )
    return single.filter(~is_twice), _cells(twice, column, reason), notices


def _odd_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Doubt rows whose names are unlike those of the trust's, or the metric's, other rows."""
    faults = []
    for column, by in _LINKED.items():
        if frame.group_by(by).agg(pl.col(column).n_unique())[column].max() == 1:
            continue
        counts = frame.group_by(*by, column).agg(same=pl.len())
        counted = frame.join(counts, on=[*by, column], nulls_equal=True, maintain_order="left")
        all_rows = pl.len().over(by)
        is_odd = (pl.col("same") <= _ODD) & (all_rows >= _ENOUGH) & (pl.col("same") * 4 < all_rows)
        what = "metric" if by[1] == "metric_id" else "trust"
        name = column.replace("_", "-" if column == "sub_domain" else " ")
        faults.append(
            _cells(counted.filter(is_odd), column, f"other rows of this {what} have another {name}")
        )
    return pl.concat([FAULTS.to_frame(), *faults])


def _peer_figures(
    rows: Rows, frame: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Doubt rows whose median or quartiles are not their group's; put quartiles in order."""
    values = frame.filter(pl.col("kind") == RowKind.VALUE.value)
    faults = []
    notices = []
    broken: set[tuple[object, ...]] = set()
    for column in PEERS:
        usual = values.drop_nulls(column).with_columns(
            usual=pl.col(column).mode().min().over(_GROUP), rows=pl.len().over(_GROUP)
        )
        off = usual.filter((pl.col(column) - pl.col("usual")).abs() > _ROUNDING)
        if off.is_empty():
            continue
        odd = pl.len().over(_GROUP)
        is_row = (odd <= _ODD) & (pl.col("rows") >= _ENOUGH)
        faults.append(
            _cells(off.filter(is_row), column, "other rows of this metric have another figure")
        )
        several = off.filter(~is_row).select(_GROUP).unique()
        within = (
            values.join(several, on=_GROUP)
            .group_by(*_GROUP, "subtype")
            .agg(spread=pl.col(column).max() - pl.col(column).min(), rows=pl.len())
        )
        unlike = within.filter(pl.col("spread") > _ROUNDING).select(_GROUP).unique()
        broken |= set(unlike.rows())
        if several.height > unlike.height:
            notices.append(f"the column {rows.header.spelt[column]} differs between subtypes")
    groups = (
        values.drop_nulls(list(PEERS))
        .group_by(_GROUP)
        .agg(pl.col(column).mode().min() for column in PEERS)
    )
    low, middle, high = (pl.col(c) for c in ("lower_quartile", "median", "upper_quartile"))
    turned = groups.filter((low >= middle) & (middle >= high) & (low > high)).select(_GROUP)
    unordered = groups.filter(
        ~((low <= middle) & (middle <= high)), ~((low >= middle) & (middle >= high))
    )
    broken |= set(unordered.select(_GROUP).rows())
    _refuse_if_most(rows, broken, groups.height, "median", "medians and quartiles do not fit")
    if broken:
        notices.append(f"medians and quartiles that do not fit together, kept: {_named(broken)}")
    if turned.height:
        notices.append(f"quartiles published best first, in numerical order here: {turned.height}")
        frame = _in_order(frame, turned)
    return frame, pl.concat([FAULTS.to_frame(), *faults]), tuple(notices)


def _in_order(frame: pl.DataFrame, turned: pl.DataFrame) -> pl.DataFrame:
    is_turned = frame.join(
        turned.with_columns(turned=True), on=_GROUP, how="left", maintain_order="left"
    )["turned"].fill_null(value=False)
    return frame.with_columns(
        lower_quartile=pl.when(is_turned).then("upper_quartile").otherwise("lower_quartile"),
        upper_quartile=pl.when(is_turned).then("lower_quartile").otherwise("upper_quartile"),
    )


def _two_ranks(frame: pl.DataFrame) -> pl.DataFrame:
    """Doubt a score row whose rank is not its value row's, where the metric's others have one."""
    ranked = frame.filter(pl.col("rank").is_not_null())
    by = ("quarter", "trust_type", "metric_of", "trust_code")
    values = (
        ranked.filter(pl.col("kind") == RowKind.VALUE.value)
        .group_by(by)
        .agg(value_rank=pl.col("rank").first(), rows=pl.len())
        .filter(pl.col("rows") == 1)
    )
    scores = ranked.filter(pl.col("kind") == RowKind.SCORE.value).join(
        values, on=by, maintain_order="left"
    )
    differs = pl.col("rank") != pl.col("value_rank")
    group = by[:3]
    is_row = differs & (differs.sum().over(group) <= _ODD) & (pl.len().over(group) >= _ENOUGH)
    return _cells(scores.filter(is_row), "rank", "the metric's other row has another rank")


def _segments(frame: pl.DataFrame) -> pl.DataFrame:
    """Doubt an adjusted segment that does not follow from the trust's other summary rows.

    It is the unadjusted one, and with the financial override no better than 3.
    """
    by = ["quarter", "trust_code"]

    def summary(kind: RowKind, name: str) -> pl.DataFrame:
        return frame.filter(pl.col("kind") == kind.value).select(*by, pl.col("value").alias(name))

    both = (
        frame.filter(pl.col("kind") == RowKind.ADJUSTED_SEGMENT.value)
        .join(summary(RowKind.UNADJUSTED_SEGMENT, "unadjusted"), on=by, maintain_order="left")
        .join(summary(RowKind.OVERRIDE, "override"), on=by, maintain_order="left")
        .drop_nulls(["value", "unadjusted", "override"])
    )
    follows = (
        pl.when(pl.col("override") == 1)
        .then(pl.max_horizontal("unadjusted", 3.0))
        .otherwise("unadjusted")
    )
    differs = (follows != pl.col("value")) & (pl.col("value") != 5)
    is_row = differs & (differs.sum() <= _ODD) & (pl.len() >= _ENOUGH)
    return _cells(
        both.filter(is_row), "value", "the trust's other summary rows give another segment"
    )


def _ordered_figures(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the ranked rows of a metric file with the ``figure`` that ranks them."""
    by_value = (
        RowKind.VALUE.value, RowKind.SCORE.value, RowKind.DOMAIN_SCORE.value,
        RowKind.AVERAGE_SCORE.value,
    )  # fmt: skip
    plain = frame.filter(pl.col("kind").is_in(by_value)).with_columns(figure=pl.col("value"))
    averages = frame.filter(pl.col("kind") == RowKind.AVERAGE_SCORE.value).select(
        "quarter", "trust_code", average_score="value"
    )
    places = (
        frame.filter(pl.col("kind") == RowKind.ADJUSTED_SEGMENT.value)
        .join(averages, on=["quarter", "trust_code"], maintain_order="left")
        .with_columns(figure=_league_order(pl.col("value"), pl.col("average_score")))
        .drop("average_score")
    )
    return pl.concat([plain, places], how="diagonal")


def _league_order(segment: pl.Expr, average_score: pl.Expr) -> pl.Expr:
    """Order by segment, then by average score, which is below 10."""
    return segment * 10 + average_score


def _of_table(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    outside = ~pl.col("average_score").is_between(
        pl.col("score_low") - _ROUNDING, pl.col("score_high") + _ROUNDING
    )
    reason = "the average score is outside its own likely range"
    doubts = [_cells(frame.filter(outside), "average_score", reason)]
    places = frame.with_columns(
        figure=_league_order(pl.col("segment"), pl.col("average_score")),
        metric_id=pl.lit("league table"),
    )
    order, notices = _against_order(rows, places)
    return pl.concat([*doubts, order]), notices


def _against_order(rows: Rows, ranked: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Doubt rows whose rank does not fit the order of their group's figures.

    Published ranks are made on unrounded figures, so equal figures may have any order among
    themselves; apart from that a rank and its figure's place agree.
    """
    ranked = ranked.drop_nulls(["figure", "rank"])
    groups = (
        ranked.group_by(_GROUP)
        .agg(pl.col("row"), pl.col("figure"), pl.col("rank"), trusts=pl.len())
        .filter(pl.col("trusts") >= _ENOUGH)
        .sort("metric_id")
    )
    exploded = groups.with_row_index("group").explode(
        "row", "figure", "rank", empty_as_null=False, keep_nulls=False
    )
    off = _places_off(exploded)
    suspects = set(off.filter(pl.col("off") > 0)["group"].unique())
    faults, broken = [], set()
    for number in sorted(suspects):
        group = off.filter(pl.col("group") == number)
        odd = _odd_rows(group)
        key = groups.row(number)[:3]
        if odd is None:
            broken.add(key)
            continue
        at_fault = ranked.filter(pl.col("row").is_in(odd))
        faults.append(_cells(at_fault, "rank", "the rank does not fit the order of the figures"))
    _refuse_if_most(rows, broken, groups.height, "rank", "ranks do not follow the figures")
    notices = (f"ranks that do not follow the figures, kept: {_named(broken)}",) if broken else ()
    return pl.concat([FAULTS.to_frame(), *faults]), notices


def _places_off(ranked: pl.DataFrame) -> pl.DataFrame:
    """Add ``off``: how many places a rank is from its figure's, ties counting for none."""
    rank = pl.col("rank")
    first_rank, last_rank = (rank.rank(way).over("group").cast(pl.Int64) for way in ("min", "max"))

    def off(*, descending: bool) -> pl.Expr:
        figure = pl.col("figure")
        first, last = (
            figure.rank(way, descending=descending).over("group").cast(pl.Int64)
            for way in ("min", "max")
        )
        return pl.max_horizontal(first_rank - last, first - last_rank, pl.lit(0))

    both = ranked.with_columns(up=off(descending=False), down=off(descending=True))
    upwards = pl.col("up").sum().over("group") <= pl.col("down").sum().over("group")
    return both.with_columns(off=pl.when(upwards).then("up").otherwise("down"))


def _odd_rows(group: pl.DataFrame) -> list[int] | None:
    """Return the row or two without which a group's ranks follow its figures; None if none do.

    Where two neighbours have changed places, both are returned.
    """
    odd: list[int] = []
    left = group
    for _ in range(_ODD + 1):
        off = left["off"].max()
        if off == 0:
            return odd
        if len(odd) == _ODD:
            return None
        worst = left.filter(pl.col("off") == off)
        if off == 1 and not odd and worst.height == _ODD:
            return worst["row"].to_list()
        row = worst["row"][0]
        odd.append(row)
        left = _places_off(left.filter(pl.col("row") != row).drop("up", "down", "off"))
    return None


def _refuse_if_most(
    rows: Rows, broken: Iterable[tuple[object, ...]], groups: int, column: str, reason: str
) -> None:
    broken = list(broken)
    if len(broken) >= _GROUPS_TO_REFUSE and len(broken) * 2 > groups:
        raise RefusedError(
            rows.file,
            f"{reason} in {len(broken)} of {groups} metrics: columns may be exchanged or shifted",
            column=rows.header.spelt.get(column, column),
        )


def _named(groups: Iterable[tuple[object, ...]]) -> str:
    names = sorted({f"{metric_id} ({quarter})" for quarter, _, metric_id in groups})
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _cells(at_fault: pl.DataFrame, column: str, reason: str) -> pl.DataFrame:
    """Name one cell of each row."""
    cell: Sequence[pl.Expr] = [pl.col(column).cast(pl.String).alias("value")]
    return at_fault.select(
        pl.col("row").cast(pl.Int64),
        pl.lit(column).alias("column"),
        *cell,
        pl.lit(reason).alias("reason"),
    )
