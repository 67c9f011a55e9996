"""Of a tree whose bytes nobody shows, what is shown leads to the chunk that is wrong."""

from collections.abc import Sequence
from random import Random

import pytest

from fl_client.encoding.chunk_tree import ChunkTree, leaf_of
from fl_client.roles.showing import doubtful_chunk


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
