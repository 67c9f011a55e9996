"""A nonce that was found is not lost before its transaction is sent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fl_client.encoding import VectorFormat, VectorKind
from fl_client.roles.search import NonceSearch
from fl_client.rounds import seal_vector
from fl_client.sealing import EASIEST, Puzzle, work_of
from fl_client.types import Address, Bytes32

PUZZLE = Puzzle(
    chain_id=1,
    policy=Address(f"0x{1:040x}"),
    task=Address(f"0x{2:040x}"),
    round=1,
    turn=1,
    proposal=0,
    set_hash=Bytes32(bytes(32)),
    model=Bytes32(bytes(32)),
    sealer=Address(f"0x{3:040x}"),
)


def search(puzzle: Puzzle = PUZZLE) -> NonceSearch:
    vector = np.zeros(64, dtype=np.int32)
    form = VectorFormat(kind=VectorKind.MODEL, fraction_bits=20, dimension=64)
    return NonceSearch(puzzle, vector, seal_vector(vector, form), pace=1_000)


def test_a_nonce_that_was_found_is_given_again() -> None:
    """As where a disk was full, or a node gone, between it and its transaction."""
    looked = search()
    target = EASIEST // 50
    first = next(found for found in iter(lambda: looked.look(target), object()) if found is not None)
    tried = looked.tried
    assert looked.look(target) == first and looked.tried == tried
    assert work_of(PUZZLE, first) < target


def test_a_target_that_has_become_harder_asks_for_another() -> None:
    looked = search(replace(PUZZLE, round=2))
    first = looked.look(EASIEST)
    assert first is not None
    harder = work_of(looked.puzzle, first)
    second = next(found for found in iter(lambda: looked.look(harder), object()) if found is not None)
    assert second != first and work_of(looked.puzzle, second) < harder
