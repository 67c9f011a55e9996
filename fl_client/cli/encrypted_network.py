"""An encrypted federation as processes of their own: what `fl demo --network --privacy paillier` starts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.cli.local_network import LocalNetwork
from fl_client.roles.encrypted_plan import EncryptedPlan

_COINS: Final = 500
_ANSWER_SECONDS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedNetworkPlan:
    """What is started; the rest as ``NetworkPlan`` has it.

    Attributes:
        parties: each trains and holds a part of the key.
        threshold: parties that open a sum together; 0: more than half.
        groups: sums of a round.
        modulus_bits: of the key.
        phase_seconds: most that a phase takes; it ends as soon as everybody has acted.
        challenge_seconds: the one time that is always waited for, twice a round.

    Raises:
        ConfigError: a value is out of its range.
    """

    out: Path
    parties: int = 7
    threshold: int = 0
    groups: int = 1
    rounds: int = 2
    partition: str = "dirichlet:1.0"
    seed: int = 0
    definition: str = "digits"
    data: Path | None = None
    modulus_bits: int = 2048
    phase_seconds: int = 900
    challenge_seconds: int = 4
    rpc_url: str | None = None
    ipfs: tuple[str, ...] = ()
    poll: float = 0.5
    until_home: bool = False

    def __post_init__(self) -> None:
        from fl_client.simulation import DemoSettings  # torch comes with it

        # What a node and a deployed task would only say later, in words that name no option.
        DemoSettings(
            participants=self.parties,
            rounds=self.rounds,
            partition=self.partition,
            seed=self.seed,
            privacy="paillier",
            threshold=self.threshold or None,
            groups=self.groups,
        )
        self.task  # noqa: B018 - refuses what no task can have

    @property
    def task(self) -> EncryptedPlan:
        """The task that its owner creates, before what the factory fills in."""
        return EncryptedPlan(
            rounds=self.rounds,
            parties=self.parties,
            threshold=self.threshold,
            groups=self.groups,
            modulus_bytes=self.modulus_bits // 8,
            phase_seconds=self.phase_seconds,
            challenge_seconds=self.challenge_seconds,
            answer_seconds=_ANSWER_SECONDS,
        )

    @property
    def learners(self) -> int:
        """The parties."""
        return self.parties

    @property
    def round_seconds(self) -> int:
        """Within which a round has ended, on a busy machine: every process checks every proof itself."""
        return 1_800

    @property
    def people(self) -> str:
        """Who is started, in words."""
        return f"{self.parties} parties, a dealer and an auditor"


class EncryptedNetwork(LocalNetwork):
    """An encrypted task: parties, the dealer until they have the key, an auditor."""

    commands = {
        "party": ("train",),
        "dealer": ("deal",),
        "auditor": ("audit", "--watch", "--challenge"),
    }
    contract: EncryptedContract

    def __init__(self, plan: EncryptedNetworkPlan) -> None:
        super().__init__(plan)
        self.plan = plan

    def __enter__(self) -> EncryptedNetwork:
        """See ``LocalNetwork._begin``."""
        self._begin()
        return self

    def _found(self) -> None:
        names = [*(f"party-{number + 1}" for number in range(self.plan.parties)), "dealer", "auditor"]
        connection, deployment = self._deploy(
            dict.fromkeys(names, _COINS) | {"owner": 10 * _COINS * self.plan.rounds}
        )
        self._describe_task()
        self.contract = EncryptedContract(connection, deployment, self._create())

    def _describe_task(self) -> None:
        plan, task = self.plan, self.plan.task
        encryption = {
            "dealer": self.accounts["dealer"],
            "modulus_bits": plan.modulus_bits,
            "parties": task.parties,
            "threshold": task.holders,
            "groups": task.groups,
        }
        seconds = {name: getattr(task, f"{name}_seconds") for name in ("phase", "challenge", "answer")}
        told: dict[str, object] = {
            "privacy": "paillier",
            "definition": plan.definition,
            **({} if plan.data is None else {"data": str(plan.data.resolve())}),
            "seed": plan.seed,
            "rounds": task.rounds,
            "encryption": encryption,
            "seconds": seconds,
        }
        lines = [f"{name}: {json.dumps(value)}" for name, value in told.items()]
        (plan.out / "task.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _start_all(self) -> None:
        for name, address in self.accounts.items():
            if name != "owner":  # who has nothing to do once the task is made
                self.processes.append(self.start(name, address))

    def _told(self, name: str, role: str) -> list[object]:
        found: list[object] = []
        if role != "dealer" and not self.plan.until_home:
            found.append("--until-ended")
        if role == "party":
            found += self._data_of(f"{name.split('-')[1]}/{self.plan.parties}")
            found += ["--partition", self.plan.partition]
        return found
