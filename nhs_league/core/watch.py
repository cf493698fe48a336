"""What is new for some trusts since they were last looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

import polars as pl

from nhs_league.core import sentences as words, trust_types
from nhs_league.core.answers import News, Seen
from nhs_league.core.causes import Cause, Certainty
from nhs_league.core.changes import changes
from nhs_league.core.filters import Filters
from nhs_league.core.frames import QUARTER, Frames, shaped
from nhs_league.core.history import published_figures, versions
from nhs_league.core.metrics import catalogue
from nhs_league.core.peers import (
    WEAK_FROM,
    WeakSpot,
    classify,
    effective_count,
    effective_rank,
    with_peers,
)
from nhs_league.core.quarters import Quarter, framework_breaks
from nhs_league.core.sentences import in_series, two_places
from nhs_league.core.trusts import what_became
from nhs_league.core.uncertainty import Keep, afresh


class Kind(StrEnum):
    """What is new."""

    SEGMENT = "segment"
    RANK = "rank"
    CHANGE = "clear change"
    WEAK = "new weak spot"
    GONE = "weak spot gone"
    REVISION = "revision"
    UNLISTED = "no longer listed"


NEWS = pl.Schema(
    {
        "kind": pl.String,
        "in_words": pl.String,
        "certainty": pl.String,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "trust_type": pl.String,
        "quarter_from": QUARTER,
        "quarter": QUARTER,
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "figure": pl.String,
        "unit": pl.String,
        "value_from": pl.Float64,
        "value": pl.Float64,
        "rank_from": pl.Int32,
        "rank": pl.Int32,
        "of": pl.Int32,
        "segment_from": pl.Int8,
        "segment": pl.Int8,
    }
)
"""One row a thing that is new, by trust: its segment and rank in a new quarter, a clear change, new
weak spots and those that are gone, and revisions. ``quarter_from`` is the quarter last seen;
``certainty`` is as of ``core.changes.CHANGES``, or says what is doubtful or not known. Of a
revision ``figure`` is the column that changed, ``value_from`` and ``value`` what it was and is."""

DOUBTFUL = "doubtful"
"""The certainty of a place that other figures of its release contradict."""

UNSURE = "which file is newer is not known"
"""The certainty of a revision where nothing shows the order of the two files."""

_DIGITS = 16

NEVER = Seen("")
"""What is seen of a trust that was never looked at: all that is published is new."""


def look(frames: Frames, codes: Sequence[str]) -> dict[str, Seen]:
    """Return what there is to be seen of each trust now.

    Args:
        frames: the tidy frames of all quarters.
        codes: trusts that are in some quarter.

    """
    is_of = pl.col("trust_code").is_in(list(codes))
    newest = _newest(frames)
    standings = frames.standings.filter(is_of).sort("quarter").collect()
    figures = published_figures(frames, is_of)
    types = dict(standings.select("trust_code", "trust_type").iter_rows())
    counts = versions(frames, is_of).select("trust_code", "key", "edition")
    return {
        code: Seen(
            str(newest[types[code]]),
            {
                str(quarter): hashlib.sha256(
                    of_quarter.drop("trust_code", "quarter").write_csv().encode()
                ).hexdigest()[:_DIGITS]
                for (quarter,), of_quarter in figures.filter(trust_code=code)
                .partition_by("quarter", as_dict=True)
                .items()
            },
            dict(counts.filter(trust_code=code).select("key", "edition").iter_rows()),
        )
        for code in codes
    }


def news(
    frames: Frames, codes: Sequence[str], since: Mapping[str, Seen], keep: Keep = afresh
) -> News:
    """Find what is new for some trusts.

    Args:
        frames: the tidy frames of all quarters.
        codes: the trusts, in the order to show them; each is in some quarter.
        since: trust code -> what was last seen of it; of a trust that is not named, all is new.
        keep: where redraws are kept.

    Returns:
        Schema NEWS; ``seen``, to hand in as ``since`` the next time; and ``trusts``.

    """
    before = {code: since.get(code, NEVER) for code in codes}
    now = {code: _later(seen, before[code]) for code, seen in look(frames, codes).items()}
    types = dict(
        frames.standings.filter(pl.col("trust_code").is_in(list(codes)))
        .sort("quarter").select("trust_code", "trust_type").collect().iter_rows()
    )  # fmt: skip
    moved: dict[tuple[str, str, str], list[str]] = {}
    for code in codes:
        if now[code].quarter != before[code].quarter:
            key = (types[code], before[code].quarter, now[code].quarter)
            moved.setdefault(key, []).append(code)
    parts = [NEWS.to_frame()]
    for (trust_type, earlier, later), of_type in moved.items():
        parts += _in_a_new_quarter(frames, trust_type, earlier, later, of_type, keep)
    parts += _revised(frames, now, before)
    place = {code: number for number, code in enumerate(codes)}
    order = {kind.value: number for number, kind in enumerate(Kind)}
    frame = pl.concat(parts).sort(
        pl.col("trust_code").replace_strict(place, return_dtype=pl.Int32),
        pl.col("kind").replace_strict(order, return_dtype=pl.Int32),
        "metric_id", "figure", nulls_last=True,
    )  # fmt: skip
    return News(
        title="New since you last looked",
        frame=frame,
        notes=tuple(_notes(frame, codes)),
        seen=now,
        trusts=_named(frames, codes),
    )


def _named(frames: Frames, codes: Sequence[str]) -> pl.DataFrame:
    """Return each trust's code and newest name, in the order of the codes."""
    listed = frames.standings.filter(pl.col("trust_code").is_in(list(codes))).sort("quarter")
    names = dict(listed.select("trust_code", "trust_name").collect().iter_rows())
    return pl.DataFrame(
        {"trust_code": list(codes), "trust_name": [names[code] for code in codes]},
        schema={"trust_code": pl.String, "trust_name": pl.String},
    )


