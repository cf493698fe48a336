"""Write docs/nhsleague.1, the man page, from the commands themselves.

``python tools/make_manpage.py``; a test tells when it is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nhs_league.cli.app import COMMANDS, GROUPS, build_command, program
from nhs_league.errors import Exit
from nhs_league.version import __version__

TARGET = Path(__file__).parents[1] / "docs" / "nhsleague.1"
_ENVIRONMENT = {
    "NHSLEAGUE_DATA_DIR": "Where releases are stored.",
    "NHSLEAGUE_CONFIG_DIR": "Where it is kept which trusts are watched.",
    "NHSLEAGUE_SAMPLE": "1 to use the fictional sample.",
    "NHSLEAGUE_BASE_URL": "A mirror of www.england.nhs.uk.",
    "NHSLEAGUE_TIMEOUT": "How many seconds a server may be silent.",
    "NO_COLOR": "No colours, if set.",
    "HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE": "Proxies and certificates for fetch.",
}


def manpage() -> str:
    """Give the man page in roff."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    root = program()
    yield f'.TH NHSLEAGUE 1 "" "nhsleague {__version__}" "User Commands"'
    yield from (".SH NAME", "nhsleague \\- what an NHS trust's league rank hides")
    yield from (".SH SYNOPSIS", ".B nhsleague", "[OPTIONS] COMMAND [ARGS]...")
    yield from (".SH DESCRIPTION", _text(root.help))
    yield ".SH OPTIONS"
    yield from _options(root)
    yield ".SH COMMANDS"
    for path, command in _commands():
        yield from _command(path, command)
    yield from (".SH ENVIRONMENT", *_listed(_ENVIRONMENT.items()))
    codes = ((str(int(code)), code.meaning) for code in Exit)
    yield from (".SH EXIT STATUS", *_listed(codes))
    yield from (".SH FIGURES", _text(root.epilog.removeprefix("Figures: ")))


def _commands() -> Iterator[tuple[str, Any]]:
    yield from ((name, build_command(name)) for name in COMMANDS)
    for group in GROUPS:
        yield from (
            (f"{group} {name}", command) for name, command in build_command(group).commands.items()
        )


def _command(path: str, command: Any) -> Iterator[str]:
    named = (p for p in command.params if p.param_type_name == "argument")
    arguments = " ".join(p.metavar or f"[{p.name.upper()}]..." for p in named)
    yield f".SS {path} {arguments}".rstrip()
    yield _text(command.help)
    if command.epilog:
        yield from (".PP", _text(command.epilog))
    yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    options = (p for p in command.params if p.param_type_name == "option" and not p.hidden)
    yield from _listed((", ".join(p.opts), p.help or "") for p in options)


def _listed(pairs: Any) -> Iterator[str]:
    for term, said in pairs:
        yield from (".TP", f".B {_text(term)}", _text(said))


def _text(text: str) -> str:
    """Write a text so that roff takes nothing in it for itself."""
    plain = re.sub(r"\s+", " ", text).strip().replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(manpage(), "utf-8")
