"""The shared vectors: inputs and expected results for every implementation of the encoding.

``write()`` renews ``tests/data/encoding_vectors.json``; a test fails while the file is out of date.
Integers are decimal strings, since many JSON readers stop at 2^53; bytes are hex with 0x.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from tests.parity import reference

FILE: Final = Path(__file__).parent.parent / "data" / "encoding_vectors.json"

LIMIT: Final = 2**31 - 1
UINT32: Final = 2**32 - 1

UPDATE_FIELDS: Final = {
    "task": "address",
    "round": "uint32",
    "attempt": "uint32",
    "baseModel": "bytes32",
    "trainer": "address",
    "commitment": "bytes32",
    "contentId": "bytes32",
    "report": "uint64",
    "salt": "bytes32",
}


def shared_vectors() -> dict[str, Any]:
    """Return the whole content of the file."""
    return {
        "trees": [_tree(*case) for case in _tree_cases()],
        "updates": [_update(*case) for case in _update_cases()],
        "means": [_mean(*case) for case in _mean_cases()],
        "medians": [_median(*case) for case in _median_cases()],
        "trimmedMeans": [_trimmed_mean(*case) for case in _trimmed_mean_cases()],
    }


def shared_text() -> str:
    """Return the file's text."""
    return json.dumps(shared_vectors(), indent=1) + "\n"


