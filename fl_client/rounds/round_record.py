"""One round and what belongs to it, as the events of a task tell it."""

from __future__ import annotations

from dataclasses import dataclass, field

from fl_client.rounds.reveal import Reveal
from fl_client.rounds.table_ledger import PostedTable
from fl_client.rounds.work import Work
from fl_client.types import Address, Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A trainer bound itself to an update; `turn` counts attempts over all rounds."""

    trainer: Address
    turn: int
    digest: Bytes32
    copied_from: Address | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed model; `evidence` is the name of what it was rejected on, or None while it stands.

    `table` is the latest one that its author had posted, whatever set that was for. `unanswered`: it was rejected
    because its author did not answer for an entry of that table, which nobody had to prove wrong. `work`: what it
    showed, where the task is sealed by work.
    """

    number: int
    proposer: Address
    model: Bytes32
    content_id: Bytes32
    evidence: int | None = None
    table: PostedTable | None = None
    unanswered: bool = False
    work: Work | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slash:
    """A cut stake (``StakeSlashed``); amounts in 1e-18 coin; `round` is the one in which it was booked.

    `unanswered`: nothing was proved, its account missed a step of a dispute. The contract calls that ``NoAnswer`` in a
    dispute about a model and ``WrongAggregate`` in one about a table.
    """

    round: int
    account: Address
    role: int
    evidence: int
    taken: int
    burned: int
    beneficiary: Address
    bounty: int
    copied: bool
    unanswered: bool
    reveal_round: int  # latest round in which the account had revealed an update, 0 for none


@dataclass(slots=True)
class RoundRecord:
    """One round as its events tell it, over all attempts."""

    number: int
    attempt: int = 0
    turn: int = 0
    commits: list[Commit] = field(default_factory=list)
    reveals: list[Reveal] = field(default_factory=list)
    attestations: dict[Address, tuple[int, int]] = field(default_factory=dict)  # trainer -> (turn, bitmap)
    accepted_mask: int | None = None
    attested_mask: int = 0
    frozen_turn: int = 0
    dropped: set[int] = field(default_factory=set)  # reveals whose trainer was slashed before the freeze
    proposals: list[Proposal] = field(default_factory=list)
    finalized: bool = False

    @property
    def standing(self) -> Proposal | None:
        """The proposal that was not rejected, if there is one."""
        if self.proposals and self.proposals[-1].evidence is None:
            return self.proposals[-1]
        return None

    def accepts(self, index: int) -> bool:
        """Whether the update of this place is among the accepted ones; none is before they are fixed."""
        return bool((self.accepted_mask or 0) >> index & 1)

    def unopened(self, account: Address) -> tuple[Commit, ...]:
        """What an account committed to and did not reveal in the same turn, in chain order."""
        opened = {reveal.turn for reveal in self.reveals if reveal.trainer == account}
        return tuple(one for one in self.commits if one.trainer == account and one.turn not in opened)
