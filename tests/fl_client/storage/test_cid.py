"""Content ids against Kubo's own, the aleph-cid library and the published ones."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import aleph_cid
import pytest

from fl_client.errors import StorageError
from fl_client.storage import CHUNK_BYTES, Codec, ContentId
from fl_client.storage.unixfs import build_blocks
from fl_client.types import Bytes32
from tests.fl_client.storage.content import stream

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "kubo_cids.json").read_text())
SIZES = [row["size"] for row in VECTORS["kubo"]]


def root_of(data: bytes) -> str:
    *_, root = build_blocks(data)
    return root.content_id.cid


def test_vectors_cover_both_sides_of_each_boundary() -> None:
    chunk = CHUNK_BYTES
    assert {0, 1, chunk - 1, chunk, chunk + 1, 174 * chunk, 174 * chunk + 5, 175 * chunk} <= set(SIZES)


@pytest.mark.parametrize("row", VECTORS["kubo"], ids=[str(size) for size in SIZES])
def test_root_is_the_tree_that_kubo_read(row: dict[str, str | int]) -> None:
    assert root_of(stream(int(row["size"]))) == row["cid_v1_raw_leaves"]


@pytest.mark.parametrize("size", SIZES)
def test_root_equals_an_independent_implementation(size: int) -> None:
    hasher = aleph_cid.CidHasher.for_ipfs_v1_raw_leaves()
    hasher.update(stream(size))
    assert root_of(stream(size)) == hasher.finalize()


@pytest.mark.parametrize("row", VECTORS["kubo"], ids=[str(size) for size in SIZES])
def test_the_independent_implementation_equals_kubo(row: dict[str, str | int]) -> None:
    assert aleph_cid.compute_cid(stream(int(row["size"]))) == row["cid_v0"]


def test_root_equals_the_one_that_kubo_publishes() -> None:
    for row in VECTORS["published"]:
        assert root_of(row["text"].encode()) == row["cid"]


def test_parse_inverts_cid() -> None:
    for codec in Codec:
        content_id = ContentId(digest=Bytes32(sha256(b"x").digest()), codec=codec)
        assert ContentId.parse(content_id.cid) == content_id


def test_codec_follows_from_the_length() -> None:
    digest = sha256(b"x").digest()
    assert ContentId.from_digest(digest, CHUNK_BYTES).codec is Codec.RAW
    assert ContentId.from_digest(digest, CHUNK_BYTES + 1).codec is Codec.DAG_PB


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a cid",
        "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH",  # version 0
        "BAFKREIFZJUT3TE2NHYEKKLSS27NH3K72YSCO7Y32KOAO5EEI66WOF36N5E",
        "zb2rhj7crUKTQYRGCRATFaQ6YFLTde2YzdqbbhAASkL9uRDXn",  # base58
        "bafkrgqbqt3gerhas23vuzrapkdeqf4vu2dwxp3srdj6hvg6nhsug2tgyn6mj3u23yx7utftq3i2ckw2fwdh5qmhid5qf3t35yvkc5e5ottlw6",
        "bafyreig7jbijxpn4lfhvnvyuwf5u5jyhd7begxwyiqe7ingwxycjdqjjoa",  # dag-cbor
    ],
)
def test_parse_refuses_every_other_spelling(text: str) -> None:
    with pytest.raises(StorageError):
        ContentId.parse(text)


def test_digest_of_another_length_is_refused() -> None:
    with pytest.raises(StorageError, match="32 bytes, not 31"):
        ContentId.from_digest(bytes(31), 1)
