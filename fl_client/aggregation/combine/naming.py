"""Combining rules by the names that users write."""

from __future__ import annotations

import re
from typing import Final

from fl_client.aggregation.combine.mean import WeightedMean
from fl_client.aggregation.combine.median import Median
from fl_client.aggregation.combine.rule import CombiningRule
from fl_client.aggregation.combine.trimmed_mean import BPS, MOST_BPS, TrimmedMean
from fl_client.errors import ConfigError

RULE_NAMES: Final = "mean, median or trimmed-mean:BETA"
"""For help texts and messages."""


def parse_rule(text: str) -> CombiningRule:
    """Return the rule of this name.

    Args:
        text: ``mean``, ``dane`` (the same by the name that BlockFL has for it), ``median`` or ``trimmed-mean:BETA``,
            BETA being the share of the values that is dropped at either end: from 0 to below 0.5, a multiple of 0.0001.

    Raises:
        ConfigError: there is no such rule, or it does not take this share.

    >>> parse_rule("trimmed-mean:0.2").argument
    2000
    """
    name, colon, share = text.partition(":")
    if name == "trimmed-mean":
        return TrimmedMean(_share_bps(text, share))
    if name not in ("mean", "dane", "median"):
        raise ConfigError(f"the rule is {text!r}: give {RULE_NAMES}")
    if colon:
        raise ConfigError(f"the rule is {text!r}, but {name} takes no argument: give {name!r}")
    return Median() if name == "median" else WeightedMean()


def _share_bps(text: str, share: str) -> int:
    """Read BETA exactly: through a float 0.29 would be 2,899.99... ten-thousandths."""
    found = re.fullmatch(r"(-?)(\d{1,9})(?:\.(\d{1,30}))?", share, re.ASCII)
    if found is None:
        raise ConfigError(f"the rule is {text!r}: give the share dropped a side, e.g. trimmed-mean:0.2")
    sign, whole, decimals = found[1], found[2], (found[3] or "").rstrip("0")
    if len(decimals) > 4:
        raise ConfigError(
            f"the rule is {text!r}, whose share has more than four decimals: give a multiple of 0.0001"
        )
    bps = int(whole) * BPS + int(decimals.ljust(4, "0"))
    if bps > MOST_BPS or (sign and bps):
        raise ConfigError(f"the rule is {text!r}: give a share from 0 to below 0.5, or nothing would be left")
    return bps
