"""The command line. ``main`` runs a command; an error becomes a message and an exit code."""

from __future__ import annotations

import _thread
import codecs
import errno
import gc
import io
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn, TextIO

from nhs_league.cli.output import discard_stdout
from nhs_league.cli.terminal import notify
from nhs_league.errors import Exit, LeagueError

_COMPLETING = "_NHSLEAGUE_COMPLETE"
_SELDOM = 100_000
"""Allocations between garbage collections; imports alone make tens of thousands."""
_FAULT = "This is a bug in nhsleague. Please report it, with the lines above."
_PLAINLY = "nhsleague.plainly"
_PLAIN = {
    "−": "-",
    "–": "-",
    "—": "-",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "…": "...",
    "·": "-",
}


def main() -> NoReturn:
    """Run the command and leave with its exit code; a known error is one message."""
    try:
        gc.set_threshold(_SELDOM)
        sys.unraisablehook = _interrupt_again
        # Polars' streaming engine takes longer to begin than a quarter's rows take to read.
        os.environ.setdefault("POLARS_ENGINE_AFFINITY", "in-memory")
        _open_streams()
        code = _run()
    except LeagueError as error:
        notify(str(error))
        code = error.exit_code
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever is left is the program's own fault
        code = _fault(error)
    # Ignore a second Ctrl-C during shutdown, so that it prints no traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if code == Exit.INTERRUPTED:
        notify("Interrupted.")
    # Skip the final garbage collection; it takes longer than answering does.
    gc.freeze()
    sys.exit(code)


def _interrupt_again(dropped: sys.UnraisableHookArgs) -> None:
    """Interrupt again where Python drops a Ctrl-C, as it can do during an import."""
    if dropped.exc_type is KeyboardInterrupt:
        # From a thread, as here it would be dropped too.
        _thread.start_new_thread(_thread.interrupt_main, ())
    else:
        sys.__unraisablehook__(dropped)


def _fault(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        discard_stdout()
        notify(
            f"Cannot write the answer: {error.strerror}.\nFree some space, or choose another place."
        )
        return Exit.USAGE
    import traceback

    notify(f"{traceback.format_exc()}\n{_FAULT}")
    return Exit.FAULT


def _run() -> int:
    # PowerShell leaves it empty after it has completed a word.
    if os.environ.get(_COMPLETING):
        # Hide rich from Typer: it would import it on every Tab to strip markup that we do not use.
        sys.modules["rich"] = None  # type: ignore[assignment]
    import typer

    from nhs_league.cli.app import program

    try:
        result = program()(prog_name="nhsleague", standalone_mode=False)
    except typer.TyperException as wrong:
        from nhs_league.cli.corrections import in_words

        notify(in_words(wrong))
        return wrong.exit_code
    return result if isinstance(result, int) else Exit.DONE


def _open_streams() -> None:
    """Make both streams write UTF-8, and replace characters that the terminal cannot encode.

    Discard what is written to a closed stream.
    """
    codecs.register_error(_PLAINLY, _plainly)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors=_PLAINLY)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks; a minus sign must not be lost."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(letter, "?") for letter in text), error.end


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
