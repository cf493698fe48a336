"""How a release file is cited: whose it is, where it is published, on which line the figure is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from nhs_league.core import trust_types
from nhs_league.core.sentences import in_series
from nhs_league.frozen import frozen

PUBLISHER = "NHS England"
LICENCE = "Open Government Licence v3.0"
DIGITS = 12
"""How many digits of a file's sha256 a citation has."""
_SINGLE_LINES = 6
"""Up to how many lines are named one by one."""


@frozen
class ReleaseFile:
    """A stored release file, as far as a citation needs it.

    Attributes:
        name: the file's name.
        release_file: the name by which rows name it.
        kind: ``metric`` or ``league table``.
        quarters: labels of the quarters that it has figures of, oldest first.
        trust_types: the trust types that it has figures of.
        address: where it was downloaded; empty where that is not known.
        published: when it was published, an ISO month, date or date-time; empty where not known.
        retrieved: when it was downloaded or imported, ISO date-time; empty where not known.
        sha256: of the file as it came.

    """

    name: str
    release_file: str
    kind: str
    quarters: tuple[str, ...]
    trust_types: tuple[str, ...]
    address: str
    published: str
    retrieved: str
    sha256: str


@frozen
class Citation:
    """A citation of a release file.

    Attributes:
        file: the file.
        quarters: labels of the quarters of which its figures are used.
        lines: the lines that they are on, from 1; empty where no line is cited.
        is_sample: whether the file is the fictional sample's.

    """

    file: ReleaseFile
    quarters: tuple[str, ...]
    lines: tuple[int, ...] = ()
    is_sample: bool = False

    @property
    def title(self) -> str:
        """What the file is, with its quarters."""
        of = in_series([trust_types.in_words(t) for t in self.file.trust_types])
        kind = "league table" if self.file.kind == "league table" else "metric data"
        parts = (f"NHS Oversight Framework: {kind}", of, _span(self.quarters))
        title = ", ".join(part for part in parts if part)
        return f"Fictional sample in the form of {title}" if self.is_sample else title

    @property
    def author(self) -> str:
        """Whose figures they are."""
        return "nhsleague" if self.is_sample else PUBLISHER

    @property
    def notice(self) -> str:
        """What a reader must know of the figures: the licence, or that they are invented."""
        if self.is_sample:
            return "Every trust and figure is invented: these are not figures of NHS England"
        return LICENCE

    @property
    def retrieved(self) -> str:
        """How the file came here, as words; empty where that is not known."""
        day = _day(self.file.retrieved)
        if self.is_sample:
            return ""
        if self.file.address:
            return f"Retrieved {day}" if day else ""
        return f"{f'Imported on {day}' if day else 'Imported'}, original address unknown"

    @property
    def where(self) -> str:
        """The file's name and the lines of it: ``x.csv, lines 5 and 9``."""
        return ", ".join(filter(None, (self.file.name, in_lines(self.lines))))

    @property
    def digest(self) -> str:
        """The first digits of the file's sha256."""
        return f"SHA-256 {self.file.sha256[:DIGITS]}"

    def text(self) -> str:
        """Write the citation as one paragraph to paste."""
        published = _day(self.file.published)
        parts = (
            self.author,
            self.title,
            f"Published {published}" if published and not self.is_sample else "",
            self.where,
            "" if self.is_sample else self.file.address,
            self.retrieved,
            self.notice,
            self.digest,
        )
        return f"{'. '.join(part for part in parts if part)}."


def in_lines(lines: Collection[int]) -> str:
    """Name lines of a file.

    >>> in_lines([7]), in_lines([19, 7]), in_lines(range(2, 40)), in_lines([])
    ('line 7', 'lines 7 and 19', '38 lines from 2 to 39', '')
    """
    named = sorted(set(lines))
    if not named:
        return ""
    if len(named) > _SINGLE_LINES:
        return f"{len(named):,} lines from {named[0]} to {named[-1]}"
    return f"line{'s' if len(named) > 1 else ''} {in_series([str(line) for line in named])}"


def _span(quarters: tuple[str, ...]) -> str:
    return f"{quarters[0]} to {quarters[-1]}" if len(quarters) > 2 else " and ".join(quarters)


def _day(text: str) -> str:
    """Write an ISO month, date or date-time as people do.

    >>> _day("2026-06"), _day("2026-11-08T07:12:00Z"), _day("")
    ('June 2026', '8 November 2026', '')
    """
    if not text:
        return ""
    if len(text) == len("2026-06"):
        return f"{date.fromisoformat(f'{text}-01'):%B %Y}"
    day = date.fromisoformat(text[:10])
    return f"{day.day} {day:%B %Y}"
