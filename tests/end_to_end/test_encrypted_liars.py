"""Encrypted rounds with liars: what is wrong is found out and struck, what is right is shown."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fl_client.chain import StatementRow
from fl_client.chain.contracts import Evidence
from fl_client.chain.contracts.encrypted import EncryptedPhase, Question, StatementKind
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.roles.encrypted_book import SummedSet
from fl_client.roles.party import Party
from fl_client.roles.party_work import PartyWork
from fl_client.roles.showing import shown_sum
from fl_client.rounds import seal_vector
from fl_client.rounds.encrypted_record import Outcome
from fl_client.simulation.encrypted_cheats import WrongProofParty, WrongShareParty
from fl_client.storage import ContentId
from tests.encrypted_clear import clear, seal_of, slashes
from tests.encrypted_doubter import VainDoubter
from tests.encrypted_liars import Unrefusing, WrongSum
from tests.encrypted_stage import FRACTION_BITS, Ground, Stage, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("encrypted"))


# ---------------------------------------------------------------------- liars


def test_a_wrongly_proved_update_is_left_out_and_struck(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: WrongProofParty}).run()
    assert slashes(stage) == [("party 4", Evidence.WRONG_STATEMENT)]
    assert stage.ledger.turns[1].accepted == 0b0111
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2]))


def unrefusing(liar: int, kind: type[Party]) -> dict[int, type[Party]]:
    return dict.fromkeys(range(4), Unrefusing) | {liar: kind}


def test_a_wrong_sum_is_refused_by_the_others_at_no_cost(ground: Ground) -> None:
    stage = Stage(ground, kinds={1: WrongSum}).run()
    turn = stage.ledger.turns[1]
    assert [(one.dropped, len(one.refused_by)) for one in turn.sums] == [(True, 3), (False, 0)]
    assert turn.fixed == turn.sums[1].root
    assert (slashes(stage), turn.questions) == ([], [])
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


def test_a_wrong_sum_that_nobody_refuses_is_struck(ground: Ground) -> None:
    stage = Stage(ground, kinds=unrefusing(1, WrongSum)).run()
    turn = stage.ledger.turns[1]
    assert slashes(stage) == [("party 2", Evidence.WRONG_STATEMENT)]
    assert [one.struck for one in turn.sums] == [StatementKind.SUM, StatementKind.NONE]
    assert turn.fixed == turn.sums[1].root
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


class CleverSum(Party):
    """Its sum is wrong in one ciphertext; it shows any other that is asked for."""

    def _fake(self) -> SummedSet:
        sum_ = self.book.summed(self.turn)
        return replace(sum_, ciphertexts=(sum_.ciphertexts[1], *sum_.ciphertexts[1:]))

    def sum_root(self, root: bytes) -> bytes:
        return self._fake().tree.root

    def shown(self, question: Question, author: Any) -> bytes | None:
        if question.kind is StatementKind.SUM and author == self.address:
            return shown_sum(self._fake(), question.chunk)
        return super().shown(question, author)


def test_what_is_shown_of_a_wrong_sum_leads_to_what_is_wrong_in_it(ground: Ground) -> None:
    stage = Stage(ground, kinds=unrefusing(1, CleverSum)).run()
    turn = stage.ledger.turns[1]
    assert [one.struck for one in turn.sums] == [StatementKind.SUM, StatementKind.NONE]
    assert (turn.questions[-1].chunk, turn.questions[-1].outcome) == (0, Outcome.STRUCK)
    assert len(turn.questions) <= 3
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


def test_a_liar_that_asks_itself_hurries_nobody_to_pay_for_a_search(ground: Ground) -> None:
    stage = Stage(ground, kinds={1: CleverSum})
    stage.add_auditor("puppet", type("Puppet", (VainDoubter,), {"about": StatementKind.SUM}))
    auditor = stage.add_auditor("auditor")
    stage.run()
    turn = stage.ledger.turns[1]
    assert [one.dropped for one in turn.sums] == [True, False]
    assert [one.outcome for one in turn.questions] == [Outcome.SHOWN]
    assert turn.questions[0].asker != auditor.address
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


class Undoubting(Unrefusing):
    """Never asks either."""

    def doubt(self, phase: EncryptedPhase) -> str | None:
        return None


class UndoubtingWrongSum(WrongSum, Undoubting):
    pass


def test_a_wrong_sum_that_stands_gets_no_share_from_anybody(ground: Ground) -> None:
    kinds: dict[int, type[Party]] = dict.fromkeys(range(4), Undoubting) | {1: UndoubtingWrongSum}
    stage = Stage(ground, kinds=kinds, max_voids=1).run()
    turn = stage.ledger.turns[1]
    assert turn.fixed == turn.sums[0].root
    assert turn.shares == []
    assert stage.ledger.rounds_final == 0


class WrongResult(Party):
    """Changes one root of the opened sum, where it proposes."""

    def propose_result(self) -> str | None:
        opened = self.opened.opened(self.turn)
        self.opened._opened[self.turn.fixed] = replace(  # type: ignore[index]
            opened, plaintexts=(opened.plaintexts[0] + 1, *opened.plaintexts[1:])
        )
        done = super().propose_result()
        self.opened._opened[self.turn.fixed] = opened  # type: ignore[index]
        self.opened._models.clear()
        return done


class WrongModel(Party):
    """Opens rightly, and proposes another model."""

    def propose_result(self) -> str | None:
        model = self.opened.model
        form = VectorFormat(
            dimension=len(self.book.base(1)), fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL
        )

        def wrong(turn: Any) -> Any:
            vector = model(turn)[0].copy()
            vector[66] += 1
            return vector, seal_vector(vector, form)

        self.opened.model = wrong  # type: ignore[method-assign]
        done = super().propose_result()
        self.opened.model = model  # type: ignore[method-assign]
        return done


@pytest.mark.parametrize(
    ("kind", "statement"),
    [(WrongResult, StatementKind.RESULT), (WrongModel, StatementKind.MODEL)],
    ids=["result", "model"],
)
def test_a_wrong_result_or_model_is_struck(
    ground: Ground, kind: type[Party], statement: StatementKind
) -> None:
    # Party 3 is the first whose turn it is to propose the result.
    stage = Stage(ground, kinds={2: kind}).run()
    turn = stage.ledger.turns[1]
    assert slashes(stage) == [("party 3", Evidence.WRONG_STATEMENT)]
    assert [one.struck for one in turn.results] == [statement, StatementKind.NONE]
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


def hiding(kind: type[Party]) -> type[Party]:
    """A liar who lets nobody fetch what it proposes."""

    class Hiding(kind):  # type: ignore[misc,valid-type]
        def propose_result(self) -> str | None:
            store: Any = self.book.store
            put, given = store.put, []

            def remember(data: bytes) -> ContentId:
                given.append(put(data))
                return given[-1]

            store.put = remember
            done: str | None = super().propose_result()
            store.put = put
            for content in given:
                store._path(content).unlink()
            return done

    return Hiding


@pytest.mark.parametrize("kind", [WrongResult, WrongModel], ids=["result", "model"])
def test_a_wrong_result_or_model_that_is_hidden_is_refused(ground: Ground, kind: type[Party]) -> None:
    stage = Stage(ground, kinds={2: hiding(kind)}).run()
    turn = stage.ledger.turns[1]
    assert [(one.account, one.dropped) for one in turn.results] == [
        (stage.party(3).address, True),
        (turn.results[1].account, False),
    ]
    assert (slashes(stage), turn.questions) == ([], [])
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


class Poor(Party):
    """Has no coins for a bond."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more | {"most_bond": 0})


