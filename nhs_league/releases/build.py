"""Build a quarter's tables from its files: of each figure, the newest publication wins.

Earlier publications of a figure stay beside it as its versions. Raw files are read a few at a time,
so that memory does not grow with the store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frames import KEYS, QUARTER, STANDINGS, VERSIONS
from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.frozen import frozen
from nhs_league.releases import tables
from nhs_league.releases.disagreements import Order, file_disagreements, publication_order
from nhs_league.releases.manifest import StoredFile, StoredQuarter
from nhs_league.releases.parse import ParsedFile, parse_file
from nhs_league.releases.raw_files import fault, read_raw
from nhs_league.releases.tables import QuarterFrames, with_trust_counts

_ROWS_AT_ONCE = 60_000
_PASSES = 3
_FRAMES = ("standings", "observations", "domains")
_PARTS_KEY = (*KEYS["standings"], "kind")
_ABOUT = ("quarter", "trust_code", "trust_type", "what", "name", "unit")
_KEY = (*_ABOUT, "figure")
_FIGURES = {
    "metric": ("value", "score", "rank"),
    "standing": (
        "average_score",
        "segment",
        "unadjusted_segment",
        "rank",
        "score_rank",
        "override",
        "in_deficit",
    ),
    "domain": ("score", "segment", "rank"),
}


@frozen
class Built:
    """The tables built from raw files.

    Attributes:
        quarters: label -> the Parquet files made of it.
        files: all files, those that were read describe as this version sees them.
        order: their order of publication.
        unusable: sha256 -> why nothing could be made of a file: it is missing, has changed, or this
            version refuses it.

    """

    quarters: dict[str, StoredQuarter] = field(default_factory=dict)
    files: tuple[StoredFile, ...] = ()
    order: Order = field(default_factory=Order)
    unusable: Mapping[str, str] = field(default_factory=dict)


def build_quarters(
    root: Path, files: Sequence[StoredFile], into: Path, only: Collection[str] | None = None
) -> Built:
    """Build the tables of some quarters from the raw files.

    Args:
        root: the store's folder.
        files: all files of the store.
        into: the folder below which the Parquet files are written; those there already are left.
        only: labels of the quarters; None for all.

    Raises:
        OSError: a table cannot be written.

    """
    wanted = [
        stored for stored in files if only is None or not set(only).isdisjoint(stored.quarters)
    ]
    unusable = {stored.sha256: reason for stored in wanted if (reason := fault(root, stored))}
    order = publication_order(files)
    for _ in range(_PASSES):
        built = _pass(Built({}, tuple(files), order, unusable), root, into, only)
        # What files hold is known for certain once they are read, and their order may follow.
        files, before, order = built.files, order, publication_order(built.files)
        if order == before:
            break
    return built


def describe(stored: StoredFile, parsed: ParsedFile) -> StoredFile:
    """Describe an accepted file by what it holds."""
    return replace(
        stored,
        kind=str(parsed.kind),
        quarters=tuple(quarter.label for quarter in parsed.quarters),
        trust_types=parsed.trust_types,
        rows=parsed.rows,
        trusts=parsed.trusts,
        notices=parsed.notices,
    )


def merge_files(
    into: Path, quarters: Mapping[str, StoredQuarter], parsed: Sequence[ParsedFile], order: Order
) -> dict[str, StoredQuarter]:
    """Merge what files hold into the tables of their quarters, one quarter after the other.

    Args:
        into: the folder below which the tables are.
        quarters: label -> its tables as they are.
        parsed: what files hold.
        order: the order of publication of all files.

    Returns:
        The quarters with those that changed.

    Raises:
        DamagedError: a table to which rows would be added is damaged.
        OSError: a table cannot be written.

    """
    changed = dict(quarters)
    quarters_read = sorted({quarter for file in parsed for quarter in file.quarters})
    for label in (quarter.label for quarter in quarters_read):
        parts = [of_quarters(file, [label]) for file in parsed if _has(file, label)]
        before = tables.read(into, changed[label]) if label in changed else QuarterFrames.empty()
        frames = merge(before, parts, order)
        written = tables.write(into, Quarter.parse(label), frames)
        changed[label] = replace(written, disagreements=file_disagreements(frames.parts))
    return changed


def of_quarters(parsed: ParsedFile, labels: Collection[str]) -> ParsedFile:
    """Narrow what a file holds; what it set aside of an unknown quarter belongs to its newest."""
    newest = pl.lit(parsed.quarters[-1].label if parsed.quarters else None, QUARTER)
    aside = parsed.set_aside.with_columns(pl.col("quarter").fill_null(newest))
    wanted = tuple(quarter for quarter in parsed.quarters if quarter.label in labels)
    if wanted == parsed.quarters:
        return replace(parsed, set_aside=aside)
    is_wanted = pl.col("quarter").is_in([quarter.label for quarter in wanted])
    frames = {name: getattr(parsed, name).filter(is_wanted) for name in _FRAMES}
    return replace(parsed, quarters=wanted, **frames, set_aside=aside.filter(is_wanted))


def with_types(file: ParsedFile, recognised: Mapping[str, str]) -> ParsedFile:
    """Move a file's trusts to the types that were recognised, with a notice for each."""
    if not recognised:
        return file
    frames = {
        name: getattr(file, name).with_columns(pl.col("trust_type").replace(recognised))
        for name in (*_FRAMES, "set_aside")
    }
    notices = tuple(
        f'"{new}" read as {trust_types.in_words(known)}, as most of its trusts are stored'
        for new, known in recognised.items()
    )
    types = {recognised.get(t, t) for t in file.trust_types}
    return replace(
        file,
        trust_types=tuple(trust_types.in_order(types)),
        notices=(*file.notices, *notices),
        **frames,
    )


