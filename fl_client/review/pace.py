"""Whether the time that a trainer reports fits the samples that it claims, as BlockFL's miners check it.

Nobody proves how long a computation took. A trainer that inflates its count and its time alike passes: what this
catches is a count beyond what the time allows, and a time far from everybody else's (docs/protocol.md, section 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from fl_client.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a trainer reports of one training.

    Raises:
        ConfigError: there is no sample, or a negative time.
    """

    samples: int
    milliseconds: int

    def __post_init__(self) -> None:
        if self.samples < 1 or self.milliseconds < 0:
            raise ConfigError(
                f"{self.samples} samples in {self.milliseconds} ms: give samples from 1, time from 0"
            )

    @property
    def pace(self) -> Fraction:
        """Milliseconds a sample, exactly."""
        return Fraction(self.milliseconds, self.samples)


def implausible(
    claims: Mapping[int, Claim], factor: int, *, measured: Fraction | None = None
) -> frozenset[int]:
    """Find the claims whose time a sample is more than so many times away from the middle, either way.

    The middle is the median of all claims and, as one more, of what the judge itself measured. Where it is zero nobody
    reports times, and nothing is compared.

    Args:
        claims: by place among the reveals.
        factor: from 2; 0: nothing is compared.
        measured: milliseconds a sample of the judge's own training.

    Returns:
        The places.

    Source: Kim et al. 1808.03949 section II: local computation time is to be proportional to the sample size.

    >>> honest = {place: Claim(samples=100 * place, milliseconds=150 * place) for place in (1, 2, 3)}
    >>> sorted(implausible(honest | {4: Claim(samples=10_000, milliseconds=600)}, 8))
    [4]
    """
    if not factor or not claims:
        return frozenset()
    paces = {place: claim.pace for place, claim in claims.items()}
    middle = median([*paces.values(), *([] if measured is None else [measured])])
    if middle == 0:
        return frozenset()
    return frozenset(
        place for place, pace in paces.items() if pace * factor < middle or pace > middle * factor
    )
