"""The deployment script: with Brownie and without it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from fl_client.chain import Connection
from fl_client.chain.contracts import Deployment, FactoryBounds
from tests.scripts.nodes import (
    ENVIRONMENT,
    ROOT,
    free_port,
    key_options,
    new_account,
    node,
    run_fl,
    succeed,
    tool,
)

BROWNIE_HOME = ROOT / ".toolchain" / "home" / ".brownie"
NETWORK = "gradbond-devnet"


def bounds_of(connection: Connection, deployment: Deployment) -> tuple[int, ...]:
    """What a factory lets tasks ask for."""
    factory = connection.contract("TaskFactory", deployment.factory)
    return tuple(connection.call(factory.functions.bounds()))


def brownie_home(folder: Path, port: int) -> Path:
    """Brownie's home as `make setup` made it, with the development network on a port of this test's own."""
    home = folder / "home"
    shutil.copytree(BROWNIE_HOME, home / ".brownie")
    file = home / ".brownie" / "network-config.yaml"
    networks = yaml.safe_load(file.read_text())
    (ours,) = (one for group in networks["live"] for one in group["networks"] if one["id"] == NETWORK)
    assert (ours["host"], ours["chainid"]) == ("http://127.0.0.1:8545", 31337)
    ours["host"] = f"http://127.0.0.1:{port}"
    file.write_text(yaml.safe_dump(networks))
    return home


@pytest.mark.slow
def test_brownie_deploys_what_the_artifacts_hold(tmp_path: Path) -> None:
    port, out = free_port(), tmp_path / "deployment.json"
    environment = ENVIRONMENT | {
        "HOME": str(brownie_home(tmp_path, port)),
        "SOLCX_BINARY_PATH": str(ROOT / ".toolchain"),
        "FL_DEPLOYMENT": str(out),
    }
    with node("anvil", port) as url:
        command = [tool("brownie"), "run", "deploy", "--network", NETWORK]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        connection, deployment = Connection.open(url), Deployment.read(out)
        deployment.check(connection)
        assert bounds_of(connection, deployment) == FactoryBounds.devnet().limits


@pytest.mark.parametrize(
    ("bounds", "expected"), [("production", FactoryBounds()), ("devnet", FactoryBounds.devnet())]
)
def test_deployment_without_brownie_has_the_bounds_that_were_asked_for(
    tmp_path: Path, bounds: str, expected: FactoryBounds
) -> None:
    out = tmp_path / "deployment.json"
    with node("anvil") as url:
        account = new_account(tmp_path, "deployer")
        succeed("fund", "--rpc-url", url, account.address)
        keys = key_options(tmp_path, "deployer")
        (said,) = succeed("deploy", "--rpc-url", url, *keys, "--bounds", bounds, "--out", out)
        connection, deployment = Connection.open(url), Deployment.read(out)
        deployment.check(connection)
        assert bounds_of(connection, deployment) == expected.limits
        assert said["factory"] == deployment.factory


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "give --keystore, or --unlocked"),
        (("--keystore", "nowhere.json"), "cannot read the keystore nowhere.json"),
        (("--keystore", "nowhere.json", "--unlocked"), "give --keystore, or --unlocked"),
        (("--unlocked", "--bounds", "none"), "bounds are 'none': give production or devnet"),
    ],
)
def test_wrong_arguments_end_in_one_line(arguments: tuple[str, ...], line: str) -> None:
    with node("anvil") as url:
        done = run_fl("deploy", "--rpc-url", url, *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert done.stderr.startswith("fl: ") and line in done.stderr


def test_file_that_cannot_be_written_is_found_before_anything_is_deployed(tmp_path: Path) -> None:
    with node("anvil") as url:
        done = run_fl("deploy", "--rpc-url", url, "--unlocked", "--out", tmp_path / "no" / "folder.json")
        assert (done.returncode, done.stderr.count("\n")) == (3, 1)
        assert Connection.open(url).block_number() == 0
