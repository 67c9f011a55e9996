"""A task sealed by proof of work and reviewed: works, blocks and reported times, as strangers find them."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from fl_client.audit import audit_folder
from fl_client.audit.sealing import check_works
from fl_client.chain import EventCursor, import_chain, load_artifact
from fl_client.chain.contracts import Deployment, FactoryBounds, TaskContract, find_factories
from fl_client.errors import AuditDiffers
from fl_client.learning import LocalUpdate
from fl_client.roles import Learner, TaskPlan
from fl_client.rounds import BlockHeader, RoundBlock, Sealing, TaskWatch, blocks_of, body_bytes
from fl_client.sealing import nonce_of
from fl_client.simulation import DemoSettings, Federation
from tests.end_to_end.conftest import run_fl

ROUNDS, LIAR = 2, 3


class InflatingLearner:
    """Claims fifty times the samples that it has, in the time that it took."""

    def __init__(self, honest: Any) -> None:
        self._honest = honest

    def update(self, base: Any, round_: int) -> LocalUpdate:
        learnt: LocalUpdate = self._honest.update(base, round_)
        return replace(learnt, samples=50 * learnt.samples)


class Lying(Federation):
    """Its last trainer inflates; judges bear with whatever an honest update does to the loss of a first model."""

    def _plan(self, bounds: FactoryBounds) -> TaskPlan:
        plan = super()._plan(bounds)
        assert plan.review is not None
        return replace(plan, review=replace(plan.review, floor=-3.2))

    def _learner(self, index: int, share: Any) -> Learner:
        honest = self._honest_learner(index, share)
        return InflatingLearner(honest) if index == LIAR else honest


@dataclass(frozen=True)
class Sealed:
    """A run that has ended, and a stranger's watch over its chain."""

    out: Path
    watch: TaskWatch
    liar: str
    earned: dict[str, int]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    out = tmp_path_factory.mktemp("runs") / "sealed"
    settings = DemoSettings(
        participants=4,
        rounds=ROUNDS,
        partition="iid",
        epochs=1,
        validators=3,
        honest=True,
        sealing="proof-of-work",
        seed=5,
        out=out,
    )
    federation = Lying(settings)
    for _ in federation.run():
        pass
    members = federation.members
    earned = {one.name: federation.contract.earnings(one.participant.address)[1] for one in members}
    liar = next(one for one in members if one.name == f"trainer {LIAR + 1}").participant.address
    federation.close()
    return Sealed(out=out, watch=stranger(out), liar=liar, earned=earned)


def stranger(out: Path) -> TaskWatch:
    """A watch over the chain as it was exported, executed again."""
    connection = import_chain(out / "chain")
    ((factory, task, _),) = find_factories(connection)
    watch = TaskWatch(
        TaskContract(connection, Deployment.of_factory(connection, factory), task), start_block=0
    )
    watch.refresh()
    return watch


# ---------------------------------------------------------------------- works


def test_whoever_searches_has_posted_the_distances_that_its_model_stands_on(tmp_path: Path) -> None:
    settings = DemoSettings(
        participants=5,
        rounds=1,
        partition="iid",
        rule="krum:1+mean",
        epochs=1,
        honest=True,
        sealing="proof-of-work",
        out=tmp_path / "run",
    )
    federation = Federation(settings)
    for _ in federation.run():
        pass
    federation.close()
    (proposal,) = federation.watch.ledger.rounds[1].proposals
    assert proposal.work is not None and proposal.table is not None and proposal.table.round == 1
    assert federation.watch.ledger.slashes == []
    assert audit_folder(settings.out).first_difference is None


def test_every_round_is_sealed_by_work(sealed: Sealed) -> None:
    blocks = list(blocks_of(sealed.watch))
    assert [block.header.sealing for block in blocks[1:]] == [Sealing.WORK] * ROUNDS


