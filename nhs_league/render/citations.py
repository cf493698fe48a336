"""Citations of an answer's release files, as text, BibTeX and CSL-JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.citations import Citation
from nhs_league.core.quarters import in_time
from nhs_league.errors import UsageError
from nhs_league.render.meta import quarters_of, release_files_of, trust_types_of

if TYPE_CHECKING:
    from nhs_league.core.answers import Answer
    from nhs_league.render.meta import Meta

_BOTH = " + "
"""What stands between two files of which one row is composed."""
_LINES = ("line", "score_line", "segment_line")
_SPECIAL = re.compile(r"([&%$#_{}])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def citations(answer: Answer, meta: Meta) -> list[Citation]:
    """Cite the release files that an answer's figures come from.

    Where the answer has the lines of its figures, they are cited; where it does not say which files
    it used, those that are stored of its quarters and trust types are.
    """
    used = dict(_used(answer))
    quarters = quarters_of(answer)
    named = release_files_of(answer)
    types = trust_types_of(answer)
    cited = []
    for file in meta.files():
        is_used = file.release_file in named or (
            not named
            and not {*quarters}.isdisjoint(file.quarters)
            and (not types or not types.isdisjoint(file.trust_types))
        )
        if not is_used:
            continue
        of, lines = used.get(file.release_file, (set(), set()))
        shown = in_time(of or [q for q in file.quarters if q in quarters])
        cited.append(Citation(file, tuple(shown), tuple(sorted(lines)), is_sample=meta.sample))
    return sorted(cited, key=lambda each: each.file.release_file)


def _used(answer: Answer) -> Iterator[tuple[str, tuple[set[str], set[int]]]]:
    """Yield each release file with the quarters and the lines that an answer's rows have of it."""
    used: dict[str, tuple[set[str], set[int]]] = {}
    for frame in (answer.frame, *answer.further_frames().values()):
        is_text = frame.schema.get("release_file") == pl.String
        if not is_text or not isinstance(frame.schema.get("quarter"), pl.String | pl.Enum):
            continue
        lines = [c for c in _LINES if c in frame.columns and frame.schema[c].is_integer()]
        rows = frame.select(pl.col("quarter").cast(pl.String), "release_file", *lines)
        for quarter, files, *numbers in rows.drop_nulls("release_file").iter_rows():
            for file in files.split(_BOTH):
                of, at = used.setdefault(file, (set(), set()))
                if quarter is not None:
                    of.add(quarter)
                if _BOTH not in files:
                    at.update(line for line in numbers if line is not None)
    yield from used.items()


def to_bibtex(answer: Answer, meta: Meta) -> str:
    """Write the citations as BibTeX, one entry a release file.

    Raises:
        UsageError: the answer has no figures to cite.

    """
    return "\n".join(_entry(citation) for citation in _any(answer, meta))


def to_csl_json(answer: Answer, meta: Meta) -> str:
    """Write the citations as CSL-JSON, which reference managers import.

    Raises:
        UsageError: the answer has no figures to cite.

    """
    items = [_item(citation) for citation in _any(answer, meta)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _any(answer: Answer, meta: Meta) -> list[Citation]:
    cited = meta.citations(answer)
    if not cited:
        raise UsageError("This answer has no figures to cite.", "Use another --format.")
    return cited


def _key(citation: Citation) -> str:
    who = "fictional-sample" if citation.is_sample else "nhsengland"
    return f"{who}-{citation.file.sha256[:8]}"


def _entry(citation: Citation) -> str:
    file = citation.file
    year, month = file.published[:4], file.published[5:7]
    fields = {
        "author": f"{{{citation.author}}}",
        "title": f"{{{_escaped(citation.title)}}}",
        "year": "" if citation.is_sample else year,
        "howpublished": "CSV file",
        "note": _escaped(_note(citation)),
        "url": "" if citation.is_sample else file.address,
        "urldate": file.retrieved[:10] if file.address and not citation.is_sample else "",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if month and not citation.is_sample:
        lines.insert(3, f"  month = {_MONTHS[int(month) - 1]},")
    return "\n".join((f"@misc{{{_key(citation)},", *lines, "}\n"))


def _note(citation: Citation) -> str:
    """Write what the fields have no room for: file and lines, licence or notice, sha256."""
    imported = "" if citation.file.address else citation.retrieved
    parts = (citation.where, imported, citation.notice, citation.digest)
    return f"{'. '.join(part for part in parts if part)}."


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _item(citation: Citation) -> dict[str, object]:
    file = citation.file
    item: dict[str, object] = {
        "id": _key(citation),
        "type": "dataset",
        "title": citation.title,
        "author": [{"literal": citation.author}],
        "note": _note(citation),
    }
    if citation.is_sample:
        return item
    item["publisher"] = citation.author
    if file.published:
        item["issued"] = _date_parts(file.published)
    if file.address:
        item["URL"] = file.address
        if file.retrieved:
            item["accessed"] = _date_parts(file.retrieved)
    return item


def _date_parts(text: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in text[:10].split("-")]]}