def _later(now: Seen, before: Seen) -> Seen:
    """Return what there is now, or what was seen before where the figures are older than that."""
    is_older = before.quarter and Quarter.parse(now.quarter) < Quarter.parse(before.quarter)
    return before if is_older else now


def _newest(frames: Frames) -> dict[str, str]:
    """Return trust type -> its newest quarter."""
    newest = frames.standings.group_by("trust_type").agg(pl.col("quarter").max())
    return dict(newest.collect().iter_rows())


def _in_a_new_quarter(
    frames: Frames, trust_type: str, earlier: str, later: str, codes: Sequence[str], keep: Keep
) -> Iterator[pl.DataFrame]:
    """Yield what a new quarter brings for some trusts of a type."""
    is_of = pl.col("trust_code").is_in(list(codes))
    after = frames.of_quarter(later)
    standings = after.standings.filter(is_of).collect()
    old = frames.of_quarter(earlier).standings.filter(is_of).collect() if earlier else None
    before = None if old is None or old.is_empty() else frames.of_quarter(earlier)
    columns = ("trust_code", "segment", "rank")
    compared = standings.with_columns(
        segment_from=pl.lit(None, pl.Int8), rank_from=pl.lit(None, pl.Int32),
        quarter_from=pl.lit(None, QUARTER), certainty=pl.lit(None, pl.String),
        cause=pl.lit(None, pl.String), cause_in_words=pl.lit(None, pl.String),
    )  # fmt: skip
    if before is not None and old is not None:
        how_sure = changes(before, after, trust_type, Filters(), keep).frame.select(
            "trust_code", "certainty", "cause", cause_in_words="in_words"
        )
        compared = (
            standings.join(old.select(columns), on="trust_code", how="left", suffix="_from")
            .join(how_sure, on="trust_code", how="left")
            .with_columns(quarter_from=pl.lit(earlier, QUARTER))
        )
        became = what_became(before.standings.collect(), after.standings.collect())
        gone = old.filter(pl.col("trust_code").is_in(list(became)))
        yield _unlisted(gone, became, earlier, later)
    yield from _places(compared, trust_type, later)
    yield from _weak_spots(before, after, trust_type, codes, earlier)


def _places(compared: pl.DataFrame, trust_type: str, later: str) -> Iterator[pl.DataFrame]:
    """Yield each trust's segment, if it changed, its rank, and a clear change with its cause."""
    was = pl.col("segment_from"), pl.col("rank_from")
    was_segment, was_rank = (
        pl.when(old.is_null())
        .then(pl.lit(""))
        .when(old == pl.col(name))
        .then(pl.lit(", as before"))
        .otherwise(pl.format(", was {}", words.ordinal(f"{name}_from") if name == "rank" else old))
        for name, old in zip(("segment", "rank"), was, strict=True)
    )
    doubted = pl.col("doubt").is_not_null()
    compared = compared.with_columns(
        certainty=pl.when(doubted).then(pl.lit(DOUBTFUL)).otherwise("certainty")
    )
    unseen = pl.when(pl.col("cause") == Cause.NOT_PUBLISHED.value).then(
        pl.lit(" (the files no longer say which trusts are in segment 5)")
    )
    moved = compared.filter(pl.col("segment").ne_missing(pl.col("segment_from")))
    yield _as_news(
        moved.drop_nulls("segment"), Kind.SEGMENT,
        in_words=pl.format(
            "{} is in segment {} in {}{}{}.",
            words.trust(), "segment", pl.lit(later), was_segment, unseen.fill_null(""),
        ),
    )  # fmt: skip
    of = pl.when(pl.col("of").is_not_null()).then(
        pl.format(" of {} {}", "of", pl.lit(trust_types.in_words(trust_type)))
    )
    yield _as_news(
        compared.drop_nulls("rank"), Kind.RANK,
        in_words=pl.format(
            "{} is ranked {}{} in {}{}.",
            words.trust(), words.ordinal("rank"), of.fill_null(""), pl.lit(later), was_rank,
        ),
    )  # fmt: skip
    yield _as_news(
        compared.filter(pl.col("certainty") == Certainty.CLEAR.value), Kind.CHANGE,
        in_words=pl.format("{}: {}.", words.trust(), "cause_in_words"),
    )  # fmt: skip


