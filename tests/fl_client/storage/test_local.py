"""What a store in a folder does beyond the contract: damage on the disk, and other processes."""

from __future__ import annotations

import multiprocessing
from hashlib import sha256
from pathlib import Path

import pytest

from fl_client.errors import ContentAltered, ContentMissing, StorageError
from fl_client.storage import CHUNK_BYTES, ContentId, LocalStore
from tests.fl_client.storage.content import stream

TWO_LEVELS = 174 * CHUNK_BYTES + 5


def overwrite(store: LocalStore, content_id: ContentId, data: bytes) -> None:
    (store.folder / content_id.cid).write_bytes(data)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "content")


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


def test_file_longer_than_a_block_is_altered(store: LocalStore) -> None:
    content_id = store.put(b"short")
    overwrite(store, content_id, bytes(CHUNK_BYTES + 1))
    with pytest.raises(ContentAltered, match=content_id.cid):
        store.get(content_id, max_bytes=10**9)


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
