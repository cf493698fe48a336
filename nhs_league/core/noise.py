"""Computed figures without the noise of binary fractions."""

from __future__ import annotations

import polars as pl

_PLACES = 6


def noiseless(computed: pl.Expr) -> pl.Expr:
    """Round a figure of our own to six places, so that 2.65 does not read 2.6500000000000004.

    Published figures have fewer places and are never rounded.
    """
    return computed.round(_PLACES)
