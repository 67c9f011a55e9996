"""What sealing by proof of work costs: a proposal, its set frozen before."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.sealing import ANYBODY
from tests.contracts.federation import advance_to, at, deadline_of, running_task
from tests.contracts.gas import snapshot
from tests.contracts.mining import propose_mined, propose_with
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase

# Coverage counts transactions' gas differently.
pytestmark = pytest.mark.no_call_coverage

SEAL = 120_000
ROUNDS = 4


def test_sealing_against_the_snapshot(system: Any, people: Any) -> None:
    """Four rounds by turns of both sealers; from the second on the task's slot in the policy is in use."""
    task = running_task(
        system, people, sealing=system.proof_of_work.address, sealing_rate=1, rounds=ROUNDS + 1
    )
    active, round_, figures = people.trainers[:5], Round.of(task), {}
    for number in range(1, ROUNDS + 1):
        round_.until_attested(active)
        task.freezeRound(round_.entries, {"from": people.outsider})
        seat = number % 2
        proposed = propose_mined(system.proof_of_work, round_, seat, people.sealers[seat])
        figures[f"proposeAggregate by work, round {number}"] = int(proposed.gas_used)
        round_ = round_.finalize(people.outsider)
    round_.until_attested(active)
    task.freezeRound(round_.entries, {"from": people.outsider})
    advance_to(task, Phase.AGGREGATE)
    at(deadline_of(task) - 1)
    model = round_.commitment_to(round_.new_model())
    bonded = propose_with(round_, model, ANYBODY, people.challenger)
    figures["proposeAggregate under a bond"] = int(bonded.gas_used)
    print("\n" + "\n".join(f"{name}: {gas:,}" for name, gas in figures.items()))
    assert max(gas for name, gas in figures.items() if "work" in name) <= SEAL
    snapshot.compare(
        "sealing_gas", {name: gas for name, gas in figures.items() if "1" in name or "4" in name}
    )
