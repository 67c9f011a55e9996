"""Whether a call that a contract refused was late: in which phase it came, followed through the task's events.

The name of a refusal is in no receipt, and a node that is asked to execute an old call again has to have the state of
that time. The phase follows from events and stamps alone, and both calls look at it before anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from fl_client.chain.contracts import Phase, TaskContract
from fl_client.chain.events import Event
from fl_client.records.phases import PhaseClock
from fl_client.records.transactions import Refused, stamp_of
from fl_client.types import Address

_MOVING: Final = frozenset(
    {
        *("TurnOpened", "UpdateCommitted", "UpdateRevealed", "ReviewOpened", "RoundFrozen"),
        *("AggregateProposed", "AggregateRejected", "TaskEnded"),
    }
)
_TURN: Final = slice(4, 36)
"""Where a call of ``commitUpdate`` has its turn: behind the selector."""


def late_calls(
    contract: TaskContract, events: Iterable[Event], trainer: Address, refused: Sequence[Refused]
) -> tuple[Refused, ...]:
    """Those of a trainer's refused calls that came when their phase was over, or were for another turn.

    ``commitUpdate``: ``TrainingTaskOtherTurn`` and ``TrainingTaskUnexpectedPhase``; ``revealUpdate``: the latter,
    where it does not come early.

    Args:
        contract: of the task.
        events: the task's, in chain order, from the first turn of a round on.
        trainer: whose calls they are.
        refused: in chain order.

    Raises:
        ChainError: the node is gone, or does not have one of the blocks.
    """
    clock, committed, found = PhaseClock(contract.parameters), 0, []
    coming = [one for one in events if one.name in _MOVING] if refused else []
    for call in refused:
        while coming and _is_before(coming[0], call):
            event = coming.pop(0)
            clock.apply(event, stamp_of(contract.connection, event.block))
            if event.name == "UpdateCommitted" and event.args["trainer"] == trainer:
                committed = clock.turn
        if clock.turn and _is_late(clock, call, committed):
            found.append(call)
    return tuple(found)


def _is_before(event: Event, call: Refused) -> bool:
    return event.block < call.block or (event.block == call.block and event.transaction_hash in call.before)


def _is_late(clock: PhaseClock, call: Refused, committed: int) -> bool:
    """Whether a call is late as of a clock; ``committed``: in which turn its sender has bound itself, 0 for none."""
    phase, _ = clock.at(call.time)
    if call.call == "commitUpdate":
        turn = int.from_bytes(call.data[_TURN], "big")
        return turn != clock.turn or phase is not Phase.COMMIT
    if call.call == "revealUpdate" and committed:
        return committed != clock.turn or phase not in (Phase.COMMIT, Phase.REVEAL)
    return False
