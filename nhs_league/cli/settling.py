"""Which of two imported files is newer, where only a person can know."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import typer

from nhs_league.cli.output import say
from nhs_league.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nhs_league.releases.intake import Incoming, Outcome
    from nhs_league.releases.manifest import KeptFile
    from nhs_league.releases.store import Store

_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


def dated(
    files: Iterable[Incoming | Outcome], published: str | None
) -> Iterator[Incoming | Outcome]:
    """Give files the date on which a person says they were published."""
    from nhs_league.releases.intake import Incoming

    for file in files:
        is_dated = published is not None and isinstance(file, Incoming)
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
        date.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)
    except ValueError:
        raise UsageError(
            f'--published cannot be "{published}".',
            "Write a day or a month: 2026-03-12 or 2026-03.",
        ) from None
    return text


def settled(store: Store, outcomes: Sequence[Outcome]) -> Store:
    """Ask which of two files is newer where new ones disagree and nothing shows their order.

    Where nobody can be asked, the file that was added last is used, and that is said.
    """
    from nhs_league.releases.store import settle, unsettled

    new = {outcome.kept.sha256 for outcome in outcomes if outcome.kept}
    can_ask = somebody_can_be_asked()
    for pair in unsettled(store):
        one, other = pair.used_before, pair.used
        if not {one.sha256, other.sha256} & new:
            continue
        figures = "1 figure" if pair.figures == 1 else f"{pair.figures:,} figures"
        say(
            f"{_called(one, other)} and {_called(other, one)} disagree on {figures}, and nothing "
            "shows which was published later."
        )
        later = _asked(one, other) if can_ask else None
        if later is None:
            say(
                f"{_called(other, one)} was added last and is used. To say which is newer, import "
                "each again with its date: nhsleague fetch --from FILE --published 2026-03-12"
            )
        else:
            store = settle(store, one if later is other else other, later)
    return store


def somebody_can_be_asked() -> bool:
    """Return whether a person reads what is said and can answer; a closed stream is None."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _asked(one: KeptFile, other: KeptFile) -> KeptFile | None:
    say(f"  1  {_called(one, other)}\n  2  {_called(other, one)}")
    answer = typer.prompt(
        "Which is newer? (1, 2, or Enter if you do not know)",
        default="",
        show_default=False,
        err=True,
    )
    return {"1": one, "2": other}.get(answer.strip())


def _called(kept: KeptFile, other: KeptFile) -> str:
    return kept.name if kept.name != other.name else kept.source or kept.release_file
