"""Stores as other versions, and other hands, would have left them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def rewrite_manifest(store: Path, text: str) -> None:
    """Write a manifest as a program would, with its digest beside it."""
    (store / "manifest.json").write_text(text, "utf-8")
    digest = hashlib.sha256((store / "manifest.json").read_bytes()).hexdigest()
    (store / "manifest.sha256").write_text(digest, "ascii")


def read_manifest(store: Path) -> dict[str, Any]:
    """Read a manifest's values."""
    values: dict[str, Any] = json.loads((store / "manifest.json").read_text("utf-8"))
    return values


def as_of_version_1(store: Path) -> None:
    """Turn a store into one of version 1.0.0: layout 3, no records, no digest.

    That version took an imported file's time stamp on disk for its date of publication.
    """
    values = read_manifest(store)
    for file in values["files"]:
        for name in ("last_modified", "order", "follows", "taken_as"):
            del file[name]
        if not file["source"].startswith("http"):
            file["published"] = "2026-03-10T09:30:00+00:00"
    values |= {"format": 3, "columns": "of 1.0.0"}
    del values["before"]
    (store / "manifest.json").write_text(json.dumps(values), "utf-8")
    (store / "manifest.sha256").unlink()
    for record in (store / "raw").glob("*.json"):
        record.unlink()
