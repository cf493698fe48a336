"""Release files spoilt in every way that we could think of, and what the parser makes of them.

``python -m tests.releases.mutations 20000`` (with ``tools`` on the path) prints how many of each
were read as before, read with rows doubted or set aside, refused, or wrong: a changed figure shown
without a mark.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from random import Random

from nhs_league.errors import RefusedError
from nhs_league.releases.parse import ParsedFile, parse_file

_ONE_ROW = 6
"""As many figures as one row gives: value, median, quartiles, rank, score."""

Rows = list[list[str]]
Mutation = Callable[[Random, Rows], bytes]
Figure = tuple[object, ...]

NUMBERS = ("Value", "Median_value", "Lower_quartile", "Upper_quartile", "Rank", "Average_score")
NAMES = ("Trust_name", "Metric_description", "Domain", "Sub-domain", "Region", "Trust_subtype")


class Outcome(StrEnum):
    """What the parser makes of a spoilt file."""

    SAME = "same figures"
    REFUSED = "refused, with its place"
    MARKED = "read, with rows doubted or set aside"
    WRONG = "WRONG"
    CRASHED = "CRASHED"


@dataclass(frozen=True)
class Base:
    """A file before it is spoilt, and its figures."""

    name: str
    rows: Rows
    figures: frozenset[Figure]


def base(name: str, data: bytes) -> Base:
    """Read a file that is right."""
    text = data.decode("utf-8-sig")
    return Base(name, list(csv.reader(io.StringIO(text))), figures(parse_file(name, data)))


@cache
def fictional() -> tuple[Base, ...]:
    """Give metric files and league tables of the sample's generator, the smallest trust type."""
    from sample_release.files import make_rounds

    found = []
    for made in make_rounds(4):
        for file in made.files:
            name = file.path.rpartition("/")[2]
            if "ambulance" in name and made.quarter != "Q1 2025/26":
                found.append(base(name, file.data))
    return tuple(found)


def figures(parsed: ParsedFile, *, doubted: bool = False) -> frozenset[Figure]:
    """List every figure with what it is of; or only those of doubted rows."""
    found: list[Figure] = []
    for frame, key in (
        (parsed.standings, ("quarter", "trust_code")),
        (parsed.observations, ("quarter", "trust_code", "metric_id", "unit")),
        (parsed.domains, ("quarter", "trust_code", "domain")),
    ):
        numbers = [
            c
            for c, t in frame.schema.items()
            if (t.is_numeric() and c != "of") or c in ("override", "in_deficit")
        ]
        for row in frame.iter_rows(named=True):
            if doubted and row["doubt"] is None:
                continue
            about = tuple(row[c] for c in key)
            # A metric's score and rank are of the metric, whichever of its units they stand beside.
            found += [
                (*(about[:3] if c in ("score", "rank") else about), c, row[c])
                for c in numbers
                if row[c] is not None
            ]
    return frozenset(found)


def outcome(spoilt: bytes, before: Base) -> tuple[Outcome, str]:
    """Parse a spoilt file and say what came of it."""
    try:
        parsed = parse_file(before.name, spoilt)
    except RefusedError as refusal:
        has_place = refusal.line is not None or refusal.column is not None
        whole = any(
            said in str(refusal) for said in ("is empty", "UTF-16", "no rows", "summary rows")
        )
        return (Outcome.REFUSED if has_place or whole else Outcome.WRONG), str(refusal)
    except Exception as crash:  # noqa: BLE001 - any other is what is looked for
        return Outcome.CRASHED, repr(crash)
    now = figures(parsed)
    if now == before.figures:
        return Outcome.SAME, ""
    unmarked = now - before.figures - figures(parsed, doubted=True)
    lost = before.figures - now
    is_told = len(lost) <= _ONE_ROW or bool(parsed.notices)
    told = "; ".join(parsed.notices)
    if unmarked or not is_told:
        return Outcome.WRONG, f"{told} {sorted(map(str, unmarked or lost))[:4]}"
    return Outcome.MARKED, told


def spoil(seed: int, bases: tuple[Base, ...]) -> tuple[str, Outcome, str]:
    """Spoil one file in one way, both drawn by the seed."""
    rng = Random(seed)
    before = rng.choice(bases)
    name = list(MUTATIONS)[seed % len(MUTATIONS)]
    spoilt = MUTATIONS[name](rng, [row.copy() for row in before.rows])
    return name, *outcome(spoilt, before)


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
        if rows[row][place] not in ("", "NA"):
            return row, place


def _number(change: Callable[[Random, str], str]) -> Mutation:
    """Spoil one number, or a whole column of them."""

    def mutate(rng: Random, rows: Rows) -> bytes:
        row, place = _cell(rng, rows, NUMBERS)
        for one in range(1, len(rows)) if rng.random() < 0.2 else (row,):
            if rows[one][place] not in ("", "NA"):
                rows[one][place] = change(rng, rows[one][place])
        return written(rows)

    return mutate


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
    if "Metric_ID" not in rows[0]:
        # A league table is sorted by rank: moved by one row, its columns still fit each other. It
        # shows beside the metric file of its quarter.
        return _ragged(rng, rows)
    columns = (*NUMBERS, "Trust_code", "Metric_ID")
    place = rng.choice([i for i, name in enumerate(rows[0]) if name in columns])
    cells = [row[place] for row in rows[1:]]
    for row, cell in zip(rows[1:], ["", *cells[:-1]], strict=True):
        row[place] = cell
    return written(rows)


