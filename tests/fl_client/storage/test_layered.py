"""A folder in front of IPFS: what is safe when, and what is tried again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from fl_client.errors import ConfigError, ContentMissing, ContentUnpublished, StorageError
from fl_client.storage import CHUNK_BYTES, LocalStore, StoreSettings, open_store, prune_store
from fl_client.storage.layered import LayeredStore
from tests.fl_client.storage.content import stream
from tests.fl_client.storage.kubo_stub import KuboStub

TREE = stream(3 * CHUNK_BYTES)


@pytest.fixture
def stub() -> Iterator[KuboStub]:
    with KuboStub().running() as stub:
        yield stub


@pytest.fixture
def store(stub: KuboStub, tmp_path: Path) -> Iterator[LayeredStore]:
    opened = open_store(
        StoreSettings(folder=tmp_path / "content", ipfs=(stub.url,), attempts=1, timeout_seconds=20)
    )
    assert isinstance(opened, LayeredStore)
    yield opened
    opened.close()


def test_what_was_put_is_in_both_places(store: LayeredStore, stub: KuboStub) -> None:
    content_id = store.put(TREE)
    assert store.local.get(content_id, max_bytes=len(TREE)) == TREE
    assert stub.pins == {content_id.cid}
    assert store.unpublished() == ()


def test_the_folder_is_read_without_a_request(store: LayeredStore, stub: KuboStub) -> None:
    content_id = store.put(TREE)
    stub.asked.clear()
    assert store.get(content_id, max_bytes=len(TREE)) == TREE
    assert store.has(content_id)
    assert stub.asked == []


def test_what_was_fetched_stays(store: LayeredStore, stub: KuboStub) -> None:
    content_id = store.remote.put(TREE)
    assert not store.local.has(content_id)
    assert store.get(content_id, max_bytes=len(TREE)) == TREE
    assert store.local.get(content_id, max_bytes=len(TREE)) == TREE


def test_bytes_that_are_not_verified_do_not_get_into_the_folder(store: LayeredStore, stub: KuboStub) -> None:
    content_id = store.remote.put(TREE)
    stub.faults["block/get"] = "wrong_bytes"
    with pytest.raises(StorageError, match="sent other bytes"):
        store.get(content_id, max_bytes=len(TREE))
    assert store.local.sizes() == {}


def test_a_damaged_copy_is_fetched_anew_and_mended(
    store: LayeredStore, caplog: pytest.LogCaptureFixture
) -> None:
    content_id = store.put(TREE)
    (store.local.folder / content_id.cid).write_bytes(b"rot")
    with caplog.at_level(logging.WARNING):
        assert store.get(content_id, max_bytes=len(TREE)) == TREE
    assert "fetched anew" in caplog.text
    assert store.local.get(content_id, max_bytes=len(TREE)) == TREE


def test_a_disk_that_refuses_does_not_keep_fetched_content_from_its_reader(
    store: LayeredStore, stub: KuboStub, caplog: pytest.LogCaptureFixture
) -> None:
    content_id = store.remote.put(b"something")
    store.local.folder.rename(store.local.folder.with_name("gone"))
    with caplog.at_level(logging.WARNING):
        assert store.get(content_id, max_bytes=9) == b"something"
    assert "fetched but not kept" in caplog.text


def test_content_is_safe_when_no_daemon_takes_it(store: LayeredStore, stub: KuboStub) -> None:
    stub.faults["add"] = "broken"
    with pytest.raises(ContentUnpublished) as caught:
        store.put(TREE)
    (content_id,) = store.unpublished()
    message = str(caught.value)
    assert f"{content_id} is safe in {store.local.folder} but not published" in message
    assert f"{stub.url} answered HTTP 500" in message
    assert "republish" in message
    assert store.get(content_id, max_bytes=len(TREE)) == TREE


def test_a_later_put_publishes_it(store: LayeredStore, stub: KuboStub) -> None:
    stub.faults["add"], stub.times = "broken", 1
    with pytest.raises(ContentUnpublished):
        store.put(TREE)
    content_id = store.put(TREE)
    assert stub.pins == {content_id.cid}
    assert store.unpublished() == ()


def test_republish_works_in_another_process(store: LayeredStore, stub: KuboStub) -> None:
    stub.faults["add"] = "broken"
    for data in (TREE, b"another"):
        with pytest.raises(ContentUnpublished):
            store.put(data)
    with pytest.raises(ContentUnpublished, match="answered HTTP 500"):
        store.republish()
    stub.faults.clear()
    again = open_store(StoreSettings(folder=store.local.folder, ipfs=(stub.url,)))
    assert isinstance(again, LayeredStore)
    done = again.republish()
    assert {one.cid for one in done} == stub.pins
    assert len(done) == 2
    assert again.republish() == ()
    again.close()


def test_what_was_pruned_is_not_published_for_ever(store: LayeredStore, stub: KuboStub) -> None:
    stub.faults["add"] = "broken"
    with pytest.raises(ContentUnpublished):
        store.put(TREE)
    (content_id,) = store.unpublished()
    prune_store(store.local, needed=[], finished=[content_id])
    assert store.republish() == ()
    assert store.unpublished() == ()


def test_prune_does_not_see_the_notes_of_what_is_unpublished(store: LayeredStore, stub: KuboStub) -> None:
    stub.faults["add"] = "broken"
    with pytest.raises(ContentUnpublished):
        store.put(TREE)
    prune_store(store.local, needed=store.unpublished(), finished=[], all_unknown=True)
    stub.faults.clear()
    assert len(store.republish()) == 1


def test_foreign_files_among_the_notes_are_left_alone(store: LayeredStore) -> None:
    (store.local.folder / ".unpublished").mkdir()
    (store.local.folder / ".unpublished" / "README").touch()
    assert store.unpublished() == store.republish() == ()


def test_a_disk_that_refuses_sends_nothing(store: LayeredStore, stub: KuboStub) -> None:
    store.local.folder.rename(store.local.folder.with_name("gone"))
    with pytest.raises(StorageError, match="cannot write to the store"):
        store.put(b"x")
    assert stub.asked == []


def test_with_gateways_alone_a_put_stays_in_the_folder(stub: KuboStub, tmp_path: Path) -> None:
    store = open_store(StoreSettings(folder=tmp_path, gateways=(stub.url,), attempts=1))
    assert isinstance(store, LayeredStore)
    content_id = store.put(TREE)
    assert stub.asked == []
    assert store.unpublished() == store.republish() == ()
    for block in list(store.local.sizes()):
        stub.blocks[block] = (tmp_path / block).read_bytes()
        store.local.remove(block)
    assert store.get(content_id, max_bytes=len(TREE)) == TREE
    store.close()


def test_a_folder_alone_is_opened_as_one(tmp_path: Path) -> None:
    assert isinstance(open_store(StoreSettings(folder=tmp_path)), LocalStore)


def test_missing_everywhere_names_the_endpoints(store: LayeredStore, stub: KuboStub) -> None:
    content_id = LocalStore(store.local.folder.with_name("other")).put(b"elsewhere")
    with pytest.raises(ContentMissing, match=f"{content_id}.*{stub.url} does not have it"):
        store.get(content_id, max_bytes=9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ipfs": ("localhost:5001",)},
        {"gateways": ("https://:hunter22@gw.example?x=1",)},
        {"timeout_seconds": 0},
        {"transfer_seconds": float("nan")},
        {"rest_seconds": -1.0},
        {"attempts": 0},
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(wrong: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        StoreSettings(folder=tmp_path / "never made", **wrong)  # type: ignore[arg-type]
    assert "hunter22" not in str(caught.value)


def test_settings_do_not_show_keys(tmp_path: Path) -> None:
    settings = StoreSettings(
        folder=tmp_path, ipfs=("https://me:hunter22@a.example",), gateways=("https://:hunter22@b.example",)
    )
    assert "hunter22" not in repr(settings)
