"""The terminal: whether it is one, its colours, messages, the pager, the progress of a fetch."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from nhs_league.releases.download import OnWait
    from nhs_league.releases.fetch import Watcher
    from nhs_league.render.theme import Background

_USUAL_PAGER = "less -FRX"
_NO_PAGER = ("", "cat")
"""What PAGER is set to by those who want none."""
_WINDOWS = ("WT_SESSION", "ConEmuANSI", "ANSICON", "TERM")
"""One of these is set in a Windows terminal that understands colours; the old console does not."""
_ANSWER = rb"\x1b\]11;rgb:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})"
_WAIT = 0.1
"""How long a terminal may take to answer, in seconds."""
_LIGHT_COLOURS = ("7", "15")
_MIDDLE = 0.18
"""The luminance above which a background counts as light."""
_BETWEEN_LINES = 10.0
"""Seconds between two lines that say what is awaited."""


def is_interactive() -> bool:
    """Return whether a person reads messages and can answer; a closed stream is None."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def notify(message: str) -> None:
    """Print a message on stderr; on a terminal, its long lines broken between words."""
    if sys.stderr.isatty():
        message = "\n".join(map(_broken, message.split("\n")))
    sys.stderr.write(f"{message}\n")


def _broken(line: str) -> str:
    """Break a line that is wider than the terminal, and keep its indent."""
    width = shutil.get_terminal_size().columns
    if len(line) <= width:
        return line
    import textwrap

    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line,
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def wants_colour() -> bool:
    """Return whether stdout takes colour: as rich decides, and with ``--no-color`` anywhere."""
    if os.environ.get("NO_COLOR") or "--no-color" in sys.argv:
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if sys.platform == "win32" and not any(name in os.environ for name in _WINDOWS):
        return False
    return sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def is_colour_forced() -> bool:
    """Return whether colour is wanted even in a pipe: FORCE_COLOR or CLICOLOR_FORCE is set."""
    return any(
        os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")
    )


def background() -> Background:
    """Return what the terminal writes on, as far as it says.

    NHSLEAGUE_BACKGROUND (dark or light) decides; then COLORFGBG, which some terminals set; then
    the terminal is asked, if a person sits at it.
    """
    from nhs_league.render.theme import Background

    chosen = os.environ.get("NHSLEAGUE_BACKGROUND", "").strip().casefold()
    if chosen in (Background.DARK, Background.LIGHT):
        return Background(chosen)
    if (colour := os.environ.get("COLORFGBG", "").rpartition(";")[2]).isdigit():
        return Background.LIGHT if colour in _LIGHT_COLOURS else Background.DARK
    if os.environ.get("TERM", "dumb") in ("dumb", "linux"):
        return Background.UNKNOWN
    luminance = _luminance()
    if luminance is None:
        return Background.UNKNOWN
    return Background.LIGHT if luminance > _MIDDLE else Background.DARK


def _luminance() -> float | None:
    """Ask the terminal for its background's luminance; None where it does not say at once.

    The second question, what kind of terminal it is, is answered by all: so that nobody waits for
    one that does not know the first (xterm's control sequences, OSC 11 and DA1).
    """
    try:
        import select
        import termios
        import tty
    except ImportError:
        return None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    terminal = sys.stdin.fileno()
    answer = b""
    try:
        before = termios.tcgetattr(terminal)
        try:
            tty.setcbreak(terminal, termios.TCSANOW)
            sys.stdout.write("\x1b]11;?\x1b\\\x1b[c")
            sys.stdout.flush()
            while select.select([terminal], [], [], _WAIT)[0]:
                answer += os.read(terminal, 64)
                if re.search(rb"\x1b\[\?[0-9;]*c", answer):
                    break
        finally:
            termios.tcsetattr(terminal, termios.TCSANOW, before)
    except (OSError, termios.error):
        return None
    if (match := re.search(_ANSWER, answer)) is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in match.groups())
    return float(0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2)


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
    import shlex

    named = os.environ.get("PAGER", "" if sys.platform == "win32" else _USUAL_PAGER).strip()
    try:
        return [] if named in _NO_PAGER else shlex.split(named, posix=sys.platform != "win32")
    except ValueError:
        return []


def _shown(command: list[str], text: str) -> bool:
    """Show a text in a pager until the person leaves it; return whether that succeeded."""
    import subprocess

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
    from urllib.parse import urlsplit

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
