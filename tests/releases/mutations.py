"""Release files spoilt in every way that we could think of, and what the parser makes of them.

``python -m tests.releases.mutations 20000`` prints how many of each
were read as before, read with rows doubted or set aside, refused, or wrong. Wrong is a figure that
is not the file's and has no mark, a figure lost without a word, or a file lost over one odd cell.

A change that nothing else in the file contradicts cannot be seen, and is not in the corpus:

- another plausible value of a trust that keeps its place; texts that are no figures;
- a rank exchanged for that of a trust with the same printed value;
- the median, a quartile or the ID of a metric that one trust alone has;
- a file of several quarters cut off where a quarter ends: it is a whole file of fewer quarters;
- of a league table another code for a row, the last rows left out, or all segments or average
  scores moved on to the next row (these show beside the metric file); all codes moved on;
- a file cut off between adjusted segments and segment 5, which is in rows of its own: what is
  missing is named, the segments are not marked.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from random import Random

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.releases.parse import ParsedFile, parse_file
from tests.conftest import SHARED
from tests.golden import raw
from tests.packed import packed_files

Rows = list[list[str]]
Mutation = Callable[[Random, Rows], bytes]

NUMBERS = ("Value", "Median_value", "Lower_quartile", "Upper_quartile", "Rank", "Average_score")
NAMES = ("Trust_name", "Metric_description", "Domain", "Sub-domain", "Region", "Trust_subtype")
MISSING = ("", "NA")
_ONE_ROW = 6
"""As many figures as one row gives: value, median, quartiles, rank, score."""


class Outcome(StrEnum):
    """What the parser makes of a spoilt file."""

    SAME = "same figures"
    MARKED = "read, with rows doubted, set aside or missing"
    REFUSED = "refused, with its place"
    WRONG = "WRONG"
    CRASHED = "CRASHED"


@dataclass(frozen=True)
class Base:
    """A file before it is spoilt, and its figures (``figures``)."""

    name: str
    rows: Rows
    figures: pl.DataFrame


def base(name: str, data: bytes) -> Base:
    """Read a file that is right."""
    text = data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    return Base(name, rows, figures(parse_file(name, data)))


@cache
def fictional() -> tuple[Base, ...]:
    """Give the sample's metric files and league tables of the smallest trust type."""
    files = [
        file
        for file in packed_files()
        if "ambulance" in file.name and "2025-12" <= file.published <= "2026-06"
    ]
    return tuple(base(file.name, file.data) for file in files)


@cache
def real() -> tuple[Base, ...]:
    """Give real files, cut to a few metrics of all trusts and their summary rows, where they are."""
    cuts = {
        raw.ACUTE_2026: ("003", "010"),
        raw.COMMUNITY_2025: ("005", "035", "063"),
        raw.AMBULANCE_2026: (),
    }
    if not all((SHARED / name).is_file() for name in cuts):
        return ()
    return tuple(_cut_to(name, metrics) for name, metrics in cuts.items())


@cache
def whole() -> tuple[Base, ...]:
    """Give the two largest real files whole, where they are."""
    files = [SHARED / name for name in (raw.ACUTE_2026, raw.COMMUNITY_2025)]
    return tuple(base(file.name, file.read_bytes()) for file in files if file.is_file())


def _cut_to(name: str, metrics: tuple[str, ...]) -> Base:
    every = base(name, (SHARED / name).read_bytes())
    if not metrics:
        return every
    rows = [
        row
        for row in every.rows
        if not row[8].startswith(("OF0", "OF1", "OF2")) or row[8][3:] in metrics
    ]
    return base(name, written(rows))


