"""``watch``: what is new for the trusts that a person watches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.naming import typed_trusts
from nhs_league.cli.options import Common, Output
from nhs_league.cli.output import notify, notify_assumptions, show_answer
from nhs_league.errors import Exit, NotFoundError, UsageError

if TYPE_CHECKING:
    from nhs_league.cli.watchlist import Watches


def watch(
    output: Output,
    common: Common,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="add|remove|list TRUST...",
            help="Trusts by code or name; nothing to see what is new.",
            autocompletion=completion.trusts,
        ),
    ] = None,
) -> None:
    """Show what is new for your trusts since you last looked.

    The exit code is 10 where something is new and 0 where nothing is, for a scheduler to act on.
    "watch add RDY" begins to watch a trust, "watch remove RDY" ends it, "watch list" lists them.
    """
    action, *named = words or [""]
    trusts = typed_trusts(named)
    match action, bool(trusts):
        case "", _:
            _look(output, common)
        case "list", False:
            _list(output, common)
        case "add", True:
            _add(trusts, common)
        case "remove", True:
            _remove(trusts, common)
        case (("add" | "remove"), _):
            raise UsageError("Which trust?", f"For example: nhsleague watch {action} RDY")
        case "list", _:
            raise UsageError("watch list takes no trust.", "For one trust: nhsleague show RDY")
        case _:
            raise UsageError(
                f'watch cannot "{action}".', f'To watch a trust: nhsleague watch add "{action}"'
            )


def _tell_nobody(common: Common) -> None:
    if not common.quiet:
        notify("You watch no trusts. Add one: nhsleague watch add RDY")


def _look(output: Output, common: Common) -> None:
    """Show what is new; what was shown is remembered as seen, once it was delivered."""
    from nhs_league.cli import watchlist

    path = watchlist.path_of(sample=common.sample)
    watched = watchlist.read(path)
    if not watched:
        _tell_nobody(common)
        return
    since = {code: each.seen for code, each in watched.items()}
    answer = open_or_fetch(common).watch(*watched, since=since)
    if show_answer(answer, output, common):
        names = dict(answer.trusts.select("trust_code", "trust_name").iter_rows())

        def seen_now(stored: Watches) -> Watches:
            # What another process has changed meanwhile stays as it is.
            return {
                code: watchlist.Watch(names[code], answer.seen[code])
                if each == watched.get(code)
                else each
                for code, each in stored.items()
            }

        watchlist.change(path, seen_now)
    if answer.frame.height:
        raise typer.Exit(Exit.NEWS)


def _add(trusts: Sequence[str], common: Common) -> None:
    from nhs_league.cli import watchlist

    answer = open_or_fetch(common).watch(*trusts)
    notify_assumptions(answer.assumptions, quiet=common.quiet)
    names = dict(answer.trusts.select("trust_code", "trust_name").iter_rows())
    new = {code: watchlist.Watch(names[code], seen) for code, seen in answer.seen.items()}
    path = watchlist.path_of(sample=common.sample)
    already = set(watchlist.read(path))
    # Who is watched already keeps what was last seen, and its place.
    watchlist.change(path, lambda stored: {**stored, **{c: new[c] for c in new if c not in stored}})
    if common.quiet:
        return
    for code, name in names.items():
        verb = "You already watch" if code in already else "Watching"
        notify(f"{verb} {name} ({code}).")
    notify('Run "nhsleague watch" to see what is published from now on.')


def _remove(trusts: Sequence[str], common: Common) -> None:
    from nhs_league.cli import watchlist

    path = watchlist.path_of(sample=common.sample)
    stored = watchlist.read(path)
    if not stored:
        raise NotFoundError("You watch no trusts.", "Add one: nhsleague watch add RDY")
    gone = {code: stored[code].name for code in (_found(typed, stored) for typed in trusts)}
    watchlist.change(path, lambda now: {c: each for c, each in now.items() if c not in gone})
    if not common.quiet:
        for code, name in gone.items():
            notify(f"No longer watching {name} ({code}).")


def _found(typed: str, stored: Watches) -> str:
    """Return the code of a watched trust, by its code or part of its name.

    Raises:
        NotFoundError: none that is watched is called so, or several are.

    """
    text = " ".join(typed.split()).casefold()
    codes = [code for code in stored if code.casefold() == text]
    codes = codes or [code for code, each in stored.items() if text in each.name.casefold()]
    if len(codes) == 1:
        return codes[0]
    known = [f"{code} {each.name}" for code, each in stored.items()]
    raise NotFoundError.of("watched trust", typed, known)


def _list(output: Output, common: Common) -> None:
    from nhs_league.cli import watchlist

    stored = watchlist.read(watchlist.path_of(sample=common.sample))
    if not stored:
        _tell_nobody(common)
        return
    import polars as pl

    from nhs_league.core.answers import Watched

    rows = [(code, each.name, each.seen.quarter) for code, each in stored.items()]
    columns = {"trust_code": pl.String, "trust_name": pl.String, "quarter": pl.String}
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    show_answer(Watched(title="The trusts that you watch", frame=frame), output, common)
