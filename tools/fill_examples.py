"""Write into the documentation's console blocks what its commands print now.

``python tools/fill_examples.py`` after a change of layout; read the difference before you commit it.
"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

from nhs_league.cli.app import FAMILIES, build_command, commands_of
from nhs_league.core.facts import metric_facts
from nhs_league.core.frames import COMPUTED, KEYS, TABLES, describe_columns
from nhs_league.core.frameworks import frameworks
from nhs_league.core.sentences import in_series

ROOT = Path(__file__).parents[1]


def filled(text: str) -> str:
    """Return a page with each example's output as its command prints it on 80 columns."""
    return re.sub(r"(```console\n)(.*?)(```)", _block, text, flags=re.DOTALL)


def dictionary_page() -> str:
    """Return the data dictionary's page, from the tables' own descriptions."""
    parts = ["# Data dictionary\n"]
    for table, what in TABLES.items():
        key = ", ".join(KEYS[table])
        parts.append(f"## {table}\n\n{what} Key: {key}.\n")
        rows = describe_columns().filter(table=table).iter_rows(named=True)
        lines = [
            f"| {r['column']} | {r['description']} | {r['unit'] or ''} | {r['type']} |"
            for r in rows
        ]
        parts.append(
            "\n".join(("| column | what it is | unit | type |", "|---|---|---|---|", *lines)) + "\n"
        )
    computed = [f"| {name} | {c.description} | {c.unit} |" for name, c in COMPUTED.items()]
    parts.append(
        "## Computed columns of answers\n\nEach is computed by nhsleague, none is published.\n"
    )
    parts.append("\n".join(("| column | what it is | unit |", "|---|---|---|", *computed)) + "\n")
    return "\n".join(parts)


def glossary_page() -> str:
    """Return the glossary's page: what each metric is, from metrics.json."""
    parts = [
        "# Glossary of metrics\n",
        "What nhsleague knows of each metric beyond what NHS England publishes with it; "
        '"nhsleague explain METRIC" adds how it is scored, and its values. IDs are those of '
        f"{in_series([each.year for each in frameworks()])}.\n",
    ]
    for entry in sorted(metric_facts(), key=lambda entry: entry.short.casefold()):
        better = {True: "Higher is better.", False: "Lower is better.", None: "Not known."}
        named = f" ({', '.join(entry.ids)})" if entry.ids else ""
        lines = [f"What it measures: {entry.plain}", f"Why it matters: {entry.why}"]
        if entry.unit:
            lines.append(f"Which is better: {better[entry.higher_is_better]} Unit: {entry.unit}.")
        else:
            lines.append("Which is better: only scores are published, 1.00 is best.")
        if entry.standard is not None:
            unit = "%" if entry.unit == "%" else f" {entry.unit}"
            lines.append(
                f"National standard: {entry.standard:g}{unit}, {entry.standard_name} "
                f"({entry.standard_source})."
            )
        lines.append(f"Also called: {', '.join(entry.names)}.")
        parts.append(f"## {entry.short}{named}\n")
        parts.append("\n".join(f"- {line}" for line in lines) + "\n")
    return "\n".join(parts)


def commands_page() -> str:
    """Return the page of all commands: what each is for, and its examples."""
    parts = ["# Commands\n", "`nhsleague help COMMAND` shows the options of each.\n"]
    for title, modules in FAMILIES.items():
        parts.append(f"## {title}\n")
        for name in (name for module in modules for name in commands_of(module)):
            command = build_command(name)
            listed = getattr(command, "commands", {}).values() or [command]
            examples = "\n".join(each.epilog for each in listed)
            parts.append(
                f"**{name}**: {inspect.cleandoc(command.help)}\n\n```sh\n{examples}\n```\n"
            )
    return "\n".join(parts)


def _block(example: re.Match[str]) -> str:
    commands = re.findall(r"^\$ (.*)$", example[2], re.MULTILINE)
    return (
        example[1]
        + "".join(f"$ {command}\n{_printed(command)}" for command in commands)
        + example[3]
    )


def _printed(command: str) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**os.environ, "COLUMNS": "80", "PATH": path}
    run = subprocess.run(command, shell=True, env=env, stdout=subprocess.PIPE, check=True)  # noqa: S602
    return run.stdout.decode("utf-8")


if __name__ == "__main__":
    (ROOT / "docs" / "dictionary.md").write_text(dictionary_page(), "utf-8")
    (ROOT / "docs" / "glossary.md").write_text(glossary_page(), "utf-8")
    (ROOT / "docs" / "commands.md").write_text(commands_page(), "utf-8")
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        page.write_text(filled(page.read_text("utf-8")), "utf-8")
