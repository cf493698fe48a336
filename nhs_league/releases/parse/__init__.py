"""One release file into the tidy frames, or a refusal that names file, line, column and value.

bytes -> ``decoding`` (text) -> ``reading`` (fields) -> ``typed_rows`` (names and numbers; what
cannot be read is set aside) -> ``contradictions`` (what other rows contradict is doubted; searched
only where ``consistency`` shows that something is) -> ``tidy`` (frames).

Each step asks few queries of many columns, as one takes a fifth of a millisecond whatever its size,
and works on distinct texts (``texts``). They run in polars' in-memory engine: its usual one is made
for data that do not fit into memory, and takes twice as long to start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frames import DOMAINS, OBSERVATIONS, SET_ASIDE
from nhs_league.core.frameworks import RowKind
from nhs_league.core.quarters import Quarter
from nhs_league.frozen import frozen
from nhs_league.releases.parse import tidy
from nhs_league.releases.parse.columns import FileKind
from nhs_league.releases.parse.contradictions import judge
from nhs_league.releases.parse.faults import refuse_many
from nhs_league.releases.parse.reading import Rows, empty_columns, read_rows
from nhs_league.releases.parse.typed_rows import check
from nhs_league.releases.tables import STANDINGS_BY_FILE, largest_ranks, with_trust_counts

__all__ = ["FileKind", "ParsedFile", "parse_file"]

_KNOWN = ("line", "quarter", "trust_code", "trust_type", "metric_of", "metric_id")
"""What is named of a row that is set aside, as far as it is known."""
_LEAGUE = ("quarter", "trust_type")
"""What a league is of: its trusts are ranked together."""
_SHARED = ("trust_code", "trust_type")
"""The texts that all tidy frames have."""
_SINGLE_ROWS = 2
"""How many rows of a metric may be missing without a notice that they are."""


@frozen
class ParsedFile:
    """The content of one release file.

    Attributes:
        kind: metric file or league table.
        quarters: the quarters it has figures of, oldest first.
        trust_types: the trust types it has figures of.
        rows: how many rows it has.
        trusts: how many trusts it names.
        standings: schema STANDINGS_BY_FILE; what this kind of file does not have is null.
        observations: schema OBSERVATIONS; empty for a league table.
        domains: schema DOMAINS; empty for a league table.
        set_aside: schema SET_ASIDE.
        notices: what was doubted, set aside, left out or read otherwise, a sentence each.

    """

    kind: FileKind
    quarters: tuple[Quarter, ...]
    trust_types: tuple[str, ...]
    rows: int
    trusts: int
    standings: pl.DataFrame
    observations: pl.DataFrame
    domains: pl.DataFrame
    set_aside: pl.DataFrame
    notices: tuple[str, ...]


def parse_file(file: str, data: bytes, *, release_file: str | None = None) -> ParsedFile:
    """Read one release file; what it is comes from its content, never from its name.

    A cell that cannot be read is set aside, a row that others contradict is doubted; neither loses
    the file, unless more than a hundredth of its rows (and more than five) are at fault.

    Args:
        file: name of the file, for messages.
        data: the file as it was published, in UTF-8 or Windows-1252.
        release_file: how the frames' rows name their file; the file's name where it is None.

    Returns:
        The tidy frames, figures as published, texts without stray blanks.

    Raises:
        RefusedError: the file is not a release file, or too much of it cannot be right.

    Source of the columns and rules: NHS England, CSV metadata file and technical specification of
    the NHS Oversight Framework; whole release files of 2025/26 and 2026/27.

    """
    rows = read_rows(file, data)
    source = release_file or file
    frame, set_aside, of_rows, of_faults = _judged(rows, source)
    standings, observations, domains = pl.collect_all(
        (
            made.with_columns(release_file=pl.lit(source), kind=pl.lit(str(rows.header.kind)))
            .select(schema.names())
            .cast(schema)
            for made, schema in zip(
                with_trust_counts(*_frames(rows, frame)),
                (STANDINGS_BY_FILE, OBSERVATIONS, DOMAINS),
                strict=True,
            )
        ),
        engine="in-memory",
    )
    quarters, types, trusts = frame.select(
        pl.col("quarter", "trust_type").unique().implode(), pl.col("trust_code").n_unique()
    ).row(0)
    return ParsedFile(
        kind=rows.header.kind,
        quarters=tuple(sorted(Quarter.parse(quarter) for quarter in quarters)),
        trust_types=tuple(trust_types.in_order(set(types))),
        rows=rows.frame.height,
        trusts=trusts,
        standings=standings,
        observations=observations,
        domains=domains,
        set_aside=set_aside,
        notices=(*of_rows, *of_faults),
    )


def _judged(
    rows: Rows, source: str
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """Return the typed rows with ``doubt``, what is set aside, and notices of rows and of faults.

    Frames that differ in a few rows are copies, and a file may be large: none outlives its use.
    """
    checked = check(rows)
    refuse_many(rows, checked.set_aside)
    known = checked.frame.select(c for c in _KNOWN if c in checked.frame.columns)
    judged = judge(rows, checked.frame)
    faults = pl.concat([checked.set_aside, judged.set_aside])
    refuse_many(rows, pl.concat([faults, judged.doubts]))
    frame = _with_doubts(judged.frame, judged.doubts)
    return (
        frame,
        _set_aside(rows, faults, known, source),
        (*_of_reading(rows, frame), *checked.notices, *judged.notices),
        tuple(_of_faults(rows, faults, judged.doubts)),
    )


def _frames(rows: Rows, frame: pl.DataFrame) -> Sequence[pl.DataFrame]:
    if rows.header.kind is FileKind.LEAGUE_TABLE:
        standings = tidy.table_standings(frame).cast(dict.fromkeys(_SHARED, pl.String))
        table = standings.collect(engine="in-memory")
        return table, OBSERVATIONS.to_frame(), DOMAINS.to_frame()
    made = (tidy.standings(frame), tidy.observations(frame), tidy.domains(frame))
    return pl.collect_all(made, engine="in-memory")


def _with_doubts(frame: pl.DataFrame, doubts: pl.DataFrame) -> pl.DataFrame:
    """Add ``doubt``: what other rows contradict in each row, null where nothing is."""
    if doubts.is_empty():
        return frame.with_columns(doubt=pl.lit(None, pl.String))
    reasons = doubts.group_by("line", maintain_order=True).agg(
        doubt=pl.format("{}: {}", "column", "reason").unique(maintain_order=True).str.join("; ")
    )
    return frame.join(reasons, on="line", how="left", maintain_order="left")


def _set_aside(rows: Rows, faults: pl.DataFrame, frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """Add to what was set aside its line, its trust and its metric, as far as they can be read."""
    if faults.is_empty():
        return SET_ASIDE.to_frame()
    known = ["quarter", "trust_code", "trust_type"]
    is_fault = pl.col("line").is_in(faults["line"].unique().implode())
    frame = frame.filter(is_fault)
    if rows.header.kind is FileKind.METRIC:
        metric_id = pl.coalesce(pl.col("metric_of", "metric_id").cast(pl.String))
        frame = frame.with_columns(metric_id=metric_id)
        known.append("metric_id")
    else:
        frame = frame.with_columns(metric_id=pl.lit(None, pl.String))
    raw = [c for c in ("trust_code", "metric_id") if c in rows.frame.columns]
    spelt = {**rows.header.spelt, "row": "(whole row)"}
    return (
        faults.join(
            frame.select("line", pl.col(known).cast(pl.String)),
            on="line",
            how="left",
            maintain_order="left",
        )
        .join(
            rows.frame.filter(is_fault).select("line", pl.col(raw).cast(pl.String)),
            on="line",
            how="left",
            suffix="_raw",
            maintain_order="left",
        )
        .with_columns(
            *(pl.coalesce(c, f"{c}_raw").alias(c) for c in raw),
            **({} if "metric_id" in known else {"metric_id": pl.lit(None, pl.String)}),
            column=pl.col("column").replace(spelt),
            release_file=pl.lit(source),
        )
        .select(SET_ASIDE.names())
        .cast(SET_ASIDE)
    )


def _empty_columns(rows: Rows) -> list[str]:
    return [c for c in empty_columns(rows.frame) if c in rows.header.position]


def _of_reading(rows: Rows, frame: pl.DataFrame) -> Iterator[str]:
    if rows.notes:
        quoted = ", ".join(f'"{note[:60]}"' for note in rows.notes)
        yield f"text outside the rows, left out: {quoted}"
    if rows.headers:
        yield f"repeated header rows, left out: {rows.headers}"
    if missing := [c for c in rows.header.absent if c != "quarter"]:
        yield f"missing columns: {', '.join(missing)}"
    if empty := [rows.header.spelt[c] for c in _empty_columns(rows)]:
        yield f"empty columns: {', '.join(empty)}"
    if rows.header.extra:
        yield f"unknown columns, left out: {', '.join(rows.header.extra)}"
    yield from _of_content(rows, frame)


def _of_content(rows: Rows, frame: pl.DataFrame) -> Iterator[str]:
    """Describe what is new to this version in a file, and what it lacks."""
    is_metric = rows.header.kind is FileKind.METRIC
    queries = [_kinds(frame, is_metric=is_metric), _largest(frame)]
    if is_metric:
        queries += [_lacking_rows(frame), _lacking_summaries(frame)]
    kinds, largest, *of_metrics = pl.collect_all(queries, engine="in-memory")
    types = sorted({trust_type for _, trust_type, *_ in kinds.iter_rows()})
    if new_types := [t for t in types if not trust_types.is_known(t)]:
        yield f"trust types new to this version, listed as published: {', '.join(new_types)}"
    parts = []
    for quarter, trust_type, rank, trusts, count in largest.iter_rows():
        if rank is not None and rank > trusts:
            amount = "1 row" if count == 1 else f"{count:,} rows"
            who = trust_types.counted(trusts, trust_type)
            parts.append((quarter, trust_type))
            yield f"incomplete for {quarter}: it has {who} ({amount}) but mentions rank {rank}"
    if not is_metric:
        return
    lacking, summaries = of_metrics
    named = [
        f"{metric_id} in {quarter} ({rows} {'row' if rows == 1 else 'rows'}, ranks up to {rank})"
        for quarter, trust_type, metric_id, rank, rows in lacking.iter_rows()
        if (quarter, trust_type) not in parts
    ]
    if named:
        others = len(named) - 5
        more = f" and {others} more metric{'s' if others > 1 else ''}" if others > 0 else ""
        yield f"rows are missing for {', '.join(named[:5])}{more}"
    yield from _missing_kinds(kinds)
    every = summaries.to_series().to_list()
    if every:
        some = every if len(every) <= 5 else [*every[:5], f"{len(every) - 5} more"]
        yield f"missing summary rows that other trusts have: {', '.join(some)}"


def _of_faults(rows: Rows, set_aside: pl.DataFrame, doubts: pl.DataFrame) -> Iterator[str]:
    for what, faults in (("set aside", set_aside), ("doubtful", doubts)):
        if faults.is_empty():
            continue
        places = [
            f'line {line}, {rows.header.spelt.get(column, column)} "{(value or "")[:40]}": {reason}'
            for line, column, value, reason in faults.head(5).iter_rows()
        ]
        more = f"; and {faults.height - 5} more" if faults.height > 5 else ""
        yield f"{what}: {'; '.join(places)}{more}"


def _kinds(frame: pl.DataFrame, *, is_metric: bool) -> pl.LazyFrame:
    """List the kinds of row of each quarter and trust type."""
    kinds = [pl.col("kind").unique()] if is_metric else []
    return frame.lazy().group_by(_LEAGUE).agg(kinds).sort(_LEAGUE)


def _largest(frame: pl.DataFrame) -> pl.LazyFrame:
    """Return the largest rank, the trusts and the rows of each quarter and trust type."""
    ranks = [column for column in ("rank", "rank_high") if column in frame.columns]
    rows = frame.lazy().group_by(_LEAGUE).agg(rows=pl.len())
    sound = frame.lazy().filter(pl.col("doubt").is_null())
    return largest_ranks(sound, ranks).join(rows, on=_LEAGUE).sort(_LEAGUE)


def _lacking_rows(frame: pl.DataFrame) -> pl.LazyFrame:
    """Return the metrics whose ranks go beyond their rows.

    One row may be missing as it was set aside, or as its rank is doubted.
    """
    group = [*_LEAGUE, "metric_id"]
    return (
        frame.lazy()
        .filter(pl.col("doubt").is_null())
        .group_by(group)
        .agg(rank=pl.col("rank").max(), rows=pl.col("rank").count())
        .filter(pl.col("rank") > pl.col("rows") + _SINGLE_ROWS)
        .sort(group)
    )


def _lacking_summaries(frame: pl.DataFrame) -> pl.LazyFrame:
    """Name the trusts and quarters that lack a summary row which others have."""
    metrics = [RowKind.VALUE.value, RowKind.SCORE.value]
    domains = [RowKind.DOMAIN_SCORE.value, RowKind.DOMAIN_SEGMENT.value]
    needed = frame.lazy().select(*_LEAGUE, "trust_code", "metric_id", "kind")
    summary = needed.filter(~pl.col("kind").is_in([*metrics, *domains]))
    trusts = needed.select(*_LEAGUE, "trust_code").unique(maintain_order=True)
    usual = summary.select(*_LEAGUE, "metric_id").unique()
    return (
        trusts.join(usual, on=_LEAGUE, maintain_order="left")
        .join(summary, on=["quarter", "trust_code", "metric_id"], how="anti", maintain_order="left")
        .select(pl.format("{} {}", "trust_code", "quarter"))
        .unique(maintain_order=True)
    )


def _missing_kinds(kinds: pl.DataFrame) -> Iterator[str]:
    """Name the kinds of row that a quarter lacks altogether: the file may be a part, or cut off."""
    needed = {
        RowKind.DOMAIN_SCORE: "domain scores",
        RowKind.DOMAIN_SEGMENT: "domain segments",
        RowKind.ADJUSTED_SEGMENT: "adjusted segments",
        RowKind.AVERAGE_SCORE: "average scores",
        RowKind.UNADJUSTED_SEGMENT: "unadjusted segments",
        RowKind.OVERRIDE: "financial overrides",
    }
    for quarter, trust_type, there in kinds.iter_rows():
        if lacking := [words for kind, words in needed.items() if kind.value not in there]:
            yield f"{quarter}, {trust_types.in_words(trust_type)}: no {', '.join(lacking)}"
