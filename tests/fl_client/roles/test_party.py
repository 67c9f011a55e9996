"""What a party never does, whoever asks: share for another sum, share twice, ask in the dark, spend without a limit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain.contracts import ONE_COIN
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import ChainUnavailable, CryptoError, SecretError, StorageError
from fl_client.privacy.at_rest import SecretFolder
from fl_client.roles.encrypted_book import SummedSet, dealing_of
from fl_client.roles.party_key import PartyKey
from fl_client.simulation.encrypted_cheats import WrongProofParty
from fl_client.storage import LocalStore
from fl_client.storage.cid import ContentId
from fl_client.types import Bytes32
from tests.encrypted_stage import Ground, Stage, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("parties"))


@pytest.fixture(scope="module")
def sharing(ground: Ground) -> Stage:
    """A task in which everybody is about to share."""
    return Stage(ground).run_to(EncryptedPhase.SHARE)


def other_sum(sum_: SummedSet) -> SummedSet:
    return replace(sum_, ciphertexts=(*sum_.ciphertexts[:-1], sum_.ciphertexts[0]))


# ---------------------------------------------------------------------- keys


def test_bindings_are_those_of_the_contract(sharing: Stage) -> None:
    turn, book = sharing.ledger.turns[1], sharing.book()
    for place, account in enumerate(turn.places):
        assert book.context(turn, account).binding == sharing.contract.binding_of(place)


def test_joining_says_who_is_trusted_for_secrecy(sharing: Stage) -> None:
    (joined,) = (done for done in sharing.did("party 1") if done.startswith("joined"))
    assert sharing.contract.parameters.dealer in joined
    assert "readable by this account" in joined


def test_a_party_joins_with_the_key_that_it_kept(tmp_path: Path) -> None:
    first = PartyKey(SecretFolder(tmp_path)).box()
    assert PartyKey(SecretFolder(tmp_path)).box() == first


def test_a_share_that_was_sealed_to_another_party_is_not_taken(sharing: Stage) -> None:
    ceremony = sharing.ledger.ceremonies[1]
    file, dealing = sharing.book().key_file(ceremony), dealing_of(sharing.watch, 1)
    with pytest.raises(CryptoError):
        sharing.party(1).keys.take(file, dealing, 1)


def test_without_its_folder_a_party_has_no_share(sharing: Stage, tmp_path: Path) -> None:
    key = sharing.book().key(sharing.ledger.turns[1])
    with pytest.raises(SecretError, match="holds no share"):
        PartyKey(SecretFolder(tmp_path)).share(key)


def test_the_same_key_sealed_anew_is_another_file(sharing: Stage) -> None:
    ceremony, book = sharing.ledger.ceremonies[1], sharing.book()
    book.key_file(ceremony)
    with pytest.raises(StorageError):
        book.key_file(replace(ceremony, content=Bytes32(bytes(32))))


# ---------------------------------------------------------------------- looks


def test_a_view_that_is_ahead_of_its_events_is_waited_for(ground: Ground) -> None:
    with pytest.raises(ChainUnavailable) as problem:
        _ = Stage(ground).party(1).turn
    assert problem.value.passing


# ---------------------------------------------------------------------- shares


def test_shares_are_given_for_one_sum_of_a_round(sharing: Stage) -> None:
    party, turn = sharing.party(2), sharing.ledger.turns[1]
    sum_ = party.book.summed(turn)
    share = party.keys.share(sum_.key)
    row = party.work.shares_row(turn, sum_, share)
    assert row is not None and row == party.work.shares_row(turn, sum_, share)
    assert party.work.shares_row(turn, other_sum(sum_), share) is None


def test_a_party_that_finds_another_sum_than_the_one_that_stands_shares_nothing(sharing: Stage) -> None:
    party, turn = sharing.party(3), sharing.ledger.turns[1]
    sum_ = party.book.summed(turn)
    key = next(iter(party.book._sums))
    party.book._sums[key] = other_sum(sum_)
    try:
        with party.contract.held():
            assert party.share() is None
    finally:
        party.book._sums[key] = sum_
    assert party.work.kept_shares(turn, sum_) is None


# ---------------------------------------------------------------------- questions


class Hiding(WrongProofParty):
    """Lies, and lets nobody fetch what it posted."""

    def _publish(self, row: Any, phase_seconds: int) -> None:
        return None

    def attest(self) -> str | None:
        return None


def test_nothing_is_asked_about_bytes_that_nobody_can_fetch(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: Hiding}).run_to(EncryptedPhase.SHARE)
    turn = stage.ledger.turns[1]
    assert turn.accepted == 0b0111
    assert turn.questions == []


def test_a_question_costs_no_more_than_a_party_is_willing_to_put_down(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: WrongProofParty})
    for number in range(1, 4):
        stage.party(number).most_bond = 24 * ONE_COIN
    stage.run_to(EncryptedPhase.SHARE)
    assert stage.ledger.turns[1].questions == []


def test_more_than_the_present_bond_is_approved(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: WrongProofParty})
    stage.run(lambda: bool(stage.ledger.turns and stage.ledger.turn.questions))
    asker = stage.ledger.turn.questions[0].asker
    allowance = stage.connection.call(
        stage.contract.coin.functions.allowance(asker, stage.ground.deployment.vault)
    )
    assert allowance == 25 * ONE_COIN


# ---------------------------------------------------------------------- stake


class Poor(WrongProofParty):
    """Its faults cost so much that it is suspended."""


@pytest.mark.parametrize(("limit", "stake"), [(None, 100), (0, 10)], ids=["willing", "unwilling"])
def test_a_suspended_party_fills_its_stake_up_as_far_as_it_is_willing(
    ground: Ground, limit: int | None, stake: int
) -> None:
    stage = Stage(ground, kinds={3: Poor}, wrong_penalty=90)
    stage.party(4).most_top_up = limit
    stage.run_to(EncryptedPhase.RESULT)
    assert stage.stake(4) == stake


# ---------------------------------------------------------------------- the model


def test_a_weight_that_the_task_does_not_take_is_refused(ground: Ground) -> None:
    with pytest.raises(CryptoError, match="weight of 2"):
        Stage(ground, weights={0: 2})


def test_everybody_serves_what_it_vouched_for(ground: Ground) -> None:
    stage = Stage(ground).run_to(EncryptedPhase.ATTEST)
    own = LocalStore(stage.folder / "own")
    turn, party = stage.ledger.turns[1], stage.party(1)
    submission = turn.submissions[1]
    update = party.book.update(turn, submission)
    party.book.store = own
    party.book.serve(turn, submission)
    assert own.has(ContentId.from_digest(submission.content, len(update.to_bytes())))
