"""Several endpoints: in what order they are asked, what is tried again, and what they are told."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from fl_client.errors import ConfigError, ContentMissing, StorageError
from fl_client.storage import CHUNK_BYTES, Codec, ContentId
from fl_client.storage.addresses import Address
from fl_client.storage.ipfs import IpfsStore
from fl_client.storage.patience import Patience
from fl_client.storage.sources import Gateway, KuboDaemon
from fl_client.storage.unixfs import build_blocks, content_id_of
from tests.fl_client.storage.content import stream
from tests.fl_client.storage.kubo_stub import KuboStub

ONCE = Patience(request_seconds=20, transfer_seconds=60, attempts=1, pause_seconds=0.01)
THRICE = Patience(request_seconds=20, transfer_seconds=60, attempts=3, pause_seconds=0.01)
TREE = stream(3 * CHUNK_BYTES)


@pytest.fixture
def stubs() -> Iterator[list[KuboStub]]:
    with ExitStack() as stack:
        yield [stack.enter_context(KuboStub().running()) for _ in range(3)]


@pytest.fixture
def opened() -> Iterator[list[IpfsStore]]:
    stores: list[IpfsStore] = []
    yield stores
    for store in stores:
        store.close()


def store_of(
    opened: list[IpfsStore],
    daemons: list[KuboStub],
    gateways: list[KuboStub] | None = None,
    patience: Patience = ONCE,
) -> IpfsStore:
    opened.append(
        IpfsStore(
            [KuboDaemon(Address.parse(one.url)) for one in daemons],
            [Gateway(Address.parse(one.url)) for one in gateways or []],
            patience=patience,
            random=Random(1),
        )
    )
    return opened[-1]


def give(stub: KuboStub, data: bytes) -> ContentId:
    for block in build_blocks(data):
        stub.blocks[block.content_id.cid] = block.data
    return block.content_id


def test_a_get_takes_the_first_endpoint_that_sends_it(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    content_id = give(stubs[1], TREE)
    give(stubs[2], TREE)
    assert store_of(opened, stubs).get(content_id, max_bytes=len(TREE)) == TREE
    assert stubs[0].asked == [f"block/get {content_id}"], "asked once, not once a block"
    assert len(stubs[1].asked) == 4
    assert stubs[2].asked == []


def test_an_endpoint_that_fails_in_the_middle_is_replaced_there(
    stubs: list[KuboStub], opened: list[IpfsStore]
) -> None:
    content_id = give(stubs[0], TREE)
    give(stubs[1], TREE)
    stubs[0].blocks[list(build_blocks(TREE))[1].content_id.cid] = b"a lie"
    assert store_of(opened, stubs[:2]).get(content_id, max_bytes=len(TREE)) == TREE
    assert len(stubs[0].asked) == 3  # the root, the first leaf, and the wrong one
    assert len(stubs[1].asked) == 2  # that one and the last


def test_gateways_are_asked_after_daemons(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    content_id = give(stubs[2], TREE)
    assert store_of(opened, stubs[:1], stubs[1:]).get(content_id, max_bytes=len(TREE)) == TREE
    assert stubs[0].asked == [f"block/get {content_id}"]
    assert stubs[1].asked == [f"ipfs {content_id}"]
    assert len(stubs[2].asked) == 4


def test_the_error_says_what_each_endpoint_did(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    content_id = give(stubs[0], b"something")
    stubs[0].faults["block/get"] = "wrong_bytes"
    stubs[1].faults["block/get"] = "busy"
    with pytest.raises(StorageError) as caught:
        store_of(opened, stubs[:2], stubs[2:]).get(content_id, max_bytes=9)
    assert str(caught.value) == (
        f"cannot get {content_id}: {stubs[0].url} sent other bytes than {content_id} names; "
        f"{stubs[1].url} answered HTTP 429 (slow down); {stubs[2].url} does not have it"
    )
    assert not isinstance(caught.value, ContentMissing), "one of them may well have it"


def test_content_is_missing_only_when_every_endpoint_says_so(
    stubs: list[KuboStub], opened: list[IpfsStore]
) -> None:
    content_id = ContentId.from_digest(bytes(32), 1)
    with pytest.raises(ContentMissing) as caught:
        store_of(opened, stubs[:2], stubs[2:]).get(content_id, max_bytes=1)
    assert all(stub.url in str(caught.value) for stub in stubs)


def test_a_bad_endpoint_is_asked_last_for_a_while(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    patience = Patience(request_seconds=20, transfer_seconds=60, attempts=1, rest_seconds=1.5)
    store = store_of(opened, stubs[:2], patience=patience)
    content_id = give(stubs[1], b"something")
    stubs[0].faults["*"] = "broken"
    store.get(content_id, max_bytes=9)
    store.get(content_id, max_bytes=9)
    assert len(stubs[0].asked) == 1
    time.sleep(1.6)
    store.get(content_id, max_bytes=9)
    assert len(stubs[0].asked) == 2


def test_an_endpoint_that_only_lacks_it_stays_first(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    store = store_of(opened, stubs[:2])
    content_id = give(stubs[1], b"something")
    store.get(content_id, max_bytes=9)
    store.get(content_id, max_bytes=9)
    assert len(stubs[0].asked) == 2


def test_a_resting_endpoint_is_still_asked_when_the_others_fail(
    stubs: list[KuboStub], opened: list[IpfsStore]
) -> None:
    store = store_of(opened, stubs[:2])
    stubs[0].faults["*"] = "broken"
    store.put(b"x")
    stubs[0].faults.clear()
    stubs[1].faults["*"] = "broken"
    content_id = store.put(b"y")
    assert stubs[0].blocks[content_id.cid] == b"y"


@pytest.mark.parametrize("fault", ["broken", "busy", "truncated", "hang_up"])
def test_what_may_pass_is_tried_again(stubs: list[KuboStub], opened: list[IpfsStore], fault: str) -> None:
    stubs[0].faults["*"], stubs[0].times = fault, 2
    store = store_of(opened, stubs[:1], patience=THRICE)
    content_id = store.put(b"something")
    assert stubs[0].asked == ["add"] * 3
    stubs[0].times = 2
    assert store.get(content_id, max_bytes=9) == b"something"


@pytest.mark.parametrize("fault", ["wrong_bytes", "page", "forbidden", "redirect", "gzip", "flood"])
def test_what_will_not_pass_is_not_tried_again(
    stubs: list[KuboStub], opened: list[IpfsStore], fault: str
) -> None:
    content_id = give(stubs[0], b"something")
    stubs[0].faults["*"] = fault
    with pytest.raises(StorageError):
        store_of(opened, stubs[:1], patience=THRICE).get(content_id, max_bytes=9)
    assert len(stubs[0].asked) == 1


def test_retries_end_with_the_transfer(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    stubs[0].faults["*"] = "broken"
    patience = Patience(request_seconds=1, transfer_seconds=1, attempts=1000, pause_seconds=0.2)
    began = time.monotonic()
    with pytest.raises(StorageError, match="answered HTTP 500"):
        store_of(opened, stubs[:1], patience=patience).put(b"x")
    assert time.monotonic() - began < 5
    assert 2 <= len(stubs[0].asked) <= 10


def test_who_was_not_asked_in_time_is_said_too(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    stubs[0].faults["*"] = "silent"
    patience = Patience(request_seconds=0.5, transfer_seconds=0.5, attempts=1)
    with pytest.raises(StorageError, match=f"{stubs[1].url} was not asked: the time was over"):
        store_of(opened, stubs[:2], patience=patience).get(ContentId.from_digest(bytes(32), 1), max_bytes=1)
    assert stubs[1].asked == []


def test_content_goes_to_the_first_daemon_that_takes_it_and_is_pinned_there(
    stubs: list[KuboStub], opened: list[IpfsStore]
) -> None:
    stubs[0].faults["add"] = "full"
    content_id = store_of(opened, stubs).put(TREE)
    assert stubs[1].pins == {content_id.cid}
    assert stubs[0].asked == stubs[1].asked == ["add"]
    assert stubs[2].asked == []


def test_gateways_take_nothing(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    store = store_of(opened, [], stubs[:1])
    assert not store.writable
    with pytest.raises(StorageError, match="no endpoint is named that could"):
        store.put(b"x")
    assert stubs[0].asked == []


def test_has_believes_no_silence(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    store, content_id = store_of(opened, stubs[:2]), give(stubs[1], TREE)
    stubs[0].faults["*"] = "broken"
    assert store.has(content_id), "the second one has it"
    with pytest.raises(StorageError, match=f"cannot tell where .* {stubs[0].url} answered HTTP 500"):
        store.has(content_id_of(b"unknown", Codec.RAW))
    stubs[0].faults.clear()
    assert not store.has(content_id_of(b"unknown", Codec.RAW))


def test_pin_finds_the_daemon_that_has_it_and_unpin_tells_all(
    stubs: list[KuboStub], opened: list[IpfsStore]
) -> None:
    store, content_id = store_of(opened, stubs), give(stubs[1], TREE)
    store.pin(content_id)
    assert [stub.pins for stub in stubs] == [set(), {content_id.cid}, set()]
    store.unpin(content_id)
    store.unpin(content_id)
    assert [stub.pins for stub in stubs] == [set(), set(), set()]
    with pytest.raises(ContentMissing, match="cannot pin"):
        store.pin(content_id_of(b"unknown", Codec.RAW))


def test_a_daemon_with_defaults_of_its_own_is_told_every_option(
    stubs: list[KuboStub], opened: list[IpfsStore]
) -> None:
    """The stub answers another id, as Kubo does, when one of the options is left to its defaults."""
    assert store_of(opened, stubs[:1]).put(TREE).cid in stubs[0].blocks


def test_threads_share_a_store_and_not_their_limits(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    store = store_of(opened, stubs[:1])
    contents = [stream(size) for size in range(200_000, 600_000, 50_000)]

    def there_and_back(data: bytes) -> bool:
        return store.get(store.put(data), max_bytes=len(data)) == data

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(there_and_back, contents))


def test_credentials_of_the_address_are_sent(stubs: list[KuboStub], opened: list[IpfsStore]) -> None:
    plain = stubs[0].url
    for url, sent in [
        (plain.replace("//", "//me:se%2Fcret@"), "Basic bWU6c2UvY3JldA=="),
        (plain.replace("//", "//:token@"), "Bearer token"),
        (plain, ""),
    ]:
        for source in (KuboDaemon(Address.parse(url)), Gateway(Address.parse(url))):
            limits = ONCE.for_request(ONCE.deadline())
            assert source.block(give(stubs[0], b"something"), limits) == b"something"
            assert stubs[0].authorization == sent
            source.close()


def test_netrc_and_proxies_do_not_reach_a_daemon_on_this_machine(
    stubs: list[KuboStub], opened: list[IpfsStore], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", stubs[1].url)
    store_of(opened, stubs[:1]).put(b"x")
    assert stubs[0].authorization == ""
    assert stubs[1].asked == []


def test_a_proxy_of_the_environment_is_used_within_the_same_limits(
    stubs: list[KuboStub], opened: list[IpfsStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", stubs[0].url)
    hasty = Patience(request_seconds=0.8, transfer_seconds=1.2, attempts=1)
    content_id = give(stubs[0], b"something")
    for patience in (ONCE, hasty):
        gateway = Gateway(Address.parse("http://gateway.invalid"))
        opened.append(IpfsStore([], [gateway], patience=patience))
    assert opened[0].get(content_id, max_bytes=9) == b"something"
    stubs[0].faults["ipfs"] = "drip"
    began = time.monotonic()
    with pytest.raises(StorageError, match="was not done when its time was over"):
        opened[1].get(content_id, max_bytes=9)
    assert time.monotonic() - began < 8


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_limits_hold_under_tls(
    opened: list[IpfsStore], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    hasty = Patience(request_seconds=0.8, transfer_seconds=1.2, attempts=1)
    with KuboStub(certificate, key).running() as stub:
        address = Address.parse(stub.url.replace("http://127.0.0.1", "https://localhost"))
        for patience in (ONCE, hasty):
            opened.append(IpfsStore([KuboDaemon(address)], patience=patience))
        content_id = opened[0].put(TREE)
        assert opened[0].get(content_id, max_bytes=len(TREE)) == TREE
        for fault, words in [("drip", "was not done"), ("silent", "sent nothing"), ("deaf", "took nothing")]:
            stub.faults["*"] = fault
            began = time.monotonic()
            with pytest.raises(StorageError, match=f"{address} {words}"):
                opened[1].put(stream(9_000_000)) if fault == "deaf" else opened[1].get(
                    content_id, max_bytes=10**9
                )
            assert time.monotonic() - began < 8


def test_a_store_without_endpoints_is_refused() -> None:
    with pytest.raises(ConfigError, match="name one"):
        IpfsStore([], [])


@pytest.mark.parametrize(
    "wrong",
    [{"attempts": 0}, {"request_seconds": 0}, {"transfer_seconds": float("inf")}, {"rest_seconds": -1}],
)
def test_impossible_patience_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Patience(**wrong)  # type: ignore[arg-type]
