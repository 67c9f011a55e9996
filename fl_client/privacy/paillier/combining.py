"""Opening a sum from its parties' shares, whoever of them lies."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.disagreement import Trials, examine
from fl_client.privacy.paillier.openings import Opening, check_opening, check_openings, open_with, root_of
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.root_shares import check_ciphertext
from fl_client.privacy.paillier.slices import Mapper, cut, in_turn

__all__ = ["Culprit", "OpenedSum", "Opening", "check_opening", "check_openings", "open_sum"]


@dataclass(frozen=True, slots=True, order=True)
class Culprit:
    """A share that does not fit those that opened its chunk: no proof, where several lied in concert (``examine``).

    Attributes:
        place: of the party that gave it.
        chunk: of the sum; the first one at which it did not fit.
    """

    place: int
    chunk: int


class OpenedSum(NamedTuple):
    """A sum in the clear.

    Attributes:
        openings: of every chunk, each checked by itself.
        culprits: whose shares did not fit, none of them proved. Shares that were not needed are not looked at.
    """

    openings: list[Opening]
    culprits: tuple[Culprit, ...]


def open_sum(
    key: PublicKey,
    ciphertexts: Sequence[int],
    shares: Mapping[int, Sequence[int]],
    *,
    proved: Collection[int] = (),
    mapper: Mapper = in_turn,
) -> OpenedSum:
    """Open every ciphertext by t of the shares, those that turn out not to fit last.

    Nothing rests on proofs of the shares: each opening is checked as anybody would check it. Unless the dealer helped
    somebody, t places that are proved open everything at once, whatever the others gave. Without so many, whom a
    chunk seems to speak against may be honest, so nobody's shares are left out of the next ones.

    Args:
        key: the key.
        ciphertexts: of the sum, in order.
        shares: x of every chunk, by place; the first t places are used as long as they lead to openings.
        proved: places whose ``check_batch`` holds: used first, and never named.
        mapper: runs slices of chunks, on other cores if it likes.

    Raises:
        CryptoError: no t parties gave shares that fit, or the sum is no ciphertexts.
    """
    for place, given in shares.items():
        if not 0 <= place < key.parties or len(given) != len(ciphertexts):
            raise CryptoError(f"place {place} gave {len(given)} shares of {len(ciphertexts)} chunks")
    for ciphertext in ciphertexts:
        check_ciphertext(key, ciphertext)
    if len(shares) < key.threshold:
        raise CryptoError(f"shares of {len(shares)} parties, and {key.threshold} are needed")
    openings: dict[int, Opening] = {}
    named: dict[int, int] = {}
    order, trials = sorted(shares, key=lambda place: place not in proved), Trials()
    pending: Sequence[int] = range(len(ciphertexts))
    while pending:
        openings |= _open(key, ciphertexts, {place: shares[place] for place in order}, pending, mapper)
        pending = [chunk for chunk in pending if chunk not in openings]
        if pending:
            chunk = pending[0]
            of_chunk = {place: shares[place][chunk] for place in order}
            finding = examine(key, chunk, ciphertexts[chunk], of_chunk, trials, proved=proved)
            openings[chunk] = finding.opening
            for place in sorted(finding.wrong):
                named.setdefault(place, chunk)
            order = _reordered(order, named, finding.agreeing)
            pending = pending[1:]
    culprits = tuple(Culprit(place, chunk) for place, chunk in named.items())
    return OpenedSum([openings[chunk] for chunk in range(len(ciphertexts))], culprits)


def _reordered(order: Sequence[int], named: Collection[int], agreeing: Collection[int]) -> list[int]:
    """Whoever was named goes last, and who led to the latest opening first; sorting keeps the order otherwise."""
    return sorted(order, key=lambda place: (place in named, place not in agreeing))


def _open(
    key: PublicKey,
    ciphertexts: Sequence[int],
    shares: Mapping[int, Sequence[int]],
    pending: Sequence[int],
    mapper: Mapper,
) -> dict[int, Opening]:
    """What the first t of the shares open of the chunks that are pending."""
    places = list(shares)[: key.threshold]
    rows = [(ciphertexts[chunk], [shares[place][chunk] for place in places]) for chunk in pending]
    found = (one for done in mapper(partial(_open_slice, key, places), cut(rows)) for one in done)
    return {chunk: one for chunk, one in zip(pending, found, strict=True) if one is not None}


def _open_slice(
    key: PublicKey, places: Sequence[int], rows: Sequence[tuple[int, Sequence[int]]]
) -> list[Opening | None]:
    """The openings of some chunks, none for those that these shares do not open."""
    done: list[Opening | None] = []
    for ciphertext, given in rows:
        root = root_of(key, ciphertext, dict(zip(places, given, strict=True)))
        done.append(None if root is None else open_with(key, ciphertext, root))
    return done
