"""Keys from primes that everybody knows: made at once, the same in every run, and worth nothing outside tests."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache

from fl_client.privacy.paillier.dealing import DealtKey, KeyShare, deal, hashed_base
from fl_client.privacy.paillier.key_check import check_key
from fl_client.privacy.paillier.modulus_proof import ModulusProof, prove_modulus
from fl_client.privacy.paillier.number import Number, number, power
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.sharing import evaluate
from fl_client.privacy.paillier.transcript import ProofContext

SMALL_PRIMES = (
    0xD88E39D80FDABF03310EF7E92DEBE50952B86FA197D36E0B261A0F92F33587BB,
    0xC9F4181610129A8450CF6D6F714B267B049DA68FFAD3364CC21F538213C3F6F3,
)
"""Safe, of 256 bits."""
LONG_PRIMES = (
    int(
        "db602082622270b50fbedfd024ede299f11be0c6a98864224897853b86b557d8b4c8974b72912755714509b87ccb8041"
        "cb8e9ffe9a31e776c7a3b217b2eb26851b4e6d0fbfc2deeb6a09a949c476a7efea04449b5358669f6b9b97c885b543b2"
        "efab8eb3317735d21ac85a64a1cfd034d0c2b6ce6467e12579c9d85afee4388b",
        16,
    ),
    int(
        "c74712f4c491f27d9e6771c82a02e6a588a6fb208a9b9508f5786885816c65e48319aba522be52d08020b83a33921f15"
        "a1ffb21b83ef8ae440e3c7051dc0cb1aaea090d0cc62ba4cd8f073e157e5e12548c2cf8a9aa9612cd9b75b36f54041e7"
        "c43c4a39ee68bdc47d571bdc97bb807933d3766d2e11c6a3e9f7335bef104817",
        16,
    ),
)
"""Safe, of 1,024 bits."""
UNSAFE_PRIME = 0xCA8D13D53E073FBD6328CC5A127D1EEC59388FBEFA1DD9D45BF7A277BCBAA803
"""p = 22 k + 1 with k prime, so that 11 divides the order of the squares modulo p."""
SMALL_ORDER = number(SMALL_PRIMES[0] >> 1) * (SMALL_PRIMES[1] >> 1)
LEAST_BYTES = 64
CONTEXT = ProofContext(bytes(range(32)))
OTHER_CONTEXT = ProofContext(bytes(32))


@cache
def small_key(parties: int = 5, threshold: int = 3) -> DealtKey:
    """512 bits."""
    return deal(modulus_bits=512, parties=parties, threshold=threshold, primes=SMALL_PRIMES)


@cache
def long_key() -> DealtKey:
    """2048 bits, four of ten."""
    return deal(modulus_bits=2048, parties=10, threshold=4, primes=LONG_PRIMES)


def key_by(coefficients: Sequence[int], parties: int, threshold: int, modulus: int, order: int) -> DealtKey:
    """What a dealer makes who shares by any polynomial over any modulus, and proves what it can."""
    secrets = [evaluate(coefficients, index, order) for index in range(1, parties + 1)]
    base = hashed_base(modulus)
    key = PublicKey(
        modulus=number(modulus),
        base=base,
        verifier=base,
        verifiers=tuple(power(base, secret, modulus) for secret in secrets),
        threshold=threshold,
    )
    shares = tuple(KeyShare(place, secret) for place, secret in enumerate(secrets))
    return DealtKey(key, shares, prove_modulus(modulus, order))


def check_as_dealt(key: PublicKey, proof: ModulusProof, *, least_bytes: int = LEAST_BYTES) -> None:
    """Check a key for a task that asked for one of its length, parties and threshold."""
    check_key(
        key,
        proof,
        length=key.length,
        parties=key.parties,
        threshold=key.threshold,
        least_bytes=least_bytes,
    )


def encrypted(key: PublicKey, plaintexts: Sequence[int], seed: int = 1) -> tuple[list[Number], list[Number]]:
    """Ciphertexts of plaintexts, and their roots."""
    drawn = random.Random(seed)
    roots = [power(key.base, drawn.getrandbits(4 * key.length), key.modulus) for _ in plaintexts]
    made = [
        (1 + plaintext * key.modulus) * power(root, key.modulus, key.square) % key.square
        for plaintext, root in zip(plaintexts, roots, strict=True)
    ]
    return made, roots


def flipped(data: bytes, bit: int) -> bytes:
    """The bytes with one bit the other way."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