def write() -> None:
    """Renew the file."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(shared_text())


def _tree_cases() -> list[tuple[str, list[int], int, int, list[int]]]:
    """Name, values, kind, fraction bits, and the chunks whose paths are given."""
    return [
        ("one coordinate", [-5], 2, 20, [0]),
        ("one zero", [0], 1, 0, [0]),
        ("one full chunk", list(range(-32, 32)), 1, 20, [0]),
        ("one coordinate more than a chunk", [7] * 65, 2, 20, [0, 1]),
        ("three chunks, one leaf of padding", [(-1) ** i * i * i for i in range(150)], 2, 16, [0, 2]),
        ("five chunks, a subtree of padding", [3 * i - 400 for i in range(300)], 1, 30, [0, 3, 4]),
        ("largest magnitudes", [LIMIT if i % 3 else -LIMIT for i in range(129)], 2, 20, [1, 2]),
    ]


def _tree(name: str, values: list[int], kind: int, fraction_bits: int, shown: list[int]) -> dict[str, Any]:
    tree = reference.levels(values)
    root = tree[-1][0]
    parts = reference.chunks(values)
    return {
        "name": name,
        "dimension": len(values),
        "kind": kind,
        "fractionBits": fraction_bits,
        "values": values,
        "depth": len(tree) - 1,
        "rootHash": _hex(root[0]),
        "rootSum": str(root[1]),
        "commitment": _hex(reference.commitment(root, len(values), kind, fraction_bits)),
        "paths": [
            {
                "index": index,
                "chunk": _hex(parts[index]),
                "leafHash": _hex(tree[0][index][0]),
                "leafSum": str(tree[0][index][1]),
                "siblings": [
                    {"hash": _hex(hash_), "sum": str(total)} for hash_, total in reference.path(tree, index)
                ],
            }
            for index in shown
        ],
    }


def _update_cases() -> list[tuple[int, dict[str, Any]]]:
    def word(text: str) -> str:
        return _hex(keccak(text=text))

    task = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
    trainer = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    ordinary = {
        "task": task,
        "round": 1,
        "attempt": 0,
        "baseModel": word("base"),
        "trainer": trainer,
        "commitment": word("commitment"),
        "contentId": word("content"),
        "report": 1_500 << 32 | 600,
        "salt": word("salt"),
    }
    zeros = "0x" + "00" * 32
    extreme = {
        "task": trainer,
        "round": UINT32,
        "attempt": UINT32,
        "baseModel": zeros,
        "trainer": task,
        "commitment": "0x" + "ff" * 32,
        "contentId": zeros,
        "report": 2**64 - 1,
        "salt": zeros,
    }
    return [(1337, ordinary), (1, ordinary), (1337, ordinary | {"attempt": 1}), (2**64, extreme)]


def _update(chain_id: int, message: dict[str, Any]) -> dict[str, Any]:
    signable = encode_typed_data(
        full_message={
            "types": {
                "EIP712Domain": [
                    {"name": "name", "type": "string"},
                    {"name": "version", "type": "string"},
                    {"name": "chainId", "type": "uint256"},
                    {"name": "verifyingContract", "type": "address"},
                ],
                "Update": [{"name": name, "type": kind} for name, kind in UPDATE_FIELDS.items()],
            },
            "primaryType": "Update",
            "domain": {
                "name": "Gradbond",
                "version": "1",
                "chainId": chain_id,
                "verifyingContract": message["task"],
            },
            "message": message,
        }
    )
    digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
    return {"chainId": str(chain_id), "message": message, "digest": _hex(digest)}


def _mean_cases() -> list[tuple[str, list[int], list[int], int]]:
    return [
        ("one update", [17], [1], 100),
        ("positive tie goes up", [1, 2], [1, 1], 0),
        ("negative tie goes down", [-1, -2], [1, 1], 0),
        ("just under a tie", [0, 1, 0, 0, 1], [1, 1, 1, 1, 1], 0),
        ("just over a negative tie", [0, -1, -1], [1, 1, 1], 0),
        ("weights count", [100, -50], [3, 7], 5),
        ("a weight of zero leaves its update out", [100, LIMIT], [4, 0], 5),
        ("all weights zero", [9, 9], [0, 0], -3),
        ("clamped above", [LIMIT, LIMIT], [1, 2], LIMIT),
        ("clamped below", [-LIMIT, -LIMIT], [1, 2], -LIMIT),
        ("from one end to the other", [LIMIT, LIMIT], [5, 6], -LIMIT),
        ("largest allowed sum of weights", [LIMIT, LIMIT - 1, -LIMIT], [2**31, 2**31 - 1, 0], -LIMIT),
        ("three inflated sample counts", [LIMIT, LIMIT, LIMIT - 1], [UINT32, UINT32 - 1, UINT32], -LIMIT),
        ("inflated, negative", [-LIMIT, -LIMIT, 1 - LIMIT], [UINT32, UINT32 - 1, UINT32], 0),
    ]


def _mean(name: str, column: list[int], weights: list[int], base: int) -> dict[str, Any]:
    return {
        "name": name,
        "updates": column,
        "weights": weights,
        "base": base,
        "expected": reference.mean(column, weights, base),
    }


def _median_cases() -> list[tuple[str, list[int], list[int], int]]:
    return [
        ("one update", [17], [1], 100),
        ("two updates, positive tie goes up", [1, 2], [1, 1], 0),
        ("two updates, negative tie goes down", [-1, -2], [1, 1], 0),
        ("two updates, the mean of opposite ends is zero", [LIMIT, -LIMIT], [1, 1], 5),
        ("three updates in falling order", [9, 4, -2], [1, 1, 1], 10),
        ("four updates, tie across zero", [-4, 3, -900, 900], [1, 1, 1, 1], 0),
        ("four updates, no tie", [5, 1, 3, 100], [1, 1, 1, 1], -7),
        ("five updates, one far away", [10, 12, 11, LIMIT, 9], [1, 1, 1, 1, 1], 0),
        ("all equal, even", [-6, -6, -6, -6], [1, 2, 3, 4], 1),
        ("all equal, odd", [6, 6, 6], [1, 2, 3], 1),
        ("pairs of equal values", [2, 7, 2, 7, 7, 2], [1] * 6, 0),
        ("sample counts do not count", [1, 2, 3], [UINT32, 1, 1], 0),
        ("a weight of zero leaves its update out", [1, 2, 900, 3], [5, 5, 0, 5], 0),
        ("weights of zero make the number even", [4, 9, -100], [1, 1, 0], 0),
        ("all weights zero", [9, 9], [0, 0], -3),
        ("no updates", [], [], 17),
        ("clamped above", [LIMIT, LIMIT, -LIMIT], [1, 1, 1], 1),
        ("clamped below", [-LIMIT, -LIMIT, LIMIT], [1, 1, 1], -1),
        ("from one end to the other", [LIMIT, LIMIT], [5, 6], -LIMIT),
        ("extremes and their neighbours", [LIMIT, LIMIT - 1, LIMIT, LIMIT - 1], [1] * 4, -LIMIT),
        ("negative extremes and their neighbours", [-LIMIT, 1 - LIMIT, -LIMIT, 1 - LIMIT], [1] * 4, LIMIT),
        ("128 updates", [(-1) ** i * i * i for i in range(128)], [1] * 128, 3),
    ]


def _median(name: str, column: list[int], weights: list[int], base: int) -> dict[str, Any]:
    expected = reference.median(column, weights, base)
    return {"name": name, "updates": column, "weights": weights, "base": base, "expected": expected}


def _trimmed_mean_cases() -> list[tuple[str, list[int], list[int], int, int]]:
    """Name, values, weights, old value and the share a side in ten-thousandths."""
    return [
        ("one update, largest share", [17], [1], 100, 4_999),
        ("two updates, largest share, positive tie goes up", [1, 2], [1, 1], 0, 4_999),
        ("two updates, largest share, negative tie goes down", [-1, -2], [1, 1], 0, 4_999),
        ("three updates, none dropped just below a third", [9, 0, -90], [1, 1, 1], 0, 3_333),
        ("three updates, the middle one just above a third", [9, 0, -90], [1, 1, 1], 0, 3_334),
        ("share of zero drops none", [LIMIT, 1, 2, 3, -5], [1] * 5, 0, 0),
        ("five updates, one a side just at a fifth", [LIMIT, 1, 2, 5, -LIMIT], [1] * 5, 0, 2_000),
        ("five updates, none a side just below a fifth", [LIMIT, 1, 2, 5, -LIMIT], [1] * 5, 0, 1_999),
        ("largest share of five is the median", [9, 7, 30, -4, 8], [1] * 5, 0, 4_999),
        ("largest share of six is the middle pair", [9, 7, 30, -4, 8, 0], [1] * 6, 0, 4_999),
        ("four in the middle, just under a tie", [-50, 0, 0, 1, 0, 99], [1] * 6, 0, 1_700),
        ("four in the middle, positive tie", [-50, 0, 1, 1, 0, 99], [1] * 6, 0, 1_700),
        ("four in the middle, negative tie", [50, 0, -1, -1, 0, -99], [1] * 6, 0, 1_700),
        ("all equal", [-6] * 7, [1, 2, 3, 4, 5, 6, 7], 1, 2_500),
        ("equal values at the cut", [3, 3, 3, 9, 9, 9], [1] * 6, 0, 2_000),
        ("sample counts do not count", [1, 2, 6], [UINT32, 1, 1], 0, 0),
        ("a weight of zero leaves its update out", [1, 2, 900, 3, 8], [5, 5, 0, 5, 5], 0, 2_500),
        ("weights of zero lower the number dropped", [1, 2, 900, 3, 8], [5, 5, 0, 5, 5], 0, 2_000),
        ("all weights zero", [9, 9], [0, 0], -3, 1_000),
        ("no updates", [], [], 17, 1_000),
        ("clamped above", [LIMIT] * 4, [1] * 4, 1, 2_500),
        ("clamped below", [-LIMIT] * 4, [1] * 4, -1, 2_500),
        ("from one end to the other", [LIMIT] * 3, [1] * 3, -LIMIT, 0),
        (
            "extremes and their neighbours",
            [LIMIT, LIMIT - 1, LIMIT, LIMIT - 1, -LIMIT],
            [1] * 5,
            -LIMIT,
            2_000,
        ),
        ("128 updates, an eighth a side", [(-1) ** i * i * i for i in range(128)], [1] * 128, 3, 1_250),
        ("128 updates, largest share", [(-1) ** i * i * i for i in range(128)], [1] * 128, 3, 4_999),
    ]


def _trimmed_mean(name: str, column: list[int], weights: list[int], base: int, bps: int) -> dict[str, Any]:
    return {
        "name": name,
        "updates": column,
        "weights": weights,
        "base": base,
        "argument": bps,
        "expected": reference.trimmed_mean(column, weights, base, bps),
    }


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
