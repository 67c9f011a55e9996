"""A sealer's search for the nonce of one proposal."""

from __future__ import annotations

from typing import Final

from fl_client.rounds import SealedVector, Vector
from fl_client.sealing import Puzzle, mine, work_of

LOOK_SECONDS: Final = 2.0
"""Between two looks whether another sealer was faster."""

_TRIES: Final = 1 << 14


class NonceSearch:
    """The puzzle of one model for one frozen set, and how far the search has come.

    Attributes:
        puzzle: what to solve.
        vector, sealed: the model.
        tried: nonces so far.
        found: the nonce, once there is one.
    """

    def __init__(self, puzzle: Puzzle, vector: Vector, sealed: SealedVector, *, pace: int | None) -> None:
        """Begin a search.

        Args:
            pace: hashes a second that a demonstration assumes, so that it repeats bit for bit; None: as many as
                this machine does.
        """
        self.puzzle, self.vector, self.sealed, self._pace = puzzle, vector, sealed, pace
        self.tried = 0
        self.found: int | None = None

    def look(self, target: int) -> int | None:
        """Search for a while; gives the nonce if it was found, now or before.

        What was found is kept: between it and its transaction a disk may be full or a node gone.
        """
        if self.found is not None and work_of(self.puzzle, self.found) < target:
            return self.found
        if self._pace is None:
            self.found, self.tried = mine(self.puzzle, target, start=self.tried, seconds=LOOK_SECONDS)
        else:
            self.found, self.tried = mine(self.puzzle, target, start=self.tried, tries=_TRIES)
        return self.found

    @property
    def seconds(self) -> int:
        """What the search has taken at the assumed pace; 0 without one: then the time has passed by itself."""
        return 0 if self._pace is None else self.tried // self._pace
