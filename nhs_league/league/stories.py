"""Questions of a quarter as a whole: its stories, and what is new for some trusts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nhs_league.league.base import Questions, described, scope_of
from nhs_league.scope import (
    LATEST,
    Scope,
    find_trust,
    load_frames,
    national_boundaries,
    quarters_with,
    resolve_filters,
    resolve_trust_type,
)
from nhs_league.usage import check_stories

if TYPE_CHECKING:
    from nhs_league.core.answers import News, Seen, Stories
    from nhs_league.core.frames import Frames
    from nhs_league.core.quarters import Quarter
    from nhs_league.core.stories.leads import Material


class Newsroom(Questions):
    """The questions of a quarter as a whole."""

    def stories(
        self,
        trust: str | None = None,
        *,
        quarter: str = LATEST,
        trust_type: str | None = None,
        regions: Sequence[str] = (),
        subtypes: Sequence[str] = (),
        segments: Sequence[int] = (),
    ) -> Stories:
        """Find the ten things of a quarter that a reporter would look at first.

        They are chosen by the rule of ``core.stories``: first what chance explains least, with no
        more than three of one kind and two of one trust; nothing that chance explains as well, and
        nothing that rests on a doubtful figure.

        Args:
            trust: only stories of this trust, as for ``explain``.
            quarter: as for ``explain``.
            trust_type: as for ``hidden``.
            regions: as for ``hidden``.
            subtypes: as for ``hidden``.
            segments: as for ``hidden``.

        Returns:
            Columns ``core.stories.STORIES``: a sentence each, how sure it is, and its rows.

        Raises:
            UsageError: a trust is named beside a type or filters.
            NotFoundError: a trust, quarter or filter value is not known.

        Example:
            >>> stories = open_league(sample=True).stories().frame
            >>> stories.height <= 10, stories["kind"].value_counts()["count"].max() <= 3
            (True, True)

        """
        from nhs_league.core.caveats import with_caveats
        from nhs_league.core.stories import leads, stories

        scope = scope_of(quarter, trust_type, regions, subtypes, segments)
        narrowed = any((trust_type, regions, subtypes, segments))
        check_stories(trust, narrowed=narrowed)
        code: str | None = None
        assumptions: tuple[str, ...] = ()
        if trust:
            frames, match = find_trust(self.store, trust, quarter)
            code = match.code
            standing = frames.standings.filter(trust_code=code).collect()
            types = standing["trust_type"].to_list()[-1:]
            scope = Scope(quarter, types[0])
            assumptions = tuple(filter(None, (match.assumption,)))
        resolved_type, others = resolve_trust_type(self.store, scope)
        frames = load_frames(self.store, scope)
        filters = resolve_filters(scope, frames)
        of_types = [(each, leads(each)) for each in self._materials(frames, resolved_type)]
        answer = stories(of_types, resolved_type, filters, code)
        answer = replace(answer, assumptions=(*assumptions, *others))
        answer = with_caveats(answer, frames.of_type(resolved_type))
        parameters = described(scope_of(quarter, trust_type, regions, subtypes, segments))
        return self._present(answer, trust=trust, **parameters)

    def watch(self, *trusts: str, since: Mapping[str, Seen] | None = None) -> News:
        """Find what is new for some trusts.

        Args:
            trusts: codes or names.
            since: trust code -> what was last seen of it, the ``seen`` of an earlier answer; of a
                trust that is not named there, all that is published is new.

        Returns:
            Schema ``core.watch.NEWS``: segment and rank in a new quarter, clear changes, weak
            spots that are new and gone, revisions; and ``seen``, to look again from.

        Raises:
            NotFoundError: a trust is not known.

        Example:
            >>> league = open_league(sample=True)
            >>> first = league.watch("ZB6")
            >>> first.frame["kind"][1], league.watch("ZB6", since=first.seen).frame.height
            ('rank', 0)

        """
        from nhs_league.core.watch import news
        from nhs_league.releases.store import read_quarters

        matches = [find_trust(self.store, trust, LATEST)[1] for trust in trusts]
        codes = list(dict.fromkeys(match.code for match in matches))
        answer = news(
            read_quarters(self.store, self.store.quarters), codes, since or {}, self._keep
        )
        lines = tuple(match.assumption for match in matches if match.assumption)
        return self._present(replace(answer, assumptions=lines), trusts=list(trusts))

    def _materials(self, frames: Frames, trust_type: str) -> list[Material]:
        """Return each type's figures of one quarter, and what came before."""
        from nhs_league.core import trust_types
        from nhs_league.core.quarters import Quarter
        from nhs_league.core.stories.leads import Material
        from nhs_league.releases.store import read_quarters

        listed = frames.of_type(trust_type).standings.select("trust_type", "quarter")
        newest = dict(listed.unique().collect().iter_rows())
        materials = []
        for each in trust_types.in_order(set(newest)):
            quarter = Quarter.parse(newest[each])
            of_quarter = read_quarters(self.store, [quarter])
            stored = quarters_with(self.store, each)
            materials.append(
                Material(
                    each,
                    quarter.label,
                    is_newest=quarter == stored[-1],
                    frames=of_quarter,
                    boundaries=national_boundaries(self.store, quarter),
                    earlier=self._earlier(of_quarter, each),
                    before=self._before(each, quarter),
                    keep=self._keep,
                )
            )
        return materials

    def _before(self, trust_type: str, quarter: Quarter) -> Frames | None:
        """Return the quarter before, if it is stored and of the same framework year."""
        from nhs_league.releases.store import read_quarters

        older = [each for each in quarters_with(self.store, trust_type) if each < quarter]
        if not older or older[-1].year != quarter.year:
            return None
        return read_quarters(self.store, [older[-1]])
