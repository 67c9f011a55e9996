"""The help of every command."""

from __future__ import annotations

import pytest

from fl_client.cli.app import main


@pytest.mark.parametrize(
    "command",
    [
        *("demo", "audit", "status", "report", "dashboard", "devnet", "deploy", "fund", "doctor", "latency"),
        *("train", "aggregate", "validate", "own", "join", "claim", "leave", "export", "prune"),
        *("keys new", "keys list", "keys import"),
        *("task new", "task check", "task create", "task list", "task show", "task example"),
    ],
)
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
