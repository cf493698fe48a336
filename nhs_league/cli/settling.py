"""Ask which of two imported files is newer, where only a person can know."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import typer

from nhs_league.cli.output import notify
from nhs_league.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nhs_league.releases.intake import Outcome, ReceivedFile
    from nhs_league.releases.manifest import StoredFile
    from nhs_league.releases.store import Store

_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


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
        date.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)
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
        later = _asked(one, other) if can_ask else None
        if later is None:
            notify(
                f"{_called(other, one)} was added last and is used. To say which is newer, import "
                "each again with its date: nhsleague fetch --from FILE --published 2026-03-12"
            )
        else:
            store = settle(store, one if later is other else other, later)
    return store


def is_interactive() -> bool:
    """Return whether a person reads messages and can answer; a closed stream is None."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _asked(one: StoredFile, other: StoredFile) -> StoredFile | None:
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
