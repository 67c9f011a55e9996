"""The dissection of a model whose bytes are hidden: what the sealer opens, and where the challenger goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fl_client.encoding import MerkleSumTree, Node, VectorFormat, chunk_bytes, parent_node
from fl_client.errors import DisputeError
from fl_client.rounds import Vector

LEVELS_PER_STEP = 8
"""Levels that one answer opens (``DisputeCourt.LEVELS_PER_STEP``)."""

NODE_BYTES = 48


def levels_below(level: int) -> int:
    """How many levels the next answer opens."""
    return min(level, LEVELS_PER_STEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesAnswer:
    """What a sealer posts: the current node, and those that it opens below it, 48 bytes each."""

    current: Node
    nodes: bytes


def answer_nodes(tree: MerkleSumTree, level: int, position: int) -> NodesAnswer:
    """Open the nodes below one node of the sealer's own tree.

    Args:
        tree: of the model that it proposed.
        level: of the current node above the leaves.
        position: its place on its level.
    """
    below = levels_below(level)
    opened = tree.nodes(level - below, position << below, 1 << below)
    return NodesAnswer(
        current=tree.nodes(level, position, 1)[0], nodes=b"".join(bytes(node) for node in opened)
    )


def answer_chunk(vector: Vector, tree: MerkleSumTree, index: int) -> tuple[Node, bytes]:
    """Open one chunk of the sealer's own model: its leaf and its 256 bytes."""
    return tree.nodes(0, index, 1)[0], chunk_bytes(vector, index)


def parse_nodes(nodes: bytes) -> tuple[Node, ...]:
    """Read the nodes out of a sealer's answer.

    Raises:
        DisputeError: not a whole number of nodes.
    """
    if len(nodes) % NODE_BYTES:
        raise DisputeError(f"an answer of {len(nodes)} bytes is no list of nodes of {NODE_BYTES}")
    return tuple(
        Node(hash=nodes[start : start + 32], sum=int.from_bytes(nodes[start + 32 : start + 48], "big"))
        for start in range(0, len(nodes), NODE_BYTES)
    )


@dataclass(slots=True)
class Dissection:
    """A challenger's side of one dispute: its own tree, and all that the sealer has opened so far.

    Attributes:
        form: the model's format.
        mine: the tree of the model that the challenger computed.
        siblings: of the path found so far, from the current node up to the root.
    """

    form: VectorFormat
    mine: MerkleSumTree
    siblings: tuple[Node, ...] = ()

    def pick(self, level: int, position: int, opened: Sequence[Node]) -> tuple[int, Node, tuple[Node, ...]]:
        """Choose the first opened node that differs from the challenger's own.

        Args:
            level: of the node whose children were opened.
            position: its place on its level.
            opened: the sealer's nodes, from left to right.

        Returns:
            Its place among them, the node, and its siblings up to the node that was opened.

        Raises:
            DisputeError: nothing differs: the challenge was wrong.
        """
        below = levels_below(level)
        own = self.mine.nodes(level - below, position << below, 1 << below)
        for place, (theirs, ours) in enumerate(zip(opened, own, strict=True)):
            if theirs != ours:
                path = _siblings(opened, place)
                self.siblings = path + self.siblings
                return place, theirs, path
        raise DisputeError(
            "every node that the sealer opened equals the recomputed one: nothing to challenge"
        )

    def opening(self, claimed_sum: int, chunk: bytes) -> bytes:
        """The sealer's chunk with its whole path, once the dissection has reached it."""
        return claimed_sum.to_bytes(16, "big") + chunk + b"".join(bytes(node) for node in self.siblings)


def _siblings(row: Sequence[Node], place: int) -> tuple[Node, ...]:
    """The siblings of one node of a row, up to the row's common ancestor."""
    found = []
    level = list(row)
    while len(level) > 1:
        found.append(level[place ^ 1])
        level = [parent_node(level[i], level[i + 1]) for i in range(0, len(level), 2)]
        place >>= 1
    return tuple(found)
