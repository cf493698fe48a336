"""``releases`` and ``cache``: list, verify, repair and clear stored data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nhs_league.cli.command import Group, examples
from nhs_league.cli.data import open_as_it_is, open_store
from nhs_league.cli.options import Common, Output
from nhs_league.cli.output import show_answer
from nhs_league.cli.terminal import is_interactive, notify, watching
from nhs_league.errors import Exit, UsageError

_NAMED = 10


@examples(
    "nhsleague releases",
    "nhsleague releases --available",
)
def releases(
    output: Output,
    common: Common,
    available: Annotated[
        bool,
        typer.Option(
            "--available", help="List what NHS England has published, without downloading it."
        ),
    ] = False,
) -> None:
    """List the stored releases and their files."""
    if not available:
        show_answer(open_as_it_is(common).releases(), output, common)
        return
    if common.sample or common.offline:
        raise UsageError(
            "--available needs NHS England's website.", "Leave out --sample and --offline."
        )
    from nhs_league.releases import fetch as fetching, listing

    store = open_store(common)
    with watching(quiet=common.quiet) as watcher:
        published = fetching.available(store, watcher)
    show_answer(listing.published_files(store, published), output, common)


cache = typer.Typer(
    cls=Group,
    add_completion=False,
    rich_markup_mode=None,
    help="Manage stored data.",
)


@cache.command("path", epilog="nhsleague cache path")
def path(common: Common) -> None:
    """Show where the data is stored."""
    from nhs_league.files import default_data_dir

    typer.echo(common.data_dir or default_data_dir())


@cache.command("verify", epilog="nhsleague cache verify")
def verify(output: Output, common: Common) -> None:
    """Check that the stored data is undamaged.

    Compare every file with its checksum, and every table with its original file.
    """
    checks = open_as_it_is(common).verify()
    show_answer(checks, output, common)
    faults = checks.frame.filter(checks.frame["fault"].is_not_null())
    for path, fault in faults.select("path", "fault").iter_rows():
        notify(f"{path}: {fault}")
    if faults.height:
        notify('Run "nhsleague cache repair" to repair it.')
        raise typer.Exit(Exit.REFUSED)


@cache.command("repair", epilog="nhsleague cache repair")
def repair(common: Common) -> None:
    """Rebuild stored tables, and download any missing files again."""
    from nhs_league.cli.fetch import exit_code, fetch_published, show_faults
    from nhs_league.files import default_data_dir
    from nhs_league.releases import integrity
    from nhs_league.releases.listing import counts
    from nhs_league.releases.store import open_store

    folder = common.data_dir or default_data_dir()
    rebuilt = integrity.repair(folder, notify)
    manifest, unusable = rebuilt.manifest, rebuilt.unusable
    if not common.quiet:
        files = _counted(len(manifest.files) - len(unusable.keys() & {*manifest.files}), "raw file")
        notify(f"Rebuilt {_counted(len(manifest.quarters), 'quarter')} from {files}.")
    for stored, reason in unusable.items():
        notify(f"{stored.name}: {reason}.")
        tables = [label for label in stored.quarters if label not in rebuilt.gone]
        if tables and stored in manifest.files:
            notify(
                f"The tables for {', '.join(tables)} are stored, but cannot be checked without it."
            )
    if rebuilt.gone:
        notify(f"Figures lost: {', '.join(rebuilt.gone)}.")
    if not unusable:
        return
    if imported := [stored.name for stored in unusable if not stored.is_fetched]:
        notify(f'Import these again with "nhsleague fetch --from FILE": {", ".join(imported)}.')
    if len(imported) == len(unusable):
        raise typer.Exit(Exit.NO_DATA)
    if common.offline:
        notify('Run "nhsleague fetch" to download the missing files again.')
        raise typer.Exit(Exit.NO_DATA)
    _, outcomes = fetch_published(open_store(folder), quiet=common.quiet)
    show_faults(outcomes)
    notify(f"Release files: {counts(outcomes)}")
    if code := exit_code(outcomes):
        raise typer.Exit(code)
    if imported:
        raise typer.Exit(Exit.NO_DATA)


@cache.command("clear", epilog="nhsleague cache clear")
def clear(
    common: Common,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Delete all stored data."""
    from nhs_league.files import default_data_dir
    from nhs_league.releases import integrity

    folder = common.data_dir or default_data_dir()
    if not yes and integrity.has_releases(folder):
        _ask_before_clearing(folder)
    removed = integrity.clear(folder, notify)
    if not common.quiet:
        notify(f"Removed from {folder}: {', '.join(removed) or 'nothing, it was empty'}.")


def _ask_before_clearing(folder: Path) -> None:
    """Go on only if a person says so; name what no download brings back.

    Raises:
        UsageError: there is nobody to ask, or the answer is no.

    """
    from nhs_league.releases import integrity

    imported = [stored.name for stored in integrity.irreplaceable(folder)]
    if imported:
        which = "This file was" if len(imported) == 1 else "These files were"
        notify(f"{which} imported, and cannot be downloaded again:")
        for name in imported[:_NAMED]:
            notify(f"  {name}")
        if len(imported) > _NAMED:
            notify(f"  and {len(imported) - _NAMED} more")
    if not is_interactive():
        raise UsageError(f"Nothing was removed from {folder}.", "Add --yes to remove it all.")
    if not typer.confirm(f"Remove all stored data in {folder}?", err=True):
        raise UsageError(f"Nothing was removed from {folder}.")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
