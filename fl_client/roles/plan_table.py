"""How the entries of a task file become a plan: amounts in coins, times in seconds, groups of both."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from fl_client.chain.contracts import ONE_COIN, SUPPLY
from fl_client.errors import ConfigError

MOST_COINS: Final = SUPPLY // ONE_COIN
MOST_SECONDS: Final = 2**32 - 1

Groups = Mapping[str, Mapping[str, str]]
"""Group of a task file -> its entries -> fields of the plan."""


def coins(amount: int) -> Any:
    """A plan's field that is an amount of coins."""
    return field(default=Decimal(amount), metadata={"kind": Decimal})


def units_of(amount: Decimal | int, name: str) -> int:
    """Coins in units of 1e-18.

    Raises:
        ConfigError: an amount is finer than the coin.
    """
    found = amount * ONE_COIN
    if found != int(found):
        raise ConfigError(f"{name} is {amount} coins: a coin has 18 decimals")
    return int(found)


def check_units(plan: Any, where: str = "") -> None:
    """Make sure that a plan's times and amounts can be said at all; a chain's own bounds are narrower.

    Args:
        plan: a dataclass; its times end in ``_seconds``, its amounts have decimals as their defaults.
        where: begins the message.

    Raises:
        ConfigError: one cannot.
    """
    for entry in fields(plan):
        value = getattr(plan, entry.name)
        if entry.name.endswith("_seconds") and not 0 <= value <= MOST_SECONDS:
            raise ConfigError(f"{where}{entry.name} is {value}: give seconds, 0 to {MOST_SECONDS}")
        is_amount = isinstance(entry.default, Decimal)
        if is_amount and not (Decimal(value).is_finite() and 0 <= value <= MOST_COINS):
            raise ConfigError(
                f"{where}{entry.name} is {value}: give coins, 0 to the {MOST_COINS} that there are"
            )


def check_numbers(plan: Any, **most: float) -> None:
    """Make sure that a plan's numbers lie above 0, and not above what is named for each.

    Raises:
        ConfigError: one does not.
    """
    for name, top in most.items():
        value = getattr(plan, name)
        if not (math.isfinite(value) and 0 < value <= top):
            raise ConfigError(f"{name} is {value}: give more than 0, at most {top:g}")


def read_entries(table: Mapping[str, Any], plan: type, groups: Groups, where: str) -> dict[str, Any]:
    """Read what a task file says into values for a plan's fields.

    Args:
        table: e.g. ``{"rounds": 20, "seconds": {"phase": 60}, "stakes": {"trainer": 50}}``.
        plan: a dataclass whose fields have defaults.
        groups: which fields stand in a group; all others stand outside.
        where: the file, for messages.

    Raises:
        ConfigError: an entry that does not exist, or of another kind.
    """
    kinds = {entry.name: entry.metadata.get("kind", type(entry.default)) for entry in fields(plan)}
    grouped = {name for names in groups.values() for name in names.values()}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key in groups:
            if not isinstance(value, Mapping):
                raise ConfigError(f"{where}: {key} is {value!r}: give entries, e.g. {', '.join(groups[key])}")
            for inner, amount in value.items():
                if inner not in groups[key]:
                    raise ConfigError(f"{where}: {key} has no {inner!r}: it takes {', '.join(groups[key])}")
                name = groups[key][inner]
                values[name] = read_value(amount, kinds[name], f"{where}: {key}: {inner}")
        elif key in kinds and key not in grouped:
            values[key] = read_value(value, kinds[key], f"{where}: {key}")
        else:
            known = [*(name for name in kinds if name not in grouped), *groups]
            raise ConfigError(f"{where}: there is no {key!r}: a task file takes {', '.join(known)}")
    return values


def read_value(value: Any, kind: type, where: str) -> Any:
    """A value of a task file as what a plan's field is.

    Args:
        value: as the file has it.
        kind: of the field: int, float, str or Decimal.
        where: file and entry, for messages.

    Raises:
        ConfigError: it is of another kind.
    """
    try:
        if isinstance(value, bool) or (kind is str) != isinstance(value, str):
            raise ValueError
        if kind is int and not isinstance(value, int):
            raise ValueError
        # A float's own digits are what was written.
        return Decimal(str(value)) if kind is Decimal else kind(value)
    except OverflowError:
        raise ConfigError(f"{where} is {value!r}: give a smaller number") from None
    except (ValueError, TypeError, InvalidOperation):
        names = {int: "a whole number", float: "a number", str: "a text", Decimal: "an amount of coins"}
        raise ConfigError(f"{where} is {value!r}: give {names[kind]}") from None
