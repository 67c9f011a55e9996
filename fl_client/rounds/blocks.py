"""The block of each round, as BlockFL's miners pass it on: rebuilt from what the chain and the store hold.

A header names its parent, the round, the sealer, the set, the model and the work; a body lists the updates with their
weights, computation times and scores. The vectors themselves are in the store, under the content ids of the body.

Source: Kim et al. 1808.03949 section II; the bytes are this project's own (docs/protocol.md, "The round block").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Final

from eth_utils.crypto import keccak

from fl_client.chain.contracts import NOBODY
from fl_client.encoding import set_hash
from fl_client.rounds.reveal import Reveal
from fl_client.rounds.round_record import Proposal, RoundRecord
from fl_client.rounds.watch import TaskWatch
from fl_client.rounds.work import WorkTerms
from fl_client.types import Address, Bytes32

HEADER_MAGIC: Final = b"GRBH"
BODY_MAGIC: Final = b"GRBB"
BLOCK_VERSION: Final = 1
NO_SCORE: Final = 0xFFFF
"""In place of a score where the round was not reviewed; no accepted update of a reviewed one has it."""

_EMPTY: Final = Bytes32(bytes(32))
_HEADER: Final = struct.Struct(">4sH32s20s32sIIII20s32s32s32s32sBI32s32s")
_BODY: Final = struct.Struct(">4sHI")
_UPDATE: Final = struct.Struct(">20sIII32s32sH")


class Sealing(IntEnum):
    """By what right a model was proposed."""

    SLOT = 0  # the task has slots in order
    WORK = 1
    BOND = 2  # sealed by work, and this one came without: in an open slot, or by a won dispute


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockUpdate:
    """One accepted update: whose, what it weighs, what its trainer says of its making, and what the judges say."""

    trainer: Address
    weight: int
    samples: int
    milliseconds: int
    commitment: Bytes32
    content_id: Bytes32
    score: int

    def to_bytes(self) -> bytes:
        """98 bytes."""
        return _UPDATE.pack(
            _account(self.trainer),
            self.weight,
            self.samples,
            self.milliseconds,
            self.commitment,
            self.content_id,
            self.score,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHeader:
    """What a block's hash is of.

    Attributes:
        chain_id, task: where.
        parent: hash of the header before; zero in the first, which has the task's first model and no updates.
        round, turn, attempt, proposal: when; `turn` is the one in which the set was frozen.
        sealer: who proposed the final model.
        set_hash: running hash of the accepted updates.
        model, content_id: the final model's.
        body: keccak256 of the body's bytes.
        sealing, rate, target, nonce: the right to propose; zero where there was no work.
    """

    chain_id: int
    task: Address
    parent: Bytes32
    round: int
    turn: int
    attempt: int
    proposal: int
    sealer: Address
    set_hash: Bytes32
    model: Bytes32
    content_id: Bytes32
    body: Bytes32
    sealing: Sealing
    rate: int
    target: int
    nonce: int

    def to_bytes(self) -> bytes:
        """323 bytes."""
        return _HEADER.pack(
            HEADER_MAGIC,
            BLOCK_VERSION,
            self.chain_id.to_bytes(32, "big"),
            _account(self.task),
            self.parent,
            self.round,
            self.turn,
            self.attempt,
            self.proposal,
            _account(self.sealer),
            self.set_hash,
            self.model,
            self.content_id,
            self.body,
            int(self.sealing),
            self.rate,
            self.target.to_bytes(32, "big"),
            self.nonce.to_bytes(32, "big"),
        )

    @property
    def hash(self) -> Bytes32:
        """keccak256 of the bytes."""
        return Bytes32(keccak(self.to_bytes()))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundBlock:
    """A header, and the updates that it seals."""

    header: BlockHeader
    updates: tuple[BlockUpdate, ...]

    def to_json(self) -> dict[str, Any]:
        """What `fl export blocks` writes; numbers beyond 2^53 and hashes as hexadecimal text."""
        return {
            "hash": "0x" + self.header.hash.hex(),
            "header": _shown(asdict(self.header)),
            "updates": [_shown(asdict(update)) for update in self.updates],
        }


def body_bytes(updates: tuple[BlockUpdate, ...]) -> bytes:
    """A body's bytes: magic, version and count, then 98 bytes an update in the order of the reveals."""
    head = _BODY.pack(BODY_MAGIC, BLOCK_VERSION, len(updates))
    return head + b"".join(update.to_bytes() for update in updates)


