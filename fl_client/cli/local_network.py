"""Processes of a federation on a local node, whatever kind of task they share: set up, told, watched, ended."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from fl_client.chain import Connection, UnlockedSender
from fl_client.chain.contracts import ONE_COIN, Deployment, FactoryBounds, deploy
from fl_client.chain.contracts.clone import TaskClone
from fl_client.cli.processes import Process, anvil, bare_environment, command_line, new_keys, ran
from fl_client.errors import ChainError
from fl_client.simulation.folder import new_folder
from fl_client.types import Address

_ETHER: Final = 5 * 10**18


class LocalPlan(Protocol):
    """What every plan of such a network says; ``NetworkPlan`` tells what each means."""

    @property
    def out(self) -> Path: ...
    @property
    def definition(self) -> str: ...
    @property
    def data(self) -> Path | None: ...
    @property
    def partition(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def rounds(self) -> int: ...
    @property
    def rpc_url(self) -> str | None: ...
    @property
    def ipfs(self) -> tuple[str, ...]: ...
    @property
    def poll(self) -> float: ...
    @property
    def until_home(self) -> bool: ...

    @property
    def learners(self) -> int:
        """Who each learns on a share of the data."""
        ...

    @property
    def round_seconds(self) -> int:
        """Within which a round has ended, on a busy machine."""
        ...

    @property
    def people(self) -> str:
        """Who is started, in words."""
        ...


class LocalNetwork(ABC):
    """A deployed task with a process for every participant; a context manager that leaves no process behind.

    Attributes:
        commands: of `fl`, by the role that a process's name begins with.
        contract: the task, once it is made.
        accounts: by name.
        processes: those that were started.
    """

    commands: dict[str, tuple[str, ...]] = {}
    contract: TaskClone

    def __init__(self, plan: LocalPlan) -> None:
        """Make a network; nothing is started before ``with``."""
        self._plan = plan
        self.accounts: dict[str, Address] = {}
        self.processes: list[Process] = []
        self._stack = contextlib.ExitStack()

    def _begin(self) -> None:
        """Start everything.

        Raises:
            ConfigError: the folder holds something, or cannot be written.
            ChainError: the node does not answer, or a process failed.
        """
        new_folder(self._plan.out)
        try:
            self.url = self._plan.rpc_url or self._stack.enter_context(anvil(self._plan.out))
            self._found()
            self._start_all()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End whatever still runs."""
        for process in self.processes:
            process.handle.terminate()
        for process in self.processes:
            try:
                process.handle.wait(20)
            except subprocess.TimeoutExpired:
                process.handle.kill()
                process.handle.wait()
        self._stack.close()

    # ------------------------------------------------------------------ setting up

    @abstractmethod
    def _found(self) -> None:
        """Deploy, hand out coins, create the task."""

    @abstractmethod
    def _start_all(self) -> None:
        """Start everybody, in an order that lets all of them take part."""

    def _deploy(self, coins: dict[str, int]) -> tuple[Connection, Deployment]:
        """Deploy, make a key for each of these names, and hand out ether and so many coins."""
        out, connection = self._plan.out, Connection.open(self.url)
        bank = UnlockedSender(connection)
        deploy(bank, connection, bounds=FactoryBounds.devnet()).write(out / "deployment.json")
        deployment = Deployment.read(out / "deployment.json")
        self.accounts = new_keys(out / "keys", coins)
        coin = connection.contract("DeepCoin", deployment.coin)
        for name, account in self.accounts.items():
            bank.give(account, _ETHER)
            bank.send(coin.functions.transfer(account, coins[name] * ONE_COIN))
        return connection, deployment

    def _create(self) -> Address:
        """Let the owner create the task that the task file describes; gives its address."""
        out = self._plan.out
        (made,) = self.run(
            "task", "create", out / "task.yaml", *self.options("owner"), "--out", out / "task.json"
        )
        return Address(made["task"])

    # ------------------------------------------------------------------ processes

    def options(self, name: str) -> list[object]:
        """What an account's commands are told, from its own folders."""
        keys = self._plan.out / "keys"
        account: list[object] = ["--keystore", keys / f"{name}.json", "--password-file", keys / "password"]
        return [*self.reading(name), *account, "--state", self._plan.out / "state" / name]

    def reading(self, name: str) -> list[object]:
        """What a command that only reads is told: node, contracts and an account's store."""
        out = self._plan.out
        found: list[object] = ["--rpc-url", self.url, "--deployment", out / "deployment.json"]
        found += ["--store", out / (f"store-{name}" if self._plan.ipfs else "store")]
        for address in self._plan.ipfs:
            found += ["--ipfs", address]
        return found

    def run(self, *arguments: object) -> list[dict[str, Any]]:
        """Run a command to its end; gives the objects that it printed.

        Raises:
            ChainError: it failed; its own line is in the message.
        """
        done = ran(*arguments)
        if done.returncode:
            raise ChainError(f"fl {arguments[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def audit(self) -> dict[str, Any]:
        """Audit the task in a process of its own, from its node and its store; gives the verdict, whatever it is."""
        from fl_client.simulation.demo import verdict_of  # torch comes with it

        return verdict_of(ran("audit", self._plan.out / "task.json", *self.reading("auditor")))

    def start(self, name: str, address: Address) -> Process:
        """Start a participant, or start it again: its state folder says where it was."""
        role, out = name.split("-")[0], self._plan.out
        arguments = [*self.options(name), "--poll", self._plan.poll, "--json"]
        arguments += self._told(name, role)
        log = out / "logs" / f"{name}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("a") as output, log.with_suffix(".err").open("a") as errors:
            handle = subprocess.Popen(
                command_line(
                    *self.commands[role][:1], out / "task.json", *self.commands[role][1:], *arguments
                ),
                stdout=output,
                stderr=errors,
                text=True,
                env=bare_environment(),
            )
        return Process(name=name, role=role, address=address, handle=handle, log=log, read=log.stat().st_size)

    @abstractmethod
    def _told(self, name: str, role: str) -> list[object]:
        """What a process is told besides, by its role."""

    def _data_of(self, share: str) -> list[object]:
        """The options of whoever learns or judges on a share of the data."""
        found: list[object] = ["--definition", self._plan.definition, "--share", share]
        found += ["--seed", self._plan.seed]
        return found if self._plan.data is None else [*found, "--data", self._plan.data]

    def wait(self, seconds: float, look: Callable[[], None] = lambda: None) -> None:
        """Until every process has ended; `look` is called several times a second.

        Raises:
            ChainError: one failed, or they took too long; its last words are in the message.
        """
        deadline = time.monotonic() + seconds
        while any(process.handle.poll() is None for process in self.processes):
            for process in self.processes:
                process.follow()
                self._require_well(process)
            look()
            if time.monotonic() > deadline:
                late = [process.name for process in self.processes if process.handle.poll() is None]
                raise ChainError(
                    f"{', '.join(late)} did not end within {seconds:.0f} s; see {self._plan.out / 'logs'}"
                )
            time.sleep(0.2)
        for process in self.processes:
            process.follow()
            self._require_well(process)

    def _require_well(self, process: Process) -> None:
        code = process.handle.poll()
        if code:
            words = process.log.with_suffix(".err").read_text(encoding="utf-8").strip().splitlines()
            raise ChainError(f"{process.name} ended with {code}: {words[-1] if words else 'it said nothing'}")
