"""Liars who know the rules: hidden bytes, shares made to fit each other, keys that nothing can be sealed to."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import Journal, TransactionSender, demo_account
from fl_client.chain.contracts import Evidence
from fl_client.chain.contracts.encrypted import EncryptedPhase, Question, StatementKind
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.privacy.paillier.number import power
from fl_client.privacy.paillier.root_shares import prove_batch
from fl_client.privacy.paillier.sealed import BoxKey
from fl_client.privacy.paillier.statements import SharesFile
from fl_client.roles.party import Party
from fl_client.roles.party_key import PartyKey
from fl_client.roles.party_work import PartyWork
from fl_client.roles.showing import shown_model
from fl_client.rounds import seal_vector
from fl_client.rounds.encrypted_record import Outcome
from tests.encrypted_liars import Unrefusing
from tests.encrypted_stage import FRACTION_BITS, Ground, Stage, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("doubting"))


# ---------------------------------------------------------------------- a model that nobody can fetch


class CleverModel(Party):
    """Its model is wrong in one coordinate and its bytes are hidden; it shows any other chunk that is asked for."""

    wrong_at = 130

    def _wrong(self) -> Any:
        vector = self.opened.model(self.turn)[0].copy()
        vector[self.wrong_at] += 1
        form = VectorFormat(dimension=len(vector), fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL)
        return vector, seal_vector(vector, form)

    def propose_result(self) -> str | None:
        model, (vector, sealed) = self.opened.model, self._wrong()
        self.opened.model = lambda turn: (vector, sealed)  # type: ignore[method-assign]
        done = super().propose_result()
        self.opened.model = model  # type: ignore[method-assign]
        if done is not None:
            self.book.store._path(self.book.store.put(sealed.data)).unlink()  # type: ignore[attr-defined]
        return done

    def shown(self, question: Question, author: Any) -> bytes | None:
        if question.kind is StatementKind.MODEL and author == self.address:
            turn, slots = self.turn, self.book.form().slots
            return shown_model(
                self._wrong()[0],
                self.opened.base(turn.round),
                self.opened.opened(turn),
                slots,
                question.chunk,
            )
        return super().shown(question, author)


def test_what_is_shown_of_a_hidden_model_leads_to_what_is_wrong_in_it(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.encrypted_stage.DIMENSION", 9 * 64)
    # Party 3 is the first whose turn it is to propose the result; the others would refuse it for nothing.
    kinds: dict[int, type[Party]] = dict.fromkeys(range(4), Unrefusing) | {2: CleverModel}
    stage = Stage(ground, kinds=kinds).run()
    turn = stage.ledger.turns[1]
    assert [one.struck for one in turn.results] == [StatementKind.MODEL, StatementKind.NONE]
    # The last chunk, whose path is all that holds padding, and then one a level.
    asked = [one.chunk for one in turn.questions]
    assert (asked[0], asked[-1], turn.questions[-1].outcome) == (8, 2, Outcome.STRUCK)
    assert len(asked) <= 5


# ---------------------------------------------------------------------- shares that were made to fit each other


class BentShares(PartyWork):
    """Points of another polynomial, through the root and place 0's right share."""

    def prove_shares(self, turn: Any, sum_: Any, share: Any) -> SharesFile:
        file, key = super().prove_shares(turn, sum_, share), sum_.key
        exponent = 2 * key.delta * (share.place + 1) * share.place
        given = tuple(
            right * power(ciphertext % key.modulus, exponent, key.modulus) % key.modulus
            for right, ciphertext in zip(file.shares, sum_.ciphertexts, strict=True)
        )
        root = SharesFile(key.length, given, b"").tree.root
        context = self.book.context(turn, self.address)
        proof = prove_batch(
            key, share, context, sum_.ciphertexts, given, sum_root=sum_.tree.root, share_root=root
        )
        return replace(file, shares=given, proof=proof)


class BentParty(Party):
    work_kind = BentShares


class Holder(Party):
    """Never shares."""

    def share(self) -> str | None:
        return None


