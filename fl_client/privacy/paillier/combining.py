"""Opening a sum from its parties' shares, whoever of them lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """A share that is wrong.

    Attributes:
        place: of the party that gave it.
        chunk: of the sum; the first one at which the party was found out, as none of its shares is used from there on.
    """

    place: int
    chunk: int


class OpenedSum(NamedTuple):
    """A sum in the clear.

    Attributes:
        openings: of every chunk, each checked by itself.
        culprits: parties found to have given a wrong share. Shares that were not needed are not looked at.
    """

    openings: list[Opening]
    culprits: tuple[Culprit, ...]


def open_sum(
    key: PublicKey,
    ciphertexts: Sequence[int],
    shares: Mapping[int, Sequence[int]],
    *,
    mapper: Mapper = in_turn,
) -> OpenedSum:
    """Open every ciphertext by t of the shares, and go on without those that turn out to be wrong.

    Nothing rests on proofs of the shares: each opening is checked as anybody would check it. Leave out beforehand
    whose ``check_batch`` fails; what is left is then right, unless the dealer helped.

    Args:
        key: the key.
        ciphertexts: of the sum, in order.
        shares: x of every chunk, by place; the first t places are used as long as they lead to openings.
        mapper: runs slices of chunks, on other cores if it likes.

    Raises:
        CryptoError: fewer than t parties gave shares that fit, or the sum is no ciphertexts.
    """
    for place, given in shares.items():
        if not 0 <= place < key.parties or len(given) != len(ciphertexts):
            raise CryptoError(f"place {place} gave {len(given)} shares of {len(ciphertexts)} chunks")
    for ciphertext in ciphertexts:
        check_ciphertext(key, ciphertext)
    openings: dict[int, Opening] = {}
    culprits: list[Culprit] = []
    order, trials = list(shares), Trials()
    pending: Sequence[int] = range(len(ciphertexts))
    while pending:
        if len(order) < key.threshold:
            raise CryptoError(f"{len(order)} parties with right shares, and {key.threshold} are needed")
        openings |= _open(key, ciphertexts, {place: shares[place] for place in order}, pending, mapper)
        pending = [chunk for chunk in pending if chunk not in openings]
        if pending:
            chunk = pending[0]
            of_chunk = {place: shares[place][chunk] for place in order}
            finding = examine(key, chunk, ciphertexts[chunk], of_chunk, trials)
            openings[chunk] = finding.opening
            culprits += [Culprit(place, chunk) for place in sorted(finding.wrong)]
            # Those who led to this opening go first; sorting keeps the order otherwise.
            order = sorted(set(order) - finding.wrong, key=lambda place: place not in finding.agreeing)
            pending = pending[1:]
    return OpenedSum([openings[chunk] for chunk in range(len(ciphertexts))], tuple(culprits))


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
