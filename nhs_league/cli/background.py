"""What the terminal writes on, and whether it must have colour."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nhs_league.render.theme import Background

_ANSWER = re.compile(rb"\x1b\]11;rgb:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_WAIT = 0.1
"""How long a terminal may take to answer, in seconds."""
_LIGHT_COLOURS = ("7", "15")
_MIDDLE = 0.18
"""The luminance above which a background counts as light."""


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
    luminance = _asked()
    if luminance is None:
        return Background.UNKNOWN
    return Background.LIGHT if luminance > _MIDDLE else Background.DARK


def _asked() -> float | None:
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
    if (match := _ANSWER.search(answer)) is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in match.groups())
    return float(0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2)