def test_an_honest_share_that_bent_ones_leave_alone_is_not_doubted(ground: Ground) -> None:
    stage = Stage(ground, parties=5, threshold=3, kinds={2: BentParty, 3: BentParty, 4: Holder})
    stage.run(lambda: bool(stage.ledger.turns) and len(stage.ledger.turn.standing_shares) == 4)
    party, turn = stage.party(1), stage.ledger.turns[1]
    proved, unproved, _ = party.opened.gather(turn)
    assert (set(proved), set(unproved)) == ({0, 1}, {2, 3})
    assert party.opened.suspects(turn) == ()
    stage.run()
    assert stage.ledger.rounds_final == 1
    assert stage.ledger.turns[1].questions == []


def test_bent_shares_are_doubted_once_enough_are_proved(ground: Ground) -> None:
    stage = Stage(ground, parties=5, kinds={2: BentParty, 3: BentParty})
    stage.run(lambda: bool(stage.ledger.turns) and len(stage.ledger.turn.standing_shares) == 5)
    suspects = stage.party(1).opened.suspects(stage.ledger.turns[1])
    assert {one.posting.place for one in suspects} == {2, 3}


# ---------------------------------------------------------------------- a key that nothing can be sealed to


class SmallOrderKey(PartyKey):
    """An X25519 key of a small order: with it, whatever is sealed could be read by anybody."""

    def box(self) -> BoxKey:
        return replace(super().box(), public=bytes([1]) + bytes(31))


class SmallOrderParty(Party):
    def __init__(self, *of: Any, **named: Any) -> None:
        super().__init__(*of, **named)
        self.keys = SmallOrderKey(self.keys.folder)


def test_a_party_that_nothing_can_be_sealed_to_is_left_out_and_the_task_goes_on(ground: Ground) -> None:
    stage = Stage(ground, kinds={1: SmallOrderParty}).run()
    left = stage.party(2).address
    assert stage.ledger.ceremonies[1].left_out == {left: True}
    assert left not in stage.ledger.ceremonies[2].accounts
    assert stage.ledger.rounds_final == 1
    assert [Evidence(one.evidence) for one in stage.ledger.slashes] == []


# ---------------------------------------------------------------------- a sum that may not stay


@pytest.fixture
def sharing(ground: Ground) -> Stage:
    """A task in which everybody is about to share."""
    return Stage(ground).run_to(EncryptedPhase.SHARE)


def shares_of(stage: Stage, number: int) -> Any:
    party, turn = stage.party(number), stage.ledger.turns[1]
    return party.work.kept_shares(turn, party.book.summed(turn))


def test_nothing_is_shared_before_enough_blocks_follow_the_sum(sharing: Stage, tmp_path: Path) -> None:
    party, connection = sharing.party(2), sharing.connection
    account = demo_account(0, sharing.members["party 2"].index)
    fixed_in = sharing.ledger.turns[1].fixed_in
    assert 0 < fixed_in <= connection.block_number()
    following = connection.block_number() - fixed_in
    party.sender = TransactionSender(connection, account, Journal(tmp_path), confirmations=following + 2)
    for _ in range(2):
        with party.contract.held():
            assert party.share() is None
        assert shares_of(sharing, 2) is None
        connection.wait_until(connection.now() + 1)
    assert party._stays_fixed(sharing.ledger.turns[1])


def test_nothing_is_shared_before_the_sum_is_final_as_long_as_there_is_time(
    sharing: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    party, connection = sharing.party(2), sharing.connection
    turn = sharing.ledger.turns[1]
    monkeypatch.setattr(connection, "final_block", lambda: turn.fixed_in - 1)
    with party.contract.held():
        assert party.share() is None
    assert shares_of(sharing, 2) is None
    monkeypatch.setattr(connection, "final_block", lambda: turn.fixed_in)
    assert party._stays_fixed(turn)
    monkeypatch.setattr(connection, "final_block", lambda: turn.fixed_in - 1)
    half = sharing.contract.parameters.share_seconds // 2
    connection.wait_until(sharing.contract.state().deadline - half + 1)
    sharing.watch.refresh()
    party.contract.look_again()
    assert party._stays_fixed(turn)
