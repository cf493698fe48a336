"""``releases`` and ``cache``: what is kept, and whether it is right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nhs_league.cli.command import Command, Group
from nhs_league.cli.data import open_as_it_is, open_store
from nhs_league.cli.options import Common, Output, takes_groups
from nhs_league.cli.output import say, show_answer
from nhs_league.cli.progress import watching
from nhs_league.cli.settling import somebody_can_be_asked
from nhs_league.errors import Exit, UsageError

_NAMED = 10

cache = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Where releases are kept; whether they are right.",
)


def releases(
    output: Output,
    common: Common,
    available: Annotated[
        bool, typer.Option("--available", help="Ask the site what it has; fetch nothing.")
    ] = False,
) -> None:
    """Which releases are kept, from which files, and how often were they revised?"""
    if not available:
        show_answer(open_as_it_is(common).releases(), output, common)
        return
    if common.sample or common.offline:
        raise UsageError("--available asks the site.", "Leave out --sample and --offline.")
    from nhs_league.releases import fetch as fetching, listing

    store = open_store(common)
    with watching(quiet=common.quiet) as watcher:
        published = fetching.available(store, watcher)
    show_answer(listing.published_files(store, published), output, common)


@cache.command("path", cls=Command, epilog="Example: nhsleague cache path")
@takes_groups
def path(common: Common) -> None:
    """Where are releases kept?"""
    from nhs_league.folders import default_data_dir

    typer.echo(common.data_dir or default_data_dir())


@cache.command("verify", cls=Command, epilog="Example: nhsleague cache verify")
@takes_groups
def verify(output: Output, common: Common) -> None:
    """Check stored data. Every raw file's sha256, every table against its raw files."""
    checks = open_as_it_is(common).verify()
    show_answer(checks, output, common)
    faults = checks.frame.filter(checks.frame["fault"].is_not_null())
    for path, fault in faults.select("path", "fault").iter_rows():
        say(f"{path}: {fault}")
    if faults.height:
        say("Run nhsleague cache repair.")
        raise typer.Exit(Exit.REFUSED)


@cache.command("repair", cls=Command, epilog="Example: nhsleague cache repair")
@takes_groups
def repair(common: Common) -> None:
    """Rebuild stored tables, and download any missing files again."""
    from nhs_league.cli.fetch import exit_code, fetch_published, tell_faults
    from nhs_league.folders import default_data_dir
    from nhs_league.releases import integrity
    from nhs_league.releases.listing import counts
    from nhs_league.releases.store import open_store

    folder = common.data_dir or default_data_dir()
    rebuilt = integrity.repair(folder, say)
    manifest, unusable = rebuilt.manifest, rebuilt.unusable
    if not common.quiet:
        files = _counted(len(manifest.files) - len(unusable.keys() & {*manifest.files}), "raw file")
        say(f"Rebuilt {_counted(len(manifest.quarters), 'quarter')} from {files}.")
    for kept, reason in unusable.items():
        say(f"{kept.name}: {reason}.")
        tables = [label for label in kept.quarters if label not in rebuilt.gone]
        if tables and kept in manifest.files:
            say(f"The tables of {', '.join(tables)} are kept, but cannot be checked without it.")
    if rebuilt.gone:
        say(f"Figures were lost of: {', '.join(rebuilt.gone)}.")
    if not unusable:
        return
    if imported := [kept.name for kept in unusable if not kept.is_fetched]:
        say(f"Import again with nhsleague fetch --from FILE: {', '.join(imported)}.")
    if len(imported) == len(unusable):
        raise typer.Exit(Exit.NO_DATA)
    if common.offline:
        say("Run nhsleague fetch to download the missing files again.")
        raise typer.Exit(Exit.NO_DATA)
    _, outcomes = fetch_published(open_store(folder), quiet=common.quiet)
    tell_faults(outcomes)
    say(f"Release files: {counts(outcomes)}")
    if code := exit_code(outcomes):
        raise typer.Exit(code)
    if imported:
        raise typer.Exit(Exit.NO_DATA)


@cache.command("clear", cls=Command, epilog="Example: nhsleague cache clear")
@takes_groups
def clear(
    common: Common,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
) -> None:
    """Remove all stored data, and nothing else in that folder."""
    from nhs_league.folders import default_data_dir
    from nhs_league.releases import integrity

    folder = common.data_dir or default_data_dir()
    if not yes and integrity.has_releases(folder):
        _ask_before_clearing(folder)
    removed = integrity.clear(folder, say)
    if not common.quiet:
        say(f"Removed from {folder}: {', '.join(removed) or 'nothing, it was empty'}.")


def _ask_before_clearing(folder: Path) -> None:
    """Go on only if a person says so; name what no download brings back.

    Raises:
        UsageError: there is nobody to ask, or the answer is no.

    """
    from nhs_league.releases import integrity

    imported = [kept.name for kept in integrity.irreplaceable(folder)]
    if imported:
        which = "This file was" if len(imported) == 1 else "These files were"
        say(f"{which} imported and cannot be downloaded again:")
        for name in imported[:_NAMED]:
            say(f"  {name}")
        if len(imported) > _NAMED:
            say(f"  and {len(imported) - _NAMED} more")
    if not somebody_can_be_asked():
        raise UsageError(f"Nothing was removed from {folder}.", "Add --yes to remove it all.")
    if not typer.confirm(f"Remove all stored data in {folder}?", err=True):
        raise UsageError(f"Nothing was removed from {folder}.")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
