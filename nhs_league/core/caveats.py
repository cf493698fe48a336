"""What a reader must know of the figures in an answer: revised, doubted, unreadable, incomplete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import AnyAnswer
from nhs_league.core.frames import KEYS, Frames
from nhs_league.core.sentences import counted

_VERSION = [column for column in KEYS["versions"] if column != "edition"]
_NAMED = 3


def with_caveats(
    answer: AnyAnswer, frames: Frames, trusts: Sequence[str] = (), metrics: Sequence[str] = ()
) -> AnyAnswer:
    """Add a note for each kind of figure in an answer that needs a caution.

    Args:
        answer: an answer; its frame's columns quarter, trust_code and metric_id, as far as it has
            them, say what it rests on.
        frames: the frames that it was drawn from.
        trusts: the trusts that it is about, where those are not all that the frames have.
        metrics: the metrics that it is about, where its frame does not say so; of named trusts,
            all where none is named.

    """
    frame = answer.frame
    if not metrics and not trusts and "metric_id" in frame.columns:
        metrics = frame["metric_id"].unique().drop_nulls().to_list()
    notes = [
        *_unreadable(frame, frames, trusts, metrics),
        *_doubted(frame, frames, trusts, metrics),
        *_revised(frame, frames),
        *_incomplete(frame, frames),
    ]
    return replace(answer, notes=(*answer.notes, *notes)) if notes else answer


def _unreadable(
    frame: pl.DataFrame, frames: Frames, trusts: Sequence[str], metrics: Sequence[str]
) -> Iterator[str]:
    """Name what could not be read and would have been in the answer."""
    aside = frames.set_aside.filter(_concerns(frame, trusts, metrics)).collect()
    if aside.is_empty():
        return
    named = [
        f"{code or 'a row'} {metric or column} \"{value or ''}\" (line {line}: {reason})"
        for code, metric, column, value, line, reason in aside.select(
            "trust_code", "metric_id", "column", "value", "line", "reason"
        ).head(_NAMED).iter_rows()
    ]  # fmt: skip
    was = "was" if aside.height == 1 else "were"
    what = f"{counted(aside.height, 'figure')} could not be read and {was} left out"
    yield f"{what}: {_listed(named, aside.height)}."


def _doubted(
    frame: pl.DataFrame, frames: Frames, trusts: Sequence[str], metrics: Sequence[str]
) -> Iterator[str]:
    """Name the figures that others of their release contradict."""
    tables = ["observations"] if metrics else ["standings"]
    if trusts and not metrics:
        tables = ["observations", "standings", "domains"]
    elif "area" in frame.columns:
        tables = ["observations", "domains"]
    is_doubted = pl.col("doubt").is_not_null()
    # All else is looked at in the few rows that are doubted: Parquet can skip the others.
    every = pl.collect_all([getattr(frames, table).filter(is_doubted) for table in tables])
    for table, rows in zip(tables, every, strict=True):
        name = {"observations": "metric_id", "standings": "trust_name", "domains": "domain"}[table]
        doubted = rows.with_columns(name=name)
        if table != "observations":
            doubted = doubted.with_columns(metric_id=pl.lit(None, pl.String))
        if table == "domains" and "area" in frame.columns:
            doubted = doubted.filter(pl.col("name").is_in(frame["area"].unique().to_list()))
        concerns = _concerns(frame, trusts, metrics, whole_table=table != "observations")
        concerned = doubted.filter(concerns).select("trust_code", "name", "doubt")
        if concerned.is_empty():
            continue
        named = [f"{code} {what} ({why})" for code, what, why in concerned.head(_NAMED).iter_rows()]
        what = f"{counted(concerned.height, 'figure')} {'is' if concerned.height == 1 else 'are'}"
        yield f"{what} doubtful (?): {_listed(named, concerned.height)}."


def _concerns(
    frame: pl.DataFrame,
    trusts: Sequence[str],
    metrics: Sequence[str],
    *,
    whole_table: bool = False,
) -> pl.Expr:
    """Return whether a row is of the answer's quarters, and of its trusts or metrics."""
    quarters = _quarters(frame)
    is_of = pl.col("quarter").cast(pl.String).is_in(quarters) if quarters else pl.lit(value=True)
    if trusts:
        is_of &= pl.col("trust_code").is_in(list(trusts)) | pl.col("trust_code").is_null()
    elif types := _types(frame):
        is_of &= pl.col("trust_type").is_in(types) | pl.col("trust_type").is_null()
    if metrics:
        is_of &= pl.col("metric_id").is_in(list(metrics)) | pl.col("metric_id").is_null()
    elif not whole_table and not trusts:
        is_metric = pl.col("metric_id").str.contains("^OF[0-3]").fill_null(value=False)
        is_of &= ~is_metric
    return is_of


