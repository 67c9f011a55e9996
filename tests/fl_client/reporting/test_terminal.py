"""The closing tables in a terminal of 80 columns."""

import io

import pytest
from rich.console import Console

from fl_client.reporting import LiveRounds, print_summary, print_verdict

from .sample import sample


def printed(summary: dict[str, object], width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_summary(console, summary)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


def test_what_follows_the_live_display_begins_a_line_also_in_a_file() -> None:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    with pytest.raises(OSError), LiveRounds(console, 2) as live:
        live.add(1, 0.5, 3, 1_000, ("no-reveal",))
        raise OSError
    assert console.file.getvalue().endswith("\n")  # type: ignore[attr-defined]


def test_no_line_is_wider_than_the_terminal() -> None:
    assert max(len(line.rstrip()) for line in printed(sample())) <= 80


def test_each_slash_is_one_line_with_its_split() -> None:
    lines = printed(sample())
    for slash in sample()["slashes"]:
        (line,) = [one for one in lines if slash["evidence"] in one]
        assert slash["who"] in line
        assert line.split()[-4:] == ["20.00", "4.00", "4.00", "12.00"]


def test_a_path_is_never_broken() -> None:
    path = "runs/" + "long/" * 30
    assert any(f"{path}/report.html" in line for line in printed(sample(out=path)))


def test_a_cheat_that_was_left_out_is_told_with_its_reason() -> None:
    left_out = {"copied-commitment": "it comes in round 3, there are 2", "wrong-norm": "nobody is spared"}
    lines = printed(sample(left_out=list(left_out), left_out_why=left_out))
    assert "left out: copied-commitment, since it comes in round 3, there are 2" in lines
    assert "left out: wrong-norm, since nobody is spared" in lines
    assert not any("left out" in line for line in printed(sample()))


def test_brackets_in_a_metric_and_a_path_are_shown_as_they_are() -> None:
    text = "\n".join(printed(sample(metric="[bold]", out="runs/[red]")))
    assert "final [bold]" in text and "runs/[red]/report.html" in text


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ({"passed": True, "first_difference": None, "unchecked": None}, "agrees, 1 round recomputed"),
        ({"passed": False, "first_difference": "round 2: [x]", "unchecked": None}, "round 2: [x]"),
        ({"passed": False, "first_difference": None, "unchecked": "no bytes"}, "cannot be checked"),
    ],
)
def test_the_verdict_is_printed_with_its_reason(verdict: dict[str, object], said: str) -> None:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    print_verdict(console, verdict | {"rounds_checked": 1})
    assert said in console.file.getvalue()  # type: ignore[attr-defined]


WEIGHTS = [
    {"round": 1, "shares": {"trainer 1": 1.0, "trainer 2": 0.0}},
    {"round": 2, "shares": {"trainer 1": 0.25, "trainer 2": 0.75}},
]


def test_who_counted_how_much_is_told_where_a_rule_weighs() -> None:
    lines = printed(sample() | {"weights": WEIGHTS})
    (line,) = [one for one in lines if one.strip().startswith("trainer 2") and "%" in one]
    assert line.split() == ["trainer", "2", "2", "rounds", "1", "round", "37.5", "%", "75.0", "%"]
    assert not any("counted" in one for one in printed(sample() | {"weights": None}))


def test_the_verdict_says_how_many_updates_were_weighed_away() -> None:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    away = [{"round": 1, "trainer": "0x1"}, {"round": 1, "trainer": "0x2"}, {"round": 3, "trainer": "0x1"}]
    verdict = {"passed": True, "first_difference": None, "unchecked": None, "rounds_checked": 3}
    print_verdict(console, verdict | {"rule": "krum:1+mean", "weighed_away": away})
    printed_lines = console.file.getvalue()  # type: ignore[attr-defined]
    assert "3 accepted updates weighed away by krum:1+mean, in 2 rounds" in printed_lines
