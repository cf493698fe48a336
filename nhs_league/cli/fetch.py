"""``fetch``: download release files, or import them from this machine and settle which is newer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nhs_league.cli.command import examples
from nhs_league.cli.options import Common, Output
from nhs_league.cli.output import show_answer
from nhs_league.cli.terminal import is_interactive, notify, watching
from nhs_league.errors import Exit, NoDataError, UnreachableError, UsageError
from nhs_league.usage import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nhs_league.releases.intake import FetchFilter, Outcome, ReceivedFile
    from nhs_league.releases.manifest import StoredFile
    from nhs_league.releases.store import Store

_ONLY = "Which files"
_MONTH = r"\d{4}-\d{2}"


@examples(
    "nhsleague fetch",
    "nhsleague fetch --dry-run",
    "nhsleague fetch --from ~/Downloads",
)
def fetch(
    output: Output,
    common: Common,
    from_: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Import this file or folder: .csv, .csv.gz or .zip. Repeat it to add more.",
            exists=True,
        ),
    ] = None,
    more: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...",
            help="More files or folders to import, after --from.",
            exists=True,
        ),
    ] = None,
    quarter: Annotated[
        str | None,
        typer.Option(
            metavar="QUARTER",
            help="Store only files with figures for this quarter, such as Q3 2025/26.",
            rich_help_panel=_ONLY,
        ),
    ] = None,
    trust_type: Annotated[
        str | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="Store only files with figures for this trust type.",
            rich_help_panel=_ONLY,
        ),
    ] = None,
    published: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="When the imported files were published, such as 2026-03-12 or 2026-03.",
            rich_help_panel=_ONLY,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Download files again even if they have not changed.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="List the files that would be downloaded, and store nothing."
        ),
    ] = False,
) -> None:
    """Download the latest figures, or import files you already have."""
    from nhs_league.files import default_data_dir
    from nhs_league.league.base import prepare
    from nhs_league.releases.intake import add_files
    from nhs_league.releases.listing import fetch_report
    from nhs_league.releases.local_files import read_files
    from nhs_league.releases.store import open_store

    narrowing = {"--quarter": quarter, "--type": trust_type, "--dry-run": dry_run}
    _refuse_contradictions(common, from_, more, [o for o, value in narrowing.items() if value])
    if published and not from_:
        raise UsageError("--published is for imported files.", "Add --from FILE.")
    on = checked_date(published)
    store = open_store(common.data_dir or default_data_dir(), notify=notify)
    if from_:
        store, outcomes = add_files(store, with_date(read_files([*from_, *(more or ())]), on))
        if all(outcome.status == "failed" for outcome in outcomes):
            raise NoDataError("\n".join(outcome.reason for outcome in outcomes))
    elif dry_run:
        outcomes = _try_out(store, quiet=common.quiet, force=force)
    else:
        only = _only(quarter, trust_type)
        store, outcomes = fetch_published(store, only, quiet=common.quiet, force=force)
    if from_:
        store = settle_order(store, outcomes)
    show_notices(store, outcomes, quiet=common.quiet)
    if not dry_run:
        prepare(store)
    show_answer(fetch_report(outcomes), output, common)
    show_faults(outcomes)
    if code := exit_code(outcomes):
        raise typer.Exit(code)


def fetch_published(
    store: Store, only: FetchFilter | None = None, *, quiet: bool, force: bool = False
) -> tuple[Store, list[Outcome]]:
    """Fetch what is published and store it, with a progress bar on stderr.

    Raises:
        NoDataError: the site cannot be reached, or nothing is stored before and after.

    """
    from nhs_league.releases.fetch import fetch as fetch_new
    from nhs_league.releases.intake import Status

    with watching(quiet=quiet) as watcher, _advising():
        store, outcomes = fetch_new(store, watcher, only, force=force)
    failed = [o for o in outcomes if o.status in (Status.FAILED, Status.MISSING)]
    if outcomes and len(failed) == len(outcomes) and not store.quarters:
        # A file that is missing says less than one that could not be had.
        first = next((o for o in failed if o.status is Status.FAILED), failed[0])
        raise NoDataError(
            f"None of the {len(outcomes)} known release files could be downloaded. {first.reason}",
            _by_hand("Try again later"),
        )
    return store, outcomes


@contextmanager
def _advising() -> Iterator[None]:
    """Add to the error for a site that cannot be reached how to do without."""
    try:
        yield
    except UnreachableError as fault:
        advice = "\n".join(filter(None, (fault.advice, _by_hand("Check your connection"))))
        raise UnreachableError(fault.message, advice) from fault


def _by_hand(first: str) -> str:
    from nhs_league.releases.catalogue import BASE_URL, LANDING_PAGES

    page = f"{BASE_URL}{LANDING_PAGES[0]}"
    return (
        f'{first}, or download the CSV files from {page} and run "nhsleague fetch --from FOLDER".'
    )


def show_notices(store: Store, outcomes: Sequence[Outcome], *, quiet: bool) -> None:
    """Show which files were skipped, what is left out of new files, and what contradicts others."""
    if quiet:
        return
    from nhs_league.releases.listing import contradictions

    for outcome in outcomes:
        if outcome.status == "skipped":
            notify(f"skipped: {outcome.reason}")
    new = [o for o in outcomes if o.stored is not None and o.status != "unchanged"]
    for outcome in new:
        for notice in outcome.stored.notices if outcome.stored else ():
            notify(f"{outcome.name}: {notice}")
    labels = {label for o in new if o.stored for label in o.stored.quarters}
    for quarter in store.quarters:
        # A new quarter may also show that a stored one is wrong.
        for line in contradictions(store, quarter, None if quarter.label in labels else labels):
            notify(line)


def show_faults(outcomes: Sequence[Outcome]) -> None:
    """Show which files were refused or could not be had, and why: each reason once."""
    faults = Counter(
        (str(outcome.status), outcome.reason)
        for outcome in outcomes
        if outcome.status in ("refused", "failed")
    )
    for (status, reason), count in faults.items():
        notify(f"{status}: {f'{count} files. ' if count > 1 else ''}{reason}")
    if outcomes and all(outcome.status == "skipped" for outcome in outcomes):
        notify("No release file found. Use the CSV files from NHS England's page.")


def exit_code(outcomes: Sequence[Outcome]) -> Exit:
    """Return the exit code: a refused file says more than one that could not be had."""
    statuses = {str(outcome.status) for outcome in outcomes}
    if "refused" in statuses:
        return Exit.REFUSED
    return Exit.NO_DATA if "failed" in statuses or statuses == {"skipped"} else Exit.DONE


def _refuse_contradictions(
    common: Common, from_: list[Path] | None, more: list[Path] | None, downloading: Sequence[str]
) -> None:
    if common.sample:
        raise UsageError(
            "The sample comes with nhsleague and needs no download.", "Leave out --sample."
        )
    if more and not from_:
        raise UsageError(
            "To import files, put --from before them.",
            f"For example: nhsleague fetch --from {quoted(str(more[0]))}",
        )
    if common.offline and not from_:
        raise UsageError(
            "fetch cannot download with --offline.", "Leave out --offline, or use --from."
        )
    if from_ and downloading:
        raise UsageError(
            f"{downloading[0]} is for downloads, not for imported files.",
            f"Leave out {downloading[0]}.",
        )


def _only(quarter: str | None, trust_type: str | None) -> FetchFilter:
    from nhs_league.core import trust_types
    from nhs_league.core.quarters import Quarter
    from nhs_league.releases.intake import FetchFilter

    try:
        wanted = Quarter.parse(quarter) if quarter else None
    except ValueError:
        raise UsageError(
            f'"{quarter}" is not a quarter with its year.',
            'Write it out, for example: --quarter "Q3 2025/26".',
        ) from None
    return FetchFilter(wanted, trust_types.from_person(trust_type) if trust_type else None)


def _try_out(store: Store, *, quiet: bool, force: bool) -> list[Outcome]:
    from nhs_league.releases.fetch import try_out

    with watching(quiet=quiet) as watcher, _advising():
        return try_out(store, watcher, force=force)


def with_date(
    files: Iterable[ReceivedFile | Outcome], published: str | None
) -> Iterator[ReceivedFile | Outcome]:
    """Add the date of publication that a person gave to each file."""
    from nhs_league.releases.intake import ReceivedFile

    for file in files:
        is_dated = published is not None and isinstance(file, ReceivedFile)
        yield replace(file, published=published) if is_dated else file  # type: ignore[arg-type]


def checked_date(published: str | None) -> str | None:
    """Return a date of publication as it was typed: a day or a month.

    Raises:
        UsageError: it is no date.

    """
    if published is None:
        return None
    text = published.strip()
    try:
        date.fromisoformat(f"{text}-01" if re.fullmatch(_MONTH, text, re.ASCII) else text)
    except ValueError:
        raise UsageError(
            f'--published cannot be "{published}".',
            "Write a day or a month: 2026-03-12 or 2026-03.",
        ) from None
    return text


def settle_order(store: Store, outcomes: Sequence[Outcome]) -> Store:
    """Ask which of two files is newer where new ones disagree and nothing shows their order.

    Where nobody can be asked, the file that was added last is used, and a message says so.
    """
    from nhs_league.releases.store import settle, unsettled

    new = {outcome.stored.sha256 for outcome in outcomes if outcome.stored}
    can_ask = is_interactive()
    for pair in unsettled(store):
        one, other = pair.used_before, pair.used
        if not {one.sha256, other.sha256} & new:
            continue
        figures = "1 figure" if pair.figures == 1 else f"{pair.figures:,} figures"
        notify(
            f"{_called(one, other)} and {_called(other, one)} disagree on {figures}, and nothing "
            "shows which was published later."
        )
        later = _choose(one, other) if can_ask else None
        if later is None:
            notify(
                f"{_called(other, one)} was added last and is used. To say which is newer, import "
                "each again with its date: nhsleague fetch --from FILE --published 2026-03-12"
            )
        else:
            store = settle(store, one if later is other else other, later)
    return store


def _choose(one: StoredFile, other: StoredFile) -> StoredFile | None:
    notify(f"  1  {_called(one, other)}\n  2  {_called(other, one)}")
    answer = typer.prompt(
        "Which is newer? (1, 2, or Enter if you do not know)",
        default="",
        show_default=False,
        err=True,
    )
    return {"1": one, "2": other}.get(answer.strip())


def _called(stored: StoredFile, other: StoredFile) -> str:
    return stored.name if stored.name != other.name else stored.source or stored.release_file
