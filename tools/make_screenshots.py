"""Write docs/screenshots/: what a terminal shows, as SVG, by rich's own export.

``python tools/make_screenshots.py``
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from rich.console import Console

from nhs_league.core.answers import Answer
from nhs_league.league import League, open_league
from nhs_league.render.meta import Meta
from nhs_league.render.terminal import print_answer
from nhs_league.version import __version__

TARGET = Path(__file__).parents[1] / "docs" / "screenshots"
_FONT = re.compile(r"\s*@font-face \{[^}]*\}")


def answers(league: League) -> dict[str, Answer]:
    """Return the answers to show, by the command that asks for them."""
    return {
        "show ZB6": league.show("ZB6"),
        "worst --metric elective": league.worst("elective", limit=10),
        "explain ZV6": league.explain("ZV6"),
        "spread 62-day --mark ZB6": league.spread("62-day", mark=["ZB6"]),
        "compare --by region --metric elective": league.compare(by="region", metric="elective"),
        "trend ZP7": league.trend("ZP7"),
    }


def screenshot(command: str, answer: Answer) -> str:
    """Draw a terminal of 100 columns with a command and its answer, in a font of the reader's."""
    console = Console(
        record=True, width=100, file=io.StringIO(), force_terminal=True, highlight=False
    )
    console.print(f"$ nhsleague --sample {command}", markup=False)
    print_answer(console, answer, Meta(sample=True, version=__version__, filters={}))
    # Rich's picture asks another server for its font.
    return _FONT.sub("", console.export_svg(title="nhsleague"))


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for command, answer in answers(open_league(sample=True, data_dir=folder)).items():
            file = TARGET / f"{command.split()[0]}.svg"
            file.write_text(screenshot(command, answer), "utf-8")
