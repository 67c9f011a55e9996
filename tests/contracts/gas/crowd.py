"""A task of as many trainers as one may have, whose calls come through one contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import brownie

from tests.contracts.federation import ONE, People, System, join_all, parameters_of, start
from tests.contracts.rounds import Round

MOST_TRAINERS: Final = 128
STAKE: Final = 100 * ONE
LARGEST: Final[dict[str, Any]] = {
    "max_trainers": MOST_TRAINERS,
    "dimension": 10,
    "trainer_stake": STAKE,
    "norm_penalty": STAKE,
    **{f"{phase}_seconds": 86_400 for phase in ("join", "commit", "reveal", "attest")},
}
"""Parameters of such a task."""


@dataclass(frozen=True, slots=True)
class Puppet:
    """A trainer whose calls come through the crowd."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """128 trainers, ordered about by the owner."""

    task: Any
    owner: Any
    strings: Any
    puppets: list[Puppet]

    @classmethod
    def joining(cls, system: System, people: People, task: Any) -> Crowd:
        """Let 128 new accounts and the sealers join a task, and start it."""
        by = {"from": people.owner}
        strings = people.owner.deploy(brownie.PuppetCrowd)
        for _ in range(MOST_TRAINERS // 32):
            strings.grow(32, by)
        puppets = [Puppet(str(address)) for address in strings.members()]
        crowd = cls(task=task, owner=people.owner, strings=strings, puppets=puppets)
        stake = parameters_of(task).trainer_stake
        for puppet in puppets:
            system.coin.transfer(puppet.address, stake, by)
        crowd.order(system.coin, [system.coin.approve.encode_input(system.vault, stake)] * MOST_TRAINERS)
        join_all(task, (), people.sealers)
        crowd.order(task, [task.joinAsTrainer.encode_input()] * MOST_TRAINERS)
        start(task, people.owner)
        return crowd

    def order(self, target: Any, data: list[str]) -> None:
        """Make one call for each of the trainers."""
        for first in range(0, MOST_TRAINERS, 64):
            members = list(range(first, first + 64))
            self.strings.order(members, target, data[first : first + 64], {"from": self.owner})

    def attested_round(self) -> Round:
        """Play the present round until everybody has vouched for everything."""
        round_ = Round.of(self.task)
        updates = [round_.update(puppet) for puppet in self.puppets]
        turn = self.task.clock()["turn"]
        self.order(
            self.task, [self.task.commitUpdate.encode_input(turn, update.digest) for update in updates]
        )
        self.order(self.task, [self.task.revealUpdate.encode_input(*update.opening) for update in updates])
        round_.revealed.extend(updates)
        self.attest(round_)
        return round_

    def attest(self, round_: Round) -> None:
        """Let everybody vouch for everything."""
        self.order(self.task, [self.task.attestUpdates.encode_input(round_.everything)] * MOST_TRAINERS)
