"""Where an answer's figures come from, in the words that every format carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nhs_league.league.schema.answers import Answer

LICENCE = "Open Government Licence v3.0"
SOURCE = "NHS England, NHS Oversight Framework"
_WITHOUT_FIGURES = ("fetched", "available", "verified", "tables")
SAMPLE_SOURCE = "the fictional sample of nhsleague: invented trusts and figures"


@dataclass(frozen=True)
class Meta:
    """What an answer rests on.

    Attributes:
        sample: whether the figures are the fictional sample's.
        version: the program's version.
        filters: what the person narrowed the question to, by option.

    """

    sample: bool
    version: str
    filters: Mapping[str, object]

    def credit(self, answer: Answer) -> str:
        """Say in one line whose figures these are and under which licence; empty for no figures."""
        named = quarters_of(answer)
        quarters = f"{named[0]} to {named[-1]}" if len(named) > 2 else " and ".join(named)
        if answer.question in _WITHOUT_FIGURES:
            return ""
        quarters = quarters or "all quarters kept"
        if self.sample:
            return f"Fictional sample, {quarters}: invented trusts and figures, not NHS England's."
        return f"Source: {SOURCE}, {quarters} ({LICENCE})."


def quarters_of(answer: Answer) -> list[str]:
    """List the quarters that an answer has figures of, oldest first."""
    frames = (answer.frame, *answer.parts.values())
    found = {
        quarter
        for frame in frames
        for column in ("quarter", "quarter_from")
        if column in frame.columns
        for quarter in frame[column].drop_nulls().unique()
    }
    return sorted(found, key=lambda quarter: (quarter[3:], quarter))


def release_files_of(answer: Answer) -> list[str]:
    """List the release files that an answer's figures come from."""
    frames = (answer.frame, *answer.parts.values())
    named = {
        r for f in frames if "release_file" in f.columns for r in f["release_file"].unique() if r
    }
    return sorted({part for name in named for part in name.split(" + ")})


def described(answer: Answer, meta: Meta) -> dict[str, object]:
    """Describe an answer for a program: what it is, whose figures, from which files, how asked."""
    return {
        "question": answer.question,
        "title": answer.title,
        "quarter": quarters_of(answer),
        "source": SAMPLE_SOURCE if meta.sample else SOURCE,
        "licence": None if meta.sample else LICENCE,
        "release_files": release_files_of(answer),
        "sample": meta.sample,
        "filters": dict(meta.filters),
        "notes": list(answer.notes),
        "version": meta.version,
    }