@pytest.mark.parametrize("kind", [WrongResult, WrongModel], ids=["result", "model"])
def test_what_is_openly_wrong_is_refused_where_nobody_can_pay_for_a_question(
    ground: Ground, kind: type[Party]
) -> None:
    stage = Stage(ground, kinds=dict.fromkeys(range(4), Poor) | {2: kind}).run()
    turn = stage.ledger.turns[1]
    assert [(one.dropped, len(one.refused_by)) for one in turn.results] == [(True, 3), (False, 0)]
    assert (slashes(stage), turn.questions) == ([], [])
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


class SecretShares(PartyWork):
    """Says that it gives shares, and keeps them."""

    def publish(self, row: StatementRow) -> None:
        if row.kind != "share":
            super().publish(row)


class SecretParty(Party):
    work_kind = SecretShares


class Inventor(SecretParty):
    """Proposes a model of its own; nobody can open the sum and see that."""

    def propose_result(self) -> str | None:
        if self.turn.result is not None or not self._is_my_slot():
            return None
        self.send(self.contract.task.functions.proposeResult(self.turn.number, *[bytes([7]) * 32] * 4))
        return "invented a result"


def test_a_result_that_most_cannot_open_is_refused(ground: Ground) -> None:
    kinds: dict[int, type[Party]] = {3: SecretParty, 4: Inventor}
    stage = Stage(ground, parties=5, threshold=4, max_voids=1, kinds=kinds).run()
    turn = stage.ledger.turns[1]
    assert len(turn.standing_shares) == 5
    assert [(one.dropped, len(one.refused_by)) for one in turn.results] == [(True, 3)]
    assert (stage.ledger.rounds_final, slashes(stage)) == (0, [])


