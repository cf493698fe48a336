"""One release file into the tidy frames, or an error that names file, line, column and value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from nhs_league.league.schema import trust_types
from nhs_league.league.schema.frames import DOMAINS, OBSERVATIONS, STANDINGS
from nhs_league.league.schema.quarters import Quarter
from nhs_league.releases.parse import league_table, metric_file
from nhs_league.releases.parse.checks import check, figures_of
from nhs_league.releases.parse.columns import Kind
from nhs_league.releases.parse.contradictions import refuse_contradictions
from nhs_league.releases.parse.rows import Rows, read_rows
from nhs_league.releases.parse.text import to_utf8
from nhs_league.releases.ranked import with_of

__all__ = ["Kind", "ParsedFile", "parse_file"]


@dataclass(frozen=True)
class ParsedFile:
    """What one release file holds.

    Attributes:
        kind: metric file or league table.
        quarters: the quarters it has figures of, oldest first.
        trust_types: the trust types it has figures of.
        rows: how many rows it has.
        trusts: how many trusts it names.
        standings: schema STANDINGS; what this kind of file does not tell is null.
        observations: schema OBSERVATIONS; empty for a league table.
        domains: schema DOMAINS; empty for a league table.
        notices: what was kept out or left unknown, a sentence each.

    """

    kind: Kind
    quarters: tuple[Quarter, ...]
    trust_types: tuple[str, ...]
    rows: int
    trusts: int
    standings: pl.DataFrame
    observations: pl.DataFrame
    domains: pl.DataFrame
    notices: tuple[str, ...]


def parse_file(file: str, data: bytes, *, release_file: str | None = None) -> ParsedFile:
    """Read one release file; what it is comes from its content, never from its name.

    Args:
        file: name of the file, for messages.
        data: the file as it came, in UTF-8 or Windows-1252.
        release_file: how the frames' rows name their file; the file's name where it is None.

    Returns:
        The tidy frames, figures as published, texts without stray blanks.

    Raises:
        RefusedError: the file is not a release file, or a field of it cannot be right.

    Source of the columns and rules: NHS England, CSV metadata file and technical specification of
    the NHS Oversight Framework 2025/26.

    """
    rows = read_rows(file, to_utf8(file, data))
    check(rows)
    is_metric = rows.header.kind is Kind.METRIC
    frame = metric_file.with_quarter(rows) if is_metric else rows.frame
    frame = _typed(frame)
    _refuse_two_types(rows, frame)
    frame, doubled = _without_doubles(
        rows, frame, metric_file.KEY if is_metric else league_table.KEY
    )
    doubtful = refuse_contradictions(rows, frame)
    frames = _metric_frames(frame) if is_metric else _league_table_frames(frame)
    source = pl.lit(release_file or file).alias("release_file")
    shaped = (
        made.with_columns(source, of=None).select(schema.names()).cast(schema)
        for made, schema in zip(frames, (STANDINGS, OBSERVATIONS, DOMAINS), strict=True)
    )
    standings, observations, domains = with_of(*shaped)
    return ParsedFile(
        kind=rows.header.kind,
        quarters=tuple(sorted(Quarter.parse(q) for q in frame["quarter"].unique())),
        trust_types=tuple(trust_types.in_order(set(frame["trust_type"].unique()))),
        rows=rows.frame.height,
        trusts=frame["trust_code"].n_unique(),
        standings=standings,
        observations=observations,
        domains=domains,
        notices=tuple(_notices(rows, frame, doubled, doubtful)),
    )


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn checked text into numbers and the published trust types into ours."""
    types = {t: trust_types.from_published(t) for t in frame["trust_type"].unique()}
    return frame.with_columns(pl.col(c).cast(pl.Float64) for c in figures_of(frame)).with_columns(
        pl.col("rank").cast(pl.Int32),
        pl.col("trust_type").replace_strict(types, return_dtype=pl.String),
    )


