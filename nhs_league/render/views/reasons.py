"""The tables of reasons: the audit, what places hide, what would move a trust."""

from __future__ import annotations

from nhs_league.core.answers import Answer
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.views.cells import medians, names, scores, texts


def audit(answer: Answer) -> list[Column]:
    """Give the published figures that do not follow from the others."""
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


def hidden(answer: Answer) -> list[Column]:
    """Give what good places hide."""
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


def held_back(answer: Answer) -> list[Column]:
    """Give the trusts that a deficit holds back."""
    frame = answer.frame
    ranges = frame.select("rank_low", "rank_high").iter_rows()
    return [
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("Score", scores(frame, "average_score"), numeric=True, style="bold"),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("By score*", texts(frame, "computed_unadjusted_segment"), numeric=True),
        Column("Rank", texts(frame, "rank"), numeric=True),
        Column("Without*", texts(frame, "computed_rank_without"), numeric=True),
        Column("Likely", [numbers.likely(low, high) for low, high in ranges]),
        Column("Region", texts(frame, "region")),
        Column("Subtype", texts(frame, "subtype")),
    ]


def whatif(answer: Answer) -> list[Column]:
    """Give what is and what would be."""
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
            style="bold",
        ),
        Column("How", [note or "" for note in frame["note"]], wraps=True),
    ]


def paths(answer: Answer) -> list[Column]:
    """Give sets of improvements."""
    frame = answer.frame
    moved = [numbers.number(numbers.rounded(v)) for v in frame["computed_quarters_moved"]]
    return [
        Column("Changes", texts(frame, "changes"), wraps=True),
        Column("Score then*", scores(frame, "computed_average_score"), numeric=True),
        Column("Size of improvement*", moved, numeric=True),
        Column("--set", texts(frame, "set"), wraps=True),
    ]
