"""The terms of a review as Brownie takes them; enums and limits are the client's own, so that they are held to the
contracts' as well.
"""

from __future__ import annotations

from typing import NamedTuple


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
