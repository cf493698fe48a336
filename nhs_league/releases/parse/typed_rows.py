"""The text of a release file as typed rows; what cannot be read is set aside, cell by cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frames import QUARTER
from nhs_league.core.frameworks import RowKind, classify
from nhs_league.core.quarters import LABELS, Quarter
from nhs_league.errors import RefusedError
from nhs_league.frozen import frozen
from nhs_league.releases.parse.columns import FileKind
from nhs_league.releases.parse.faults import FAULTS, cells, together, without
from nhs_league.releases.parse.group_rules import PEERS
from nhs_league.releases.parse.reading import Rows
from nhs_league.releases.parse.texts import (
    Work,
    distinct,
    each_text,
    enum_of,
    in_rows,
    numbered,
    of_distinct,
    plain_numbers,
    read_numbers,
    reword,
)

_LARGEST_RANK = 99_999
_SCORES = (RowKind.SCORE, RowKind.DOMAIN_SCORE, RowKind.AVERAGE_SCORE)
_TO_FOUR = (RowKind.DOMAIN_SEGMENT, RowKind.UNADJUSTED_SEGMENT)
_TO_FIVE = (RowKind.ADJUSTED_SEGMENT, RowKind.FINAL_SEGMENT)
_FLAGS = (RowKind.OVERRIDE, RowKind.SUPPORT_PROGRAMME)
_KIND = pl.Enum([kind.value for kind in RowKind])
_YES_OR_NO = {"yes": "1", "y": "1", "true": "1", "no": "0", "n": "0", "false": "0"}
_RANGE = r"(?i)^[\[(]?\s*([0-9.]+)\s*(?:to|[-–—,])\s*([0-9.]+)\s*[\])]?$"
_ONE_VALUE = r"^([0-9.]+)$"
_SLACK = 0.1
"""How far the end of a score's likely range may be outside 1 to 4: ends are rounded."""
_LONGEST = 1000
_TRUST_CODE = r"^[A-Z0-9]{3,6}$"
_METRIC_ID = r"^OF[0-9]{4,5}[A-Z]?$"


@frozen
class Checked:
    """The typed rows of a release file.

    Attributes:
        frame: ``line``, the columns of the file under our names, texts numbered (``texts``),
            figures as numbers, ``quarter`` as QUARTER, ``trust_type`` under our names. A metric
            file also has ``kind`` (a RowKind's value), ``metric_of`` (the metric's ID, for values
            and scores) and ``published_unit``; a league table has the ends of its ranges and
            ``in_deficit``.
        set_aside: schema FAULTS; a row whose key cannot be read is here once and not in ``frame``,
            a cell that cannot be read is null in ``frame``.
        notices: what was left out or read otherwise, a sentence each.

    """

    frame: pl.DataFrame
    set_aside: pl.DataFrame
    notices: tuple[str, ...]


def check(rows: Rows) -> Checked:
    """Read every row of a release file into numbers and names.

    Raises:
        RefusedError: the file names no quarter at all.

    """
    frame, faults = identify(rows)
    if rows.header.kind is FileKind.METRIC:
        return _metric_rows(rows, frame, faults)
    return _table_rows(rows, frame, faults)


