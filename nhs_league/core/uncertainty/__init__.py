"""How sure a league place, a difference between trusts and a weak spot are.

Method: docs/method.md. The metrics that count are a choice among many that could have been made, so
the question asked throughout is whether a result survives another choice.

Such a result costs more than the question around it, so it is worth storing. The core neither reads
nor writes files: whoever asks hands in a ``Keep``, which may return what was worked out before.
Whatever decides a result must be named to it, or be part of ``VERSION``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import polars as pl

VERSION = 3
"""The version of the results: raise it whenever one of them would differ for the same figures."""


class Keep(Protocol):
    """Return a result that was kept, or else compute it."""

    def __call__(
        self,
        name: str,
        quarters: Sequence[str],
        of: Sequence[str],
        compute: Callable[[], pl.DataFrame],
    ) -> pl.DataFrame:
        """Return a result; where there are no quarters, nothing is kept.

        Args:
            name: what it is, a word.
            quarters: labels of the quarters whose figures it is made from.
            of: the trust type and whatever else it was computed for.
            compute: makes it, from nothing but these.

        """


def afresh(
    name: str,  # noqa: ARG001 - nothing is kept
    quarters: Sequence[str],  # noqa: ARG001
    of: Sequence[str],  # noqa: ARG001
    compute: Callable[[], pl.DataFrame],
) -> pl.DataFrame:
    """Compute a result; nothing is kept."""
    return compute()
