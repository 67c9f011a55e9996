"""A federation as processes of their own on a local node: what `fl demo --network` starts, and how it is watched."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fl_client.aggregation.weigh import Needs
from fl_client.chain import Connection, UnlockedSender
from fl_client.chain.contracts import ONE_COIN, Deployment, FactoryBounds, TaskContract, deploy
from fl_client.cli.processes import (
    START_SECONDS,
    Process,
    anvil,
    bare_environment,
    command_line,
    new_keys,
    ran,
)
from fl_client.errors import ChainError
from fl_client.roles import LEAST_QUORUM, PROOF_OF_WORK, SLOTS, TaskPlan, review_by
from fl_client.simulation.folder import new_folder
from fl_client.types import Address

_COINS: Final = 500
_ETHER: Final = 5 * 10**18
_COMMANDS: Final = {
    "trainer": ("train",),
    "aggregator": ("aggregate",),
    "auditor": ("audit", "--watch", "--challenge"),
    "owner": ("own",),
    "validator": ("validate",),
}
_ANSWER_SECONDS: Final = 2
_UNBONDING_SECONDS: Final = 19
_SEALING_SECONDS: Final = 2
_SEARCHERS: Final = 2
"""Aggregators by proof of work: with one there would be no race. In slots one is enough."""
_ROOT_SHARE: Final = "1/5"
"""Of the test samples: what the owner learns a trusted update on, where the rule compares with one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """What is started.

    Attributes:
        out: folder for everything; must be empty or new.
        trainers, rounds, rule, partition, seed, definition: as `fl demo` has them.
        sealing: ``slots``, with one aggregator; ``proof-of-work``, with two that search for a nonce.
        phase_seconds: most that a phase takes; it ends as soon as everybody has acted.
        challenge_seconds: the one time that is always waited for.
        rpc_url: a development node that runs already; without it an anvil is started.
        ipfs: RPC addresses of IPFS daemons; without them all share a folder.
        poll: seconds between two looks at the chain.
        validators, reward: who reviews, 0 for nobody, and what accepted updates are paid by.
        until_home: whether participants wait until their stakes are back; else they end with the task.

    Raises:
        ConfigError: a value is out of its range.
    """

    out: Path
    trainers: int = 5
    rounds: int = 10
    rule: str = "mean"
    partition: str = "dirichlet:1.0"
    seed: int = 0
    definition: str = "digits"
    data: Path | None = None
    phase_seconds: int = 180
    challenge_seconds: int = 2
    rpc_url: str | None = None
    ipfs: tuple[str, ...] = ()
    poll: float = 0.3
    until_home: bool = False
    validators: int = 0
    reward: str = "equal"
    sealing: str = SLOTS

    def __post_init__(self) -> None:
        from fl_client.simulation import DemoSettings  # torch comes with it

        # What a node and a deployed task would only say later, in words that name no option.
        DemoSettings(
            participants=self.trainers,
            rounds=self.rounds,
            rule=self.rule,
            partition=self.partition,
            seed=self.seed,
            validators=self.validators,
            reward=self.reward,
            sealing=self.sealing,
        )
        self.task  # noqa: B018 - refuses times that no task can have

    @property
    def task(self) -> TaskPlan:
        """The task that its owner creates, before what the factory fills in."""
        return TaskPlan(
            rounds=self.rounds,
            trainers=self.trainers,
            rule=self.rule,
            phase_seconds=self.phase_seconds,
            challenge_seconds=self.challenge_seconds,
            answer_seconds=_ANSWER_SECONDS,
            unbonding_seconds=_UNBONDING_SECONDS,
            review=review_by(self.validators, self.reward, spares=self.trainers > LEAST_QUORUM),
            sealing=self.sealing,
            sealing_seconds=_SEALING_SECONDS if self.sealing == PROOF_OF_WORK else 0,
        )

    @property
    def aggregators(self) -> list[str]:
        """Their names."""
        if self.sealing == SLOTS:
            return ["aggregator"]
        return [f"aggregator-{number + 1}" for number in range(_SEARCHERS)]


