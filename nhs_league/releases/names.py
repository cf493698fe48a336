"""The names that a store knows, in a small file that shell completion reads without polars."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, field
from pathlib import Path
from typing import TYPE_CHECKING

from nhs_league.frozen import frozen

if TYPE_CHECKING:
    import polars as pl

NAME = "names.json"


@frozen
class Names:
    """What can be completed.

    Attributes:
        trusts: code -> newest name.
        regions: names of regions.
        metrics: ID -> description.
        quarters: labels, oldest first.

    """

    trusts: dict[str, str] = field(default_factory=dict)
    regions: list[str] = field(default_factory=list)
    metrics: dict[str, str] = field(default_factory=dict)
    quarters: list[str] = field(default_factory=list)


def read(path: Path) -> Names:
    """Read the names of the store in a folder; none where there are none to be read."""
    try:
        return Names(**json.loads((path / NAME).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Names()


def with_frames(
    known: Names,
    quarters: Iterable[str],
    frames: Iterable[tuple[pl.DataFrame, pl.DataFrame]],
) -> Names:
    """Add the names in standings and observations of newly merged quarters, the oldest first."""
    trusts, metrics, regions = dict(known.trusts), dict(known.metrics), set(known.regions)
    for standings, observations in frames:
        trusts.update(standings.select("trust_code", "trust_name").iter_rows())
        metrics.update(
            observations.select("metric_id", "metric").unique(maintain_order=True).iter_rows()
        )
        regions.update(standings["region"].drop_nulls())
    return Names(trusts, sorted(regions), metrics, list(quarters))


def to_json(names: Names) -> str:
    """Write names as JSON text."""
    return json.dumps(asdict(names), ensure_ascii=False)
