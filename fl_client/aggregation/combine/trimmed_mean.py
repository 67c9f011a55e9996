"""The trimmed mean of each coordinate, in exact integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.aggregation.combine.ordered import combine_middle
from fl_client.errors import ConfigError

BPS: Final = 10_000
"""The share is an integer number of ten-thousandths: no float decides how many values are dropped."""

MOST_BPS: Final = 4_999
"""With k dropped a side, 2 k <= 2 n * 4,999 / 10,000 < n: at least one value is left of any n > 0."""


@dataclass(frozen=True, slots=True)
class TrimmedMean:
    """new = clamp(old + mean of the values without the k smallest and the k largest), coordinate by coordinate.

    Of n values k = floor(n * bps / 10,000) are dropped a side; the mean of the rest is not weighted, and rounded half
    away from zero. Sample counts do not matter: an update of weight 0 is out, every other counts once.

    As long as at most k updates are bad, what is left of each coordinate lies between values of good ones.

    Args:
        bps: the share a side in ten-thousandths, 0 to 4,999. With n updates it covers floor(n * bps / 10,000) bad
            ones: 2,000 covers one of five to nine, and none of four.

    Raises:
        ConfigError: another share.

    Source: Yin, Chen, Ramchandran and Bartlett, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical
    Rates" (arXiv 1803.01498), definition 2, applied to updates in place of gradients.

    >>> rows = np.array([[1, -4], [2, -7], [900, -900], [4, 0], [-3, 5]], dtype=np.int32)
    >>> TrimmedMean(2_000).combine(rows, [1] * 5, np.array([10, 10], dtype=np.int32)).tolist()  # 7/3 and -11/3
    [12, 6]
    """

    bps: int

    def __post_init__(self) -> None:
        if not 0 <= self.bps <= MOST_BPS:
            raise ConfigError(f"the trimmed mean drops {self.bps} bps a side: give 0 to {MOST_BPS}")

    @property
    def name(self) -> str:
        """As a user writes it: the share as a decimal number."""
        share = f"{self.bps:04}".rstrip("0")
        return f"trimmed-mean:0.{share}" if share else "trimmed-mean:0"

    @property
    def argument(self) -> int:
        """The share in ten-thousandths."""
        return self.bps

    def dropped(self, count: int) -> int:
        """How many of so many values are dropped a side."""
        return count * self.bps // BPS

    def combine(
        self, rows: NDArray[np.int32], weights: Sequence[int], base: NDArray[np.int32]
    ) -> NDArray[np.int32]:
        """Return the new model; see ``CombiningRule.combine``."""
        return combine_middle(rows, weights, base, self.dropped)
