"""The page of a round's latency: its figures are the study's, nothing is fetched, every chart is drawn."""

import copy
import re

from fl_client.reporting import render_latency

from .latency_sample import latency_study

PAGE = render_latency(latency_study())


def test_the_figures_are_the_studys() -> None:
    study = latency_study()
    for shown in (
        f"{study['optimal_rate_hz']:.4f} Hz",
        f"{study['epoch_seconds']:.4f} s",
        f"{study['simulated_epoch_seconds']:.4f} s",
        f"{study['fork_probability']:.1%}",
    ):
        assert f"<b>{shown}</b>" in PAGE


def test_all_quantities_have_their_chart() -> None:
    charts = re.findall(r"<figcaption>([^<]+)</figcaption><svg", PAGE)
    assert len(charts) == 13
    for word in ("fork", "learning", "miners", "devices", "updates", "signal", "Failing", "catches up"):
        assert any(word in title for title in charts), word


def test_every_reading_of_the_paper_is_in_the_table() -> None:
    for reading in latency_study()["readings"]:
        assert f'<th scope="row">{reading["name"]}</th>' in PAGE
        assert f"{reading['epoch_seconds']:.3f}" in PAGE


def test_nothing_is_fetched() -> None:
    assert not re.search(r"(src|href)=\"(?!#)", PAGE)
    assert "url(" not in PAGE and "<script" not in PAGE


def test_a_change_of_the_study_changes_the_page() -> None:
    changed = copy.deepcopy(latency_study())
    changed["crossover"]["by_devices"][0]["completion_seconds"] = 99.0
    assert render_latency(changed) != PAGE
