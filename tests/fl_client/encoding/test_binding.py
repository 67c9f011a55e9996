"""What a statement of an encrypted task is bound to: the words that its contract hashes, each of which counts."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak

from fl_client.encoding.binding import statement_binding
from fl_client.types import Address, Bytes32

TASK, ACCOUNT = Address("0x" + "1A" * 20), Address("0x" + "2b" * 20)
WORDS = {
    "chain_id": 31337,
    "task": TASK,
    "round_": 3,
    "turn": 5,
    "account": ACCOUNT,
    "place": 2,
    "key_hash": Bytes32(bytes(range(32))),
}


def word(value: int | str | bytes) -> bytes:
    """32 bytes, numbers and addresses to the right."""
    if isinstance(value, str):
        value = int(value, 16)
    return value.to_bytes(32, "big") if isinstance(value, int) else value


def test_it_is_the_hash_of_the_words_in_their_order() -> None:
    domain = keccak(text="Gradbond.EncryptedStatement")
    assert statement_binding(**WORDS) == keccak(domain + b"".join(map(word, WORDS.values())))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("chain_id", 1),
        ("task", ACCOUNT),
        ("round_", 4),
        ("turn", 6),
        ("account", TASK),
        ("place", 3),
        ("key_hash", Bytes32(bytes(32))),
    ],
)
def test_every_word_counts(name: str, other: int | str | bytes) -> None:
    assert statement_binding(**(WORDS | {name: other})) != statement_binding(**WORDS)  # type: ignore[arg-type]
