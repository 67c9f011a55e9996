"""The two hashes that go on chain: the commitment to a vector, and the EIP-712 hash of an update."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from eth_abi.abi import encode as abi_encode
from eth_utils.address import is_checksum_address, is_hex_address
from eth_utils.crypto import keccak
from numpy.typing import NDArray

from fl_client.encoding.codec import check_fits
from fl_client.encoding.merkle_node import Node
from fl_client.encoding.merkle_sum import MerkleSumTree
from fl_client.encoding.vector import ENCODING_VERSION, VectorFormat
from fl_client.errors import EncodingError
from fl_client.types import Address, Bytes32

COMMITMENT_DOMAIN: Final = keccak(text="Gradbond.VectorCommitment")
"""First word of every commitment, so that it can never be read as a hash of something else."""

DOMAIN_NAME: Final = "Gradbond"
DOMAIN_VERSION: Final = "1"
_DOMAIN_TYPE: Final = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_UPDATE_TYPE: Final = (
    "Update(address task,uint32 round,uint32 attempt,bytes32 baseModel,address trainer,"
    "bytes32 commitment,bytes32 contentId,uint64 report,bytes32 salt)"
)
_DOMAIN_TYPE_HASH: Final = keccak(text=_DOMAIN_TYPE)
_UPDATE_TYPE_HASH: Final = keccak(text=_UPDATE_TYPE)
_UINT32_MAX: Final = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMessage:
    """What a trainer commits to: one update, bound to task, round, attempt, input model and sender.

    Args:
        task: address of the task's contract, also the domain's verifying contract.
        round: the round, from 1.
        attempt: the attempt of the round, from 0.
        base_model: commitment of the model that the training began with.
        trainer: account that commits.
        commitment: commitment of the update's vector.
        content_id: SHA-256 digest under which the bytes are stored.
        samples: samples trained on.
        milliseconds: that the training took, by the trainer's own clock; 0 where it does not say.
        salt: 32 random bytes that keep the message secret until it is revealed; not in ``repr``.

    Raises:
        EncodingError: a field is outside its type.

    Source: protocol.md section 4.
    """

    task: Address
    round: int
    attempt: int
    base_model: Bytes32
    trainer: Address
    commitment: Bytes32
    content_id: Bytes32
    samples: int
    milliseconds: int = 0
    salt: Bytes32 = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("task", "trainer"):
            value = getattr(self, name)
            if not _is_address(value):
                raise EncodingError(f"{name} is {value!r}; give a checksummed address")
        for name in ("round", "attempt", "samples", "milliseconds"):
            value = getattr(self, name)
            if not 0 <= value <= _UINT32_MAX:
                raise EncodingError(f"{name} is {value}; it must be 0 to {_UINT32_MAX}")
        for name in ("base_model", "commitment", "content_id", "salt"):
            length = len(getattr(self, name))
            if length != 32:
                raise EncodingError(f"{name} has {length} bytes; it must have 32")


def report_of(samples: int, milliseconds: int) -> int:
    """What a trainer says of its training, as it goes on chain: milliseconds in the high 32 bits, samples in the low.

    >>> hex(report_of(600, 1_500))
    '0x5dc00000258'
    """
    return milliseconds << 32 | samples


def commit_vector(root: Node, form: VectorFormat) -> Bytes32:
    """Return the commitment to the vector with this root.

    keccak256(abi.encode(domain, root hash, root sum, dimension, version, kind, fraction bits)).

    Args:
        root: root of the vector's tree.
        form: the vector's format.

    Source: protocol.md section 2.
    """
    return Bytes32(
        keccak(
            abi_encode(
                ("bytes32", "bytes32", "uint128", "uint32", "uint16", "uint8", "uint8"),
                (
                    COMMITMENT_DOMAIN,
                    root.hash,
                    root.sum,
                    form.dimension,
                    ENCODING_VERSION,
                    int(form.kind),
                    form.fraction_bits,
                ),
            )
        )
    )


def commitment_of(vector: NDArray[np.int32], form: VectorFormat) -> Bytes32:
    """Return the commitment to a vector with honest leaf sums.

    Args:
        vector: int32 (d,), each within +-(2^31 - 1).
        form: its format.

    Raises:
        EncodingError: the vector does not fit the format.
    """
    check_fits(vector, form)
    return commit_vector(MerkleSumTree.build(vector).root, form)


def set_hash(entries: Iterable[tuple[Address, int, Bytes32]]) -> Bytes32:
    """Return the running hash over a list of updates, by which the chain knows a round's accepted set.

    keccak256(abi.encode(running, trainer, weight, commitment)) from 32 zero bytes on, entry by entry.

    Args:
        entries: trainer, capped weight and commitment of each update, in the order of the reveals.

    Source: protocol.md section 5.
    """
    running = bytes(32)
    for entry in entries:
        running = keccak(abi_encode(("bytes32", "address", "uint32", "bytes32"), (running, *entry)))
    return Bytes32(running)


def update_digest(message: UpdateMessage, chain_id: int) -> Bytes32:
    """Return the EIP-712 hash of an update, which is what is committed and what is signed.

    Args:
        message: the update.
        chain_id: id of the chain that the task lives on, from 1.

    Raises:
        EncodingError: the chain id is outside uint256.

    Source: EIP-712; domain "Gradbond", version "1", the task as verifying contract.
    """
    if not 1 <= chain_id < 2**256:
        raise EncodingError(f"chain_id is {chain_id}; ask the node for eth_chainId")
    domain = keccak(
        abi_encode(
            ("bytes32", "bytes32", "bytes32", "uint256", "address"),
            (
                _DOMAIN_TYPE_HASH,
                keccak(text=DOMAIN_NAME),
                keccak(text=DOMAIN_VERSION),
                chain_id,
                message.task,
            ),
        )
    )
    struct = keccak(
        abi_encode(
            ("bytes32", "address", "uint32", "uint32", "bytes32", "address")
            + ("bytes32", "bytes32", "uint64", "bytes32"),
            (
                _UPDATE_TYPE_HASH,
                message.task,
                message.round,
                message.attempt,
                message.base_model,
                message.trainer,
                message.commitment,
                message.content_id,
                report_of(message.samples, message.milliseconds),
                message.salt,
            ),
        )
    )
    return Bytes32(keccak(b"\x19\x01" + domain + struct))


def _is_address(value: str) -> bool:
    """Accept 0x and 40 digits, with a right checksum or in lower case."""
    if not is_hex_address(value) or not value.startswith("0x"):
        return False
    return value == value.lower() or is_checksum_address(value)