def _refuse_two_types(rows: Rows, frame: pl.DataFrame) -> None:
    """Refuse a trust that has two types in one quarter: ranks of two tables would mix."""
    first = pl.col("trust_type").first().over("quarter", "trust_code")
    other = frame.filter(pl.col("trust_type") != first)
    if other.height:
        place = other["row"][0]
        value = rows.frame["trust_type"][place]
        raise rows.refuse(place, "trust_type", value, "this trust has another type further up")


def _without_doubles(
    rows: Rows, frame: pl.DataFrame, key: tuple[str, ...]
) -> tuple[pl.DataFrame, int]:
    """Drop rows that say the same twice, and refuse two rows that say different things."""
    fields = [c for c in frame.columns if c != "row"]
    single = frame.unique(fields, keep="first", maintain_order=True)
    again = single.filter(~pl.struct(key).is_first_distinct())
    if again.height:
        named = ", ".join(str(v) for v in again.select(key).row(0))
        raise rows.refuse(
            again["row"][0],
            key[-1],
            again[key[-1]][0],
            f"a different row for {named} stands further up",
        )
    return single, frame.height - single.height


def _metric_frames(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    return (
        metric_file.standings(frame),
        metric_file.observations(frame),
        metric_file.domains(frame),
    )


def _league_table_frames(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    return league_table.standings(frame), OBSERVATIONS.to_frame(), DOMAINS.to_frame()


def _notices(rows: Rows, frame: pl.DataFrame, doubled: int, doubtful: str) -> Iterator[str]:
    if rows.header.extra:
        yield f"columns not understood and kept out: {', '.join(rows.header.extra)}"
    if doubled:
        yield f"rows that stood twice and count once: {doubled}"
    if new_types := [t for t in frame["trust_type"].unique().sort() if not trust_types.is_known(t)]:
        yield f"trust types new to this version, kept under their own names: {', '.join(new_types)}"
    if doubtful:
        yield f"ranks that their figures contradict, kept as published: {doubtful}"
    if incomplete := _incomplete(frame):
        yield (
            "ranks that go beyond the trusts in the file, so it may be a part: "
            f"{', '.join(incomplete)}"
        )
    if rows.header.kind is Kind.METRIC:
        if lacking := _without_summary(frame):
            yield f"summary rows that other trusts have are missing for: {', '.join(lacking)}"
        if unknown := metric_file.not_understood(frame):
            yield f"rows not understood and kept out: {', '.join(unknown)}"
    elif texts := league_table.deficits_not_understood(frame):
        quoted = ", ".join(f"“{text}”" for text in texts)
        yield f"financial deficit left unknown where the file says {quoted}"


def _incomplete(frame: pl.DataFrame) -> list[str]:
    """Name the quarters in which ranks, or their likely ranges, are larger than trusts are many."""
    group = ("quarter", "trust_type")
    ranks = pl.col("rank")
    if "rank_range" in frame.columns:
        high = pl.col("rank_range").str.extract(r"(\S+)$").cast(pl.Float64).cast(pl.Int32)
        ranks = pl.max_horizontal(ranks, high)
    trusts = pl.col("trust_code").n_unique()
    largest = frame.group_by(group).agg(rank=ranks.max(), trusts=trusts)
    return largest.filter(pl.col("rank") > pl.col("trusts"))["quarter"].unique().sort().to_list()


def _without_summary(frame: pl.DataFrame) -> list[str]:
    """Name the trusts and quarters that lack a summary row which nearly all others have."""
    summary = frame.filter(pl.col("metric_id").str.contains("^OF5"))
    trusts = frame.select("quarter", "trust_code").unique(maintain_order=True)
    usual = (
        summary.group_by("quarter", "metric_id")
        .agg(having=pl.col("trust_code").n_unique())
        .join(trusts.group_by("quarter").agg(trusts=pl.len()), on="quarter")
        .filter(pl.col("having") >= pl.col("trusts") * 0.9)
    )
    lacking = trusts.join(usual, on="quarter").join(
        summary, on=["quarter", "trust_code", "metric_id"], how="anti"
    )
    named = lacking.select(pl.format("{} {}", "trust_code", "quarter")).to_series()
    return named.unique(maintain_order=True).to_list()
