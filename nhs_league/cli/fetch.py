"""``fetch``: getting release files, from england.nhs.uk or from this machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nhs_league.cli.options import Common, Output
from nhs_league.cli.output import deliver, say
from nhs_league.cli.progress import watching
from nhs_league.errors import Exit, NoDataError, UsageError

if TYPE_CHECKING:
    from nhs_league.league.schema.answers import Answer
    from nhs_league.releases.intake import Incoming, Only, Outcome
    from nhs_league.releases.store import Store

_BY_HAND = (
    "Download the files by hand and give them with nhsleague fetch --from, "
    "or try the fictional sample with --sample."
)
_ONLY = "Which files"


def fetch(
    output: Output,
    common: Common,
    from_: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="Take release files from this CSV file or folder; repeatable.",
            exists=True,
        ),
    ] = None,
    more: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE_OR_DIR]...", help="More files or folders after --from.", exists=True
        ),
    ] = None,
    quarter: Annotated[
        str | None,
        typer.Option(
            help="Keep only files that have this quarter, as in Q3 2025/26.", rich_help_panel=_ONLY
        ),
    ] = None,
    trust_type: Annotated[
        str | None,
        typer.Option(
            "--type", help="Keep only files that have this trust type.", rich_help_panel=_ONLY
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Fetch what has not changed, too.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be fetched; keep nothing.")
    ] = False,
) -> None:
    """Get what is published, or take files that you have, and keep it."""
    from nhs_league.folders import default_data_dir
    from nhs_league.releases.intake import add_files
    from nhs_league.releases.store import open_store

    _refuse_contradictions(common, from_, more, only=bool(quarter or trust_type))
    store = open_store(common.data_dir or default_data_dir(), notify=say)
    if from_:
        store, outcomes = add_files(store, _read([*from_, *(more or ())]))
    elif dry_run:
        outcomes = _try_out(store, quiet=common.quiet, force=force)
    else:
        only = _only(quarter, trust_type)
        store, outcomes = fetch_published(store, only, quiet=common.quiet, force=force)
    tell_notices(store, outcomes, quiet=common.quiet)
    deliver(_answer(outcomes), output, common, {"quarter": quarter, "type": trust_type})
    tell_faults(outcomes)
    if code := exit_code(outcomes):
        raise typer.Exit(code)


def fetch_published(
    store: Store, only: Only | None = None, *, quiet: bool, force: bool = False
) -> tuple[Store, list[Outcome]]:
    """Fetch what is published and keep it, with a progress bar on stderr.

    Raises:
        NoDataError: the site cannot be reached, or nothing is kept before and after.

    """
    from nhs_league.releases.fetching import fetch as fetch_new
    from nhs_league.releases.intake import Status

    try:
        with watching(quiet=quiet) as watcher:
            store, outcomes = fetch_new(store, watcher, only, force=force)
    except NoDataError as fault:
        advice = "\n".join(filter(None, (fault.advice, _BY_HAND)))
        raise type(fault)(fault.message, advice) from fault
    failed = [o for o in outcomes if o.status in (Status.FAILED, Status.MISSING)]
    if outcomes and len(failed) == len(outcomes) and not store.quarters:
        raise NoDataError(
            f"None of the {len(outcomes)} known release files could be fetched: {failed[0].reason}",
            _BY_HAND,
        )
    return store, outcomes


def tell_notices(store: Store, outcomes: Sequence[Outcome], *, quiet: bool) -> None:
    """Say what was kept out of new files or left unknown, and where they do not agree."""
    if quiet:
        return
    new = [o for o in outcomes if o.kept is not None and o.status != "unchanged"]
    for outcome in new:
        for notice in outcome.kept.notices if outcome.kept else ():
            say(f"{outcome.name}: {notice}")
    for label in sorted({label for o in new if o.kept for label in o.kept.quarters}):
        for line in disagreements(store, label):
            say(line)


def disagreements(store: Store, label: str) -> list[str]:
    """List where the two kinds of file of a quarter do not agree."""
    kept = store.manifest.quarters.get(label)
    return [f"{label}: {line}." for line in kept.disagreements] if kept else []


def tell_faults(outcomes: Sequence[Outcome]) -> None:
    """Say which files were refused or could not be had, and why."""
    for outcome in outcomes:
        if outcome.status in ("refused", "failed"):
            say(f"{outcome.status}: {outcome.reason}")


def counts(outcomes: Sequence[Outcome]) -> str:
    """Count files by what became of them: ``24 new, 1 refused``."""
    counted = Counter(str(outcome.status) for outcome in outcomes)
    return ", ".join(f"{count} {status}" for status, count in counted.items()) or "no files"


def exit_code(outcomes: Sequence[Outcome]) -> Exit:
    """Tell the exit code: a refused file says more than one that could not be had."""
    statuses = {str(outcome.status) for outcome in outcomes}
    if "refused" in statuses:
        return Exit.REFUSED
    return Exit.NO_DATA if "failed" in statuses else Exit.DONE


def _refuse_contradictions(
    common: Common, from_: list[Path] | None, more: list[Path] | None, *, only: bool
) -> None:
    if common.sample:
        raise UsageError("The fictional sample needs no fetching.", "Leave out --sample.")
    if more and not from_:
        raise UsageError(
            "fetch takes files only after --from.", f"Try nhsleague fetch --from {more[0]}"
        )
    if common.offline and not from_:
        raise UsageError("--offline forbids fetching.", "Leave it out, or give files with --from.")
    if from_ and only:
        raise UsageError("--quarter and --type are for what is fetched.", "Leave them out.")


def _only(quarter: str | None, trust_type: str | None) -> Only:
    from nhs_league.league.schema import trust_types
    from nhs_league.league.schema.quarters import Quarter
    from nhs_league.releases.intake import Only

    try:
        wanted = Quarter.parse(quarter) if quarter else None
    except ValueError:
        raise UsageError(
            f"--quarter cannot be “{quarter}” here, where new quarters may come.",
            "Write it out: --quarter 'Q3 2025/26'.",
        ) from None
    return Only(wanted, trust_types.from_person(trust_type) if trust_type else None)


def _try_out(store: Store, *, quiet: bool, force: bool) -> list[Outcome]:
    from nhs_league.releases.fetching import try_out

    with watching(quiet=quiet) as watcher:
        return try_out(store, watcher, force=force)


def _answer(outcomes: Sequence[Outcome]) -> Answer:
    from nhs_league.league.schema.answers import Answer
    from nhs_league.releases.listing import fetched

    return Answer("fetched", f"Release files: {counts(outcomes)}", fetched(outcomes))


def _read(paths: Sequence[Path]) -> Iterator[Incoming]:
    """Read the CSV files among the paths, and those in folders, in the order of their names."""
    from nhs_league.releases.catalogue import shown_name
    from nhs_league.releases.intake import Incoming

    for path in paths:
        files = (
            sorted(f for f in path.iterdir() if f.suffix.casefold() == ".csv")
            if path.is_dir()
            else [path]
        )
        if not files:
            raise NoDataError(
                f"There is no CSV file in {path}.", "Name the folder that holds the release files."
            )
        for file in files:
            try:
                data, changed = file.read_bytes(), file.stat().st_mtime
            except OSError as error:
                raise NoDataError(
                    f"{file} cannot be read: {error.strerror}.", "Give a file that can be."
                ) from error
            yield Incoming(
                shown_name(file.name),
                data,
                str(file.resolve()),
                datetime.fromtimestamp(changed, UTC).isoformat(timespec="seconds"),
            )
