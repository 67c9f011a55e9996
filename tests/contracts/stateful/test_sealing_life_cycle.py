"""The same life, sealed by proof of work: any seated sealer at any time, and the target as the ghost has it."""

from __future__ import annotations

from typing import Any

import pytest
from brownie import chain

from fl_client.sealing import Puzzle, first_target, mine, work_of
from tests.contracts.federation import System
from tests.contracts.mining import target_of
from tests.contracts.stateful.test_round_life_cycle import RoundLifeCycle, live

WALKS, STEPS = 4, 5
RATE = 1
TRIES = 1 << 15
"""Half of what the first target asks for on average, so that both outcomes happen."""


class SealedByWork(RoundLifeCycle):
    """Sealers look for a nonce, and propose whether they found one or not."""

    @staticmethod
    def sealed_by(system: System) -> dict[str, Any]:
        return {"sealing": system.proof_of_work.address, "sealing_rate": RATE}

    def worked(self, account: Any, model: bytes, accepted: bytes) -> tuple[int, int]:
        puzzle = Puzzle(
            chain_id=chain.id,
            policy=self.system.proof_of_work.address,
            task=self.task.address,
            round=self.ghost.round,
            turn=self.ghost.turn,
            proposal=self.ghost.proposal,
            set_hash=accepted,
            model=model,
            sealer=account.address,
        )
        target = self.ghost.target or first_target(RATE)
        nonce, _ = mine(puzzle, target, tries=TRIES)
        return nonce or 0, work_of(puzzle, nonce or 0)

    def check(self) -> None:
        super().check()
        self.invariant_target()

    def invariant_target(self) -> None:
        """INV-WORK-2: the target is what its rule makes of every proposal so far."""
        expected = self.ghost.target or first_target(RATE)
        assert target_of(self.system.proof_of_work, self.task) == expected


@pytest.mark.parametrize("seed", range(WALKS))
def test_sealing_life_cycle(state_machine: Any, accounts: Any, seed: int) -> None:
    """Sealed by work."""
    live(state_machine, SealedByWork, accounts, seed, steps=STEPS)
