"""How large a penalty makes honesty pay: DeepChain's two theorems, and what a task has to say for them.

Somebody who is right with probability c is caught with probability q = v (1 - c), v being how surely a fault is seen.
What it may expect of one deed is

    value(c) = reward * (1 - q) - fine * q - cost * c.

Theorem 1 of DeepChain (Weng et al., section 5.2) asks for fine / reward > (1 - q) / q at c = theta: whoever is honest
with a smaller probability then expects less than nothing. It says nothing of ``cost``, and it compares with staying
away. ``value`` is a line in c, so the best is all or nothing, and honesty is the better end where
(reward + fine) * v > cost: often a far smaller fine. ``Fraud.least_fine`` is the greater of the two where the cost is
known. Theorem 2, for workers, divides by the probability of leading.

Numbers are exact fractions; nothing is rounded before the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from fl_client.errors import ConfigError

UNITS: Final = 10**18
"""Of a coin: amounts on the chain are whole numbers of them."""

ROLES: Final = ("trainer", "sealer", "party")
"""Whose penalty: of a task in the open (trainer, sealer), or of an encrypted one (party)."""

MOST_STAKE: Final = 10**6
"""Coins: the greatest stake that the factory of a production deployment admits."""

LEAST_BURN: Final = Fraction(1, 5)
MOST_BOUNTY: Final = Fraction(1, 5)
"""As ``StakeVault`` has it: whoever shows evidence gets at most a fifth of what is taken."""

_HUNDREDTHS: Final = 100
_BPS: Final = 10_000
_AMOUNT: Final = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18}|/[0-9]{1,18})?", re.ASCII)


def amount(text: str, what: str) -> Fraction:
    """Read a number as people write it, exactly.

    Args:
        text: digits with a decimal point or as a fraction: ``4``, ``0.8``, ``2/3``.
        what: its name, for messages.

    Raises:
        ConfigError: it is no such number.

    >>> amount("2/3", "--theta") + amount("0.1", "--theta")
    Fraction(23, 30)
    """
    if _AMOUNT.fullmatch(text) is None or (text.count("/") and not int(text.partition("/")[2])):
        raise ConfigError(f"{what} is {text!r}: give a number such as 4, 0.8 or 2/3")
    return Fraction(text)


def coins_up(coins: Fraction) -> str:
    """The least amount of whole hundredths of a coin that is greater, as a task file takes it.

    >>> coins_up(Fraction(4)), coins_up(Fraction(8, 3))
    ('4.01', '2.67')
    """
    hundredths = coins.numerator * _HUNDREDTHS // coins.denominator + 1
    return f"{hundredths // _HUNDREDTHS}.{hundredths % _HUNDREDTHS:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fraud:
    """What a fault would bring, and how surely it is seen.

    Args:
        reward: coins that one deed earns, and that a fault still earns where nobody sees it; above 0.
        detection: probability with which a fault is seen, above 0, at most 1.
        theta: honesty that is asked for, from 0 to below 1.
        leader: probability with which a worker leads, above 0, at most 1; 1 for whoever acts every time.
        cost: coins that doing the deed rightly costs, from 0; 0 where nobody knows.

    Raises:
        ConfigError: a number outside of its range.

    Source: DeepChain section 5.2, theorems 1 and 2.
    """

    reward: Fraction
    detection: Fraction
    theta: Fraction
    leader: Fraction = Fraction(1)
    cost: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if self.reward <= 0:
            raise ConfigError(f"the reward is {self.reward}: give coins, more than 0")
        for name in ("detection", "leader"):
            if not 0 < getattr(self, name) <= 1:
                raise ConfigError(
                    f"{name} is {getattr(self, name)}: give a probability above 0, at most 1; "
                    "what is never seen is deterred by no deposit"
                )
        if not 0 <= self.theta < 1:
            raise ConfigError(f"theta is {self.theta}: give 0 to below 1; no finite deposit buys certainty")
        if self.cost < 0:
            raise ConfigError(f"the cost is {self.cost}: give coins, from 0")

    @property
    def caught(self) -> Fraction:
        """Pr_vc: with which somebody who is honest with probability theta is caught."""
        return self.detection * (1 - self.theta)

    @property
    def ratio(self) -> Fraction:
        """What fine / reward must exceed: (1 - Pr_vc) / Pr_vc, divided by the probability of leading.

        >>> fraud = Fraud(reward=Fraction(1), detection=Fraction(4, 5), theta=Fraction(2, 3))
        >>> float(fraud.ratio)
        2.75
        """
        return (1 - self.caught) / self.caught / self.leader

    @property
    def least_fine(self) -> Fraction:
        """Coins that a fault must cost more than: by the theorem, and so that honesty beats every fault."""
        return max(self.ratio * self.reward, self.cost / self.detection - self.reward)

    def value(self, honesty: Fraction, fine: Fraction) -> Fraction:
        """Coins that somebody who is right with this probability may expect of one deed.

        Args:
            honesty: Pr_c, 0 to 1.
            fine: coins that a fault costs where it is seen.
        """
        caught = self.detection * (1 - honesty)
        return self.reward * (1 - caught) - fine * caught - self.cost * honesty

    def honesty_for(self, fine: Fraction) -> Fraction:
        """The theta below which this fine makes everybody lose; 0 where it deters nothing.

        Args:
            fine: coins, from 0.
        """
        share = fine * self.leader / self.reward
        return max(Fraction(0), 1 - 1 / (self.detection * (1 + share)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """The penalty and the stake that a task has to state so that a fault costs enough.

    Args:
        fraud: what is to be deterred.
        role: whose: trainer, sealer or party.
        burn: share of a slash that is burned, 1/5 to 1.
        accomplices: share of the honest accounts of a round that are in the cheat's own hands, 0 to 1.

    Raises:
        ConfigError: no such role, or a share outside of its range.
    """

    fraud: Fraud
    role: str = "trainer"
    burn: Fraction = LEAST_BURN
    accomplices: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ConfigError(f"--role is {self.role!r}: give one of {', '.join(ROLES)}")
        if not LEAST_BURN <= self.burn <= 1:
            raise ConfigError(f"burn is {self.burn}: give {LEAST_BURN} to 1; the factory takes no less")
        if not 0 <= self.accomplices <= 1:
            raise ConfigError(f"accomplices is {self.accomplices}: give a share, 0 to 1")

    @property
    def lost_share(self) -> Fraction:
        """Of a slash, what a cheat does not get back: it can be its own first accuser, and share as an honest one."""
        bounty = min(MOST_BOUNTY, 1 - self.burn)
        return 1 - bounty - self.accomplices * (1 - self.burn - bounty)

    @property
    def bound(self) -> Fraction:
        """Coins that the penalty must exceed."""
        return max(self.fraud.least_fine / self.lost_share, self._floor)

    @property
    def penalty_units(self) -> int:
        """The least penalty that exceeds it, in 1e-18 coin."""
        scaled = self.bound * UNITS
        return scaled.numerator // scaled.denominator + 1

    @property
    def stake_units(self) -> int:
        """The least stake: a slash takes at most what is there. Whoever was slashed pays up before it acts again."""
        return self.penalty_units

    @property
    def admitted(self) -> bool:
        """Whether a production factory takes so great a stake."""
        return self.stake_units <= MOST_STAKE * UNITS

    @property
    def statement(self) -> tuple[str, ...]:
        """Lines of a task file that state it, in hundredths of a coin.

        Of a party all penalties alike: the factory takes none greater than that for a wrong statement.
        """
        coins = coins_up(self.bound)
        if self.role == "trainer":
            stakes, penalties = f"trainer: {coins}", f"reveal: {coins}, norm: {coins}"
        elif self.role == "sealer":
            bond = max(ceil(self.bound), 1) + 1
            stakes, penalties = f"sealer: {coins}, challenge_bond: {bond}", f"seal: {coins}"
        else:
            stakes, penalties = f"party: {coins}", f"submit: {coins}, share: {coins}, wrong: {coins}"
        return (
            f"stakes: {{{stakes}}}",
            f"penalties: {{{penalties}}}",
            f"burn: {self._burn_bps / _BPS:g}",
        )

    @property
    def _burn_bps(self) -> int:
        return ceil(self.burn * _BPS)  # up: what is burned is surely lost

    @property
    def _floor(self) -> Fraction:
        # The factory asks that a missing reveal costs no less than a round earns; a wrong chunk is held to the same.
        return self.fraud.reward if self.role != "sealer" else Fraction(0)
