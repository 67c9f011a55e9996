"""What a role says of an encrypted task while it takes part in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.cli.reporting import Diary
from tests.encrypted_stage import Stage, make_ground


def told(party: Any, capsys: pytest.CaptureFixture[str], *, as_json: bool) -> str:
    Diary(party, as_json=as_json).idle()
    return capsys.readouterr().out


def test_a_phase_has_an_end_and_an_ended_task_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(make_ground(tmp_path)).run_to(EncryptedPhase.SUBMIT)
    running = json.loads(told(stage.party(1), capsys, as_json=True))
    assert (running["phase"], running["deadline"]) == ("submit", stage.contract.state().deadline)
    assert "submit until " in told(stage.party(1), capsys, as_json=False)
    stage.run()
    ended = json.loads(told(stage.party(1), capsys, as_json=True))
    assert (ended["phase"], ended["deadline"]) == ("ended", 0)
    assert "ended; 4 parties" in told(stage.party(1), capsys, as_json=False)


def test_it_speaks_once_a_phase(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage(make_ground(tmp_path)).run_to(EncryptedPhase.SUBMIT)
    diary = Diary(stage.party(2), as_json=True)
    for _ in range(3):
        diary.idle()
    stage.run_to(EncryptedPhase.ATTEST)
    diary.idle()
    said = [json.loads(line)["phase"] for line in capsys.readouterr().out.splitlines()]
    assert said == ["submit", "attest"]
