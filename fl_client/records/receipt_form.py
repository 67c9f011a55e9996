"""The form of a receipt: which fields it has, and of which kinds they are; asked before anything is computed from one.

Whoever checks a receipt does not trust its author: a number that no contract can hold, a text where a list belongs, or
lists nested a thousand deep must end in one line that says so, not in a library's own error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.address import is_checksum_address

from fl_client.errors import ConfigError
from fl_client.shallow_json import TooDeep, read_json

_DEEPEST: Final = 8
"""Objects and lists within each other; a receipt has at most six, those in a record's arguments."""

_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class _Kind:
    """Plain values: which ones fit, and what to say they are."""

    fits: Callable[[Any], bool]
    what: str


@dataclass(frozen=True, slots=True)
class _OrNone:
    """A form that may be missing, as ``null``."""

    form: Any


def _whole(most: int) -> _Kind:
    # Not isinstance: JSON's true is an int in Python, and 1.0 equals 1.
    return _Kind(lambda value: type(value) is int and 0 <= value <= most, f"a whole number from 0 to {most}")


def _text(pattern: str, what: str) -> _Kind:
    matches = re.compile(pattern, re.ASCII | re.DOTALL).fullmatch
    return _Kind(lambda value: isinstance(value, str) and matches(value) is not None, what)


_UINT32: Final = _whole(2**32 - 1)
_NUMBER: Final = _whole(2**53)
"""What every reader of JSON holds exactly: more blocks and logs than a chain will have."""

_HASH: Final = _text("0x[0-9a-f]{64}", "a hash of 0x and 64 hexadecimal digits")
_AMOUNT: Final = _text("[0-9]{1,78}", "an amount in 1e-18 coin, as text")
_NAME: Final = _text("[A-Za-z][A-Za-z0-9 -]{0,63}", "a name")
_WORDS: Final = _text(".*", "a text")
_ADDRESS: Final = _Kind(
    lambda value: isinstance(value, str) and value.startswith("0x") and is_checksum_address(value),
    "an address with its checksum",
)
_SHARE: Final = _Kind(
    lambda value: isinstance(value, str) and re.fullmatch(r"[01]\.[0-9]{6}", value) is not None,
    "a share from 0 to 1 with six decimals, as text",
)
_FLAG: Final = _Kind(lambda value: isinstance(value, bool), "true or false")
_ANY_OBJECT: Final = _Kind(lambda value: isinstance(value, dict), "an object")

_COMMON: Final[Mapping[str, Any]] = {
    "format": _NUMBER,
    "chain_id": _whole(2**256 - 1),
    "factory": _ADDRESS,
    "task": _ADDRESS,
    "trainer": _ADDRESS,
    "round": _UINT32,
    "as_of": {"block": _NUMBER, "hash": _HASH},
    "verdict": _NAME,
    "counted": _FLAG,
    "why": _WORDS,
    "samples": _OrNone(_UINT32),
    "total_samples": _OrNone(_NUMBER),
    "share": _OrNone(_SHARE),
    "lost": [{"evidence": _NAME, "taken": _AMOUNT, "transaction": _HASH, "block": _NUMBER}],
    "records": [
        {
            "event": _NAME,
            "address": _ADDRESS,
            "block": _NUMBER,
            "block_hash": _HASH,
            "transaction": _HASH,
            "log_index": _NUMBER,
            # Compared with the chain's own, whatever they are.
            "args": _ANY_OBJECT,
        }
    ],
    "trust": _WORDS,
}
_RECEIPT: Final[Mapping[str, Any]] = {
    **_COMMON,
    "commitment": _OrNone(
        {
            **dict.fromkeys(("attempt", "samples", "milliseconds"), _UINT32),
            **dict.fromkeys(("base_model", "vector", "root_hash", "content_id", "salt", "digest"), _HASH),
            "root_sum": _AMOUNT,
        }
    ),
    "set": {
        "entries": [
            {
                "trainer": _ADDRESS,
                "weight": _UINT32,
                "vector": _HASH,
                "running_hash": _HASH,
                "accepted": _FLAG,
            }
        ],
        "accepted_hash": _OrNone(_HASH),
    },
    "earned": dict.fromkeys(("update", "share_of_slashes", "attestation", "total"), _AMOUNT),
    "refused": [_ANY_OBJECT],
}
_ENCRYPTED_RECEIPT: Final[Mapping[str, Any]] = {
    **_COMMON,
    "privacy": _text("paillier", "paillier"),
    "turn": _UINT32,
    "set": {
        "key_hash": _HASH,
        "votes_needed": _UINT32,
        "entries": [
            {
                **dict.fromkeys(("place", "weight", "votes"), _UINT32),
                **dict.fromkeys(("root", "content_id"), _HASH),
                "trainer": _ADDRESS,
                "accepted": _FLAG,
            }
        ],
        **dict.fromkeys(("sum", "opened", "model"), _OrNone(_HASH)),
    },
    "earned": dict.fromkeys(
        ("updates", "attestations", "sharings", "sums", "results", "share_of_slashes", "total"), _AMOUNT
    ),
}


def is_of_encrypted(receipt: Any) -> bool:
    """Whether a receipt says that it is of an encrypted task."""
    return isinstance(receipt, dict) and "privacy" in receipt


def parse_receipt(text: str) -> Any:
    """Read JSON that nests no deeper than a receipt does.

    Raises:
        ConfigError: it nests deeper.
        ValueError: it is no JSON.
    """
    try:
        return read_json(text, deepest=_DEEPEST)
    except TooDeep as problem:
        raise _broken(str(problem)) from None


def require_form(receipt: Any) -> None:
    """Make sure that every field is there, and of its kind.

    Args:
        receipt: what JSON held.

    Raises:
        ConfigError: a field is missing, of another kind, or beyond what the contracts can hold.
    """
    _require(receipt, _ENCRYPTED_RECEIPT if is_of_encrypted(receipt) else _RECEIPT, "")


def shown(value: Any) -> str:
    """A value of a receipt in a message: as JSON, which has no control characters, and not too long."""
    text = json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _broken(what: str) -> ConfigError:
    return ConfigError(f"the receipt is broken: {what}; give what `fl receipt --json` printed")


def _require(value: Any, form: Any, where: str) -> None:
    if isinstance(form, _OrNone):
        if value is None:
            return
        form = form.form
    if isinstance(form, _Kind):
        if not form.fits(value):
            raise _broken(f"{where} is {shown(value)}, not {form.what}")
    elif isinstance(form, list):
        if not isinstance(value, list):
            raise _broken(f"{where} is {shown(value)}, not a list")
        for place, one in enumerate(value):
            _require(one, form[0], f"{where}[{place}]")
    else:
        if not isinstance(value, dict):
            raise _broken(f"{where or 'it'} is {shown(value)}, not an object")
        for name, inner in form.items():
            path = f"{where}.{name}" if where else name
            if name not in value:
                raise _broken(f"it has no {path}")
            _require(value[name], inner, path)
