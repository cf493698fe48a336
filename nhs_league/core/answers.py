"""The answers: one frozen dataclass for each kind; a renderer chooses by the type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import polars as pl

from nhs_league.frozen import frozen


class Guess(str):
    """An assumption about a name that matches nothing; show it, or do not use the guess."""

    __slots__ = ()


class Titled(str):
    """An assumption that a title on a terminal shows too, but for what is ``further``."""

    __slots__ = ("further",)
    further: str

    def __new__(cls, assumption: str, further: str = "") -> Titled:
        """Join both to one text, as all that has no such title shows it."""
        text = super().__new__(cls, f"{assumption} {further}".rstrip())
        text.further = further
        return text


class InWords(str):
    """A note that puts into words what a terminal draws, or shows on request only.

    Formats without drawings show it like any other note.
    """

    __slots__ = ()


class Presenter(Protocol):
    """Whatever can show an answer: ``render.meta.Meta`` does."""

    @property
    def sample(self) -> bool:
        """Return whether the figures are the fictional sample's."""

    def html(self, answer: Answer) -> str:
        """Return the answer as a fragment of HTML."""

    def text(self, answer: Answer, form: str) -> str:
        """Return the answer in a format that is text."""

    def chart(self, answer: Answer) -> Any:
        """Return the answer as a chart."""

    def save(self, answer: Answer, path: Path) -> None:
        """Write the answer to a file; its extension sets the format."""


@frozen
class Answer:
    """The answer to one question.

    Attributes:
        title: one line that says what is shown.
        frame: the answer as a tidy frame, figures unrounded.
        assumptions: what was assumed where the person left it open.
        notes: what a reader must know to read the figures correctly.
        scope: whose figures these are: ``acute trusts, London``; empty where no question narrows.
        presenter: what shows the answer; None for an answer of the core alone.

    """

    title: str
    frame: pl.DataFrame
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    scope: str = field(default="", kw_only=True)
    presenter: Presenter | None = field(default=None, compare=False, kw_only=True)

    def further_frames(self) -> dict[str, pl.DataFrame]:
        """Return the answer's other frames by their names, those that it has."""
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: value
            for name, value in named.items()
            if name != "frame" and isinstance(value, pl.DataFrame)
        }

    def save(self, path: str | Path) -> None:
        """Write the answer to a file.

        Args:
            path: the file; its extension sets the format, such as csv, xlsx or md.

        Raises:
            UsageError: no format has this extension, or the file cannot be written.

        """
        self._shown_by().save(self, Path(path))

    def as_text(self, form: str = "markdown") -> str:
        """Return the answer as a text.

        Args:
            form: a format that is text, such as markdown, csv or json.

        Raises:
            UsageError: no format is called so, or it is not text.

        """
        return self._shown_by().text(self, form)

    def chart(self) -> Any:
        """Return the answer as an ``altair.Chart``, with its title, units and source.

        Raises:
            UsageError: altair is not installed, or such an answer has no chart.

        """
        return self._shown_by().chart(self)

    def _repr_html_(self) -> str:
        """Return the answer as a notebook shows it."""
        return self._shown_by().html(self)

    def __repr__(self) -> str:
        """Return the title and the size of the answer.

        >>> Ranking("Worst first: sickness", pl.DataFrame({"rank": [2, 1]}))
        <Ranking: Worst first: sickness (2 rows, 1 column)>
        """
        height, width = self.frame.shape
        rows = "1 row" if height == 1 else f"{height} rows"
        columns = "1 column" if width == 1 else f"{width} columns"
        return f"<{type(self).__name__}: {self.title} ({rows}, {columns})>"

    def _shown_by(self) -> Presenter:
        if self.presenter is None:
            raise TypeError("Only an answer from a League can be shown or saved.")
        return self.presenter


AnyAnswer = TypeVar("AnyAnswer", bound=Answer)


def presented_by(answer: AnyAnswer, presenter: Presenter) -> AnyAnswer:
    """Return an answer that can show itself, each frame with the column ``sample`` first."""
    frames = {"frame": answer.frame, **answer.further_frames()}
    marked: Mapping[str, object] = {
        name: with_sample(frame, sample=presenter.sample) for name, frame in frames.items()
    }
    return replace(answer, presenter=presenter, **marked)  # type: ignore[arg-type]