def figures(parsed: ParsedFile) -> pl.DataFrame:
    """List every figure: ``of`` (what of), ``column``, ``figure`` and ``is_doubted``.

    The line that a figure is in is none: a file in another order has it elsewhere.
    """
    parts = []
    for frame, key in (
        (parsed.standings, ("quarter", "trust_code")),
        (parsed.observations, ("quarter", "trust_code", "metric_id")),
        (parsed.domains, ("quarter", "trust_code", "domain")),
    ):
        numbers = [
            column
            for column, kind in frame.schema.items()
            if (kind.is_numeric() and column != "of" and not column.endswith("line"))
            or column in ("override", "in_deficit")
        ]
        of = pl.concat_str([pl.col(c).cast(pl.String).fill_null("?") for c in key], separator=" ")
        parts.append(
            frame.select(
                pl.col(numbers).cast(pl.Float64), of=of, is_doubted=pl.col("doubt").is_not_null()
            )
            .unpivot(
                numbers, index=["of", "is_doubted"], variable_name="column", value_name="figure"
            )
            .drop_nulls("figure")
        )
    return pl.concat(parts)


def outcome(spoilt: bytes, before: Base, *, is_one_cell: bool) -> tuple[Outcome, str]:
    """Parse a spoilt file and say what came of it."""
    try:
        parsed = parse_file(before.name, spoilt)
    except RefusedError as refusal:
        has_place = refusal.line is not None or refusal.column is not None
        of_whole_file = any(text in str(refusal) for text in ("is empty", "UTF-16", "no rows"))
        is_right = (has_place or of_whole_file) and not is_one_cell
        return (Outcome.REFUSED if is_right else Outcome.WRONG), str(refusal)
    except Exception as crash:  # noqa: BLE001 - any other is what is looked for
        return Outcome.CRASHED, repr(crash)
    both = before.figures.join(
        figures(parsed), on=["of", "column"], how="full", coalesce=True, suffix="_now"
    )
    differs = both.filter(~pl.col("figure").eq_missing(pl.col("figure_now")))
    if differs.is_empty():
        return Outcome.SAME, ""
    message = "; ".join(parsed.notices)
    unmarked = differs.filter(pl.col("figure_now").is_not_null() & ~pl.col("is_doubted_now"))
    lost = differs.filter(pl.col("figure_now").is_null())
    if unmarked.height or (lost.height > _ONE_ROW and not message):
        wrong = unmarked if unmarked.height else lost
        return Outcome.WRONG, f"{message} {wrong.head(4).rows()}"
    return Outcome.MARKED, message


def spoil(seed: int, bases: tuple[Base, ...]) -> tuple[str, Outcome, str]:
    """Spoil one file in one way, and say what came of it."""
    name, before, spoilt = spoilt_file(seed, bases)
    return name, *outcome(spoilt, before, is_one_cell=name in ONE_CELL)


def spoilt_file(seed: int, bases: tuple[Base, ...]) -> tuple[str, Base, bytes]:
    """Spoil one file in one way, both drawn by the seed."""
    rng = Random(seed)
    before = rng.choice(bases)
    name = list(MUTATIONS)[seed % len(MUTATIONS)]
    return name, before, MUTATIONS[name](rng, [row.copy() for row in before.rows])


