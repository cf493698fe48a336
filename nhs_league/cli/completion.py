"""What the shell offers while a person types; it reads one small file and opens no connection."""

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


def trusts(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer trust codes, and names that begin so."""
    known = _names(ctx).trusts.items()
    typed = incomplete.casefold()
    codes = [(code, name) for code, name in known if code.casefold().startswith(typed)]
    names = [(name, code) for code, name in known if typed and name.casefold().startswith(typed)]
    return [*codes, *names]


def metrics(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer everyday names, and metric IDs."""
    ids = [*_names(ctx).metrics.items()]
    return _beginning([*_everyday(), *ids], incomplete)


def trusts_and_metrics(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer trusts, then metrics."""
    return [*trusts(ctx, incomplete), *metrics(ctx, incomplete)]


def regions(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer regions."""
    return _beginning([(region, "") for region in _names(ctx).regions], incomplete)


def quarters(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer quarters, the newest first."""
    known = reversed(_names(ctx).quarters)
    return _beginning([("latest", ""), *((label, "") for label in known)], incomplete)


def types(incomplete: str) -> list[Offer]:
    """Offer trust types."""
    return _beginning([(name, "") for name in _TYPES], incomplete)


def _beginning(offers: list[Offer], incomplete: str) -> list[Offer]:
    typed = incomplete.casefold()
    return list(dict(offer for offer in offers if offer[0].casefold().startswith(typed)).items())


def _everyday() -> Iterator[Offer]:
    import tomllib
    from importlib.resources import files

    text = files("nhs_league.core").joinpath("metrics.toml").read_text("utf-8")
    read = tomllib.loads(text)
    for entry in read["metric"]:
        yield from ((name, entry["short"]) for name in entry.get("names", ()))
    for entry in read["area"]:
        yield from ((name, "area") for name in entry["names"])


def _names(ctx: typer.Context) -> Names:
    """Read the names of the store that the command would ask, as far as its options tell."""
    from nhs_league.folders import default_data_dir
    from nhs_league.releases.names import read
    from nhs_league.sample import home

    given = {**(ctx.parent.params if ctx.parent else {}), **typed(ctx)}
    folder = Path(given.get("data_dir") or default_data_dir())
    is_sample = given.get("sample") or os.environ.get("NHSLEAGUE_SAMPLE", "") not in ("", "0")
    return read(home(folder) if is_sample else folder)