def _revised(frame: pl.DataFrame, frames: Frames) -> Iterator[str]:
    """Count the answer's figures that a later file changed."""
    if "trust_code" not in frame.columns or "quarter" not in frame.columns:
        return
    of_metrics = "metric_id" in frame.columns
    on = ["quarter", "trust_code", "name"] if of_metrics else ["quarter", "trust_code"]
    changed = frames.versions.filter(
        pl.col("what") == ("metric" if of_metrics else "standing"),
        pl.col("figure").is_in(["value", "average_score", "segment"]),
    )
    names = {"name": pl.col("metric_id")} if of_metrics else {}
    shown = frame.lazy().select("quarter", "trust_code", **names)
    revised = changed.join(shown.unique(), on=on, how="semi").select(*on, "figure").unique()
    count = revised.select(pl.len()).collect().item()
    if count:
        verb = "was" if count == 1 else "were"
        yield (
            f"{counted(count, 'figure')} here {verb} revised since first published: run "
            '"nhsleague revisions" to see them.'
        )
        newest = pl.col("edition") == pl.col("edition").max().over(_VERSION)
        unsure = changed.filter(newest & ~pl.col("order_known"))
        figures_unsure = unsure.join(shown.unique(), on=on, how="semi").select(pl.len())
        if unknown := figures_unsure.collect().item():
            yield unsure_order(unknown)


def unsure_order(count: int) -> str:
    """Warn that figures depend on which of two files is newer, which is not known."""
    verb = "is" if count == 1 else "are"
    return (
        f"{counted(count, 'figure')} {verb} uncertain: two release files disagree, and nothing "
        "shows which was published later."
    )


def _incomplete(frame: pl.DataFrame, frames: Frames) -> Iterator[str]:
    """Name the quarters and types of which only a part is stored."""
    if "quarter" not in frame.columns or "rank" not in frame.columns:
        return
    key = ["quarter", "trust_type"]
    quarters = _quarters(frame)
    is_shown = pl.col("quarter").cast(pl.String).is_in(quarters)
    stored = (
        frames.standings.filter(is_shown)
        .group_by(key)
        .agg(
            trusts=pl.len(),
            rank=pl.max_horizontal("rank", "rank_high").max(),
            whole=pl.col("of").is_not_null().any(),
        )
        .filter(~pl.col("whole"))
        .collect()
    )
    if stored.is_empty():
        return
    ranks = (
        frames.observations.filter(is_shown, pl.col("doubt").is_null())
        .group_by(key)
        .agg(largest=pl.col("rank").max())
        .collect()
    )
    parts = (
        stored.join(ranks, on=key, how="left")
        .with_columns(largest=pl.max_horizontal("rank", "largest"))
        .filter(pl.col("largest") > pl.col("trusts"))
        .sort(key)
    )
    if types := _types(frame):
        parts = parts.filter(pl.col("trust_type").is_in(types))
    for quarter, trust_type, trusts, largest in parts.select(*key, "trusts", "largest").iter_rows():
        yield (
            f"You have only part of {quarter}: {trust_types.counted(trusts, trust_type)}, but "
            f"ranks go up to at least {largest}."
        )


def _quarters(frame: pl.DataFrame) -> list[str]:
    """List an answer's quarters; a row about several names them all."""
    if "quarter" not in frame.columns:
        return []
    quarters: list[str] = frame["quarter"].unique().cast(pl.String).drop_nulls().to_list()
    return sorted({quarter for several in quarters for quarter in several.split(", ")})


def _types(frame: pl.DataFrame) -> list[str]:
    """List an answer's trust types; none where it is about all of them."""
    if "trust_type" not in frame.columns:
        return []
    types: list[str] = frame["trust_type"].unique().drop_nulls().to_list()
    return [] if trust_types.ALL in types else types


def _listed(named: Sequence[str], count: int) -> str:
    more = f" and {count - _NAMED} more" if count > _NAMED else ""
    return ", ".join(named) + more
