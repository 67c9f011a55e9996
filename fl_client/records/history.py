"""A task's whole past from public records: its events, its transactions and their blocks' stamps."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from fl_client.chain import EmbeddedChain, Event, EventCursor, load_artifact
from fl_client.chain.contracts import Phase
from fl_client.records.roster import OUTSIDER, Roster
from fl_client.records.spans import PhaseRecord, Span, change_at, spans_of
from fl_client.records.transactions import (
    SETUP,
    Act,
    Mined,
    asked_for,
    call_name,
    every_transaction,
    stamp_of,
)
from fl_client.rounds.following import AnyContract, AnyLedger, Following
from fl_client.types import Address

# Whoever attests last completes the round: the proposal comes before Attest is over by the clock.
_AGGREGATING: Final = frozenset({"freezeRound", "proposeAggregate"})
_PREPARING: Final = frozenset({"transfer", "wire"})
_PARTIES: Final = ("from", "to", "owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A task's past up to some block; everything in chain order."""

    acts: tuple[Act, ...]
    events: tuple[Event, ...]
    spans: tuple[Span, ...]
    stamps: Mapping[int, int]

    def spans_of(self, number: int) -> tuple[Span, ...]:
        """The phases of a round, all its attempts together."""
        first = bisect_left(self.spans, number, key=lambda span: span.round)
        return self.spans[first : bisect_right(self.spans, number, key=lambda span: span.round)]

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


@dataclass(slots=True)
class _Trace:
    """What the events of one transaction say about it."""

    block: int
    place: int
    of_task: bool = False
    of_another: bool = False
    accounts: set[Address] = field(default_factory=set)


