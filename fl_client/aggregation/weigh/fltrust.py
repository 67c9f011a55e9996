"""FLTrust: updates count as far as they point where a trusted update points, and at its length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fl_client.aggregation.weigh.ratio import RATIO_ONE, ratio, root
from fl_client.aggregation.weigh.rule import Needs, RoundFigures, Weighing, WithoutArgument, diagonal

TRUST_BITS: Final = 24
"""Binary places of a trust score: 128 of them add up to less than 2^32."""


@dataclass(frozen=True, slots=True)
class FLTrust(WithoutArgument):
    """Row i = x_i * |g0| / |x_i|, weighed by TS_i = max(0, cos(x_i, g0)).

    g0 is the update that whoever is trusted made on a small root set, committed like every other. With the mean as
    combining rule this is the paper's. From squares alone: <x, g0> = (|x|^2 + |g0|^2 - |x - g0|^2) / 2. The factor has
    32 binary places and the score 24, both rounded down. An update of length 0 has score 0; if all have, the model
    does not change.

    Bears any number of bad updates as long as g0 points the right way. Any number of updates, up to 128.

    Source: Cao, Fang, Liu and Gong, "FLTrust: Byzantine-robust Federated Learning via Trust Bootstrapping" (arXiv
    2012.13995), section IV-B, equations 2 to 4, with the global learning rate 1.

    g0 = (3, 4); x = (6, 8), (0, 10), (-3, -4): halved with score 1, halved with score 0.8, out.

    >>> found = FLTrust().weigh(RoundFigures(
    ...     samples=(1, 1, 1), norms=(100, 100, 25), trust_norm=25, trust_distances=(25, 45, 100)))
    >>> [row[i] / 2**32 for i, row in enumerate(found.coefficients)], [w / 2**24 for w in found.weights]
    ([0.5, 0.5, 0.0], [1.0, 0.7999999523162842, 0.0])
    """

    name = "fltrust"
    needs = Needs.NORMS | Needs.TRUST

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        coefficients, weights = [], []
        for norm, distance in zip(figures.norms, figures.trust_distances, strict=True):
            score = trust_score(norm, figures.trust_norm, distance)
            weights.append(score)
            coefficients.append(ratio(figures.trust_norm, norm) if score else 0)
        return diagonal(coefficients, [RATIO_ONE] * len(weights), weights)


def trust_score(norm: int, trust_norm: int, distance: int) -> int:
    """Return max(0, cos) with 24 binary places, from three squares.

    Args:
        norm, trust_norm, distance: |x|^2, |g0|^2 and |x - g0|^2, each 0 to 2^142 - 1. Squares that no vectors have
            give a score of at most 1, too.
    """
    twice = norm + trust_norm - distance  # 2 <x, g0>, below 2^143
    if twice <= 0 or not norm or not trust_norm:
        return 0
    # cos = twice / (2 sqrt(norm) sqrt(trust_norm)), each root with 32 places; below 2^230.
    return min((twice << 63 + TRUST_BITS) // (root(norm) * root(trust_norm)), 1 << TRUST_BITS)
