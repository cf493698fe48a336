"""The trusts that a person watches: what was last seen of each, and what is new since.

They are a file of the user's settings. One process changes it at a time, and it is replaced whole,
so that no reader sees half of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from nhs_league.cli.data import open_or_fetch
from nhs_league.cli.output import notify_assumptions, show_answer
from nhs_league.cli.terminal import notify
from nhs_league.errors import Exit, NotFoundError, RefusedError, UsageError
from nhs_league.files import default_config_dir, write_atomically
from nhs_league.frozen import frozen

if TYPE_CHECKING:
    from nhs_league.cli.options import Common, Output
    from nhs_league.core.answers import Seen

FORMAT = 1
"""The version of the file's layout."""


@frozen
class Watch:
    """A trust that is watched.

    Attributes:
        name: its name when it was last seen.
        seen: what was last seen of it.

    """

    name: str
    seen: Seen


Watches = Mapping[str, Watch]
"""Trust code -> how it is watched, in the order in which they were added."""


def _notify_of_none(common: Common) -> None:
    if not common.quiet:
        notify("You watch no trusts. Add one: nhsleague watch add RDY")


def look(output: Output, common: Common) -> None:
    """Show what is new; what was shown is remembered as seen, once it was delivered."""
    path = path_of(sample=common.sample)
    watched = read(path)
    if not watched:
        _notify_of_none(common)
        return
    since = {code: each.seen for code, each in watched.items()}
    answer = open_or_fetch(common).watch(*watched, since=since)
    if show_answer(answer, output, common):
        names = dict(answer.trusts.select("trust_code", "trust_name").iter_rows())

        def seen_now(stored: Watches) -> Watches:
            # What another process has changed meanwhile stays as it is.
            return {
                code: Watch(names[code], answer.seen[code]) if each == watched.get(code) else each
                for code, each in stored.items()
            }

        change(path, seen_now)
    if answer.frame.height:
        raise typer.Exit(Exit.NEWS)


def add(trusts: Sequence[str], common: Common) -> None:
    """Watch these trusts from now on."""
    answer = open_or_fetch(common).watch(*trusts)
    notify_assumptions(answer.assumptions, quiet=common.quiet)
    names = dict(answer.trusts.select("trust_code", "trust_name").iter_rows())
    new = {code: Watch(names[code], seen) for code, seen in answer.seen.items()}
    path = path_of(sample=common.sample)
    already = set(read(path))
    # Who is watched already keeps what was last seen, and its place.
    change(path, lambda stored: {**stored, **{c: new[c] for c in new if c not in stored}})
    if common.quiet:
        return
    for code, name in names.items():
        verb = "You already watch" if code in already else "Watching"
        notify(f"{verb} {name} ({code}).")
    notify('Run "nhsleague watch" to see what is published from now on.')


def remove(trusts: Sequence[str], common: Common) -> None:
    """Watch these trusts no longer."""
    path = path_of(sample=common.sample)
    stored = read(path)
    if not stored:
        raise NotFoundError("You watch no trusts.", "Add one: nhsleague watch add RDY")
    gone = {code: stored[code].name for code in (_watched_code(typed, stored) for typed in trusts)}
    change(path, lambda now: {c: each for c, each in now.items() if c not in gone})
    if not common.quiet:
        for code, name in gone.items():
            notify(f"No longer watching {name} ({code}).")


def _watched_code(typed: str, stored: Watches) -> str:
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


def list_watched(output: Output, common: Common) -> None:
    """List the trusts that are watched."""
    stored = read(path_of(sample=common.sample))
    if not stored:
        _notify_of_none(common)
        return
    import polars as pl

    from nhs_league.core.answers import Watched

    rows = [(code, each.name, each.seen.quarter) for code, each in stored.items()]
    columns = {"trust_code": pl.String, "trust_name": pl.String, "quarter": pl.String}
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    show_answer(Watched(title="The trusts that you watch", frame=frame), output, common)


def path_of(*, sample: bool) -> Path:
    """Return the file; the fictional sample has one of its own."""
    return default_config_dir() / ("watch-sample.json" if sample else "watch.json")


def read(path: Path) -> Watches:
    """Read who is watched; nobody where there is no file.

    Raises:
        RefusedError: the file cannot be read, or is not what was written.

    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RefusedError(
            str(path),
            f"it cannot be read: {error.strerror or error}",
            advice="Check its permissions, or name another folder with NHSLEAGUE_CONFIG_DIR.",
        ) from error
    except UnicodeDecodeError as error:
        raise _damaged(path) from error
    try:
        written = json.loads(text)
        if isinstance(written, dict) and written.get("format", FORMAT) > FORMAT:
            raise RefusedError(
                str(path), "a newer version of nhsleague wrote it", advice="Update nhsleague."
            )
        return {str(code): _watch(each) for code, each in written["trusts"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path) from error


def change(path: Path, how: Callable[[Watches], Watches]) -> Watches:
    """Change who is watched, and return it.

    Args:
        path: the file.
        how: returns the watches as they shall be from those that there are.

    Raises:
        RefusedError: the file is damaged.
        UsageError: it cannot be written.

    """
    from filelock import FileLock

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), preserve_lock_file=True):
            before = read(path)
            after = how(before)
            if after != before:
                trusts = {code: asdict(watch) for code, watch in after.items()}
                written = json.dumps(
                    {"format": FORMAT, "trusts": trusts}, ensure_ascii=False, indent=1
                )
                write_atomically(path, f"{written}\n".encode())
            return after
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Make room, or name another folder with NHSLEAGUE_CONFIG_DIR.",
        ) from error


def _watch(written: dict[str, Any]) -> Watch:
    """Read one trust; whatever is not as it was written is a ValueError."""
    from nhs_league.core.answers import Seen

    seen = written["seen"]
    quarter, prints, revised = seen["quarter"], seen["fingerprints"], seen["revised"]
    texts = (written["name"], quarter, *prints, *prints.values(), *revised)
    counts = revised.values()
    if not all(isinstance(text, str) for text in texts) or not quarter:
        raise ValueError("a text is none")
    if not all(type(count) is int for count in counts):
        raise ValueError("a number is none")
    return Watch(written["name"], Seen(quarter, prints, revised))


def _damaged(path: Path) -> RefusedError:
    return RefusedError(
        str(path),
        "it is damaged, so the trusts that you watch cannot be read",
        advice="Remove the file, and add them again: nhsleague watch add RDY",
    )