def _pass(built: Built, root: Path, into: Path, only: Collection[str] | None) -> Built:
    files = {stored.sha256: stored for stored in built.files}
    unusable, quarters = dict(built.unusable), built.quarters
    batch: list[ParsedFile] = []
    # Files of the same quarters come one after the other, so that each is merge_files few times.
    for stored in sorted(
        built.files, key=lambda k: (_newest(k), built.order.places.get(k.release_file, 0))
    ):
        is_wanted = only is None or not set(only).isdisjoint(stored.quarters)
        if stored.sha256 in unusable or not is_wanted:
            continue
        try:
            parsed = parse_file(
                stored.name, read_raw(root, stored), release_file=stored.release_file
            )
            parsed = with_types(parsed, dict(stored.taken_as))
        except RefusedError as refusal:
            unusable[stored.sha256] = f"this version rejects it: {refusal.message}"
            continue
        files[stored.sha256] = describe(stored, parsed)
        batch.append(parsed if only is None else of_quarters(parsed, only))
        if sum(each.rows for each in batch) > _ROWS_AT_ONCE:
            quarters = merge_files(into, quarters, batch, built.order)
            batch = []
    quarters = merge_files(into, quarters, batch, built.order)
    return Built(quarters, tuple(files.values()), built.order, unusable)


def _has(parsed: ParsedFile, label: str) -> bool:
    return any(quarter.label == label for quarter in parsed.quarters)


def _newest(stored: StoredFile) -> Quarter:
    return max(map(Quarter.parse, stored.quarters), default=Quarter(0, 1))


def merge(stored: QuarterFrames, files: Sequence[ParsedFile], order: Order) -> QuarterFrames:
    """Merge a quarter's stored tables with what new files say about it.

    Args:
        stored: the quarter's tables as they are.
        files: what newly parsed files say of the quarter.
        order: the order of publication of all files of the store.

    Returns:
        The quarter's new frames; of two rows with one key, the later publication's.

    """
    new = [(file.standings, file.observations, file.domains) for file in files]
    published = [figures(stored.parts, stored.observations, stored.domains)]
    published += [figures(*frames) for frames in new]
    parts, observations, domains = (
        _newest_rows([before, *(frames[i] for frames in new)], key, order)
        for i, (before, key) in enumerate(
            (
                (stored.parts, _PARTS_KEY),
                (stored.observations, KEYS["observations"]),
                (stored.domains, KEYS["domains"]),
            )
        )
    )
    standings, observations, domains = pl.collect_all(
        with_trust_counts(_compose(parts, order), observations, domains), engine="in-memory"
    )
    changed = versions(stored.versions, published, order)
    set_aside = pl.concat([stored.set_aside, *(file.set_aside for file in files)])
    return QuarterFrames(
        parts,
        standings,
        observations,
        domains,
        changed,
        _not_superseded(set_aside, observations, order),
    )


def _not_superseded(
    set_aside: pl.DataFrame, observations: pl.DataFrame, order: Order
) -> pl.DataFrame:
    """Drop what a later file publishes in a form that can be read."""
    published = observations.filter(pl.col("value").is_not_null() | pl.col("score").is_not_null())
    newest = published.group_by("trust_code", "metric_id").agg(newest=order.expr().max())
    return (
        set_aside.join(newest, on=["trust_code", "metric_id"], how="left", maintain_order="left")
        .filter(pl.col("newest").is_null() | (pl.col("newest") <= order.expr()))
        .drop("newest")
        .unique(maintain_order=True)
    )


