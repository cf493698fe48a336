"""``releases`` and ``cache``: what is kept, and whether it is right."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli.command import Command, Group
from nhs_league.cli.data import open_kept
from nhs_league.cli.options import Common, Output, takes_groups
from nhs_league.cli.output import deliver, say
from nhs_league.cli.progress import watching
from nhs_league.errors import Exit, UsageError

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
    from nhs_league.league.schema.answers import Answer
    from nhs_league.releases import listing

    if not available:
        from nhs_league.cli.fetch import disagreements

        store = open_kept(common)
        notes = tuple(line for q in store.quarters for line in disagreements(store, q.label))
        answer = Answer("releases", "Releases kept", listing.releases(store), notes=notes)
        deliver(answer, output, common, {})
        return
    if common.sample or common.offline:
        raise UsageError("--available asks the site.", "Leave out --sample and --offline.")
    from nhs_league.releases import fetching

    store = open_kept(common)
    with watching(quiet=common.quiet) as watcher:
        published = fetching.available(store, watcher)
    frame = listing.available(store, published)
    notes = (
        "Linked: whether a page of NHS England's links the file now; the others are known to this "
        "version.",
    )
    deliver(Answer("available", "Release files published", frame, notes=notes), output, common, {})


@cache.command("path", cls=Command, epilog="Example: nhsleague cache path")
@takes_groups
def path(common: Common) -> None:
    """Where are releases kept?"""
    from nhs_league.folders import default_data_dir

    typer.echo(common.data_dir or default_data_dir())


@cache.command("verify", cls=Command, epilog="Example: nhsleague cache verify")
@takes_groups
def verify(output: Output, common: Common) -> None:
    """Is all that is kept right? Every raw file's sha256, every table against its raw files."""
    from nhs_league.league.schema.answers import Answer
    from nhs_league.releases import integrity, listing

    findings = integrity.verify(open_kept(common))
    faults = [finding for finding in findings if finding.fault]
    told = f"{len(faults)} at fault" if faults else "all right"
    answer = Answer("verified", f"{len(findings)} stored files: {told}", listing.verified(findings))
    deliver(answer, output, common, {})
    for finding in faults:
        say(f"{finding.path}: {finding.fault}")
    if faults:
        say("Run nhsleague cache repair.")
        raise typer.Exit(Exit.REFUSED)


@cache.command("repair", cls=Command, epilog="Example: nhsleague cache repair")
@takes_groups
def repair(common: Common) -> None:
    """Make the tables anew from the raw files, and fetch again what is gone."""
    from nhs_league.cli.fetch import counts, exit_code, fetch_published, tell_faults
    from nhs_league.folders import default_data_dir
    from nhs_league.releases import integrity
    from nhs_league.releases.store import open_store

    folder = common.data_dir or default_data_dir()
    manifest, lost = integrity.repair(folder, say)
    if not common.quiet:
        say(f"Made anew: {len(manifest.quarters)} quarters from {len(manifest.files)} raw files.")
    for kept in lost:
        say(f"The kept copy of {kept.name} was gone or damaged.")
    if not lost:
        return
    if common.offline:
        say("It is fetched again by nhsleague fetch.")
        raise typer.Exit(Exit.NO_DATA)
    _, outcomes = fetch_published(open_store(folder), quiet=common.quiet)
    tell_faults(outcomes)
    say(f"Release files: {counts(outcomes)}")
    if code := exit_code(outcomes):
        raise typer.Exit(code)


@cache.command("clear", cls=Command, epilog="Example: nhsleague cache clear")
@takes_groups
def clear(common: Common) -> None:
    """Remove all that is kept, and nothing else in that folder."""
    from nhs_league.folders import default_data_dir
    from nhs_league.releases import integrity

    folder = common.data_dir or default_data_dir()
    removed = integrity.clear(folder, say)
    if not common.quiet:
        say(f"Removed from {folder}: {', '.join(removed) or 'nothing, it was empty'}.")
