"""Finding what a text names among everything that is measured."""

from __future__ import annotations

import polars as pl

from nhs_league.core.facts import normalise
from nhs_league.core.metrics import choose, ids
from nhs_league.errors import NotFoundError

_BEGINS = 3
"""How many letters a word needs to stand for the words that it begins."""
_NAMED = ("metric_id", "metric", "short_name", "everyday_names", "domain", "sub_domain")


def holding(text: str, listed: pl.DataFrame, trust_type: str | None) -> pl.DataFrame:
    """Keep the metrics that a text names: as ``worst`` understands it, or by beginnings of words.

    Args:
        text: a metric, an area or part of their names; empty keeps all.
        listed: schema CATALOGUE.
        trust_type: only what this type has; ``all`` or None for all types.

    Raises:
        NotFoundError: there are none.

    """
    if not text.strip():
        return listed
    words = normalise(text).split()
    names = listed.select(pl.concat_str(_NAMED, separator=" ", ignore_nulls=True)).to_series()
    begun = [bool(words) and _begins(normalise(name).split(), words) for name in names]
    try:
        choices = choose(text, listed, trust_type)
    except NotFoundError:
        if not any(begun):
            raise
        choices = ()
    chosen = {(choice.trust_type, metric_id) for choice in choices for metric_id in ids(choice)}
    keys = listed.select("trust_type", "metric_id").iter_rows()
    kept = [key in chosen or fits for key, fits in zip(keys, begun, strict=True)]
    return listed.filter(pl.Series(kept, dtype=pl.Boolean))


def _begins(name: list[str], words: list[str]) -> bool:
    """Return whether each word is a name's, or begins one of its words if it is long enough."""
    return all(
        word in name or (len(word) >= _BEGINS and any(part.startswith(word) for part in name))
        for word in words
    )
