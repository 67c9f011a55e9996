"""How many bad updates a rule is to bear: a number, or a share of those that are there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fl_client.errors import ConfigError

BPS: Final = 10_000
DEFAULT_SHARE_BPS: Final = 2_000
"""A fifth, when nothing is said."""

_SHARE_FLAG: Final = 1 << 15
_MOST_COUNT: Final = (1 << 15) - 1
_MOST_SHARE_BPS: Final = 4_999


@dataclass(frozen=True, slots=True)
class Tolerance:
    """f, the number of bad updates that are to be borne.

    Args:
        value: f itself; or, with ``share``, ten-thousandths of the n updates that are there: f = ceil(n * value /
            10,000). Rounded up: with nine of ten updates there, two attackers may still be among them.
        share: how ``value`` is meant.

    Whatever it says, a rule takes no larger f than its bound allows with the n that are there: a rule that found no
    answer would make wrong models unprovable.

    Raises:
        ConfigError: f is no number from 0 to 32,767, or the share is not from 1 to 4,999.

    >>> Tolerance(2_000, share=True).among(9, 3)
    2
    >>> Tolerance(5).among(9, 3)
    3
    """

    value: int
    share: bool = False

    def __post_init__(self) -> None:
        if self.share and not 1 <= self.value <= _MOST_SHARE_BPS:
            raise ConfigError(f"the share of bad updates is {self.value} bps: give 1 to {_MOST_SHARE_BPS}")
        if not 0 <= self.value <= _MOST_COUNT:
            raise ConfigError(f"the number of bad updates is {self.value}: give 0 to {_MOST_COUNT}")

    @property
    def word(self) -> int:
        """Sixteen bits: the highest says that the others are a share."""
        return self.value | _SHARE_FLAG if self.share else self.value

    @classmethod
    def from_word(cls, word: int) -> Tolerance:
        """Return what ``word`` was made from."""
        return cls(word & _MOST_COUNT, share=bool(word & _SHARE_FLAG))

    @property
    def suffix(self) -> str:
        """As a user writes it after a rule's name, with the colon; nothing for the default."""
        if not self.share:
            return f":{self.value}"
        if self.value == DEFAULT_SHARE_BPS:
            return ""
        return f":0.{self.value:04d}".rstrip("0")

    def wanted(self, count: int) -> int:
        """Return f of ``count`` updates, before a rule's bound."""
        return -(-count * self.value // BPS) if self.share else self.value

    def among(self, count: int, most: int) -> int:
        """Return f of ``count`` updates, at most ``most``, at least 0."""
        return max(0, min(self.wanted(count), most))

    def check(self, name: str, trainers: int, least: int, bound: str) -> None:
        """Refuse a number of trainers that leaves no room for f.

        Args:
            name: the rule's, for the message.
            trainers: planned.
            least: with which the rule bears f bad updates; of a share, a single one.
            bound: the same in words.

        Raises:
            ConfigError: there are fewer.
        """
        if trainers < least:
            bad = 1 if self.share else self.value
            raise ConfigError(
                f"{name} bears {bad} bad of {least} or more updates ({bound}): plan at least {least} trainers, "
                f"not {trainers}, or a smaller F"
            )


DEFAULT_TOLERANCE: Final = Tolerance(DEFAULT_SHARE_BPS, share=True)


def parse_tolerance(text: str, said: str) -> Tolerance:
    """Read F: a whole number, or a share with a point.

    Args:
        text: the whole rule, for the message.
        said: ``2`` or ``0.2``.

    Raises:
        ConfigError: it is neither.

    >>> parse_tolerance("krum:0.25", "0.25")
    Tolerance(value=2500, share=True)
    """
    if re.fullmatch(r"\d{1,4}", said, re.ASCII):
        return Tolerance(int(said))
    found = re.fullmatch(r"0\.(\d{1,4})0*", said, re.ASCII)
    bps = int(found[1].ljust(4, "0")) if found else 0
    if not 1 <= bps <= _MOST_SHARE_BPS:
        raise ConfigError(
            f"the rule is {text!r}: give F as a number of updates, e.g. 2, or as a share below 0.5, e.g. 0.2"
        )
    return Tolerance(bps, share=True)