def blocks_of(watch: TaskWatch) -> Iterator[RoundBlock]:
    """Rebuild the block of every final round, from the first model on; the watch must have read the chain.

    Raises:
        UnknownRule: the task is sealed in a way that this version does not know.
    """
    ledger, parameters = watch.ledger, watch.contract.parameters
    first = BlockHeader(
        chain_id=watch.contract.connection.chain_id,
        task=watch.contract.address,
        parent=_EMPTY,
        round=0,
        turn=0,
        attempt=0,
        proposal=0,
        sealer=NOBODY,
        set_hash=_EMPTY,
        model=ledger.initial_model,
        content_id=ledger.initial_content,
        body=Bytes32(keccak(body_bytes(()))),
        sealing=Sealing.SLOT,
        rate=parameters.sealing_rate,
        target=0,
        nonce=0,
    )
    block = RoundBlock(header=first, updates=())
    yield block
    for number in sorted(ledger.rounds):
        record = ledger.rounds[number]
        if record.finalized and record.standing is not None:
            block = _block_of(watch, record, record.standing, block.header)
            yield block


def _block_of(watch: TaskWatch, record: RoundRecord, standing: Proposal, parent: BlockHeader) -> RoundBlock:
    accepted = watch.accepted(record.number)
    entries = watch.entries(accepted)
    updates = tuple(
        BlockUpdate(
            trainer=trainer,
            weight=weight,
            samples=reveal.samples,
            milliseconds=reveal.milliseconds,
            commitment=commitment,
            content_id=reveal.content_id,
            score=_score(watch, record, reveal),
        )
        for reveal, (trainer, weight, commitment) in zip(accepted, entries, strict=True)
    )
    sealing, target, nonce = _work(watch, standing)
    header = BlockHeader(
        chain_id=parent.chain_id,
        task=parent.task,
        parent=parent.hash,
        round=record.number,
        turn=record.frozen_turn,
        attempt=record.attempt,
        proposal=standing.number,
        sealer=standing.proposer,
        set_hash=set_hash(entries),
        model=standing.model,
        content_id=standing.content_id,
        body=Bytes32(keccak(body_bytes(updates))),
        sealing=sealing,
        rate=parent.rate,
        target=target,
        nonce=nonce,
    )
    return RoundBlock(header=header, updates=updates)


def _work(watch: TaskWatch, standing: Proposal) -> tuple[Sealing, int, int]:
    """The right by which a model was proposed, the target that was in force, and the nonce."""
    terms = WorkTerms.of(watch.contract)
    if terms is None:
        return Sealing.SLOT, 0, 0
    if standing.work is None or standing.work.nonce is None:
        return Sealing.BOND, 0, 0
    works = watch.ledger.works
    before = next(place for place, work in enumerate(works) if work is standing.work)
    target = terms.target(terms.base(works[:before]), standing.work.elapsed)
    return Sealing.WORK, target, standing.work.nonce


def _score(watch: TaskWatch, record: RoundRecord, reveal: Reveal) -> int:
    """The median of an update's scores."""
    board = watch.ledger.board
    review = None if board is None else board.reviews.get(record.frozen_turn)
    if review is None or not review.medians:
        return NO_SCORE
    return review.medians[reveal.index]


def _account(address: Address) -> bytes:
    return bytes.fromhex(address[2:])


def _shown(fields: dict[str, Any]) -> dict[str, Any]:
    def text(value: Any) -> Any:
        if isinstance(value, bytes):
            return "0x" + value.hex()
        if isinstance(value, Sealing):
            return value.name.lower()
        return hex(value) if isinstance(value, int) and value >= 1 << 53 else value

    return {name: text(value) for name, value in fields.items()}
