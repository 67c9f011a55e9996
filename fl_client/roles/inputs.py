"""What a task's owner gives to each round where the rule asks for it: a trusted update, and reputations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from fl_client.aggregation.weigh import Needs
from fl_client.errors import ConfigError
from fl_client.roles.models import ModelBook
from fl_client.roles.trainer import Learner
from fl_client.rounds import SealedVector, TaskLedger, seal_vector
from fl_client.types import Address

_UINT32: Final = 2**32 - 1

ReputationSource = Callable[[TaskLedger], Mapping[Address, int]]
"""Counts from 0 by account, as of now."""


def earned_reputations(ledger: TaskLedger) -> dict[Address, int]:
    """One, and one more for each accepted update of a final round; nothing for whoever was ever slashed."""
    slashed = {one.account for one in ledger.slashes}
    found = {trainer: 1 for trainer in ledger.trainers if trainer not in slashed}
    for record in ledger.rounds.values():
        if record.finalized:
            for reveal in record.reveals:
                if record.accepts(reveal.index) and reveal.trainer in found:
                    found[reveal.trainer] += 1
    return found


def listed_reputations(found: Mapping[Address, int], places: int) -> list[tuple[Address, int]]:
    """Reputations as the contract takes them: the highest, none above the share that keeps their sum in 32 bits.

    Args:
        found: counts by account.
        places: of the task for trainers: at most as many are listed.

    Raises:
        ConfigError: a count is negative.

    >>> one, other = Address("0x" + "00" * 19 + "02"), Address("0x" + "00" * 19 + "01")
    >>> [count for _, count in listed_reputations({one: 7, other: 2**40}, places=2)]
    [2147483647, 7]
    """
    for account, count in found.items():
        if count < 0:
            raise ConfigError(f"the reputation of {account} is {count}: give 0 or more")
    best = sorted((one for one in found.items() if one[1]), key=lambda one: (-one[1], int(one[0], 16)))
    kept = ((account, min(count, _UINT32 // places)) for account, count in best[:places])
    return sorted(kept, key=lambda one: int(one[0], 16))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundInputs:
    """Where an owner takes them from.

    Args:
        models: of the task.
        root: learns the trusted update, on samples that the owner vouches for; None where the rule reads none.
        reputations: how far each trainer is trusted.
    """

    models: ModelBook
    root: Learner | None = None
    reputations: ReputationSource = field(default=earned_reputations)

    @property
    def needs(self) -> Needs:
        """What the task's rule reads of it.

        Raises:
            ConfigError: a trusted update, and there is nothing to learn it on.
        """
        found = self.models.rule.needs & (Needs.TRUST | Needs.REPUTATIONS)
        if found & Needs.TRUST and self.root is None:
            raise ConfigError(
                f"the rule {self.models.rule.name} compares with an update of the owner's: name the samples it is "
                "learnt on (--definition, --data, --share)"
            )
        return found

    def trusted(self, number: int) -> SealedVector | None:
        """The trusted update of a round, learnt from its base model; None where the rule reads none."""
        if not self.needs & Needs.TRUST or self.root is None:
            return None
        update = self.root.update(self.models.base(number), number)
        return seal_vector(update.delta, self.models.watch.update_form)

    def listed(self) -> list[tuple[Address, int]]:
        """The reputations, as the contract takes them; empty where the rule reads none."""
        if not self.needs & Needs.REPUTATIONS:
            return []
        watch = self.models.watch
        return listed_reputations(self.reputations(watch.ledger), watch.contract.parameters.max_trainers)
