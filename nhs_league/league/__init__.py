"""The public surface: a League has one method for each question, and the command line calls it."""

from __future__ import annotations

import os
from pathlib import Path

from nhs_league.core.frames import Frames
from nhs_league.errors import NoDataError
from nhs_league.files import default_data_dir
from nhs_league.league.explain import Explain
from nhs_league.league.history import History
from nhs_league.league.look import Look
from nhs_league.league.ranks import Ranks
from nhs_league.league.share import Share
from nhs_league.releases.store import open_store, read_quarters


class League(Look, Ranks, Explain, History, Share):
    """The stored releases, ready to answer questions; see ``open_league``.

    Each question returns a typed answer with the polars frame ``frame``, whose first column,
    ``sample``, is true where the figures are the fictional sample's; with ``notes`` and
    ``assumptions``; and with ``save(path)``. Published figures are unchanged; what is computed here
    has a column name that begins with ``computed_``. Each raises ``NotFoundError`` where a trust,
    metric, quarter or filter value is not known.
    """

    def quarters(self) -> tuple[str, ...]:
        """Return the labels of the quarters stored, oldest first.

        Example:
            >>> open_league(sample=True).quarters()[0]
            'Q1 2025/26'

        """
        return tuple(quarter.label for quarter in self.store.quarters)

    def frames(self) -> Frames:
        """Return the tidy frames of all quarters, lazily.

        Example:
            >>> open_league(sample=True).frames().standings.collect_schema().names()[0]
            'quarter'

        """
        return read_quarters(self.store, self.store.quarters)

    def __repr__(self) -> str:
        """Return which quarters are stored, and whose figures they are.

        Example:
            >>> open_league(sample=True)
            <League: fictional sample, Q1 2025/26 to Q1 2026/27>

        """
        whose = "fictional sample" if self.sample else "NHS England"
        ends = dict.fromkeys((self.store.quarters[0].label, self.store.quarters[-1].label))
        return f"<League: {whose}, {' to '.join(ends)}>"


def open_league(*, sample: bool = False, data_dir: str | os.PathLike[str] | None = None) -> League:
    """Open the stored releases, or the fictional sample.

    Args:
        sample: whether to answer from the fictional sample that ships with the package.
        data_dir: where releases are stored; None for ``NHSLEAGUE_DATA_DIR`` or the user's cache.

    Raises:
        NoDataError: nothing is stored there (``nhsleague fetch`` gets it); never with the sample.
        RefusedError: what is stored there cannot be read.

    Example:
        >>> from nhs_league import open_league
        >>> open_league(sample=True).quarters()
        ('Q1 2025/26', 'Q2 2025/26', 'Q3 2025/26', 'Q4 2025/26', 'Q1 2026/27')

    """
    folder = Path(data_dir) if data_dir is not None else default_data_dir()
    if sample:
        from nhs_league.sample import open_sample

        return League(open_sample(folder), sample=True)
    store = open_store(folder)
    if not store.quarters:
        raise NoDataError(
            f"No releases are stored in {folder}.",
            'Run "nhsleague fetch", or add --sample to use the fictional sample.',
        )
    return League(store, sample=False)
