"""The tables of reasons: the audit, what places hide, what would move a trust."""

from __future__ import annotations

import polars as pl

from nhs_league.core.answers import (
    Audit,
    CappedTrusts,
    HiddenWeakSpots,
    Improvements,
    Robustness,
    RobustTable,
    WhatIf,
)
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.theme import Ink
from nhs_league.render.views.cells import medians, names, scores, texts
from nhs_league.render.views.columns import columns_of

_METRICS = 5
"""How many of the metrics left out are shown in a table."""


@columns_of.register
def audit(answer: Audit) -> list[Column]:
    """Return the published figures that do not follow from the others."""
    frame = answer.frame
    quarters = [Column("Quarter", texts(frame, "quarter"))]
    differences = [
        numbers.number(None if v is None else round(v, 4)) for v in frame["computed_difference"]
    ]
    return [
        *(quarters if frame["quarter"].n_unique() > 1 else []),
        Column("Code", [v or "" for v in frame["trust_code"]]),
        Column("What", texts(frame, "name"), wraps=True),
        Column("Why", [v or "" for v in frame["note"]], wraps=True),
        Column("Published", [numbers.number(v) for v in frame["published"]], numeric=True),
        Column("Computed*", [numbers.number(v) for v in frame["computed"]], numeric=True),
        Column("Differs by*", differences, numeric=True),
        Column("Kind", texts(frame, "what")),
        Column("Type", texts(frame, "trust_type")),
    ]


@columns_of.register
def hidden(answer: HiddenWeakSpots) -> list[Column]:
    """Return what good places hide."""
    frame = answer.frame
    ranges = frame.select("rank_low", "rank_high").iter_rows()
    return [
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("What its place hides", texts(frame, "in_words"), wraps=True, wrap_width=46),
        Column("Likely rank", [numbers.likely(low, high) for low, high in ranges]),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Median", medians(frame), numeric=True),
        Column("Region", texts(frame, "region")),
        Column("Type", texts(frame, "trust_type")),
    ]


@columns_of.register
def capped(answer: CappedTrusts) -> list[Column]:
    """Return the trusts that a deficit holds back."""
    frame = answer.frame
    ranges = frame.select("rank_low", "rank_high").iter_rows()
    return [
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("Score", scores(frame, "average_score"), numeric=True, ink=Ink.STRONG),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("By score*", texts(frame, "computed_unadjusted_segment"), numeric=True),
        Column("Rank", texts(frame, "rank"), numeric=True),
        Column("Without*", texts(frame, "computed_rank_without"), numeric=True),
        Column("Likely", [numbers.likely(low, high) for low, high in ranges]),
        Column("Region", texts(frame, "region")),
        Column("Subtype", texts(frame, "subtype")),
    ]


@columns_of.register
def robustness(answer: Robustness) -> list[Column]:
    """Return what the place would be in each scenario; of the metrics, those that matter most."""
    metrics = pl.col("metric_id").is_not_null()
    frame = answer.frame.filter(~metrics | (metrics.cum_sum() <= _METRICS))
    places = frame.select("computed_place_low", "computed_place_high").iter_rows()
    changes = frame["computed_place_change"]
    best, worst = (
        numbers.in_hundreds(frame[f"computed_p_{end}_quarter"]) for end in ("best", "worst")
    )
    return [
        Column("What is changed", _scenarios(frame), wraps=True),
        Column("Place*", texts(frame, "computed_place"), numeric=True, ink=Ink.STRONG),
        Column("Moves by*", ["" if v is None else f"{v:+d}" for v in changes], numeric=True),
        Column("95 of 100*", [numbers.likely(*ends) for ends in places]),
        Column("Best quarter*", best, numeric=True),
        Column("Worst quarter*", worst, numeric=True),
    ]


def _scenarios(frame: pl.DataFrame) -> list[str]:
    """Name each scenario: in full, or the domain or the metric that is left out."""
    named = frame.select("scenario", "name").iter_rows()
    return [
        scenario.capitalize() if name is None else f"Without {name}" for scenario, name in named
    ]


@columns_of.register
def robust_table(answer: RobustTable) -> list[Column]:
    """Return how firm each trust's place is."""
    frame = answer.frame
    places = frame.select("computed_place_low", "computed_place_high").iter_rows()
    weighted = frame.select("computed_weights_place_low", "computed_weights_place_high").iter_rows()
    best, worst = (
        numbers.in_hundreds(frame[f"computed_p_{end}_quarter"]) for end in ("best", "worst")
    )
    return [
        Column("Place*", texts(frame, "computed_place"), numeric=True, ink=Ink.STRONG),
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("95 of 100*", [numbers.likely(*ends) for ends in places]),
        Column("Best quarter*", best, numeric=True),
        Column("By weights*", [numbers.likely(*ends) for ends in weighted]),
        Column("Worst quarter*", worst, numeric=True),
        Column("Beats*", texts(frame, "computed_beats"), numeric=True),
        Column("Beaten by*", texts(frame, "computed_beaten_by"), numeric=True),
        Column("Rank", texts(frame, "rank"), numeric=True),
        Column("Score", scores(frame, "average_score"), numeric=True),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Region", texts(frame, "region")),
    ]


@columns_of.register
def whatif(answer: WhatIf) -> list[Column]:
    """Return what is and what would be."""
    frame = answer.frame
    both = frame.select("before", "computed_after", "unit", "estimated").rows()
    return [
        Column("What", texts(frame, "what")),
        Column(
            "Of",
            [
                "" if name == what else name
                for name, what in frame.select("name", "what").iter_rows()
            ],
            wraps=True,
        ),
        Column("Now", [numbers.with_unit(v, unit) for v, _, unit, _ in both], numeric=True),
        Column(
            "Then*",
            [
                f"{numbers.with_unit(v, unit)}{' (estimated)' if estimated else ''}"
                for _, v, unit, estimated in both
            ],
            numeric=True,
            ink=Ink.STRONG,
        ),
        Column("How", [note or "" for note in frame["note"]], wraps=True),
    ]


@columns_of.register
def improvements(answer: Improvements) -> list[Column]:
    """Return sets of improvements."""
    frame = answer.frame
    moved = [numbers.number(numbers.rounded(v)) for v in frame["computed_quarters_moved"]]
    return [
        Column("Changes", texts(frame, "changes"), wraps=True),
        Column("Score then*", scores(frame, "computed_average_score"), numeric=True),
        Column("Size of improvement*", moved, numeric=True),
        Column("--set", texts(frame, "set"), wraps=True),
    ]
