"""How an encrypted task's plan stands in a task file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fl_client.errors import ConfigError
from fl_client.roles.encrypted_plan import EncryptedPlan
from fl_client.roles.plan_table import read_entries

_BITS: Final = "modulus_bits"
_GROUPS: Final[dict[str, dict[str, str]]] = {
    "encryption": {
        _BITS: "modulus_bytes",
        **{
            name: name
            for name in (
                *("parties", "threshold", "minimum_accepted", "groups"),
                *("value_bits", "value_range", "max_weight"),
            )
        },
    },
    "seconds": {
        name: f"{name}_seconds"
        for name in (
            *("phase", "join", "deal", "confirm", "submit", "attest", "sum", "share", "result"),
            *("challenge", "answer", "unbonding", "retention"),
        )
    },
    "stakes": {"party": "stake", "question_bond": "question_bond"},
    "penalties": {"submit": "submit_penalty", "share": "share_penalty", "wrong": "wrong_penalty"},
    "rewards": {
        "update": "update_reward",
        "attest": "attest_reward",
        "share": "share_reward",
        "sum": "sum_reward",
        "result": "result_reward",
        "bounty": "bounty",
        "answer_fee": "answer_fee",
    },
}


def encrypted_plan_from_table(table: Mapping[str, Any], where: str) -> EncryptedPlan:
    """Read a plan out of a task file's contents.

    Args:
        table: e.g. ``{"rounds": 3, "encryption": {"parties": 4}, "seconds": {"phase": 60}}``.
        where: the file, for messages.

    Raises:
        ConfigError: an entry that does not exist, or an impossible value.
    """
    values = {"rounds": 10} | read_entries(table, EncryptedPlan, _GROUPS, where)
    if "modulus_bytes" in values:
        bits = values["modulus_bytes"]
        if bits % 256:
            raise ConfigError(f"{where}: encryption: {_BITS} is {bits}: give a multiple of 256")
        values["modulus_bytes"] = bits // 8
    try:
        return EncryptedPlan(**values)
    except ConfigError as problem:
        raise ConfigError(f"{where}: {problem}") from None