def written(rows: Rows, *, encoding: str = "utf-8", end: str = "\n") -> bytes:
    """Write rows as the real files are written."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator=end).writerows(rows)
    return text.getvalue().encode(encoding)


def _cell(rng: Random, rows: Rows, columns: tuple[str, ...]) -> tuple[int, int]:
    """Draw a row and a column that has a text there which is not missing."""
    places = [i for i, name in enumerate(rows[0]) if name in columns]
    while True:
        row, place = rng.randrange(1, len(rows)), rng.choice(places)
        if rows[row][place] not in MISSING:
            return row, place


def _number(change: Callable[[Random, str], str]) -> Mutation:
    """Spoil one number."""

    def mutate(rng: Random, rows: Rows) -> bytes:
        row, place = _cell(rng, rows, NUMBERS)
        rows[row][place] = change(rng, rows[row][place])
        return written(rows)

    return mutate


def _numbers(change: Callable[[str], str]) -> Mutation:
    """Spoil a whole column of numbers."""

    def mutate(rng: Random, rows: Rows) -> bytes:
        _, place = _cell(rng, rows, NUMBERS)
        for row in rows[1:]:
            if row[place] not in MISSING:
                row[place] = change(row[place])
        return written(rows)

    return mutate


def _comma(text: str) -> str:
    return text.replace(".", ",") if "." in text else f"{text},5"


def _name(change: Callable[[Random, str], str]) -> Mutation:
    def mutate(rng: Random, rows: Rows) -> bytes:
        row, place = _cell(rng, rows, NAMES)
        rows[row][place] = change(rng, rows[row][place])
        return written(rows)

    return mutate


def _swap_columns(rng: Random, rows: Rows) -> bytes:
    one, other = rng.sample(range(len(rows[0])), 2)
    for row in rows:
        row[one], row[other] = row[other], row[one]
    return written(rows)


def _swap_headers(rng: Random, rows: Rows) -> bytes:
    figured = [
        i
        for i, name in enumerate(rows[0])
        if name
        not in (
            "Region",
            "Trust_subtype",
            "Trust_name",
            "Sub-domain",
            "Metric_description",
            "Reporting_date",
        )
    ]
    one, other = rng.sample(figured, 2)
    rows[0][one], rows[0][other] = rows[0][other], rows[0][one]
    return written(rows)


def _drop_column(rng: Random, rows: Rows) -> bytes:
    place = rng.randrange(len(rows[0]))
    return written([row[:place] + row[place + 1 :] for row in rows])


def _double_column(rng: Random, rows: Rows) -> bytes:
    place, at = rng.randrange(len(rows[0])), rng.randrange(len(rows[0]))
    return written([[*row[:at], row[place], *row[at:]] for row in rows])


def _rename_column(rng: Random, rows: Rows) -> bytes:
    place = rng.randrange(len(rows[0]))
    name = rows[0][place]
    rows[0][place] = rng.choice(
        [name.upper(), name.replace("_", " "), name[:-1], f"{name}_2", "", "Other"]
    )
    return written(rows)


def _shift_row(rng: Random, rows: Rows) -> bytes:
    row = rng.randrange(1, len(rows))
    rows[row] = ["", *rows[row][:-1]] if rng.random() < 0.5 else [*rows[row][1:], ""]
    return written(rows)


def _shift_column(rng: Random, rows: Rows) -> bytes:
    columns = (*NUMBERS, "Metric_ID") if "Metric_ID" in rows[0] else ("Rank",)
    place = rng.choice([i for i, name in enumerate(rows[0]) if name in columns])
    cells = [row[place] for row in rows[1:]]
    for row, cell in zip(rows[1:], ["", *cells[:-1]], strict=True):
        row[place] = cell
    return written(rows)


def _ragged(rng: Random, rows: Rows) -> bytes:
    """SegmentBoundary or lengthen a row; the last one cut would be a file cut off."""
    row = rng.randrange(1, len(rows) - 1)
    rows[row] = (
        rows[row][: rng.randrange(1, len(rows[row]))] if rng.random() < 0.5 else [*rows[row], "1"]
    )
    return written(rows)


def _doubled_header(rng: Random, rows: Rows) -> bytes:
    rows.insert(rng.randrange(1, len(rows) + 1), rows[0].copy())
    return written(rows)


def _footer(rng: Random, rows: Rows) -> bytes:
    note = rng.choice(["Source: NHS England", "* figures are provisional", "Total", "End of file"])
    padding = [""] * (len(rows[0]) - 1) if rng.random() < 0.5 else []
    return written([*rows, *([[]] * rng.randrange(3)), [note, *padding]])


def _blank_lines(rng: Random, rows: Rows) -> bytes:
    for _ in range(rng.randrange(1, 6)):
        rows.insert(
            rng.randrange(1, len(rows) + 1), [""] * len(rows[0]) if rng.random() < 0.5 else []
        )
    return written(rows)


def _nul(rng: Random, rows: Rows) -> bytes:
    data = bytearray(written(rows))
    data.insert(rng.randrange(data.index(b"\n") + 1, len(data)), 0)
    return bytes(data)


def _stray_quote(rng: Random, rows: Rows) -> bytes:
    """Put a quote somewhere below the header."""
    data = bytearray(written(rows))
    data.insert(rng.randrange(data.index(b"\n") + 1, len(data)), ord('"'))
    return bytes(data)


def _mixed_encodings(rng: Random, rows: Rows) -> bytes:
    """Put a letter of UTF-8 into one row, and one of Windows-1252 into another."""
    one, other = rng.sample(range(1, len(rows)), 2)
    rows[one][rows[0].index("Trust_name")] = "King’s"
    lines = written(rows).splitlines(keepends=True)
    lines[other] = lines[other].replace(b",", b"\x92,", 1)
    return b"".join(lines)


def _cut(rng: Random, rows: Rows) -> bytes:
    """SegmentBoundary at a multiple of 1,000 bytes, or before the last byte where that comes first."""
    data = written(rows)
    return data[: min(1000 * rng.randrange(1, len(data) // 1000 + 2), len(data) - 1)]


def _cut_at_line(rng: Random, rows: Rows) -> bytes:
    """Leave out the last rows, where that can show.

    The last of a league table are missed where likely ranges go beyond the trusts that are left.
    Where segment 5 has rows of its own, those of the quarter are all there or all cut.
    """
    for _ in range(50):
        left = rows[: rng.randrange(1, len(rows))]
        if "Metric_ID" in rows[0]:
            below = rows[len(left) :]
            is_split = any(row[8] == "OF5005" and row[0] == left[-1][0] for row in below)
            is_split &= any(row[8] == "OF5000" and row[0] == left[-1][0] for row in left)
            is_whole_quarter = bool(below) and below[0][0] != left[-1][0]
            if not is_split and not is_whole_quarter:
                break
        elif any(int(row[-1].rpartition(" ")[2]) > len(left) - 1 for row in left[1:]):
            break
    return written(left)


def _other_quarter(rng: Random, rows: Rows) -> bytes:
    row = rng.randrange(1, len(rows))
    rows[row][0] = rng.choice(
        ["Q1 2025/26", "Q2 2025/26", "Q1 2026/27", "Q5 2025/26", "2025/26 Q3"]
    )
    return written(rows)


def _trust_type(rng: Random, rows: Rows) -> bytes:
    place = rows[0].index("Trust_type")
    named = rng.choice(
        ["Integrated care board", "Acute", "acute  trust", "Specialist trust", "London"]
    )
    for row in rows[1:] if rng.random() < 0.5 else [rows[rng.randrange(1, len(rows))]]:
        row[place] = named
    return written(rows)


def _domain(rng: Random, rows: Rows) -> bytes:
    if "Domain" not in rows[0]:
        return _blank_lines(rng, rows)
    place = rows[0].index("Domain")
    rows[rng.randrange(1, len(rows))][place] = "Unheard-of domain"
    return written(rows)


def _long_id(rng: Random, rows: Rows) -> bytes:
    if "Metric_ID" not in rows[0]:
        return _ragged(rng, rows)
    place = rows[0].index("Metric_ID")
    shared = [
        number for number in rng.sample(range(1, len(rows)), 5) if not _is_alone(rows, number)
    ]
    row = rows[shared[0]]
    row[place] = rng.choice([f"{row[place]}1", row[place].replace("OF", "OF0"), row[place].lower()])
    return written(rows)


def _other_rank(rng: Random, rows: Rows) -> bytes:
    """Give a row another rank of its group, where no other has its printed figure."""
    header = rows[0]
    rank = header.index("Rank")
    figure = header.index("Value" if "Value" in header else "Average_score")
    by = [header.index(c) for c in ("Quarter", "Trust_type", "Metric_ID") if c in header]
    for _ in range(50):
        row, _ = _cell(rng, rows, ("Rank",))
        group = [
            r for r in rows[1:] if all(r[i] == rows[row][i] for i in by) and r[rank] not in MISSING
        ]
        # The league's rank follows from two rows; that of four trusts or fewer from none.
        is_alone = sum(r[figure] == rows[row][figure] for r in group) == 1
        others = sorted({r[rank] for r in group} - {rows[row][rank]})
        if is_alone and len(group) > 4 and others:
            rows[row][rank] = rng.choice(others)
            break
    return written(rows)


def _other_code(rng: Random, rows: Rows) -> bytes:
    place = rows[0].index("Trust_code")
    row = rows[rng.randrange(1, len(rows))]
    others = sorted({r[place] for r in rows[1:]} - {row[place]})
    # In a league table a code that no trust has shows only beside the metric file.
    strange = ["RR8", f"{row[place]}0"] if "Metric_ID" in rows[0] else []
    row[place] = rng.choice([*others, *strange, row[place].lower(), row[place][:2]])
    return written(rows)


def _other_median(rng: Random, rows: Rows) -> bytes:
    if "Median_value" not in rows[0]:
        return _ragged(rng, rows)
    for _ in range(50):
        row, place = _cell(rng, rows, ("Median_value", "Lower_quartile", "Upper_quartile"))
        if not _is_alone(rows, row):
            rows[row][place] = str(float(rows[row][place]) * 10 + 1)
            break
    return written(rows)


def _is_alone(rows: Rows, row: int) -> bool:
    """Say whether no other trust of the quarter and type has a row's metric."""
    by = [rows[0].index(column) for column in ("Quarter", "Trust_type", "Metric_ID")]
    return sum(all(other[i] == rows[row][i] for i in by) for other in rows) == 1