def test_the_audit_recomputes_every_work_and_names_the_last_block(sealed: Sealed) -> None:
    result = audit_folder(sealed.out)
    assert (result.first_difference, result.unchecked) == (None, None)
    assert result.works == ROUNDS
    assert result.last_block == "0x" + list(blocks_of(sealed.watch))[-1].header.hash.hex()


@pytest.mark.parametrize("field", ["seat", "next", "elapsed"])
def test_another_work_differs(sealed: Sealed, field: str) -> None:
    watch = stranger(sealed.out)
    work = watch.ledger.works[1]
    # A nonce of 2^247 more, a target or a time that is not that of the rule.
    value = {"seat": work.seat ^ 1 << 255, "next": work.next + 1, "elapsed": work.elapsed + 4_000}[field]
    changed = replace(work, **{field: value})
    watch.ledger.works[1] = changed
    record = watch.ledger.rounds[work.round]
    record.proposals[-1] = replace(record.proposals[-1], work=changed)
    with pytest.raises(AuditDiffers, match="round 2, proposal 1"):
        check_works(watch)


# ---------------------------------------------------------------------- blocks


def test_two_readers_get_the_same_blocks(sealed: Sealed, tmp_path: Path) -> None:
    """One is this package's, run as a command; the other is below and knows only the description."""
    file = tmp_path / "blocks.json"
    done = run_fl("export", "blocks", str(sealed.out), "--out", str(file), "--json")
    assert done.returncode == 0, done.stderr
    exported = [block["hash"] for block in json.loads(file.read_text())]
    assert exported == ["0x" + one.hex() for one in independent_hashes(sealed)]
    assert json.loads(done.stdout)["last_block"] == exported[-1]


