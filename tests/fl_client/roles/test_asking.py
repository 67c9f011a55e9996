"""Who cannot have what was vouched for asks; who vouched shows it. INV-ASK-2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fl_client.chain.contracts import ONE_COIN, Phase
from fl_client.disputes import opening_of
from fl_client.encoding import MerkleSumTree, Node, VectorFormat, VectorKind, commit_vector, encode
from fl_client.errors import ContentAltered, StorageError
from fl_client.roles import MOST_QUESTIONS, Auditor, Trainer, is_finished
from fl_client.rounds import fetch_vector
from fl_client.simulation import DemoSettings, Federation
from fl_client.storage import LocalStore
from tests.fl_client.roles.test_answering import Stage
from tests.parity import reference


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Three trainers, all honest."""
    settings = DemoSettings(participants=3, rounds=1, epochs=1, honest=True, out=tmp_path / "run")
    return Stage(Federation(settings))


@pytest.fixture
def auditor(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Auditor:
    """The auditor, in Challenge, which cannot have the first trainer's update; the trainers can."""
    stage.until(Phase.CHALLENGE)
    (found,) = stage.of(Auditor)
    assert isinstance(found, Auditor)
    fetch, hidden = found.models.update, stage.federation.watch.ledger.current().reveals[0]

    def update(number: int, reveal: Any) -> Any:
        if reveal == hidden:
            raise StorageError("nobody has it")
        return fetch(number, reveal)

    monkeypatch.setattr(found.models, "update", update)
    found.looks = 1
    return found


def asked_by(stage: Stage) -> list[Any]:
    stage.federation.watch.refresh()
    return stage.federation.watch.ledger.questions.asked


def test_nobody_is_asked_before_bytes_were_missing_three_times(stage: Stage, auditor: Auditor) -> None:
    auditor.looks = 3
    connection = stage.federation.connection
    for _ in range(2):
        with pytest.raises(StorageError):
            auditor.step()
        connection.wait_until(connection.now() + 1)
    assert asked_by(stage) == []
    auditor.step()
    assert len(asked_by(stage)) == 1


def test_looks_at_the_same_block_are_one_look(stage: Stage, auditor: Auditor) -> None:
    auditor.looks = 2
    for _ in range(3):
        with pytest.raises(StorageError):
            auditor.step()
    assert asked_by(stage) == []


def test_nobody_is_asked_for_what_was_not_accepted(stage: Stage, auditor: Auditor) -> None:
    record = stage.federation.watch.ledger.current()
    record.accepted_mask = 0b110
    assert auditor.ask_for_missing(Phase.CHALLENGE) is None


def test_whoever_has_the_bytes_shows_them(stage: Stage, auditor: Auditor) -> None:
    auditor.step()
    (one,) = asked_by(stage)
    attester = next(who for who in stage.of(Trainer) if who.address == one.question.attester)
    before = stage.federation.contract.balance(attester.address)
    assert attester.step() is not None
    (one,) = asked_by(stage)
    assert one.shown and one.fee == one.bond // 5
    assert stage.federation.contract.balance(attester.address) - before == one.fee


def test_others_do_not_answer_for_it(stage: Stage, auditor: Auditor) -> None:
    auditor.step()
    (one,) = asked_by(stage)
    for other in stage.of(Trainer):
        if other.address != one.question.attester:
            other.step()
    assert asked_by(stage)[0].shown is None


def test_who_has_not_the_bytes_is_silent_and_struck(
    stage: Stage, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor.step()
    (one,) = asked_by(stage)
    attester = next(who for who in stage.of(Trainer) if who.address == one.question.attester)
    attester.models.store = LocalStore(stage.federation.settings.out / "empty")
    monkeypatch.setattr(attester.models, "_verified", None)
    attester.step()
    contract = stage.federation.contract
    before = contract.balance(auditor.address)
    stage.federation.connection.wait_until(one.deadline)
    assert auditor.step() == f"showed that {attester.address} has not the bytes that it vouched for"
    assert contract.balance(auditor.address) - before == one.bond
    assert asked_by(stage)[0].charged


def test_one_question_at_a_time_and_so_many_a_round(stage: Stage, auditor: Auditor) -> None:
    for _ in range(MOST_QUESTIONS + 2):
        try:
            auditor.step()
        except StorageError:
            continue
        for trainer in stage.of(Trainer):
            trainer.step()
    asked = asked_by(stage)
    assert len(asked) == MOST_QUESTIONS
    assert len({one.question.attester for one in asked}) == 3  # whoever was asked least


def test_without_the_coins_of_a_bond_nobody_is_asked(
    stage: Stage, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(auditor.contract), "balance", lambda self, account: ONE_COIN - 1)
    with pytest.raises(StorageError):
        auditor.step()
    assert asked_by(stage) == []


def test_whoever_has_a_bond_to_take_back_is_not_finished(stage: Stage, auditor: Auditor) -> None:
    auditor.step()
    asked_by(stage)
    stage.federation.watch.ledger.ended = stage.federation.contract.base_model()
    assert not is_finished(auditor, until_ended=True)


# ---------------------------------------------------------------------- openings


@pytest.mark.parametrize("dimension", [1, 64, 65, 150, 64 * 5, 64 * 8 + 1])
def test_what_was_recomputed_can_be_opened_everywhere(dimension: int) -> None:
    vector = np.random.default_rng(dimension).integers(-(2**20), 2**20, dimension, dtype=np.int32)
    tree = MerkleSumTree.build(vector)
    chunks = -(-dimension // 64)
    for index in range(chunks):
        opening = opening_of(vector, tree, index, tree.nodes(0, index, 1)[0].sum)
        assert climbed(opening, index) == (tree.root.hash, tree.root.sum)


def test_a_lie_in_an_inner_sum_has_no_bytes_that_give_it(tmp_path: Path) -> None:
    vector = np.random.default_rng(1).integers(-(2**20), 2**20, 64 * 4, dtype=np.int32)
    levels = reference.levels([int(value) for value in vector])
    (left, right), form = levels[1], VectorFormat(dimension=64 * 4, fraction_bits=20, kind=VectorKind.UPDATE)
    lied = reference.node((left[0], left[1] - 1), right)
    commitment = commit_vector(Node(hash=lied[0], sum=lied[1]), form)
    store = LocalStore(tmp_path)
    content = store.put(encode(vector, form, [total for _, total in levels[0]]))
    with pytest.raises(ContentAltered):
        fetch_vector(store, content.digest, form, commitment)


def climbed(opening: bytes, index: int) -> tuple[bytes, int]:
    """Where an opening leads, as the contract climbs."""
    node = (reference.leaf(opening[16:272])[0], int.from_bytes(opening[:16], "big"))
    for start in range(272, len(opening), 48):
        sibling = (opening[start : start + 32], int.from_bytes(opening[start + 32 : start + 48], "big"))
        node = reference.node(node, sibling) if index % 2 == 0 else reference.node(sibling, node)
        index //= 2
    return node
