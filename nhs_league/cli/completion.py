"""Shell completion; it reads one small file and opens no connection."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nhs_league.cli.command import typed

if TYPE_CHECKING:
    from nhs_league.releases.names import Names

_TYPES = ("acute", "mental-health-community", "ambulance", "all")
Offer = tuple[str, str]


class _Within(str):
    """A name that is offered for a word inside it: Typer drops what does not begin as typed."""

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        """Let Typer keep it."""
        return True


def trusts(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer trust codes, then names that begin so, then names that have a word that does."""
    known = names_of(ctx).trusts.items()
    typed = incomplete.casefold()
    codes = [(_Within(code), name) for code, name in known if code.casefold().startswith(typed)]
    within = [
        (_Within(name), code)
        for code, name in known
        if typed and f" {typed}" in f" {name}".casefold()
    ]
    return [*codes, *sorted(within, key=lambda offer: offer[0].casefold().find(typed))]


def metrics(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer everyday names, and metric IDs."""
    ids = [*names_of(ctx).metrics.items()]
    return _beginning([*_everyday(), *ids], incomplete)


def trusts_and_metrics(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer trusts, then metrics."""
    return [*trusts(ctx, incomplete), *metrics(ctx, incomplete)]


def regions(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer regions."""
    return _beginning([(region, "") for region in names_of(ctx).regions], incomplete)


def quarters(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer quarters, the newest first."""
    known = reversed(names_of(ctx).quarters)
    return _beginning([("latest", ""), *((label, "") for label in known)], incomplete)


def types(incomplete: str) -> list[Offer]:
    """Offer trust types."""
    return _beginning([(name, "") for name in _TYPES], incomplete)


def _beginning(offers: list[Offer], incomplete: str) -> list[Offer]:
    typed = incomplete.casefold()
    return list(dict(offer for offer in offers if offer[0].casefold().startswith(typed)).items())


def _everyday() -> Iterator[Offer]:
    from nhs_league.core import packaged

    read = packaged.read("metrics.json")
    for entry in read["metrics"]:
        yield from ((name, entry["short"]) for name in entry.get("names", ()))
    for entry in read["areas"]:
        yield from ((name, "area") for name in entry["names"])


def names_of(ctx: typer.Context) -> Names:
    """Return the names in the store that the command would open, as far as its options show."""
    from nhs_league.files import default_data_dir
    from nhs_league.releases.names import read
    from nhs_league.sample import home

    given = {**(ctx.parent.params if ctx.parent else {}), **typed(ctx)}
    folder = Path(given.get("data_dir") or default_data_dir())
    is_sample = given.get("sample") or os.environ.get("NHSLEAGUE_SAMPLE", "") not in ("", "0")
    return read(home(folder) if is_sample else folder)