def kind_of(answer: Answer) -> str:
    """Return the kind of an answer for data: ``league_table`` for a ``LeagueTable``."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", type(answer).__name__).casefold()


def with_sample(frame: pl.DataFrame, *, sample: bool) -> pl.DataFrame:
    """Add the column ``sample`` first, so that fictional figures never pass for real ones."""
    columns = [column for column in frame if column.name != "sample"]
    return pl.DataFrame([pl.Series("sample", [sample]).new_from_index(0, frame.height), *columns])


class Ranking(Answer):
    """Trusts ordered by a metric: ``core.ranking.BY_METRIC``."""


@frozen(kw_only=True)
class AreaRanking(Answer):
    """Trusts ordered by an area: ``core.ranking.BY_AREA`` and a column for each metric's values.

    Attributes:
        metrics: what these columns are: column, metric_id, metric, short_name, unit.

    """

    metrics: pl.DataFrame


class LeagueTable(Answer):
    """The league table: ``core.frames.STANDINGS`` and ``computed_rank``."""


class GroupedTable(LeagueTable):
    """The league table with, for each trust, how many are indistinguishable from it."""


@frozen(kw_only=True)
class TrustProfile(Answer):
    """How one trust does: its metrics, worst first, ``core.profile.METRICS``.

    Attributes:
        standing: its row of STANDINGS with ``computed_score_rank`` and ``computed_of``.
        domains: its rows of DOMAINS with ``computed_median``, that of its type.
        past: its values quarter by quarter, ``core.profile.PAST``.
        previous: its row of STANDINGS in the quarter before; None where there is none.
        ranges: its likely ranges, computed; None where they are published and no option is set.
        firmness: how firm its place by score is, ``core.uncertainty.redraws.firmness``; None where
            not all trusts' scores are stored.
        chance: how many of its metrics were looked at, and how many are severe weak spots,
            ``core.uncertainty.chance.looked_at``.
        peers: the trusts most like it, ``core.peers.SIMILAR``; None without the option.

    """

    standing: pl.DataFrame
    domains: pl.DataFrame
    past: pl.DataFrame
    previous: pl.DataFrame | None = None
    ranges: pl.DataFrame | None = None
    firmness: pl.DataFrame | None = None
    chance: pl.DataFrame | None = None
    peers: pl.DataFrame | None = None


@frozen(kw_only=True)
class Comparison(Answer):
    """Trusts side by side: ``core.comparison.SIDE_BY_SIDE``.

    Attributes:
        standings: their rows of STANDINGS.
        pairs: which of them are distinguishable, ``core.confidence.distinguishable``.

    """

    standings: pl.DataFrame
    pairs: pl.DataFrame


class GroupComparison(Answer):
    """Groups of trusts side by side: ``core.comparison.GROUPS``."""


class Spread(Answer):
    """How a metric's values are spread: ``core.distribution.HISTOGRAM``."""


class MetricList(Answer):
    """What is measured: ``core.metrics.CATALOGUE``."""


class TrustList(Answer):
    """Which trusts there are: ``core.trusts.LISTED``."""


@frozen(kw_only=True)
class Explanation(Answer):
    """How a trust's rank came about: ``core.explanation.EXPLAINED``.

    Attributes:
        standing: its row of STANDINGS with its unadjusted segment and rank without the override.
        cuts: how far the segments on either side are, ``core.explanation.CUTS``.
        rules: how each kind of rule scores a metric.

    """

    standing: pl.DataFrame
    cuts: pl.DataFrame
    rules: tuple[str, ...] = ()


@frozen(kw_only=True)
class MetricExplanation(Answer):
    """What a metric is, one row a trust type: ``core.metric_explanation.EXPLAINED_METRIC``.

    Attributes:
        periods: the quarters in which it was published, ``core.metric_explanation.PERIODS``.

    """

    periods: pl.DataFrame


