"""What a figure or a name in a release file must look like; the first that does not is refused."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from nhs_league.league.schema.frames import OBSERVATIONS, STANDINGS
from nhs_league.league.schema.quarters import PATTERN as QUARTER_PATTERN
from nhs_league.releases.parse.columns import Kind
from nhs_league.releases.parse.rows import NAMES, Rows

# Not \d, which means the digits of every script.
NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"
RANK = r"^[1-9][0-9]{0,4}$"
TRUST_CODE = r"^[A-Z0-9]{3}$"
TRUST_TYPE = r"(?i)trust|board|provider|hospital|service|ambulance"
METRIC_ID = r"^OF[0-9]{4}$"
RANGE = r"^(-?[0-9]+(?:\.[0-9]+)?) to (-?[0-9]+(?:\.[0-9]+)?)$"

_LONGEST = 1000
_PLACE = ("average_score", "segment", "rank")

VALUE_ID = r"^OF0"
SCORE_ID = r"^OF1"
DOMAIN_SCORE_ID = r"^OF40"
DOMAIN_SEGMENT_ID = r"^OF41"
ADJUSTED_SEGMENT, AVERAGE_SCORE, UNADJUSTED_SEGMENT, OVERRIDE = (
    "OF5000",
    "OF5002",
    "OF5003",
    "OF5004",
)
FINAL_OVERRIDE, RECOVERY_SUPPORT = "OF5005", "OF5007"


@dataclass(frozen=True)
class _Check:
    """A fault to look for: a row where ``bad`` holds is refused for its ``column``."""

    column: str
    bad: pl.Expr
    reason: str


def check(rows: Rows) -> None:
    """Check every row of a release file; figures are compared as numbers, none is changed.

    Raises:
        RefusedError: for the first row at fault, with line, column and value.

    """
    checks = _for_metric_file(rows) if rows.header.kind is Kind.METRIC else _for_league_table(rows)
    found = rows.frame.select(
        pl.when(c.bad.fill_null(value=False).any())
        .then(c.bad.fill_null(value=False).arg_max())
        .otherwise(None)
        .alias(str(i))
        for i, c in enumerate(checks)
    ).row(0)
    at_fault = [(place, i) for i, place in enumerate(found) if place is not None]
    if at_fault:
        place, i = min(at_fault)
        fault = checks[i]
        value = rows.frame[fault.column][place]
        raise rows.refuse(rows.frame["row"][place], fault.column, value, fault.reason)


def figures_of(frame: pl.DataFrame) -> list[str]:
    """List the columns that hold figures with decimals: those that the tidy frames have as such."""
    decimal = {c for s in (OBSERVATIONS, STANDINGS) for c, kind in s.items() if kind == pl.Float64}
    return [name for name in frame.columns if name in decimal]


def _for_metric_file(rows: Rows) -> list[_Check]:
    metric_id = pl.col("metric_id")
    value = _number("value")
    is_score = metric_id.str.contains(rf"{SCORE_ID}|{DOMAIN_SCORE_ID}|^{AVERAGE_SCORE}$")
    one_to_four = metric_id.str.contains(rf"{DOMAIN_SEGMENT_ID}|^{UNADJUSTED_SEGMENT}$")
    one_to_five = metric_id.is_in([ADJUSTED_SEGMENT, FINAL_OVERRIDE])
    is_flag = metric_id.is_in([OVERRIDE, RECOVERY_SUPPORT])
    return [
        *_trust(rows),
        _present("metric_id"),
        _shape("metric_id", METRIC_ID, "a metric ID is OF and four digits"),
        _present("metric"),
        _present("unit"),
        _Check("unit", _not_unit(SCORE_ID, "score"), "an OF1nnn row has the unit score"),
        _Check(
            "unit", _not_unit(DOMAIN_SEGMENT_ID, "segment"), "an OF41nn row has the unit segment"
        ),
        *(_figure(column) for column in figures_of(rows.frame)),
        _shape("rank", RANK, "a rank is a whole number from 1"),
        _Check("value", is_score & ~value.is_between(1, 4), "a score lies between 1.00 and 4.00"),
        _Check(
            "value",
            one_to_four & ~value.is_in([1.0, 2.0, 3.0, 4.0]),
            "this segment is 1, 2, 3 or 4",
        ),
        _Check(
            "value",
            one_to_five & ~value.is_in([1.0, 2.0, 3.0, 4.0, 5.0]),
            "a segment is 1, 2, 3, 4 or 5",
        ),
        _Check("value", is_flag & ~value.is_in([0.0, 1.0]), "a flag is 0 or 1"),
    ]


def _for_league_table(rows: Rows) -> list[_Check]:
    score_low, score_high = (_range_end("score_range", i) for i in (1, 2))
    rank_low, rank_high = (_range_end("rank_range", i) for i in (1, 2))
    return [
        *_trust(rows),
        _present("quarter"),
        _figure("average_score"),
        _Check(
            "average_score",
            ~_number("average_score").is_between(1, 4),
            "a score lies between 1.00 and 4.00",
        ),
        _shape("segment", r"^[1-5]$", "a segment is 1, 2, 3, 4 or 5"),
        _shape("rank", RANK, "a rank is a whole number from 1"),
        _shape("score_range", RANGE, "a range reads “1.72 to 2.73”"),
        _shape("rank_range", RANGE, "a range reads “6 to 49”"),
        *(
            _Check(
                column,
                pl.col(column).is_null() & ~pl.all_horizontal(pl.col(*_PLACE).is_null()),
                "a trust has an average score, a segment and a rank, or none of them",
            )
            for column in _PLACE
        ),
        _Check(
            "score_range",
            (score_low > score_high) | (score_low < 1) | (score_high > 4),
            "a score's range runs upwards between 1.00 and 4.00",
        ),
        _Check(
            "rank_range",
            (rank_low > rank_high) | (rank_low < 1) | (rank_low % 1 != 0) | (rank_high % 1 != 0),
            "a rank's range runs upwards in whole numbers from 1",
        ),
    ]


def _trust(rows: Rows) -> list[_Check]:
    checks = [
        *(
            _Check(column, pl.col(column).str.len_chars() > _LONGEST, "a name cannot be so long")
            for column in NAMES
            if column in rows.header.position
        ),
        _present("trust_code"),
        _shape("trust_code", TRUST_CODE, "a trust code is three capital letters or digits"),
        _present("trust_name"),
        _present("trust_type"),
        _shape("trust_type", TRUST_TYPE, "a trust type names trusts, boards or providers"),
    ]
    if "quarter" in rows.header.position:
        year = pl.col("quarter").str.slice(5, 2).cast(pl.Int8, strict=False)
        next_year = pl.col("quarter").str.slice(8, 2).cast(pl.Int8, strict=False)
        checks += [
            _present("quarter"),
            _shape("quarter", QUARTER_PATTERN, "a quarter reads “Q3 2025/26”"),
            _Check("quarter", (year + 1) % 100 != next_year, "these are not two years in a row"),
        ]
    return checks


def _present(column: str) -> _Check:
    return _Check(column, pl.col(column).is_null(), "this field must not be empty")


def _shape(column: str, pattern: str, reason: str) -> _Check:
    return _Check(column, ~pl.col(column).str.contains(pattern), reason)


def _figure(column: str) -> _Check:
    """Look for what is no number, or one that is too large to be told from infinity."""
    is_number = pl.col(column).str.contains(NUMBER) & _number(column).is_finite()
    return _Check(column, pl.col(column).is_not_null() & ~is_number, "not a number")


def _not_unit(id_pattern: str, unit: str) -> pl.Expr:
    return pl.col("metric_id").str.contains(id_pattern) & (pl.col("unit") != unit)


def _number(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Float64, strict=False)


def _range_end(column: str, group: int) -> pl.Expr:
    return pl.col(column).str.extract(RANGE, group).cast(pl.Float64, strict=False)
