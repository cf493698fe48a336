"""What a reader must know of the figures in an answer: revised, doubted, unreadable, incomplete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import AnyAnswer
from nhs_league.core.frames import KEYS, Frames
from nhs_league.core.sentences import counted
from nhs_league.frozen import frozen

_VERSION = [column for column in KEYS["versions"] if column != "edition"]
_TYPE = ["quarter", "trust_type"]
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
    if not metrics and not trusts:
        metrics = _texts(frame, "metric_id")
    about = _About(_quarters(frame), _types(frame), trusts, metrics)
    tables = ["observations"] if metrics else ["standings"]
    if trusts and not metrics:
        tables = ["observations", "standings", "domains"]
    elif "area" in frame.columns:
        tables = ["observations", "domains"]
    is_doubted = pl.col("doubt").is_not_null()
    # At once, as each is a small part of a table.
    aside, revised, in_part, *doubted = pl.collect_all(
        [
            frames.set_aside.filter(about.concerns()),
            _revised(frame, frames),
            _in_part(frame, frames, about),
            # All else is looked at in the few rows that are doubted: Parquet can skip the others.
            *(getattr(frames, table).filter(is_doubted) for table in tables),
        ]
    )
    notes = [
        *_about_unreadable(aside),
        *_about_doubted(dict(zip(tables, doubted, strict=True)), about, _texts(frame, "area")),
        *_about_revised(revised),
        *_about_parts(in_part, frames, about),
    ]
    return replace(answer, notes=(*answer.notes, *notes)) if notes else answer


@frozen
class _About:
    """What an answer is about.

    Attributes:
        quarters: its quarters; empty for all.
        types: its trust types; empty for all.
        trusts: its trusts; empty for all.
        metrics: its metrics; empty for all of named trusts, else for none.

    """

    quarters: Sequence[str]
    types: Sequence[str]
    trusts: Sequence[str]
    metrics: Sequence[str]

    def in_quarters(self) -> pl.Expr:
        """Return whether a row is of the answer's quarters."""
        return pl.col("quarter").cast(pl.String).is_in(self.quarters)

    def concerns(self, *, whole_table: bool = False) -> pl.Expr:
        """Return whether a row is of the answer's quarters, and of its trusts or metrics."""
        is_of = self.in_quarters() if self.quarters else pl.lit(value=True)
        if self.trusts:
            is_of &= pl.col("trust_code").is_in(self.trusts) | pl.col("trust_code").is_null()
        elif self.types:
            is_of &= pl.col("trust_type").is_in(self.types) | pl.col("trust_type").is_null()
        if self.metrics:
            is_of &= pl.col("metric_id").is_in(self.metrics) | pl.col("metric_id").is_null()
        elif not whole_table and not self.trusts:
            is_metric = pl.col("metric_id").str.contains("^OF[0-3]").fill_null(value=False)
            is_of &= ~is_metric
        return is_of


def _about_unreadable(aside: pl.DataFrame) -> Iterator[str]:
    """Name what could not be read and would have been in the answer."""
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


def _about_doubted(
    doubted: Mapping[str, pl.DataFrame], about: _About, areas: Sequence[str]
) -> Iterator[str]:
    """Name the figures that others of their release contradict."""
    for table, rows in doubted.items():
        if rows.is_empty():
            continue
        name = {"observations": "metric_id", "standings": "trust_name", "domains": "domain"}[table]
        named = rows.with_columns(name=name)
        if table != "observations":
            named = named.with_columns(metric_id=pl.lit(None, pl.String))
        if table == "domains" and areas:
            named = named.filter(pl.col("name").is_in(areas))
        concerned = named.filter(about.concerns(whole_table=table != "observations")).select(
            "trust_code", "name", "doubt"
        )
        if concerned.is_empty():
            continue
        first = [f"{code} {what} ({why})" for code, what, why in concerned.head(_NAMED).iter_rows()]
        what = f"{counted(concerned.height, 'figure')} {'is' if concerned.height == 1 else 'are'}"
        yield f"{what} doubtful (?): {_listed(first, concerned.height)}."