@frozen(kw_only=True)
class Audit(Answer):
    """Published figures that do not follow from the others: ``core.audit.AUDIT``.

    Attributes:
        checked: how many of each kind were recomputed, ``core.audit.SUMMARY``.
        reasons: why some were not, ``core.audit.REASONS``.
        rules: the scoring rules used, ``core.method.rules.RULES``.

    """

    checked: pl.DataFrame
    reasons: pl.DataFrame
    rules: pl.DataFrame


@frozen(kw_only=True)
class WhatIf(Answer):
    """What would follow from other figures of a trust: ``core.whatif.WHATIF``.

    Attributes:
        table: the league table as it is and as it would be.

    """

    table: pl.DataFrame


class Improvements(Answer):
    """Ways for a trust to reach a segment: ``core.improvements.IMPROVEMENTS``."""


@frozen(kw_only=True)
class Robustness(Answer):
    """How firm a trust's place by score is: ``core.uncertainty.robustness.ROBUSTNESS``.

    Attributes:
        standing: its row of ROBUST_TABLE.

    """

    standing: pl.DataFrame


class RobustTable(Answer):
    """How firm a type's places by score are: ``core.uncertainty.robustness.ROBUST_TABLE``."""


class HiddenWeakSpots(Answer):
    """Severe weak spots of trusts in unadjusted segment 1 or 2: ``core.hidden.HIDDEN``."""


class CappedTrusts(Answer):
    """Trusts in segment 3 only through the financial override: ``core.hidden.CAPPED``."""


class Stories(Answer):
    """What a reporter would look at first: ``core.stories.STORIES``."""


@frozen
class Seen:
    """What was last seen of a trust.

    Attributes:
        quarter: the newest quarter of its trust type.
        fingerprints: quarter -> a digest of the trust's published figures.
        revised: figure -> how many versions of it had been published, where there were several.

    """

    quarter: str
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    revised: Mapping[str, int] = field(default_factory=dict)


@frozen(kw_only=True)
class News(Answer):
    """What is new for some trusts since it was last looked at: ``core.watch.NEWS``.

    Attributes:
        trusts: the trusts looked at: trust_code and trust_name.
        seen: trust code -> what is seen now, to look again from.

    """

    trusts: pl.DataFrame
    seen: Mapping[str, Seen] = field(default_factory=dict)


class Watched(Answer):
    """The trusts that a person watches: trust_code, trust_name, quarter (the newest seen)."""


class Changes(Answer):
    """What changed between two quarters: ``core.changes.CHANGES``."""


class Revisions(Answer):
    """Figures that a later file changed: ``core.history.REVISIONS``."""


class PlaceTrend(Answer):
    """Trusts' segments and ranks, quarter by quarter: ``core.history.PLACES``."""


class MetricTrend(Answer):
    """One metric or area, quarter by quarter: ``core.history.METRIC_TREND``."""


class EveryMetricTrend(Answer):
    """All metrics of trusts, quarter by quarter: ``core.history.METRIC_TREND``."""


class Sources(Answer):
    """Where a trust's figures come from, to the line of the file: ``core.sources.SOURCES``."""


class QueryResult(Answer):
    """The rows of an SQL query."""


class TableList(Answer):
    """The tidy tables, their columns and units."""


class FetchReport(Answer):
    """What became of each release file."""


class StoredReleases(Answer):
    """The releases that are stored."""


class PublishedFiles(Answer):
    """The release files that NHS England's pages link."""


class StoredFileChecks(Answer):
    """Whether each stored file is intact."""


@frozen
class TrustReport:
    """All that a report on one trust shows.

    Attributes:
        trust_code: the trust.
        profile: how it does, with the trusts most like it.
        explanation: how its rank came about.
        places: its segments and ranks, quarter by quarter.
        trends: its metrics, quarter by quarter.
        domains: its domains among its peers', ``core.distribution.DOMAIN_SPREAD``.
        to_ask: similar trusts that do better at its weak spots, ``core.peers.TO_ASK``.
        sources: the release files of its figures, ``releases.listing.SOURCES``.
        assumptions: what was assumed to find the trust.

    """

    trust_code: str
    profile: TrustProfile
    explanation: Explanation
    places: PlaceTrend
    trends: EveryMetricTrend | MetricTrend
    domains: pl.DataFrame
    to_ask: pl.DataFrame
    sources: pl.DataFrame
    assumptions: tuple[str, ...] = ()
