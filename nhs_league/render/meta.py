"""Where an answer's figures come from, in the words that every format carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from nhs_league.core.answers import (
    Answer,
    FetchReport,
    PublishedFiles,
    Sources,
    StoredFileChecks,
    TableList,
    Watched,
    kind_of,
)
from nhs_league.core.citations import LICENCE, ReleaseFile
from nhs_league.core.quarters import in_time
from nhs_league.frozen import frozen

if TYPE_CHECKING:
    from nhs_league.core.citations import Citation

LICENCE_PAGE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
SOURCE = "NHS England, NHS Oversight Framework"
SOURCE_PAGE = "https://www.england.nhs.uk/nhs-oversight-framework/segmentation-and-league-tables/"
_WITHOUT_FIGURES = (FetchReport, PublishedFiles, StoredFileChecks, TableList, Watched)
_PAGE = 100
SAMPLE_SOURCE = "the fictional sample of nhsleague: invented trusts and figures"


def _no_files() -> Sequence[ReleaseFile]:
    """Return no release files: of an answer that is none of a League's."""
    return ()


@frozen
class Meta:
    """What an answer rests on.

    Attributes:
        sample: whether the figures are the fictional sample's.
        version: the program's version.
        filters: what the person narrowed the question to, by option.
        files: lists the stored release files, for citations.
        is_cited: whether to cite the release files beside the answer.
        whole: the answer with all its columns, where one with fewer is written.

    """

    sample: bool
    version: str
    filters: Mapping[str, object]
    files: Callable[[], Sequence[ReleaseFile]] = field(default=_no_files, compare=False)
    is_cited: bool = False
    whole: Answer | None = field(default=None, compare=False)

    def citations(self, answer: Answer) -> list[Citation]:
        """Cite the release files that an answer's figures come from."""
        from nhs_league.render.citations import citations

        if isinstance(answer, _WITHOUT_FIGURES):
            return []
        return citations(self.whole or answer, self)

    def credit(self, answer: Answer) -> str:
        """Return whose figures these are and under which licence; empty for no figures."""
        named = quarters_of(answer)
        quarters = f"{named[0]} to {named[-1]}" if len(named) > 2 else " and ".join(named)
        if isinstance(answer, _WITHOUT_FIGURES):
            return ""
        quarters = quarters or "all stored quarters"
        if self.sample:
            return f"Fictional sample, {quarters}: invented trusts and figures, not NHS England's."
        return f"Source: {SOURCE}, {quarters} ({LICENCE})."

    def credit_line(self, answer: Answer) -> str:
        """Return whose published figures these are, short enough for a line; empty for none."""
        named = quarters_of(answer)
        if self.sample or isinstance(answer, _WITHOUT_FIGURES) or not named:
            return ""
        quarters = named[0] if len(named) == 1 else f"{named[0]} to {named[-1]}"
        return f"NHS England, {quarters} ({LICENCE})"

    def html(self, answer: Answer) -> str:
        """Return the answer as a fragment of HTML, as a notebook shows it."""
        from nhs_league.render.html import to_notebook

        return to_notebook(answer, self)

    def text(self, answer: Answer, form: str) -> str:
        """Return the answer in a format that is text.

        Raises:
            UsageError: no format is called so, or it is not text.

        """
        from nhs_league.errors import UsageError
        from nhs_league.render.formats import WRITERS
        from nhs_league.usage import Format, in_choice

        texts = [each for each in WRITERS if each.is_text]
        if form not in texts:
            raise UsageError(f'There is no text format "{form}".', f"Use {in_choice(texts)}.")
        return str(WRITERS[Format(form)].write(answer, self))

    def chart(self, answer: Answer) -> Any:
        """Return the answer as an Altair chart.

        Raises:
            UsageError: altair is not installed, or such an answer has no chart.

        """
        from nhs_league.errors import UsageError

        try:
            from nhs_league.render.altair_charts import to_chart
        except ImportError as error:
            raise UsageError(
                "Charts need the package altair, which is not installed.",
                "Run: pip install 'nhsleague[charts]'",
            ) from error
        return to_chart(answer, self)

    def save(self, answer: Answer, path: Path) -> None:
        """Write the answer to a file; its extension sets the format.

        Raises:
            UsageError: no format has this extension.

        """
        from nhs_league.files import write_file
        from nhs_league.render.formats import WRITERS, format_for
        from nhs_league.render.terminal import Look, to_text
        from nhs_league.usage import Format

        name = format_for(path)
        if name is Format.TABLE:
            written: str | bytes = to_text(answer, self, width=_PAGE, look=Look())
        else:
            written = WRITERS[name].write(answer, self)
        write_file(path, written.encode("utf-8") if isinstance(written, str) else written)


def quarters_of(answer: Answer) -> list[str]:
    """List the quarters that an answer has figures of, oldest first."""
    return in_time({*_texts(answer, "quarter"), *_texts(answer, "quarter_from")})


def release_files_of(answer: Answer) -> list[str]:
    """List the release files that an answer's figures come from."""
    return sorted({p for name in _texts(answer, "release_file") for p in name.split(" + ") if p})


def trust_types_of(answer: Answer) -> set[str]:
    """Collect the trust types that an answer has figures of."""
    return _texts(answer, "trust_type")


def _texts(answer: Answer, column: str) -> set[str]:
    """Collect a column's texts; a query can give a column of this name other things."""
    return {
        text
        for frame in (answer.frame, *answer.further_frames().values())
        if frame.schema.get(column, pl.Null()) in (pl.String, pl.Enum)
        for text in set(frame[column].to_list()) - {None}
    }


def described(answer: Answer, meta: Meta) -> dict[str, object]:
    """Describe an answer for a program: what it is, whose figures, from which files, how asked."""
    is_cited = meta.is_cited or isinstance(answer, Sources)
    cited = [each.text() for each in meta.citations(answer)] if is_cited else []
    return {
        "answer": kind_of(answer),
        "title": answer.title,
        "quarter": quarters_of(answer),
        "source": SAMPLE_SOURCE if meta.sample else SOURCE,
        "licence": None if meta.sample else LICENCE,
        "release_files": release_files_of(answer),
        "sample": meta.sample,
        "filters": dict(meta.filters),
        "notes": list(answer.notes),
        **({"citations": cited} if is_cited else {}),
        "version": meta.version,
    }
