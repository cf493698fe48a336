"""What an NHS trust's league rank hides."""

from __future__ import annotations

__version__ = "0.1.0"