def _newest_rows(frames: Iterable[pl.DataFrame], key: Sequence[str], order: Order) -> pl.DataFrame:
    return (
        pl.concat(frames).sort(order.expr(), maintain_order=True).unique(key, keep="last").sort(key)
    )


def _compose(parts: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Compose one standing from a trust's parts: each field from the newest that has it."""
    key = KEYS["standings"]
    fields = [c for c in STANDINGS if c not in (*key, "release_file", "of")]
    newest_first = parts.sort(order.expr(), descending=True, maintain_order=True)
    return (
        newest_first.group_by(key, maintain_order=True)
        .agg(
            *(pl.col(c).drop_nulls().first() for c in fields if c != "doubt"),
            doubt=pl.col("doubt").drop_nulls().unique(maintain_order=True).str.join("; "),
            release_file=pl.col("release_file").unique().sort().str.join(" + "),
        )
        .with_columns(doubt=pl.when(pl.col("doubt") != "").then("doubt"), of=pl.lit(None, pl.Int32))
        .select(STANDINGS.names())
        .sort(key)
    )


def figures(
    standings: pl.DataFrame, observations: pl.DataFrame, domains: pl.DataFrame
) -> pl.DataFrame:
    """List published figures one a row: schema VERSIONS without ``edition``.

    Args:
        standings: schema STANDINGS_BY_FILE, as figures of the two kinds of file are apart.
        observations: schema OBSERVATIONS.
        domains: schema DOMAINS.

    """
    no_unit = pl.lit(None, pl.String)
    named = {
        "metric": observations.with_columns(name="metric_id"),
        "standing": standings.with_columns(name="kind", unit=no_unit),
        "domain": domains.with_columns(name="domain", unit=no_unit),
    }
    return pl.concat(
        frame.with_columns(what=pl.lit(what))
        .select(*_ABOUT, "release_file", pl.col(_FIGURES[what]).cast(pl.Float64))
        .unpivot(
            _FIGURES[what],
            index=[*_ABOUT, "release_file"],
            variable_name="figure",
            value_name="published",
        )
        .drop_nulls("published")
        for what, frame in named.items()
    )


def versions(known: pl.DataFrame, published: Sequence[pl.DataFrame], order: Order) -> pl.DataFrame:
    """List the figures that have different values, one row a version, the oldest first.

    Args:
        known: schema VERSIONS, as it was.
        published: what is stored and what new files say, as ``figures`` gives it.
        order: the order of publication of all files of the store.

    Returns:
        Schema VERSIONS; of publications in a row with one value the last one is listed.

    """
    every = (
        pl.concat([known.drop("edition", "order_known"), *published], how="diagonal")
        .with_columns(place=order.expr())
        .unique([*_KEY, "place"])
        .sort(*_KEY, "place")
    )
    is_last_of_run = pl.col("published").ne_missing(pl.col("published").shift(-1).over(_KEY))
    changed = (
        every.filter(is_last_of_run)
        .filter(pl.len().over(_KEY) > 1)
        .with_columns(edition=pl.int_range(1, pl.len() + 1).over(_KEY))
    )
    return _with_certainty(changed, order).select(
        pl.col(name).cast(kind) for name, kind in VERSIONS.items()
    )


def _with_certainty(changed: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Add ``order_known``: whether a version is known to be later than all before it."""
    unsure = pl.DataFrame(
        [pair for one, other in map(sorted, order.unsure) for pair in ((one, other), (other, one))],
        schema={"release_file": pl.String, "before": pl.String},
        orient="row",
    )
    doubtful = (
        changed.select(*_KEY, "edition", "release_file")
        .join(
            changed.select(*_KEY, former="edition", before="release_file"),
            on=_KEY,
            nulls_equal=True,
        )
        .filter(pl.col("former") < pl.col("edition"))
        .join(unsure, on=["release_file", "before"], how="semi")
        .select(*_KEY, "edition", order_known=False)
        .unique()
        if unsure.height
        else changed.clear().select(*_KEY, "edition", order_known=pl.lit(value=False))
    )
    return changed.join(
        doubtful, on=[*_KEY, "edition"], how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(
        order_known=pl.when(pl.col("edition") > 1).then(pl.col("order_known").fill_null(value=True))
    )