def _metric_rows(rows: Rows, frame: pl.DataFrame, faults: list[pl.DataFrame]) -> Checked:
    frame, notices = _with_kind(frame)
    frame = frame.with_columns(published_unit=pl.col("unit"))
    is_kind = {kinds: pl.col("kind").is_in([k.value for k in kinds]) for kinds in _KINDS}
    segments, flags = is_kind[_TO_FOUR] | is_kind[_TO_FIVE], is_kind[_FLAGS]
    plain = plain_numbers(frame, ("value", *PEERS, "rank"))
    if "value" not in plain:
        text = frame["value"]
        flag = each_text(text, lambda text: text.str.to_lowercase().replace(_YES_OR_NO))
        written = frame.select(
            pl.when(segments)
            .then(_segment_number(text).cast(pl.String))
            .when(flags)
            .then(flag.cast(pl.String))
            .otherwise(text.cast(pl.String))
            .alias("value")
        )
        frame = frame.with_columns(numbered(written.to_series()))
    frame, more = _numbers(rows, frame, ("value", *PEERS), plain)
    faults += more
    not_counted = is_kind[_SCORES] & (pl.col("value") == 0)
    frame = frame.with_columns(value=pl.when(~not_counted.fill_null(value=False)).then("value"))
    value = pl.col("value")
    checks = (
        (is_kind[_SCORES] & ~value.is_between(1, 4), "a score is between 1.00 and 4.00"),
        (is_kind[_TO_FOUR] & ~value.is_in([1.0, 2.0, 3.0, 4.0]), "this segment is 1, 2, 3 or 4"),
        (is_kind[_TO_FIVE] & ~value.is_in([1.0, 2.0, 3.0, 4.0, 5.0]), "a segment is 1 to 5"),
        (flags & ~value.is_in([0.0, 1.0]), "a flag is 0 or 1"),
    )
    for bad, reason in checks if _any(frame, [bad for bad, _ in checks]) else ():
        faults.append(cells(rows, frame.filter(bad), "value", reason))
        frame = frame.with_columns(value=pl.when(~bad.fill_null(value=False)).then("value"))
    return Checked(frame, together(faults), notices)


_KINDS = (_SCORES, _TO_FOUR, _TO_FIVE, _FLAGS)


def _segment_number(column: pl.Series) -> pl.Series:
    """Remove the word before a segment's number from a column."""
    return each_text(column, lambda text: text.str.replace(r"(?i)^segment\s*", ""))


