"""The store in a folder: whole, checked, bounded, and safe beside other processes."""

from __future__ import annotations

import multiprocessing
from hashlib import sha256
from pathlib import Path

import pytest
from dag.codecs import dag_pb

from fl_client.errors import ContentAltered, ContentMissing, StorageError
from fl_client.storage import CHUNK_BYTES, Codec, ContentId, LocalStore
from fl_client.storage.unixfs import Child, content_id_of, encode_node
from tests.fl_client.storage.content import stream

TWO_LEVELS = 174 * CHUNK_BYTES + 5


def overwrite(store: LocalStore, content_id: ContentId, data: bytes) -> None:
    (store.folder / content_id.cid).write_bytes(data)


def plant(store: LocalStore, block: bytes, codec: Codec = Codec.DAG_PB) -> ContentId:
    """Put a block of any kind under its right name, as a hostile peer could."""
    content_id = content_id_of(block, codec)
    overwrite(store, content_id, block)
    return content_id


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "content")


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, TWO_LEVELS])
def test_get_returns_what_was_put(store: LocalStore, size: int) -> None:
    assert store.get(store.put(stream(size)), max_bytes=size) == stream(size)


def test_put_twice_gives_the_same_id_and_files(store: LocalStore) -> None:
    first = store.put(stream(600_000))
    files = sorted(store.folder.iterdir())
    assert store.put(stream(600_000)) == first
    assert sorted(store.folder.iterdir()) == files


def test_put_mends_a_broken_block(store: LocalStore) -> None:
    content_id = store.put(b"whole")
    overwrite(store, content_id, b"holes")
    store.put(b"whole")
    assert store.get(content_id, max_bytes=5) == b"whole"


def test_no_temporary_file_stays(store: LocalStore) -> None:
    store.put(stream(600_000))
    assert all(path.name.startswith("baf") for path in store.folder.iterdir())


def test_blocks_of_lists_every_file(store: LocalStore) -> None:
    content_id = store.put(stream(TWO_LEVELS))
    names = {block.cid for block in store.blocks_of(content_id)}
    assert names == {path.name for path in store.folder.iterdir()}
    assert store.blocks_of(content_id)[0] == content_id


def test_missing_content_names_its_cid(store: LocalStore) -> None:
    content_id = ContentId.from_digest(sha256(b"nowhere").digest(), 7)
    with pytest.raises(ContentMissing, match=content_id.cid):
        store.get(content_id, max_bytes=7)


def test_missing_leaf_names_its_cid(store: LocalStore) -> None:
    content_id = store.put(stream(600_000))
    leaf = store.blocks_of(content_id)[2]
    (store.folder / leaf.cid).unlink()
    with pytest.raises(ContentMissing, match=leaf.cid):
        store.get(content_id, max_bytes=600_000)


def test_has_is_false_when_one_leaf_is_missing(store: LocalStore) -> None:
    content_id = store.put(stream(600_000))
    assert store.has(content_id)
    (store.folder / store.blocks_of(content_id)[3].cid).unlink()
    assert not store.has(content_id)


def test_altered_leaf_names_its_cid(store: LocalStore) -> None:
    content_id = store.put(stream(600_000))
    leaf = store.blocks_of(content_id)[1]
    overwrite(store, leaf, bytes(CHUNK_BYTES))
    with pytest.raises(ContentAltered, match=leaf.cid):
        store.get(content_id, max_bytes=600_000)


def test_altered_root_names_its_cid(store: LocalStore) -> None:
    content_id = store.put(stream(600_000))
    overwrite(store, content_id, b"\x0a\x00")
    with pytest.raises(ContentAltered, match=content_id.cid):
        store.get(content_id, max_bytes=600_000)


def test_raw_content_over_the_cap_is_refused(store: LocalStore) -> None:
    content_id = store.put(bytes(10))
    with pytest.raises(StorageError, match="10 bytes, more than the 9"):
        store.get(content_id, max_bytes=9)


def test_tree_over_the_cap_is_refused_before_a_leaf_is_read(store: LocalStore) -> None:
    content_id = store.put(stream(600_000))
    for block in store.blocks_of(content_id)[1:]:
        (store.folder / block.cid).unlink()
    with pytest.raises(StorageError, match="600000 bytes, more than the 599999"):
        store.get(content_id, max_bytes=599_999)


