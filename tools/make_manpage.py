"""Write docs/nhsleague.1, the man page, from the commands themselves.

``python tools/make_manpage.py``; a test fails when it is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nhs_league.cli.app import CREDIT, build_command, load_commands, program
from nhs_league.cli.command import name_of, usage_of
from nhs_league.errors import Exit
from nhs_league.version import __version__

TARGET = Path(__file__).parents[1] / "docs" / "nhsleague.1"
_ENVIRONMENT = {
    "NHSLEAGUE_DATA_DIR": "The folder of the stored figures.",
    "NHSLEAGUE_CONFIG_DIR": "The folder of your settings: the trusts that you watch.",
    "NHSLEAGUE_SAMPLE": "1 to use the fictional sample.",
    "NHSLEAGUE_BASE_URL": "A mirror of www.england.nhs.uk.",
    "NHSLEAGUE_TIMEOUT": "How many seconds to wait for a server.",
    "NHSLEAGUE_QUERY_TIMEOUT": "How many seconds a query may take.",
    "PAGER": "The pager for answers longer than the screen; less -FRX by default, none if empty.",
    "NO_COLOR": "Show no colours, if set.",
    "FORCE_COLOR": "Show colours in a pipe, too, if set.",
    "HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE": "Proxies and certificates for fetch.",
}


def manpage() -> str:
    """Return the man page in roff."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    root = program()
    yield f'.TH NHSLEAGUE 1 "" "nhsleague {__version__}" "User Commands"'
    yield from (".SH NAME", "nhsleague \\- see what an NHS trust's league position hides")
    yield from (".SH SYNOPSIS", ".B nhsleague", "COMMAND [options]")
    yield from (".SH DESCRIPTION", _text(root.help))
    yield ".SH OPTIONS"
    yield from _options(root)
    yield ".SH COMMANDS"
    for path, command in _commands():
        yield from _command(path, command)
    yield from (".SH ENVIRONMENT", *_listed(_ENVIRONMENT.items()))
    codes = ((str(int(code)), code.meaning) for code in Exit)
    yield from (".SH EXIT STATUS", *_listed(codes))
    yield from (".SH FIGURES", _text(CREDIT.removeprefix("Figures: ")))


def _commands() -> Iterator[tuple[str, Any]]:
    for name in load_commands():
        command = build_command(name)
        of_group = getattr(command, "commands", {})
        yield from ((f"{name} {each}", of_it) for each, of_it in of_group.items())
        if not of_group:
            yield name, command


def _command(path: str, command: Any) -> Iterator[str]:
    named = [p for p in command.params if p.param_type_name == "argument"]
    yield " ".join((f".SS {path}", *map(usage_of, named)))
    yield _text(command.help)
    if command.epilog:
        yield from (".PP", "Examples:")
        yield from (
            line for example in command.epilog.splitlines() for line in (".br", _text(example))
        )
    yield from _listed((name_of(p), p.help or "") for p in named)
    yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    options = (p for p in command.params if p.param_type_name == "option" and not p.hidden)
    yield from _listed((name_of(p), p.help or "") for p in options)


def _listed(pairs: Any) -> Iterator[str]:
    for term, text in pairs:
        yield from (".TP", f".B {_text(term)}", _text(text))


def _text(text: str) -> str:
    """Escape a text for roff."""
    plain = re.sub(r"\s+", " ", text).strip().replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(manpage(), "utf-8")
