"""The types of contracts/types/ReviewTypes.sol, as Python values."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

NO_COMMITTEE = 255
"""In place of a committee's number where too few hold seats."""

MAX_SEATS = 64


class ReviewStep(IntEnum):
    """``ReviewStep`` of contracts/types/ReviewTypes.sol."""

    NONE = 0
    DRAW = 1
    COMMIT = 2
    REVEAL = 3
    DUE = 4


class BallotState(IntEnum):
    """``BallotState`` of contracts/types/ReviewTypes.sol."""

    NONE = 0
    COMMITTED = 1
    REVEALED = 2


class ReviewTerms(NamedTuple):
    """The terms of a review in the order of the Solidity struct."""

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
    payment: int
    pace: int = 0