def independent_hashes(sealed: Sealed) -> list[bytes]:
    """Every block's hash, from decoded events alone, by the description in docs/protocol.md."""
    contract = sealed.watch.contract
    parameters, board = contract.parameters, contract.parameters.board
    names = [load_artifact(name) for name in ("TrainingTask", "ReviewBoard", "ProofOfWork")]
    cursor = EventCursor(contract.connection, [contract.address, board, parameters.sealing], names, 0)
    events = list(cursor.poll(contract.connection.block_number()))
    account = lambda address: bytes.fromhex(address[2:])  # noqa: E731

    def header(
        parent: bytes, body: bytes, *, numbers: tuple[int, ...], sealer: str, words: Any, work: Any
    ) -> bytes:
        kind, target, nonce = work
        packed = b"GRBH" + struct.pack(">H", 1) + contract.connection.chain_id.to_bytes(32, "big")
        packed += account(contract.address) + parent + struct.pack(">IIII", *numbers) + account(sealer)
        packed += b"".join(words) + keccak(body) + struct.pack(">BI", kind, parameters.sealing_rate)
        return keccak(packed + target.to_bytes(32, "big") + nonce.to_bytes(32, "big"))

    empty = b"GRBB" + struct.pack(">HI", 1, 0)
    first = (bytes(32), parameters.initial_model, parameters.initial_content)
    hashes = [
        header(bytes(32), empty, numbers=(0, 0, 0, 0), sealer="0x" + 40 * "0", words=first, work=(0, 0, 0))
    ]
    target = (1 << 216) // (parameters.sealing_rate << 16)
    for event in events:
        found = event.args
        if event.name == "TurnOpened":
            turn, attempt, reveals = found["turn"], found["attempt"], []
        elif event.name == "UpdateRevealed":
            reveals.append(found)
        elif event.name == "ReviewConcluded":
            scores = list(found["medians"])
        elif event.name == "RoundFrozen":
            body, running, count = b"", bytes(32), 0
            for one in reveals:
                if not found["acceptedMask"] >> one["index"] & 1:
                    continue
                samples, milliseconds = one["report"] & 0xFFFFFFFF, one["report"] >> 32
                weight = min(samples, parameters.max_samples)
                words = [keccak(text="Gradbond.VectorCommitment"), bytes(one["rootHash"])]
                numbers = (one["rootSum"], parameters.dimension, 1, 2, parameters.fraction_bits)
                commitment = keccak(b"".join(words) + b"".join(n.to_bytes(32, "big") for n in numbers))
                padded = bytes(12) + account(one["trainer"])
                running = keccak(running + padded + weight.to_bytes(32, "big") + commitment)
                body += account(one["trainer"]) + struct.pack(">III", weight, samples, milliseconds)
                body += commitment + bytes(one["contentId"]) + struct.pack(">H", scores[one["index"]])
                count += 1
            body = b"GRBB" + struct.pack(">HI", 1, count) + body
        elif event.name == "WorkAdmitted":
            work = (
                1,
                min((1 << 216) - 1, target << found["elapsed"] // parameters.seal_seconds),
                found["seat"] >> 8,
            )
            target = found["next"]
        elif event.name == "AggregateProposed":
            proposed = found
        elif event.name == "RoundFinalized":
            numbers = (found["round"], turn, attempt, proposed["proposal"])
            words = (running, bytes(proposed["model"]), bytes(proposed["contentId"]))
            hashes.append(
                header(hashes[-1], body, numbers=numbers, sealer=proposed["proposer"], words=words, work=work)
            )
    return hashes


def test_every_block_names_its_parent(sealed: Sealed) -> None:
    blocks = list(blocks_of(sealed.watch))
    assert [block.header.parent for block in blocks[1:]] == [block.header.hash for block in blocks[:-1]]


@pytest.mark.parametrize("field", [field.name for field in fields(BlockHeader)])
def test_a_changed_field_of_the_header_changes_the_hash(sealed: Sealed, field: str) -> None:
    header = list(blocks_of(sealed.watch))[-1].header
    assert replace(header, **{field: other(getattr(header, field))}).hash != header.hash


@pytest.mark.parametrize(
    "field", ["trainer", "weight", "samples", "milliseconds", "commitment", "content_id", "score"]
)
def test_a_changed_field_of_an_update_changes_the_body(sealed: Sealed, field: str) -> None:
    block: RoundBlock = list(blocks_of(sealed.watch))[-1]
    assert keccak(body_bytes(block.updates)) == block.header.body
    first, *rest = block.updates
    changed = (replace(first, **{field: other(getattr(first, field))}), *rest)
    assert keccak(body_bytes(changed)) != block.header.body


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, Sealing):
        return Sealing.BOND
    if isinstance(value, int):
        return value ^ 1
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    return "0x" + "12" * 20


def test_a_body_has_scores_times_and_counts(sealed: Sealed) -> None:
    for block in list(blocks_of(sealed.watch))[1:]:
        assert len(block.updates) == 3
        for update in block.updates:
            assert update.milliseconds > 0 and update.samples > 0
            assert 0 < update.score < 0xFFFF


def test_the_nonce_is_in_the_header(sealed: Sealed) -> None:
    nonces = [block.header.nonce for block in blocks_of(sealed.watch)][1:]
    assert nonces == [nonce_of(work.seat) for work in sealed.watch.ledger.works]


# ---------------------------------------------------------------------- times and counts


def test_an_inflated_count_gets_the_lowest_score_and_is_not_accepted(sealed: Sealed) -> None:
    assert sealed.watch.ledger.board is not None
    for number in range(1, ROUNDS + 1):
        record = sealed.watch.ledger.rounds[number]
        place = next(one.index for one in record.reveals if one.trainer == sealed.liar)
        review = sealed.watch.ledger.board.reviews[record.frozen_turn]
        assert review.medians[place] == 0
        assert record.accepted_mask is not None and not record.accepted_mask >> place & 1


def test_an_inflated_count_earns_no_update_reward(sealed: Sealed) -> None:
    attesting = ROUNDS * sealed.watch.contract.parameters.attest_reward
    assert sealed.earned[f"trainer {LIAR + 1}"] == attesting
    assert sealed.earned["trainer 1"] == attesting + ROUNDS * sealed.watch.contract.parameters.update_reward
