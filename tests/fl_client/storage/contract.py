"""What every store of content holds to, whatever is behind it."""

from __future__ import annotations

from hashlib import sha256
from typing import Protocol

import pytest
from dag.codecs import dag_pb

from fl_client.errors import ContentAltered, ContentMissing, StorageError
from fl_client.storage import CHUNK_BYTES, Codec, ContentId, ContentStore
from fl_client.storage.unixfs import Block, Child, build_blocks, encode_node
from tests.fl_client.storage.content import stream

TWO_LEVELS = 174 * CHUNK_BYTES + 5


class Backend(Protocol):
    """A store, and a hand behind it."""

    @property
    def store(self) -> ContentStore: ...

    def plant(self, block: bytes, codec: Codec) -> ContentId:
        """Put a block of any kind under its right name, as a hostile peer could."""
        ...

    def drop(self, content_id: ContentId) -> None:
        """Take one block away wherever the store has it."""
        ...


def blocks_of(data: bytes) -> list[Block]:
    """The root first, then the rest from the end to the beginning."""
    return list(build_blocks(data))[::-1]


class StoreContract:
    """Tests of one kind of store; a subclass gives the ``backend``."""

    salt = b""
    """Makes the content new to a daemon that has seen an earlier run."""

    def content(self, size: int) -> bytes:
        return (self.salt + stream(size))[:size]

    @pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
    def test_get_returns_what_was_put(self, backend: Backend, size: int) -> None:
        content_id = backend.store.put(self.content(size))
        assert backend.store.get(content_id, max_bytes=size) == self.content(size)

    @pytest.mark.parametrize("size", [0, CHUNK_BYTES, 600_000])
    def test_the_id_is_the_one_that_the_bytes_imply(self, backend: Backend, size: int) -> None:
        expected = blocks_of(self.content(size))[0].content_id
        assert backend.store.put(self.content(size)) == expected
        assert backend.store.put(self.content(size)) == expected

    def test_has_is_true_after_put(self, backend: Backend) -> None:
        assert backend.store.has(backend.store.put(self.content(600_000)))
        assert backend.store.has(backend.store.put(self.content(7)))

    def test_missing_content_names_its_cid(self, backend: Backend) -> None:
        content_id = ContentId.from_digest(sha256(b"nowhere").digest(), 7)
        with pytest.raises(ContentMissing, match=content_id.cid):
            backend.store.get(content_id, max_bytes=7)
        assert not backend.store.has(content_id)

    def test_missing_leaf_names_its_cid(self, backend: Backend) -> None:
        content_id = backend.store.put(self.content(600_000))
        leaf = blocks_of(self.content(600_000))[2].content_id
        backend.drop(leaf)
        with pytest.raises(ContentMissing, match=leaf.cid):
            backend.store.get(content_id, max_bytes=600_000)

    def test_has_is_false_when_one_leaf_is_missing(self, backend: Backend) -> None:
        content_id = backend.store.put(self.content(600_001))
        backend.drop(blocks_of(self.content(600_001))[3].content_id)
        assert not backend.store.has(content_id)

    def test_put_mends_what_is_missing(self, backend: Backend) -> None:
        content_id = backend.store.put(self.content(600_002))
        backend.drop(blocks_of(self.content(600_002))[1].content_id)
        backend.store.put(self.content(600_002))
        assert backend.store.get(content_id, max_bytes=600_002) == self.content(600_002)

    def test_raw_content_over_the_cap_is_refused(self, backend: Backend) -> None:
        content_id = backend.store.put(self.content(10))
        with pytest.raises(StorageError, match="10 bytes, more than the 9"):
            backend.store.get(content_id, max_bytes=9)

    def test_tree_over_the_cap_is_refused_before_a_leaf_is_read(self, backend: Backend) -> None:
        content_id = backend.store.put(self.content(600_003))
        for block in blocks_of(self.content(600_003))[1:]:
            backend.drop(block.content_id)
        with pytest.raises(StorageError, match="600003 bytes, more than the 600002"):
            backend.store.get(content_id, max_bytes=600_002)

    def test_node_with_another_chunk_size_is_refused(self, backend: Backend) -> None:
        leaves = [stream(CHUNK_BYTES - 1), stream(2)]
        children = [
            Child(content_id=backend.plant(leaf, Codec.RAW), file_bytes=len(leaf), tree_bytes=len(leaf))
            for leaf in leaves
        ]
        self.refused(backend, encode_node(children))

    def test_leaf_longer_than_its_node_says_is_refused(self, backend: Backend) -> None:
        sizes = [CHUNK_BYTES, 1]
        children = [
            Child(content_id=backend.plant(stream(size + 1), Codec.RAW), file_bytes=size, tree_bytes=size)
            for size in sizes
        ]
        root = backend.plant(encode_node(children), Codec.DAG_PB)
        with pytest.raises(ContentAltered):
            backend.store.get(root, max_bytes=10**9)

    def test_node_that_claims_one_chunk_is_refused(self, backend: Backend) -> None:
        leaf = Child(content_id=backend.plant(b"x", Codec.RAW), file_bytes=1, tree_bytes=1)
        self.refused(backend, encode_node([leaf]), "never holds")

    def test_node_with_named_links_is_refused(self, backend: Backend) -> None:
        decoded = dag_pb.decode(blocks_of(stream(CHUNK_BYTES + 1))[0].data)
        for link in decoded["Links"]:
            link["Name"] = "file"
        self.refused(backend, dag_pb.encode(decoded))

    def test_node_with_trailing_fields_is_refused(self, backend: Backend) -> None:
        self.refused(backend, blocks_of(stream(CHUNK_BYTES + 1))[0].data + b"\x18\x01")

    def test_node_of_a_directory_is_refused(self, backend: Backend) -> None:
        self.refused(backend, dag_pb.encode(dag_pb.PBNode(data=b"\x08\x01", links=[])), "not a file's node")

    def test_node_that_claims_more_than_any_disk_holds_is_refused(self, backend: Backend) -> None:
        deep = Child(content_id=ContentId.from_digest(bytes(32), 10**9), file_bytes=2**62, tree_bytes=1)
        self.refused(backend, encode_node([deep]))

    @pytest.mark.parametrize("block", [b"", b"\xff" * 40, b"\x12\x05abc", b"\x0a\x04\x08\x02\x18\xff"])
    def test_bytes_that_are_no_node_are_refused(self, backend: Backend, block: bytes) -> None:
        self.refused(backend, block)

    def refused(self, backend: Backend, block: bytes, why: str = "") -> None:
        root = backend.plant(block, Codec.DAG_PB)
        with pytest.raises(ContentAltered, match=root.cid) as caught:
            backend.store.get(root, max_bytes=2**63)
        assert why in str(caught.value)


class DeepStoreContract(StoreContract):
    """The same, with a content whose tree has two levels of nodes (45 MB)."""

    def test_get_returns_a_content_of_two_levels(self, backend: Backend) -> None:
        content_id = backend.store.put(self.content(TWO_LEVELS))
        assert backend.store.get(content_id, max_bytes=TWO_LEVELS) == self.content(TWO_LEVELS)
