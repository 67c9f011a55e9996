"""Proofs of possession: who has the bytes passes, and nobody else, nowhere else, never again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from fl_client.assets import (
    BLOCK,
    BLOCK_BYTES,
    AssetData,
    Challenge,
    Holding,
    Possession,
    check_possession,
    prove_possession,
)
from fl_client.assets.announcement import canonical
from fl_client.assets.challenge import coefficients, places
from fl_client.assets.group import GENERATORS, ORDER, blinding, combine, sectors_of
from fl_client.assets.possession import PROOF_BYTES
from fl_client.assets.tree import open_leaves
from fl_client.chain import demo_account
from fl_client.errors import ConfigError, CryptoError
from tests.fl_client.assets.conftest import BLOCKS, CHAIN, COUNT, Held, nonce

Block = Callable[[int], bytes]


def forged(held: Held, challenge: Challenge, block: Block) -> Possession:
    """What somebody answers who has the secret, the key and all commitments, and these blocks."""
    seed = challenge.seed(held.announcement.digest)
    asked = list(places(seed, BLOCKS, challenge.asked(BLOCKS)))
    sums = [0] * 33
    for index, factor in zip(asked, coefficients(seed, len(asked)), strict=True):
        opened = [blinding(held.holding.secret, index), *sectors_of(block(index))]
        sums = [(total + factor * part) % ORDER for total, part in zip(sums, opened, strict=True)]
    masks = [random.Random(1).randrange(ORDER) + place for place in range(33)]
    commitments = b"".join(held.holding.commitment(index) for index in asked)
    mask = combine(masks, GENERATORS).format()
    domain = b"Gradbond.Asset.Possession".ljust(32, b"\0")
    c = int.from_bytes(sha256(domain + seed + sha256(commitments).digest() + mask).digest(), "big")
    found = Possession(
        asset=held.announcement.digest,
        challenge=challenge,
        commitments=commitments,
        nodes=open_leaves(held.holding.leaves, asked),
        mask=mask,
        responses=b"".join(
            ((hidden + c * part) % ORDER).to_bytes(32, "big")
            for hidden, part in zip(masks, sums, strict=True)
        ),
    )
    return signed(held, found)


def signed(held: Held, proof: Possession) -> Possession:
    return replace(proof, signature=held.signer.sign_typed(*proof.signed_for(held.announcement)))


@pytest.fixture(scope="module")
def proof(held: Held) -> Possession:
    return held.prove(nonce(1))


def test_an_honest_proof_holds(held: Held, proof: Possession) -> None:
    check_possession(held.announcement, proof, nonce(1))


@pytest.mark.parametrize("count", [1, 5, BLOCKS, 460])
def test_any_number_of_blocks_can_be_asked_for(held: Held, count: int) -> None:
    check_possession(held.announcement, held.prove(nonce(2, count)), nonce(2, count))


def test_the_hash_of_a_block_of_the_chain_can_ask(held: Held) -> None:
    challenge = Challenge(kind=BLOCK, number=9, value=sha256(b"block").digest(), count=COUNT)
    check_possession(held.announcement, held.prove(challenge), challenge)


def test_what_is_written_is_read(held: Held, proof: Possession) -> None:
    assert Possession.from_bytes(proof.to_bytes()) == proof


def test_the_test_s_own_prover_is_right_where_it_has_the_blocks(held: Held) -> None:
    check_possession(held.announcement, forged(held, nonce(3), AssetData(held.path).block), nonce(3))


def test_hashes_of_the_blocks_are_not_enough(held: Held) -> None:
    data = AssetData(held.path)
    hashes = [sha256(block).digest() for block in data.blocks()]
    with pytest.raises(CryptoError, match="do not open the commitments"):
        check_possession(
            held.announcement,
            forged(held, nonce(3), lambda index: hashes[index].ljust(BLOCK_BYTES, b"\0")),
            nonce(3),
        )


@pytest.mark.parametrize("number", range(24))
def test_a_lost_block_fails_exactly_where_it_is_asked_for(held: Held, number: int) -> None:
    data, lost = AssetData(held.path), 5
    made = forged(held, nonce(number), lambda i: bytes(BLOCK_BYTES) if i == lost else data.block(i))
    if lost in places(nonce(number).seed(held.announcement.digest), BLOCKS, COUNT):
        with pytest.raises(CryptoError, match="bytes are missing"):
            check_possession(held.announcement, made, nonce(number))
    else:
        check_possession(held.announcement, made, nonce(number))


def test_one_changed_bit_of_a_block_fails(held: Held) -> None:
    data = AssetData(held.path)
    with pytest.raises(CryptoError, match="bytes are missing"):
        check_possession(
            held.announcement,
            forged(
                held, nonce(4, BLOCKS), lambda i: bytes([data.block(i)[0] ^ (i == 3)]) + data.block(i)[1:]
            ),
            nonce(4, BLOCKS),
        )


def test_swapped_blocks_fail(held: Held) -> None:
    data = AssetData(held.path)
    with pytest.raises(CryptoError, match="bytes are missing"):
        check_possession(
            held.announcement,
            forged(held, nonce(4, BLOCKS), lambda i: data.block({2: 3, 3: 2}.get(i, i))),
            nonce(4, BLOCKS),
        )


def test_swapped_commitments_fail(held: Held, proof: Possession) -> None:
    parts = proof.commitments
    other = signed(held, replace(proof, commitments=parts[33:66] + parts[:33] + parts[66:]))
    with pytest.raises(CryptoError, match="not the announced ones"):
        check_possession(held.announcement, other, nonce(1))


@pytest.mark.parametrize("name", ["asset", "commitments", "nodes", "mask", "responses", "signature"])
@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.0])
def test_a_flipped_bit_fails(held: Held, proof: Possession, name: str, place: float) -> None:
    value = bytearray(getattr(proof, name))
    value[round(place * (len(value) - 1))] ^= 4
    with pytest.raises(CryptoError):
        check_possession(held.announcement, replace(proof, **{name: bytes(value)}), nonce(1))


@pytest.mark.parametrize("name", ["commitments", "nodes", "mask", "responses"])
@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.0])
def test_a_flipped_bit_fails_though_the_account_signs_it(
    held: Held, proof: Possession, name: str, place: float
) -> None:
    value = bytearray(getattr(proof, name))
    value[round(place * (len(value) - 1))] ^= 1
    with pytest.raises(CryptoError):
        check_possession(held.announcement, signed(held, replace(proof, **{name: bytes(value)})), nonce(1))


@pytest.mark.parametrize("name", ["commitments", "nodes", "responses"])
@pytest.mark.parametrize("change", [-32, -33, 32, 33])
def test_another_length_fails_though_the_account_signs_it(
    held: Held, proof: Possession, name: str, change: int
) -> None:
    value = getattr(proof, name)
    other = value[:change] if change < 0 else value + bytes(change)
    with pytest.raises(CryptoError):
        check_possession(held.announcement, signed(held, replace(proof, **{name: other})), nonce(1))


def test_a_response_with_the_order_added_fails(held: Held) -> None:
    # The one number whose other form still has 32 bytes is too rare to wait for: the check is asked directly.
    made = held.prove(nonce(1))
    big = signed(held, replace(made, responses=ORDER.to_bytes(32, "big") + made.responses[32:]))
    with pytest.raises(CryptoError, match="below the group's order"):
        check_possession(held.announcement, big, nonce(1))


def test_responses_of_zeros_are_refused_and_do_not_end_the_auditor(held: Held, proof: Possession) -> None:
    zeros = signed(held, replace(proof, responses=bytes(len(proof.responses))))
    with pytest.raises(CryptoError, match="neutral"):
        check_possession(held.announcement, Possession.from_bytes(zeros.to_bytes()), nonce(1))


@pytest.mark.parametrize(
    "other",
    [
        nonce(2),
        nonce(1, COUNT + 1),
        Challenge(kind=BLOCK, value=nonce(1).value, count=COUNT),
        Challenge(kind=BLOCK, number=1, value=nonce(1).value, count=COUNT),
    ],
    ids=["nonce", "count", "kind", "number"],
)
def test_a_proof_for_another_challenge_fails(held: Held, proof: Possession, other: Challenge) -> None:
    with pytest.raises(CryptoError, match="another challenge"):
        check_possession(held.announcement, proof, other)
    relabelled = signed(held, replace(proof, challenge=other))
    with pytest.raises(CryptoError):
        check_possession(held.announcement, relabelled, other)


@pytest.mark.parametrize("what", ["account", "chain", "topic"])
def test_a_proof_for_another_announcement_of_the_same_blocks_fails(
    held: Held, proof: Possession, what: str
) -> None:
    words = held.announcement.keywords
    other = {
        "account": lambda: held.holding.announce(demo_account(7, 1), CHAIN, words),
        "chain": lambda: held.holding.announce(held.signer, CHAIN + 1, words),
        "topic": lambda: held.holding.announce(held.signer, CHAIN, replace(words, topic="cats")),
    }[what]()
    with pytest.raises(CryptoError, match="another announcement"):
        check_possession(other, proof, nonce(1))
    signer = demo_account(7, 1) if what == "account" else held.signer
    renamed = replace(proof, asset=other.digest)
    renamed = replace(renamed, signature=signer.sign_typed(*renamed.signed_for(other)))
    with pytest.raises(CryptoError):
        check_possession(other, renamed, nonce(1))


def test_a_proof_that_another_account_signs_fails(held: Held, proof: Possession) -> None:
    signature = demo_account(7, 1).sign_typed(*proof.signed_for(held.announcement))
    with pytest.raises(CryptoError, match="not signed by"):
        check_possession(held.announcement, replace(proof, signature=signature), nonce(1))


def test_two_answers_to_one_challenge_show_nothing_in_common(held: Held, proof: Possession) -> None:
    again = held.prove(nonce(1))
    assert again.mask != proof.mask
    assert all(
        again.responses[at : at + 32] != proof.responses[at : at + 32]
        for at in range(0, len(proof.responses), 32)
    )


def test_the_prover_names_the_block_that_changed(held: Held, tmp_path: Path) -> None:
    path = tmp_path / "data.bin"
    whole = bytearray(held.path.read_bytes())
    whole[7 * BLOCK_BYTES] ^= 1
    path.write_bytes(whole)
    with pytest.raises(ConfigError, match="block 7 of the data is not what was announced"):
        prove_possession(held.announcement, held.holding, AssetData(path), nonce(1, BLOCKS), held.signer)


def test_the_prover_refuses_another_account(held: Held) -> None:
    with pytest.raises(ConfigError, match="cannot answer for it"):
        prove_possession(held.announcement, held.holding, AssetData(held.path), nonce(1), demo_account(7, 1))


def test_the_prover_refuses_data_of_another_size(held: Held, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(bytes(5))
    with pytest.raises(ConfigError, match="announced were"):
        prove_possession(held.announcement, held.holding, AssetData(tmp_path / "data"), nonce(1), held.signer)


def test_the_prover_refuses_the_holding_of_another_announcement(held: Held) -> None:
    other = Holding.of(AssetData(held.path))
    with pytest.raises(ConfigError, match="holding belongs to another"):
        prove_possession(held.announcement, other, AssetData(held.path), nonce(1), held.signer)


@pytest.mark.parametrize(
    "mangle",
    [
        lambda told: told | {"more": 1},
        lambda told: {name: told[name] for name in told if name != "mask"},
        lambda told: told | {"version": 0},
        lambda told: told | {"challenge": 7},
        lambda told: told | {"challenge": told["challenge"] | {"count": 0}},
        lambda told: told | {"challenge": told["challenge"] | {"count": True}},
        lambda told: told | {"challenge": told["challenge"] | {"count": 1}},
        lambda told: told | {"challenge": told["challenge"] | {"number": 1}},
        lambda told: told | {"challenge": told["challenge"] | {"kind": ["nonce"]}},
        lambda told: told | {"challenge": told["challenge"] | {"\x1b[2J": 1}},
        lambda told: told | {"commitments": told["commitments"][:-2]},
        lambda told: told | {"commitments": told["commitments"][:-1]},
        lambda told: told | {"commitments": 5},
        lambda told: told | {"commitments": ""},
        lambda told: told | {"nodes": told["nodes"] + "00"},
        lambda told: told | {"nodes": told["nodes"].replace("a", "A")},
        lambda told: told | {"responses": told["responses"] + "00" * 32},
        lambda told: told | {"mask": "0x"},
    ],
    ids=range(18),
)
def test_a_document_of_another_form_is_refused(proof: Possession, mangle: object) -> None:
    told = json.loads(proof.to_bytes())
    with pytest.raises(CryptoError) as problem:
        Possession.from_bytes(canonical(mangle(told)))  # type: ignore[operator]
    assert str(problem.value).isprintable()


@pytest.mark.parametrize(
    "data", [b"", b"[" * 10_000, b" " * (PROOF_BYTES + 1)], ids=["empty", "deep", "long"]
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(CryptoError):
        Possession.from_bytes(data)


def test_a_proof_is_no_longer_than_the_greatest_one() -> None:
    with pytest.raises(CryptoError, match=f"more than {PROOF_BYTES} bytes"):
        Possession.from_bytes(b" " * (PROOF_BYTES + 1))
