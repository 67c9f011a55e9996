"""Each way in which a daemon or a gateway can fail: survived within its time, and named in one line."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from fl_client.errors import ContentAltered, ContentMissing, StorageError
from fl_client.storage import CHUNK_BYTES, ContentId
from fl_client.storage.addresses import Address
from fl_client.storage.ipfs import IpfsStore
from fl_client.storage.patience import Patience
from fl_client.storage.sources import MAX_BLOCK_BYTES, Gateway, KuboDaemon
from fl_client.storage.unixfs import build_blocks
from tests.fl_client.storage.content import stream
from tests.fl_client.storage.kubo_stub import KuboStub

HASTY = Patience(request_seconds=0.8, transfer_seconds=1.2, attempts=1, pause_seconds=0.01)
STEADY = Patience(request_seconds=20, transfer_seconds=60, attempts=1, pause_seconds=0.01)
SLACK_SECONDS = 8
"""What a busy machine may add; the failing stub itself would go on for 20 s and more."""

NO_RPC = "answered in another form than an IPFS daemon's RPC does"
TIMELESS = {"silent", "drip", "drip_headers"}

# (how it fails, what the error says) for every kind of request
COMMON = [
    ("silent", "sent nothing for 0."),
    ("drip", "was not done when its time was over"),
    ("drip_headers", "was not done when its time was over"),
    ("truncated", "cut its answer short"),
    ("truncated_chunk", "cut its answer short"),
    ("announced", "announced 10000000000 bytes where"),
    ("flood", "sent more than"),
    ("huge_chunk", "sent more than"),
    ("endless", "sent more than"),
    ("broken", "answered HTTP 500 (Internal Server Error)"),
    ("busy", "answered HTTP 429 (slow down)"),
    ("forbidden", "answered HTTP 403 (403 - Forbidden)"),
    ("error_flood", "answered HTTP 500 (xxx"),
    ("redirect", "answered HTTP 307 and points elsewhere"),
    ("gzip", "compressed its answer (gzip)"),
    ("hang_up", "broke the connection off"),
    ("other_protocol", "answered in no HTTP (BadStatusLine)"),
    ("header_flood", "answered in no HTTP"),
    ("nested_error", "answered HTTP 500"),
]
TO_BLOCK = [
    ("understated", "sent other bytes than"),
    ("wrong_bytes", "sent other bytes than"),
    ("page", "sent other bytes than"),
    ("empty", "sent other bytes than"),
]
TO_RPC_BLOCK = [("full", "answered HTTP 500 (write /blocks: no space left on device)")]
NOT_TO_GATEWAY = [("no_rpc", "answered HTTP 404 (404 page not found)")]
TO_ADD = [
    ("wrong_id", "stored it under another id than"),
    ("late_error", NO_RPC),
    ("two_answers", NO_RPC),
    ("understated", NO_RPC),
    ("page", NO_RPC),
    ("empty", NO_RPC),
    ("nested", NO_RPC),
    ("full", "answered HTTP 500 (write /blocks: no space left on device)"),
    ("deaf", "took nothing for 0."),
]


@pytest.fixture
def stub() -> Iterator[KuboStub]:
    with KuboStub().running() as stub:
        yield stub


@pytest.fixture
def opened() -> Iterator[list[IpfsStore]]:
    stores: list[IpfsStore] = []
    yield stores
    for store in stores:
        store.close()


def patience_for(fault: str) -> Patience:
    return HASTY if fault in TIMELESS | {"deaf"} else STEADY


def daemon_of(stub: KuboStub) -> KuboDaemon:
    return KuboDaemon(Address.parse(stub.multiaddr))


def give(stub: KuboStub, data: bytes) -> ContentId:
    """Have the stub keep content without asking it anything."""
    for block in build_blocks(data):
        stub.blocks[block.content_id.cid] = block.data
    return block.content_id


def fails(action: Callable[[], object], stub: KuboStub, words: str) -> StorageError:
    """The error of an action, which must come soon, be one line, and name the endpoint and what it did."""
    began = time.monotonic()
    with pytest.raises(StorageError) as caught:
        action()
    assert time.monotonic() - began < HASTY.transfer_seconds + SLACK_SECONDS
    message = str(caught.value)
    assert f"{stub.url} {words}" in message
    assert message.isprintable()
    assert stub.sent < MAX_BLOCK_BYTES + 12_000_000  # what was read, and what buffers of both sides hold
    return caught.value


@pytest.mark.parametrize(("fault", "words"), COMMON + TO_BLOCK + TO_RPC_BLOCK + NOT_TO_GATEWAY)
def test_a_get_from_a_daemon_survives(
    stub: KuboStub, opened: list[IpfsStore], fault: str, words: str
) -> None:
    content_id = give(stub, b"something")
    stub.faults["block/get"] = fault
    opened.append(IpfsStore([daemon_of(stub)], patience=patience_for(fault)))
    problem = fails(lambda: opened[0].get(content_id, max_bytes=9), stub, words)
    assert not isinstance(problem, (ContentMissing, ContentAltered)), (
        "an endpoint's fault is not the author's"
    )
    assert content_id.cid in str(problem)
    assert all(asked.startswith("block/get") for asked in stub.asked), "a redirect was followed"


@pytest.mark.parametrize(("fault", "words"), COMMON + TO_BLOCK)
def test_a_get_from_a_gateway_survives(
    stub: KuboStub, opened: list[IpfsStore], fault: str, words: str
) -> None:
    content_id = give(stub, b"something")
    stub.faults["ipfs"] = fault
    opened.append(IpfsStore([], [Gateway(Address.parse(stub.url))], patience=patience_for(fault)))
    problem = fails(lambda: opened[0].get(content_id, max_bytes=9), stub, words)
    assert not isinstance(problem, (ContentMissing, ContentAltered))
    assert stub.asked == [f"ipfs {content_id}"]


@pytest.mark.parametrize(("fault", "words"), COMMON + TO_ADD + NOT_TO_GATEWAY)
def test_a_put_survives(stub: KuboStub, opened: list[IpfsStore], fault: str, words: str) -> None:
    stub.faults["add"] = fault
    opened.append(IpfsStore([daemon_of(stub)], patience=patience_for(fault)))
    data = stream(9_000_000 if fault == "deaf" else 9)  # more than the buffers of both sides
    fails(lambda: opened[0].put(data), stub, words)
    assert stub.asked == ["add"]


@pytest.mark.parametrize(("fault", "words"), [one for one in COMMON if one[0] not in TIMELESS])
def test_has_survives(stub: KuboStub, opened: list[IpfsStore], fault: str, words: str) -> None:
    content_id = give(stub, b"something")
    stub.faults["block/stat"] = fault
    opened.append(IpfsStore([daemon_of(stub)], patience=patience_for(fault)))
    fails(lambda: opened[0].has(content_id), stub, words)


@pytest.mark.parametrize("fault", ["broken", "silent", "page"])
def test_pin_and_unpin_survive(stub: KuboStub, opened: list[IpfsStore], fault: str) -> None:
    content_id = give(stub, b"something")
    stub.faults.update({"pin/add": fault, "pin/rm": fault})
    opened.append(IpfsStore([daemon_of(stub)], patience=HASTY))
    words = {"broken": "answered HTTP 500", "silent": "sent nothing", "page": NO_RPC}[fault]
    fails(lambda: opened[0].pin(content_id), stub, words)
    fails(lambda: opened[0].unpin(content_id), stub, words)


def test_nothing_listens(opened: list[IpfsStore]) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        opened.append(IpfsStore([KuboDaemon(Address.parse(f"/ip4/127.0.0.1/tcp/{port}"))], patience=STEADY))
        with pytest.raises(StorageError, match=f"127.0.0.1:{port} accepts no connection"):
            opened[0].put(b"x")


def test_a_name_that_does_not_resolve(opened: list[IpfsStore], monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # what the system says, without a network
    opened.append(IpfsStore([], [Gateway(Address.parse("http://gateway.example"))], patience=STEADY))
    content_id = ContentId.from_digest(bytes(32), 1)
    with pytest.raises(StorageError, match=r"gateway\.example has a host name that cannot be resolved"):
        opened[0].get(content_id, max_bytes=1)


def test_a_certificate_that_nobody_signed_or_no_tls_at_all(stub: KuboStub, opened: list[IpfsStore]) -> None:
    secure = stub.url.replace("http://", "https://")
    opened.append(IpfsStore([KuboDaemon(Address.parse(secure))], patience=STEADY))
    with pytest.raises(StorageError, match="showed no certificate"):
        opened[0].put(b"x")


def test_a_transfer_of_many_slow_blocks_ends_with_its_time(stub: KuboStub, opened: list[IpfsStore]) -> None:
    content_id = give(stub, stream(20 * CHUNK_BYTES))
    handler, pause = stub.handler, 0.25

    class Slow(handler):  # type: ignore[misc, valid-type]
        def rpc_block_get(self, query: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
            time.sleep(pause)
            return super().rpc_block_get(query, body)  # type: ignore[no-any-return]

    stub.handler = Slow
    patience = Patience(request_seconds=5, transfer_seconds=1, attempts=1)
    opened.append(IpfsStore([daemon_of(stub)], patience=patience))
    fails(lambda: opened[0].get(content_id, max_bytes=10**8), stub, "was not")
    assert 1 < len(stub.asked) < 20


def test_a_kubo_that_gave_up_looking_does_not_have_it(stub: KuboStub, opened: list[IpfsStore]) -> None:
    opened.append(IpfsStore([daemon_of(stub)], patience=STEADY))
    with pytest.raises(ContentMissing, match=f"{stub.url} does not have it"):
        opened[0].get(ContentId.from_digest(bytes(32), 1), max_bytes=1)


def test_a_gateway_that_lacks_it_is_not_at_fault(stub: KuboStub, opened: list[IpfsStore]) -> None:
    opened.append(IpfsStore([], [Gateway(Address.parse(stub.url))], patience=STEADY))
    with pytest.raises(ContentMissing, match=f"{stub.url} does not have it"):
        opened[0].get(ContentId.from_digest(bytes(32), 1), max_bytes=1)


def test_a_web_page_instead_of_a_block_is_told_apart(stub: KuboStub, opened: list[IpfsStore]) -> None:
    content_id = give(stub, b"something")
    stub.faults["ipfs"] = "page"
    opened.append(IpfsStore([], [Gateway(Address.parse(stub.url))], patience=STEADY))
    with pytest.raises(StorageError, match="is it a trustless gateway"):
        opened[0].get(content_id, max_bytes=9)


def test_a_block_in_the_middle_that_is_wrong_is_named(stub: KuboStub, opened: list[IpfsStore]) -> None:
    content_id = give(stub, stream(3 * CHUNK_BYTES))
    leaf = next(iter(build_blocks(stream(CHUNK_BYTES)))).content_id
    stub.blocks[leaf.cid] = bytes(CHUNK_BYTES)
    opened.append(IpfsStore([daemon_of(stub)], patience=STEADY))
    with pytest.raises(StorageError, match=f"cannot get {leaf} of {content_id}: .* sent other bytes"):
        opened[0].get(content_id, max_bytes=10**7)


def test_an_answer_can_neither_paint_the_terminal_nor_tell_the_key(
    stub: KuboStub, opened: list[IpfsStore]
) -> None:
    stub.faults["add"] = "escapes"
    address = Address.parse(stub.url.replace("//", "//me:hunter22@") + "/secret-path")
    opened.append(IpfsStore([KuboDaemon(address)], patience=STEADY))
    problem = fails(lambda: opened[0].put(b"x"), stub, "answered HTTP 500")
    assert "all is well" in str(problem)
    assert not {"hunter22", "secret-path", stub.authorization} & set(str(problem).split())
    for secret in ("hunter22", "secret-path", stub.authorization):
        assert secret and secret not in str(problem)


def test_no_library_logs_the_key_in_a_path(
    stub: KuboStub, opened: list[IpfsStore], caplog: pytest.LogCaptureFixture
) -> None:
    """urllib3 warns of headers that it cannot read, with the whole URL."""
    stub.faults["ipfs"] = "odd_headers"
    opened.append(IpfsStore([], [Gateway(Address.parse(stub.url + "/secret-path"))], patience=STEADY))
    content_id = give(stub, b"something")
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("urllib3.connection").warning("heard outside of a request")
        with suppress(StorageError):
            opened[0].get(content_id, max_bytes=9)
    assert "heard outside" in caplog.text
    assert "secret-path" not in caplog.text
