"""The page of a task: what it says in which state, and that nothing of strangers becomes an element."""

import re
from typing import Any

import pytest

from fl_client.reporting import render_task
from fl_client.reporting.html.live import SCRIPT, page_version, render_live
from fl_client.reporting.html.shell import source_hash
from fl_client.reporting.html.task import status_words

from .sample import HASHES, STATE, task_page
from .test_report import read

EVIL = "<script>alert('1')</script>\"&"


def text(**changes: Any) -> str:
    return read(render_task(task_page(**changes))).text


def test_what_comes_from_strangers_is_escaped() -> None:
    page = task_page(missing={"1": EVIL}, metric=EVIL)
    page["settings"] |= {"task": EVIL, "rule": EVIL, "owner": EVIL}
    page["state"] |= {"due": [EVIL], "awaited": EVIL, "phase": EVIL}
    page["source"] |= {"url": EVIL, "store": EVIL, "deployment": EVIL}
    page["audit"] |= {"passed": False, "first_difference": EVIL}
    page["members"][0] |= {"who": EVIL, "account": EVIL}
    page["acts"][1] |= {"who": EVIL, "call": EVIL, "transaction": EVIL}
    page["slashes"][0] |= {"who": EVIL, "shown_by": EVIL}
    reader = read(render_task(page))
    assert "script" not in reader.tags and EVIL in reader.text
    live = render_live(page, as_of=EVIL, version="a")
    assert live.count("<script>") == 1 and f"<script>{SCRIPT}</script>" in live


def test_the_page_fetches_nothing() -> None:
    assert not re.search(
        r"https?:|//[a-z]|url\(|@import|<script|<link|<img|<iframe|\ssrc=", render_task(task_page())
    )


def test_a_task_in_progress_names_phase_deadline_and_who_is_due() -> None:
    said = text()
    assert "Round 3, phase reveal: trainer 2, trainer 3 are to reveal" in said
    assert "until 2025-01-01 02:31:40 UTC" in said and "2 of 5 rounds final" in said


def test_stakes_are_listed_with_their_state() -> None:
    said = text()
    assert "trainer 1 0x5555" in said and "100.00 bound" in said
    assert "200.00 suspended: its stake was cut" in said


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"ended": True}, "The task has ended; 2 rounds are final."),
        ({"phase": "join", "round": 0, "due": [], "awaited": "trainers may join"}, "has not begun: trainers may join."),
        ({"phase": "void", "due": [], "awaited": "anybody"}, "Round 3, phase void: anybody."),
        ({"attempt": 2, "due": ["auditor"], "awaited": "act"}, "attempt 2, phase reveal: the auditor is to act."),
        ({"due": [], "awaited": ""}, "phase reveal: nobody is awaited."),
    ],
)  # fmt: skip
def test_the_state_is_one_sentence(state: dict[str, Any], said: str) -> None:
    assert said in status_words(task_page(state=STATE | state))


def test_rounds_without_a_score_say_why() -> None:
    page = task_page(missing={"2": "no bytes of bafk"}, final_accuracy=None)
    page["rounds"][1] |= {"accuracy": None, "loss": None}
    said = read(render_task(page)).text
    assert "No accuracy for 1 round" in said and "round 2: no bytes of bafk" in said
    assert "0.5000 accuracy, after round 1" in said


def test_without_a_definition_its_hash_is_named() -> None:
    page = task_page(final_accuracy=None)
    page["settings"]["task"] = None
    for one in page["rounds"]:
        one |= {"accuracy": None, "loss": None}
    said = read(render_task(page)).text
    assert "Accuracy and loss are not shown" in said and HASHES["i"] in said


def test_an_audit_that_runs_is_said_beside_the_last_verdict() -> None:
    assert "The audit runs now" in text(auditing=True) and "Checked up to round 2." in text(auditing=True)
    assert "not finished" in text(auditing=True, audit=None)


def test_the_audits_command_can_be_pasted() -> None:
    command = "fl audit 0x4444444444444444444444444444444444444444 --rpc-url node"
    assert f"{command} --deployment deployment.json --store 'a store'" in text()


def test_coins_before_and_after_wait_for_the_end() -> None:
    assert "503.00" not in text() and "503.00" in text(state=STATE | {"ended": True})


def test_another_content_has_another_version() -> None:
    first = page_version(task_page())
    assert first == page_version(task_page())
    assert first != page_version(task_page(model_root=HASHES["a"]))


def test_a_page_is_the_same_while_only_time_passes() -> None:
    later = STATE | {"now": STATE["now"] + 50, "block": 9_050}
    assert page_version(task_page()) == page_version(task_page(state=later))


def test_the_scripts_hash_is_that_of_its_bytes() -> None:
    page = render_live(task_page(), as_of="", version="a")
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert source_hash(script) == source_hash(SCRIPT)
