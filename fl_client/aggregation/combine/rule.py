"""What a combining rule is: integer vectors in, the new model out, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class CombiningRule(Protocol):
    """Combines updates with the old model, coordinate by coordinate, in integers."""

    @property
    def name(self) -> str:
        """The rule's name, as a user writes it."""
        ...

    @property
    def argument(self) -> int:
        """What a task's parameters hold besides the rule's address; 0 for rules that take nothing."""
        ...

    def combine(
        self, rows: NDArray[np.int32], weights: Sequence[int], base: NDArray[np.int32]
    ) -> NDArray[np.int32]:
        """Return the new model.

        Args:
            rows: int32 (n, d), one update a row, each coordinate within +-(2^31 - 1).
            weights: n integers, 0 or more, of any size.
            base: int32 (d,), the old model, each coordinate within +-(2^31 - 1).

        Returns:
            int32 (d,), a new array; equal to ``base`` if all weights are zero.

        Raises:
            EncodingError: shapes, dtypes or values that are no lattice vectors.
        """
        ...
