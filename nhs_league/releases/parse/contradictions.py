"""What in a release file cannot be true together: figures that other rows of the file contradict.

A rule between rows (one median a group, ranks that follow values) counts only in a group that keeps
it but for a row or two: there those rows are doubted. A group that breaks it altogether is taken,
with a notice, as the method may have changed. A file in which most groups break it is refused, as
its columns are exchanged or shifted.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from nhs_league.core.frames import QUARTER
from nhs_league.core.frameworks import RowKind, framework
from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.frozen import frozen
from nhs_league.releases.parse.columns import FileKind
from nhs_league.releases.parse.consistency import keeps_every_rule, outside_range, rare_quarter
from nhs_league.releases.parse.faults import FAULTS, cells, refuse_if_most, together, without
from nhs_league.releases.parse.group_rules import (
    ENOUGH,
    ODD,
    PEERS,
    of_league_table,
    of_metric_file,
    peer_figures,
)
from nhs_league.releases.parse.reading import Rows

_LINKED = {
    "metric": ("quarter", "metric_id"),
    "domain": ("quarter", "metric_id"),
    "sub_domain": ("quarter", "metric_id"),
    "trust_name": ("quarter", "trust_code"),
    "subtype": ("quarter", "trust_code"),
    "region": ("quarter", "trust_code"),
}
"""Texts that are the same in every row of a metric, or of a trust."""
_NAMED = 5
"""How many metrics a notice names."""


@frozen
class Judged:
    """The rows of a file once they have been held against each other.

    Attributes:
        frame: the rows that are figures; quartiles that were published best first are in their
            numerical order.
        doubts: schema FAULTS: rows that are figures, but that other rows contradict.
        set_aside: schema FAULTS: rows that cannot be figures; they are not in ``frame``.
        notices: what readers should know, a sentence each.

    """

    frame: pl.DataFrame
    doubts: pl.DataFrame
    set_aside: pl.DataFrame
    notices: tuple[str, ...]


def judge(rows: Rows, frame: pl.DataFrame) -> Judged:
    """Hold the rows of a file against each other.

    Args:
        rows: the file's rows.
        frame: its typed rows, as ``typed_rows.check`` returns them.

    Raises:
        RefusedError: a trust has two types in one quarter, or most groups break a rule.

    """
    if keeps_every_rule(frame, rows.header.kind):
        is_metric = rows.header.kind is FileKind.METRIC
        doubts = _decisions(rows, frame) if is_metric else FAULTS.to_frame()
        return Judged(frame, doubts, FAULTS.to_frame(), ())
    return search(rows, frame)


def search(rows: Rows, frame: pl.DataFrame) -> Judged:
    """Search the rows of a file for those that break a rule; as ``judge``."""
    is_metric = rows.header.kind is FileKind.METRIC
    frame, misplaced = drop_misplaced(rows, frame)
    frame, twice, notices = _drop_duplicates(rows, frame, is_metric=is_metric)
    set_aside = together([misplaced, twice])
    if not is_metric:
        doubts, more = _of_table(rows, frame)
        doubts = doubts.unique(["line", "column"], keep="first", maintain_order=True)
        return Judged(frame, doubts, set_aside, (*notices, *more))
    frame, peers, of_peers = peer_figures(rows, frame)
    order, of_order = of_metric_file(rows, frame)
    others = (
        check(rows, frame) for check in (_odd_texts, _conflicting_ranks, _segments, _decisions)
    )
    doubts = together([peers, order, *others])
    frame, misnamed, of_domains = _domains(rows, frame)
    doubts = together([doubts, misnamed])
    doubts = doubts.unique(["line", "column"], keep="first", maintain_order=True)
    return Judged(frame, doubts, set_aside, (*notices, *of_peers, *of_order, *of_domains))


def _drop_duplicates(
    rows: Rows, frame: pl.DataFrame, *, is_metric: bool
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Drop rows that repeat another, and set aside different rows that have one key."""
    key = ["trust_code", "metric_id", "published_unit"] if is_metric else ["trust_code"]
    figures = (
        ["value", "rank", *PEERS]
        if is_metric
        else ["average_score", "segment", "rank", "in_deficit"]
    )
    # Within quarters, as one table of all keys takes eight times the room.
    is_twice = pl.struct(key).is_duplicated().over("quarter")
    doubled = frame.filter(is_twice)
    single = doubled.unique(["quarter", *key, *figures], keep="first", maintain_order=True)
    twice = single.filter(is_twice)
    repeated = doubled.height - single.height
    notices = (f"duplicate rows, counted once: {repeated}",) if repeated else ()
    column = "value" if is_metric else "trust_code"
    reason = (
        "another row of this trust and metric differs"
        if is_metric
        else "another row of this trust differs"
    )
    left_out = without(doubled, single.filter(~is_twice))
    return without(frame, left_out), cells(rows, twice, column, reason), notices


