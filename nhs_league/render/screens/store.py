"""What is kept: a line a file or a release, its name cut rather than wrapped."""

from __future__ import annotations

from collections.abc import Iterator

from nhs_league.core.answers import FetchReport, PublishedFiles, StoredFileChecks, StoredReleases
from nhs_league.render.blocks import Block
from nhs_league.render.screens import tables
from nhs_league.render.screens.dispatch import Screen, next_of, screen_of
from nhs_league.render.views.columns import columns_of

Kept = FetchReport | PublishedFiles | StoredFileChecks | StoredReleases


@screen_of.register(FetchReport)
@screen_of.register(PublishedFiles)
@screen_of.register(StoredFileChecks)
@screen_of.register(StoredReleases)
def kept(answer: Kept, screen: Screen) -> Iterator[Block]:
    """Yield the table; without one that fits, all columns are a ``--wide`` away."""
    return tables.table(answer, columns_of(answer))


@next_of.register
def after_fetch(answer: FetchReport) -> tuple[str, ...]:
    """Offer the first questions to figures that are there."""
    return ("table", "worst elective", "releases")
