"""The balanced UnixFS tree of ``ipfs add --cid-version=1 --raw-leaves``, written and walked strictly.

Source: https://specs.ipfs.tech/unixfs/ and https://ipld.io/specs/codecs/dag-pb/spec/.
The shape is a function of the content's length alone, so a walk knows every size before it reads a block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import varint
from dag.codecs import dag_pb

from fl_client.errors import ContentAltered, StorageError
from fl_client.storage.cid import CHUNK_BYTES, Codec, ContentId
from fl_client.types import Bytes32

MAX_LINKS: Final = 174
"""Links of one node in Kubo's default layout."""

MAX_NODE_BYTES: Final = 16_384
"""Upper bound of an encoded node: 174 links of at most 57 bytes and their sizes stay below it."""

MAX_LEVELS: Final = 8
"""Levels above the leaves that are ever walked; 174^8 chunks exceed any disk."""

_FILE_PREFIX: Final = b"\x08\x02\x18"  # UnixFS Data: Type = File, then the tag of filesize


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One link of a node.

    Attributes:
        content_id: the linked block.
        file_bytes: bytes of the file below it.
        tree_bytes: bytes of all blocks below it, itself included (DAG-PB's Tsize).
    """

    content_id: ContentId
    file_bytes: int
    tree_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block's id and bytes."""

    content_id: ContentId
    data: bytes


def content_id_of(block: bytes, codec: Codec) -> ContentId:
    """The id of a block."""
    return ContentId(digest=Bytes32(sha256(block).digest()), codec=codec)


def encode_node(children: Sequence[Child]) -> bytes:
    """Write a DAG-PB node whose UnixFS part holds only the sizes (data is in the leaves).

    Args:
        children: 1 to 174 links, in file order.

    Returns:
        The block's bytes.
    """
    sizes = b"".join(b"\x20" + bytes(varint.encode(child.file_bytes)) for child in children)
    total = bytes(varint.encode(sum(child.file_bytes for child in children)))
    links = [dag_pb.PBLink(hash=child.content_id.link, name="", tsize=child.tree_bytes) for child in children]
    return bytes(dag_pb.encode(dag_pb.PBNode(data=_FILE_PREFIX + total + sizes, links=links)))


def build_blocks(data: bytes) -> Iterator[Block]:
    """Cut content into blocks, each after the ones that it links to; the last one is the root.

    Args:
        data: the content, any length.

    Yields:
        Raw leaves of at most 262,144 bytes and DAG-PB nodes of at most 174 links.
    """
    level: list[Child] = []
    for offset in range(0, max(len(data), 1), CHUNK_BYTES):
        leaf = bytes(data[offset : offset + CHUNK_BYTES])
        block = Block(content_id=content_id_of(leaf, Codec.RAW), data=leaf)
        level.append(Child(content_id=block.content_id, file_bytes=len(leaf), tree_bytes=len(leaf)))
        yield block
    while len(level) > 1:
        above: list[Child] = []
        for first in range(0, len(level), MAX_LINKS):
            children = level[first : first + MAX_LINKS]
            node = encode_node(children)
            block = Block(content_id=content_id_of(node, Codec.DAG_PB), data=node)
            above.append(
                Child(
                    content_id=block.content_id,
                    file_bytes=sum(child.file_bytes for child in children),
                    tree_bytes=len(node) + sum(child.tree_bytes for child in children),
                )
            )
            yield block
        level = above


def plan(
    root: ContentId, read: Callable[[ContentId, int], bytes], *, max_bytes: int
) -> Iterator[ContentId | Child]:
    """Walk a tree's nodes from the root down, trusting nothing but the root's digest.

    Args:
        root: a content with a dag-pb root.
        read: fetches one block; it may stop one byte after the limit that is its second argument.
        max_bytes: content that claims to be longer is refused before anything below the root is read.

    Yields:
        Each node's id, checked, before its children; each leaf as a ``Child``, not read yet, in file order.

    Raises:
        ContentMissing: a node is not there (raised by ``read``).
        ContentAltered: a node is not what its id or its place in the tree says.
        StorageError: the content is longer than ``max_bytes``.
    """
    block = _fetch(root, read, MAX_NODE_BYTES)
    size = _declared_size(block)
    if size > max_bytes:
        raise StorageError(f"{root} claims {size} bytes, more than the {max_bytes} that are allowed here")
    levels, capacity = 1, CHUNK_BYTES * MAX_LINKS
    while capacity < size:
        levels, capacity = levels + 1, capacity * MAX_LINKS
    if size <= CHUNK_BYTES or levels > MAX_LEVELS:
        raise ContentAltered(f"{root} claims {size} bytes, which a tree of this kind never holds")
    yield from _plan_node(block, size, levels, read)


def children_of(node: ContentId, read: Callable[[ContentId, int], bytes]) -> tuple[Child, ...]:
    """The links of one node, root or not; none below a raw block.

    Raises:
        ContentMissing: the node is not there (raised by ``read``).
        ContentAltered: it is no node of a balanced tree.
    """
    if node.codec is Codec.RAW:
        return ()
    block = _fetch(node, read, MAX_NODE_BYTES)
    size, capacity, codec = _declared_size(block), CHUNK_BYTES, Codec.RAW
    while capacity * MAX_LINKS < size:
        capacity, codec = capacity * MAX_LINKS, Codec.DAG_PB
    return tuple(_children(block, size, capacity, codec))


def read_content(root: ContentId, read: Callable[[ContentId, int], bytes], *, max_bytes: int) -> bytes:
    """Read a whole content through ``read``, every block checked before the next one is asked for.

    Raises:
        ContentMissing: a block is not there (raised by ``read``).
        ContentAltered: a block is not what its id or its place in the tree says.
        StorageError: the content is longer than ``max_bytes``.
    """
    if root.codec is Codec.RAW:
        data = _fetch(root, read, CHUNK_BYTES).data
        if len(data) > max_bytes:
            raise StorageError(f"{root} has {len(data)} bytes, more than the {max_bytes} allowed here")
        return data
    leaves: list[bytes] = []
    for part in plan(root, read, max_bytes=max_bytes):
        if isinstance(part, Child):
            leaf = _fetch(part.content_id, read, part.file_bytes).data
            if len(leaf) != part.file_bytes:
                raise ContentAltered(
                    f"{part.content_id} has {len(leaf)} bytes where {root} says {part.file_bytes}"
                )
            leaves.append(leaf)
    return b"".join(leaves)


def _plan_node(
    block: Block, size: int, levels: int, read: Callable[[ContentId, int], bytes]
) -> Iterator[ContentId | Child]:
    """Walk below a checked node; ``levels`` counts from 1, just above the leaves."""
    yield block.content_id
    capacity = CHUNK_BYTES * MAX_LINKS ** (levels - 1)
    children = _children(block, size, capacity, Codec.RAW if levels == 1 else Codec.DAG_PB)
    if levels == 1:
        yield from children
        return
    for child in children:
        below = _fetch(child.content_id, read, MAX_NODE_BYTES)
        yield from _plan_node(below, child.file_bytes, levels - 1, read)


def _fetch(content_id: ContentId, read: Callable[[ContentId, int], bytes], limit: int) -> Block:
    """Read one block and hold it against its id."""
    data = read(content_id, limit)
    if len(data) > limit or sha256(data).digest() != content_id.digest:
        raise ContentAltered(f"the bytes found for {content_id} do not hash to it: fetch them from elsewhere")
    return Block(content_id=content_id, data=data)


def _declared_size(block: Block) -> int:
    """The file length that a node states, read from its UnixFS part."""
    data = _decode(block)["Data"] or b""
    if not data.startswith(_FILE_PREFIX):
        raise ContentAltered(f"{block.content_id} is not a file's node (no UnixFS file size)")
    try:
        return int(varint.decode_bytes(data[len(_FILE_PREFIX) :]))
    except (EOFError, TypeError, ValueError) as problem:
        raise ContentAltered(f"{block.content_id} states no readable file size") from problem


def _children(block: Block, size: int, capacity: int, codec: Codec) -> list[Child]:
    """The links of a node that must hold ``size`` bytes in children of ``capacity`` each.

    Encoding the result again must give the block: this one comparison refuses foreign fields, names,
    sizes, orders and non-minimal numbers.
    """
    links = _decode(block)["Links"]
    sizes = [min(capacity, size - first) for first in range(0, size, capacity)]
    try:
        children = [
            Child(content_id=ContentId.from_link(link["Hash"]), file_bytes=held, tree_bytes=link["Tsize"])
            for link, held in zip(links, sizes, strict=True)
        ]
        same = encode_node(children) == block.data
    except (ContentAltered, StorageError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ContentAltered(f"{block.content_id} is not a balanced node of {size} bytes") from problem
    if not same or any(child.content_id.codec is not codec for child in children):
        raise ContentAltered(f"{block.content_id} is not the node that Kubo builds for {size} bytes")
    return children


def _decode(block: Block) -> dict[str, Any]:
    try:
        decoded: dict[str, Any] = dag_pb.decode(block.data)
    except Exception as problem:  # the decoder meets hostile bytes here and raises many kinds
        raise ContentAltered(f"{block.content_id} is not a DAG-PB node") from problem
    return decoded
