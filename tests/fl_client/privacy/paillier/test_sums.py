"""Sums of ciphertexts open to sums of updates, and one party moves a mean by no more than its slots let it."""

from __future__ import annotations

import secrets

import numpy as np
import phe
import pytest

from fl_client.encoding.chunk_tree import leaf_of, root_from
from fl_client.errors import CryptoError
from fl_client.privacy.paillier.cores import Cores
from fl_client.privacy.paillier.encryption import encryptor_of
from fl_client.privacy.paillier.number import number, to_bytes
from fl_client.privacy.paillier.packing import SlotFormat
from fl_client.privacy.paillier.sums import sum_tree, weighted_sum
from fl_client.privacy.paillier.updates import EncryptedUpdate, encrypt_update
from fl_client.privacy.scale import apply_sum, quantise
from tests.fl_client.privacy.paillier.small_key import CONTEXT, KEY, N, P, Q

FORMAT = SlotFormat(16, 5, KEY.length)
DIMENSION = 3 * FORMAT.slots + 1
SCALE_BITS = 6
PRIVATE = phe.PaillierPrivateKey(phe.PaillierPublicKey(int(N)), P, Q)


def values(seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).integers(-FORMAT.limit, FORMAT.limit, DIMENSION, endpoint=True)
    return drawn.astype(np.int32)


def opened(ciphertexts: list[int]) -> list[int]:
    return [PRIVATE.raw_decrypt(int(one)) for one in ciphertexts]


def packed_by_a_liar(plaintexts: list[int]) -> EncryptedUpdate:
    ciphertexts = tuple(encryptor_of(KEY).encrypt(number(one))[0] for one in plaintexts)
    return EncryptedUpdate(KEY.length, ciphertexts, (b"",) * len(ciphertexts))


UPDATES = [encrypt_update(KEY, CONTEXT, values(seed), FORMAT) for seed in range(4)]


@pytest.mark.parametrize(
    "weights",
    [[1, 1, 1, 1], [1, 2, 3, 4], [29, 1, 1, 1], [8, 8, 8, 8]],
    ids=["equal", "rising", "one", "most"],
)
def test_a_sum_opens_to_the_weighted_sum(weights: list[int]) -> None:
    plaintexts = opened(weighted_sum(KEY, UPDATES, weights))
    expected = sum(weight * values(seed).astype(np.int64) for seed, weight in enumerate(weights))
    assert (FORMAT.sums(plaintexts, DIMENSION, sum(weights)) == expected).all()


def test_a_sum_is_the_product_of_powers() -> None:
    total = weighted_sum(KEY, UPDATES[:2], [3, 5])
    for chunk, found in enumerate(total):
        left, right = (int(update.ciphertexts[chunk]) for update in UPDATES[:2])
        assert found == pow(left, 3, int(KEY.square)) * pow(right, 5, int(KEY.square)) % KEY.square


def test_extremes_add_up_to_the_most_weight() -> None:
    for sign in (1, -1):
        extreme = np.full(DIMENSION, sign * FORMAT.limit, dtype=np.int32)
        updates = [encrypt_update(KEY, CONTEXT, extreme, FORMAT) for _ in range(4)]
        plaintexts = opened(weighted_sum(KEY, updates, [8] * 4))
        assert (FORMAT.sums(plaintexts, DIMENSION, 32) == 32 * extreme.astype(np.int64)).all()


