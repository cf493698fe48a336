"""Take release files in: glance at each, parse it, recognise its trust types, store it."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.frozen import frozen
from nhs_league.releases import manifest as manifests, raw_files
from nhs_league.releases.build import describe, with_types
from nhs_league.releases.commit import commit, rebuild
from nhs_league.releases.manifest import HttpValidators, Manifest, StoredFile
from nhs_league.releases.parse import ParsedFile, parse_file
from nhs_league.releases.store import Store, read_quarters, reopen, store_not_writable, write_lock
from nhs_league.releases.tables import DamagedError
from nhs_league.version import __version__

NOT_A_RELEASE = "not a release file: it has no NHS Oversight Framework figures for trusts"
"""Why a table of something else is skipped."""

_MOST_TRUSTS = 0.5
_LINES = 20
_LONGEST = 100_000
_MOST_COLUMNS = 1_000
_TRUST = re.compile(r"(trust|org[a-z]*|provider|icb)_(code|name)|code")
_FIGURE = re.compile(r"metric|average_score|segment")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@frozen
class ReceivedFile:
    """A file that may be added to a store.

    Attributes:
        name: the file's name.
        data: the file as it came.
        source: the address or path it came from.
        published: when it was published as far as known, ISO date or date-time; else empty.
        seen: the validators that its server sent; None for a file from this machine.
        may_be_other: whether nobody named it as a release file, so that a table of something
            else is skipped rather than refused.

    """

    name: str
    data: bytes
    source: str
    published: str = ""
    seen: HttpValidators | None = None
    may_be_other: bool = False


class Status(StrEnum):
    """Outcomes of a file."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left out"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"
    MISSING = "missing"
    WOULD_FETCH = "would fetch"


@frozen
class Outcome:
    """The outcome of one file.

    Attributes:
        name: the file's name.
        source: the address or path it came from.
        status: what became of it.
        stored: its entry in the manifest; None where it was not stored.
        reason: why it was refused or skipped, failed or is missing; else empty.

    """

    name: str
    source: str
    status: Status
    stored: StoredFile | None = None
    reason: str = ""


@frozen
class FetchFilter:
    """Which of the files to store; None accepts all.

    Attributes:
        quarter: a file must have figures of it.
        trust_type: a file must have figures of it.

    """

    quarter: Quarter | None = None
    trust_type: str | None = None

    def accepts(self, stored: StoredFile) -> bool:
        """Return whether a file has figures of what is wanted."""
        return (self.quarter is None or self.quarter.label in stored.quarters) and (
            self.trust_type in (None, *stored.trust_types)
        )


def add_files(
    store: Store, incoming: Iterable[ReceivedFile | Outcome]
) -> tuple[Store, list[Outcome]]:
    """Add release files to a store; all that are accepted appear in it at once.

    Args:
        store: the store; its folder is made where it is not there.
        incoming: the files; the same content again counts as unchanged. The outcome of a file
            that could not be read is passed on.

    Returns:
        The store as it is now, and what became of each file in the given order. Refused files
        leave nothing behind.

    Raises:
        NoDataError: the folder cannot be written.

    """
    with write_lock(store.path, store.notify):
        return ingest(reopen(store), incoming)