def _unlisted(
    gone: pl.DataFrame, became: Mapping[str, str], earlier: str, later: str
) -> pl.DataFrame:
    """Return the trusts that the new quarter's release no longer lists."""
    successor = pl.col("trust_code").replace_strict(became, default=None, return_dtype=pl.String)
    return _as_news(
        gone, Kind.UNLISTED,
        quarter_from=pl.lit(earlier), quarter=pl.lit(later),
        segment=pl.lit(None), rank=pl.lit(None), of=pl.lit(None),
        in_words=pl.format("{} from {}: {}.", words.trust(), pl.lit(later), successor),
    )  # fmt: skip


def _weak_spots(
    before: Frames | None, after: Frames, trust_type: str, codes: Sequence[str], earlier: str
) -> Iterator[pl.DataFrame]:
    """Yield the weak spots that are new and those that are gone, each by its own year's scores."""
    key = ["trust_code", "metric_id"]
    now = _judged(after, trust_type, codes)
    old = (now.clear() if before is None else _judged(before, trust_type, codes)).select(
        *key,
        weak_before="weak_spot",
        value_from="value",
        rank_from="rank",
        measured=pl.lit(value=True),
    )
    breaks = before is not None and bool(framework_breaks([earlier, *now["quarter"].head(1)]))
    both = (
        now.join(old, on=key, how="left")
        .join(after.standings.select("trust_code", "trust_name").collect(), on="trust_code")
        .with_columns(
            quarter_from=pl.lit(earlier or None, QUARTER),
            certainty=pl.lit(Certainty.NOT_COMPARABLE.value if breaks else None, pl.String),
        )
    )
    ranked = pl.format("{}, {} of {}", words.shown("value"), words.ordinal("rank"), "of")
    scored = pl.format("score {} (4 is worst)", two_places("score"))
    figure = pl.coalesce(ranked, scored, words.shown("value"))
    severe = pl.col("weak_spot") == WeakSpot.SEVERE.value
    yield _as_news(
        both.filter(pl.col("weak_spot").is_not_null(), pl.col("weak_before").is_null()), Kind.WEAK,
        in_words=pl.format(
            "{} is now {}weak on {}: {}{}.",
            words.trust(), pl.when(severe).then(pl.lit("severely ")).otherwise(pl.lit("")),
            words.inside("short_name"), figure,
            pl.when(pl.col("measured").is_null() & (before is not None))
            .then(pl.lit("; it was not measured before"))
            .otherwise(pl.lit("")),
        ),
    )  # fmt: skip
    yield _as_news(
        both.filter(pl.col("weak_spot").is_null(), pl.col("weak_before").is_not_null()), Kind.GONE,
        in_words=pl.format(
            "{} is no longer weak on {}: {}.", words.trust(), words.inside("short_name"), figure
        ),
    )  # fmt: skip


def _judged(frames: Frames, trust_type: str, codes: Sequence[str]) -> pl.DataFrame:
    """Return of each metric of some trusts that can be judged the figure that is weakest."""
    observed = frames.of_type(trust_type).observations
    listed = catalogue(observed)
    names = listed.lazy().select("metric_id", "unit", "short_name")
    return (
        classify(with_peers(observed, listed))
        .with_columns(rank=effective_rank(), of=effective_count())
        .filter(
            pl.col("trust_code").is_in(list(codes)),
            pl.col("badness").is_not_null(),
            pl.col("doubt").is_null(),
        )
        .join(names, on=["metric_id", "unit"], how="left", nulls_equal=True)
        .sort("badness", "unit", descending=[True, False], nulls_last=True)
        .unique(["trust_code", "metric_id"], keep="first", maintain_order=True)
        .collect()
    )


def _as_news(rows: pl.DataFrame, kind: Kind, **columns: pl.Expr) -> pl.DataFrame:
    """Return rows of one kind as NEWS."""
    return shaped(rows.with_columns(kind=pl.lit(kind.value)).with_columns(**columns), NEWS)


def _notes(frame: pl.DataFrame, codes: Sequence[str]) -> Iterator[str]:
    """Describe where nothing is new, and what is not comparable."""
    still = [code for code in codes if code not in set(frame["trust_code"])]
    if still:
        yield f"Nothing new for {in_series(still)}."
    quarters = [*frame["quarter"], *frame["quarter_from"].drop_nulls()]
    yield from framework_breaks({str(quarter) for quarter in quarters})


def _revised(
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
    yield _as_news(
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
        yield _as_news(
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
        yield _as_news(
            scores.filter(is_kind), kind,
            in_words=pl.format(
                f"{{}} {verb} on {{}} in {{}}, after a revision: its score was {{}} and is {{}}.",
                words.trust(), words.inside("short_name"), "quarter", two_places("value_from"),
                two_places("value"),
            ),
        )  # fmt: skip