def _shuffled(rng: Random, rows: Rows) -> bytes:
    body = rows[1:]
    rng.shuffle(body)
    return written([rows[0], *body])


def _doubled_row(rng: Random, rows: Rows) -> bytes:
    row = rows[rng.randrange(1, len(rows))].copy()
    if rng.random() < 0.5:
        place = rng.choice([i for i, name in enumerate(rows[0]) if name in NUMBERS])
        row[place] = "2" if row[place] != "2" else "3"
    rows.insert(rng.randrange(1, len(rows) + 1), row)
    return written(rows)


MUTATIONS: dict[str, Mutation] = {
    "columns in another order": _swap_columns,
    "headings of two columns swapped": _swap_headers,
    "column missing": _drop_column,
    "column doubled": _double_column,
    "column renamed": _rename_column,
    "decimal comma in one cell": _number(lambda _, text: _comma(text)),
    "decimal commas": _numbers(_comma),
    "misplaced thousands separator": _number(lambda _, text: f"{text[:1]},{text[1:]}0,"),
    "thousands separators": _numbers(lambda text: f"{float(text):,.10g}"),
    "sign behind one number": _number(
        lambda rng, text: rng.choice([f"{text}%", f"{text} %", f"£{text}", f"{text} days"])
    ),
    "percent signs": _numbers(lambda text: f"{text}%"),
    "date in a number column": _number(
        lambda rng, _: rng.choice(["01/06/2025", "Jun-25", "2025-06-01"])
    ),
    "scientific notation": _number(lambda _, text: f"{float(text):.10e}"),
    "scientific notation in a column": _numbers(lambda text: f"{float(text):.10e}"),
    "inf and nan": _number(
        lambda rng, _: rng.choice(["inf", "-inf", "nan", "NaN", "Infinity", "1e999"])
    ),
    "infinite figures": _numbers(lambda _: "inf"),
    "full-width digits": _number(
        lambda _, text: text.translate({48 + i: 0xFF10 + i for i in range(10)})
    ),
    "letters for digits": _number(
        lambda rng, text: rng.choice(
            [f"{text}O", f"O{text}", f"l{text}", text.replace("0", "O") + "I"]
        )
    ),
    "words for a number": _number(
        lambda rng, _: rng.choice(["suppressed", "high", "#N/A", "#DIV/0!", "None", "see note 3"])
    ),
    "words for a column": _numbers(lambda _: "see note 3"),
    "row shifted": _shift_row,
    "column shifted down": _shift_column,
    "ragged row": _ragged,
    "line end in a name": _name(lambda rng, text: text[:3] + rng.choice("\n\r\t") + text[3:]),
    "quotes in a name": _name(lambda _, text: f'"{text}"'),
    "comma in a name": _name(lambda _, text: f"{text}, and more"),
    "stray quote": _stray_quote,
    "header doubled": _doubled_header,
    "footer": _footer,
    "blank lines": _blank_lines,
    "NUL byte": _nul,
    "UTF-16": lambda rng, rows: written(
        rows, encoding=rng.choice(["utf-16", "utf-16-le", "utf-16-be"])
    ),
    "other line ends": lambda rng, rows: written(rows, end=rng.choice(["\r\n", "\r"])),
    "byte-order mark": lambda _, rows: written(rows, encoding="utf-8-sig"),
    "mixed encodings": _mixed_encodings,
    "cut at a 1,000th byte": _cut,
    "cut at a line's end": _cut_at_line,
    "a row of another quarter": _other_quarter,
    "another trust type": _trust_type,
    "unknown domain": _domain,
    "five digits in an ID": _long_id,
    "rank that contradicts": _other_rank,
    "another trust's code": _other_code,
    "median unlike the others": _other_median,
    "rows in another order": _shuffled,
    "row doubled": _doubled_row,
}


