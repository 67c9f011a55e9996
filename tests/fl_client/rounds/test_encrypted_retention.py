"""What of an encrypted task must stay, while it runs and afterwards."""

from __future__ import annotations

import pytest

from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.roles.opened_book import OpenedBook
from fl_client.roles.party import Party
from fl_client.rounds.encrypted_retention import _Contents, encrypted_retention_of, everything_encrypted
from fl_client.simulation.encrypted_cheats import LateParty
from fl_client.types import Bytes32
from tests.encrypted_stage import Ground, Stage, make_ground

LATER = 2**40


class Refuser(Party):
    """Finds the key wrong."""

    def confirm(self) -> str | None:
        state, ceremony = self.state, self.ledger.ceremony
        if ceremony is None or self._is_in(state.confirmed | state.left_out):
            return None
        self.send(self.contract.task.functions.rejectKey(ceremony.number))
        return "rejected the key"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("retention"))


def test_shares_and_results_are_as_long_as_the_sums_of_all_groups(ground: Ground) -> None:
    # Where bytes are many enough to lie in several blocks, their name follows from their length as well.
    stage = Stage(ground, parties=9, groups=3, minimum_accepted=3, threshold=4)
    contents, opened = _Contents(stage.watch), OpenedBook(stage.book())
    length = stage.contract.parameters.modulus_bytes
    assert contents._result_bytes == opened.result_bytes(length)
    assert contents._shares_bytes == opened.shares_bytes(length)
    alone = _Contents(Stage(ground).watch)
    assert contents._result_bytes > 2 * alone._result_bytes


def needed(stage: Stage, now: int = LATER) -> set[bytes]:
    stage.watch.refresh()
    retention = encrypted_retention_of(stage.watch, now)
    assert not retention.needed & retention.finished
    assert retention.needed | retention.finished == everything_encrypted(stage.watch)
    return {bytes(content.digest) for content in retention.needed}


def test_every_content_that_is_named_is_in_the_store_by_that_name(ground: Ground) -> None:
    """Names hold a content's length: a wrong one would be looked for in vain."""
    stage = Stage(ground).run()
    stage.watch.refresh()
    named = everything_encrypted(stage.watch)
    # First model and last, key, four updates and shares, a result.
    assert len(named) == 2 + 1 + 4 + 4 + 1
    assert all(stage.store.has(content) for content in named)


def test_all_of_an_open_turn_stays_whatever_the_time(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: LateParty}).run_to(EncryptedPhase.RESULT)
    turn, ceremony = stage.ledger.turn, stage.ledger.ceremony
    contents: set[Bytes32] = {ceremony.content, stage.ledger.models[0][1]}
    contents |= {one.content for one in turn.submissions.values()} | {one.content for one in turn.shares}
    assert len(contents) == 2 + 3 + len(turn.shares) and contents <= needed(stage)
    assert not encrypted_retention_of(stage.watch, LATER).revealed


def test_the_key_that_is_being_agreed_on_stays_and_one_that_was_given_up_goes(ground: Ground) -> None:
    stage = Stage(ground, kinds={3: Refuser})
    stage.run(lambda: (one := stage.ledger.ceremonies.get(2)) is not None and one.content is not None)
    contents = {number: one.content for number, one in stage.ledger.ceremonies.items()}
    assert contents[1] not in needed(stage) and contents[2] in needed(stage)
    stage.run_to(EncryptedPhase.ATTEST)
    assert contents[1] not in needed(stage) and contents[2] in needed(stage)


def test_of_a_final_round_stays_what_it_is_recomputed_from(ground: Ground) -> None:
    stage = Stage(ground, rounds=2)
    stage.run(lambda: stage_is_in(stage, 2))
    turn = stage.ledger.turns[1]
    standing = {one.content for one in (*turn.summed, *turn.standing_shares.values())}
    assert standing | {turn.result.content, turn.result.model_content} <= needed(stage)
    revealed = {content.digest for content in encrypted_retention_of(stage.watch, LATER).revealed}
    assert revealed == standing | {stage.ledger.ceremony.content}


def stage_is_in(stage: Stage, round_: int) -> bool:
    turn = stage.ledger.turn
    return turn is not None and turn.round == round_


def test_after_the_retention_time_only_the_last_model_stays(ground: Ground) -> None:
    stage = Stage(ground).run()
    over = stage.contract.state().deadline + stage.contract.parameters.retention_seconds
    assert needed(stage, over) == {bytes(stage.ledger.models[-1][1])}
    assert len(needed(stage, over - 1)) == 12