class Recording(Following[AnyContract, AnyLedger]):
    """A watch that keeps everything it reads, each event and each transaction once.

    On a chain in this process it reads all transactions; from a node those that left an event of the task, or moved
    or approved a member's coins.

    Attributes:
        phases: what the task was doing when.
        roster: who took part, with which stakes.
        block, now: the latest block read and its stamp, seconds since 1970.
        whole: False while it reads, and after a read that broke off: then only a new watch can go on.
    """

    phases: PhaseRecord
    roster: Roster

    def __init__(
        self,
        contract: AnyContract,
        *,
        start_block: int | None = None,
        names: Mapping[Address, tuple[str, str]] | None = None,
    ) -> None:
        """Place a watch.

        Args:
            contract: the task.
            start_block: first block to read; ``None`` takes the deployment's.
            names: name and role of each account, where they are known better than the chain knows them.
        """
        super().__init__(contract, start_block=start_block)
        deployment = contract.deployment
        self._own = self._of_task()
        watched = dict.fromkeys((*self._own, *self._speakers(), deployment.factory, deployment.coin))
        artifacts = [load_artifact(name) for name in (*self.artifacts, "TaskFactory", "DeepCoin")]
        self._cursor = EventCursor(contract.connection, list(watched), artifacts, self._start)
        self.block, self.now = -1, 0
        self.whole = True
        self._events: list[Event] = []
        self._stamps: dict[int, int] = {}
        self._traces: dict[bytes, _Trace] = {}
        self._mined: dict[bytes, Mined] = {}
        self._calls: dict[bytes, str] = {}
        self._moments: dict[bytes, tuple[IntEnum, int]] = {}
        self._applied = -1
        self.roster = self._new_roster(names or {})
        self.phases = self._new_phases()

    def _of_task(self) -> set[Address]:
        """Contracts that are this task's alone."""
        return {self.contract.address}

    @abstractmethod
    def _new_roster(self, names: Mapping[Address, tuple[str, str]]) -> Roster:
        """One that nobody has come to."""

    @abstractmethod
    def _new_phases(self) -> PhaseRecord:
        """One of before the task."""

    def read(self) -> bool:
        """Read what is new; one request where nothing is.

        Returns:
            Whether there is a new block.

        Raises:
            ChainError: the node is gone, or has replaced blocks that were read already.
        """
        connection, first = self.contract.connection, self._cursor.next_block
        block = connection.block_number()
        if block < first:
            return False
        self.whole = False
        for event in self._cursor.poll(block):
            self._take(event)
        self._close_block()
        self.block, self.now = block, stamp_of(connection, block)
        self.phases.advance(self.now)
        chain = connection.node
        if isinstance(chain, EmbeddedChain):
            self._keep(every_transaction(chain, connection, first))
        else:
            self._keep(asked_for(connection, self._wanted(), self._stamps))
        self.whole = True
        return True

    @property
    @abstractmethod
    def suspended(self) -> set[Address]:
        """Members whose stake is too small for them to go on."""

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal as long as nothing but time and strangers' blocks have passed."""
        return len(self._events), len(self._mined), self.phases.at(self.now)

    def history(self) -> History:
        """Everything that was read so far."""
        attested = [self._stamps[one.block] for one in self._events if one.name == "UpdatesAttested"]
        people = self.roster.people
        ordered = sorted(self._mined.values(), key=lambda one: (one.block, self._place(one.hash)))
        return History(
            acts=tuple(self._act(one, people) for one in ordered if not self._is_foreign(one.hash)),
            events=tuple(self._events),
            spans=spans_of(self.phases.changes, attested, self.now),
            stamps=dict(self._stamps),
        )

    # ------------------------------------------------------------------ events

    def _take(self, event: Event) -> None:
        other = event.args.get("task")
        trace = self._traces.setdefault(
            event.transaction_hash, _Trace(block=event.block, place=event.log_index)
        )
        of_task = event.address in self._own or other in self._own
        if of_task:
            self._follow(event)
            trace.of_task = True
            self._events.append(event)
            self.ledger.apply_all([event])
        elif other is not None:
            trace.of_another = True
            return
        elif event.address == self.contract.deployment.coin:
            trace.accounts.update(event.args[key] for key in _PARTIES if key in event.args)
        else:
            trace.accounts.update(value for key, value in event.args.items() if key == "challenger")
        self.roster.apply(event)

    def _follow(self, event: Event) -> None:
        """Let the phases that a deadline ended pass, then the event."""
        if event.block != self._applied:
            self._close_block()
            self._applied = event.block
            self._stamp(event.block)
        now = self._stamps[event.block]
        self.phases.advance(now)
        if event.transaction_hash not in self._moments:
            self._moments[event.transaction_hash] = self.phases.at(now)[0], self.phases.round
        self.phases.apply(event, now)

    def _close_block(self) -> None:
        """A phase that begins and ends within a block never was."""
        if self._applied >= 0:
            self.phases.note(self._stamps[self._applied])
            self._applied = -1

    def _stamp(self, block: int) -> int:
        if block not in self._stamps:
            self._stamps[block] = stamp_of(self.contract.connection, block)
        return self._stamps[block]

    # ------------------------------------------------------------------ transactions

    def _wanted(self) -> list[bytes]:
        """Transactions of the task, or of its members alone, that were not asked for yet."""
        members = self.roster.people.keys()
        found = []
        for hash_, trace in self._traces.items():
            own = trace.of_task or (not trace.of_another and not trace.accounts.isdisjoint(members))
            if own and hash_ not in self._mined:
                self._stamp(trace.block)
                found.append(hash_)
        return found

    def _keep(self, mined: Iterable[Mined]) -> None:
        for one in mined:
            self._mined[one.hash] = one
            self._stamps[one.block] = one.time
            self._calls[one.hash] = call_name(self.contract, one.to, one.data)

    def _place(self, hash_: bytes) -> int:
        trace = self._traces.get(hash_)
        return 0 if trace is None else trace.place

    def _is_foreign(self, hash_: bytes) -> bool:
        """Whether a transaction belongs to another task of the same deployment."""
        trace = self._traces.get(hash_)
        return trace is not None and trace.of_another and not trace.of_task

    def _act(self, mined: Mined, people: Mapping[Address, tuple[str, str]]) -> Act:
        who, role = people.get(mined.sender, (mined.sender, OUTSIDER))
        call = self._calls[mined.hash]
        phase, number = self._moment(mined, call)
        name = SETUP if phase.name == "NONE" else phase.name.lower()
        return Act(
            round=None if phase.name == "ENDED" else number,
            phase="aggregate" if call in _AGGREGATING and phase is Phase.ATTEST else name,
            who=who,
            role=role,
            call=call,
            block=mined.block,
            time=mined.time,
            gas=mined.gas,
            transaction="0x" + mined.hash.hex(),
            succeeded=mined.succeeded,
            data=mined.data,
        )

    def _moment(self, mined: Mined, call: str) -> tuple[IntEnum, int]:
        """In which phase and round a transaction came."""
        if mined.to is None or call in _PREPARING:
            return Phase.NONE, 0
        if mined.hash in self._moments:
            return self._moments[mined.hash]
        change = change_at(self.phases.changes, mined.time)
        return (Phase.NONE, 0) if change is None else (change.phase, change.round)


AnyRecording = Recording[Any, Any]
"""A watch of whichever kind of task."""
