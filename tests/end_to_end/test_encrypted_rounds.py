"""Whole encrypted rounds: whoever lies is found out, whoever is missing is done without, and the sum is the sum."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fl_client.chain.contracts import ONE_COIN, Evidence
from fl_client.chain.contracts.encrypted import EncryptedPhase, Question, StatementKind
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.encoding.fixed_point import LIMIT
from fl_client.privacy.paillier.dealing import KeyShare
from fl_client.privacy.scale import quantise
from fl_client.roles.dealer import Dealer
from fl_client.roles.doubting import Doubt, Doubter
from fl_client.roles.encrypted_book import SummedSet
from fl_client.roles.party import Party
from fl_client.roles.showing import shown_sum
from fl_client.rounds import seal_vector
from fl_client.rounds.encrypted_record import Outcome
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.simulation.encrypted_cheats import LateParty, WrongProofParty, WrongShareParty
from tests.encrypted_stage import FRACTION_BITS, Ground, Stage, Steps, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("encrypted"))


def clear(stage: Stage, parties: list[int], *, base: Any = None, round_: int = 1) -> Any:
    """The mean of the same updates, computed in the clear with Python's integers."""
    base = stage.first if base is None else base
    scale, bits = stage.plan.scale_bits, stage.plan.value_bits
    weights = {index: stage.weights.get(index, 1) for index in parties}
    total = sum(weights.values())
    sums = [0] * len(base)
    for index in parties:
        values = quantise(Steps(index).delta(base, round_), scale, bits)
        sums = [one + weights[index] * int(value) for one, value in zip(sums, values, strict=True)]
    moved = []
    for old, one in zip(base, sums, strict=True):
        whole, rest = divmod(abs(one) << scale, total)
        step = (whole + (2 * rest >= total)) * (1 if one >= 0 else -1)
        moved.append(max(-LIMIT, min(LIMIT, int(old) + step)))
    return np.array(moved, dtype=np.int32)


def seal_of(vector: Any) -> bytes:
    form = VectorFormat(dimension=len(vector), fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL)
    return seal_vector(vector, form).commitment


def slashes(stage: Stage) -> list[tuple[str, Evidence]]:
    names = {stage.party(number).address: f"party {number}" for number in range(1, stage.plan.parties + 1)}
    return [(names.get(one.account, "?"), Evidence(one.evidence)) for one in stage.ledger.slashes]


# ---------------------------------------------------------------------- the sum is the sum


def test_one_sharing_equals_the_clear_computation_bit_for_bit(ground: Ground) -> None:
    stage = Stage(ground, weights={1: 3, 2: 2}, max_weight=4).run()
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))
    assert slashes(stage) == []


def test_the_next_round_starts_from_the_model_of_the_one_before(ground: Ground) -> None:
    stage = Stage(ground, rounds=2).run()
    first = clear(stage, [0, 1, 2, 3])
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3], base=first, round_=2))


def test_everybody_is_paid_and_goes_home_with_its_stake(ground: Ground) -> None:
    stage = Stage(ground).run()
    stage.run(lambda: all(stage.stake(number) == 0 for number in range(1, 5)))
    work = dict.fromkeys(range(1, 5), 3 + 1 + 2)
    turn = stage.ledger.turns[1]
    gained = [stage.contract.balance(stage.party(number).address) // ONE_COIN - 1_000 for number in work]
    assert sum(gained) == sum(work.values()) + 2 + 2
    assert turn.sum is not None and turn.result is not None and min(gained) == 6


# ---------------------------------------------------------------------- missing and late


def test_a_late_party_pays_and_the_round_goes_on_without_it(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: LateParty}).run()
    assert slashes(stage) == [("party 4", Evidence.NO_SUBMISSION)]
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2]))


class Holder(Party):
    """Submits, and never shares."""

    def share(self) -> str | None:
        return None


def test_as_many_holders_may_miss_as_the_threshold_leaves(ground: Ground) -> None:
    stage = Stage(ground, parties=5, kinds={3: Holder, 4: Holder}, threshold=3).run()
    assert sorted(slashes(stage)) == [("party 4", Evidence.NO_SHARES), ("party 5", Evidence.NO_SHARES)]
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3, 4]))


def test_with_fewer_holders_than_the_threshold_nothing_is_opened(ground: Ground) -> None:
    stage = Stage(ground, kinds=dict.fromkeys((1, 2, 3), Holder), max_voids=2).run()
    assert stage.ledger.rounds_final == 0
    assert stage.ledger.turns[1].results == []
    assert {name for name, _ in slashes(stage)} == {"party 2", "party 3", "party 4"}


class Sleeper(LateParty):
    """Misses the first turn alone."""

    def submit(self) -> str | None:
        return None if self.turn.number == 1 else Party.submit(self)


def test_a_void_turn_is_tried_again_with_fresh_ciphertexts(ground: Ground) -> None:
    stage = Stage(ground, kinds={2: Sleeper, 3: Sleeper}).run()
    first, second = stage.ledger.turns[1], stage.ledger.turns[2]
    assert (first.void, second.final) == (True, True)
    assert first.submissions[0].root != second.submissions[0].root
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


# ---------------------------------------------------------------------- liars


def test_a_wrongly_proved_update_is_left_out_and_struck(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: WrongProofParty}).run()
    assert slashes(stage) == [("party 4", Evidence.WRONG_STATEMENT)]
    assert stage.ledger.turns[1].accepted == 0b0111
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2]))


class WrongSum(Party):
    """Says that the sum is another, whenever it is its turn."""

    def sum_root(self, root: bytes) -> bytes:
        return bytes([root[0] ^ 1]) + root[1:]


