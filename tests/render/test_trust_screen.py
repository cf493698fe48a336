"""One trust fits one screen, whatever its name and its figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from nhs_league.core.answers import TrustProfile
from nhs_league.league import League, open_league
from nhs_league.render.meta import Meta
from nhs_league.render.terminal import Look, to_text

DRAWINGS = "─━┿│●◕◑◔○▁▂▃▄▅▆▇█▲▼"


def shown(answer: TrustProfile, width: int = 80, look: Look | None = None) -> list[str]:
    assert isinstance(answer.presenter, Meta)
    return to_text(answer, answer.presenter, width=width, look=look or Look()).splitlines()


def fits(answer: TrustProfile) -> bool:
    """Whether it has 23 lines of 80 columns at most, and no line runs on into the next one."""
    lines = shown(answer)
    # A name or a sentence that is broken runs on in a line that begins below the one before.
    labels = [line for line in lines if line.startswith(" " * 10)]
    run_on = [line for line in labels if not any(sign in line for sign in DRAWINGS)]
    run_on = [line for line in run_on if " value " not in f" {line.strip()} "]
    return len(lines) <= 23 and max(map(cell_len, lines)) <= 80 and not run_on


@pytest.fixture(scope="module")
def sample_league(sample_cache: Path) -> League:
    return open_league(sample=True, data_dir=sample_cache)


def test_some_trusts_of_the_sample_fit_one_screen(sample_league: League) -> None:
    codes = sample_league.trusts().frame["trust_code"].to_list()[::20]
    assert [code for code in codes if not fits(sample_league.show(code))] == []


def test_no_metrics_name_is_cut_for_a_sparkline(sample_league: League) -> None:
    for code in sample_league.trusts(trust_type="acute").frame["trust_code"].to_list()[::20]:
        text = "\n".join(shown(sample_league.show(code)))
        assert "…" not in text or " trend" not in text, text


@pytest.mark.long
def test_every_trust_of_the_sample_fits_one_screen(sample_league: League) -> None:
    codes = sample_league.trusts().frame["trust_code"].to_list()
    assert len(codes) > 200
    assert [code for code in codes if not fits(sample_league.show(code))] == []


def test_in_plain_words_nothing_is_drawn(sample_league: League) -> None:
    text = "\n".join(shown(sample_league.show("ZJ9"), look=Look(plain=True)))
    assert not set(text) & set(DRAWINGS)
    weak = sample_league.show("ZJ9").frame["weak_spot"].count()
    assert f"Weak spots: {weak}" in text


def test_all_shows_every_metric_with_its_period(sample_league: League) -> None:
    answer = sample_league.show("ZJ9")
    text = "\n".join(shown(answer, width=160, look=Look(every=True)))
    for name, period in answer.frame.select("short_name", "period").iter_rows():
        assert any(name in line and period in line for line in text.splitlines())
