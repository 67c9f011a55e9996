"""An encrypted task's contract, typed: what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from web3.exceptions import TransactionNotFound

from fl_client.chain.connection import Connection
from fl_client.chain.contracts.clone import TaskClone
from fl_client.chain.contracts.deployment import Deployment
from fl_client.chain.contracts.encrypted_parameters import EncryptedParameters
from fl_client.chain.contracts.task import Role
from fl_client.types import Address, Bytes32

NO_PLACE: Final = 255
"""In place of a place in the key, where an account has none."""

MOST_ANSWERED: Final = 32
"""Questions of a round that may be answered; after that none can be asked (``EncryptedTask``)."""


class EncryptedPhase(IntEnum):
    """What an encrypted task is doing (``types/EncryptedTypes.sol``)."""

    NONE = 0
    JOIN = 1
    DEAL = 2
    CONFIRM = 3
    SUBMIT = 4
    ATTEST = 5
    SUM = 6
    SUM_CHALLENGE = 7
    SHARE = 8
    RESULT = 9
    RESULT_CHALLENGE = 10
    ENDED = 11


class StatementKind(IntEnum):
    """What parties post, each by the root of its chunks."""

    NONE = 0
    UPDATE = 1
    SUM = 2
    SHARE = 3
    RESULT = 4
    MODEL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedState:
    """An encrypted task's state; `types/EncryptedTypes.sol` says what each field means. Bit i is place i."""

    phase: EncryptedPhase
    deadline: int
    round: int
    turn: int
    ceremony: int
    period: int
    voids: int
    proposals: int
    answered: int
    parties: int
    confirmed: int
    left_out: int
    suspended: int
    submitted: int
    attested: int
    accepted: int
    shared: int
    paid: int

    @property
    def everybody(self) -> int:
        """Mask of all places in the key."""
        return (1 << self.parties) - 1

    @property
    def active(self) -> int:
        """Mask of the places that are not suspended."""
        return self.everybody & ~self.suspended

    @property
    def asked(self) -> tuple[int, int]:
        """Masks of who has done what the phase asks of each party, and of who is due; zeros where it asks nothing."""
        found = {
            EncryptedPhase.CONFIRM: (self.confirmed | self.left_out, self.everybody),
            EncryptedPhase.SUBMIT: (self.submitted, self.active),
            EncryptedPhase.ATTEST: (self.attested, self.submitted),
            EncryptedPhase.SHARE: (self.shared, self.active),
        }
        return found.get(self.phase, (0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """A party; place 255 where the account has none."""

    account: Address
    place: int
    weight: int
    bitmap: int
    encryption_key: bytes
    update_root: bytes
    share_root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An open question; kind NONE where there is none. The bond in 1e-18 coin."""

    kind: StatementKind
    party: int
    chunk: int
    asker: Address
    bond: int
    deadline: int

    @property
    def is_open(self) -> bool:
        """Whether there is one."""
        return self.kind is not StatementKind.NONE


class EncryptedContract(TaskClone):
    """One encrypted task on a chain.

    Attributes:
        parameters: as fixed at its creation.
    """

    def __init__(self, connection: Connection, deployment: Deployment, address: Address) -> None:
        """Bind an encrypted task.

        Raises:
            ChainError: its factory never made it, or the code there is another.
        """
        super().__init__(connection, deployment, address, "EncryptedTask")
        self.parameters = EncryptedParameters.from_chain(connection.call(self.task.functions.parameters()))

    def _origin(self) -> tuple[Address, Address]:
        """The factory, and the contract that its encrypted clones run."""
        factory = self.connection.contract("TaskFactory", self.deployment.factory)
        return self.deployment.factory, self.connection.call(factory.functions.encryption())[0]

    def state(self) -> EncryptedState:
        """Where the task stands."""
        phase, *rest = self._once("state")
        names = EncryptedState.__slots__[1:]
        return EncryptedState(phase=EncryptedPhase(phase), **dict(zip(names, rest, strict=True)))

    def phase(self) -> tuple[EncryptedPhase, int]:
        """The present phase and its deadline, seconds since 1970."""
        state = self.state()
        return state.phase, state.deadline

    def party_of(self, account: Address) -> PartyView:
        """A party by its account."""
        return _party(self._once("partyOf", account))

    def question(self) -> Question:
        """The open question."""
        kind, party, chunk, asker, bond, deadline = self._once("question")
        return Question(
            kind=StatementKind(kind), party=party, chunk=chunk, asker=asker, bond=bond, deadline=deadline
        )

    def next_bond(self) -> int:
        """What the next question must put down, in 1e-18 coin."""
        return int(self._once("nextBond"))

    def key_hash(self) -> Bytes32:
        """keccak256 of the key's bytes, zero before there is one."""
        return Bytes32(bytes(self._once("keyHash")))

    def binding_of(self, place: int) -> Bytes32:
        """What proofs of a party's statements of the present turn are bound to."""
        return Bytes32(bytes(self._once("bindingOf", place)))

    def shown_proof(self, transaction_hash: Bytes32) -> bytes | None:
        """What a transaction showed that called ``showChunk`` of the task itself.

        None where another contract made the call, or the node does not keep the transaction: what was said to another
        contract is anything at all, and not what the task was shown.
        """
        with self.connection.translated("reading a transaction"):
            try:
                sent = self.connection.web3.eth.get_transaction(transaction_hash)  # type: ignore[arg-type]
            except TransactionNotFound:
                return None
            receiver, data = sent.get("to"), bytes(sent["input"])
        if receiver is None or receiver.lower() != self.address.lower():
            return None
        if data[:4] != bytes.fromhex(self.task.encode_abi("showChunk", args=[b""])[2:10]):
            return None
        # As the contract reads it, which looks at no padding: an offset, and there a length and so many bytes.
        start = 4 + int.from_bytes(data[4:36], "big") + 32
        if start > len(data):
            return None
        length = int.from_bytes(data[start - 32 : start], "big")
        return data[start : start + length] if length <= len(data) - start else None

    def stake(self, account: Address, role: Role) -> tuple[int, int]:
        """A stake in 1e-18 coin, and from when it may be withdrawn (0: bound)."""
        return self.locked(self.address, account, role)


def is_encrypted_task(connection: Connection, deployment: Deployment, address: Address) -> bool:
    """Whether what is at an address is a clone of the deployment's encrypted task; whose, is not looked at."""
    with connection.translated("reading the task's code"):
        code = bytes(connection.web3.eth.get_code(connection.contract("EncryptedTask", address).address))
    return code[10:30] == bytes.fromhex(deployment.encrypted_task[2:])


def _party(values: Any) -> PartyView:
    account, place, weight, bitmap, encryption_key, update_root, share_root = values
    return PartyView(
        account=Address(account),
        place=place,
        weight=weight,
        bitmap=bitmap,
        encryption_key=bytes(encryption_key),
        update_root=bytes(update_root),
        share_root=bytes(share_root),
    )
