"""Sealing by proof of work: what a sealer searches for, and how hard that is."""

from fl_client.sealing.proof_of_work import (
    ANYBODY,
    Puzzle,
    mine,
    nonce_of,
    seat_with,
    work_of,
)
from fl_client.sealing.target import (
    EASIEST,
    FIRST_HASHES_PER_SECOND,
    HARDEST,
    LEAST_SLOT,
    adjusted,
    first_target,
    next_target,
    relaxed,
)

__all__ = [
    "ANYBODY",
    "EASIEST",
    "FIRST_HASHES_PER_SECOND",
    "HARDEST",
    "LEAST_SLOT",
    "Puzzle",
    "adjusted",
    "first_target",
    "mine",
    "next_target",
    "nonce_of",
    "relaxed",
    "seat_with",
    "work_of",
]
