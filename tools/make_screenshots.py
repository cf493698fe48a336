"""Write docs/screenshots/: what a terminal of 80 columns shows, dark and light, as SVG.

``python tools/make_screenshots.py``
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from nhs_league.core.answers import Answer
from nhs_league.league import League, open_league
from nhs_league.render.meta import Meta
from nhs_league.render.terminal import Look, print_answer
from nhs_league.render.theme import Background
from nhs_league.version import __version__

TARGET = Path(__file__).parents[1] / "docs" / "screenshots"
ANSWERS: dict[str, Callable[[League], Answer]] = {
    "show ZJ9": lambda league: league.show("ZJ9"),
    "worst elective": lambda league: league.worst("elective"),
    "compare ZB6 ZD3 ZM8": lambda league: league.compare("ZB6", "ZD3", "ZM8"),
    "table --limit 14": lambda league: league.table(limit=14),
    "hidden --limit 10": lambda league: league.hidden(limit=10),
    "explain ZJ9": lambda league: league.explain("ZJ9"),
    "changes --limit 10": lambda league: league.changes(limit=10),
}
"""The answers to show, by the command that asks for them."""
_PAPER = {
    Background.DARK: ((18, 18, 18), (221, 221, 221)),
    Background.LIGHT: ((255, 255, 255), (28, 28, 28)),
}
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def screenshot(command: str, answer: Answer, background: Background) -> str:
    """Draw a terminal of 80 columns and 30 lines with a command and its answer."""
    console = Console(
        record=True,
        width=80,
        height=30,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
    )
    console.print(f"$ nhsleague --sample {command}", markup=False)
    meta = Meta(sample=True, version=__version__, filters={})
    print_answer(console, answer, meta, Look(background=background))
    paper, ink = _PAPER[background]
    theme = TerminalTheme(paper, ink, [(0, 0, 0)] * 8)
    drawn = console.export_svg(title="nhsleague", theme=theme, unique_id=background.value)
    # A page that shows the picture asks nobody else for a font.
    return _FONT.sub("", drawn)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.glob("*.svg"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        league = open_league(sample=True, data_dir=folder)
        for command, ask in ANSWERS.items():
            for background in (Background.DARK, Background.LIGHT):
                file = TARGET / f"{command.split()[0]}-{background}.svg"
                file.write_text(screenshot(command, ask(league), background), "utf-8")