def ingest(
    store: Store,
    incoming: Iterable[ReceivedFile | Outcome],
    only: FetchFilter | None = None,
    seen: Mapping[str, HttpValidators] | None = None,
) -> tuple[Store, list[Outcome]]:
    """Do what ``add_files`` does, for a caller that holds the store's lock.

    Args:
        store: the store as it is now.
        incoming: the files, and what became of those that could not be read.
        only: which of them to store.
        seen: what else was seen on the way (landing pages), to be remembered.

    """
    outcomes: list[Outcome] = []
    parsed: list[ParsedFile] = []
    raw: dict[str, bytes] = {}
    files = list(store.manifest.files)
    remembered = {**store.manifest.seen, **(seen or {})}
    for file in incoming:
        if isinstance(file, Outcome):
            outcomes.append(file)
            continue
        outcome, parsed_file = _ingest_one(store, file, files, only or FetchFilter())
        outcomes.append(outcome)
        if parsed_file is not None and outcome.stored is not None:
            files.append(outcome.stored)
            parsed.append(parsed_file)
            raw[outcome.stored.sha256] = file.data
        elif outcome.stored is not None:
            place = next(
                n for n, stored in enumerate(files) if stored.sha256 == outcome.stored.sha256
            )
            files[place] = outcome.stored
            if raw_files.fault(store.path, outcome.stored):
                raw[outcome.stored.sha256] = file.data
        if file.seen is not None and outcome.status is not Status.LEFT_OUT:
            remembered[file.source] = replace(
                file.seen,
                sha256=hashlib.sha256(file.data).hexdigest(),
                refusal=outcome.reason,
                version=__version__,
            )
    if raw or remembered != store.manifest.seen or tuple(files) != store.manifest.files:
        manifest = replace(store.manifest, seen=remembered)
        store = replace(store, manifest=_commit(store, manifest, files, parsed, raw))
    return store, outcomes


def _ingest_one(
    store: Store, file: ReceivedFile, files: Sequence[StoredFile], only: FetchFilter
) -> tuple[Outcome, ParsedFile | None]:
    sha256 = hashlib.sha256(file.data).hexdigest()
    known = next((stored for stored in files if stored.sha256 == sha256), None)
    if known is not None:
        return Outcome(file.name, file.source, Status.UNCHANGED, _known_better(known, file)), None
    try:
        refuse_width(file.name, file.data)
        parsed = parse_file(
            file.name, file.data, release_file=manifests.release_file(file.name, sha256)
        )
        types = recognise_types(parsed, _stored_types(store))
        parsed = with_types(parsed, types)
    except RefusedError as refusal:
        if file.may_be_other and is_other_table(file.data):
            reason = f"{file.name}: {NOT_A_RELEASE}"
            return Outcome(file.name, file.source, Status.SKIPPED, reason=reason), None
        return Outcome(file.name, file.source, Status.REFUSED, reason=str(refusal)), None
    as_it_came = StoredFile(
        sha256,
        file.name,
        file.source,
        file.published,
        datetime.now(UTC).isoformat(timespec="seconds"),
        last_modified=_last_modified(file.seen),
        order=max((stored.order for stored in files), default=0) + 1,
        taken_as=tuple(sorted(types.items())),
    )
    stored = describe(as_it_came, parsed)
    if not only.accepts(stored):
        return Outcome(file.name, file.source, Status.LEFT_OUT), None
    is_revision = any(_publishes_the_same(stored, other) for other in files)
    status = Status.REVISED if is_revision else Status.NEW
    return Outcome(file.name, file.source, status, stored), parsed


def _known_better(known: StoredFile, file: ReceivedFile) -> StoredFile:
    """Add what a file that comes again reveals about the stored one: its address, or its date."""
    if file.seen is not None and not known.is_fetched:
        return replace(
            known,
            source=file.source,
            published=file.published,
            last_modified=_last_modified(file.seen),
        )
    if file.seen is None and file.published:
        return replace(known, published=file.published)
    return known


def _last_modified(seen: HttpValidators | None) -> str:
    """Read a server's ``Last-Modified``: an ISO date-time in UTC; empty where it sent none."""
    try:
        moment = parsedate_to_datetime(seen.last_modified if seen else "")
    except ValueError:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _stored_types(store: Store) -> Iterator[pl.DataFrame]:
    """Read the type of each stored trust, the newest quarter first."""
    for quarter in reversed(store.quarters):
        standings = read_quarters(store, [quarter]).standings
        yield standings.select("trust_code", "trust_type").collect()


def _publishes_the_same(one: StoredFile, other: StoredFile) -> bool:
    """Return whether two files are publications of one thing: kind, trust types, newest quarter."""
    return (one.kind, one.trust_types, one.quarters[-1]) == (
        other.kind,
        other.trust_types,
        other.quarters[-1],
    )


