"""The page of an encrypted task: keys, parties, faults and questions, and nothing of strangers becomes an element."""

import copy
import re
from typing import Any

import pytest

from fl_client.reporting import render_html, render_metrics, render_task
from fl_client.reporting.html.encrypted import encrypted_sections
from fl_client.reporting.html.evidence import evidence_sentence
from fl_client.reporting.html.live import SCRIPT, page_version, render_live
from fl_client.reporting.html.page import ENCRYPTED_FILES

from .encrypted_sample import encrypted_page, encrypted_sample
from .sample import HASHES, sample
from .test_report import read

EVIL = "<script>alert('1')</script>\"&"


def text(**changes: Any) -> str:
    return read(render_task(encrypted_page(**changes))).text


def poisoned(value: Any) -> Any:
    """The same with every text of it replaced, but for the names by which a page is put together."""
    if isinstance(value, dict):
        return {
            key: one if key in ("kind", "evidence", "outcome") else poisoned(one)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [poisoned(one) for one in value]
    return EVIL if isinstance(value, str) else value


@pytest.mark.parametrize("key", ["turns", "ceremonies", "slashes", "state", "members", "acts", "source"])
def test_what_comes_from_strangers_is_escaped(key: str) -> None:
    page = encrypted_page()
    page[key] = poisoned(page[key])
    if key == "source":
        page[key]["kind"] = "node"
    reader = read(render_task(page))
    assert "script" not in reader.tags and "alert('1')" in reader.text
    assert render_live(page, as_of=EVIL, version="a").count("<script>") == 1


def test_unknown_kinds_and_outcomes_are_escaped_too() -> None:
    page = encrypted_page()
    for one in page["turns"][0]["questions"]:
        one["kind"] = EVIL
    page["turns"][0]["outcome"] = page["turns"][0]["parties"][0]["shares"] = EVIL
    page["slashes"][1]["facts"] |= {"kind": EVIL, "outcome": EVIL}
    page["state"]["question"]["kind"] = EVIL
    assert "script" not in read(render_task(page)).tags


def test_the_page_fetches_nothing() -> None:
    for page in (render_task(encrypted_page()), render_html(encrypted_sample())):
        assert not re.search(
            r"https?:|//[a-z]|url\(|@import|<script|<link|<img|<iframe|\ssrc=|\son[a-z]+=", page
        )


def test_the_dealer_is_named_with_what_it_is_trusted_for() -> None:
    said = text()
    assert f"dealer {'0x' + '77' * 20}" in said and "trusted to forget it" in said
    assert "2 of 3 parties, and no fewer" in said and "2,048 bits" in said
    assert "2 parties that work together against the others could open each update" in said


def test_whoever_is_not_in_the_key_is_named_with_the_reason() -> None:
    said = text()
    assert "party 4, which rejected it" in said and "party 2, which said nothing in time" in said


def test_each_party_of_a_turn_is_listed_with_its_verdict() -> None:
    said = text()
    assert "party 1 2025-01-01 00:00:11 UTC 1 3 3 counted It is in the sum of a final round. given" in said
    assert "party 2 3 late It submitted nothing in time. given" in said
    assert "struck Its chunk 92 was not shown. struck" in said
    assert "2 of 3 submitted, 2 accepted of weight 2, 2 shared in 2 sharings: its model is final" in said


def test_sums_and_results_say_what_became_of_them() -> None:
    said = text()
    assert "sum party 1 2025-01-01 00:00:30 UTC struck" in said
    assert "opened sum and model party 1 2025-01-01 00:00:40 UTC stood" in said


def test_questions_have_their_outcome() -> None:
    said = text()
    assert "encrypted update of party 3 92 25.00 not shown: struck, 50.00 coins taken" in said
    assert "sum of the accepted updates of party 1 92 25.00 shown right by party 2" in said
    page = encrypted_page()
    page["turns"][0]["questions"][0]["outcome"] = "open"
    assert "open until 2025-01-01 00:10:20 UTC" in read(render_task(page)).text


def test_what_is_asked_for_now_is_told() -> None:
    said = text()
    assert "question chunk 4 of the shares of the sum of party 1, by the auditor" in said
    assert "Round 3, phase share: party 1 is to give its shares of the sum." in said
    assert "3 submitted, 3 attested, 2 accepted, 2 shared" in said


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (0, "Party 2 owed an encrypted update in round 1 and submitted none by the deadline."),
        (
            1,
            "Party 3 posted the encrypted update of round 1, and chunk 92 of it was not shown right within 10 min",
        ),
        (2, "The auditor doubted the sum of the accepted updates of party 1 in round 1"),
        (3, "Party 3 owed its shares of the sum of round 2"),
    ],
)
def test_each_slash_is_told_in_words(place: int, words: str) -> None:
    slash = encrypted_page()["slashes"][place]
    assert evidence_sentence(slash).startswith(words)


