"""On which line of which file each figure is, read with the csv module alone."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

from tests.oracle.files import COMBINED, SCORES

Key = tuple[str, str, str]
"""Quarter, trust code, and Metric_ID: of a metric that of its value row."""


@dataclass
class Place:
    """Where a figure is: file, its sha256, and the lines of the value row and of the score row."""

    file: str
    sha256: str
    line: int | None = None
    score_line: int | None = None


def places(files: Iterable[tuple[str, bytes]]) -> dict[Key, Place]:
    """Find each row of the metric files; a later file takes an earlier one's place.

    Args:
        files: name and bytes, in their order of publication.

    """
    lines: dict[Key, Place] = {}
    for name, data in files:
        lines |= _of_file(name, data)
    return lines


def _of_file(name: str, data: bytes) -> dict[Key, Place]:
    digest = hashlib.sha256(data).hexdigest()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader)
    if "Metric_ID" not in header:
        return {}
    at = {name: place for place, name in enumerate(header)}
    rows: list[tuple[int, list[str]]] = []
    begins = reader.line_num + 1
    for fields in reader:
        rows.append((begins, fields))
        begins = reader.line_num + 1
    # The first form names the quarter in its summary rows alone.
    summary = (row for _, row in rows if row[at["Metric_ID"]].startswith("OF5"))
    only = next(summary)[at["Reporting_date"]]
    lines: dict[Key, Place] = {}
    for line, row in rows:
        quarter = row[at["Quarter"]] if "Quarter" in at else only
        metric_id = row[at["Metric_ID"]]
        is_score = metric_id.startswith(SCORES[quarter[3:]])
        value_id = f"OF0{metric_id[3:]}" if is_score and metric_id != COMBINED else metric_id
        place = lines.setdefault((quarter, row[at["Trust_code"]], value_id), Place(name, digest))
        if is_score:
            place.score_line = line
        else:
            place.line = line
    return lines
