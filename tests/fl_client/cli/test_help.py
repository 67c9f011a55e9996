"""The help of every command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from fl_client.cli.app import app, main


def commands(group: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command as the parser has it, with the words that call it."""
    for name, one in getattr(group, "commands", {}).items():
        yield (*path, name), one
        yield from commands(one, *path, name)


ALL = dict(commands(typer.main.get_command(app)))
ALONE = [" ".join(words) for words, one in ALL.items() if not hasattr(one, "commands")]


@pytest.mark.parametrize("command", ALONE)
def test_help_of_every_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    assert ended.value.code == 0
    assert f"Example: fl {command}" in " ".join(capsys.readouterr().out.split())


def test_every_command_is_in_a_panel_of_the_overview(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(f"\u256d\u2500 {panel} " in shown for panel in ("See it", "Set up", "Take part"))
    assert "\u256d\u2500 Commands" not in shown


@pytest.mark.parametrize("command", ["status", "export", "receipt", "keys new", "task check"])
def test_an_argument_is_shown_in_capitals_and_in_brackets_once(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    (usage,) = (line for line in capsys.readouterr().out.splitlines() if "Usage:" in line)
    shown = usage.split("[OPTIONS]")[1]
    assert shown == shown.upper() and "[[" not in shown


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_what_stands_in_brackets_is_shown(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # so that no line is broken within brackets
    texts = [ALL[path].help, *(getattr(one, "help", None) for one in ALL[path].params)]
    wanted = {found for text in texts for found in re.findall(r"\[[^\[\]]*\]", text or "")}
    with pytest.raises(SystemExit):
        main([*path, "--help"])
    shown = capsys.readouterr().out
    assert [one for one in wanted if one not in shown] == []


def test_the_defence_of_an_attack_is_shown_with_its_bound(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["attack", "--help"])
    assert "[bound:NORM+]RULE" in capsys.readouterr().out


@pytest.mark.parametrize(("command", "offered"), [("train", True), ("validate", False), ("own", False)])
def test_only_who_has_a_share_of_the_training_data_is_told_how_it_is_shared_out(
    command: str, offered: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert ("--partition" in shown, "Of the partition" in shown) == (offered, offered)
    assert "what learning draws" in " ".join(shown.replace("\u2502", " ").split())
