"""The puzzle of a proposal under proof of work, and the search for its nonce (``sealing/ProofOfWork.sol``)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from fl_client.errors import ConfigError
from fl_client.sealing.target import BITS
from fl_client.types import Address, Bytes32

ANYBODY: Final = 2**256 - 1
"""In place of seat and nonce: a proposal in an open slot, which shows no work."""

_DOMAIN: Final = keccak(text="Gradbond.ProofOfWork")
_SEAT_BITS: Final = 8
_SHIFT: Final = 256 - BITS
_LOOK: Final = 4_096
"""Nonces between two looks at the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Puzzle:
    """All that a work is bound to, so that it is worth nothing anywhere else.

    Attributes:
        chain_id, policy, task: where.
        round, turn, proposal: when; proposals are those of the round so far.
        set_hash: of the frozen set. model: commitment to the new model.
        sealer: who proposes.
    """

    chain_id: int
    policy: Address
    task: Address
    round: int
    turn: int
    proposal: int
    set_hash: Bytes32
    model: Bytes32
    sealer: Address

    @property
    def digest(self) -> bytes:
        """keccak256 of the fields as ABI words, after the domain."""
        types = (
            "bytes32",
            "uint256",
            "address",
            "address",
            *("uint256",) * 3,
            "bytes32",
            "bytes32",
            "address",
        )
        places = (self.chain_id, self.policy, self.task, self.round, self.turn, self.proposal)
        return keccak(abi_encode(types, (_DOMAIN, *places, self.set_hash, self.model, self.sealer)))


def work_of(puzzle: Puzzle, nonce: int) -> int:
    """The first 216 bits of keccak256(puzzle's digest, nonce as a word); must lie below the target."""
    return _work(puzzle.digest, nonce)


def mine(
    puzzle: Puzzle,
    target: int,
    *,
    start: int = 0,
    seconds: float = math.inf,
    tries: int = 1 << 62,
    now: Callable[[], float] = time.monotonic,
) -> tuple[int | None, int]:
    """Search for a nonce for some time, or so many nonces.

    Args:
        target: what the work must lie below.
        start: the first nonce to try.
        seconds: how long at most, so that the caller can see whether somebody else was faster.
        tries: how many nonces at most.
        now: a clock in seconds.

    Returns:
        The nonce, or None; and the first one that was not tried.
    """
    digest, first, until = puzzle.digest, start, now() + seconds
    end = start + tries
    while first < end and (first == start or now() < until):
        last = min(first + _LOOK, end)
        for nonce in range(first, last):
            if _work(digest, nonce) < target:
                return nonce, nonce + 1
        first = last
    return None, first


def seat_with(seat: int, nonce: int) -> int:
    """The last argument of ``proposeAggregate``: the seat below, the nonce above.

    Raises:
        ConfigError: one of them does not fit.
    """
    if not 0 <= seat < 1 << _SEAT_BITS or not 0 <= nonce < 1 << (256 - _SEAT_BITS):
        raise ConfigError(f"seat {seat}, nonce {nonce}: a seat has 8 bits and a nonce 248")
    return nonce << _SEAT_BITS | seat


def nonce_of(seat: int) -> int:
    """The nonce in what ``seat_with`` made."""
    return seat >> _SEAT_BITS


def _work(digest: bytes, nonce: int) -> int:
    return int.from_bytes(keccak(digest + nonce.to_bytes(32, "big")), "big") >> _SHIFT
