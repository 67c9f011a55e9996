"""Phases over time: when a task went from one to the next, and how long each lasted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from typing import Final

from fl_client.chain import Event
from fl_client.chain.contracts import Phase

# By name: phases of plain and of encrypted tasks share their numbers.
_NOT_SHOWN: Final = frozenset({"NONE", "JOIN", "ENDED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From this moment on, in seconds since 1970, the task is in this phase."""

    at: int
    phase: IntEnum
    round: int
    turn: int
    attempt: int
    proposal: int

    @property
    def key(self) -> tuple[int, ...]:
        """What tells one stay in a phase from another."""
        return (self.round, self.turn, self.proposal, self.phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A phase of one turn; when it began and when it ended or, of the present one, until when it is known."""

    phase: str
    round: int
    turn: int
    attempt: int
    begins: int
    ends: int


class PhaseRecord(ABC):
    """Follows a task's phases through its events and their blocks' stamps.

    Attributes:
        changes: every phase so far, in order.
        round, turn, attempt: the present ones; a turn counts attempts over all rounds, an attempt those of its round.
        proposal: what tells one stay in a phase of a turn from the next.
    """

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.round = self.turn = self.attempt = self.proposal = 0

    @abstractmethod
    def at(self, now: int) -> tuple[IntEnum, int]:
        """The phase at a moment after the latest event, and its deadline; both in seconds since 1970."""

    @abstractmethod
    def apply(self, event: Event, now: int) -> None:
        """Take one event of the task over, from a block of this stamp; ``advance`` comes before."""

    def advance(self, now: int) -> None:
        """Note the phases that deadlines alone led to, up to a moment."""
        while self.changes:
            last = self.changes[-1]
            _, deadline = self.at(last.at)
            if not last.at < deadline <= now:
                return
            self.note(deadline)
            if self.changes[-1] is last:
                return

    def note(self, now: int) -> None:
        """Note the phase at a moment if it is another one."""
        phase, _ = self.at(now)
        change = Change(
            at=now,
            phase=phase,
            round=self.round,
            turn=self.turn,
            attempt=self.attempt,
            proposal=self.proposal,
        )
        if not self.changes or self.changes[-1].key != change.key:
            self.changes.append(change)


def change_at(changes: Sequence[Change], moment: int) -> Change | None:
    """As what a task stood at a moment; None before there was a task."""
    place = bisect_right(changes, moment, key=lambda change: change.at)
    return changes[place - 1] if place else None


def spans_of(changes: Sequence[Change], attested: Sequence[int], now: int) -> tuple[Span, ...]:
    """The phases of all turns, without those before the first round and after the end.

    Args:
        changes: in order.
        attested: when attestations came, ascending, seconds since 1970.
        now: until when the present phase is known.
    """
    if not changes:
        return ()
    found: list[Span] = []
    last = replace(changes[-1], at=max(now, changes[-1].at), phase=Phase.NONE)
    for change, following in pairwise([*changes, last]):
        if change.phase.name in _NOT_SHOWN:
            continue
        span = Span(
            phase=change.phase.name.lower(),
            round=change.round,
            turn=change.turn,
            attempt=change.attempt,
            begins=change.at,
            ends=following.at,
        )
        if change.phase is Phase.ATTEST and following.phase is Phase.CHALLENGE:
            found.extend(_parted(span, attested))
        elif found and (found[-1].phase, found[-1].turn) == (span.phase, span.turn):
            found[-1] = replace(found[-1], ends=span.ends)
        else:
            found.append(span)
    return tuple(found)


def _parted(attest: Span, attested: Sequence[int]) -> tuple[Span, ...]:
    """Where all have attested, Attest is over with the last of them: what follows is the sealer's time."""
    within = [at for at in attested if attest.begins <= at <= attest.ends]
    last = within[-1] if within else attest.ends
    return (replace(attest, ends=last), replace(attest, phase="aggregate", begins=last))
