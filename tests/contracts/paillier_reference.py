"""The mathematics of encrypted rounds in plain integers, written from the protocol and not from the client.

Keys come from fixed safe primes, everything else from seeds: whoever runs this gets the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from math import factorial, prod
from random import Random
from typing import Final

from eth_utils.crypto import keccak

PLAINTEXT_DOMAIN: Final = b"Gradbond.Paillier.Plaintext".ljust(32, b"\0")
SHARE_DOMAIN: Final = b"Gradbond.Paillier.Share".ljust(32, b"\0")

PRIMES: Final = (
    0xE396AB57FA5F17C26301CAFA902B6CA45C4146ECF72BF81B5D3D5E00860BD6EF,
    0xFAD29D0ACD9CDA653F4E46F14FEBA5E3D8EFDF3B2D282F452BBFAE8C76D59A1B,
)
"""Safe primes of 256 bits: a modulus of 64 bytes."""

OTHER_PRIMES: Final = (
    0xE267CF52BE0E7BF534B49F60243F8E758F9AA7CAC303B7F68D8813ED5C3B9EA7,
    0xCCD4252758CCDC70BF6212C5E16F6A52119054E01A4D3963A9950C887F439637,
)

LONG_PRIMES: Final = (
    int(
        "d50a35458d3cb7932248fcce3b32dfa156e340e2e874dd0e62e0a2ae01a38df5"
        "3d353383bfe53a31b31cf107ba6210d2bb73e54ea0486781ce0c24c6af5253bf"
        "d83030cc7398c73ed225a8fba93f3e548092823fb978fce18bcd772e1086c3fb"
        "eabcb9fbaf7d593dd05db300e437251b2560bbe49b6961f32883d4c60e442457",
        16,
    ),
    int(
        "c4b23a58de64c6af6be647f1b9da056af58fbcf8d17c156a68243cc101e6073f"
        "432364b2e3988530706c71f8596a7eb6d1f0ab289427aaa648fe6f770e8261a6"
        "2b78ac9d03d1b2ce71a6d191f384e972683424d73e4f74ec8a8ef9f3e0f38ea0"
        "4da47a64754fa30d31d190a3a82f726fa77ab54df3249df4c7acc02c8e511cdf",
        16,
    ),
)
"""Safe primes of 1,024 bits: the modulus of 256 bytes that tasks ask for."""


@dataclass(frozen=True)
class Key:
    """A threshold key with all its secrets."""

    primes: tuple[int, int] = PRIMES
    parties: int = 3
    threshold: int = 2

    @cached_property
    def n(self) -> int:
        """The modulus."""
        return prod(self.primes)

    @cached_property
    def square(self) -> int:
        """The modulus of ciphertexts."""
        return self.n * self.n

    @cached_property
    def length(self) -> int:
        """Bytes L of the modulus."""
        return self.n.bit_length() // 8

    @cached_property
    def order(self) -> int:
        """m, of the squares modulo n."""
        return prod((prime - 1) // 2 for prime in self.primes)

    @cached_property
    def base(self) -> int:
        """g."""
        return pow(Random(1).randrange(2, self.n), 2, self.n)

    @cached_property
    def mask(self) -> int:
        """H."""
        return pow(self.base, self.n, self.square)

    @cached_property
    def verifier(self) -> int:
        """v."""
        return pow(Random(2).randrange(2, self.n), 2, self.n)

    @cached_property
    def shares(self) -> tuple[int, ...]:
        """s_i: a polynomial that is 1 / n at 0, at 1, 2 and so on."""
        random = Random(3)
        secret = [pow(self.n, -1, self.order)]
        secret += [random.randrange(self.order) for _ in range(1, self.threshold)]
        return tuple(
            sum(coefficient * (place + 1) ** power for power, coefficient in enumerate(secret)) % self.order
            for place in range(self.parties)
        )

    @cached_property
    def verifiers(self) -> tuple[int, ...]:
        """v_i."""
        return tuple(pow(self.verifier, share, self.n) for share in self.shares)

    @cached_property
    def data(self) -> bytes:
        """Canonical bytes."""
        header = b"GPK1" + b"".join(
            value.to_bytes(2, "big") for value in (self.length, self.parties, self.threshold)
        )
        numbers = self.one(self.n) + self.one(self.base) + self.two(self.mask)
        return header + bytes(6) + numbers + b"".join(map(self.one, (self.verifier, *self.verifiers)))

    @property
    def hash(self) -> bytes:
        """What the chain knows of it."""
        return keccak(self.data)

    def one(self, value: int) -> bytes:
        """A number modulo n."""
        return value.to_bytes(self.length, "big")

    def two(self, value: int) -> bytes:
        """A number modulo n^2."""
        return value.to_bytes(2 * self.length, "big")

    # ------------------------------------------------------------------ ciphertexts

    def encrypt(self, plaintext: int, exponent: int) -> int:
        """(1 + M n) H^x."""
        return (1 + plaintext * self.n) * pow(self.mask, exponent, self.square) % self.square

    def random_exponent(self, random: Random) -> int:
        """x: half as long as the modulus."""
        return random.getrandbits(4 * self.length)

    def prove_plaintext(
        self, context: bytes, ciphertext: int, plaintext: int, exponent: int, random: Random
    ) -> bytes:
        """A, d, z."""
        one, two = random.randrange(self.n), random.getrandbits(4 * self.length + 256)
        commitment = self.two(self.encrypt(one, two))
        challenge = challenge_of(PLAINTEXT_DOMAIN, context, self.two(ciphertext), commitment)
        plain = self.one((one + challenge * plaintext) % self.n)
        return commitment + plain + (two + challenge * exponent).to_bytes(self.length // 2 + 33, "big")

    def root(self, ciphertext: int) -> int:
        """r with r^n = C modulo n."""
        return pow(ciphertext, pow(self.n, -1, self.order), self.n)

    def opening(self, ciphertext: int) -> bytes:
        """M, r."""
        root = self.root(ciphertext)
        plain = ciphertext * pow(root, -self.n, self.square) % self.square
        assert plain % self.n == 1
        return self.one(plain // self.n) + self.one(root)

    # ------------------------------------------------------------------ shares

    @cached_property
    def delta(self) -> int:
        """N!."""
        return factorial(self.parties)

    def share(self, ciphertext: int, place: int) -> int:
        """x_i = C^(2 N! s_i)."""
        return pow(ciphertext, 2 * self.delta * self.shares[place], self.n)

    def root_base(self, ciphertext: int) -> int:
        """B = C^(4 N!)."""
        return pow(ciphertext, 4 * self.delta, self.n)

    def prove_share(self, context: bytes, ciphertext: int, share: int, place: int, random: Random) -> bytes:
        """a1, a2, z."""
        one = random.getrandbits(8 * self.length + 256)
        first = self.one(pow(self.root_base(ciphertext), one, self.n))
        second = self.one(pow(self.verifier, one, self.n))
        fields = (self.two(ciphertext), self.one(share), first, second)
        challenge = challenge_of(SHARE_DOMAIN, context, *fields)
        exponent = one + challenge * self.shares[place]
        return first + second + exponent.to_bytes(self.length + 33, "big")

    def combined(self, ciphertext: int, shares: dict[int, int]) -> int:
        """The root, from shares by their places and from nothing secret."""
        w = 1
        for place, share in shares.items():
            others = [other for other in shares if other != place]
            above = self.delta * prod(-(other + 1) for other in others)
            w = w * pow(share, 2 * above // prod(place - other for other in others), self.n) % self.n
        a = pow(4 * self.delta**2, -1, self.n)
        b = (1 - a * 4 * self.delta**2) // self.n
        return pow(w, a, self.n) * pow(ciphertext, b, self.n) % self.n


def context_of(binding: bytes, position: int) -> bytes:
    """Where a proof belongs."""
    return binding + position.to_bytes(32, "big")


def challenge_of(domain: bytes, context: bytes, *fields: bytes) -> int:
    """The first 128 bits of the transcript's hash."""
    return int.from_bytes(sha256(b"".join((domain, context, *fields))).digest()[:16], "big")


