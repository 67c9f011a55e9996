"""The types of contracts/types/TaskTypes.sol and the factory's bounds, as Python values."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

BPS = 10_000


class Phase(IntEnum):
    """``Phase`` of contracts/types/TaskTypes.sol."""

    NONE = 0
    JOIN = 1
    COMMIT = 2
    REVEAL = 3
    ATTEST = 4
    AGGREGATE = 5
    CHALLENGE = 6
    FINAL = 7
    VOID = 8
    STALLED = 9
    ENDED = 10
    REVIEW = 11


class Role(IntEnum):
    """``Role`` of contracts/types/TaskTypes.sol."""

    NONE = 0
    TRAINER = 1
    SEALER = 2
    CHALLENGER = 3
    VALIDATOR = 4


class Evidence(IntEnum):
    """``Evidence`` of contracts/types/TaskTypes.sol."""

    NONE = 0
    NO_REVEAL = 1
    WRONG_NORM = 2
    WRONG_AGGREGATE = 3
    NO_ANSWER = 4
    LOST_DISPUTE = 5
    NO_SCORES = 6
    NO_SUBMISSION = 7
    NO_SHARES = 8
    WRONG_STATEMENT = 9
    NOT_SHOWN = 10


class TrainerState(IntEnum):
    """``TrainerState`` of contracts/types/TaskTypes.sol."""

    NONE = 0
    READY = 1
    COMMITTED = 2
    REVEALED = 3
    ATTESTED = 4
    SUSPENDED = 5


SUBSTITUTE = 255
UNKNOWN_DUE = 255
MAX_SEATS = 16
OPEN_SLOTS = 2
ANYBODY = 2**256 - 1
"""In place of a seat: whoever proposes under a bond."""


class Bounds(NamedTuple):
    """Limits of the factory, in the order of ``ITaskFactory.Bounds``."""

    min_phase_seconds: int = 5
    max_phase_seconds: int = 10**6
    min_challenge_seconds: int = 5
    min_unbonding_seconds: int = 5
    min_burn_bps: int = 2_000
    max_stake: int = 10**24


class TaskParameters(NamedTuple):
    """A task's parameters in the order of the Solidity struct; every phase has a length of its own."""

    owner: str
    definition_hash: bytes
    initial_model: bytes
    initial_content: bytes
    dimension: int
    fraction_bits: int
    norm_bound_squared: int
    rounds: int
    quorum: int
    max_trainers: int
    max_voids: int
    max_samples: int
    fraction_bps: int
    join_seconds: int
    commit_seconds: int
    reveal_seconds: int
    attest_seconds: int
    seal_seconds: int
    challenge_seconds: int
    answer_seconds: int
    unbonding_seconds: int
    retention_seconds: int
    trainer_stake: int
    sealer_stake: int
    challenge_bond: int
    reveal_penalty: int
    norm_penalty: int
    seal_penalty: int
    update_reward: int
    attest_reward: int
    seal_reward: int
    bounty: int
    answer_fee: int
    burn_bps: int
    rule: str
    rule_argument: int
    weighing: str
    weighing_argument: int
    sealing: str
    sealing_rate: int
    board: str
