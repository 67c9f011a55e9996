"""The contract of stores, held by an IPFS daemon that nobody here wrote (`make test-ipfs`)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import requests

from fl_client.errors import StorageError
from fl_client.storage import Codec, ContentId, StoreSettings, open_store
from fl_client.storage.addresses import Address
from fl_client.storage.ipfs import IpfsStore
from fl_client.storage.layered import LayeredStore
from fl_client.storage.patience import Patience
from fl_client.storage.sources import Gateway, KuboDaemon
from fl_client.storage.unixfs import content_id_of
from tests.fl_client.storage import js_ipfs
from tests.fl_client.storage.content import stream
from tests.fl_client.storage.contract import DeepStoreContract

pytestmark = [pytest.mark.daemon, js_ipfs.needed]
# js-ipfs looks for a missing block as long as it is allowed to.
PATIENT = Patience(request_seconds=4, transfer_seconds=120, attempts=2)
SALT = secrets.token_bytes(16)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[js_ipfs.Daemon]:
    if js_ipfs.ADDRESS:
        yield js_ipfs.Daemon(rpc=js_ipfs.ADDRESS)
        return
    with js_ipfs.running(tmp_path_factory.mktemp("ipfs")) as started:
        yield started


class RememberingStore(IpfsStore):
    """Knows what it put, so that a test takes nobody else's pins away."""

    def put(self, data: bytes) -> ContentId:
        content_id = super().put(data)
        self.mine = [*getattr(self, "mine", []), content_id]
        return content_id


@dataclass(frozen=True)
class RealDaemon:
    store: RememberingStore
    rpc: str

    def plant(self, block: bytes, codec: Codec) -> ContentId:
        options = {"cid-codec": codec.value, "mhtype": "sha2-256", "pin": "false"}
        if "ipfs-core" in self._post("version", {}).json():  # js-ipfs, which has older names for them
            options = {"format": codec.value, "mhtype": "sha2-256", "version": "1", "pin": "false"}
        answer = self._post(
            "block/put", options, files={"file": ("block", block, "application/octet-stream")}
        )
        assert answer.ok, answer.text
        content_id = content_id_of(block, codec)
        assert ContentId.parse_any(answer.json()["Key"]) == content_id
        return content_id

    def drop(self, content_id: ContentId) -> None:
        while getattr(self.store, "mine", []):
            self.store.unpin(self.store.mine.pop())
        answer = self._post("block/rm", {"arg": content_id.cid})
        assert answer.ok and not answer.json().get("Error"), answer.text

    def _post(self, command: str, options: dict[str, str], **more: object) -> requests.Response:
        return requests.post(f"{self.rpc}/api/v0/{command}", params=options, timeout=20, **more)  # type: ignore[arg-type]


@pytest.fixture
def backend(daemon: js_ipfs.Daemon) -> Iterator[RealDaemon]:
    address = Address.parse(daemon.rpc)
    store = RememberingStore([KuboDaemon(address)], patience=PATIENT)
    backend = RealDaemon(store, address.url)
    yield backend
    for content_id in getattr(store, "mine", []):
        store.unpin(content_id)
    store.close()


class TestRealDaemon(DeepStoreContract):
    salt: ClassVar[bytes] = SALT


def test_the_daemon_says_what_it_is(daemon: js_ipfs.Daemon) -> None:
    source = KuboDaemon(Address.parse(daemon.rpc))
    assert source.version(PATIENT.for_request(PATIENT.deadline())).count(".") == 2
    source.close()


def test_what_one_participant_puts_another_one_gets(daemon: js_ipfs.Daemon, tmp_path: Path) -> None:
    data = SALT + stream(2_000_000)
    stores = [
        open_store(StoreSettings(folder=tmp_path / name, ipfs=(daemon.rpc,), timeout_seconds=20))
        for name in ("trainer", "aggregator")
    ]
    content_id = stores[0].put(data)
    assert stores[1].get(content_id, max_bytes=len(data)) == data
    for store in stores:
        assert isinstance(store, LayeredStore)
        assert store.local.has(content_id)
        store.remote.unpin(content_id)
        store.close()


def test_what_is_put_is_pinned_until_it_is_unpinned(backend: RealDaemon) -> None:
    content_id = backend.store.put(SALT + b"pinned")
    with pytest.raises(AssertionError, match="pinned"):
        RealDaemon(RememberingStore(backend.store._daemons), backend.rpc).drop(content_id)
    backend.store.unpin(content_id)
    backend.store.unpin(content_id)
    backend.store.pin(content_id)
    backend.drop(content_id)
    assert not backend.store.has(content_id)


def test_a_gateway_that_serves_files_instead_of_blocks_is_told_apart(
    backend: RealDaemon, daemon: js_ipfs.Daemon
) -> None:
    """js-ipfs's gateway is older than trustless ones: what is one block comes right, what is a tree does not."""
    if daemon.gateway is None:
        pytest.skip("a daemon that was named has its gateway elsewhere")
    small, large = SALT + b"small", SALT + stream(600_000)
    store = IpfsStore([], [Gateway(Address.parse(daemon.gateway))], patience=PATIENT)
    assert store.get(backend.store.put(small), max_bytes=100) == small
    with pytest.raises(StorageError, match="is it a trustless gateway"):
        store.get(backend.store.put(large), max_bytes=len(large))
    store.close()


def test_a_daemon_that_was_stopped_is_named(daemon: js_ipfs.Daemon, tmp_path: Path) -> None:
    if js_ipfs.ADDRESS:
        pytest.skip("a daemon that was named is not stopped")
    with js_ipfs.running(tmp_path) as short:
        store = IpfsStore([KuboDaemon(Address.parse(short.rpc))], patience=PATIENT)
        content_id = store.put(b"here today")
        began = time.monotonic()
    with pytest.raises(StorageError, match="accepts no connection: nothing listens there"):
        store.get(content_id, max_bytes=100)
    assert time.monotonic() - began < 60
    store.close()
