"""`fl doctor`: looks at everything that a role needs, before anything is at stake."""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

import typer

from fl_client import __version__
from fl_client.chain import Connection, Journal, keystore_address
from fl_client.chain.contracts import ONE_COIN, Deployment, TaskContract
from fl_client.chain.contracts.encrypted import EncryptedContract, is_encrypted_task
from fl_client.chain.powers import require_powers
from fl_client.cli.session import open_content, state_folder, task_address
from fl_client.cli.settings import Settings
from fl_client.errors import GradbondError
from fl_client.rounds import TaskStatus, read_status
from fl_client.rounds.encrypted_status import EncryptedStatus, read_encrypted_status
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.types import Address

AnyTask = TaskContract | EncryptedContract

LEAST_FREE_BYTES: Final = 2**30
MOST_SKEW_SECONDS: Final = 60
_PACKAGES: Final = ("torch", "numpy", "web3", "eth-tester", "ipfshttpclient", "gmpy2", "PyNaCl", "coincurve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: ``ok``, ``warning``, ``wrong`` or ``not given``."""

    what: str
    verdict: str
    text: str


def show_findings(settings: Settings, *, as_json: bool) -> None:
    """Print what was found; exit code 1 when something is wrong."""
    findings = list(examine(settings))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], sort_keys=True))
    else:
        marks = {"ok": "ok     ", "warning": "warning", "wrong": "WRONG  ", "not given": "-      "}
        for finding in findings:
            typer.echo(f"{marks[finding.verdict]}  {finding.what:<11} {finding.text}")
    if any(finding.verdict == "wrong" for finding in findings):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after another; what rests on something wrong is left out."""
    yield _versions()
    connection = yield from _node(settings)
    deployment = yield from _deployment(settings, connection)
    contract = yield from _task(settings, connection, deployment)
    yield from _account(settings, connection, deployment, contract)
    yield from _store(settings, contract)


def _versions() -> Finding:
    found = [f"fl {__version__}", f"Python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            return Finding(
                what="versions", verdict="wrong", text=f"{name} is not installed: pip install gradbond"
            )
    return Finding(what="versions", verdict="ok", text=", ".join(found))


def _node(settings: Settings) -> Generator[Finding, None, Connection | None]:
    if settings.rpc_url is None:
        yield Finding(what="node", verdict="not given", text="--rpc-url")
        return None
    try:
        connection = Connection.open(settings.rpc_url)
        started = time.monotonic()
        block, stamp = connection.block_number(), connection.now()
        took = (time.monotonic() - started) / 2
    except GradbondError as problem:
        yield Finding(what="node", verdict="wrong", text=str(problem))
        return None
    yield Finding(
        what="node",
        verdict="ok",
        text=f"chain {connection.chain_id} at {connection.url}, block {block}, {took * 1_000:.0f} ms a request",
    )
    skew = stamp - time.time()
    text = f"the latest block is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this machine"
    if skew > MOST_SKEW_SECONDS:
        text += ": set this machine's clock (a devnet may run ahead)"
        yield Finding(what="clock", verdict="warning", text=text)
    elif skew < -10 * MOST_SKEW_SECONDS:
        yield Finding(what="clock", verdict="warning", text=f"{text}: does the chain still make blocks?")
    else:
        yield Finding(what="clock", verdict="ok", text=text)
    return connection


def _deployment(
    settings: Settings, connection: Connection | None
) -> Generator[Finding, None, Deployment | None]:
    if settings.deployment is None:
        yield Finding(what="contracts", verdict="not given", text="--deployment")
        return None
    try:
        deployment = Deployment.read(settings.deployment)
        if connection is None:
            return None
        deployment.check(connection)
    except GradbondError as problem:
        yield Finding(what="contracts", verdict="wrong", text=str(problem))
        return None
    text = f"those of this version, factory {deployment.factory}"
    yield Finding(what="contracts", verdict="ok", text=text)
    return deployment


def _task(
    settings: Settings, connection: Connection | None, deployment: Deployment | None
) -> Generator[Finding, None, AnyTask | None]:
    if settings.task is None:
        yield Finding(what="task", verdict="not given", text="TASK")
        return None
    try:
        address = task_address(settings.task)
        if connection is None or deployment is None:
            return None
        contract: AnyTask
        status: TaskStatus | EncryptedStatus
        if is_encrypted_task(connection, deployment, address):
            contract = EncryptedContract(connection, deployment, address)
            status = read_encrypted_status(contract)
        else:
            contract = TaskContract(connection, deployment, address)
            status = read_status(contract)
    except GradbondError as problem:
        yield Finding(what="task", verdict="wrong", text=str(problem))
        return None
    text = f"{contract.address}, round {status.round} of {status.rounds}, {status.phase}"
    ended = status.phase == "ended"
    yield Finding(what="task", verdict="warning" if ended else "ok", text=text)
    if isinstance(contract, EncryptedContract):
        yield _powers(connection, contract)
    return contract


def _powers(connection: Connection, contract: EncryptedContract) -> Finding:
    """Whether a question of an encrypted task could be answered on this chain."""
    try:
        require_powers(connection, contract.parameters.modulus_bytes)
    except GradbondError as problem:
        return Finding(what="powers", verdict="wrong", text=str(problem))
    text = f"a chunk can be shown here; the dealer {contract.parameters.dealer} is trusted for secrecy"
    return Finding(what="powers", verdict="ok", text=text)


def _account(
    settings: Settings,
    connection: Connection | None,
    deployment: Deployment | None,
    contract: AnyTask | None,
) -> Iterator[Finding]:
    if settings.keystore is None:
        yield Finding(what="account", verdict="not given", text="--keystore")
        return
    address = keystore_address(settings.keystore)
    if address is None:
        text = f"{settings.keystore} is no keystore file: make one with `fl keys new`"
        yield Finding(what="account", verdict="wrong", text=text)
        return
    mode = settings.keystore.stat().st_mode & 0o077
    text = f"{address}" + (": others may read its file, chmod 600 it" if mode else "")
    yield Finding(what="account", verdict="warning" if mode else "ok", text=text)
    if connection is not None:
        yield from _balances(connection, deployment, contract, address)
    yield _state(state_folder(settings, address))


def _balances(
    connection: Connection, deployment: Deployment | None, contract: AnyTask | None, address: Address
) -> Iterator[Finding]:
    try:
        with connection.translated("reading a balance"):
            wei = connection.web3.eth.get_balance(address)  # type: ignore[arg-type]
        verdict = "ok" if wei else "wrong"
        text = f"{wei / 10**18:.4g} ether" + ("" if wei else ": every transaction costs gas")
        yield Finding(what="ether", verdict=verdict, text=text)
        if deployment is None:
            return
        coin = connection.contract("DeepCoin", deployment.coin)
        held = connection.call(coin.functions.balanceOf(address))
        text = f"{held / ONE_COIN:g}"
        if isinstance(contract, EncryptedContract):
            text += f"; a party stakes {contract.parameters.stake / ONE_COIN:g}"
        elif contract is not None:
            asked = contract.parameters
            text += f"; a trainer stakes {asked.trainer_stake / ONE_COIN:g}, a sealer {asked.sealer_stake / ONE_COIN:g}"
        yield Finding(what="coins", verdict="ok" if held else "warning", text=text)
    except GradbondError as problem:
        yield Finding(what="balances", verdict="wrong", text=str(problem))


def _state(folder: Path) -> Finding:
    """The journal can be opened by this process, and there is room."""
    if not folder.exists():
        return Finding(what="state", verdict="ok", text=f"{folder}, to be made")
    try:
        with Journal(folder):
            pass
    except GradbondError as problem:
        return Finding(what="state", verdict="wrong", text=str(problem))
    return _room(folder, "state")


def _store(settings: Settings, contract: AnyTask | None) -> Iterator[Finding]:
    if settings.store is None:
        yield Finding(what="store", verdict="not given", text="--store")
        return
    folder = settings.store
    if not folder.exists():
        yield Finding(what="store", verdict="ok", text=f"{folder}, to be made")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            what="store", verdict="wrong", text=f"{folder} cannot be written: check its owner and mode"
        )
    else:
        yield _room(folder, "store")
    if contract is not None:
        from fl_client.roles import ModelBook
        from fl_client.roles.encrypted_book import EncryptedBook
        from fl_client.rounds import TaskWatch

        try:
            if isinstance(contract, EncryptedContract):
                EncryptedBook(EncryptedWatch(contract), open_content(settings)).base(1)
            else:
                ModelBook(TaskWatch(contract), open_content(settings)).base(1)
            yield Finding(what="first model", verdict="ok", text="in the store, and the one of the task")
        except GradbondError as problem:
            yield Finding(what="first model", verdict="wrong", text=str(problem))


def _room(folder: Path, what: str) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{folder}, {free / 2**30:.1f} GiB free"
    return Finding(what=what, verdict="ok" if free >= LEAST_FREE_BYTES else "warning", text=text)
