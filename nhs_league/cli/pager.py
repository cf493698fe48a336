"""Show an answer that is longer than the screen in a pager, where a person sits at a terminal."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_USUAL = "less -FRX"
_NONE = ("", "cat")
"""What PAGER is set to by those who want none."""


@contextmanager
def paged(console: Console, *, wanted: bool) -> Iterator[None]:
    """Show what is printed on a console in a pager, if it is longer than the screen.

    Args:
        console: the console on stdout.
        wanted: whether the person would have a pager at all.

    """
    command = pager_command() if wanted else []
    if not command:
        yield
        return
    with console.capture() as captured:
        yield
    text = captured.get()
    if text.count("\n") < console.height or not _shown(command, text):
        sys.stdout.write(text)
        sys.stdout.flush()


def pager_command() -> list[str]:
    """Return the pager's command, by words; none where there is none to be used.

    ``PAGER`` names it. Windows has none that shows colours, so there it must be named.
    """
    is_terminal = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    if not is_terminal or os.environ.get("TERM") in ("dumb", "unknown"):
        return []
    named = os.environ.get("PAGER", "" if sys.platform == "win32" else _USUAL).strip()
    try:
        return [] if named in _NONE else shlex.split(named, posix=sys.platform != "win32")
    except ValueError:
        return []


def _shown(command: list[str], text: str) -> bool:
    """Show a text in a pager until the person leaves it; return whether that succeeded."""
    # As git does: a pager named without options quits on one screen and shows colours.
    environment = {"LESS": "FRX"} | os.environ
    try:
        process = subprocess.Popen(  # noqa: S603 - the person's own pager, without a shell
            command,
            stdin=subprocess.PIPE,
            stdout=sys.stdout.fileno(),
            env=environment,
            encoding="utf-8",
            errors="replace",
        )
    except OSError:
        return False
    # Ctrl-C is the pager's, as long as it runs.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.communicate(text)
    finally:
        signal.signal(signal.SIGINT, before)
    return process.returncode == 0
