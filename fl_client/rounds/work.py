"""Proof of work in a task: its terms, the works that were admitted, and the target's path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fl_client.chain.contracts import NOBODY, TaskContract
from fl_client.errors import AuditDiffers, UnknownRule
from fl_client.sealing import (
    ANYBODY,
    Puzzle,
    first_target,
    next_target,
    nonce_of,
    relaxed,
    work_of,
)
from fl_client.types import Address, Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a proposal showed (``WorkAdmitted``).

    Attributes:
        turn, round, proposal: when; proposals are those of the round before this one.
        sealer: who.
        seat: with the nonce above its lowest 8 bits; ``ANYBODY`` for a proposal under a bond, which shows no work.
        elapsed: seconds since the set froze, or the last proposal was rejected.
        next: the target that the next proposal starts from.
    """

    turn: int
    round: int
    proposal: int
    sealer: Address
    seat: int
    elapsed: int
    next: int

    @classmethod
    def of_event(cls, args: Any, turn: int) -> Work:
        """Read the event."""
        return cls(
            turn=turn,
            round=args["round"],
            proposal=args["proposal"],
            sealer=args["sealer"],
            seat=args["seat"],
            elapsed=args["elapsed"],
            next=args["next"],
        )

    @property
    def nonce(self) -> int | None:
        """The nonce; None where there was no work."""
        return None if self.seat == ANYBODY else nonce_of(self.seat)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTerms:
    """How a task is sealed by work.

    Attributes:
        chain_id, policy, task: what every work is bound to.
        rate: wanted seconds from the freeze of a set to its proposal.
        slot_seconds: after as many without a proposal the target doubles.
    """

    chain_id: int
    policy: Address
    task: Address
    rate: int
    slot_seconds: int

    @classmethod
    def of(cls, contract: TaskContract) -> WorkTerms | None:
        """Those of a task; None where sealers have slots in order.

        Raises:
            UnknownRule: the task has a policy that this version does not know.
        """
        parameters, known = contract.parameters, contract.deployment.proof_of_work
        if parameters.sealing == NOBODY:
            return None
        if parameters.sealing != known:
            raise UnknownRule(
                f"the task is sealed by {parameters.sealing}, which this version does not know: use a newer one"
            )
        return cls(
            chain_id=contract.connection.chain_id,
            policy=known,
            task=contract.address,
            rate=parameters.sealing_rate,
            slot_seconds=parameters.seal_seconds,
        )

    def puzzle(
        self, *, round_: int, turn: int, proposal: int, set_hash: Bytes32, model: Bytes32, sealer: Address
    ) -> Puzzle:
        """What a sealer has to solve for a model."""
        return Puzzle(
            chain_id=self.chain_id,
            policy=self.policy,
            task=self.task,
            round=round_,
            turn=turn,
            proposal=proposal,
            set_hash=set_hash,
            model=model,
            sealer=sealer,
        )

    def base(self, works: Iterable[Work]) -> int:
        """The target before any time-out, after these works."""
        target = first_target(self.rate)
        for work in works:
            target = work.next
        return target

    def target(self, base: int, elapsed: int) -> int:
        """The target in force so many seconds after the set froze."""
        return relaxed(base, elapsed // self.slot_seconds)

    def check(self, work: Work, base: int, *, set_hash: Bytes32, model: Bytes32) -> None:
        """Recompute one work and the step of the target.

        Args:
            base: the target that the work before left.
            set_hash: of the accepted updates.
            model: that was proposed.

        Raises:
            AuditDiffers: the work does not lie below the target, or the target took another step.
        """
        where = f"round {work.round}, proposal {work.proposal + 1} of {work.sealer}"
        if work.nonce is not None:
            puzzle = self.puzzle(
                round_=work.round,
                turn=work.turn,
                proposal=work.proposal,
                set_hash=set_hash,
                model=model,
                sealer=work.sealer,
            )
            found, target = work_of(puzzle, work.nonce), self.target(base, work.elapsed)
            if found >= target:
                raise AuditDiffers(f"{where}: its work is {found}, the target was {target}")
        step = next_target(
            base,
            elapsed=work.elapsed,
            rate=self.rate,
            slot_seconds=self.slot_seconds,
            worked=work.nonce is not None,
        )
        if step != work.next:
            raise AuditDiffers(f"{where}: the target became {work.next}, by its rule it is {step}")
