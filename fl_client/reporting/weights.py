"""Who counted how much by a weighing rule, one line a trainer: for the terminal and for pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fl_client.reporting.words import count, share

HEADS: Final = ("trainer", "accepted in", "weighed away in", "mean share", "greatest share")


def weight_rows(weights: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The lines of the table; rounds in numbers, shares of what was combined in a round.

    Args:
        weights: what the summary has: rounds with the share of each accepted update by its trainer's name.

    >>> weight_rows([{"round": 1, "shares": {"trainer 1": 1.0, "trainer 2": 0.0}},
    ...              {"round": 2, "shares": {"trainer 1": 0.5, "trainer 2": 0.5}}])[1]
    ('trainer 2', '2 rounds', '1 round', '25.0 %', '50.0 %')
    """
    names = sorted({name for one in weights for name in one["shares"]}, key=lambda name: (len(name), name))
    return [_row(name, weights) for name in names]


def _row(name: str, weights: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    shares = [one["shares"][name] for one in weights if name in one["shares"]]
    away = [value for value in shares if not value]
    where = count(len(away), "round") if away else "none"
    mean, most = sum(shares) / len(shares), max(shares)
    return (name, count(len(shares), "round"), where, share(mean), share(most))
