"""What the events of an encrypted task say, as values: keys, turns, statements, questions, money."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from fl_client.chain.contracts.encrypted import EncryptedPhase, StatementKind
from fl_client.errors import CryptoError
from fl_client.privacy.group_dealing import deal_groups
from fl_client.types import Address, Bytes32


@dataclass(slots=True)
class Ceremony:
    """One key that was asked for.

    Attributes:
        number: from 1.
        accounts: whom it is for, by place.
        key_hash, content: what the dealer posted; None before.
        confirmed: who found it right.
        left_out: who did not, and whether it said so (True) or kept silent.
    """

    number: int
    accounts: tuple[Address, ...]
    key_hash: Bytes32 | None = None
    content: Bytes32 | None = None
    confirmed: set[Address] = field(default_factory=set)
    left_out: dict[Address, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A party's ciphertexts, as the chain knows them."""

    account: Address
    place: int
    weight: int
    root: Bytes32
    content: Bytes32


@dataclass(slots=True, kw_only=True)
class SumProposal:
    """A sum that somebody stands for.

    Attributes:
        struck: the statement whose fault took it away, itself or an update of its set.
        refused_by: parties that found another one.
        dropped: whether these were more than half.
    """

    account: Address
    root: Bytes32
    struck: StatementKind = StatementKind.NONE
    refused_by: list[Address] = field(default_factory=list)
    dropped: bool = False

    @property
    def stands(self) -> bool:
        """Whether it was neither struck nor dropped."""
        return not (self.struck or self.dropped)


@dataclass(slots=True, kw_only=True)
class SharePosting:
    """A party's shares; `cleared`: struck, or asked for anew."""

    account: Address
    place: int
    root: Bytes32
    content: Bytes32
    period: int
    cleared: bool = False


@dataclass(slots=True, kw_only=True)
class ResultProposal(SumProposal):
    """An opened sum and the model that follows; `struck` names which of the two was."""

    content: Bytes32
    model: Bytes32
    model_content: Bytes32


class Outcome(Enum):
    """How a question ended."""

    OPEN = "open"
    SHOWN = "shown"
    STRUCK = "struck"


@dataclass(slots=True, kw_only=True)
class AskedChunk:
    """A question; amounts in 1e-18 coin.

    Attributes:
        root: of the statement that it was about, as the events before it have it.
        shown_in: transaction that showed the chunk.
        taken: of the author's stake.
    """

    turn: int
    asker: Address
    kind: StatementKind
    accused: Address
    chunk: int
    bond: int
    root: Bytes32 | None
    outcome: Outcome = Outcome.OPEN
    answerer: Address | None = None
    shown_in: Bytes32 | None = None
    taken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """A party that did not do in time what it owed; `taken` of its stake in 1e-18 coin."""

    turn: int
    account: Address
    phase: EncryptedPhase
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedSlash:
    """A cut stake (``StakeSlashed``); amounts in 1e-18 coin."""

    turn: int
    account: Address
    role: int
    evidence: int
    taken: int
    burned: int
    beneficiary: Address
    bounty: int


@dataclass(slots=True, kw_only=True)
class EncryptedTurn:
    """One try of a round.

    Attributes:
        number: from 1, over all rounds.
        ceremony: of the key that it is encrypted with.
        places: accounts of that key, by place.
        attestations: account -> bitmap.
        frozen: the accepted mask as the attestations left it; None before.
        accepted, total_weight: of the set as it is now; an update that was struck leaves it.
        frozen_in: block that froze the set as it is now; 0 before.
        seed: that deals the set into groups; None before, and where there is one group.
        fixed: root of the sum that stands; None before.
        fixed_in: block that says so; 0 before.
        struck: places whose update was struck: neither it nor its author's attestation counts.
        sharing_closed: whether enough shares are in.
        paid: places that were paid for their shares.
        slashes_before: how many slashes of the task came before the sum stood: what they left was shared then.
    """

    number: int
    round: int
    base_model: Bytes32
    ceremony: int
    places: tuple[Address, ...]
    submissions: dict[int, Submission] = field(default_factory=dict)
    attestations: dict[Address, int] = field(default_factory=dict)
    frozen: int | None = None
    accepted: int = 0
    total_weight: int = 0
    frozen_in: int = 0
    seed: Bytes32 | None = None
    sums: list[SumProposal] = field(default_factory=list)
    fixed: Bytes32 | None = None
    fixed_in: int = 0
    shares: list[SharePosting] = field(default_factory=list)
    period: int = 0
    sharing_closed: bool = False
    results: list[ResultProposal] = field(default_factory=list)
    questions: list[AskedChunk] = field(default_factory=list)
    struck: set[int] = field(default_factory=set)
    paid: set[int] = field(default_factory=set)
    slashes_before: int = 0
    final: bool = False
    void: bool = False

    def place_of(self, account: Address) -> int | None:
        """An account's place in the key, if it has one."""
        return self.places.index(account) if account in self.places else None

    @property
    def sum(self) -> SumProposal | None:
        """The sum that was neither struck nor dropped, if there is one."""
        return self.sums[-1] if self.sums and self.sums[-1].stands else None

    @property
    def result(self) -> ResultProposal | None:
        """The result that was neither struck nor dropped, if there is one."""
        return self.results[-1] if self.results and self.results[-1].stands else None

    @property
    def proposal(self) -> SumProposal | None:
        """What is proposed at present: a sum until one stands, then a result."""
        return self.sum if self.fixed is None else self.result

    @property
    def attested_by(self) -> dict[int, int]:
        """Attestations that count, by place."""
        found = {self.places.index(account): bitmap for account, bitmap in self.attestations.items()}
        return {place: bitmap for place, bitmap in found.items() if place not in self.struck}

    @property
    def standing_shares(self) -> dict[int, SharePosting]:
        """Shares that were not cleared, by place."""
        return {one.place: one for one in self.shares if not one.cleared}

    @property
    def summed(self) -> tuple[Submission, ...]:
        """The submissions of the set, in the order of their parties."""
        return tuple(one for place, one in sorted(self.submissions.items()) if self.accepted >> place & 1)

    def dealt(self, groups: int) -> tuple[tuple[Submission, ...], ...]:
        """The same by group, each in the order of places.

        Args:
            groups: of the task.

        Raises:
            CryptoError: several groups, and the set is not dealt.
            EncodingError: more groups than the set has members.
        """
        if groups > 1 and self.seed is None:
            raise CryptoError(f"the set of turn {self.number} is not dealt into groups yet")
        summed = self.summed
        its = deal_groups(self.seed or bytes(32), len(summed), groups)
        return tuple(
            tuple(one for one, group in zip(summed, its, strict=True) if group == number)
            for number in range(groups)
        )


def root_of(turn: EncryptedTurn, kind: StatementKind, author: Address) -> Bytes32 | None:
    """Root (for a model its commitment) of a statement that is questioned; None where there is none."""
    if kind is StatementKind.UPDATE:
        found = (one.root for one in turn.submissions.values() if one.account == author)
        return next(found, None)
    if kind is StatementKind.SUM:
        return None if turn.sum is None else turn.sum.root
    if kind is StatementKind.SHARE:
        return next((one.root for one in turn.standing_shares.values() if one.account == author), None)
    if turn.result is None:
        return None
    return turn.result.root if kind is StatementKind.RESULT else turn.result.model