def test_file_longer_than_a_block_is_altered(store: LocalStore) -> None:
    content_id = store.put(b"short")
    overwrite(store, content_id, bytes(CHUNK_BYTES + 1))
    with pytest.raises(ContentAltered, match=content_id.cid):
        store.get(content_id, max_bytes=10**9)


def test_node_with_another_chunk_size_is_refused(store: LocalStore) -> None:
    leaves = [stream(CHUNK_BYTES - 1), stream(2)]
    children = [
        Child(content_id=plant(store, leaf, Codec.RAW), file_bytes=len(leaf), tree_bytes=len(leaf))
        for leaf in leaves
    ]
    root = plant(store, encode_node(children))
    with pytest.raises(ContentAltered, match=root.cid):
        store.get(root, max_bytes=10**9)


def test_node_that_claims_one_chunk_is_refused(store: LocalStore) -> None:
    leaf = Child(content_id=plant(store, b"x", Codec.RAW), file_bytes=1, tree_bytes=1)
    root = plant(store, encode_node([leaf]))
    with pytest.raises(ContentAltered, match="never holds"):
        store.get(root, max_bytes=10**9)


def test_node_with_named_links_is_refused(store: LocalStore) -> None:
    root = store.put(stream(CHUNK_BYTES + 1))
    decoded = dag_pb.decode((store.folder / root.cid).read_bytes())
    for link in decoded["Links"]:
        link["Name"] = "file"
    named = plant(store, dag_pb.encode(decoded))
    with pytest.raises(ContentAltered, match=named.cid):
        store.get(named, max_bytes=10**9)


def test_node_with_trailing_fields_is_refused(store: LocalStore) -> None:
    root = store.put(stream(CHUNK_BYTES + 1))
    longer = plant(store, (store.folder / root.cid).read_bytes() + b"\x18\x01")
    with pytest.raises(ContentAltered, match=longer.cid):
        store.get(longer, max_bytes=10**9)


def test_node_of_a_directory_is_refused(store: LocalStore) -> None:
    root = plant(store, dag_pb.encode(dag_pb.PBNode(data=b"\x08\x01", links=[])))
    with pytest.raises(ContentAltered, match="not a file's node"):
        store.get(root, max_bytes=10**9)


def test_node_that_links_to_itself_in_size_is_refused(store: LocalStore) -> None:
    """A tree whose claimed size needs more levels than any disk holds."""
    deep = Child(content_id=ContentId.from_digest(bytes(32), 10**9), file_bytes=2**62, tree_bytes=1)
    root = plant(store, encode_node([deep]))
    with pytest.raises(ContentAltered, match=root.cid):
        store.get(root, max_bytes=2**63)


@pytest.mark.parametrize("block", [b"", b"\xff" * 40, b"\x12\x05abc", b"\x0a\x04\x08\x02\x18\xff"])
def test_bytes_that_are_no_node_are_refused(store: LocalStore, block: bytes) -> None:
    root = plant(store, block)
    with pytest.raises(ContentAltered, match=root.cid):
        store.get(root, max_bytes=10**9)


def test_find_completes_a_digest_from_the_chain(store: LocalStore) -> None:
    content_id = store.put(stream(300_000))
    assert store.find(content_id.digest, 300_000) == content_id


def test_find_tells_that_content_is_missing(store: LocalStore) -> None:
    with pytest.raises(ContentMissing, match="12 bytes"):
        store.find(sha256(b"elsewhere").digest(), 12)


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot make the store"):
        LocalStore(tmp_path / "file" / "store")


def _put_many(folder: Path) -> None:
    for _ in range(5):
        LocalStore(folder).put(stream(600_000))


def test_processes_may_put_the_same_content_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_put_many, args=(tmp_path,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    content_id = LocalStore(tmp_path).put(stream(600_000))
    assert LocalStore(tmp_path).get(content_id, max_bytes=600_000) == stream(600_000)
    assert len(list(tmp_path.iterdir())) == 4
