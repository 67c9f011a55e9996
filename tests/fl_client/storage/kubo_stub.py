"""A small server that speaks the wire format of Kubo's RPC and of a trustless gateway, and misbehaves when told."""

from __future__ import annotations

import gzip
import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aleph_cid

from fl_client.storage import Codec, ContentId
from fl_client.storage.unixfs import build_blocks, content_id_of

# What `add` must be told for the id that the chain holds; a daemon's own defaults lead to others.
_ID_OPTIONS = {"cid-version": "1", "raw-leaves": "true", "chunker": "size-262144", "max-file-links": "174"}
_BOMB = gzip.compress(bytes(50_000_000), 1)
_STEP_SECONDS = 0.02


class KuboStub:
    """What the daemon keeps, what it was asked, and how it shall fail.

    Attributes:
        blocks: every block by its CID.
        pins: the CIDs of pinned roots.
        asked: one ``command argument`` for each request, in order.
        faults: the name of a ``StubHandler.fail_...`` method by command; ``ipfs`` stands for the gateway.
        times: how many requests fail before the stub recovers; for ever when None.
        sent: bytes of the bodies of failing answers.
        authorization: the last request's header of that name.
    """

    def __init__(self, certificate: Path | None = None, key: Path | None = None) -> None:
        self.blocks: dict[str, bytes] = {}
        self.pins: set[str] = set()
        self.asked: list[str] = []
        self.faults: dict[str, str] = {}
        self.times: int | None = None
        self.sent = 0
        self.authorization = ""
        self.closing = threading.Event()
        self.handler: type[StubHandler] = StubHandler
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *given: self.handler(*given))
        self._server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.stub = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def multiaddr(self) -> str:
        return f"/ip4/127.0.0.1/tcp/{self._server.server_address[1]}"

    def plant(self, block: bytes, codec: Codec = Codec.DAG_PB) -> ContentId:
        """Have a block of any kind under its right name."""
        content_id = content_id_of(block, codec)
        self.blocks[content_id.cid] = block
        return content_id

    def fault_of(self, command: str) -> str | None:
        fault = self.faults.get(command) or self.faults.get("*")
        if fault is not None and self.times is not None:
            if self.times == 0:
                return None
            self.times -= 1
        return fault

    @contextmanager
    def running(self) -> Iterator[KuboStub]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


class StubHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def stub(self) -> KuboStub:
        return self.server.stub  # type: ignore[attr-defined,no-any-return]

    def log_message(self, *_: Any) -> None:
        """Not on the terminal of the tests."""

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        command = parts.path.split("/api/v0/")[-1]
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self._begin(command, query.get("arg", ""))
        fault = self.stub.fault_of(command)
        if fault == "deaf":
            self.stub.closing.wait(20)
            self.close_connection = True
            return
        body = self._body()
        try:
            answer = getattr(self, "rpc_" + command.replace("/", "_"))(query, body)
        except KeyError:
            answer = _error(f"ipld: could not find {query.get('arg')}")
        self._end(fault, *answer)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        cid = parts.path.rsplit("/", 1)[-1]
        self._begin("ipfs", cid)
        raw = parse_qs(parts.query).get("format") == ["raw"] and "vnd.ipld.raw" in self.headers["Accept"]
        if not raw or cid not in self.stub.blocks:
            answer = (404 if raw else 400, "text/plain", b"no such block")
        else:
            answer = (200, "application/vnd.ipld.raw", self.stub.blocks[cid])
        self._end(self.stub.fault_of("ipfs"), *answer)

    # --- the RPC ---

    def rpc_version(self, query: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        return _json({"Version": "0.39.0", "Commit": "", "Repo": "18", "System": "", "Golang": ""})

    def rpc_add(self, query: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        data = self._file(body)
        if any(query.get(name) != value for name, value in _ID_OPTIONS.items()):
            return _json({"Name": "bytes", "Hash": aleph_cid.compute_cid(data), "Size": str(len(data))})
        for block in build_blocks(data):
            self.stub.blocks[block.content_id.cid] = block.data
        cid = block.content_id.cid
        if query.get("pin") == "true":
            self.stub.pins.add(cid)
        return _json({"Name": cid, "Hash": cid, "Size": str(len(data))})

    def rpc_block_get(self, query: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        return 200, "text/plain", self.stub.blocks[query["arg"]]

    def rpc_block_stat(self, query: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        return _json({"Key": query["arg"], "Size": len(self.stub.blocks[query["arg"]])})

    def rpc_pin_add(self, query: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        self.stub.blocks[query["arg"]]
        self.stub.pins.add(query["arg"])
        return _json({"Pins": [query["arg"]]})

    def rpc_pin_rm(self, query: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        if query["arg"] not in self.stub.pins:
            return _error("not pinned or pinned indirectly")
        self.stub.pins.remove(query["arg"])
        return _json({"Pins": [query["arg"]]})

    # --- how it fails; each gets the answer that would have been right ---

    def fail_silent(self, status: int, kind: str, body: bytes) -> None:
        self.stub.closing.wait(20)

    def fail_drip(self, status: int, kind: str, body: bytes) -> None:
        self._head(200, kind, ("Content-Length", "1000"))
        self._slowly(b"\x00" * 1000)

    def fail_drip_headers(self, status: int, kind: str, body: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self._slowly(b"a" * 1000)

    def fail_truncated(self, status: int, kind: str, body: bytes) -> None:
        self._head(200, kind, ("Content-Length", str(len(body) + 1)))
        self._write(body)

    def fail_truncated_chunk(self, status: int, kind: str, body: bytes) -> None:
        self._head(200, kind, ("Transfer-Encoding", "chunked"))
        self.wfile.write(b"%x\r\n" % (len(body) + 1) + body)

    def fail_understated(self, status: int, kind: str, body: bytes) -> None:
        self._head(200, kind, ("Content-Length", "1"))
        self._write(body)

    def fail_announced(self, status: int, kind: str, body: bytes) -> None:
        self._head(200, kind, ("Content-Length", str(10**10)))
        self._flood(bytes(65_536))

    def fail_flood(self, status: int, kind: str, body: bytes) -> None:
        self._head(200, kind, ("Transfer-Encoding", "chunked"))
        self._flood(b"10000\r\n" + bytes(65_536) + b"\r\n")

    def fail_huge_chunk(self, status: int, kind: str, body: bytes) -> None:
        self._head(200, kind, ("Transfer-Encoding", "chunked"))
        self.wfile.write(b"%x\r\n" % 10**10)
        self._flood(bytes(65_536))

    def fail_endless(self, status: int, kind: str, body: bytes) -> None:
        self._head(200, kind)
        self._flood(bytes(65_536))

    def fail_header_flood(self, status: int, kind: str, body: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self._flood(b"X-More: " + b"a" * 60_000 + b"\r\n")

    def fail_wrong_bytes(self, status: int, kind: str, body: bytes) -> None:
        self._answer(status, kind, bytes(byte ^ 1 for byte in body))

    def fail_wrong_id(self, status: int, kind: str, body: bytes) -> None:
        self._answer(*_json({"Name": "x", "Hash": content_id_of(b"other", Codec.RAW).cid, "Size": "5"}))

    def fail_late_error(self, status: int, kind: str, body: bytes) -> None:
        self._answer(*_json({"Message": "disk full", "Code": 0, "Type": "error"}))

    def fail_two_answers(self, status: int, kind: str, body: bytes) -> None:
        self._answer(200, "application/json", body + b"\n" + body)

    def fail_page(self, status: int, kind: str, body: bytes) -> None:
        self._answer(200, "text/html", b"<html>It works!</html>")

    def fail_empty(self, status: int, kind: str, body: bytes) -> None:
        self._answer(200, "application/json", b"")

    def fail_nested(self, status: int, kind: str, body: bytes) -> None:
        self._answer(200, "application/json", b"[" * 8_000)

    def fail_nested_error(self, status: int, kind: str, body: bytes) -> None:
        self._answer(500, "application/json", b"[" * 8_000)

    def fail_broken(self, status: int, kind: str, body: bytes) -> None:
        self._answer(500, "text/plain", b"Internal Server Error")

    def fail_full(self, status: int, kind: str, body: bytes) -> None:
        self._answer(*_error("write /blocks: no space left on device"))

    def fail_busy(self, status: int, kind: str, body: bytes) -> None:
        self._answer(429, "text/plain", b"slow down")

    def fail_forbidden(self, status: int, kind: str, body: bytes) -> None:
        self._answer(403, "text/plain", b"403 - Forbidden")

    def fail_no_rpc(self, status: int, kind: str, body: bytes) -> None:
        self._answer(404, "text/plain", b"404 page not found")

    def fail_error_flood(self, status: int, kind: str, body: bytes) -> None:
        self._head(500, "text/plain", ("Transfer-Encoding", "chunked"))
        self._flood(b"10000\r\n" + b"x" * 65_536 + b"\r\n")

    def fail_escapes(self, status: int, kind: str, body: bytes) -> None:
        self._answer(*_error(f"\x1b[2J\nall is well\r\x07 {self.stub.authorization} {self.path} hunter22"))

    def fail_odd_headers(self, status: int, kind: str, body: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nno header\r\n\r\n" % len(body) + body)

    def fail_redirect(self, status: int, kind: str, body: bytes) -> None:
        self._answer(307, kind, b"", ("Location", "/api/v0/shutdown"))

    def fail_gzip(self, status: int, kind: str, body: bytes) -> None:
        self._answer(200, kind, _BOMB, ("Content-Encoding", "gzip"))

    def fail_hang_up(self, status: int, kind: str, body: bytes) -> None:
        """Not a word."""

    def fail_other_protocol(self, status: int, kind: str, body: bytes) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    # --- wire ---

    def _begin(self, command: str, argument: str) -> None:
        self.stub.asked.append(f"{command} {argument}".strip())
        self.stub.authorization = self.headers.get("Authorization", "")

    def _end(self, fault: str | None, status: int, kind: str, body: bytes) -> None:
        if fault is None:
            self._answer(status, kind, body)
            return
        self.close_connection = True
        getattr(self, "fail_" + fault)(status, kind, body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _file(self, body: bytes) -> bytes:
        """The one file of a multipart form."""
        found = re.search(r'boundary="?([^";]+)', self.headers["Content-Type"])
        assert found is not None
        boundary = b"--" + found[1].encode()
        start = body.index(b"\r\n\r\n", body.index(boundary)) + 4
        return body[start : body.rindex(b"\r\n" + boundary + b"--")]

    def _head(self, status: int, kind: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), *headers):
            self.send_header(name, value)
        # Unsaid, it would break the next request of a client that had not noticed yet.
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _answer(self, status: int, kind: str, body: bytes, *headers: tuple[str, str]) -> None:
        self._head(status, kind, ("Content-Length", str(len(body))), *headers)
        self._write(body)

    def _slowly(self, data: bytes) -> None:
        for byte in data:
            if self.stub.closing.wait(_STEP_SECONDS):
                return
            if not self._write(bytes([byte])):
                return

    def _flood(self, piece: bytes) -> None:
        while not self.stub.closing.is_set() and self._write(piece):
            self.stub.sent += len(piece)

    def _write(self, data: bytes) -> bool:
        try:
            self.wfile.write(data)
        except OSError:  # whoever asked has gone
            self.close_connection = True
            return False
        return True


def _json(answer: dict[str, Any]) -> tuple[int, str, bytes]:
    return 200, "application/json", json.dumps(answer).encode() + b"\n"


def _error(message: str) -> tuple[int, str, bytes]:
    return 500, "application/json", json.dumps({"Message": message, "Code": 0, "Type": "error"}).encode()
