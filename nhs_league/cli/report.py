"""``report``: a printable page, or a small site of all trusts."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.naming import typed_trusts
from nhs_league.cli.options import Common, Trusts, When
from nhs_league.cli.output import notify, notify_assumptions, write
from nhs_league.errors import UsageError
from nhs_league.files import check_place, folder_to_fill, is_stdout
from nhs_league.version import __version__

if TYPE_CHECKING:
    from nhs_league.core.answers import TrustReport
    from nhs_league.render.meta import Meta


class Form(StrEnum):
    """The formats of a report."""

    HTML = "html"
    MARKDOWN = "markdown"


def report(
    when: When,
    common: Common,
    trusts: Trusts = None,
    every: Annotated[bool, typer.Option("--all", help="Write a site of all trusts.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to this file or, with --all, to this folder.",
        ),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="html or markdown. Default: by the extension, otherwise html.",
        ),
    ] = None,
) -> None:
    """Write a printable report on a trust, with charts."""
    from nhs_league.render.meta import Meta

    names = typed_trusts(trusts)
    if every == bool(names):
        raise UsageError(
            "Which trust? Name one or more, or use --all.",
            "For example: nhsleague report RDY -o rdy.html",
        )
    meta = Meta(common.sample, __version__, {"quarter": when.quarter})
    if every:
        if output is None or form is Form.MARKDOWN:
            raise UsageError(
                "--all writes a folder of HTML pages.",
                "For example: nhsleague report --all -o site",
            )
        _site(output, when, common, meta)
        return
    if output is not None and not is_stdout(output):
        check_place(output)
    league = open_or_fetch(common)
    gathered = [league.report(trust, quarter=when.quarter) for trust in names]
    notify_assumptions([line for each in gathered for line in each.assumptions], quiet=common.quiet)
    if form is Form.MARKDOWN or (form is None and output and output.suffix.casefold() == ".md"):
        write(_markdown(gathered, meta), output)
        return
    from nhs_league.render.page import page

    write(page(gathered, meta), output)


def _markdown(gathered: list[TrustReport], meta: Meta) -> str:
    from nhs_league.render.markdown import to_markdown

    answers = (
        answer
        for each in gathered
        for answer in (each.profile, each.explanation, each.places, each.trends)
    )
    return "\n".join(to_markdown(answer, meta) for answer in answers)


def _site(folder: Path, when: When, common: Common, meta: Meta) -> None:
    from rich.console import Console
    from rich.progress import track

    from nhs_league.core.sentences import counted
    from nhs_league.render.page import INDEX, file_of, index, page

    league = open_or_fetch(common)
    standings = league.table("all", quarter=when.quarter)
    hidden = common.quiet or not sys.stderr.isatty()
    pages = track(
        league.every_report(standings.frame),
        "Writing pages",
        total=standings.frame.height,
        console=Console(stderr=True),
        disable=hidden,
        transient=True,
    )
    with folder_to_fill(folder) as part:
        for each in pages:
            text = page([each], meta, index=INDEX)
            (part / file_of(each.trust_code)).write_text(text, "utf-8", newline="\n")
        (part / INDEX).write_text(index(standings, meta), "utf-8", newline="\n")
    if not common.quiet:
        notify(f"Written to {folder}: {INDEX} and {counted(standings.frame.height, 'page')}.")