def _ragged(rng: Random, rows: Rows) -> bytes:
    row = rng.randrange(1, len(rows))
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
    data.insert(rng.randrange(len(data)), 0)
    return bytes(data)


def _stray_quote(rng: Random, rows: Rows) -> bytes:
    data = bytearray(written(rows))
    data.insert(rng.randrange(len(data)), ord('"'))
    return bytes(data)


def _mixed_encodings(rng: Random, rows: Rows) -> bytes:
    """Put a letter of UTF-8 into one row, and one of Windows-1252 into another."""
    one, other = rng.sample(range(1, len(rows)), 2)
    rows[one][rows[0].index("Trust_name")] = "King’s"
    lines = written(rows).splitlines(keepends=True)
    lines[other] = lines[other].replace(b",", b"\x92,", 1)
    return b"".join(lines)


def _cut(rng: Random, rows: Rows) -> bytes:
    """Cut at a multiple of 1,000 bytes, or before the last byte where that comes first."""
    data = written(rows)
    return data[: min(1000 * rng.randrange(1, len(data) // 1000 + 2), len(data) - 1)]


def _cut_at_line(rng: Random, rows: Rows) -> bytes:
    # The last of a league table are missed only beside the metric file (test_agreement).
    most = len(rows) if "Metric_ID" in rows[0] else len(rows) // 2
    return written(rows[: rng.randrange(1, most)])


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
    row = rows[rng.randrange(1, len(rows))]
    row[place] = rng.choice([f"{row[place]}1", row[place].replace("OF", "OF0"), row[place].lower()])
    return written(rows)


def _other_rank(rng: Random, rows: Rows) -> bytes:
    row, place = _cell(rng, rows, ("Rank",))
    ranks = [int(float(r[place])) for r in rows[1:] if r[place] not in ("", "NA")]
    now, highest = int(float(rows[row][place])), max(ranks)
    far = [r for r in range(1, highest + 1) if abs(r - now) >= max(3, highest * 0.35)]
    rows[row][place] = f"{rng.choice(far or [now])}.0"
    return written(rows)


def _other_code(rng: Random, rows: Rows) -> bytes:
    place = rows[0].index("Trust_code")
    row = rows[rng.randrange(1, len(rows))]
    others = sorted({r[place] for r in rows[1:]} - {row[place]})
    # In a league table one code for another shows only beside the metric file.
    strange = ["RR8"] if "Metric_ID" in rows[0] else []
    row[place] = rng.choice(
        [*others, *strange, row[place].lower(), f"{row[place]}0", row[place][:2]]
    )
    return written(rows)


def _other_median(rng: Random, rows: Rows) -> bytes:
    if "Median_value" not in rows[0]:
        return _ragged(rng, rows)
    row, place = _cell(rng, rows, ("Median_value", "Lower_quartile", "Upper_quartile"))
    rows[row][place] = str(float(rows[row][place]) * 10 + 1)
    return written(rows)


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
    "decimal comma": _number(
        lambda _, text: text.replace(".", ",") if "." in text else f"{text},5"
    ),
    "thousands separator": _number(lambda _, text: f"1,{text.zfill(3)}"),
    "percent sign": _number(lambda rng, text: rng.choice([f"{text}%", f"{text} %", f"£{text}"])),
    "date in a number column": _number(
        lambda rng, _: rng.choice(["01/06/2025", "Jun-25", "2025-06-01"])
    ),
    "scientific notation": _number(lambda _, text: f"{float(text):.10e}"),
    "inf and nan": _number(
        lambda rng, _: rng.choice(["inf", "-inf", "nan", "NaN", "Infinity", "1e999"])
    ),
    "full-width digits": _number(
        lambda _, text: text.translate({48 + i: 0xFF10 + i for i in range(10)})
    ),
    "letters for digits": _number(
        lambda rng, text: rng.choice([f"{text}O", f"O{text}", f"\u2212{text}", f"l{text}"])
    ),
    "words for a number": _number(
        lambda rng, _: rng.choice(["suppressed", "TRUE", "#N/A", "#DIV/0!", "None"])
    ),
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


def run(seeds: range, bases: tuple[Base, ...]) -> Iterator[tuple[int, str, Outcome, str]]:
    """Spoil a file for each seed."""
    for seed in seeds:
        yield seed, *spoil(seed, bases)


if __name__ == "__main__":
    counted: Counter[tuple[str, Outcome]] = Counter()
    for seed, name, came, said in run(range(int(sys.argv[1])), fictional()):
        counted[name, came] += 1
        if came in (Outcome.WRONG, Outcome.CRASHED):
            print(seed, name, came, said, file=sys.stderr)
    print("| what is spoilt |", " | ".join(Outcome), "|")
    print("|---|", " | ".join("---:" for _ in Outcome), "|")
    for name in MUTATIONS:
        print(f"| {name} |", " | ".join(str(counted[name, came]) for came in Outcome), "|")
    print(
        "| all |",
        " | ".join(str(sum(n for (_, c), n in counted.items() if c is came)) for came in Outcome),
        "|",
    )
