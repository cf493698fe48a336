"""Where things are kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def default_data_dir() -> Path:
    """Tell where releases are kept: ``NHSLEAGUE_DATA_DIR``, else the user's cache folder."""
    return Path(
        os.environ.get("NHSLEAGUE_DATA_DIR")
        or platformdirs.user_cache_dir("nhsleague", appauthor=False)
    )