def _with_kind(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Find out what each row is; rows of IDs that are not understood are left out."""
    counts = frame.group_by("quarter", "metric_id", "metric").len()
    texts: dict[str, dict[str, Counter[str]]] = {}
    for quarter, metric_id, metric, count in counts.iter_rows():
        of_metric = texts.setdefault(quarter[3:], {}).setdefault(metric_id, Counter())
        if metric is not None:
            of_metric[metric] += count
    notices: list[str] = []
    kinds: dict[tuple[str, str], tuple[str, str | None, str | None]] = {}
    for year in sorted(texts):
        usual = {
            metric_id: min(counted, key=lambda text: (-counted[text], text), default=None)
            for metric_id, counted in sorted(texts[year].items())
        }
        descriptions = {metric_id: text or "" for metric_id, text in usual.items()}
        classified = classify(year, descriptions)
        for metric_id, kind in classified.kinds.items():
            metric_of = classified.metric_ids.get(metric_id)
            kinds[year, metric_id] = (kind.value, metric_of, usual[metric_id])
        if classified.by_description:
            notices.append(
                f"the {year} framework is new to this version, so rows were recognised by their "
                "descriptions"
            )
        if unknown := [i for i in descriptions if i not in classified.kinds]:
            named = ", ".join(f"{i} ({descriptions[i]})" for i in unknown)
            notices.append(f"unknown rows, left out: {named}")
    pairs = {(quarter, metric_id) for quarter, metric_id, *_ in counts.iter_rows()}
    known = pl.DataFrame(
        [
            (*pair, *kinds[of_year])
            for pair in pairs
            if (of_year := (pair[0][3:], pair[1])) in kinds
        ],
        schema={
            "quarter": QUARTER,
            "metric_id": frame["metric_id"].dtype,
            "kind": _KIND,
            "metric_of": enum_of(metric_of for _, metric_of, _ in kinds.values()),
            "usual": frame["metric"].dtype,
        },
        orient="row",
    )
    joined = frame.join(known, on=["quarter", "metric_id"], how="inner", maintain_order="left")
    filled = joined.with_columns(
        *(_filled(column) for column in ("domain", "sub_domain") if joined[column].null_count()),
        metric=pl.coalesce("metric", "usual"),
    )
    if filled["metric"].null_count():
        named_by_id = pl.coalesce(pl.col("metric", "metric_id").cast(pl.String))
        filled = filled.with_columns(numbered(filled.select(named_by_id).to_series()))
    return filled.drop("usual"), tuple(notices)


def _filled(column: str) -> pl.Expr:
    """Fill a blank domain with that of the metric's other rows."""
    usual = pl.col(column).drop_nulls().mode().min().over("quarter", "metric_id")
    return pl.coalesce(column, usual).alias(column)


def _table_rows(rows: Rows, frame: pl.DataFrame, faults: list[pl.DataFrame]) -> Checked:
    plain = plain_numbers(frame, ("average_score", "segment", "rank"))
    if "segment" not in plain:
        frame = frame.with_columns(_segment_number(frame["segment"]))
    frame, more = _numbers(rows, frame, ("average_score", "segment"), plain)
    faults += more
    checks = (
        (
            "average_score",
            ~pl.col("average_score").is_between(1, 4),
            "a score is between 1.00 and 4.00",
        ),
        ("segment", ~pl.col("segment").is_in([1.0, 2.0, 3.0, 4.0, 5.0]), "a segment is 1 to 5"),
    )
    for column, bad, reason in checks if _any(frame, [bad for _, bad, _ in checks]) else ():
        faults.append(cells(rows, frame.filter(bad), column, reason))
        frame = frame.with_columns(pl.when(~bad.fill_null(value=False)).then(column).alias(column))
    for name in ("score", "rank"):
        frame, fault = _range(rows, frame, name)
        faults.append(fault)
    word = (
        pl.col("deficit").cast(pl.String).str.to_lowercase().str.extract(r"^([a-z]+|[01](?:\.0)?$)")
    )
    flags = {**_YES_OR_NO, "1": "1", "0": "0", "1.0": "1", "0.0": "0", "in": "1", "not": "0"}
    in_deficit = word.replace_strict(flags, default=None, return_dtype=pl.String) == "1"
    frame = frame.with_columns(in_deficit=in_deficit)
    unclear = frame.filter(pl.col("deficit").is_not_null(), pl.col("in_deficit").is_null())
    quoted = ", ".join(f'"{text}"' for text in unclear["deficit"].unique().sort())
    notices = (f"financial deficit not known where the file says {quoted}",) if quoted else ()
    return Checked(frame, together(faults), notices)


def _range(rows: Rows, frame: pl.DataFrame, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a likely range into ``<name>_low`` and ``<name>_high``."""
    column = f"{name}_range"
    text = pl.col(column).cast(pl.String)
    ends = [
        pl.coalesce(text.str.extract(_RANGE, i), text.str.extract(_ONE_VALUE)).cast(
            pl.Float64, strict=False
        )
        for i in (1, 2)
    ]
    low, high = f"{name}_low", f"{name}_high"
    frame = frame.with_columns(ends[0].alias(low), ends[1].alias(high))
    is_wrong = pl.col(low).is_null() | pl.col(high).is_null() | (pl.col(low) > pl.col(high))
    if name == "score":
        is_wrong |= (pl.col(low) < 1 - _SLACK) | (pl.col(high) > 4 + _SLACK)
        reason = "a score's likely range runs upwards between 1.00 and 4.00, such as 1.72 to 2.73"
    else:
        is_wrong |= (pl.col(low) < 1) | (pl.col(low) % 1 != 0) | (pl.col(high) % 1 != 0)
        reason = "a rank's likely range runs upwards in whole numbers from 1, such as 6 to 49"
    if not _any(frame, [is_wrong & pl.col(column).is_not_null()]):
        return frame, FAULTS.to_frame()
    is_one_value = each_text(frame[column], lambda text: text.str.contains(_ONE_VALUE))
    is_missing = read_numbers(frame[column])["unreadable"] | is_one_value
    frame = frame.with_columns(is_missing=~is_missing.fill_null(value=False))
    bad = is_wrong & ~pl.col("is_missing")
    fault = cells(rows, frame.filter(bad), column, reason)
    clean = frame.with_columns(pl.when(~is_wrong).then(end).alias(end) for end in (low, high))
    return clean.drop("is_missing"), fault


def _any(frame: pl.DataFrame, conditions: Iterable[pl.Expr]) -> bool:
    """Return whether one of some conditions holds in any row."""
    is_any = pl.any_horizontal(condition.any() for condition in conditions)
    return bool(frame.select(is_any).item())


def _numbers(
    rows: Rows, frame: pl.DataFrame, columns: Sequence[str], plain: dict[str, pl.Series]
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Read columns of figures, and the ranks.

    Args:
        rows: the file's rows.
        frame: its typed rows.
        columns: the columns, all but ``rank``.
        plain: the numbers of those columns in which all is plain (``plain_numbers``).

    Returns:
        The typed rows, and what is set aside, schema FAULTS.

    """
    ranks = plain.get("rank")
    if ranks is not None and _any(ranks.to_frame("rank"), [~_is_rank(pl.col("rank"))]):
        ranks = None
    read = [in_rows(column, plain[column]) for column in columns if column in plain]
    if ranks is not None:
        read.append(in_rows("rank", ranks.cast(pl.Int32)))
    frame = frame.with_columns(read)
    faults = []
    for column in columns:
        if column not in plain:
            frame, fault = _number(rows, frame, column)
            faults.append(fault)
    if ranks is None:
        frame, fault = _rank(rows, frame)
        faults.append(fault)
    return frame, faults


def _is_rank(number: pl.Expr) -> pl.Expr:
    return number.is_between(1, _LARGEST_RANK) & (number % 1 == 0)


def _number(rows: Rows, frame: pl.DataFrame, column: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    of_percent = None
    if rows.header.kind is FileKind.METRIC:
        is_percent = (pl.col("published_unit") == "%") & (pl.col("kind") == RowKind.VALUE.value)
        of_percent = frame.select(is_percent).to_series()
    read = read_numbers(frame[column], of_percent=of_percent)
    fault = cells(rows, frame.filter(read["unreadable"]), column, "not a number")
    return frame.with_columns(read["number"].alias(column)), fault


def _rank(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read ranks: whole numbers from 1, also as 33.0, and with the sign of a tie as 8=."""
    text = each_text(frame["rank"], lambda text: text.str.replace(r"^=?([0-9.]+)=?$", "${1}"))
    read = read_numbers(text)
    number = pl.col("number")
    is_rank = _is_rank(number).fill_null(value=False)
    made = read.select(
        rank=pl.when(is_rank).then(number).cast(pl.Int32),
        bad=pl.col("unreadable") | (number.is_not_null() & ~is_rank),
    )
    fault = cells(rows, frame.filter(made["bad"]), "rank", "a rank is a whole number from 1")
    return frame.with_columns(made["rank"]), fault


def identify(rows: Rows) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Read each row's quarter, trust, type and metric ID; rows without them are set aside.

    Returns:
        The rows of ``rows.frame`` that have all of them, with ``quarter`` as QUARTER, codes and IDs
        in capitals and ``trust_type`` under our names; and what is set aside, schema FAULTS.

    Raises:
        RefusedError: the file names no quarter at all.

    """
    in_capitals = ("trust_code", "metric_id")
    frame = reword(
        rows.frame,
        dict.fromkeys((c for c in in_capitals if c in rows.frame.columns), _capitals),
    )
    frame = _with_type(_with_quarter(rows, frame))
    tests: dict[str, Work] = {
        "trust_code": lambda text: text.str.contains(_TRUST_CODE),
        "trust_name": lambda text: text.str.len_chars() <= _LONGEST,
    }
    if rows.header.kind is FileKind.METRIC:
        tests["metric_id"] = lambda text: text.str.contains(_METRIC_ID)
    passed = of_distinct(frame, tests)
    needed = ("quarter", "trust_type", *(c for c in in_capitals if c in tests))
    is_sound = all(result.all() for result in passed.values())
    if is_sound and not rows.ragged and not any(frame[c].has_nulls() for c in needed):
        return frame, []
    sound = {name: in_rows(name, result) for name, result in passed.items()}
    checks = [
        ("quarter", pl.col("quarter").is_null(), "not a quarter such as Q3 2025/26"),
        (
            "trust_code",
            ~sound["trust_code"].fill_null(value=False),
            "not a trust code (three to six letters and digits)",
        ),
        ("trust_type", pl.col("trust_type").is_null(), "the trust type is missing"),
        ("trust_name", ~sound["trust_name"], "the name is too long"),
    ]
    if "metric_id" in sound:
        is_id = sound["metric_id"].fill_null(value=False)
        checks.append(("metric_id", ~is_id, "not a metric ID (OF and four digits)"))
    faults = [cells(rows, frame.filter(bad), column, reason) for column, bad, reason in checks]
    faults.append(
        pl.DataFrame(
            [
                (line, "row", text, f"not {rows.header.width} fields like the header")
                for line, text in rows.ragged
            ],
            schema=FAULTS,
            orient="row",
        )
    )
    bad_rows = together(faults).unique("line", keep="first", maintain_order=True)
    return without(frame, bad_rows), [bad_rows]


def _capitals(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase()


def _with_quarter(rows: Rows, frame: pl.DataFrame) -> pl.DataFrame:
    """Read the quarter; in the first form only the summary rows' reporting date names it."""
    if "quarter" in rows.header.position:
        return frame.with_columns(quarter=_quarters(frame["quarter"]))
    is_summary = each_text(frame["metric_id"], lambda text: text.str.contains("^OF[45]"))
    named = _quarters(frame.filter(is_summary)["period"]).drop_nulls().unique()
    if len(named) != 1:
        listed = ", ".join(named.cast(pl.String).sort()) or "none"
        raise RefusedError(
            rows.file,
            f"there is no column Quarter, and the summary rows (OF4nnn, OF5nnn) give {listed}",
            column=rows.header.spelt["period"],
        )
    return frame.with_columns(quarter=pl.lit(named[0], QUARTER))


def _quarters(column: pl.Series) -> pl.Series:
    labels = [text if text in LABELS else _quarter(text) for text in distinct(column)]
    return pl.Series(labels, dtype=QUARTER).gather(column.to_physical())


def _quarter(text: str) -> str | None:
    quarter = Quarter.read(_without_dressing(text))
    return quarter.label if quarter else None


def _without_dressing(text: str) -> str:
    """Remove brackets, commas and ``FY`` from a quarter: ``Q4 (FY2025/26)``."""
    return re.sub(r"(?i)[(),_:]|\bfy\s*", " ", text).strip()


def _with_type(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn published trust types into ours.

    A type that its words do not name is taken from the row's subtype, and where that is blank from
    the trust's other rows.
    """
    pairs = frame.select("trust_type", "subtype").unique()
    ours: list[str | None] = []
    by_words: list[bool] = []
    for trust_type, subtype in pairs.iter_rows():
        name = trust_types.from_published(trust_type or "", subtype or "")
        ours.append(name or None)
        by_words.append(name != trust_types.from_published(trust_type or "") or _is_named(name))
    known = pairs.with_columns(
        ours=pl.Series(ours, dtype=enum_of(ours)), by_words=pl.Series(by_words, dtype=pl.Boolean)
    )
    on = ["trust_type", "subtype"]
    if all(by_words):
        joined = frame.select(on).join(
            known.drop("by_words"), on=on, nulls_equal=True, maintain_order="left"
        )
        return frame.with_columns(trust_type=joined["ours"])
    others = pl.col("ours").filter("by_words").mode().min().over("trust_code", "trust_type")
    joined = (
        frame.select("trust_code", *on)
        .join(known, on=on, nulls_equal=True, maintain_order="left")
        .with_columns(ours=pl.when("by_words").then("ours").otherwise(pl.coalesce(others, "ours")))
    )
    return frame.with_columns(trust_type=joined["ours"])


def _is_named(name: str) -> bool:
    return trust_types.is_known(name) or name == trust_types.from_published("ICB")
