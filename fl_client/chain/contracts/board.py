"""A task's review board, typed: its terms, its state, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final

from eth_typing import BlockNumber
from web3 import Web3

from fl_client.chain.connection import Connection
from fl_client.chain.contracts.deployment import Deployment
from fl_client.errors import ChainError, ConfigError
from fl_client.types import Address, Bytes32

NO_COMMITTEE: Final = 255
"""In place of a committee's number where too few hold seats."""

MAX_BOARD_SEATS: Final = 64


class ReviewStep(IntEnum):
    """What a board is doing (``types/ReviewTypes.sol``)."""

    NONE = 0
    DRAW = 1
    COMMIT = 2
    REVEAL = 3
    DUE = 4


class Payment(IntEnum):
    """What an accepted update is paid by."""

    EQUAL = 0
    SAMPLES = 1
    SCORE = 2


class BallotState(IntEnum):
    """Where a validator's scores are."""

    NONE = 0
    COMMITTED = 1
    REVEALED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTerms:
    """How a task's updates are reviewed (``types/ReviewTypes.sol``).

    Times in seconds, amounts in 1e-18 coin; a score of 32768 is worth nothing, one more is one ten-thousandth.

    Raises:
        ConfigError: a number fits into no word.
    """

    committee: int
    quorum: int
    commit_seconds: int
    reveal_seconds: int
    stake: int
    reward: int
    silence_penalty: int
    tolerance: int
    floor: int
    full: int
    payment: Payment
    pace: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= getattr(self, field.name) < 2**256:
                raise ConfigError(
                    f"{field.name} of the review is {getattr(self, field.name)}: give a number from 0, below 2^256"
                )

    def to_tuple(self) -> tuple[int, ...]:
        """Return the values in the order of the Solidity struct."""
        return tuple(int(getattr(self, field.name)) for field in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """The review that is open, or the last one; its step is the one that follows from the clock."""

    step: ReviewStep
    mark: int
    turn: int
    committee: int
    size: int
    committed: int
    revealed: int
    accepted: int
    updates: int

    @property
    def deadline(self) -> int:
        """Until when scores are committed or revealed, seconds since 1970; 0 where the step ends by somebody's act."""
        return self.mark if self.step in (ReviewStep.COMMIT, ReviewStep.REVEAL) else 0


class BoardContract:
    """The board of one task.

    Attributes:
        address: the board.
        board: the contract, for building transactions.
        terms: as fixed at its creation.
    """

    def __init__(
        self, connection: Connection, deployment: Deployment, address: Address, task: Address
    ) -> None:
        """Bind a board.

        Raises:
            ChainError: the factory never made it, or it serves another task.
        """
        self.connection, self.address = connection, Address(Web3.to_checksum_address(address))
        self.board = connection.contract("ReviewBoard", address)
        factory = connection.contract("TaskFactory", deployment.factory)
        implementation = connection.call(factory.functions.boardImplementation())
        with connection.translated("reading the board's code"):
            code = bytes(connection.web3.eth.get_code(self.board.address))
        serves = code[10:30] == bytes.fromhex(implementation[2:]) and connection.call(
            self.board.functions.task()
        ) == Web3.to_checksum_address(task)
        if not serves:
            raise ChainError(f"{address} is no board of the task {task}: check the task's address")
        values = connection.call(self.board.functions.terms())
        named = dict(zip([field.name for field in fields(ReviewTerms)], values, strict=True))
        self.terms = ReviewTerms(**(named | {"payment": Payment(named["payment"])}))

    def state(self, block: int) -> ReviewState:
        """The review as of a block."""
        step, *rest = self._ask(self.board.functions.review(), block)
        names = [field.name for field in fields(ReviewState)][1:]
        return ReviewState(step=ReviewStep(step), **dict(zip(names, rest, strict=True)))

    def holders(self, block: int) -> dict[int, Address]:
        """Who holds which seat; free seats are left out."""
        found = {}
        for seat in range(self._ask(self.board.functions.seatCount(), block)):
            validator, _ = self._ask(self.board.functions.seatOf(seat), block)
            if int(validator, 16):
                found[seat] = Address(validator)
        return found

    def seat_of(self, account: Address, block: int) -> int | None:
        """The seat that an account holds."""
        return next((seat for seat, holder in self.holders(block).items() if holder == account), None)

    def ballot(self, seat: int, block: int) -> tuple[int, int, BallotState]:
        """A seat's latest ballot: turn, committee, and where its scores are."""
        _, turn, committee, state = self._ask(self.board.functions.ballotOf(seat), block)
        return int(turn), int(committee), BallotState(state)

    def digest_of(
        self, turn: int, committee: int, validator: Address, set_hash: Bytes32, scores: bytes, salt: Bytes32
    ) -> Bytes32:
        """What a validator commits to, computed by the contract itself."""
        asked = self.board.functions.scoresDigest(turn, committee, validator, set_hash, scores, salt)
        return Bytes32(bytes(self.connection.call(asked)))

    def _ask(self, function: Any, block: int) -> Any:
        return self.connection.call(function, block=BlockNumber(block))
