"""Where things are kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def default_data_dir() -> Path:
    """Return where releases are stored: ``NHSLEAGUE_DATA_DIR``, else the user's cache folder."""
    if named := os.environ.get("NHSLEAGUE_DATA_DIR"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("nhsleague", appauthor=False))


def default_config_dir() -> Path:
    """Return where settings are kept: ``NHSLEAGUE_CONFIG_DIR``, else the user's own folder."""
    if named := os.environ.get("NHSLEAGUE_CONFIG_DIR"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_config_dir("nhsleague", appauthor=False))