def _odd_texts(rows: Rows, frame: pl.DataFrame) -> pl.DataFrame:
    """Doubt rows whose names are unlike those of the trust's, or the metric's, other rows."""
    faults = []
    for column, by in _LINKED.items():
        named = frame.select("line", *by, column).drop_nulls(column)
        texts = named.group_by(*by, column).agg(same=pl.len())
        all_rows = pl.col("same").sum().over(by)
        odd = texts.filter(pl.col("same") <= ODD, all_rows >= ENOUGH, pl.col("same") * 4 < all_rows)
        if odd.is_empty():
            continue
        what = "metric" if by[1] == "metric_id" else "trust"
        name = column.replace("_", "-" if column == "sub_domain" else " ")
        at_fault = named.join(odd, on=[*by, column], how="semi", maintain_order="left")
        reason = f"other rows of this {what} have another {name}"
        faults.append(cells(rows, at_fault, column, reason))
    return together(faults)


def _conflicting_ranks(rows: Rows, frame: pl.DataFrame) -> pl.DataFrame:
    """Doubt a score row whose rank is not its value row's, where the metric's others have one."""
    by = ("quarter", "trust_type", "metric_of", "trust_code")
    ranked = frame.select("line", *by, "kind", "rank").drop_nulls("rank")
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
    is_row = differs & (differs.sum().over(group) <= ODD) & (pl.len().over(group) >= ENOUGH)
    return cells(rows, scores.filter(is_row), "rank", "the metric's other row has another rank")


def _segments(rows: Rows, frame: pl.DataFrame) -> pl.DataFrame:
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
    is_row = differs & (differs.sum() <= ODD) & (pl.len() >= ENOUGH)
    reason = "the trust's other summary rows give another segment"
    return cells(rows, both.filter(is_row), "value", reason)


def _decisions(rows: Rows, frame: pl.DataFrame) -> pl.DataFrame:
    """Doubt a segment that people decided on where its period is of another quarter.

    Such rows are published for all trusts or for none. Where a quarter has only one or two, and
    their period is of another quarter, they are misplaced.
    """
    decided = frame.lazy().filter(pl.col("kind") == RowKind.FINAL_SEGMENT.value)
    few = decided.filter(pl.len().over("quarter", "trust_type") <= ODD).collect(engine="in-memory")
    if few.is_empty():
        return FAULTS.to_frame()
    periods = [Quarter.read(text or "") for text in few["period"]]
    labels = pl.Series([period and period.label for period in periods], dtype=pl.String)
    elsewhere = few.filter(labels.ne(few["quarter"].cast(pl.String)).fill_null(value=False))
    return cells(rows, elsewhere, "period", "this decision is for another quarter")


_OF_DOMAINS = (RowKind.DOMAIN_SCORE.value, RowKind.DOMAIN_SEGMENT.value)
_DOMAIN_OF_TEXT = r"(?i)^(.+) domain (?:score|segment)$"


