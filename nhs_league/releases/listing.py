"""Stored releases, the outcomes of a fetch, and the checks of a store, as frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import (
    FetchReport,
    PublishedFiles,
    StoredFileChecks,
    StoredReleases,
)
from nhs_league.core.citations import ReleaseFile
from nhs_league.core.frames import QUARTER
from nhs_league.core.quarters import Quarter
from nhs_league.core.sentences import counted
from nhs_league.releases.disagreements import doubt_sentences, publication_order
from nhs_league.releases.fetch import Published
from nhs_league.releases.intake import Outcome
from nhs_league.releases.integrity import StoredFileCheck
from nhs_league.releases.manifest import StoredFile
from nhs_league.releases.raw_files import is_there
from nhs_league.releases.store import Store, read_quarters

RELEASES = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "kind": pl.String,
        "published": pl.String,
        "fetched": pl.String,
        "revised": pl.Int32,
        "rows": pl.Int32,
        "trusts": pl.Int32,
        "release_file": pl.String,
        "source": pl.String,
        "sha256": pl.String,
        "verifiable": pl.Boolean,
    }
)
"""One row a quarter, trust type and kind of file: the newest file that has figures of it.
``revised`` counts the publications for that very quarter but the first; ``rows`` are the file's,
``trusts`` those with a standing in the quarter. ``published`` is null where it is not known;
``verifiable`` is false where a raw file with figures of the quarter is missing."""

SOURCES = pl.Schema(
    {
        "release_file": pl.String(),
        "file": pl.String(),
        "kind": pl.String(),
        "quarters": pl.List(pl.String()),
        "published": pl.String(),
        "fetched": pl.String(),
        "source": pl.String(),
        "sha256": pl.String(),
    }
)
"""One row a release file; ``published`` is an ISO month, date or date-time, ``fetched`` a date-time
in UTC, each null where it is not known."""

FETCHED = pl.Schema(
    {
        "status": pl.String,
        "quarter": QUARTER,
        "trust_type": pl.String,
        "kind": pl.String,
        "trusts": pl.Int32,
        "rows": pl.Int32,
        "file": pl.String,
        "reason": pl.String,
        "source": pl.String,
        "sha256": pl.String,
    }
)
"""One row a file of a visit; ``quarter`` is the newest that the file has figures of."""

AVAILABLE = pl.Schema(
    {
        "file": pl.String,
        "linked": pl.Boolean,
        "kept": pl.Boolean,
        "quarter": QUARTER,
        "trust_type": pl.String,
        "kind": pl.String,
        "source": pl.String,
    }
)
"""One row a release file that the site links or this version knows of; what it holds is known once
it is stored."""

VERIFIED = pl.Schema({"path": pl.String, "what": pl.String, "fault": pl.String})
"""One row a stored file; ``fault`` is null where it is right."""


def releases(store: Store) -> pl.DataFrame:
    """List the stored releases: schema RELEASES, the newest quarter first."""
    order = publication_order(store.manifest.files)
    missing = {
        label
        for stored in store.manifest.files
        if not is_there(store.path, stored)
        for label in stored.quarters
    }
    newest: dict[tuple[str, str, str], StoredFile] = {}
    publications: dict[tuple[str, str, str], int] = {}
    for stored in sorted(store.manifest.files, key=lambda stored: order.place(stored.release_file)):
        for trust_type in stored.trust_types:
            for label in store.manifest.quarters.keys() & set(stored.quarters):
                newest[label, trust_type, stored.kind] = stored
            publication = (stored.quarters[-1], trust_type, stored.kind)
            publications[publication] = publications.get(publication, 0) + 1
    counts = _trusts(store)
    rows = [
        {
            "quarter": label,
            "trust_type": trust_type,
            "kind": kind,
            "published": stored.published or None,
            "fetched": stored.added or None,
            "revised": max(publications.get((label, trust_type, kind), 0) - 1, 0),
            "rows": stored.rows,
            "trusts": counts.get((label, trust_type)),
            "release_file": stored.release_file,
            "source": stored.source,
            "sha256": stored.sha256,
            "verifiable": label not in missing,
        }
        for (label, trust_type, kind), stored in newest.items()
    ]
    types = {name: place for place, name in enumerate(trust_types.PREFERRED)}
    return pl.DataFrame(rows, schema=RELEASES).sort(
        "quarter",
        pl.col("trust_type").replace_strict(types, default=len(types)),
        "trust_type",
        "kind",
        descending=[True, False, False, True],
    )


def sources(store: Store, release_files: Collection[str]) -> pl.DataFrame:
    """List release files with what is known of their publication: schema SOURCES, the newest first.

    Args:
        store: the store.
        release_files: their names as rows give them.

    """
    order = publication_order(store.manifest.files)
    files = [each for each in store.manifest.files if each.release_file in release_files]
    return pl.DataFrame(
        [
            {
                "release_file": each.release_file,
                "file": each.name,
                "kind": each.kind,
                "quarters": list(each.quarters),
                "published": each.published or None,
                "fetched": each.added or None,
                "source": each.source or None,
                "sha256": each.sha256,
            }
            for each in sorted(files, key=lambda each: order.place(each.release_file), reverse=True)
        ],
        schema=SOURCES,
    )


def _trusts(store: Store) -> dict[tuple[str, str], int]:
    if not store.quarters:
        return {}
    standings = read_quarters(store, store.quarters).standings
    counted = standings.group_by("quarter", "trust_type").len().collect()
    return {(quarter, trust_type): count for quarter, trust_type, count in counted.iter_rows()}


def fetched(outcomes: Sequence[Outcome]) -> pl.DataFrame:
    """List the outcomes of a fetch's files: schema FETCHED."""
    return pl.DataFrame(
        [
            {
                "status": str(outcome.status),
                "file": outcome.name,
                "reason": outcome.reason or None,
                "source": outcome.source,
                **_held(outcome.stored),
            }
            for outcome in outcomes
        ],
        schema=FETCHED,
    )