def test_a_round_gives_the_model_of_plain_integers() -> None:
    base = np.random.default_rng(9).integers(-(2**20), 2**20, DIMENSION).astype(np.int32)
    moves = [
        np.random.default_rng(20 + i).integers(-(2**19), 2**19, DIMENSION).astype(np.int32) for i in range(3)
    ]
    quantised = [quantise(move, SCALE_BITS, FORMAT.value_bits) for move in moves]
    updates = [encrypt_update(KEY, CONTEXT, one, FORMAT) for one in quantised]
    plaintexts = opened(weighted_sum(KEY, updates, [1, 2, 1]))
    new = apply_sum(base, FORMAT.sums(plaintexts, DIMENSION, 4), 4, SCALE_BITS)
    exact = sum(weight * one.astype(object) for weight, one in zip([1, 2, 1], quantised, strict=True))
    assert (new == apply_sum(base, exact, 4, SCALE_BITS)).all()
    # Each update is off by at most half a step, so their mean is, and rounding adds half a step of the lattice.
    mean = (moves[0].astype(float) + 2.0 * moves[1] + moves[2]) / 4
    assert np.abs(new - base - mean).max() <= 2 ** (SCALE_BITS - 1) + 0.5


@pytest.mark.parametrize("kind", ["random", "greatest", "slots", "wrap"])
def test_a_party_out_of_its_range_moves_a_mean_by_at_most_its_headroom(kind: str) -> None:
    """Slot ranges are not proved: 2^headroom / N full scales is what that may cost, and no more."""
    parties, full_scale = 4, 2**FORMAT.value_bits
    honest = UPDATES[:3]
    nothing = encrypt_update(KEY, CONTEXT, np.zeros(DIMENSION, dtype=np.int32), FORMAT)
    chunks = len(nothing.ciphertexts)
    lies = {
        "random": [secrets.randbelow(int(N)) for _ in range(chunks)],
        "greatest": [int(N) - 1] * chunks,
        "slots": [sum((2**21 - 100_001) << 21 * k for k in range(FORMAT.slots))] * chunks,
        "wrap": [int(N) - 2**15] * chunks,
    }
    liar = packed_by_a_liar(lies[kind])
    base = np.zeros(DIMENSION, dtype=np.int32)
    means = [
        apply_sum(
            base, FORMAT.sums(opened(weighted_sum(KEY, [*honest, one], [1] * 4)), DIMENSION, 4), parties, 0
        )
        for one in (nothing, liar)
    ]
    moved = np.abs(means[1].astype(np.int64) - means[0]).max()
    assert moved <= FORMAT.most_weight / parties * full_scale
    if kind == "slots":
        assert moved > FORMAT.most_weight / parties * full_scale / 2


def test_no_updates_are_refused() -> None:
    with pytest.raises(CryptoError, match="0 weights for 0 updates"):
        weighted_sum(KEY, [], [])


@pytest.mark.parametrize("weights", [[1], [1, 2, 3]])
def test_another_number_of_weights_is_refused(weights: list[int]) -> None:
    with pytest.raises(CryptoError, match=f"{len(weights)} weights for 2 updates"):
        weighted_sum(KEY, UPDATES[:2], weights)


@pytest.mark.parametrize("weight", [0, -1])
def test_a_weight_below_one_is_refused(weight: int) -> None:
    with pytest.raises(CryptoError, match="each must be 1 or more"):
        weighted_sum(KEY, UPDATES[:2], [1, weight])


def test_updates_of_different_lengths_are_refused() -> None:
    short = encrypt_update(KEY, CONTEXT, values(0)[:5], FORMAT)
    with pytest.raises(CryptoError, match="different numbers of chunks"):
        weighted_sum(KEY, [UPDATES[0], short], [1, 1])


def test_a_sum_has_a_tree_over_its_ciphertexts() -> None:
    total = weighted_sum(KEY, UPDATES, [1] * 4)
    tree = sum_tree(KEY, total)
    leaf = leaf_of(to_bytes(total[2], 2 * KEY.length))
    assert root_from(leaf, 2, tree.path(2), len(total)) == tree.root


def test_several_cores_find_the_same_sum() -> None:
    update = UPDATES[0]
    long = EncryptedUpdate(KEY.length, update.ciphertexts * 1_100, update.proofs * 1_100)
    with Cores(2) as cores:
        assert weighted_sum(KEY, [long, long], [1, 3], cores=cores) == weighted_sum(KEY, [long, long], [1, 3])