def _domains(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Give each domain's score and segment the domain that is its own, by metric ID.

    A row's domain is wrong where its description is of another one, or where another metric ID has
    it as well. Two IDs are never one domain: that of an ID is then the one that the framework year
    lists for it or, where the year is not listed, the one in its description. Of an ID with only a
    row or two wrong these are doubted; of others all are taken with one notice.

    Returns:
        The rows, their doubts (schema FAULTS), and notices.

    Raises:
        RefusedError: most descriptions are of another domain.

    """
    by = ("quarter", "trust_type", "metric_id")
    domain, text = (pl.col(c).cast(pl.String) for c in ("domain", "metric"))
    labelled = (
        frame.filter(pl.col("kind").is_in(_OF_DOMAINS))
        .drop_nulls("domain")
        .select("line", "quarter", "trust_type", "trust_code", "kind",
                pl.col("metric_id").cast(pl.String), domain=domain, text=text)
        .with_columns(
            is_other=(pl.col("text") != pl.col("metric_id"))
            & ~_folded("text").str.starts_with(_folded("domain")),
            is_shared=pl.col("metric_id").n_unique().over("quarter", "kind", "domain") > 1,
        )
    )  # fmt: skip
    groups = labelled.select(by).unique().height
    broken = labelled.filter("is_other").select(by).unique().rows()
    refuse_if_most(rows, broken, groups, "domain", "domains and descriptions do not match")
    wrong = labelled.filter(pl.col("is_other") | pl.col("is_shared"))
    if wrong.is_empty():
        return frame, FAULTS.to_frame(), ()
    named = (
        wrong.join(_domains_of(wrong), on=["quarter", "metric_id"], how="left")
        .with_columns(listed=pl.coalesce("listed", pl.col("text").str.extract(_DOMAIN_OF_TEXT)))
        .with_columns(
            is_wrong=pl.col("is_other") | (_folded("listed") != _folded("domain")),
            true=pl.when("is_shared", _folded("listed") != _folded("domain"))
            .then("listed")
            .otherwise("domain"),
        )
        .with_columns(
            is_double=pl.col("metric_id").n_unique().over("quarter", "trust_code", "kind", "true")
            > 1
        )
        .with_columns(
            # Two IDs that nothing tells apart are two domains all the same.
            true=pl.when("is_double")
            .then(pl.format("{} ({})", "true", "metric_id"))
            .otherwise("true")
        )
        .filter(pl.col("is_wrong").fill_null(value=False) | pl.col("is_double"))
    )
    single = named.filter(pl.len().over(by) <= ODD)
    doubts = cells(rows, single, "domain", "the description belongs to another domain")
    whole = named.join(single, on="line", how="anti").sort("line")
    right = named.select("line", true="true")
    corrected = frame.join(right, on="line", how="left", maintain_order="left").with_columns(
        domain=pl.coalesce("true", domain)
    )
    return corrected.drop("true"), doubts, tuple(_of_whole_metrics(whole))


def _folded(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase()


def _domains_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the domain (``listed``) of each quarter and metric ID that its year lists."""
    ids = rows.select(pl.col("quarter").cast(pl.String), "metric_id").unique()
    listed = [
        (quarter, metric_id, each.name)
        for quarter, metric_id in ids.iter_rows()
        if (scheme := framework(quarter[3:])) is not None
        for each in scheme.domains
        if scheme.kind(metric_id) in (RowKind.DOMAIN_SCORE, RowKind.DOMAIN_SEGMENT)
        and each.id == metric_id[-2:]
    ]
    schema = {"quarter": QUARTER, "metric_id": pl.String, "listed": pl.String}
    return pl.DataFrame(listed, schema=schema, orient="row")


def _of_whole_metrics(wrong: pl.DataFrame) -> Iterator[str]:
    """Name, in one notice, the metrics of which a domain was published wrong."""
    columns = ("metric_id", "quarter", "domain", "text", "true")
    each = wrong.select(columns).unique(maintain_order=True)
    parts = [
        f'{metric_id} ({quarter}) is published as "{label[:40]}" and described as "{text[:60]}", '
        f"and is taken as {domain}"
        for metric_id, quarter, label, text, domain in each.head(_NAMED).iter_rows()
    ]
    if parts:
        more = f"; and {each.height - _NAMED} more" if each.height > _NAMED else ""
        yield f"domains that do not match: {'; '.join(parts)}{more}"


def _of_table(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Doubt rows whose average score or rank does not fit the rest of the table.

    Raises:
        RefusedError: most do not.

    """
    outside = frame.filter(outside_range())
    reason = "the average score is outside its likely range"
    if outside.height * 2 > frame.height and frame.height >= ENOUGH:
        raise RefusedError(
            rows.file,
            f"in {outside.height} of {frame.height} rows {reason}: columns may be swapped or "
            "shifted",
            column=rows.header.spelt["average_score"],
        )
    doubts = cells(rows, outside, "average_score", reason)
    order, notices = of_league_table(rows, frame)
    return together([doubts, order]), notices


def drop_misplaced(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Set aside single rows of another quarter, trust, metric or type than all others would have.

    Raises:
        RefusedError: a trust has many rows of each of two types.

    """
    ways = [
        (_rare_quarters, "quarter", "almost no other row is for this quarter"),
        (_borrowed_names, "trust_code", "another trust has this name"),
        (_rare_codes, "trust_code", "another trust has this name"),
        (_rare_types, "trust_type", "this trust is of another type"),
    ]
    if rows.header.kind is FileKind.METRIC:
        ways.append((_borrowed_texts, "metric_id", "another metric has this description"))
        ways.append((_rare_metrics, "metric_id", "other rows of this metric have another ID"))
    faults = []
    for way, column, reason in ways:
        odd = way(frame)
        faults.append(cells(rows, odd, column, reason))
        frame = without(frame, odd)
    of_two_types = frame.filter(pl.col("trust_type").n_unique().over("quarter", "trust_code") > 1)
    if of_two_types.height:
        code, quarter, line = of_two_types.select(
            "trust_code", pl.col("quarter").cast(pl.String), "line"
        ).row(0)
        raise RefusedError(
            rows.file,
            f"{code} has two trust types in {quarter}, which would mix the ranks of two tables",
            column=rows.header.spelt["trust_type"],
            line=line,
        )
    return frame, together(faults)


def _rare_quarters(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(rare_quarter(pl.len().over("quarter")))


def _rare_codes(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the row or two of a trust code whose trust has another code in many rows."""
    named = frame.drop_nulls("trust_name")
    codes = named.group_by("quarter", "trust_name", "trust_code").agg(rows=pl.len())
    most = pl.col("rows").max().over("quarter", "trust_name")
    few = codes.filter(pl.col("rows") <= ODD, pl.col("rows") * 4 <= most)
    odd = frame.join(few, on=["quarter", "trust_name", "trust_code"], how="semi")
    return odd.filter(pl.len().over("quarter", "trust_code") <= ODD).sort("line")


def _rare_metrics(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the row or two of a metric whose description many rows of another metric have."""
    by = ["quarter", "trust_type", "metric"]
    rows = pl.len().over(*by, "metric_of")
    most = rows.max().over(by)
    is_metric = pl.col("metric_of").is_not_null()
    return frame.filter(is_metric & (rows <= ODD) & (rows * 4 <= most))


def _rare_types(frame: pl.DataFrame) -> pl.DataFrame:
    rows = pl.len().over("quarter", "trust_code", "trust_type")
    most = rows.max().over("quarter", "trust_code")
    return frame.filter((rows <= ODD) & (rows * 4 <= most))


def _borrowed_names(frame: pl.DataFrame) -> pl.DataFrame:
    return _borrowed(frame, "trust_code", "trust_name")


def _borrowed_texts(frame: pl.DataFrame) -> pl.DataFrame:
    return _borrowed(frame, "metric_id", "metric")


def _borrowed(frame: pl.DataFrame, key: str, text: str) -> pl.DataFrame:
    """Return the row or two of a trust, or metric, that have the name of another one."""
    by = ["quarter", key]
    counts = frame.drop_nulls(text).group_by(*by, text).agg(rows=pl.len())
    most = pl.col("rows").max().over(by)
    usual = counts.filter(pl.col("rows") == most)
    odd = counts.filter(pl.col("rows") <= ODD, pl.col("rows") * 4 <= most).join(
        usual, on=["quarter", text], how="semi"
    )
    return frame.join(odd, on=[*by, text], how="semi", maintain_order="left")
