"""What a deployment lets tasks ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FactoryBounds:
    """What the factory lets tasks ask for; times in seconds, stakes in 1e-18 coin, moduli in bytes.

    The defaults are for a chain with real money; ``devnet`` is for tests and demonstrations.
    """

    min_phase_seconds: int = 600
    max_phase_seconds: int = 30 * 86_400
    min_challenge_seconds: int = 3_600
    min_unbonding_seconds: int = 86_400
    min_burn_bps: int = 2_000
    max_stake: int = 10**6 * 10**18
    least_modulus_bytes: int = 256

    @property
    def limits(self) -> tuple[int, ...]:
        """What the factory itself is told, in its order; the shortest modulus is for the encrypted tasks' bounds."""
        return (
            self.min_phase_seconds,
            self.max_phase_seconds,
            self.min_challenge_seconds,
            self.min_unbonding_seconds,
            self.min_burn_bps,
            self.max_stake,
        )

    @classmethod
    def of_limits(cls, limits: Sequence[int]) -> FactoryBounds:
        """Return the bounds of a factory that says these are its limits."""
        return cls(**dict(zip(cls.__dataclass_fields__, limits, strict=False)))

    @classmethod
    def devnet(cls) -> FactoryBounds:
        """Phases of two seconds and more, and keys that are dealt in a second, so that a round takes seconds."""
        return cls(
            min_phase_seconds=2, min_challenge_seconds=2, min_unbonding_seconds=2, least_modulus_bytes=64
        )
