"""Of a tree whose bytes nobody shows, what is shown leads to the chunk that is wrong."""

import tracemalloc
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from eth_abi.abi import encode as abi_encode

from fl_client.chain.contracts.encrypted import StatementKind
from fl_client.encoding import MerkleSumTree
from fl_client.encoding.chunk_tree import ChunkTree, leaf_of
from fl_client.privacy.paillier.statements import ResultFile
from fl_client.roles.showing import TYPES, ModelPaths, doubtful_chunk, path_shown, shown_model


def tree(count: int, wrong: int | None = None) -> ChunkTree:
    return ChunkTree([leaf_of(bytes([index, index == wrong])) for index in range(count)])


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64, 200])
def test_few_questions_find_the_one_wrong_chunk(count: int) -> None:
    for seed in range(8):
        chance = Random(seed)
        wrong = chance.randrange(count)
        mine, theirs = tree(count), tree(count, wrong)
        shown: list[tuple[int, Sequence[bytes]]] = []
        while (asked := doubtful_chunk(mine, shown, chance.choice)) != wrong:
            assert asked is not None
            shown.append((asked, theirs.path(asked)))
        assert len(shown) <= mine.depth


def test_where_everything_was_shown_nothing_is_doubtful() -> None:
    mine, theirs = tree(2), tree(2)
    shown = [(chunk, theirs.path(chunk)) for chunk in range(2)]
    assert doubtful_chunk(mine, shown, lambda left: left[0]) is None


@pytest.mark.parametrize("count", [1, 2, 5, 64, 200])
def test_few_questions_find_the_one_wrong_chunk_of_a_model(count: int) -> None:
    result, chance = ResultFile(64, (1,) * (3 * count), (1,) * (3 * count)), Random(count)
    for _ in range(4):
        wrong = chance.randrange(count)
        right = np.arange(64 * count, dtype=np.int32)
        other = right.copy()
        other[64 * wrong + 5] += 1
        mine = ModelPaths(MerkleSumTree.build(right))
        shown: list[tuple[int, Sequence[bytes]]] = []
        while (asked := doubtful_chunk(mine, shown, chance.choice)) != wrong:
            assert asked is not None
            path = path_shown(StatementKind.MODEL, shown_model(other, right, result, 24, asked))
            assert path is not None
            shown.append((asked, path))
        assert len(shown) <= mine.tree.depth


@pytest.mark.parametrize("count", [3, 5, 6, 7, 200])
def test_the_first_question_shows_that_all_padding_is_padding(count: int) -> None:
    mine = tree(count)
    asked = doubtful_chunk(mine, [], lambda left: left[0])
    assert asked is not None
    beside = {(level, asked >> level ^ 1) for level in range(mine.depth)}
    assert beside >= {
        (level, (count - 1 >> level) + 1) for level in range(mine.depth) if (count - 1 >> level) % 2 == 0
    }
    assert asked == count - 1


def shown_sum_of(path: list[bytes], paths: list[list[bytes]]) -> bytes:
    return abi_encode(TYPES[StatementKind.SUM], (b"key", b"sum", path, [], [], paths))


def test_a_path_is_found_whatever_an_author_pads_its_proof_with() -> None:
    path = [bytes([1]) * 32, bytes([2]) * 32]
    proof = bytearray(shown_sum_of(path, []))
    proof[proof.find(b"sum") + 20] = 7
    assert path_shown(StatementKind.SUM, bytes(proof)) == tuple(path)


def test_a_list_that_grows_when_it_is_read_is_not_read() -> None:
    """Two thousand offsets that all lead to one list of two thousand words."""
    path, count = [bytes([1]) * 32], 2_000
    proof = shown_sum_of(path, [])[:-32] + count.to_bytes(32, "big")
    proof += (32 * count).to_bytes(32, "big") * count + count.to_bytes(32, "big") + bytes(32 * count)
    tracemalloc.start()
    try:
        assert path_shown(StatementKind.SUM, proof) == tuple(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(proof)


def test_where_the_proof_of_what_was_shown_is_not_known_it_is_not_asked_for_again() -> None:
    assert doubtful_chunk(tree(2), [(0, ())], lambda left: left[0]) == 1
