"""What explains a position: reasons, what it hides, what changed, stories, what is new."""

from __future__ import annotations

from typing import Annotated

import typer

from nhs_league.cli import completion
from nhs_league.cli.command import examples
from nhs_league.cli.data import open_as_it_is, open_or_fetch
from nhs_league.cli.naming import naming_one, typed_trusts
from nhs_league.cli.options import Common, Output, Rows, Trust, When, Which
from nhs_league.cli.output import show_answer
from nhs_league.errors import UsageError
from nhs_league.usage import check_changes, check_robust, check_stories, check_trend, check_whatif


@examples(
    "nhsleague explain RDY",
    'nhsleague explain "royal cornwall"',
    "nhsleague explain elective",
)
def explain(
    name: Annotated[
        list[str],
        typer.Argument(
            metavar="TRUST|METRIC",
            help='A trust or a metric, by code, ID or name, or "-" to read it from standard input.',
            autocompletion=completion.trusts_and_metrics,
        ),
    ],
    when: When,
    output: Output,
    common: Common,
) -> None:
    """Show how a trust's segment and rank follow from its figures, or what a metric is."""
    words, league = typed_trusts(name), open_or_fetch(common)
    with naming_one(league, "explain", words):
        answer = league.explain(" ".join(words), **vars(when))
    show_answer(answer, output, common)


@examples(
    "nhsleague whatif RDY --set sickness=4.5",
    'nhsleague whatif "royal cornwall" --set sickness=median --set 62-day=75',
    "nhsleague whatif RDY --to-segment 1",
)
def whatif(
    trust: Trust,
    when: When,
    output: Output,
    common: Common,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="METRIC=VALUE",
            help="Set a metric to a value, or to median, q1 (where the top quarter begins), "
            "best or standard. Repeat it to set more.",
        ),
    ] = None,
    no_deficit: Annotated[
        bool, typer.Option("--no-deficit", help="Leave out the financial override.")
    ] = False,
    to_segment: Annotated[
        int | None,
        typer.Option(
            "--to-segment",
            metavar="N",
            min=1,
            max=3,
            help="Find the smallest changes that reach this segment, 1 to 3.",
        ),
    ] = None,
) -> None:
    """Test what would change a trust's segment and rank."""
    words, wanted = typed_trusts(trust), changes or []
    name = " ".join(words)
    if not (wanted or no_deficit or to_segment):
        from nhs_league.cli.corrections import nothing_to_test

        raise nothing_to_test(open_as_it_is(common), name, when.quarter)
    check_whatif(name, wanted, no_deficit=no_deficit, to_segment=to_segment)
    league = open_or_fetch(common)
    with naming_one(league, "whatif", words):
        answer = league.whatif(
            name, wanted, no_deficit=no_deficit, to_segment=to_segment, **vars(when)
        )
    show_answer(answer, output, common)


@examples(
    "nhsleague hidden",
    "nhsleague hidden --metric cancer",
)
def hidden(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            "-m",
            metavar="METRIC",
            autocompletion=completion.metrics,
            help="Only this metric or area.",
        ),
    ] = None,
) -> None:
    """Find well-ranked trusts with a severe weak spot."""
    answer = open_or_fetch(common).hidden(metric, **vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)


@examples(
    "nhsleague capped",
    "nhsleague capped --type all",
)
def capped(when: When, which: Which, rows: Rows, output: Output, common: Common) -> None:
    """Find trusts held in segment 3 only by the override."""
    answer = open_or_fetch(common).capped(**vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)


@examples(
    "nhsleague robust RDY",
    "nhsleague robust --type ambulance",
)
def robust(
    when: When,
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    trust: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TRUST",
            help="A trust's code, name or part of its name. Leave it out for a whole trust type.",
            autocompletion=completion.trusts,
        ),
    ] = None,
) -> None:
    """Test how firm a trust's rank is, or the ranks of a whole type."""
    words = typed_trusts(trust)
    name = " ".join(words)
    narrowed = any((which.regions, which.subtypes, which.segments, rows != Rows()))
    check_robust(name, which.trust_type, narrowed=narrowed)
    league = open_or_fetch(common)
    with naming_one(league, "robust", words):
        answer = league.robust(name, **vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)


@examples(
    "nhsleague stories",
    "nhsleague stories --region London",
    "nhsleague stories --trust RDY",
)
def stories(
    when: When,
    which: Which,
    output: Output,
    common: Common,
    trust: Annotated[
        str | None,
        typer.Option(
            "--trust",
            metavar="TRUST",
            help="Only stories of this trust, by its code or name.",
            autocompletion=completion.trusts,
        ),
    ] = None,
) -> None:
    """List the ten things of a quarter that a reporter would look at first.

    Each is a sentence with its figures and how sure it is. What chance explains as well is left
    out.
    """
    narrowed = any((which.trust_type, which.regions, which.subtypes, which.segments))
    check_stories(trust, narrowed=narrowed)
    answer = open_or_fetch(common).stories(trust, **vars(when), **vars(which))
    show_answer(answer, output, common)


