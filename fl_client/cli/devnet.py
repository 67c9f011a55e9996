"""`fl devnet`: a local chain to try things on, which remembers itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

import typer

from fl_client.chain import Connection, unlocked_accounts
from fl_client.cli.running import stop_politely
from fl_client.errors import ChainError, ConfigError

ANVIL_PACKAGE: Final = "@foundry-rs/anvil@1.7.1"
CHAIN_ID: Final = 31337
_START_SECONDS: Final = 120.0  # npx may have to fetch it first


def run_devnet(port: int, accounts: int, state: Path, block_time: float, *, as_json: bool) -> None:
    """Run anvil until interrupted.

    Raises:
        ConfigError: an impossible value, no anvil, or a port that is taken.
        ChainError: anvil ended by itself.
    """
    if not 1 <= port <= 65_535:
        raise ConfigError(f"--port is {port}: give 1 to 65535")
    if not 1 <= accounts <= 1_000:
        raise ConfigError(f"--accounts is {accounts}: give 1 to 1000")
    if not (block_time == 0 or 0.1 <= block_time <= 3_600):
        raise ConfigError(f"--block-time is {block_time}: give 0, or 0.1 to 3600 seconds")
    command = [*find_anvil(), *anvil_options(port, accounts, state, block_time)]
    url = f"http://127.0.0.1:{port}"
    _refuse_occupied(url)
    stop_politely()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        connection = _await(url, process)
        _tell(url, connection, state, as_json=as_json)
        code = process.wait()
        raise ChainError(f"anvil ended by itself with code {code}: {_last_words(process)}")
    finally:
        # SIGTERM lets it write its state; SIGKILL would lose what came after the last interval.
        process.terminate()
        process.wait()


def find_anvil() -> list[str]:
    """The command that runs anvil: on the PATH, from ./node_modules, or through npx.

    Raises:
        ConfigError: none of them.
    """
    for place in (None, "node_modules/.bin"):
        if found := shutil.which("anvil", path=place):
            return [found]
    if npx := shutil.which("npx"):
        return [npx, "--yes", "--package", ANVIL_PACKAGE, "anvil"]
    raise ConfigError(
        f"anvil is not installed: `npm install {ANVIL_PACKAGE}` here, or install Foundry; any other EVM node will do "
        "as well (--rpc-url)"
    )


def anvil_options(port: int, accounts: int, state: Path, block_time: float) -> list[str]:
    """What anvil is told: the rules that the contracts were tested under, and to keep its state."""
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigError(f"cannot make the folder {state}: {problem.strerror}") from problem
    given = [
        "--port",
        f"{port}",
        "--chain-id",
        f"{CHAIN_ID}",
        "--hardfork",
        "prague",
        "--accounts",
        f"{accounts}",
    ]
    given += [
        "--gas-limit",
        "30000000",
        "--silent",
        "--state",
        str(state / "anvil.json"),
        "--state-interval",
        "2",
    ]
    return given + (["--block-time", f"{block_time:g}"] if block_time else [])


def _refuse_occupied(url: str) -> None:
    try:
        Connection.open(url)
    except ChainError:
        return
    raise ConfigError(f"a node answers at {url} already: use it, or choose another --port")


def _await(url: str, process: subprocess.Popen[str]) -> Connection:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            return Connection.open(url, chain_id=CHAIN_ID)
        except ChainError:
            if process.poll() is not None:
                raise ChainError(f"anvil does not start: {_last_words(process)}") from None
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _last_words(process: subprocess.Popen[str]) -> str:
    lines = (process.stderr.read() if process.stderr else "").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _tell(url: str, connection: Connection, state: Path, *, as_json: bool) -> None:
    accounts = unlocked_accounts(connection)
    if as_json:
        facts = {"accounts": accounts, "chain_id": CHAIN_ID, "rpc_url": url, "state": str(state)}
        typer.echo(json.dumps(facts, sort_keys=True))
        return
    typer.echo(
        f"chain {CHAIN_ID} at {url}, block {connection.block_number()}, kept in {state}; Ctrl-C ends it"
    )
    typer.echo(f"{len(accounts)} accounts with ether, the first is {accounts[0]}")
    typer.echo("In another terminal:")
    typer.echo(f"  export FL_RPC_URL={url} FL_DEPLOYMENT=deployment.json FL_STORE=store")
    typer.echo("  fl deploy --unlocked --bounds devnet")
