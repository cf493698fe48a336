"""``stories``: what a reporter would look at first."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.options import Common, Output, When, Which
from nhs_league.cli.output import show_answer
from nhs_league.usage import check_stories


def stories(
    when: When,
    which: Which,
    output: Output,
    common: Common,
    trust: Annotated[
        str | None,
        typer.Option(
            "--trust",
            metavar="TRUST",
            help="Only stories of this trust, by its code or name.",
            autocompletion=completion.trusts,
        ),
    ] = None,
) -> None:
    """List the ten things of a quarter that a reporter would look at first.

    Each is a sentence with its figures and how sure it is. What chance explains as well is left
    out.
    """
    narrowed = any((which.trust_type, which.regions, which.subtypes, which.segments))
    check_stories(trust, narrowed=narrowed)
    answer = open_or_fetch(common).stories(trust, **vars(when), **vars(which))
    show_answer(answer, output, common)
