"""Weighing rules from the word that a task's parameters hold: the way back from ``WeighingRule.argument``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fl_client.aggregation.weigh.clip import Clip
from fl_client.aggregation.weigh.equal import Equal
from fl_client.aggregation.weigh.fltrust import FLTrust
from fl_client.aggregation.weigh.krum import Krum
from fl_client.aggregation.weigh.multi_krum import TAKEN_SHIFT, MultiKrum
from fl_client.aggregation.weigh.nnm import ARGUMENT_SHIFT, FOLLOWING, PLACE_SHIFT, NeighbourMixing
from fl_client.aggregation.weigh.reputation import Reputation
from fl_client.aggregation.weigh.rule import WeighingRule
from fl_client.aggregation.weigh.samples import Samples
from fl_client.aggregation.weigh.tolerance import Tolerance
from fl_client.errors import ConfigError

_WORD: Final = (1 << 16) - 1


def weighing_from(kind: type, argument: int) -> WeighingRule:
    """Return the rule of this kind that has this argument.

    Args:
        kind: its class.
        argument: one word, from 0.

    Raises:
        ConfigError: no rule of this kind has it.

    >>> weighing_from(MultiKrum, MultiKrum(Tolerance(2), 5).argument)
    MultiKrum(tolerance=Tolerance(value=2, share=False), taken=5)
    >>> weighing_from(NeighbourMixing, NeighbourMixing(Tolerance(2), Clip(7)).argument).name
    'nnm:2+clip:0.000007'
    """
    try:
        rule = _MADE[kind](argument)
    except (ConfigError, IndexError):
        rule = None
    if rule is None or rule.argument != argument:
        raise ConfigError(f"the weighing rule {kind.__name__} takes no argument {argument}")
    return rule


def _mixing(argument: int) -> WeighingRule:
    following = FOLLOWING[argument >> PLACE_SHIFT & _WORD]
    return NeighbourMixing(
        Tolerance.from_word(argument & _WORD), weighing_from(following, argument >> ARGUMENT_SHIFT)
    )


_MADE: Final[dict[type, Callable[[int], WeighingRule]]] = {
    Samples: lambda _: Samples(),
    Equal: lambda _: Equal(),
    FLTrust: lambda _: FLTrust(),
    Reputation: lambda _: Reputation(),
    Clip: Clip,
    Krum: lambda argument: Krum(Tolerance.from_word(argument)),
    MultiKrum: lambda argument: MultiKrum(Tolerance.from_word(argument & _WORD), argument >> TAKEN_SHIFT),
    NeighbourMixing: _mixing,
}