def test_evidence_that_is_not_known_has_a_sentence_too() -> None:
    slash = encrypted_page()["slashes"][0] | {"evidence": "evidence 77"}
    assert evidence_sentence(slash) == "Party 2 lost a part of its stake in round 1 (evidence 77)."


def test_a_slash_has_its_transactions_and_deadlines() -> None:
    said = text()
    assert f"asked 2025-01-01 00:00:20 UTC, in {HASHES['c']}" in said
    assert f"struck 2025-01-01 00:10:21 UTC, in {HASHES['d']}" in said
    assert "due until 2025-01-01 00:00:13 UTC" in said


def test_key_and_rounds_are_drawn_in_one_time_line() -> None:
    page = render_task(encrypted_page())
    assert "Key 1: deal: 1 s, confirm: 7 s" in page and "Key 2" not in page.split('<section id="phases"')[1]
    assert "Round 1: submit: 3 s, attest: 1 min 30 s, sum: 3 s, sum challenge: 10 min" in page


def test_coins_are_told_by_what_they_were_paid_for() -> None:
    said = read(render_html(encrypted_sample())).text
    assert "2.00 for each party's shares of a round's sum" in said
    assert "4.00 (2)" in said


def test_a_run_has_the_same_sections_and_names_its_files() -> None:
    said = read(render_html(encrypted_sample())).text
    assert "Who submitted, counted and shared" in said and "Key and dealer" in said
    assert all(name in said and what in said for name, what in ENCRYPTED_FILES.items())
    assert "keys and ciphertexts are fresh in every run" in said


def test_the_audit_says_what_it_checked_of_an_encrypted_task() -> None:
    said = text()
    assert "every sum, computed again from the accepted ciphertexts" in said
    assert "every reveal against" not in said


def test_a_task_without_a_round_says_why() -> None:
    changes = {
        "turns": [],
        "timeline": [],
        "rounds": [],
        "slashes": [],
        "ceremonies": [],
        "final_accuracy": None,
    }
    page = encrypted_page(**changes)
    page["state"] |= {"ended": True}
    said = read(render_task(page)).text
    assert (
        "failed for want of updates, a sum or its shares" in said and "No key has been asked for yet." in said
    )
    assert "No round was opened." in said and "Nobody has asked for anything." in said


def test_metrics_of_an_encrypted_run_have_its_own_columns() -> None:
    assert render_metrics(encrypted_sample()).splitlines()[0] == (
        "round,accuracy,loss,accepted,submitted,shared,gas,slashes,chain_seconds,wall_seconds"
    )


def test_a_plain_task_has_none_of_these_sections() -> None:
    assert encrypted_sections(sample()) == () and "Key and dealer" not in render_html(sample())


def test_a_page_changes_with_what_a_turn_says() -> None:
    page = encrypted_page()
    other = copy.deepcopy(page)
    other["turns"][1]["parties"][0]["shares"] = "late"
    assert page_version(page) == page_version(copy.deepcopy(page)) != page_version(other)
    assert f"<script>{SCRIPT}</script>" in render_live(page, as_of="", version="a")
