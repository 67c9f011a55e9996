"""`fl latency`: figures for programs and people, files for a browser, one line for what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fl_client.cli.app import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["latency", *arguments])
    text = capsys.readouterr()
    return int(ended.value.code or 0), text.out, text.err


def figures(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_the_papers_network_has_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys)
    assert found["optimal_rate_hz"] == pytest.approx(0.2618, abs=1e-4)
    assert found["epoch_seconds"] == pytest.approx(1.428, abs=1e-3)
    assert found["fork_probability"] == pytest.approx(0.433, abs=1e-3)
    assert found["simulated_epoch_seconds"] == pytest.approx(found["epoch_seconds"], rel=0.01)
    assert found["epochs"] == 200_000


def test_the_same_seed_gives_the_same_object(capsys: pytest.CaptureFixture[str]) -> None:
    first, again, other = (
        figures(capsys, "--epochs", "2000", "--seed", seed) | {"wall_seconds": 0} for seed in ("1", "1", "2")
    )
    assert first == again
    assert first["simulated_epoch_seconds"] != other["simulated_epoch_seconds"]


def test_options_reach_the_network(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(
        capsys,
        *("--miners", "5", "--devices", "20", "--update-kbit", "7", "--header-kbit", "100", "--snr", "8"),
        *("--wait-ms", "20", "--start", "asynchronous", "--rate", "0.3", "--epochs", "500"),
    )
    network = found["parameters"]
    assert (network["miners"], network["devices"]) == (5, 20)
    assert (network["update_bits"], network["header_bits"], network["wait_seconds"]) == (7e3, 100e3, 0.02)
    assert {network[link]["snr_db"] for link in ("uplink", "downlink", "between_miners")} == {8.0}
    assert (found["start"], found["rate_hz"], found["epochs"]) == ("asynchronous", 0.3, 500)
    assert found["optimal_rate_hz"] != 0.3


def test_a_terminal_shows_the_optimum_the_readings_and_overtaking(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = run(capsys, "--epochs", "1000")
    assert code == 0
    for words in ("0.2618 Hz", "1.4279 s", "Proposition 1 as printed", "+172.8%", "Nakamoto"):
        assert words in out


def test_a_single_miner_needs_a_rate_and_never_forks(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--miners", "1")
    assert (code, err.count("\n")) == (3, 1)
    assert "give --rate" in err
    found = figures(capsys, "--miners", "1", "--rate", "2", "--epochs", "500")
    assert found["optimal_rate_hz"] is None
    assert found["simulated_fork_probability"] == 0


def test_a_folder_gets_the_page_and_its_figures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "some" / "where"
    found = figures(capsys, "--epochs", "1000", "--networks", "1", "--out", str(out))
    assert json.loads((out / "latency.json").read_text()) == found
    assert "Latency of a blockchain round" in (out / "latency.html").read_text()
    one, ten = (
        next(
            p
            for p in found["crossover"]["by_devices"]
            if (p["devices"], p["miners"], p["probability"]) == (30, count, 0.0)
        )
        for count in (1, 10)
    )
    assert one["completion_seconds"] < ten["completion_seconds"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--start", "late"), "padded or asynchronous"),
        (("--miners", "0"), "miners is 0"),
        (("--rate", "-1"), "block rate is -1"),
        (("--rate", "20"), "lower the block rate"),
        (("--failing", "2"), "probability 2"),
        (("--seed", "-1"), "--seed is -1"),
        (("--snr", "99"), "99.0 dB"),
        (("--miners", "1", "--rate", "1", "--crossover"), "2 or more"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "--epochs", "100", *arguments)
    assert (code, err.count("\n")) == (3, 1)
    assert words in err


def test_neither_torch_nor_web3_is_loaded_for_it() -> None:
    script = (
        "import sys\nfrom fl_client.cli.app import main\n"
        "try:\n    main(['latency', '--epochs', '10', '--json'])\nexcept SystemExit:\n    pass\n"
        "sys.exit('torch' in sys.modules or 'web3' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=False).returncode == 0
    )
