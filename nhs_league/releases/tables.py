"""Tidy tables from raw files, a few at a time: memory does not grow with the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from nhs_league.core.frames import QUARTER
from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.releases import tidy
from nhs_league.releases.agreement import disagreements
from nhs_league.releases.manifest import KeptFile, KeptQuarter
from nhs_league.releases.merge import merge
from nhs_league.releases.order import Order, publication_order
from nhs_league.releases.parse import ParsedFile, parse_file
from nhs_league.releases.quarter_frames import nothing
from nhs_league.releases.recognition import with_types
from nhs_league.releases.records import fault, read_raw

_ROWS_AT_ONCE = 60_000
_PASSES = 3
_FRAMES = ("standings", "observations", "domains")


@dataclass(frozen=True)
class Built:
    """What became of raw files.

    Attributes:
        quarters: label -> the Parquet files made of it.
        files: all files, those that were read described as this version sees them.
        order: their order of publication.
        unusable: sha256 -> why nothing could be made of a file: it is missing, has changed, or this
            version refuses it.

    """

    quarters: dict[str, KeptQuarter] = field(default_factory=dict)
    files: tuple[KeptFile, ...] = ()
    order: Order = field(default_factory=Order)
    unusable: Mapping[str, str] = field(default_factory=dict)


def build(
    root: Path, files: Sequence[KeptFile], into: Path, only: Collection[str] | None = None
) -> Built:
    """Make the tables of some quarters from the raw files.

    Args:
        root: the store's folder.
        files: all files of the store.
        into: the folder below which the Parquet files are written; those there already are left.
        only: labels of the quarters; None for all.

    Raises:
        OSError: a table cannot be written.

    """
    wanted = [kept for kept in files if only is None or not set(only).isdisjoint(kept.quarters)]
    unusable = {kept.sha256: reason for kept in wanted if (reason := fault(root, kept))}
    order = publication_order(files)
    for _ in range(_PASSES):
        built = _pass(Built({}, tuple(files), order, unusable), root, into, only)
        # What files hold is known for certain once they are read, and their order may follow.
        files, before, order = built.files, order, publication_order(built.files)
        if order == before:
            break
    return built


def described(kept: KeptFile, parsed: ParsedFile) -> KeptFile:
    """Describe an accepted file by what it holds."""
    return replace(
        kept,
        kind=str(parsed.kind),
        quarters=tuple(quarter.label for quarter in parsed.quarters),
        trust_types=parsed.trust_types,
        rows=parsed.rows,
        trusts=parsed.trusts,
        notices=parsed.notices,
    )


def merged(
    into: Path, quarters: Mapping[str, KeptQuarter], parsed: Sequence[ParsedFile], order: Order
) -> dict[str, KeptQuarter]:
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
    quarters_read = sorted({quarter for found in parsed for quarter in found.quarters})
    for label in (quarter.label for quarter in quarters_read):
        parts = [of_quarters(found, [label]) for found in parsed if _has(found, label)]
        before = tidy.read(into, changed[label]) if label in changed else nothing()
        frames = merge(before, parts, order)
        written = tidy.write(into, Quarter.parse(label), frames)
        changed[label] = replace(written, disagreements=disagreements(frames.parts))
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


def _pass(built: Built, root: Path, into: Path, only: Collection[str] | None) -> Built:
    files = {kept.sha256: kept for kept in built.files}
    unusable, quarters = dict(built.unusable), built.quarters
    batch: list[ParsedFile] = []
    # Files of the same quarters come one after the other, so that each is merged few times.
    for kept in sorted(
        built.files, key=lambda k: (_newest(k), built.order.places.get(k.release_file, 0))
    ):
        is_wanted = only is None or not set(only).isdisjoint(kept.quarters)
        if kept.sha256 in unusable or not is_wanted:
            continue
        try:
            parsed = parse_file(kept.name, read_raw(root, kept), release_file=kept.release_file)
            parsed = with_types(parsed, dict(kept.taken_as))
        except RefusedError as refusal:
            unusable[kept.sha256] = f"this version refuses it: {refusal.message}"
            continue
        files[kept.sha256] = described(kept, parsed)
        batch.append(parsed if only is None else of_quarters(parsed, only))
        if sum(each.rows for each in batch) > _ROWS_AT_ONCE:
            quarters = merged(into, quarters, batch, built.order)
            batch = []
    quarters = merged(into, quarters, batch, built.order)
    return Built(quarters, tuple(files.values()), built.order, unusable)


def _has(parsed: ParsedFile, label: str) -> bool:
    return any(quarter.label == label for quarter in parsed.quarters)


def _newest(kept: KeptFile) -> Quarter:
    return max(map(Quarter.parse, kept.quarters), default=Quarter(0, 1))
