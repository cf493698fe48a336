"""How many there are of something, in words."""

from __future__ import annotations


def counted(count: float, what: str) -> str:
    """Write a number of things, in the singular or the plural: ``1 trust``, ``129 trusts``.

    Args:
        count: how many; a number that is not whole takes the plural.
        what: one of them; its plural ends with s.

    """
    return f"{count:.12g} {what}" if count == 1 else f"{count:.12g} {what}s"