# ---------------------------------------------------------------------- trees


def leaf_of(chunk: bytes) -> bytes:
    """Leaf of a sum, a share or an opening."""
    return sha256(b"\x11" + chunk).digest()


def update_leaf_of(ciphertext: bytes, proof: bytes) -> bytes:
    """Leaf of an update."""
    return sha256(b"\x10" + sha256(ciphertext).digest() + sha256(proof).digest()).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """An inner node."""
    return sha256(b"\x12" + left + right).digest()


def levels_of(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Every node, leaves first, filled up with zeros."""
    width = 1
    while width < len(leaves):
        width *= 2
    levels = [[*leaves, *[bytes(32)] * (width - len(leaves))]]
    while len(levels[-1]) > 1:
        row = levels[-1]
        levels.append([node_of(row[at], row[at + 1]) for at in range(0, len(row), 2)])
    return levels


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The top node."""
    return levels_of(leaves)[-1][0]


def path_of(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Siblings from the leaf up."""
    return [row[(index >> level) ^ 1] for level, row in enumerate(levels_of(leaves)[:-1])]


def climb(leaf: bytes, index: int, path: Iterable[bytes]) -> bytes:
    """The root that a path leads to."""
    for other in path:
        leaf = node_of(other, leaf) if index & 1 else node_of(leaf, other)
        index >>= 1
    return leaf


# ---------------------------------------------------------------------- coordinates


def pack(values: Sequence[int], length: int, slot_bits: int, value_bits: int) -> list[int]:
    """Plaintexts with the first coordinate lowest; slots that are left hold the coordinate 0."""
    slots, offset = (8 * length - 1) // slot_bits, 1 << (value_bits - 1)
    padded = [*values, *[0] * (-len(values) % slots)]
    return [
        sum((value + offset) << (slot * slot_bits) for slot, value in enumerate(padded[at : at + slots]))
        for at in range(0, len(padded), slots)
    ]


def divide(numerator: int, divisor: int) -> int:
    """The quotient, rounded half away from zero."""
    magnitude = (2 * abs(numerator) + divisor) // (2 * divisor)
    return -magnitude if numerator < 0 else magnitude


def moved(old: int, total: int, weight: int, scale_bits: int) -> int:
    """The new coordinate: the old one and the mean, within the lattice's range."""
    limit = 2**31 - 1
    return max(-limit, min(limit, old + divide(total << scale_bits, weight)))