ONE_CELL = {
    "decimal comma in one cell", "misplaced thousands separator", "sign behind one number",
    "date in a number column", "scientific notation", "inf and nan", "full-width digits",
    "letters for digits", "words for a number", "row shifted", "quotes in a name",
    "comma in a name", "line end in a name", "stray quote", "NUL byte", "header doubled", "footer",
    "blank lines", "ragged row", "a row of another quarter", "unknown domain",
    "five digits in an ID", "rank that contradicts", "another trust's code",
    "median unlike the others", "row doubled",
}  # fmt: skip
"""The ways that spoil one cell or one row, for which no file may be refused."""


def run(seeds: range, bases: tuple[Base, ...]) -> Iterator[tuple[int, str, Outcome, str]]:
    """Spoil a file for each seed."""
    for seed in seeds:
        yield seed, *spoil(seed, bases)


def run_part(seeds: range) -> list[tuple[int, str, Outcome, str]]:
    """Spoil a file for each seed: half of them fictional, half real, one in fifty a whole one."""
    results: list[tuple[int, str, Outcome, str]] = []
    for seed in seeds:
        kinds = (whole() if seed // 7 % 50 == 0 else real()) if seed // 100 % 2 else ()
        results += run(range(seed, seed + 1), kinds or fictional())
    return results


def table(results: list[tuple[int, str, Outcome, str]]) -> str:
    """Count what came of each way to spoil a file, as a Markdown table."""
    counted = Counter((name, came) for _, name, came, _ in results)
    lines = [f"| what is spoilt | {' | '.join(Outcome)} |", "|---|" + "---:|" * len(Outcome)]
    lines += [f"| {n} | {' | '.join(str(counted[n, c]) for c in Outcome)} |" for n in MUTATIONS]
    totals = Counter(came for _, _, came, _ in results)
    lines.append(f"| all | {' | '.join(str(totals[c]) for c in Outcome)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    count = int(sys.argv[1])
    parts = [range(first, min(first + 200, count)) for first in range(0, count, 200)]
    with ProcessPoolExecutor(2) as pool:
        everything = [result for part in pool.map(run_part, parts) for result in part]
    for seed, name, came, message in everything:
        if came in (Outcome.WRONG, Outcome.CRASHED):
            print(seed, name, came, message[:600], file=sys.stderr)
    print(table(everything))
