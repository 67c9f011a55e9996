"""What goes out of a store and what stays: shared blocks, unknown ones, interrupted runs, other processes."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from fl_client.errors import StorageError
from fl_client.storage import CHUNK_BYTES, ContentId, LocalStore, prune_store
from tests.fl_client.storage.content import stream

LARGE = 3 * CHUNK_BYTES + 7
TWO_LEVELS = 175 * CHUNK_BYTES


def names(store: LocalStore) -> set[str]:
    return {path.name for path in store.folder.iterdir()}


def blocks(store: LocalStore, content: ContentId) -> set[str]:
    return {block.cid for block in store.blocks_of(content)}


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "content")


def test_finished_contents_go_and_needed_ones_stay_whole(store: LocalStore) -> None:
    kept, gone = store.put(stream(LARGE)), store.put(stream(LARGE)[::-1])
    size = sum((store.folder / name).stat().st_size for name in blocks(store, gone))
    pruned = prune_store(store, needed=[kept], finished=[gone])
    assert store.get(kept, max_bytes=LARGE) == stream(LARGE)
    assert names(store) == blocks(store, kept)
    assert (pruned.freed_bytes, pruned.freed_blocks) == (size, 5)
    assert pruned.kept_bytes == sum(store.sizes().values())


def test_a_block_that_a_needed_content_shares_stays(store: LocalStore) -> None:
    kept = store.put(stream(LARGE))
    gone = store.put(stream(LARGE)[: 2 * CHUNK_BYTES] + b"another end")
    pruned = prune_store(store, needed=[kept], finished=[gone])
    assert store.get(kept, max_bytes=LARGE) == stream(LARGE)
    assert pruned.freed_blocks == 2  # its last leaf and its root


def test_a_content_that_is_needed_and_finished_stays(store: LocalStore) -> None:
    both = store.put(stream(LARGE))
    assert prune_store(store, needed=[both], finished=[both]).freed_blocks == 0
    assert store.has(both)


def test_an_unknown_block_stays_unless_told(store: LocalStore) -> None:
    stranger, gone = store.put(b"whose is it?"), store.put(b"old")
    (store.folder / ".new-crashed").write_bytes(b"half a bl")
    first = prune_store(store, needed=[], finished=[gone])
    assert names(store) == {stranger.cid, ".new-crashed"}
    assert (first.unknown_blocks, first.unknown_bytes) == (2, 12 + 9)
    second = prune_store(store, needed=[], finished=[gone], all_unknown=True)
    assert names(store) == set()
    assert (second.freed_blocks, second.unknown_blocks) == (2, 0)


def test_a_dry_run_counts_and_deletes_nothing(store: LocalStore) -> None:
    gone = store.put(stream(LARGE))
    store.put(b"unknown")
    before = names(store)
    dry = prune_store(store, needed=[], finished=[gone], all_unknown=True, dry_run=True)
    assert names(store) == before
    assert prune_store(store, needed=[], finished=[gone], all_unknown=True) == dry


@pytest.mark.parametrize("size", [1, LARGE, TWO_LEVELS])
def test_an_interrupted_run_leaves_nothing_that_the_next_one_cannot_find(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    gone, other = store.put(stream(size)), store.put(stream(LARGE + 1)[::-1])
    total, remove = len(names(store)), LocalStore.remove
    for survivors in range(0, total, max(1, total // 7)):
        left = survivors

        def dies(self: LocalStore, name: str) -> None:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            remove(self, name)

        monkeypatch.setattr(LocalStore, "remove", dies)
        with pytest.raises(KeyboardInterrupt):
            prune_store(store, needed=[], finished=[gone, other])
        monkeypatch.setattr(LocalStore, "remove", remove)
        found = prune_store(store, needed=[], finished=[gone, other], dry_run=True)
        assert found.unknown_blocks == 0
        store.put(stream(size))
        store.put(stream(LARGE + 1)[::-1])
    prune_store(store, needed=[], finished=[gone, other])
    assert names(store) == set()


def test_pruning_again_frees_nothing_more(store: LocalStore) -> None:
    gone = store.put(stream(LARGE))
    prune_store(store, needed=[], finished=[gone])
    assert prune_store(store, needed=[], finished=[gone]).freed_blocks == 0


def test_an_altered_node_does_not_stop_it(store: LocalStore) -> None:
    gone, kept = store.put(stream(LARGE)), store.put(b"kept")
    (store.folder / gone.cid).write_bytes(b"no node")
    pruned = prune_store(store, needed=[kept], finished=[gone])
    # Nobody can tell any more whose its leaves were.
    assert (pruned.freed_blocks, pruned.unknown_blocks) == (1, 4)


def test_a_store_that_somebody_writes_to_is_refused(store: LocalStore) -> None:
    gone = store.put(b"old")
    writer = os.open(store.folder, os.O_RDONLY)
    fcntl.flock(writer, fcntl.LOCK_SH)  # as a put in another process holds it
    try:
        with pytest.raises(StorageError, match="another process is writing"):
            prune_store(store, needed=[], finished=[gone])
        assert store.has(gone)
        store.put(b"writers do not wait for each other")
    finally:
        os.close(writer)
    assert prune_store(store, needed=[], finished=[gone]).freed_blocks == 1
