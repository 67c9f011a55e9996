"""The median of each coordinate, in exact integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fl_client.aggregation.combine.ordered import combine_middle


@dataclass(frozen=True, slots=True)
class Median:
    """new = clamp(old + median(x)), coordinate by coordinate.

    Of n sorted values x_1 <= ... <= x_n the median is x_((n + 1) / 2) if n is odd, and (x_(n / 2) + x_(n / 2 + 1)) / 2,
    rounded half away from zero, if n is even. Sample counts do not matter: an update of weight 0 is out, every other
    counts once.

    As long as fewer than half of the updates are bad, the median of each coordinate lies between values of good ones.

    Source: Yin, Chen, Ramchandran and Bartlett, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical
    Rates" (arXiv 1803.01498), definition 1, applied to updates in place of gradients.

    >>> rows = np.array([[1, 4], [2, -7], [900, -900]], dtype=np.int32)
    >>> Median().combine(rows, [10, 20, 30], np.array([10, 10], dtype=np.int32)).tolist()
    [12, 3]
    >>> Median().combine(rows, [10, 20, 0], np.array([10, 10], dtype=np.int32)).tolist()  # 1.5 and -1.5
    [12, 8]
    """

    @property
    def name(self) -> str:
        """As a user writes it."""
        return "median"

    @property
    def argument(self) -> int:
        """It takes none."""
        return 0

    def combine(
        self, rows: NDArray[np.int32], weights: Sequence[int], base: NDArray[np.int32]
    ) -> NDArray[np.int32]:
        """Return the new model; see ``CombiningRule.combine``."""
        return combine_middle(rows, weights, base, lambda count: (count - 1) // 2)
