"""Show the progress of a fetch: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nhs_league.cli.output import notify

if TYPE_CHECKING:
    from nhs_league.releases.download import OnWait
    from nhs_league.releases.fetch import Watcher

_BETWEEN_LINES = 10.0
"""Seconds between two lines that say what is awaited."""


@contextmanager
def watching(*, quiet: bool) -> Iterator[Watcher]:
    """Yield a watcher that shows progress on stderr: a bar, lines, or nothing when quiet."""
    if quiet:
        yield _silent()
    elif sys.stderr.isatty():
        with _bar() as watcher:
            yield watcher
    else:
        yield _lines()


def _silent() -> Watcher:
    from nhs_league.releases.fetch import Watcher

    return Watcher(
        lambda _: None,
        lambda _: None,
        lambda _name, _size: None,
        lambda _: None,
        lambda _names, _seconds: None,
    )


def _lines() -> Watcher:
    from rich import filesize

    from nhs_league.releases.fetch import Watcher

    total = done = 0

    def on_files(count: int) -> None:
        nonlocal total
        total = count

    def on_file(name: str, size: int | None) -> None:
        nonlocal done
        done += 1
        if size is not None:
            notify(f"{done} of {total}  {name}  {filesize.decimal(size)}")

    return Watcher(on_files, lambda _: None, on_file, notify, _waits(notify))


def _waits(show: Callable[[str], None]) -> OnWait:
    """Return a callback that shows every ten seconds what is awaited."""
    last = 0.0

    def on_wait(addresses: Sequence[str], seconds: float) -> None:
        nonlocal last
        if seconds < last or seconds >= last + _BETWEEN_LINES:
            show(_awaited(addresses, seconds))
            last = seconds

    return on_wait


def _awaited(addresses: Sequence[str], seconds: float) -> str:
    """Return a sentence on what is awaited, and for how long."""
    from nhs_league.releases.catalogue import file_name

    parts = urlsplit(addresses[0])
    more = f" and {len(addresses) - 1} more" if len(addresses) > 1 else ""
    name = file_name(addresses[0]) or parts.path
    return f"Waiting for {name}{more} from {parts.netloc}, {seconds:.0f} seconds so far."


@contextmanager
def _bar() -> Iterator[Watcher]:
    from rich import filesize
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from nhs_league.releases.fetch import Watcher

    columns = (
        TextColumn("Fetching releases"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[transferred]}"),
    )
    size = 0
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("files", total=None, transferred="")

        def on_bytes(arrived: int) -> None:
            nonlocal size
            size += arrived
            rate = size / max(progress.tasks[0].elapsed or 0.0, 0.1)
            transferred = f"{filesize.decimal(size)}, {filesize.decimal(int(rate))}/s"
            progress.update(task, transferred=transferred)

        def on_notice(line: str) -> None:
            console.print(line, markup=False, highlight=False)

        yield Watcher(
            lambda count: progress.update(task, total=count),
            on_bytes,
            lambda _name, _size: progress.advance(task),
            on_notice,
            _waits(on_notice),
        )
