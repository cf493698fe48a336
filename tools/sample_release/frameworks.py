"""Which framework year a quarter belongs to."""

from __future__ import annotations

from sample_release.catalogue_2025_26 import FRAMEWORK_2025_26
from sample_release.catalogue_2026_27 import FRAMEWORK_2026_27
from sample_release.measures import Framework


def framework_of(quarter: int) -> Framework:
    """Return the framework of a quarter, counted from 0 = Q1 2025/26; the newer one never ends."""
    return FRAMEWORK_2026_27 if quarter >= FRAMEWORK_2026_27.first else FRAMEWORK_2025_26
