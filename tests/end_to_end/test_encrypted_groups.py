"""Sums of random groups: their median moves the model, and who packs out of its range moves its own group alone.

INV-GROUP-4, INV-GROUP-5.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fl_client.audit import audit_encrypted_task
from fl_client.audit.encrypted_turn import TurnAudit
from fl_client.chain.contracts import Evidence
from fl_client.chain.contracts.encrypted import EncryptedPhase, StatementKind
from fl_client.errors import AuditDiffers
from fl_client.privacy.paillier.number import number
from fl_client.privacy.paillier.updates import EncryptedUpdate, encrypt_update
from fl_client.privacy.scale import apply_sum
from fl_client.roles.doubting import Doubt
from fl_client.roles.party import Party
from fl_client.roles.party_work import PartyWork
from fl_client.rounds import seal_vector
from fl_client.rounds.encrypted_record import EncryptedTurn
from fl_client.simulation.encrypted_cheats import LateParty
from fl_client.types import Bytes32
from tests.contracts.encrypted_round import members_of
from tests.encrypted_clear import clear, clear_median, slashes
from tests.encrypted_liars import Unrefusing
from tests.encrypted_stage import Ground, Stage, make_ground

PARTIES = 10
GROUPS = {"groups": 3, "minimum_accepted": 3, "threshold": 4}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("groups"))


def groups_of(stage: Stage, turn: EncryptedTurn) -> list[list[int]]:
    """Places of each group, dealt by a program of the tests' own."""
    places = [place for place in range(PARTIES) if turn.accepted >> place & 1]
    assert turn.seed is not None
    return [[places[at] for at in members_of(turn.seed, len(places), 3, group)] for group in range(3)]


def full_scale(stage: Stage) -> int:
    """Steps of the lattice between the least and the greatest value that a slot is meant for."""
    return 1 << stage.plan.value_bits + stage.plan.scale_bits


# ---------------------------------------------------------------------- honest rounds


def test_the_model_is_the_median_of_three_groups_bit_for_bit(ground: Ground) -> None:
    stage = Stage(ground, parties=PARTIES, weights={1: 3, 2: 2}, max_weight=4, rounds=2, **GROUPS).run()
    first, second = (stage.ledger.turns[number] for number in (1, 2))
    model = clear_median(stage, groups_of(stage, first))
    assert np.array_equal(stage.model(), clear_median(stage, groups_of(stage, second), base=model, round_=2))
    assert first.seed != second.seed
    assert not np.array_equal(model, clear(stage, list(range(PARTIES))))
    assert sorted(map(len, groups_of(stage, first))) == [3, 3, 4]
    assert slashes(stage) == []
    assert [done for _, done in stage.said].count("dealt the groups") == 2
    result = audit_encrypted_task(stage.contract, stage.store)
    assert (result.passed, result.rounds_checked, result.rule) == (True, 2, "median of group means")
    for seed, said in ((Bytes32(b"\7" * 32), "the sum that stood has the root"), (None, "is not dealt")):
        with pytest.raises(AuditDiffers, match=said):
            TurnAudit(stage.book(), replace(first, seed=seed)).check_sum()


def test_nine_of_ten_are_enough_for_three_groups_of_three(ground: Ground) -> None:
    stage = Stage(ground, parties=PARTIES, kinds={9: LateParty}, **GROUPS).run()
    assert slashes(stage) == [("party 10", Evidence.NO_SUBMISSION)]
    groups = groups_of(stage, stage.ledger.turns[1])
    assert [len(group) for group in groups] == [3, 3, 3]
    assert np.array_equal(stage.model(), clear_median(stage, groups))


def test_eight_are_too_few_and_nothing_is_opened(ground: Ground) -> None:
    """Fewer groups instead would let two, by staying away, take the median from the others."""
    stage = Stage(ground, parties=PARTIES, kinds={8: LateParty, 9: LateParty}, max_voids=1, **GROUPS).run()
    assert stage.ledger.rounds_final == 0
    turn = stage.ledger.turns[1]
    assert turn.void and turn.fixed is None and turn.frozen is None


# ---------------------------------------------------------------------- who packs out of its range


class _OutOfRange(PartyWork):
    """Fills every slot to where the next party's value still fits: the farthest that moves no neighbour."""

    def encrypt(self, turn: EncryptedTurn, values: Any) -> EncryptedUpdate:
        form, key = self.book.form(), self.book.key(turn)
        held = (1 << form.slot_bits) - (PARTIES << form.value_bits)
        plaintext = sum(held << form.slot_bits * slot for slot in range(form.slots))
        wide: Any = SimpleNamespace(length=form.length, pack=lambda _: [number(plaintext)] * self.book.chunks)
        return encrypt_update(key, self.book.context(turn, self.address), values, wide)


class OutOfRange(Party):
    """Proves its ciphertexts rightly: what they hold is no fault that anybody sees."""

    work_kind = _OutOfRange


def test_with_one_group_it_moves_the_mean_by_what_its_headroom_lets_it(ground: Ground) -> None:
    stage = Stage(ground, parties=PARTIES, kinds={4: OutOfRange}).run()
    assert slashes(stage) == []
    honest = clear(stage, [place for place in range(PARTIES) if place != 4])
    moved = (stage.model().astype(np.int64) - honest) / full_scale(stage)
    most = 2**stage.plan.headroom_bits / PARTIES
    # Sixteen values fit into a slot, of which ten are the parties'.
    assert moved.min() > 0.4
    assert moved.max() <= most