class WrongShareAtOnce(WrongShareParty):
    work_kind = type("WrongSharesAtOnce", (WrongShareParty.work_kind,), {"faulty_in": 1})


def test_a_wrong_share_is_struck_and_the_others_open_the_sum(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: WrongShareAtOnce}).run()
    assert ("party 4", Evidence.WRONG_STATEMENT) in slashes(stage)
    assert {name for name, _ in slashes(stage)} == {"party 4"}
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


class HiddenModel(Party):
    """Proposes what is right, and lets nobody fetch the model."""

    def propose_result(self) -> str | None:
        done = super().propose_result()
        if done is not None:
            _, sealed = self.opened.model(self.turn)
            self.book.store._path(self.book.store.put(sealed.data)).unlink()  # type: ignore[attr-defined]
        return done


def test_a_model_that_its_author_hides_is_computed_by_everybody(ground: Ground) -> None:
    stage = Stage(ground, rounds=2, kinds={2: HiddenModel})
    stage.run(lambda: stage.ledger.rounds_final == 1 and stage.phase is EncryptedPhase.SUBMIT)
    stage.enter("party 1")
    stage.run()
    first = clear(stage, [0, 1, 2, 3])
    assert stage.ledger.models[2][0] == seal_of(clear(stage, [0, 1, 2, 3], base=first, round_=2))


# ---------------------------------------------------------------------- vain questions


KINDS = [kind for kind in StatementKind if kind is not StatementKind.NONE]


@pytest.mark.parametrize("about", KINDS, ids=[kind.name for kind in KINDS])
def test_what_is_right_is_shown_and_costs_the_asker_its_bond(ground: Ground, about: StatementKind) -> None:
    stage = Stage(ground)
    stage.add_auditor("doubter", type("Vain", (VainDoubter,), {"about": about}))
    stage.run()
    (question,) = stage.ledger.turns[1].questions
    assert (question.kind, question.outcome) == (about, Outcome.SHOWN)
    assert [Evidence(one.evidence) for one in stage.ledger.slashes] == [Evidence.LOST_DISPUTE]
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


class Unanswering(Party):
    """Never shows anything."""

    def answer(self) -> str | None:
        return None


def test_others_show_what_a_sleeping_author_does_not(ground: Ground) -> None:
    # Party 2 is the first whose turn it is to sum.
    stage = Stage(ground, kinds={1: Unanswering})
    stage.add_auditor("doubter", type("Vain", (VainDoubter,), {"about": StatementKind.SUM}))
    stage.run()
    (question,) = stage.ledger.turns[1].questions
    assert (question.accused, question.outcome) == (stage.party(2).address, Outcome.SHOWN)
    assert question.answerer != question.accused
