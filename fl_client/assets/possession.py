"""That an account still holds the bytes of the blocks that an auditor asks for, without showing any of them.

With coefficients e_j of the challenge, C = sum of e_j C_j commits to the sums m_k = sum of e_j m_jk of the blocks'
sectors. The proof is Schnorr's, of knowledge of an opening of C, made non-interactive by a hash (Fiat-Shamir):

    A = u H + sum of a_k G_k;  c = sha256(domain, seed, sha256(commitments), A) mod q;
    z_0 = u + c r,  z_k = a_k + c m_k;  check: z_0 H + sum of z_k G_k = A + c C.

Nobody opens C to other sums than the blocks' own, and whoever answers for enough coefficients can be made to give the
blocks themselves (Shacham and Waters, "Compact proofs of retrievability", 2008, with Pedersen's commitments in the
place of their tags, so that the answers show nothing). Hashes of blocks give no such sum.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from eth_account.messages import SignableMessage, encode_typed_data

from fl_client.assets.announcement import (
    SIGNATURE_BYTES,
    Announcement,
    Signer,
    canonical,
    read_document,
    read_hex,
    require_signature,
    typed_domain,
)
from fl_client.assets.challenge import MOST_COUNT, Challenge, coefficients, places
from fl_client.assets.data import MOST_BYTES, SECTORS, AssetData, block_count
from fl_client.assets.group import (
    GENERATORS,
    ORDER,
    POINT_BYTES,
    SCALAR_BYTES,
    blinding,
    combine,
    commit_block,
    read_point,
    sectors_of,
)
from fl_client.assets.holding import Holding
from fl_client.assets.tree import NODE_BYTES, depth_of, leaf_of, open_leaves, root_from
from fl_client.errors import ConfigError, CryptoError

_MOST_NODES: Final = MOST_COUNT * depth_of(block_count(MOST_BYTES))
_RESPONSES: Final = (SECTORS + 1) * SCALAR_BYTES
PROOF_BYTES: Final = 2 * (MOST_COUNT * POINT_BYTES + _MOST_NODES * NODE_BYTES + _RESPONSES) + 2_048
"""No proof is longer."""

_PROOF_DOMAIN: Final = b"Gradbond.Asset.Possession".ljust(32, b"\0")
_POSSESSION_TYPE: Final = {
    "Possession": [
        {"name": "asset", "type": "bytes32"},
        {"name": "challenge", "type": "bytes32"},
        {"name": "proof", "type": "bytes32"},
    ]
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Possession:
    """A proof of possession, as it travels.

    Attributes:
        asset: digest of the announcement, 32 bytes.
        challenge: what it answers.
        commitments: 33 bytes for each block asked for, ascending.
        nodes: of the tree, 32 bytes each.
        mask: A, 33 bytes.
        responses: z_0 to z_32, 32 bytes each.
        signature: of the announcement's account, 65 bytes.
    """

    asset: bytes
    challenge: Challenge
    commitments: bytes
    nodes: bytes
    mask: bytes
    responses: bytes
    signature: bytes = b""

    def to_bytes(self) -> bytes:
        """The JSON document, in the only form that is read."""
        asked = self.challenge
        told = {
            "asset": "0x" + self.asset.hex(),
            "challenge": {
                "count": asked.count,
                "kind": asked.kind,
                "number": asked.number,
                "value": "0x" + asked.value.hex(),
            },
            "commitments": "0x" + self.commitments.hex(),
            "mask": "0x" + self.mask.hex(),
            "nodes": "0x" + self.nodes.hex(),
            "responses": "0x" + self.responses.hex(),
            "signature": "0x" + self.signature.hex(),
            "version": 1,
        }
        return canonical(told)

    @classmethod
    def from_bytes(cls, data: bytes) -> Possession:
        """Read what anybody may have written; only its form is checked here.

        Raises:
            CryptoError: it is no proof, or not in its one form.
        """
        told = read_document(data, PROOF_BYTES, "proof")
        try:
            asked = told["challenge"]
            if any(type(asked[name]) is not int for name in ("count", "number")):
                raise CryptoError("count and number of a challenge are whole numbers")
            challenge = Challenge(**{**asked, "value": read_hex(asked["value"], 32)})
            found = cls(
                asset=read_hex(told["asset"], 32),
                challenge=challenge,
                commitments=_multiple(told["commitments"], POINT_BYTES, challenge.count),
                nodes=_multiple(told["nodes"], NODE_BYTES, _MOST_NODES),
                mask=read_hex(told["mask"], POINT_BYTES),
                responses=read_hex(told["responses"], _RESPONSES),
                signature=read_hex(told["signature"], SIGNATURE_BYTES),
            )
        except (KeyError, TypeError):
            raise CryptoError("this is no proof: a field is missing, or of another kind") from None
        except ConfigError as problem:
            raise CryptoError(f"this is no proof: {problem}") from None
        if found.to_bytes() != data:
            raise CryptoError("this is no proof in its one form: take the file as it was written")
        return found

    def signed_for(self, announcement: Announcement) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """What the account signs, as EIP-712 has it."""
        body = sha256(self.commitments + self.nodes + self.mask + self.responses).digest()
        message = {"asset": self.asset, "challenge": self.challenge.seed(self.asset), "proof": body}
        return typed_domain(announcement.chain_id), _POSSESSION_TYPE, message


def prove_possession(
    announcement: Announcement, holding: Holding, data: AssetData, challenge: Challenge, signer: Signer
) -> Possession:
    """Answer a challenge; only the blocks that it asks for are read.

    Raises:
        ConfigError: holding or account are another announcement's, or the data is not what was announced: the
            message names the first block that differs.
    """
    if signer.address != announcement.account:
        raise ConfigError(f"{announcement.account} announced it, {signer.address} cannot answer for it")
    if data.size != announcement.keywords.size:
        raise ConfigError(f"the data has {data.size} bytes, announced were {announcement.keywords.size}")
    leaves = holding.leaves
    if holding.blocks != announcement.blocks:
        raise ConfigError("this holding belongs to another announcement")
    seed = challenge.seed(announcement.digest)
    asked = list(places(seed, holding.blocks, challenge.asked(holding.blocks)))
    sums = [0] * (SECTORS + 1)
    for index, factor in zip(asked, coefficients(seed, len(asked)), strict=True):
        opened = [blinding(holding.secret, index), *sectors_of(data.block(index))]
        sums = [(total + factor * part) % ORDER for total, part in zip(sums, opened, strict=True)]
    commitments = b"".join(holding.commitment(index) for index in asked)
    masks = [secrets.randbelow(ORDER) for _ in sums]
    mask = combine(masks, GENERATORS).format()
    c = _hashed(seed, commitments, mask)
    found = Possession(
        asset=announcement.digest,
        challenge=challenge,
        commitments=commitments,
        nodes=open_leaves(leaves, asked),
        mask=mask,
        responses=b"".join(
            ((hidden + c * value) % ORDER).to_bytes(SCALAR_BYTES, "big")
            for hidden, value in zip(masks, sums, strict=True)
        ),
    )
    found = replace(found, signature=signer.sign_typed(*found.signed_for(announcement)))
    try:
        check_possession(announcement, found, challenge)
    except CryptoError:
        # An answer that would not be taken is not given: it says why instead.
        raise ConfigError(_what_differs(holding, data, asked)) from None
    return found


def check_possession(announcement: Announcement, proof: Possession, challenge: Challenge) -> None:
    """Check an answer, as anybody can who has the announcement and knows what was asked.

    Args:
        announcement: read by ``Announcement.from_bytes``, before the challenge was known.
        proof: of any author.
        challenge: the auditor's own; what the proof says of it is not trusted.

    Raises:
        CryptoError: it does not hold; the message says where.
    """
    if proof.asset != announcement.digest:
        raise CryptoError("this proof is about another announcement")
    if proof.challenge != challenge:
        raise CryptoError("this proof answers another challenge")
    _check_signature(announcement, proof)
    blocks = announcement.blocks
    seed = challenge.seed(proof.asset)
    asked = places(seed, blocks, challenge.asked(blocks))
    if len(proof.commitments) != POINT_BYTES * len(asked) or len(proof.responses) != _RESPONSES:
        raise CryptoError(f"this proof is not about the {len(asked)} blocks that were asked for")
    parts = [proof.commitments[at : at + POINT_BYTES] for at in range(0, len(proof.commitments), POINT_BYTES)]
    leaves = {index: leaf_of(index, part) for index, part in zip(asked, parts, strict=True)}
    if root_from(blocks, leaves, proof.nodes) != announcement.root:
        raise CryptoError("the commitments of this proof are not the announced ones")
    responses = [
        int.from_bytes(proof.responses[at : at + SCALAR_BYTES], "big")
        for at in range(0, _RESPONSES, SCALAR_BYTES)
    ]
    if max(responses) >= ORDER:
        raise CryptoError("a response of this proof is no number below the group's order")
    c = _hashed(seed, proof.commitments, proof.mask)
    factors = [1, *(c * factor for factor in coefficients(seed, len(asked)))]
    points = [read_point(proof.mask), *(read_point(part) for part in parts)]
    if combine(responses, GENERATORS) != combine(factors, points):
        raise CryptoError("the responses of this proof do not open the commitments: bytes are missing")


def _check_signature(announcement: Announcement, proof: Possession) -> None:
    message: SignableMessage = encode_typed_data(*proof.signed_for(announcement))
    require_signature(message, proof.signature, announcement.account, "proof")


def _hashed(seed: bytes, commitments: bytes, mask: bytes) -> int:
    hashed = sha256(_PROOF_DOMAIN + seed + sha256(commitments).digest() + mask).digest()
    return int.from_bytes(hashed, "big") % ORDER


def _multiple(text: Any, unit: int, most: int) -> bytes:
    length, rest = divmod(len(text) - 2, 2) if isinstance(text, str) else (-1, 0)
    if rest or length % unit or not 0 <= length <= unit * most:
        raise CryptoError(f"expected 0x and up to {most} times {unit} bytes in hexadecimal digits")
    return read_hex(text, length)


def _what_differs(holding: Holding, data: AssetData, asked: list[int]) -> str:
    for index in asked:
        kept = commit_block(data.block(index), blinding(holding.secret, index))
        if kept != holding.commitment(index):
            return f"block {index} of the data is not what was announced: nothing can be proved with it"
    return "this holding belongs to another announcement"
