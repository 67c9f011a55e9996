"""Sealing by proof of work: the puzzle of a proposal on Brownie's chain, and finding its nonce."""

from __future__ import annotations

from typing import Any

from brownie import chain, web3

from fl_client.sealing import Puzzle, mine, seat_with
from tests.contracts.rounds import Round

PATIENCE = 600.0
"""Seconds after which a search is given up; a first target takes about one."""


def clock_word(task: Any) -> int:
    """Return the task's packed clock, out of its first slot."""
    return int.from_bytes(bytes(web3.eth.get_storage_at(task.address, 0)), "big")


def puzzle_of(policy: Any, round_: Round, sealer: Any, model: bytes, **others: Any) -> Puzzle:
    """Return what a sealer has to solve for a model in the round's frozen set."""
    clock = round_.task.clock()
    fields: dict[str, Any] = {
        "chain_id": chain.id,
        "policy": policy.address,
        "task": round_.task.address,
        "round": int(clock["round"]),
        "turn": int(clock["turn"]),
        "proposal": int(clock["proposal"]),
        "set_hash": bytes(round_.task.setHash()),
        "model": model,
        "sealer": sealer.address,
    }
    return Puzzle(**(fields | others))


def target_of(policy: Any, task: Any) -> int:
    """Return the target before any time-out."""
    return int(policy.targetOf(task)[0])


def nonce_for(puzzle: Puzzle, target: int) -> int:
    """Search until a nonce is found."""
    nonce, _ = mine(puzzle, target, seconds=PATIENCE)
    assert nonce is not None
    return nonce


def propose_mined(policy: Any, round_: Round, seat: int, sealer: Any, target: int | None = None) -> Any:
    """Let a sealer propose the right model of all reveals, with the work for it."""
    model = round_.commitment_to(round_.new_model())
    wanted = target_of(policy, round_.task) if target is None else target
    nonce = nonce_for(puzzle_of(policy, round_, sealer, model), wanted)
    return propose_with(round_, model, seat_with(seat, nonce), sealer)


def propose_with(round_: Round, model: bytes, seat: int, sealer: Any) -> Any:
    """Send a proposal with this seat and nonce; the set is frozen."""
    arguments = (round_.number, round_.task.setHash(), [], model, web3.keccak(model), seat)
    return round_.task.proposeAggregate(*arguments, {"from": sealer})