def _revised(frame: pl.DataFrame, frames: Frames) -> pl.LazyFrame:
    """Return the versions of the answer's figures that a later file changed."""
    if "trust_code" not in frame.columns or "quarter" not in frame.columns:
        return frames.versions.clear()
    of_metrics = "metric_id" in frame.columns
    key = {"name": "metric_id"} if of_metrics else {}
    return frames.versions.filter(
        pl.col("what") == ("metric" if of_metrics else "standing"),
        pl.col("figure").is_in(["value", "average_score", "segment"]),
    ).join(
        frame.lazy().select("quarter", "trust_code", **key),
        on=["quarter", "trust_code", *key],
        how="semi",
    )


def _about_revised(revised: pl.DataFrame) -> Iterator[str]:
    """Count the figures that a later file changed."""
    if revised.is_empty():
        return
    # A standing's name can differ between files; it is the same standing.
    named = pl.when(pl.col("what") == "metric").then("name")
    count = revised.select("quarter", "trust_code", "figure", named).n_unique()
    verb = "was" if count == 1 else "were"
    yield (
        f"{counted(count, 'figure')} here {verb} revised since first published: run "
        '"nhsleague revisions" to see them.'
    )
    newest = pl.col("edition") == pl.col("edition").max().over(_VERSION)
    if unknown := revised.filter(newest & ~pl.col("order_known")).height:
        yield unsure_order(unknown)


def unsure_order(count: int) -> str:
    """Warn that figures depend on which of two files is newer, which is not known."""
    verb = "is" if count == 1 else "are"
    return (
        f"{counted(count, 'figure')} {verb} uncertain: two release files disagree, and nothing "
        "shows which was published later."
    )


def _in_part(frame: pl.DataFrame, frames: Frames, about: _About) -> pl.LazyFrame:
    """Return the quarters and types of which no file gives the whole, and their largest rank."""
    if "quarter" not in frame.columns or "rank" not in frame.columns:
        return frames.standings.clear()
    return (
        frames.standings.filter(about.in_quarters())
        .group_by(_TYPE)
        .agg(
            trusts=pl.len(),
            rank=pl.max_horizontal("rank", "rank_high").max(),
            whole=pl.col("of").is_not_null().any(),
        )
        .filter(~pl.col("whole"))
    )


def _about_parts(in_part: pl.DataFrame, frames: Frames, about: _About) -> Iterator[str]:
    """Name the quarters and types of which only a part is stored."""
    if in_part.is_empty():
        return
    ranks = (
        frames.observations.filter(about.in_quarters(), pl.col("doubt").is_null())
        .group_by(_TYPE)
        .agg(largest=pl.col("rank").max())
        .collect()
    )
    parts = (
        in_part.join(ranks, on=_TYPE, how="left")
        .with_columns(largest=pl.max_horizontal("rank", "largest"))
        .filter(pl.col("largest") > pl.col("trusts"))
        .sort(_TYPE)
    )
    if about.types:
        parts = parts.filter(pl.col("trust_type").is_in(about.types))
    for quarter, trust_type, trusts, largest in parts.select(
        *_TYPE, "trusts", "largest"
    ).iter_rows():
        yield (
            f"You have only part of {quarter}: {trust_types.counted(trusts, trust_type)}, but "
            f"ranks go up to at least {largest}."
        )


def _quarters(frame: pl.DataFrame) -> list[str]:
    """List an answer's quarters; a row about several names them all."""
    several = _texts(frame, "quarter")
    return sorted({quarter for named in several for quarter in named.split(", ")})


def _types(frame: pl.DataFrame) -> list[str]:
    """List an answer's trust types; none where it is about all of them."""
    types = _texts(frame, "trust_type")
    return [] if trust_types.ALL in types else types


def _texts(frame: pl.DataFrame, column: str) -> list[str]:
    """List the texts of a column; none where the frame does not have it."""
    texts = set(frame[column].to_list()) if column in frame.columns else set()
    return sorted(texts - {None})


def _listed(named: Sequence[str], count: int) -> str:
    more = f" and {count - _NAMED} more" if count > _NAMED else ""
    return ", ".join(named) + more
