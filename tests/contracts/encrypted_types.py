"""The types of contracts/types/EncryptedTypes.sol as Python values."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class EncryptedPhase(IntEnum):
    """``EncryptedPhase`` of contracts/types/EncryptedTypes.sol."""

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
    """``StatementKind`` of contracts/types/EncryptedTypes.sol."""

    NONE = 0
    UPDATE = 1
    SUM = 2
    SHARE = 3
    RESULT = 4
    MODEL = 5


NO_PLACE = 255


class EncryptedParameters(NamedTuple):
    """An encrypted task's parameters in the order of the Solidity struct."""

    owner: str
    definition_hash: bytes
    initial_model: bytes
    initial_content: bytes
    dimension: int
    fraction_bits: int
    rounds: int
    dealer: str
    modulus_bytes: int
    max_parties: int
    threshold: int
    minimum_accepted: int
    max_voids: int
    value_bits: int
    headroom_bits: int
    scale_bits: int
    max_weight: int
    join_seconds: int
    deal_seconds: int
    confirm_seconds: int
    submit_seconds: int
    attest_seconds: int
    sum_seconds: int
    challenge_seconds: int
    share_seconds: int
    result_seconds: int
    answer_seconds: int
    unbonding_seconds: int
    retention_seconds: int
    stake: int
    submit_penalty: int
    share_penalty: int
    wrong_penalty: int
    question_bond: int
    update_reward: int
    attest_reward: int
    share_reward: int
    sum_reward: int
    result_reward: int
    bounty: int
    answer_fee: int
    burn_bps: int
    groups: int
