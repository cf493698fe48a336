"""The two worlds of the oracle: the fictional sample and the real files, in part and whole."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.inprocess import asking
from tests.oracle.world import World, real_archive, real_files, sample_archive, sample_files


@pytest.fixture(
    scope="module",
    params=[
        "part of sample",
        "part of real",
        pytest.param("sample", marks=pytest.mark.long),
        pytest.param("real", marks=pytest.mark.long),
    ],
)
def world(request: pytest.FixtureRequest) -> World:
    is_whole = not request.param.startswith("part")
    if request.param.endswith("sample"):
        cache_folder: Path = request.getfixturevalue("sample_cache")
        request.getfixturevalue("sample")("table")
        return World(asking(cache_folder, sample=True), sample_archive(), is_whole, sample_files)
    shared: Path = request.getfixturevalue("shared")
    store: Path = request.getfixturevalue("real_store")
    return World(asking(store), real_archive(shared), is_whole, partial(real_files, shared))
