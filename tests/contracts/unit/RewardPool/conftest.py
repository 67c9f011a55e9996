"""A funded task and what a round of it earns."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.federation import ONE, ZERO
from tests.contracts.task_types import Evidence, Role

BUDGET = 1_000 * ONE


@pytest.fixture(scope="module")
def funded(ledgers: Any, owner: Any) -> Any:
    """The ledgers, with the first task paid for."""
    ledgers.pool.fund(ledgers.task, owner, BUDGET, {"from": ledgers.factory})
    return ledgers


@pytest.fixture
def credit(funded: Any, trainers: Any) -> Any:
    """Book a round of three accepted updates and two attestations as the task, unless said otherwise."""

    def call(
        accounts: Any = trainers[:3],
        accepted_mask: int = 0b111,
        attested_mask: int = 0b011,
        accepted: int = 3,
        update_reward: int = 3 * ONE,
        attest_reward: int = ONE,
        sealer: Any = ZERO,
        seal_reward: int = 2 * ONE,
        shares: Any = (),
        by: Any = funded.task,
    ) -> Any:
        round_credit = (
            list(accounts),
            accepted_mask,
            attested_mask,
            accepted,
            update_reward,
            attest_reward,
            sealer,
            seal_reward,
            list(shares),
        )
        return funded.pool.creditRound(round_credit, {"from": by})

    return call


@pytest.fixture
def book_bonus(funded: Any) -> Any:
    """Slash a member's whole stake for the honest of the task, without bounty or burning."""

    def call(amount: int) -> None:
        vault, by = funded.vault, {"from": funded.task}
        vault.lock(funded.member, Role.TRAINER, amount, by)
        vault.slash(funded.member, Role.TRAINER, Evidence.NO_REVEAL, amount, ZERO, 0, 0, by)

    return call
