"""Weighing rules and the word that a task's parameters hold, both ways."""

from __future__ import annotations

import pytest

from fl_client.aggregation import parse_aggregation
from fl_client.aggregation.weigh import (
    Clip,
    Equal,
    Krum,
    MultiKrum,
    NeighbourMixing,
    Reputation,
    Samples,
    weighing_from,
)
from fl_client.errors import ConfigError

NAMES = (
    *(
        "samples",
        "equal",
        "reputation",
        "fltrust",
        "clip",
        "clip:0.01",
        "krum",
        "krum:0",
        "krum:14",
        "krum:0.3",
    ),
    *("multi-krum", "multi-krum:3", "multi-krum:0.25:7", "nnm", "nnm:3+equal", "nnm:0.1+reputation"),
    *("nnm+clip:1.5", "nnm:2+krum:1", "nnm+multi-krum:3:2", "nnm:1+fltrust"),
)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_comes_back_from_its_argument(name: str) -> None:
    rule = parse_aggregation(f"{name}+mean").weigh
    assert weighing_from(type(rule), rule.argument) == rule


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (Samples, 1),
        (Equal, 7),
        (Reputation, 2**16),
        (Clip, 2**64),
        (Krum, 2**16),  # a bit beyond the tolerance
        (Krum, 2**15),  # a share of nothing
        (Krum, 2**15 + 5_000),  # half of them
        (MultiKrum, 129 << 16),
        (NeighbourMixing, 7 << 16),  # no rule has this place
        (NeighbourMixing, 1 << 32),  # samples take no argument
    ],
)
def test_argument_that_no_rule_has_is_refused(kind: type, argument: int) -> None:
    with pytest.raises(ConfigError, match=f"{kind.__name__} takes no argument {argument}"):
        weighing_from(kind, argument)