def _commit(
    store: Store,
    manifest: Manifest,
    files: Sequence[StoredFile],
    parsed: Sequence[ParsedFile],
    raw: Mapping[str, bytes],
) -> Manifest:
    try:
        try:
            return commit(store.path, manifest, files=files, parsed=parsed, raw=raw)
        except DamagedError as damage:
            store.notify(f"{damage.message}. Rebuilding it from the raw files.")
            repaired = rebuild(store.path, manifest).manifest
            return commit(store.path, repaired, files=files, parsed=parsed, raw=raw)
    except OSError as error:
        raise store_not_writable(store.path, error) from error


def refuse_width(file: str, data: bytes) -> None:
    """Refuse a file whose first lines are far wider than any release file's.

    Args:
        file: name of the file, for the error.
        data: the file.

    Raises:
        RefusedError: one of the first 20 lines has more than 1,000 columns, or 100,000 bytes.

    """
    for number, line in enumerate(_first_lines(data), 1):
        if line.count(b",") < _MOST_COLUMNS and len(line) <= _LONGEST:
            continue
        is_long = len(line) > _LONGEST
        too_much = f"{_LONGEST:,} characters" if is_long else f"{_MOST_COLUMNS:,} columns"
        raise RefusedError(
            file,
            f"this line has more than {too_much}; a release file has about 20 columns",
            line=number,
            advice="Download the file again from NHS England's page.",
        )


def is_other_table(data: bytes) -> bool:
    """Return whether a file is a plain table of something else than trusts' figures.

    A web page, a spreadsheet or UTF-16 text is none: it may be a release file that was spoilt.
    """
    start = data[:_LONGEST]
    if not start.strip() or start.startswith(_UTF_16) or b"\0" in start:
        return False
    if start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        return False
    return not any(_is_header(line) for line in _first_lines(data))


def _is_header(line: bytes) -> bool:
    cells = [
        re.sub(r"[^a-z0-9]+", "_", cell.casefold()).strip("_")
        for cell in re.split(r"[,;\t|]", line.decode("utf-8", "replace"))
    ]
    has_trust = any(_TRUST.fullmatch(cell) for cell in cells)
    return has_trust and any(_FIGURE.search(cell) for cell in cells)


def _first_lines(data: bytes) -> Iterator[bytes]:
    """Yield the first lines without their ends, none much longer than the longest allowed."""
    begins = 0
    for _ in range(_LINES):
        if begins >= len(data):
            return
        most = begins + _LONGEST + 1
        ends = [
            e for e in (data.find(b"\n", begins, most), data.find(b"\r", begins, most)) if e >= 0
        ]
        end = min(ends, default=min(most, len(data)))
        yield data[begins:end]
        begins = end + (2 if data[end : end + 2] == b"\r\n" else 1)


def recognise_types(file: ParsedFile, stored: Iterable[pl.DataFrame]) -> dict[str, str]:
    """Recognise the types that a file has under new names by where their trusts are stored.

    A type that this version has no words for may be a known one under a new name; taken for a new
    one, it would leave the known type's newest quarter without its trusts.

    Args:
        file: a parsed file.
        stored: columns trust_code and trust_type, of the stored quarters, the newest first; none
            is read where the file's types are all known.

    Returns:
        A new type -> the type that most of its trusts are stored under.

    """
    strange = [t for t in file.trust_types if not trust_types.is_known(t)]
    if not strange:
        return {}
    seen = pl.concat([pl.DataFrame(schema=["trust_code", "trust_type"]).cast(pl.String), *stored])
    stored_types = seen.unique("trust_code", keep="first", maintain_order=True)
    types: dict[str, str] = {}
    for trust_type in strange:
        codes = file.standings.filter(trust_type=trust_type).select("trust_code").unique()
        known = codes.join(stored_types, on="trust_code")
        counts = known.group_by("trust_type").len().sort("len", descending=True)
        if counts.height and counts["len"][0] > codes.height * _MOST_TRUSTS:
            types[trust_type] = counts["trust_type"][0]
    return types
