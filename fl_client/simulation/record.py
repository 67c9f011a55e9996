"""What the chain recorded of a run: every transaction by its sender's name, and every phase by its block's stamp."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from eth.abc import BlockAPI, SignedTransactionAPI
from eth_utils.address import to_checksum_address

from fl_client.chain import EmbeddedChain, Event, EventCursor, all_artifacts, load_artifact
from fl_client.chain.contracts import NOBODY, Clock, Phase, TaskContract
from fl_client.chain.receipts import find_receipt
from fl_client.errors import ChainError
from fl_client.rounds import TaskWatch
from fl_client.types import Address

_EVENTS_OF = ("TaskFactory", "TrainingTask", "StakeVault", "RewardPool", "DisputeCourt")
# Whoever attests last completes the round: the proposal comes before Attest is over by the clock.
_AGGREGATING = frozenset({"freezeRound", "proposeAggregate"})
SETUP = "setup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One transaction.

    Attributes:
        round: the round that was open; 0 before the first, None after the end.
        phase: of the task when it was sent, lower case; `setup` before there was a task.
        who, role: the sender's name and role in reports.
        call: the function; for a deployment `deploy` and the contract's name.
        block, time: where it is, and that block's stamp in seconds since 1970.
        gas: used by it.
        transaction: hash, 0x-prefixed.
        succeeded: False where the contract refused it when it was mined.
        data: what was sent.
    """

    round: int | None
    phase: str
    who: str
    role: str
    call: str
    block: int
    time: int
    gas: int
    transaction: str
    succeeded: bool
    data: bytes = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Everything but the data, which the chain's files hold."""
        shown = {name: getattr(self, name) for name in self.__slots__ if name not in ("data", "succeeded")}
        return shown if self.succeeded else shown | {"succeeded": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A phase of one turn; stamps of the blocks that began it and the next one, seconds since 1970."""

    phase: str
    round: int
    turn: int
    attempt: int
    begins: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A task's whole past; everything in chain order."""

    acts: tuple[Act, ...]
    events: tuple[Event, ...]
    spans: tuple[Span, ...]
    stamps: Mapping[int, int]

    def act_of(self, transaction: bytes) -> Act:
        """The act that a transaction is."""
        wanted = "0x" + transaction.hex()
        return next(act for act in self.acts if act.transaction == wanted)

    def stamp_of(self, event: Event) -> int:
        """When an event happened, seconds since 1970."""
        return self.stamps[event.block]

    def found(self, name: str, **args: Any) -> tuple[Event, ...]:
        """Events of a name whose arguments are these."""
        return tuple(
            event
            for event in self.events
            if event.name == name and all(event.args[key] == value for key, value in args.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From this block on the task is in this phase."""

    block: int
    phase: Phase
    clock: Clock

    @property
    def key(self) -> tuple[int, ...]:
        """What tells one stay in a phase from another."""
        return (self.clock.round, self.clock.turn, self.clock.proposal, self.phase)


class PhaseWatch(TaskWatch):
    """A watch that notes each change of phase; whoever looks after every block misses none.

    Attributes:
        changes: in chain order.
    """

    def __init__(self, contract: TaskContract) -> None:
        super().__init__(contract)
        self.changes: list[Change] = []

    def refresh(self, account: Address = NOBODY) -> tuple[Phase, int]:
        """Read all new events, and note the phase after them if it is a new one."""
        with self.contract.held() as block:
            phase, deadline = super().refresh(account)
            change = Change(block=block, phase=phase, clock=self.contract.clock(account))
        if not self.changes or self.changes[-1].key != change.key:
            self.changes.append(change)
        return phase, deadline


def read_history(watch: PhaseWatch, people: Mapping[Address, tuple[str, str]]) -> History:
    """Read a task's past from its chain in this process, block by block.

    Args:
        watch: what everybody looked through while it happened.
        people: name and role by account.

    Returns:
        Its history up to the latest block.

    Raises:
        ChainError: the chain is not in this process.
    """
    contract = watch.contract
    chain = contract.connection.node
    if not isinstance(chain, EmbeddedChain):
        raise ChainError(f"only an embedded chain is read block by block, not {contract.connection.url}")
    blocks = [chain.block(number) for number in range(chain.height + 1)]
    stamps: dict[int, int] = {block.number: block.header.timestamp for block in blocks}
    acts = tuple(
        _act(contract, people, block, transaction, _before(watch.changes, block.number))
        for block in blocks
        for transaction in block.transactions
    )
    return History(
        acts=acts, events=_events(contract), spans=_spans(watch.changes, stamps, acts), stamps=stamps
    )


def _events(contract: TaskContract) -> tuple[Event, ...]:
    deployment = contract.deployment
    watched = [deployment.factory, contract.address, deployment.vault, deployment.pool, deployment.court]
    cursor = EventCursor(contract.connection, watched, [load_artifact(name) for name in _EVENTS_OF], 0)
    return tuple(
        event
        for event in cursor.poll()
        if event.address == contract.address or event.args.get("task", contract.address) == contract.address
    )


# ---------------------------------------------------------------------- phases


def _before(changes: Sequence[Change], block: int) -> Change | None:
    """As what the task stood when a block's transactions came; None before there was a task."""
    place = bisect_right(changes, block - 1, key=lambda change: change.block)
    return changes[place - 1] if place else None


def _spans(changes: Sequence[Change], stamps: Mapping[int, int], acts: Sequence[Act]) -> tuple[Span, ...]:
    """The phases of all turns, without those before the first round and after the end."""
    found: list[Span] = []
    for change, following in pairwise(changes):
        if change.phase in (Phase.NONE, Phase.JOIN, Phase.ENDED):
            continue
        span = Span(
            phase=change.phase.name.lower(),
            round=change.clock.round,
            turn=change.clock.turn,
            attempt=change.clock.attempt,
            begins=stamps[change.block],
            ends=stamps[following.block],
        )
        if change.phase is Phase.ATTEST and following.phase is Phase.CHALLENGE:
            found.extend(_parted(span, acts))
        elif found and (found[-1].phase, found[-1].turn) == (span.phase, span.turn):
            found[-1] = replace(found[-1], ends=span.ends)
        else:
            found.append(span)
    return tuple(found)


def _parted(attest: Span, acts: Sequence[Act]) -> tuple[Span, ...]:
    """Where all have attested, Attest is over with the last of them: what follows is the sealer's time."""
    last = max(
        (
            act.time
            for act in acts
            if act.call == "attestUpdates" and attest.begins <= act.time <= attest.ends
        ),
        default=attest.ends,
    )
    return (replace(attest, ends=last), replace(attest, phase="aggregate", begins=last))


# ---------------------------------------------------------------------- transactions


def _act(
    contract: TaskContract,
    people: Mapping[Address, tuple[str, str]],
    block: BlockAPI,
    transaction: SignedTransactionAPI,
    change: Change | None,
) -> Act:
    sender = to_checksum_address(transaction.sender)
    who, role = people.get(Address(sender), (sender, "unknown"))
    call = _call(contract, transaction.to, transaction.data)
    phase = SETUP if change is None else change.phase.name.lower()
    return Act(
        round=0 if change is None else None if change.phase is Phase.ENDED else change.clock.round,
        phase="aggregate" if call in _AGGREGATING and phase == "attest" else phase,
        who=who,
        role=role,
        call=call,
        block=block.number,
        time=block.header.timestamp,
        gas=block.header.gas_used,  # a block has one transaction
        transaction="0x" + transaction.hash.hex(),
        succeeded=phase == SETUP or _succeeded(contract, block, transaction),
        data=transaction.data,
    )


def _succeeded(contract: TaskContract, block: BlockAPI, transaction: SignedTransactionAPI) -> bool:
    """Every call to our contracts that succeeds leaves an event; finding a receipt takes a search."""
    if block.header.bloom:
        return True
    receipt = find_receipt(contract.connection, transaction.hash)
    return receipt is not None and receipt["status"] == 1


def _call(contract: TaskContract, to: bytes, data: bytes) -> str:
    """The function's name, or `deploy` and the contract's."""
    if not to:
        made = [one for one in all_artifacts().values() if one.bytecode and data.startswith(one.bytecode)]
        # One contract's code may begin like another's: the longest is meant.
        return f"deploy {max(made, key=lambda one: len(one.bytecode)).name}" if made else "deploy"
    factory = contract.connection.contract("TaskFactory", contract.deployment.factory)
    for called in (contract.task, contract.court, contract.pool, contract.vault, contract.coin, factory):
        if bytes.fromhex(str(called.address)[2:]) == to:
            try:
                return str(called.get_function_by_selector(data[:4]).fn_name)
            except ValueError:
                break
    return "unknown"
