"""What ships with the package as JSON: metrics.json, frameworks.json and mergers.json."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read(name: str) -> dict[str, Any]:
    """Return the content of a file by its name, ``metrics.json``."""
    content: dict[str, Any] = json.loads(_bytes(name))
    return content


@cache
def fingerprint(name: str) -> str:
    """Return what stands for a file's content: other content has another fingerprint."""
    return hashlib.sha256(_bytes(name)).hexdigest()


def _bytes(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()
