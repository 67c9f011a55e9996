"""The report is one whole, safe page, whatever the run was like."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from fl_client.reporting import render_html
from fl_client.reporting.html.evidence import evidence_sentence
from fl_client.reporting.html.page import FILES

from .sample import SLASHES, START, act, phases, sample, turn

SECTIONS = ("learning", "slashes", "rounds", "phases", "acts", "coins", "gas", "audit", "repeat")
VOID = {"br", "meta"}


class Reader(HTMLParser):
    """Collects a page's ids, tags and text, and refuses tags that do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for key, value in attrs if key == "id"]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def close(self) -> None:
        super().close()
        assert not self._open, f"left open: {self._open}"


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def nothing_final() -> dict[str, object]:
    gave_up = turn(1, START) | {"final": False, "accepted": None, "attempts": 3, "voids": 3}
    gave_up["phases"] = phases(START, ("commit", 60), ("void", 1))
    return sample(rounds=[], slashes=[], final_accuracy=None, timeline=[gave_up], acts=[])


def test_every_section_is_there_once() -> None:
    assert [one for one in read(render_html(sample())).ids if one in SECTIONS] == list(SECTIONS)


def test_nothing_is_fetched_from_elsewhere() -> None:
    page = render_html(sample())
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<script|<link|<img|<iframe|\ssrc=|\son[a-z]+=", page)


def test_what_comes_from_users_is_escaped() -> None:
    evil = "<script>alert('1')</script>\"&"
    summary = sample(out=evil, metric=evil, command=["fl", evil])
    summary["settings"] |= {"task": evil, "partition": evil, "rule": evil}
    summary["slashes"][3]["facts"]["rule"] = evil
    summary["audit"] |= {"passed": False, "first_difference": evil}
    reader = read(render_html(summary))
    assert "script" not in reader.tags
    assert evil in reader.text


@pytest.mark.parametrize("slash", SLASHES, ids=lambda slash: slash["evidence"])
def test_each_slash_is_told_in_a_sentence(slash: dict[str, object]) -> None:
    assert evidence_sentence(slash) in read(render_html(sample())).text


def test_every_act_has_a_row_with_gas_and_transaction() -> None:
    summary = sample()
    page = render_html(summary)
    for one in summary["acts"]:
        row = next(row for row in page.split("<tr>") if one["transaction"] in row)
        assert one["who"] in row and one["call"] in row and f"{one['gas']:,}" in row


def test_an_act_that_was_refused_is_marked() -> None:
    summary = sample()
    summary["acts"][1]["succeeded"] = False
    assert read(render_html(summary)).text.count("(refused)") == 1


def test_acts_count_their_time_from_the_opening_of_their_round() -> None:
    assert "+0:01:34" in read(render_html(sample())).text  # stamp 104 in a round that began at 10


def test_the_acts_of_a_very_long_run_are_added_up_by_call() -> None:
    acts = [act(1, "commit", f"trainer {number}", "commitUpdate", 11, 2) for number in range(1, 6_002)]
    page = render_html(sample(acts=acts))
    assert "6,001" in page and "12,002" in page
    assert acts[0]["transaction"] not in page


def test_gas_shares_follow_the_acts() -> None:
    text = read(render_html(sample())).text
    assert "trainer 180 75.0%" in text and "auditor 60 25.0%" in text


def test_gas_of_setting_up_is_told_apart() -> None:
    assert "2 transactions took 5,040 gas more" in read(render_html(sample())).text


def test_a_run_without_a_final_round_says_why() -> None:
    text = read(render_html(nothing_final())).text
    assert "3 attempts missed the quorum of 3 accepted updates" in text
    assert "Nobody was slashed" in text and "1 min 1 s on the chain's clock" in text


def test_a_run_that_was_never_opened_has_a_report() -> None:
    text = read(render_html(nothing_final() | {"timeline": []})).text
    assert "No round was opened." in text


def test_one_round_has_a_report() -> None:
    summary = sample(slashes=[])
    summary["rounds"], summary["timeline"] = summary["rounds"][:1], summary["timeline"][:1]
    assert "1 of 2" in read(render_html(summary)).text


def test_many_accounts_scroll_in_a_box_of_their_own() -> None:
    summary = sample()
    for number in range(1, 129):
        summary["balances"][f"trainer {number}"] = summary["balances"]["auditor"]
        summary["earnings"][f"trainer {number}"] = summary["earnings"]["auditor"]
    coins = render_html(summary).split('id="coins"')[1].split("</section>")[0]
    assert 'class="scroll tall"' in coins and "trainer 128" in coins


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "The audit agrees: 2 rounds and 4 slashes checked"),
        ({"passed": False, "first_difference": "round 2: a byte"}, "The audit differs: round 2: a byte."),
        (
            {"passed": False, "unchecked": "round 2: no bytes"},
            "The audit cannot be completed: round 2: no bytes.",
        ),
    ],
)
def test_the_verdict_says_where(change: dict[str, object], said: str) -> None:
    summary = sample()
    summary["audit"] |= change
    assert said in read(render_html(summary)).text


def test_commands_can_be_pasted_into_a_shell() -> None:
    page = unescape(render_html(sample()))
    assert "fl demo --task digits --seed 7 --out 'runs/a b'" in page
    assert "fl audit 'runs/a b' --head 0x" in page


def test_a_cheat_that_was_left_out_is_told_with_its_reason() -> None:
    why = {"wrong-aggregate": "by proof-of-work nobody knows beforehand who seals round 5"}
    page = render_html(sample(left_out=list(why), left_out_why=why))
    assert "Cheats left out: wrong-aggregate, since by proof-of-work nobody knows" in page
    assert "want of rounds" not in page and "left out" not in render_html(sample())


def test_every_file_of_a_run_is_explained() -> None:
    page = unescape(render_html(sample()))
    assert all(name in page and what in page for name, what in FILES.items())


def test_who_counted_how_much_is_a_table_of_its_own_where_a_rule_weighs() -> None:
    weights = [{"round": 1, "shares": {"trainer 1": 0.8, "trainer 2": 0.2, "trainer 3": 0.0}}]
    page = render_html(sample() | {"weights": weights})
    assert "Who counted how much by mean" in page and "80.0 %" in page
    assert "Who counted" not in render_html(sample())
