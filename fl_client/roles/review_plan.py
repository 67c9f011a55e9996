"""How a task's updates are to be reviewed, in the units of people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from fl_client.chain.contracts import MAX_BOARD_SEATS, Payment, ReviewTerms
from fl_client.errors import ConfigError
from fl_client.review import score_of
from fl_client.roles.plan_table import check_units, read_value, units_of

LEAST_COMMITTEE: Final = 3
MOST_COMMITTEE: Final = 15
_COMMITTEE: Final = 5
_FLOOR: Final = -0.2
_NO_FLOOR: Final = -4.0
"""Below every score but the lowest one, which says that times do not fit."""
PAYMENTS: Final = tuple(payment.name.lower() for payment in Payment)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPlan:
    """A review before it is on the chain; amounts in coins, times in seconds, worth in the judges' own unit (nats).

    Attributes:
        committee: validators drawn for a round, 3 to 15.
        quorum: how many of them must reveal; 0: more than half.
        score_seconds: for scoring and committing; 0: the task's phase.
        reveal_seconds: for revealing; 0: the task's phase.
        stake: of each validator.
        reward: of a validator for a round.
        silence_penalty: for scores that a drawn validator owes.
        tolerance: mean distance from the medians beyond which a validator is not paid.
        floor: least worth of an accepted update.
        full: the worth that earns the whole reward, where scores pay.
        payment: ``equal``, ``samples`` or ``score``: what an accepted update is paid by.
        pace: times that an update's time a sample may lie off the round's middle; 0: nobody compares it.
    """

    committee: int = 3
    quorum: int = 0
    score_seconds: int = 0
    reveal_seconds: int = 0
    stake: Decimal = Decimal(100)
    reward: Decimal = Decimal(2)
    silence_penalty: Decimal = Decimal(20)
    tolerance: float = 0.05
    floor: float = _FLOOR
    full: float = 0.05
    payment: str = "equal"
    pace: int = 20

    def __post_init__(self) -> None:
        if not LEAST_COMMITTEE <= self.committee <= MOST_COMMITTEE:
            raise ConfigError(
                f"review: committee is {self.committee}: give {LEAST_COMMITTEE} to {MOST_COMMITTEE} validators"
            )
        if self.quorum and not self.committee // 2 < self.quorum <= self.committee:
            raise ConfigError(
                f"review: quorum is {self.quorum}: give more than half of {self.committee}, at most all"
            )
        if self.payment not in PAYMENTS:
            raise ConfigError(f"review: payment is {self.payment!r}: give {', '.join(PAYMENTS)}")
        if not (math.isfinite(self.floor) and math.isfinite(self.full) and self.floor < self.full <= 3):
            raise ConfigError(
                f"review: floor is {self.floor}, full is {self.full}: give a floor below full, at most 3"
            )
        if not (math.isfinite(self.tolerance) and 0 <= self.tolerance <= 3):
            raise ConfigError(f"review: tolerance is {self.tolerance}: give 0 to 3")
        if self.pace and not 2 <= self.pace <= 10_000:
            raise ConfigError(f"review: pace is {self.pace}: give 2 to 10000 times, or 0")
        check_units(self, "review: ")

    def terms(self, phase_seconds: int) -> ReviewTerms:
        """The review as the contract takes it.

        Raises:
            ConfigError: an amount is finer than the coin.
        """
        zero = score_of(0.0)
        return ReviewTerms(
            committee=self.committee,
            quorum=self.quorum or self.committee // 2 + 1,
            commit_seconds=self.score_seconds or phase_seconds,
            reveal_seconds=self.reveal_seconds or phase_seconds,
            stake=units_of(self.stake, "review: stake"),
            reward=units_of(self.reward, "review: reward"),
            silence_penalty=units_of(self.silence_penalty, "review: silence_penalty"),
            tolerance=score_of(self.tolerance) - zero,
            floor=max(score_of(self.floor), 1 if self.pace else 0),
            full=score_of(self.full),
            payment=Payment[self.payment.upper()],
            pace=self.pace,
        )


def check_reward(reward: str, validators: int) -> None:
    """Make sure that so many validators may review, and that they can pay by this.

    Raises:
        ConfigError: they cannot.
    """
    if validators and not LEAST_COMMITTEE <= validators <= MAX_BOARD_SEATS:
        raise ConfigError(
            f"--validators is {validators}: give {LEAST_COMMITTEE} to {MAX_BOARD_SEATS}, or 0 for no review"
        )
    if reward not in PAYMENTS:
        raise ConfigError(f"--reward is {reward!r}: give {', '.join(PAYMENTS)}")
    if reward != PAYMENTS[0] and not validators:
        raise ConfigError(
            f"--reward is {reward}, and nobody reviews: give --validators, e.g. 3; without a review all accepted "
            "updates are paid the same"
        )


def check_judges(validators: int, test_samples: int) -> None:
    """Make sure that so many validators have something to score updates on.

    Raises:
        ConfigError: there are more of them than samples.
    """
    if validators > test_samples:
        raise ConfigError(
            f"--validators is {validators}, the task has {test_samples} test samples to share out among them: give "
            "fewer"
        )


def review_by(validators: int, reward: str, *, spares: bool = True) -> ReviewPlan | None:
    """The review of a demonstration: of at most five validators; None where there are none.

    Args:
        validators: who take seats.
        reward: what accepted updates are paid by.
        spares: whether a round can do without an update. Where it cannot, a floor would only void it, again and again
            with the same updates, until the task ends; by scores it stays, since payment is counted from it.
    """
    if not validators:
        return None
    floor = _FLOOR if spares or reward == Payment.SCORE.name.lower() else _NO_FLOOR
    return ReviewPlan(committee=min(_COMMITTEE, validators), payment=reward, floor=floor)


def review_from_table(table: Any, where: str) -> ReviewPlan:
    """Read a review out of a task file's ``review`` entry.

    Raises:
        ConfigError: an entry that does not exist, or an impossible value.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where}: review is {table!r}: give entries, e.g. committee: 5")
    kinds = {entry.name: type(entry.default) for entry in fields(ReviewPlan)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in kinds:
            raise ConfigError(f"{where}: review has no {key!r}: it takes {', '.join(kinds)}")
        values[key] = read_value(value, kinds[key], f"{where}: review: {key}")
    try:
        return ReviewPlan(**values)
    except ConfigError as problem:
        raise ConfigError(f"{where}: {problem}") from None
