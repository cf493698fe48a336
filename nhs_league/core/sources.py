"""Where a trust's figures come from: for each its release file and the line of it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from nhs_league.core.answers import Sources
from nhs_league.core.citations import LICENCE, Citation, ReleaseFile
from nhs_league.core.frames import QUARTER, Frames, shaped
from nhs_league.core.metrics import catalogue

SOURCES = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "what": pl.String,
        "metric_id": pl.String,
        "name": pl.String,
        "period": pl.String,
        "value": pl.Float64,
        "unit": pl.String,
        "line": pl.Int32,
        "score": pl.Float64,
        "score_line": pl.Int32,
        "doubt": pl.String,
        "release_file": pl.String,
        "address": pl.String,
        "published": pl.String,
        "retrieved": pl.String,
        "sha256": pl.String,
        "licence": pl.String,
        "citation": pl.String,
    }
)
"""One row a figure: ``what`` is ``standing``, ``domain`` or ``metric``. ``line`` is the line of the
release file with the value (of a domain: its segment), ``score_line`` that with the score.
``address`` is null for a file that was imported, ``published`` where the date is not known,
``retrieved`` is when it was downloaded or imported; ``licence`` is null for the sample."""

_PLACES = (
    # name, the column of the figure, its unit, the column of its line
    ("League rank", "rank", "rank", "rank_line"),
    ("Segment", "segment", "segment", "segment_line"),
)
_KEY = ("quarter", "trust_code", "trust_name")


def sources(
    frames: Frames,
    parts: pl.LazyFrame,
    trust_code: str,
    files: Sequence[ReleaseFile],
    *,
    metric_ids: Sequence[str] = (),
    is_sample: bool = False,
) -> Sources:
    """List where a trust's figures come from.

    Args:
        frames: the tidy frames of one quarter and the trust's type.
        parts: the standings as single files publish them, the newest publication first.
        trust_code: a trust that is in the standings.
        files: the stored release files.
        metric_ids: only these metrics; none for all figures.
        is_sample: whether the files are the fictional sample's.

    Returns:
        Schema SOURCES: first the standing, then domains, then metrics.

    """
    is_trust = pl.col("trust_code") == trust_code
    name = str(frames.standings.filter(is_trust).select("trust_name").collect().item(0, 0))
    figures = [_metrics(frames, trust_code, metric_ids)]
    if not metric_ids:
        figures = [_standing(parts.filter(is_trust)), _domains(frames, is_trust), *figures]
    frame = pl.concat(shaped(rows, SOURCES) for rows in figures).with_columns(
        trust_name=pl.lit(name)
    )
    frame = _with_files(frame, files, is_sample=is_sample)
    quarter = str(frame["quarter"][0])
    return Sources(
        f"Sources of the figures of {name} ({trust_code}), {quarter}", frame, notes=_notes(frame)
    )


def _metrics(frames: Frames, trust_code: str, metric_ids: Sequence[str]) -> pl.DataFrame:
    names = catalogue(frames.observations).lazy().select("metric_id", "unit", "short_name")
    is_wanted = pl.col("trust_code") == trust_code
    if metric_ids:
        is_wanted &= pl.col("metric_id").is_in(list(metric_ids))
    return (
        frames.observations.filter(is_wanted)
        .join(names, on=["metric_id", "unit"], how="left", nulls_equal=True)
        .with_columns(what=pl.lit("metric"), name=pl.coalesce("short_name", "metric"))
        .sort("metric_id", "unit")
        .collect()
    )


def _domains(frames: Frames, is_trust: pl.Expr) -> pl.DataFrame:
    return (
        frames.domains.filter(is_trust)
        .with_columns(
            what=pl.lit("domain"),
            name="domain",
            value="segment",
            unit=pl.lit("segment"),
            line="segment_line",
            score_line="line",
        )
        .sort("domain")
        .collect()
    )


def _standing(parts: pl.LazyFrame) -> pl.DataFrame:
    """Return rank, segment and average score, each of the newest file that has it."""
    newest_first = parts.collect()

    def newest(name: str, figure: str, **columns: pl.Expr) -> pl.DataFrame:
        return (
            newest_first.filter(pl.col(figure).is_not_null())
            .head(1)
            .select(*_KEY, "doubt", "release_file", name=pl.lit(name), **columns)
        )

    rows = [
        newest(name, figure, value=pl.col(figure), unit=pl.lit(unit), line=pl.col(line))
        for name, figure, unit, line in _PLACES
    ]
    score = newest(
        "Average score",
        "average_score",
        score=pl.col("average_score"),
        score_line=pl.col("score_line"),
    )
    return pl.concat([*rows, score], how="diagonal_relaxed").with_columns(what=pl.lit("standing"))


def _with_files(
    frame: pl.DataFrame, files: Sequence[ReleaseFile], *, is_sample: bool
) -> pl.DataFrame:
    """Add what is known of each figure's file, and a citation of the figure's lines."""
    by_name = {file.release_file: file for file in files}
    known = pl.DataFrame(
        [
            {
                "release_file": file.release_file,
                "address": (not is_sample and file.address) or None,
                "published": file.published or None,
                "retrieved": file.retrieved or None,
                "sha256": file.sha256,
                "licence": None if is_sample else LICENCE,
            }
            for file in files
        ],
        schema={c: SOURCES[c] for c in ("release_file", "address", "published", "retrieved",
                                        "sha256", "licence")},
    )  # fmt: skip
    citations = [
        Citation(
            by_name[file],
            (quarter,),
            tuple(line for line in lines if line is not None),
            is_sample=is_sample,
        ).text()
        if file in by_name
        else None
        for quarter, file, *lines in frame.select(
            pl.col("quarter").cast(pl.String), "release_file", "line", "score_line"
        ).iter_rows()
    ]
    return (
        frame.drop(c for c in known.columns if c != "release_file")
        .join(known, on="release_file", how="left", maintain_order="left")
        .with_columns(citation=pl.Series(citations, dtype=pl.String))
        .select(SOURCES.names())
    )


def _notes(frame: pl.DataFrame) -> tuple[str, ...]:
    notes = []
    no_line = frame.filter(pl.col("line").is_null() & pl.col("score_line").is_null())
    if no_line.height:
        notes.append(
            "The lines of some figures are not known, as their release files are no longer stored."
        )
    return tuple(notes)