def available(store: Store, published: Sequence[Published]) -> pl.DataFrame:
    """List what the site has and what is stored of it: schema AVAILABLE."""
    by_sha256 = {stored.sha256: stored for stored in store.manifest.files}
    rows = []
    for file in published:
        seen = store.manifest.seen.get(file.address)
        stored = by_sha256.get(seen.sha256) if seen else None
        held = {name: value for name, value in _held(stored).items() if name in AVAILABLE}
        rows.append(
            {
                "file": file.address.rpartition("/")[2],
                "linked": file.is_linked,
                "kept": stored is not None,
                "source": file.address,
                **held,
            }
        )
    return pl.DataFrame(rows, schema=AVAILABLE)


def stored_releases(store: Store) -> StoredReleases:
    """List the stored releases: schema RELEASES.

    Notes say where the two kinds of file of a quarter differ, and which quarters can no longer be
    checked.
    """
    frame = releases(store)
    unchecked = frame.filter(~frame["verifiable"])["quarter"].unique(maintain_order=True)
    notes = [line for quarter in store.quarters for line in contradictions(store, quarter)]
    if len(unchecked):
        notes.append(
            "A raw file is missing, so these quarters can no longer be checked: "
            f'{", ".join(unchecked)}. Run "nhsleague cache verify" to see which.'
        )
    return StoredReleases("Stored releases", frame, notes=tuple(notes))


def release_files(store: Store) -> tuple[ReleaseFile, ...]:
    """List the stored release files as citations need them."""
    return tuple(
        ReleaseFile(
            name=stored.name,
            release_file=stored.release_file,
            kind=stored.kind,
            quarters=stored.quarters,
            trust_types=stored.trust_types,
            address=stored.source if stored.is_fetched else "",
            published=stored.published,
            retrieved=stored.added,
            sha256=stored.sha256,
        )
        for stored in store.manifest.files
    )


def contradictions(
    store: Store, quarter: Quarter, against: Collection[str] | None = None
) -> list[str]:
    """List where a quarter's two kinds of file differ, and what other quarters contradict.

    Args:
        store: the store.
        quarter: one of its quarters.
        against: list only what these quarters contradict; None for all.

    """
    stored = store.manifest.quarters[quarter.label]
    disagreements = stored.disagreements if against is None else ()
    lines = (*disagreements, *doubt_sentences(stored, against))
    return [f"{quarter.label}: {line}." for line in lines]


def published_files(store: Store, published: Sequence[Published]) -> PublishedFiles:
    """List the release files that the site has: schema AVAILABLE."""
    note = (
        '"Linked" shows whether one of NHS England\'s pages links to the file now. The others are '
        "known to this version."
    )
    frame = available(store, published)
    return PublishedFiles("Published release files", frame, notes=(note,))


def fetch_report(outcomes: Sequence[Outcome]) -> FetchReport:
    """List what became of each file: schema FETCHED."""
    return FetchReport(f"Release files: {counts(outcomes)}", fetched(outcomes))


def counts(outcomes: Sequence[Outcome]) -> str:
    """Count files by what became of them: ``24 new, 1 refused``."""
    by_status = Counter(str(outcome.status) for outcome in outcomes)
    return ", ".join(f"{count} {status}" for status, count in by_status.items()) or "no files"


def stored_file_checks(checks: Sequence[StoredFileCheck]) -> StoredFileChecks:
    """List what was verified: schema VERIFIED; the title counts the faults."""
    faults = sum(bool(check.fault) for check in checks)
    result = f"{faults} damaged" if faults else "no faults found"
    frame = pl.DataFrame(
        [{"path": f.path, "what": f.what, "fault": f.fault or None} for f in checks],
        schema=VERIFIED,
    )
    return StoredFileChecks(f"{counted(len(checks), 'stored file')}: {result}", frame)


def _held(stored: StoredFile | None) -> dict[str, object]:
    if stored is None:
        return {}
    return {
        "quarter": stored.quarters[-1],
        "trust_type": ", ".join(stored.trust_types),
        "kind": stored.kind,
        "trusts": stored.trusts,
        "rows": stored.rows,
        "sha256": stored.sha256,
    }