@pytest.mark.parametrize("liar", [0, 4, 9])
def test_with_three_groups_it_moves_the_model_no_further_than_the_others_would(
    ground: Ground, liar: int
) -> None:
    stage = Stage(ground, parties=PARTIES, kinds={liar: OutOfRange}, **GROUPS).run()
    assert slashes(stage) == []
    groups = groups_of(stage, stage.ledger.turns[1])
    honest = np.stack([clear(stage, group) for group in groups if liar not in group])
    # It pulls all coordinates upwards, so the median is the greater of the two others.
    assert np.array_equal(stage.model(), honest.max(axis=0))
    assert len(honest) == 2
    result = audit_encrypted_task(stage.contract, stage.store)
    assert (result.passed, result.rounds_checked) == (True, 1)


# ---------------------------------------------------------------------- other groups than were dealt


class OtherDealing(Party):
    """Sums other groups than the seed deals."""

    def sum_root(self, root: bytes) -> bytes:
        return bytes(self.book.summed(replace(self.turn, seed=Bytes32(b"\7" * 32))).tree.root)


def test_a_sum_of_other_groups_is_refused_and_nobody_shares_for_it(ground: Ground) -> None:
    stage = Stage(ground, parties=PARTIES, kinds={1: OtherDealing}, **GROUPS).run()
    turn = stage.ledger.turns[1]
    assert [(one.dropped, len(one.refused_by)) for one in turn.sums] == [(True, 6), (False, 0)]
    assert slashes(stage) == []
    assert np.array_equal(stage.model(), clear_median(stage, groups_of(stage, turn)))


def test_a_sum_of_other_groups_that_nobody_refuses_is_struck(ground: Ground) -> None:
    kinds: dict[int, type[Party]] = dict.fromkeys(range(PARTIES), Unrefusing) | {1: OtherDealing}
    stage = Stage(ground, parties=PARTIES, kinds=kinds, **GROUPS).run()
    turn = stage.ledger.turns[1]
    assert slashes(stage) == [("party 2", Evidence.WRONG_STATEMENT)]
    assert [one.struck for one in turn.sums] == [StatementKind.SUM, StatementKind.NONE]
    assert np.array_equal(stage.model(), clear_median(stage, groups_of(stage, turn)))


class FirstGroup(Party):
    """Proposes the model that the first group alone would give, with its bytes."""

    def propose_result(self) -> str | None:
        median = self.opened.model

        def first(turn: EncryptedTurn) -> Any:
            parameters, sum_ = self.contract.parameters, self.book.summed(turn)
            plaintexts = self.opened.opened(turn).plaintexts[: sum_.chunks]
            sums = self.book.form().sums(plaintexts, parameters.dimension, sum_.weights[0])
            vector = apply_sum(self.opened.base(1), sums, sum_.weights[0], parameters.scale_bits)
            return vector, seal_vector(vector, self.book.watch.model_form)

        self.opened.model = first  # type: ignore[method-assign]
        done = super().propose_result()
        self.opened.model = median  # type: ignore[method-assign]
        return done


def test_another_model_than_the_median_is_struck(ground: Ground) -> None:
    # Party 3 is the first whose turn it is to propose the result.
    stage = Stage(ground, parties=PARTIES, kinds={2: FirstGroup}, **GROUPS).run()
    turn = stage.ledger.turns[1]
    assert slashes(stage) == [("party 3", Evidence.WRONG_STATEMENT)]
    assert [one.struck for one in turn.results] == [StatementKind.MODEL, StatementKind.NONE]
    assert np.array_equal(stage.model(), clear_median(stage, groups_of(stage, turn)))


class Curious(Party):
    """Doubts everything that is right."""

    def _doubts(self, phase: EncryptedPhase) -> Any:
        turn = self.turn
        if phase is EncryptedPhase.SUM_CHALLENGE and turn.sum is not None and not turn.questions:
            # The last chunk: of the third group.
            yield Doubt(StatementKind.SUM, turn.sum.account, turn.sum.root, self.book.sum_chunks - 1)
        if phase is EncryptedPhase.RESULT_CHALLENGE and turn.result is not None:
            yield Doubt(StatementKind.RESULT, turn.result.account, turn.result.root, self.book.chunks)
            yield Doubt(StatementKind.MODEL, turn.result.account, turn.result.model, 1)


def test_what_is_right_of_a_group_is_shown(ground: Ground) -> None:
    stage = Stage(ground, parties=PARTIES, kinds={5: Curious}, **GROUPS).run()
    turn = stage.ledger.turns[1]
    assert {(one.kind, one.outcome.value) for one in turn.questions} == {
        (kind, "shown") for kind in (StatementKind.SUM, StatementKind.RESULT, StatementKind.MODEL)
    }
    # What it put down for its questions, and nobody's stake.
    assert slashes(stage) == [("party 6", Evidence.LOST_DISPUTE)] * 3
    assert audit_encrypted_task(stage.contract, stage.store).passed
