"""A federation as processes of their own on a local node: what `fl demo --network` starts, and how it is watched."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fl_client.aggregation.weigh import Needs
from fl_client.chain.contracts import TaskContract
from fl_client.cli.local_network import LocalNetwork
from fl_client.cli.processes import START_SECONDS
from fl_client.errors import ChainError
from fl_client.roles import LEAST_QUORUM, PROOF_OF_WORK, SLOTS, TaskPlan, review_by

_COINS: Final = 500
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

    @property
    def learners(self) -> int:
        """The trainers."""
        return self.trainers

    @property
    def round_seconds(self) -> int:
        """Within which a round has ended, on a busy machine."""
        return 300

    @property
    def people(self) -> str:
        """Who is started, in words."""
        judges = f"{self.validators} validators, " if self.validators else ""
        sealers = "an aggregator" if len(self.aggregators) == 1 else f"{len(self.aggregators)} aggregators"
        return f"{self.trainers} trainers, {judges}{sealers} and an auditor"


class Network(LocalNetwork):
    """A plain task."""

    commands = {
        "trainer": ("train",),
        "aggregator": ("aggregate",),
        "auditor": ("audit", "--watch", "--challenge"),
        "owner": ("own",),
        "validator": ("validate",),
    }
    contract: TaskContract

    def __init__(self, plan: NetworkPlan) -> None:
        super().__init__(plan)
        self._gives = bool(plan.task.aggregation.needs & (Needs.TRUST | Needs.REPUTATIONS))
        self.plan = plan

    def __enter__(self) -> Network:
        """See ``LocalNetwork._begin``."""
        self._begin()
        return self

    # ------------------------------------------------------------------ setting up

    def _found(self) -> None:
        names = [f"trainer-{number + 1}" for number in range(self.plan.trainers)]
        names += [f"validator-{number + 1}" for number in range(self.plan.validators)]
        names += [*self.plan.aggregators, "auditor"]
        connection, deployment = self._deploy(
            dict.fromkeys(names, _COINS) | {"owner": 10 * _COINS * self.plan.rounds}
        )
        self._describe_task()
        self.contract = TaskContract(connection, deployment, self._create())

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

    def _start_all(self) -> None:
        self._start(lambda role: role == "validator")
        # Whoever has no seat when the first turn opens is not drawn in it.
        self._await_deed("took a seat on the board")
        self._start(lambda role: self._gives if role == "owner" else role != "validator")

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

    def _told(self, name: str, role: str) -> list[object]:
        found: list[object] = [] if self.plan.until_home or role == "owner" else ["--until-ended"]
        if role in ("trainer", "validator", "owner"):
            among = self.plan.validators if role == "validator" else self.plan.trainers
            found += self._data_of(_ROOT_SHARE if role == "owner" else f"{name.split('-')[1]}/{among}")
        return [*found, "--partition", self.plan.partition] if role == "trainer" else found
