"""Figures of quarters that were seen before, which a later file changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from nhs_league.core import sentences as words
from nhs_league.core.answers import Seen
from nhs_league.core.frames import QUARTER, Frames
from nhs_league.core.metrics import catalogue
from nhs_league.core.peers import WEAK_FROM
from nhs_league.core.sentences import two_places
from nhs_league.core.watch.rows import Kind, as_news

UNSURE = "which file is newer is not known"
"""The certainty of a revision where nothing shows the order of the two files."""

_STANDING = ["segment", "rank", "average_score"]
_METRIC = ["value", "score"]
_KEY = ["quarter", "trust_code", "what", "name", "unit", "figure"]


def versions(frames: Frames, is_of: pl.Expr) -> pl.DataFrame:
    """Return the newest version of each figure that was revised, with the one before."""
    is_told = (pl.col("what") == "standing") & pl.col("figure").is_in(_STANDING)
    is_told |= (pl.col("what") == "metric") & pl.col("figure").is_in(_METRIC)
    texts = [pl.col(c).cast(pl.String).fill_null("") for c in _KEY if c != "trust_code"]
    return (
        frames.versions.filter(is_of, is_told)
        .sort(*_KEY, "edition")
        .with_columns(published_before=pl.col("published").shift(1).over(_KEY))
        .filter(pl.col("edition") == pl.col("edition").max().over(_KEY), pl.col("edition") > 1)
        .with_columns(key=pl.concat_str(texts, separator="|"))
        .collect()
    )


def revised(
    frames: Frames, now: Mapping[str, Seen], before: Mapping[str, Seen]
) -> Iterator[pl.DataFrame]:
    """Yield the figures of quarters seen before that a later file changed."""
    changed = [
        (code, quarter)
        for code, seen in before.items()
        for quarter, digest in seen.fingerprints.items()
        if now[code].fingerprints.get(quarter, digest) != digest
    ]
    if not changed:
        return
    where = pl.DataFrame(
        changed, schema={"trust_code": pl.String, "quarter": pl.String}, orient="row"
    ).cast({"quarter": QUARTER})
    codes = pl.col("trust_code").is_in(where["trust_code"].unique().to_list())
    seen = [
        (code, key, count) for code, each in before.items() for key, count in each.revised.items()
    ]
    known = pl.DataFrame(
        seen, schema={"trust_code": pl.String, "key": pl.String, "seen": pl.Int32}, orient="row"
    )
    standings = frames.standings.filter(codes).select("trust_code", "quarter", "trust_name")
    fresh = (
        versions(frames, codes)
        .join(where, on=["trust_code", "quarter"], how="semi")
        .join(known, on=["trust_code", "key"], how="left")
        .filter(pl.col("edition") > pl.col("seen").fill_null(1))
        .with_columns(metric_id=pl.when(pl.col("what") == "metric").then("name"))
        .unique(
            ["trust_code", "quarter", "what", "metric_id", "unit", "figure"], keep="last",
            maintain_order=True,
        )
        .join(standings.collect(), on=["trust_code", "quarter"], how="left")
    )  # fmt: skip
    yield from _revisions(frames, fresh)
    unexplained = where.join(fresh, on=["trust_code", "quarter"], how="anti")
    yield as_news(
        unexplained.join(standings.collect(), on=["trust_code", "quarter"]), Kind.REVISION,
        in_words=pl.format(
            "{}: figures for {} were added or taken out.", words.trust(), "quarter"
        ),
    )  # fmt: skip


def _revisions(frames: Frames, fresh: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the revised figures, and the weak spots that a revised score made or ended."""
    quarters = fresh["quarter"].unique().to_list()
    listed = catalogue(frames.observations.filter(pl.col("quarter").is_in(quarters)))
    names = listed.select("quarter", "metric_id", "metric", "short_name").unique(
        ["quarter", "metric_id"], keep="first", maintain_order=True
    )
    named = fresh.join(names, on=["quarter", "metric_id"], how="left").with_columns(
        value_from="published_before",
        value="published",
        certainty=pl.when(~pl.col("order_known")).then(pl.lit(UNSURE)),
    )
    figure, is_metric = pl.col("figure"), pl.col("what") == "metric"
    places = [pl.col(c).cast(pl.Int32).alias(c) for c in ("value_from", "value")]
    ranks = named.filter(~is_metric, figure == "rank").with_columns(places)
    segments = named.filter(~is_metric, figure == "segment")
    averages = named.filter(~is_metric, figure == "average_score")
    values = named.filter(is_metric, figure == "value")
    scores = named.filter(is_metric, figure == "score")
    sentence = "{} was revised for {}: {} from {} to {}."
    for rows, what, shown in (
        (segments, pl.lit("segment"), words.number),
        (ranks, pl.lit("rank"), words.ordinal),
        (averages, pl.lit("average score"), two_places),
        (values, words.inside("short_name"), words.shown),
        (
            scores.filter(pl.col("unit").is_null()),
            pl.format("score for {}", words.inside("short_name")),
            two_places,
        ),
    ):
        yield as_news(
            rows, Kind.REVISION,
            in_words=pl.format(
                sentence, words.trust(), "quarter", what, shown("value_from"), shown("value")
            ),
        )  # fmt: skip
    was, now = pl.col("value_from") >= WEAK_FROM, pl.col("value") >= WEAK_FROM
    for kind, is_kind, verb in (
        (Kind.WEAK, ~was & now, "is now weak"),
        (Kind.GONE, was & ~now, "is no longer weak"),
    ):
        yield as_news(
            scores.filter(is_kind), kind,
            in_words=pl.format(
                f"{{}} {verb} on {{}} in {{}}, after a revision: its score was {{}} and is {{}}.",
                words.trust(), words.inside("short_name"), "quarter", two_places("value_from"),
                two_places("value"),
            ),
        )  # fmt: skip
