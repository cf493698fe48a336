"""Where a trust lies among all its peers: the figures behind a report's charts."""

from __future__ import annotations

import polars as pl

from nhs_league.core.frames import Frames, round_computed
from nhs_league.core.metrics import catalogue, is_compared
from nhs_league.core.peers import GROUP, with_peers

STRIPS = (
    "metric_id", "short_name", "metric", "domain", "unit", "value", "peers", "median",
    "lower_quartile", "upper_quartile", "higher_is_better", "score", "rank", "of", "doubt",
)  # fmt: skip
"""One row a metric of the trust that has values: ``peers`` lists the values of all trusts of the
type, sorted; median and quartiles are published, else computed."""

DOMAIN_SPREAD = ("domain", "score", "computed_best", "computed_median", "computed_worst")
"""One row a domain: the trust's score, and the best, median and worst of its type; these are null
where fewer than FEWEST trusts are at hand."""
FEWEST = 5


def strips(frames: Frames, trust_code: str) -> pl.DataFrame:
    """Give a trust's values among its peers'.

    Args:
        frames: the tidy frames of one quarter and the trust's type, with all its peers.
        trust_code: the trust.

    Returns:
        Columns STRIPS, by domain, the worst metrics of each first; without values that are not
        compared.

    """
    listed = catalogue(frames.observations)
    short = listed.lazy().select("metric_id", "unit", "short_name")
    peers = (
        frames.observations.filter(pl.col("value").is_not_null())
        .group_by(GROUP)
        .agg(peers=pl.col("value").sort())
    )
    return (
        with_peers(frames.observations, listed)
        .filter(pl.col("trust_code") == trust_code, pl.col("value").is_not_null(), is_compared())
        .join(short, on=["metric_id", "unit"], how="left")
        .join(peers, on=GROUP, how="left")
        .with_columns(
            median=pl.coalesce("median", "computed_median"),
            lower_quartile=pl.coalesce("lower_quartile", "computed_lower_quartile"),
            upper_quartile=pl.coalesce("upper_quartile", "computed_upper_quartile"),
        )
        .sort("domain", "score", "metric_id", descending=[False, True, False], nulls_last=True)
        .select(STRIPS)
        .collect()
    )


def domain_spread(frames: Frames, trust_code: str) -> pl.DataFrame:
    """Give a trust's domain scores among its peers'.

    Args:
        frames: as for ``strips``.
        trust_code: the trust.

    Returns:
        Columns DOMAIN_SPREAD, by domain.

    """
    of_peers = {
        "computed_best": pl.col("score").min(),
        "computed_median": round_computed(pl.col("score").median()),
        "computed_worst": pl.col("score").max(),
    }
    enough = pl.col("score").count() >= FEWEST
    peers = frames.domains.group_by("domain").agg(
        pl.when(enough).then(figure).alias(name) for name, figure in of_peers.items()
    )
    own = frames.domains.filter(pl.col("trust_code") == trust_code)
    return own.join(peers, on="domain").sort("domain").select(DOMAIN_SPREAD).collect()
