"""The trusts that a person watches, and what was last seen of each: a file of the user's settings.

One process changes it at a time, and it is replaced whole, so that no reader sees half of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nhs_league.core.answers import Seen
from nhs_league.errors import RefusedError, UsageError
from nhs_league.files import default_config_dir, write_atomically
from nhs_league.frozen import frozen

FORMAT = 1
"""The version of the file's layout."""


@frozen
class Watch:
    """A trust that is watched.

    Attributes:
        name: its name when it was last seen.
        seen: what was last seen of it.

    """

    name: str
    seen: Seen


Watches = Mapping[str, Watch]
"""Trust code -> how it is watched, in the order in which they were added."""


def path_of(*, sample: bool) -> Path:
    """Return the file; the fictional sample has one of its own."""
    return default_config_dir() / ("watch-sample.json" if sample else "watch.json")


def read(path: Path) -> Watches:
    """Read who is watched; nobody where there is no file.

    Raises:
        RefusedError: the file cannot be read, or is not what was written.

    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RefusedError(
            str(path),
            f"it cannot be read: {error.strerror or error}",
            advice="Check its permissions, or name another folder with NHSLEAGUE_CONFIG_DIR.",
        ) from error
    except UnicodeDecodeError as error:
        raise _damaged(path) from error
    try:
        written = json.loads(text)
        if isinstance(written, dict) and written.get("format", FORMAT) > FORMAT:
            raise RefusedError(
                str(path), "a newer version of nhsleague wrote it", advice="Update nhsleague."
            )
        return {str(code): _watch(each) for code, each in written["trusts"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path) from error


def change(path: Path, how: Callable[[Watches], Watches]) -> Watches:
    """Change who is watched, and return it.

    Args:
        path: the file.
        how: returns the watches as they shall be from those that there are.

    Raises:
        RefusedError: the file is damaged.
        UsageError: it cannot be written.

    """
    from filelock import FileLock

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), preserve_lock_file=True):
            before = read(path)
            after = how(before)
            if after != before:
                trusts = {code: asdict(watch) for code, watch in after.items()}
                written = json.dumps(
                    {"format": FORMAT, "trusts": trusts}, ensure_ascii=False, indent=1
                )
                write_atomically(path, f"{written}\n".encode())
            return after
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Make room, or name another folder with NHSLEAGUE_CONFIG_DIR.",
        ) from error


def _watch(written: dict[str, Any]) -> Watch:
    """Read one trust; whatever is not as it was written is a ValueError."""
    seen = written["seen"]
    quarter, prints, revised = seen["quarter"], seen["fingerprints"], seen["revised"]
    texts = (written["name"], quarter, *prints, *prints.values(), *revised)
    counts = revised.values()
    if not all(isinstance(text, str) for text in texts) or not quarter:
        raise ValueError("a text is none")
    if not all(type(count) is int for count in counts):
        raise ValueError("a number is none")
    return Watch(written["name"], Seen(quarter, prints, revised))


def _damaged(path: Path) -> RefusedError:
    return RefusedError(
        str(path),
        "it is damaged, so the trusts that you watch cannot be read",
        advice="Remove the file, and add them again: nhsleague watch add RDY",
    )
