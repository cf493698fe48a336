"""Framework years as data: what each year's metric IDs and domains are (frameworks.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any


class RowKind(Enum):
    """What a row of a metric file is; the values are the keys of ``[framework.rows]``."""

    VALUE = "value"
    SCORE = "score"
    DOMAIN_SCORE = "domain_score"
    DOMAIN_SEGMENT = "domain_segment"
    ADJUSTED_SEGMENT = "adjusted_segment"
    AVERAGE_SCORE = "average_score"
    UNADJUSTED_SEGMENT = "unadjusted_segment"
    OVERRIDE = "override"
    FINAL_SEGMENT = "final_segment"
    SUPPORT_PROGRAMME = "support_programme"


@dataclass(frozen=True)
class Domain:
    """A domain of a framework year.

    Attributes:
        id: the last two digits of its score's ID.
        name: as published.
        same_as: the domain of an earlier year that it continues; empty where none is known.

    """

    id: str
    name: str
    same_as: str


@dataclass(frozen=True)
class Framework:
    """One framework year.

    Attributes:
        year: the financial year, ``2025/26``.
        source: where the entry comes from.
        rows: for each kind of row the form of its metric ID, ``n`` for a digit (``OF1nnn``).
        domains: the domains.

    """

    year: str
    source: str
    rows: dict[RowKind, str]
    domains: tuple[Domain, ...]

    def pattern(self, kind: RowKind) -> str | None:
        """Return the regular expression of a kind's metric IDs; None where the year has none."""
        form = self.rows.get(kind)
        return form and f"^{form.replace('n', '[0-9]')}$"


@cache
def frameworks() -> tuple[Framework, ...]:
    """Read the framework years, oldest first."""
    text = files(__package__).joinpath("frameworks.toml").read_text("utf-8")
    return tuple(_framework(entry) for entry in tomllib.loads(text)["framework"])


def framework(year: str) -> Framework | None:
    """Return the framework of a financial year such as ``2025/26``; None where it is not known."""
    return next((each for each in frameworks() if each.year == year), None)


def _framework(entry: dict[str, Any]) -> Framework:
    return Framework(
        year=entry["year"],
        source=entry["source"],
        rows={RowKind(kind): form for kind, form in entry["rows"].items()},
        domains=tuple(
            Domain(each["id"], each["name"], each.get("same_as", "")) for each in entry["domain"]
        ),
    )
