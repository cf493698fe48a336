"""What a person types. ``main`` is the command; it turns each fault into one message and a code."""

from __future__ import annotations

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
from nhs_league.errors import Exit, LeagueError

_COMPLETING = "_NHSLEAGUE_COMPLETE"
_SELDOM = 100_000
"""How many new objects call for a search for garbage; importing alone makes tens of thousands."""
_FAULT = "This is a fault of nhsleague, not yours. Please report it with the lines above."
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
_HELP = "nhsleague --help lists the commands; --help after a command, its options."


def main() -> NoReturn:
    """Run the command and leave with the design's exit code; a known fault is one message."""
    try:
        gc.set_threshold(_SELDOM)
        # Polars' streaming engine takes longer to begin than a quarter's rows take to read.
        os.environ.setdefault("POLARS_ENGINE_AFFINITY", "in-memory")
        _open_streams()
        code = _run()
    except LeagueError as error:
        _say(str(error))
        code = error.exit_code
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever is left is the program's own fault
        code = _fault(error)
    # Whoever interrupts again, while it ends, need not see where it was.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if code == Exit.INTERRUPTED:
        _say("Interrupted.")
    # What is left is freed with the process; looking through it first takes longer than a question.
    gc.freeze()
    sys.exit(code)


def _fault(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        discard_stdout()
        _say(f"The answer cannot be written: {error.strerror}.\nMake room, or name another place.")
        return Exit.USAGE
    import traceback

    _say(f"{traceback.format_exc()}\n{_FAULT}")
    return Exit.FAULT


def _run() -> int:
    # PowerShell leaves it empty after it has completed a word.
    if os.environ.get(_COMPLETING):
        # The shell waits at each key, and Typer would import rich to clean the offers' help of
        # markup that ours has not; to it, rich is not there.
        sys.modules["rich"] = None  # type: ignore[assignment]
    import typer

    from nhs_league.cli.app import program

    try:
        result = program()(prog_name="nhsleague", standalone_mode=False)
    except typer.TyperException as wrong:
        if message := wrong.format_message():
            _say(f"{message}\n{_HELP}")
        return wrong.exit_code
    return result if isinstance(result, int) else Exit.DONE


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")


def _open_streams() -> None:
    """Make both streams write UTF-8 into pipes and files, and never fail on a letter.

    A terminal that cannot show a letter shows a plain one; what goes to a closed stream goes
    nowhere.
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
