"""How the entries of a task file become a plan: amounts in coins, times in seconds, groups of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from fl_client.chain.contracts import ONE_COIN
from fl_client.errors import ConfigError

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
                values[name] = _read(amount, kinds[name], f"{where}: {key}: {inner}")
        elif key in kinds and key not in grouped:
            values[key] = _read(value, kinds[key], f"{where}: {key}")
        else:
            known = [*(name for name in kinds if name not in grouped), *groups]
            raise ConfigError(f"{where}: there is no {key!r}: a task file takes {', '.join(known)}")
    return values


def _read(value: Any, kind: type, where: str) -> Any:
    try:
        if isinstance(value, bool) or (kind is str) != isinstance(value, str):
            raise ValueError
        if kind is int and not isinstance(value, int):
            raise ValueError
        # A float's own digits are what was written.
        return Decimal(str(value)) if kind is Decimal else kind(value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        names = {int: "a whole number", float: "a number", str: "a text", Decimal: "an amount of coins"}
        raise ConfigError(f"{where} is {value!r}: give {names[kind]}") from None
