"""`fl deposit`: the same for programs and people, and one line for what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from fl_client.cli.app import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["deposit", *arguments])
    text = capsys.readouterr()
    return int(ended.value.code or 0), text.out, text.err


def test_amounts_are_exact_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--reward", "4", "--detection", "0.8", "--theta", "2/3", "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["ratio"], found["least_fine"], found["penalty_above"]) == ("11/4", "11", "55/4")
    assert found["least_penalty"] == found["least_stake"] == "13750000000000000001"


def test_people_see_how_a_task_file_states_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--reward", "4", "--detection", "0.8")
    assert code == 0
    assert "more than 2.75" in out and "stakes: {trainer: 13.76}" in out


def test_parties_of_encrypted_tasks_see_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "--reward", "4", "--role", "party")[1]
    assert "in a task file:" in out and "penalties: {submit: 10.01, share: 10.01, wrong: 10.01}" in out


def test_a_stake_that_no_factory_takes_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no task takes it" in run(capsys, "--reward", "4", "--theta", "0.99999999")[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--reward"),
        (("--reward", "four"), "--reward is 'four'"),
        (("--reward", "4", "--theta", "1"), "certainty"),
        (("--reward", "4", "--detection", "0"), "detection is 0"),
        (("--reward", "4", "--role", "miner"), "--role is 'miner'"),
        (("--reward", "4", "--burn", "0.1"), "burn is 1/10"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert words in err


def test_neither_torch_nor_web3_is_loaded_for_it() -> None:
    script = (
        "import sys\nfrom fl_client.cli.app import main\n"
        "try:\n    main(['deposit', '--reward', '4', '--json'])\nexcept SystemExit:\n    pass\n"
        "sys.exit('torch' in sys.modules or 'web3' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=False).returncode == 0
    )