class Network:
    """A deployed task with a process for every participant; a context manager that leaves no process behind."""

    def __init__(self, plan: NetworkPlan) -> None:
        """Make a network; nothing is started before ``with``."""
        self._gives = bool(plan.task.aggregation.needs & (Needs.TRUST | Needs.REPUTATIONS))
        self.plan = plan
        self.processes: list[Process] = []
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Network:
        """Start everything.

        Raises:
            ConfigError: the folder holds something, or cannot be written.
            ChainError: the node does not answer, or a process failed.
        """
        new_folder(self.plan.out)
        try:
            self.url = self.plan.rpc_url or self._stack.enter_context(anvil(self.plan.out))
            self.contract = self._found()
            self._start(lambda role: role == "validator")
            # Whoever has no seat when the first turn opens is not drawn in it.
            self._await_deed("took a seat on the board")
            self._start(lambda role: self._gives if role == "owner" else role != "validator")
        except BaseException:
            self.close()
            raise
        return self

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

    def _found(self) -> TaskContract:
        """Deploy, make keys, hand out coins, and create the task."""
        out, connection = self.plan.out, Connection.open(self.url)
        bank = UnlockedSender(connection)
        deployment = deploy(bank, connection, bounds=FactoryBounds.devnet())
        deployment.write(out / "deployment.json")
        names = [f"trainer-{number + 1}" for number in range(self.plan.trainers)]
        names += [f"validator-{number + 1}" for number in range(self.plan.validators)]
        names += [*self.plan.aggregators, "auditor", "owner"]
        self.accounts = new_keys(out / "keys", names)
        coin = connection.contract("DeepCoin", deployment.coin)
        for name, account in self.accounts.items():
            bank.give(account, _ETHER)
            coins = 10 * _COINS * self.plan.rounds if name == "owner" else _COINS
            bank.send(coin.functions.transfer(account, coins * ONE_COIN))
        self._describe_task()
        (made,) = self.run(
            "task", "create", out / "task.yaml", *self.options("owner"), "--out", out / "task.json"
        )
        return TaskContract(connection, Deployment.read(out / "deployment.json"), made["task"])

    def _describe_task(self) -> None:
        plan, task = self.plan, self.plan.task
        seconds = ", ".join(
            f"{name}: {getattr(task, f'{name}_seconds')}"
            for name in ("phase", "challenge", "answer", "unbonding", "sealing")
        )
        lines = [
            f"definition: {json.dumps(plan.definition)}",
            *([] if plan.data is None else [f"data: {json.dumps(str(plan.data.resolve()))}"]),
            f"seed: {plan.seed}",
            f"trainers: {task.trainers}",
            f"rounds: {task.rounds}",
            f"rule: {json.dumps(task.rule)}",
            f"sealing: {task.sealing}",
            f"seconds: {{{seconds}}}",
        ]
        if task.review is not None:
            review = task.review
            lines.append(
                f"review: {{committee: {review.committee}, payment: {review.payment}, floor: {review.floor}}}"
            )
        if plan.reward == "samples":
            lines.append(f"max_samples: {self._greatest_share()}")
        (plan.out / "task.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _greatest_share(self) -> int:
        """The count that earns the whole reward, where samples pay."""
        from fl_client import learning  # torch comes with it: only this payment waits for that

        plan = self.plan
        data = learning.check_task(learning.load_task(plan.definition, data_dir=plan.data))
        shares = learning.share_out(
            plan.partition, data.train_targets, participants=plan.trainers, seed=plan.seed
        )
        return max(len(share) for share in shares)

    # ------------------------------------------------------------------ processes

    def _start(self, wanted: Callable[[str], bool]) -> None:
        """Start everybody in the roles that are wanted."""
        for name, address in self.accounts.items():
            if wanted(name.split("-")[0]):
                self.processes.append(self.start(name, address))

    def _await_deed(self, deed: str) -> None:
        """Until every process has done something.

        Raises:
            ChainError: one failed, or they took too long.
        """
        deadline = time.monotonic() + START_SECONDS
        while not all(deed in process.deeds for process in self.processes):
            for process in self.processes:
                process.follow()
                self._require_well(process)
            if time.monotonic() > deadline:
                raise ChainError(f"nobody {deed} within {START_SECONDS:.0f} s; see {self.plan.out / 'logs'}")
            time.sleep(0.1)

    def options(self, name: str) -> list[object]:
        """What an account's commands are told, from its own folders."""
        keys = self.plan.out / "keys"
        account: list[object] = ["--keystore", keys / f"{name}.json", "--password-file", keys / "password"]
        return [*self.reading(name), *account, "--state", self.plan.out / "state" / name]

    def reading(self, name: str) -> list[object]:
        """What a command that only reads is told: node, contracts and an account's store."""
        out = self.plan.out
        found: list[object] = ["--rpc-url", self.url, "--deployment", out / "deployment.json"]
        found += ["--store", out / (f"store-{name}" if self.plan.ipfs else "store")]
        for address in self.plan.ipfs:
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

        return verdict_of(ran("audit", self.plan.out / "task.json", *self.reading("auditor")))

    def start(self, name: str, address: Address) -> Process:
        """Start a participant, or start it again: its state folder says where it was."""
        role = name.split("-")[0]
        out, arguments = self.plan.out, self.options(name)
        arguments += ["--poll", self.plan.poll, "--json"]
        arguments += [] if self.plan.until_home or role == "owner" else ["--until-ended"]
        if role in ("trainer", "validator", "owner"):
            among = self.plan.validators if role == "validator" else self.plan.trainers
            share = _ROOT_SHARE if role == "owner" else f"{name.split('-')[1]}/{among}"
            arguments += ["--definition", self.plan.definition, "--share", share]
            arguments += ["--seed", self.plan.seed]
            arguments += ["--partition", self.plan.partition] if role == "trainer" else []
            arguments += [] if self.plan.data is None else ["--data", self.plan.data]
        log = out / "logs" / f"{name}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("a") as output, log.with_suffix(".err").open("a") as errors:
            handle = subprocess.Popen(
                command_line(*_COMMANDS[role][:1], out / "task.json", *_COMMANDS[role][1:], *arguments),
                stdout=output,
                stderr=errors,
                text=True,
                env=bare_environment(),
            )
        return Process(name=name, role=role, address=address, handle=handle, log=log, read=log.stat().st_size)

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
                    f"{', '.join(late)} did not end within {seconds:.0f} s; see {self.plan.out / 'logs'}"
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
