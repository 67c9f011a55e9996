"""Whole encrypted rounds: the sum is the sum, whoever is missing is done without, and a restart loses nothing."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fl_client.chain.contracts import ONE_COIN, Evidence
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.privacy.paillier.dealing import KeyShare
from fl_client.roles.dealer import Dealer
from fl_client.roles.party import Party
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.simulation.encrypted_cheats import LateParty
from tests.encrypted_clear import clear, slashes
from tests.encrypted_stage import Ground, Stage, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("encrypted"))


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


class Mute(Party):
    """Says nothing about the key."""

    def confirm(self) -> str | None:
        return None


def test_whoever_says_nothing_about_the_key_leaves_unhurt(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: Mute}).run()
    assert stage.ledger.ceremonies[1].left_out == {stage.party(4).address: False}
    assert slashes(stage) == []
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2]))


class SilentDealer(Dealer):
    """Never posts a key."""

    def post_key(self, ceremony: Any) -> str | None:
        return self.move_on()


def test_a_dealer_that_keeps_silent_ends_the_task_and_costs_nobody(ground: Ground) -> None:
    stage = Stage(ground, dealer=SilentDealer).run()
    assert stage.ledger.ended == 0
    assert slashes(stage) == []


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