def test_a_wrong_sum_is_struck_and_nobody_shares_for_it(ground: Ground) -> None:
    stage = Stage(ground, kinds={1: WrongSum}).run()
    turn = stage.ledger.turns[1]
    assert slashes(stage) == [("party 2", Evidence.WRONG_STATEMENT)]
    assert [one.struck for one in turn.sums] == [True, False]
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
    stage = Stage(ground, kinds={1: CleverSum}).run()
    turn = stage.ledger.turns[1]
    assert [one.struck for one in turn.sums] == [True, False]
    assert (turn.questions[-1].chunk, turn.questions[-1].outcome) == (0, Outcome.STRUCK)
    assert len(turn.questions) <= 3
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


class Undoubting(Party):
    """Never asks."""

    def doubt(self, phase: EncryptedPhase) -> str | None:
        return None


class UndoubtingWrongSum(WrongSum):
    def doubt(self, phase: EncryptedPhase) -> str | None:
        return None


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


# ---------------------------------------------------------------------- the dealer


class UnfairDealer(Dealer):
    """Seals a wrong share to party 2 of the first key."""

    def seal(self, ceremony: Any, dealt: Any) -> Any:
        if ceremony.number == 1:
            shares = list(dealt.shares)
            shares[1] = KeyShare(1, shares[1].secret + 1)
            dealt = replace(dealt, shares=tuple(shares))
        return super().seal(ceremony, dealt)


def test_whoever_got_a_bad_share_leaves_unhurt_and_the_others_get_a_new_key(ground: Ground) -> None:
    stage = Stage(ground, dealer=UnfairDealer).run()
    rejected = stage.party(2).address
    assert stage.ledger.ceremonies[1].left_out == {rejected: True}
    assert rejected not in stage.ledger.ceremonies[2].accounts
    assert slashes(stage) == []
    assert np.array_equal(stage.model(), clear(stage, [0, 2, 3]))


class SilentDealer(Dealer):
    """Never posts a key."""

    def post_key(self, ceremony: Any) -> str | None:
        return self.move_on()


def test_a_dealer_that_keeps_silent_ends_the_task_and_costs_nobody(ground: Ground) -> None:
    stage = Stage(ground, dealer=SilentDealer).run()
    assert stage.ledger.ended == 0
    assert slashes(stage) == []


# ---------------------------------------------------------------------- vain questions


class VainDoubter(Doubter):
    """Asks for a chunk of what is right."""

    about = StatementKind.NONE

    def _doubts(self, phase: EncryptedPhase) -> Any:
        turn = self.turn
        if turn.questions:
            return
        if self.about is StatementKind.UPDATE and phase is EncryptedPhase.SUM_CHALLENGE:
            one = turn.submissions[0]
            yield Doubt(self.about, one.account, one.root, 1)
        if self.about is StatementKind.SUM and turn.sum and phase is EncryptedPhase.SUM_CHALLENGE:
            yield Doubt(self.about, turn.sum.account, turn.sum.root, 2)
        if self.about is StatementKind.SHARE and 0 in turn.standing_shares:
            share = turn.standing_shares[0]
            yield Doubt(self.about, share.account, share.root, 0)
        if turn.result and phase is EncryptedPhase.RESULT_CHALLENGE:
            if self.about is StatementKind.RESULT:
                yield Doubt(self.about, turn.result.account, turn.result.root, 1)
            if self.about is StatementKind.MODEL:
                yield Doubt(self.about, turn.result.account, turn.result.model, 1)


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


# ---------------------------------------------------------------------- restarts


def test_a_watch_goes_on_from_the_events_that_it_kept(ground: Ground, tmp_path: Path) -> None:
    stage = Stage(ground).run_to(EncryptedPhase.ATTEST)
    kept = EncryptedWatch(stage.contract, state=tmp_path)
    kept.refresh()
    kept.close()
    again = EncryptedWatch(stage.contract, state=tmp_path)
    assert again.ledger.turns[1].submissions == stage.ledger.turns[1].submissions
    stage.run()
    again.refresh()
    assert vars(again.ledger) == vars(stage.ledger)


def test_a_party_that_starts_anew_before_every_step_does_all_of_it_once(ground: Ground) -> None:
    stage = Stage(ground)
    step = stage.step

    def forgetful(name: str) -> bool:
        if name == "party 2":
            stage.enter(name)
        return step(name)

    stage.step = forgetful  # type: ignore[method-assign]
    stage.run()
    assert stage.did("party 2").count("submitted its encrypted update") == 1
    assert stage.did("party 2").count("gave its shares") == 1
    assert slashes(stage) == []
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


@pytest.mark.parametrize("call", ["submit", "share"])
def test_what_was_kept_before_a_crash_is_what_the_chain_hears_after_it(
    ground: Ground, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    phase = EncryptedPhase.SUBMIT if call == "submit" else EncryptedPhase.SHARE
    stage = Stage(ground).run_to(phase)
    party = stage.party(1)

    class Killed(BaseException):
        pass

    send = party.sender.send

    def die(function: Any, **settings: Any) -> Any:
        if function.fn_name == call:
            raise Killed
        return send(function, **settings)

    monkeypatch.setattr(party.sender, "send", die)
    with pytest.raises(Killed):
        while True:
            party.step()
    kind = "update" if call == "submit" else "share"
    (kept,) = party.work.journal.statements(stage.contract.address, party.address, kind, 1)
    stage.enter("party 1")
    stage.run()
    turn = stage.ledger.turns[1]
    said = turn.submissions[0] if call == "submit" else turn.standing_shares[0]
    assert (said.root, said.content) == (kept.root, kept.content_id)
