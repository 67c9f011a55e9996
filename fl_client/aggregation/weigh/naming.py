"""Weighing rules by the names that users write."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from fl_client.aggregation.weigh.clip import MOST_BOUND, Clip, bound_of
from fl_client.aggregation.weigh.equal import Equal
from fl_client.aggregation.weigh.fltrust import FLTrust
from fl_client.aggregation.weigh.krum import Krum
from fl_client.aggregation.weigh.multi_krum import MultiKrum
from fl_client.aggregation.weigh.reputation import Reputation
from fl_client.aggregation.weigh.rule import WeighingRule
from fl_client.aggregation.weigh.samples import Samples
from fl_client.aggregation.weigh.tolerance import DEFAULT_TOLERANCE, parse_tolerance
from fl_client.errors import ConfigError

WEIGHING_NAMES: Final = "samples, equal, clip[:NORM], krum[:F], multi-krum[:F[:M]], fltrust or reputation"
"""For help texts and messages."""

MIXING: Final = "nnm"
"""The name of what may stand before all of them."""

_PLAIN: Final[dict[str, type[Samples | Equal | FLTrust | Reputation]]] = {
    "samples": Samples,
    "equal": Equal,
    "fltrust": FLTrust,
    "reputation": Reputation,
}


def parse_weighing(text: str) -> WeighingRule:
    """Return the rule of this name.

    Args:
        text: ``samples``, ``equal``, ``clip``, ``clip:NORM`` (a length in the model's units, of a task with 20 binary
            places), ``krum``, ``krum:F``, ``multi-krum``, ``multi-krum:F``, ``multi-krum:F:M``, ``fltrust`` or
            ``reputation``. F is a number of updates (``2``) or a share of those that are there (``0.2``, which it is
            if nothing is said).

    Raises:
        ConfigError: there is no such rule, or it does not take this argument.

    >>> parse_weighing("multi-krum:2").argument
    2
    """
    name, colon, rest = text.partition(":")
    if name in _PLAIN:
        if colon:
            raise ConfigError(f"the rule is {text!r}, but {name} takes no argument: give {name!r}")
        return _PLAIN[name]()
    known: dict[str, Callable[[str, str], WeighingRule]] = {
        "clip": _clip,
        "krum": _krum,
        "multi-krum": _multi_krum,
    }
    if name not in known:
        raise ConfigError(f"the weighing rule is {text!r}: give {WEIGHING_NAMES}")
    if colon and not rest:
        raise ConfigError(f"the rule is {text!r}: give something after the colon, or leave it out")
    return known[name](text, rest)


def is_weighing(text: str) -> bool:
    """Whether this is meant as the name of a weighing rule."""
    return text.partition(":")[0] in (*_PLAIN, "clip", "krum", "multi-krum")


def _clip(text: str, rest: str) -> WeighingRule:
    if not rest:
        return Clip()
    if not re.fullmatch(r"\d{1,20}(\.\d{1,30})?", rest, re.ASCII) or not 1 <= bound_of(rest) <= MOST_BOUND:
        raise ConfigError(
            f"the rule is {text!r}: give the greatest length in the model's units, from 0.000001, e.g. clip:1.5"
        )
    return Clip(bound_of(rest))


def _krum(text: str, rest: str) -> WeighingRule:
    return Krum(parse_tolerance(text, rest) if rest else DEFAULT_TOLERANCE)


def _multi_krum(text: str, rest: str) -> WeighingRule:
    said, colon, taken = rest.partition(":")
    tolerance = parse_tolerance(text, said) if rest else DEFAULT_TOLERANCE
    if not colon:
        return MultiKrum(tolerance)
    if not re.fullmatch(r"\d{1,3}", taken, re.ASCII) or not 1 <= int(taken) <= 128:
        raise ConfigError(
            f"the rule is {text!r}: give M, the number of updates that are taken, from 1 to 128"
        )
    return MultiKrum(tolerance, int(taken))
