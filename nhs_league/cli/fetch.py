"""``fetch``: getting release files, from england.nhs.uk or from this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nhs_league.cli.options import Common
from nhs_league.cli.output import say
from nhs_league.errors import Exit, NoDataError, UnreachableError, UsageError

if TYPE_CHECKING:
    from nhs_league.releases.store import Incoming, Outcome, Store

_BY_HAND = (
    "Download the files by hand and give them with nhsleague fetch --from, "
    "or try the fictional sample with --sample."
)


def fetch(
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
) -> None:
    """Get the published releases, or take files that you have, and keep them."""
    from nhs_league.api import default_data_dir
    from nhs_league.releases.store import Status, add_files, open_store

    if common.sample:
        raise UsageError("The fictional sample needs no fetching.", "Leave out --sample.")
    if more and not from_:
        raise UsageError(
            "fetch takes files only after --from.", f"Try nhsleague fetch --from {more[0]}"
        )
    if common.offline and not from_:
        raise UsageError("--offline forbids fetching.", "Leave it out, or give files with --from.")
    store = open_store(common.data_dir or default_data_dir())
    if from_:
        _, outcomes = add_files(store, _read([*from_, *(more or ())]))
        _tell(outcomes, quiet=common.quiet)
    else:
        _, outcomes = fetch_known(store, quiet=common.quiet)
    if any(outcome.status is Status.REFUSED for outcome in outcomes):
        raise typer.Exit(Exit.REFUSED)


def fetch_known(store: Store, *, quiet: bool) -> tuple[Store, list[Outcome]]:
    """Fetch the release files known today and keep them, with a progress bar on stderr.

    Raises:
        NoDataError: not one of them could be fetched.

    """
    from nhs_league.releases.catalogue import known_addresses
    from nhs_league.releases.store import add_files

    addresses = known_addresses()
    fetched, missed = _download(addresses, quiet=quiet)
    if not fetched:
        reason = missed[0] if missed else ""
        raise NoDataError(
            f"None of the {len(addresses)} known release files could be fetched: {reason}", _BY_HAND
        )
    store, outcomes = add_files(store, fetched)
    _tell(outcomes, quiet=quiet)
    if not quiet:
        for reason in missed:
            say(f"not fetched  {reason}")
    return store, outcomes


def _download(addresses: Sequence[str], *, quiet: bool) -> tuple[list[Incoming], list[str]]:
    """Fetch what can be fetched; give the files, and a reason for each that could not be."""
    from rich import filesize
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from nhs_league.releases.download import download, new_client

    fetched: list[Incoming] = []
    missed: list[str] = []
    shown = (
        TextColumn("Fetching releases"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[size]}"),
    )
    size = 0
    hidden = quiet or not sys.stderr.isatty()
    bar = Progress(*shown, console=Console(stderr=True), transient=True, disable=hidden)
    with new_client() as client, bar as progress:
        task = progress.add_task("files", total=len(addresses), size="")

        def on_bytes(arrived: int) -> None:
            nonlocal size
            size += arrived
            progress.update(task, size=filesize.decimal(size))

        for address in addresses:
            try:
                fetched.append(download(client, address, on_bytes))
            except UnreachableError as unreachable:
                missed.append(unreachable.message)
                break
            except NoDataError as failed:
                missed.append(failed.message)
            progress.advance(task)
    return fetched, missed


def _read(paths: Sequence[Path]) -> Iterator[Incoming]:
    """Read the CSV files among the paths, and those in folders, in the order of their names."""
    from nhs_league.releases.store import Incoming

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
                file.name,
                data,
                str(file.resolve()),
                datetime.fromtimestamp(changed, UTC).isoformat(timespec="seconds"),
            )


def _tell(outcomes: Sequence[Outcome], *, quiet: bool) -> None:
    """Say what became of each file; a refusal is said even when quiet."""
    from nhs_league.render.figures import counted

    for outcome in outcomes:
        if outcome.refusal is not None:
            say(f"refused    {outcome.refusal}")
        elif outcome.kept is not None and not quiet:
            kept = outcome.kept
            quarters = (
                kept.quarters[-1]
                if len(kept.quarters) == 1
                else f"{kept.quarters[0]} to {kept.quarters[-1]}"
            )
            trusts = counted(kept.trusts, "trust")
            holds = f"{kept.kind}, {', '.join(kept.trust_types)}, {quarters}, {trusts}"
            say(f"{outcome.status:<9}  {holds}: {kept.name}")
            for notice in kept.notices:
                say(f"           {notice}")
