"""The contract of stores, held by each kind of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fl_client.storage import Codec, ContentId, LocalStore
from fl_client.storage.addresses import Address
from fl_client.storage.ipfs import IpfsStore
from fl_client.storage.layered import LayeredStore
from fl_client.storage.patience import Patience
from fl_client.storage.sources import KuboDaemon
from fl_client.storage.unixfs import build_blocks, content_id_of
from tests.fl_client.storage.content import stream
from tests.fl_client.storage.contract import TWO_LEVELS, DeepStoreContract, StoreContract
from tests.fl_client.storage.kubo_stub import KuboStub

PATIENT = Patience(request_seconds=20, transfer_seconds=60, pause_seconds=0.01)


@dataclass(frozen=True)
class Folder:
    store: LocalStore

    def plant(self, block: bytes, codec: Codec) -> ContentId:
        content_id = content_id_of(block, codec)
        (self.store.folder / content_id.cid).write_bytes(block)
        return content_id

    def drop(self, content_id: ContentId) -> None:
        (self.store.folder / content_id.cid).unlink()


@dataclass(frozen=True)
class Daemon:
    store: IpfsStore
    stub: KuboStub

    def plant(self, block: bytes, codec: Codec) -> ContentId:
        return self.stub.plant(block, codec)

    def drop(self, content_id: ContentId) -> None:
        del self.stub.blocks[content_id.cid]


@dataclass(frozen=True)
class Layered:
    store: LayeredStore
    stub: KuboStub

    def plant(self, block: bytes, codec: Codec) -> ContentId:
        return self.stub.plant(block, codec)

    def drop(self, content_id: ContentId) -> None:
        del self.stub.blocks[content_id.cid]
        (self.store.local.folder / content_id.cid).unlink()


@pytest.fixture
def stub() -> Iterator[KuboStub]:
    with KuboStub().running() as stub:
        yield stub


def test_the_longest_content_of_the_contract_has_two_levels_of_nodes() -> None:
    assert len(list(build_blocks(stream(TWO_LEVELS)))) == 175 + 2 + 1


class TestFolder(DeepStoreContract):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Folder:
        return Folder(LocalStore(tmp_path / "content"))


class TestDaemon(DeepStoreContract):
    @pytest.fixture
    def backend(self, stub: KuboStub) -> Iterator[Daemon]:
        store = IpfsStore([KuboDaemon(Address.parse(stub.multiaddr))], patience=PATIENT)
        yield Daemon(store, stub)
        store.close()


class TestFolderBeforeDaemon(StoreContract):
    @pytest.fixture
    def backend(self, stub: KuboStub, tmp_path: Path) -> Iterator[Layered]:
        remote = IpfsStore([KuboDaemon(Address.parse(stub.url))], patience=PATIENT)
        yield Layered(LayeredStore(LocalStore(tmp_path / "content"), remote), stub)
        remote.close()


class TestDaemonBeforeFolder(StoreContract):
    """The folder is emptied before each get, so that everything comes from the daemon and through the folder."""

    @pytest.fixture
    def backend(self, stub: KuboStub, tmp_path: Path) -> Iterator[Daemon]:
        remote = IpfsStore([KuboDaemon(Address.parse(stub.url))], patience=PATIENT)
        yield Daemon(_Forgetful(LocalStore(tmp_path / "content"), remote), stub)  # type: ignore[arg-type]
        remote.close()


class _Forgetful(LayeredStore):
    def get(self, content_id: ContentId, *, max_bytes: int) -> bytes:
        self._empty()
        return super().get(content_id, max_bytes=max_bytes)

    def has(self, content_id: ContentId) -> bool:
        self._empty()
        return super().has(content_id)

    def _empty(self) -> None:
        for name in self.local.sizes():
            self.local.remove(name)