@examples(
    "nhsleague watch add RDY",
    "nhsleague watch",
    "nhsleague watch list",
)
def watch(
    output: Output,
    common: Common,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="add|remove|list TRUST...",
            help="Trusts by code or name; nothing to see what is new.",
            autocompletion=completion.trusts,
        ),
    ] = None,
) -> None:
    """Show what is new for your trusts since you last looked.

    The exit code is 10 where something is new and 0 where nothing is, for a scheduler to act on.
    "watch add RDY" begins to watch a trust, "watch remove RDY" ends it, "watch list" lists them.
    """
    from nhs_league.cli.watch import add, list_watched, look, remove

    action, *named = words or [""]
    trusts = typed_trusts(named)
    match action, bool(trusts):
        case "", _:
            look(output, common)
        case "list", False:
            list_watched(output, common)
        case "add", True:
            add(trusts, common)
        case "remove", True:
            remove(trusts, common)
        case (("add" | "remove"), _):
            raise UsageError("Which trust?", f"For example: nhsleague watch {action} RDY")
        case "list", _:
            raise UsageError("watch list takes no trust.", "For one trust: nhsleague show RDY")
        case _:
            raise UsageError(
                f'watch cannot "{action}".', f'To watch a trust: nhsleague watch add "{action}"'
            )


@examples(
    "nhsleague changes",
    "nhsleague changes --segment-only --worsened",
    'nhsleague changes --from "Q3 2025/26" --to "Q4 2025/26" --csv',
)
def changes(
    which: Which,
    rows: Rows,
    output: Output,
    common: Common,
    earlier: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="QUARTER", help="The earlier quarter. Default: the one before."
        ),
    ] = None,
    later: Annotated[
        str | None,
        typer.Option("--to", metavar="QUARTER", help="The later quarter. Default: the newest."),
    ] = None,
    segment_only: Annotated[
        bool, typer.Option("--segment-only", help="Only trusts whose segment changed.")
    ] = False,
    clear_only: Annotated[
        bool, typer.Option("--clear-only", help="Only changes that are clear.")
    ] = False,
    improved: Annotated[
        bool, typer.Option("--improved", help="Only trusts that improved.")
    ] = False,
    worsened: Annotated[
        bool, typer.Option("--worsened", help="Only trusts that worsened.")
    ] = False,
) -> None:
    """Show what changed since last quarter and what could be chance."""
    check_changes(improved=improved, worsened=worsened)
    answer = open_or_fetch(common).changes(
        earlier, later, segment_only=segment_only, clear_only=clear_only, improved=improved,
        worsened=worsened,
        **vars(which), **vars(rows),
    )  # fmt: skip
    show_answer(answer, output, common)


@examples(
    "nhsleague trend RDY",
    "nhsleague trend RDY RVN",
    "nhsleague trend RDY --metric 60-day",
)
def trend(
    trusts: Annotated[
        list[str],
        typer.Argument(
            metavar="TRUST...",
            help='Trusts by code or name, names in quotes; "-" to read them from standard input.',
            autocompletion=completion.trusts,
        ),
    ],
    output: Output,
    common: Common,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            "-m",
            autocompletion=completion.metrics,
            metavar="METRIC",
            help="Follow this metric, or the metrics of this area.",
        ),
    ] = None,
) -> None:
    """Follow trusts from quarter to quarter, by rank or by a metric.

    With --all, follow every metric, one line each.
    """
    check_trend(metric, every_metric=output.every)
    answer = open_or_fetch(common).trend(
        *typed_trusts(trusts), metric=metric, every_metric=output.every
    )
    show_answer(answer, output, common)


@examples(
    "nhsleague revisions",
    'nhsleague revisions --quarter "Q3 2025/26"',
)
def revisions(when: When, which: Which, rows: Rows, output: Output, common: Common) -> None:
    """List published figures that were changed later."""
    answer = open_or_fetch(common).revisions(**vars(when), **vars(which), **vars(rows))
    show_answer(answer, output, common)


@examples(
    "nhsleague audit",
    "nhsleague audit --quarter all",
)
def audit(when: When, output: Output, common: Common) -> None:
    """Check whether the published figures follow the published method.

    Recompute every figure, and list those that do not follow from the others.
    """
    show_answer(open_or_fetch(common).audit(**vars(when)), output, common)
