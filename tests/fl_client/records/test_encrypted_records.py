"""What the records of an encrypted task say: phases, who was counted and why not, stakes, coins, questions."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fl_client.chain import Event
from fl_client.chain.contracts.encrypted import EncryptedPhase, StatementKind
from fl_client.records import EncryptedFacts, EncryptedRecordWatch, Scores
from fl_client.records.encrypted_phases import EncryptedPhases
from fl_client.records.encrypted_state import encrypted_state
from fl_client.simulation.encrypted_cheats import LateParty, WrongProofParty, WrongShareParty
from fl_client.types import Address, Bytes32
from tests.encrypted_doubter import VainDoubter
from tests.encrypted_liars import WrongSum
from tests.encrypted_stage import Ground, Stage, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("recorded"))


def records_of(stage: Stage) -> EncryptedRecordWatch:
    watch = EncryptedRecordWatch(stage.contract, start_block=0)
    watch.read()
    return watch


def facts_of(stage: Stage) -> dict[str, Any]:
    return EncryptedFacts(records_of(stage), Scores(None, stage.book())).of_task()


@pytest.fixture(scope="module")
def stage(ground: Ground) -> Stage:
    """Two rounds in which one is late, one proves wrongly and one shares wrongly; compared at every step."""
    kinds = {3: LateParty, 4: WrongProofParty, 2: WrongShareParty}
    return run_compared(Stage(ground, parties=6, rounds=2, kinds=kinds))


def run_compared(stage: Stage) -> Stage:
    """Run it; after each step phase, deadline and the suspended are those that the contract has."""
    watch = records_of(stage)

    def is_over() -> bool:
        watch.read()
        state = stage.contract.state()
        assert watch.phases.at(watch.now) == (state.phase, state.deadline)
        suspended = {place for place in range(state.parties) if state.suspended >> place & 1}
        places = {one: at for at, one in enumerate(watch.ledger.ceremony.accounts if state.ceremony else ())}
        if state.phase is not EncryptedPhase.ENDED:
            assert {places[one] for one in watch.suspended} == suspended
        return state.phase is EncryptedPhase.ENDED

    return stage.run(is_over)


@pytest.fixture(scope="module")
def facts(stage: Stage) -> dict[str, Any]:
    return facts_of(stage)


# ---------------------------------------------------------------------- what happened


def fates(turn: dict[str, Any]) -> dict[str, str]:
    return {one["who"]: one["verdict"] for one in turn["parties"]}


def test_each_party_of_a_turn_has_one_verdict(facts: dict[str, Any]) -> None:
    first, second = facts["turns"]
    assert fates(first) == {f"party {n}": "counted" for n in (1, 2, 3, 6)} | {
        "party 4": "late",
        "party 5": "struck",
    }
    assert set(fates(second).values()) == {"counted"}
    assert (first["outcome"], first["accepted"], first["total_weight"]) == ("final", 4, 4)


def test_an_accepted_update_has_its_votes_and_its_weight(facts: dict[str, Any]) -> None:
    turn = facts["turns"][0]
    counted, struck, late = turn["parties"][0], turn["parties"][4], turn["parties"][3]
    assert (counted["votes"], counted["weight"], counted["shares"]) == (5, 1, "given")
    assert counted["votes"] >= turn["votes_needed"] > struck["votes"] == 0
    assert late["submitted_at"] is late["votes"] is late["weight"] is None
    assert "not shown right in time: 50 coins" in struck["why"] and "10 coins were taken" in late["why"]


def test_wrong_shares_are_told_apart_from_right_ones(facts: dict[str, Any]) -> None:
    said = {one["who"]: one["shares"] for one in facts["turns"][1]["parties"]}
    assert said.pop("party 3") == "struck" and set(said.values()) == {"given"}


def test_slashes_have_their_evidence(facts: dict[str, Any]) -> None:
    late, struck, shares = facts["slashes"][:3]
    assert (late["who"], late["evidence"]) == ("party 4", "late-update")
    assert late["facts"]["due_at"] <= late["time"]
    assert (struck["who"], struck["evidence"], struck["facts"]["kind"]) == (
        "party 5",
        "wrong-statement",
        "update",
    )
    assert struck["facts"]["closed_in"] == struck["transaction"] and struck["facts"]["outcome"] == "struck"
    assert struck["facts"]["asked_at"] < struck["facts"]["due_at"] <= struck["facts"]["closed_at"]
    assert (shares["who"], shares["facts"]["kind"]) == ("party 3", "share")
    assert struck["beneficiary"] == struck["facts"]["asker"] and struck["shared_in"] == 1
    assert [one["facts"]["round"] for one in facts["slashes"]] == sorted(
        one["round"] for one in facts["slashes"]
    )


def test_earnings_by_kind_add_up_to_what_the_pool_credited(stage: Stage, facts: dict[str, Any]) -> None:
    accounts = {one["who"]: one["account"] for one in facts["members"]}
    compared = 0
    for name, entry in facts["earnings"].items():
        told = sum(amount for kind, amount in entry.items() if kind.endswith("_earned"))
        assert told == stage.contract.earnings(accounts[name])[1], name
        compared += bool(told)
    assert compared >= 5


def test_a_sum_that_the_others_refuse_is_told(ground: Ground) -> None:
    facts = facts_of(run_compared(Stage(ground, kinds={1: WrongSum})))
    (turn,) = facts["turns"]
    assert [(one["who"], one["became"]) for one in turn["sums"]][:1] == [("party 2", "refused")]
    assert [one["became"] for one in turn["sums"]] == ["refused", "stood"]
    assert facts["slashes"] == []


def test_a_set_that_is_dealt_into_groups_is_told(ground: Ground) -> None:
    stage = run_compared(Stage(ground, parties=9, groups=3, minimum_accepted=3, threshold=4))
    facts = facts_of(stage)
    assert (facts["settings"]["rule"], facts["settings"]["groups"]) == ("median of group means", 3)
    assert [one["became"] for one in facts["turns"][0]["sums"]] == ["stood"]
    assert "dealGroups" in {act["call"] for act in facts["acts"]}


def test_a_set_that_is_not_dealt_yet_waits_for_anybody(ground: Ground) -> None:
    stage = Stage(ground, parties=9, groups=3, minimum_accepted=3, threshold=4)
    stage.run(lambda: stage.phase is EncryptedPhase.SUM)
    assert "deal the accepted updates into groups" in encrypted_state(records_of(stage))["awaited"]


def test_members_have_roles_and_the_dealer_its_own(facts: dict[str, Any], stage: Stage) -> None:
    roles = {one["who"]: one["role"] for one in facts["members"]}
    assert roles == {f"party {n}": "party" for n in range(1, 7)} | {"dealer": "dealer", "owner": "owner"}
    assert facts["settings"]["dealer"] == stage.members["dealer"].actor.address  # type: ignore[union-attr]


def test_the_key_names_who_confirmed_it(facts: dict[str, Any]) -> None:
    (key,) = facts["ceremonies"]
    assert key["confirmed"] == key["parties"] and len(key["parties"]) == 6 and key["left_out"] == []
    assert [one["phase"] for one in key["phases"]] == ["deal", "confirm"]


def test_rounds_have_their_phases_in_order(facts: dict[str, Any]) -> None:
    for one in facts["timeline"]:
        assert [part["phase"] for part in one["phases"]] == [
            *("submit", "attest", "sum", "sum_challenge", "share", "result", "result_challenge"),
        ]
        ends, begins = [part["ends"] for part in one["phases"]], [part["begins"] for part in one["phases"]]
        assert ends[:-1] == begins[1:]


def test_the_acts_are_all_that_was_sent_for_this_task(facts: dict[str, Any]) -> None:
    calls = {act["call"] for act in facts["acts"]}
    assert calls >= {
        "createEncryptedTask",
        "join",
        "postKey",
        "confirmKey",
        "submit",
        "attest",
        "proposeSum",
        "share",
    }
    assert calls >= {"askChunk", "strike", "proposeResult", "advance"} and "unknown" not in calls
    assert facts["gas"]["by_role"]["dealer"]["postKey"]["count"] == 1


# ---------------------------------------------------------------------- questions, keys, failures


def test_a_question_that_was_answered_costs_its_asker_the_bond(ground: Ground) -> None:
    stage = Stage(ground)
    stage.add_auditor("doubter", type("Vain", (VainDoubter,), {"about": StatementKind.SUM}))
    found = facts_of(stage.run())
    (slash,), (question,) = found["slashes"], found["turns"][0]["questions"]
    assert (slash["evidence"], slash["who"], slash["role"]) == ("lost-question", "auditor", "challenger")
    assert (question["outcome"], question["kind"], question["chunk"]) == ("shown", "sum", 2)
    assert slash["facts"]["answerer"] == question["answerer"] == slash["beneficiary"]
    assert found["earnings"][question["answerer"]]["answers"] == 1


def absent(stage: Stage, *names: str) -> None:
    """Let members do nothing from now on."""
    for name in names:
        stage.members[name].actor = SimpleNamespace(step=lambda: None, due_at=lambda: None)  # type: ignore[assignment]


def test_a_party_that_does_not_confirm_is_left_out_of_the_next_key(ground: Ground) -> None:
    stage = Stage(ground, parties=5, threshold=2).run_to(EncryptedPhase.CONFIRM)
    last = stage.party(5).address
    absent(stage, "party 5")
    found = facts_of(stage.run())
    first, second = found["ceremonies"]
    assert first["left_out"] == [{"who": "party 5", "rejected": False}] and len(second["parties"]) == 4
    assert set(fates(found["turns"][0])) == {f"party {n}" for n in range(1, 5)}
    assert next(one for one in found["members"] if one["account"] == last)["stake"] > 0


def test_a_turn_that_fails_says_so_for_everybody(ground: Ground) -> None:
    stage = Stage(ground, max_voids=1).run_to(EncryptedPhase.SUBMIT)
    absent(stage, "party 2", "party 3", "party 4")
    found = facts_of(stage.run())
    (turn,) = found["turns"]
    assert turn["outcome"] == "void" and found["rounds"] == []
    assert fates(turn) == {"party 1": "voided", "party 2": "late", "party 3": "late", "party 4": "late"}
    assert found["timeline"][0]["voids"] == 1 and found["state"]["ended"]


# ---------------------------------------------------------------------- in progress


@pytest.mark.parametrize(
    ("phase", "due", "awaited"),
    [
        (EncryptedPhase.JOIN, 0, "parties may join"),
        (EncryptedPhase.DEAL, 1, "deal its shares"),
        (EncryptedPhase.CONFIRM, 4, "its share of it are right"),
        (EncryptedPhase.SUBMIT, 4, "submit its encrypted update"),
        (EncryptedPhase.ATTEST, 4, "vouch for the submissions"),
        (EncryptedPhase.SUM, 0, "any party may propose the sum"),
        (EncryptedPhase.SUM_CHALLENGE, 0, "may ask for it"),
        (EncryptedPhase.SHARE, 4, "give its shares of the sum"),
        (EncryptedPhase.RESULT, 0, "any party may propose the opened sum"),
        (EncryptedPhase.RESULT_CHALLENGE, 0, "may ask for it"),
    ],
    ids=lambda value: value.name if isinstance(value, EncryptedPhase) else "",
)
def test_a_task_in_progress_says_on_whom_it_waits(
    waiting: Callable[[EncryptedPhase], EncryptedRecordWatch], phase: EncryptedPhase, due: int, awaited: str
) -> None:
    found = encrypted_state(waiting(phase))
    assert (found["phase"], len(found["due"]), found["ended"]) == (phase.name.lower(), due, False)
    assert awaited in found["awaited"] and found["deadline"] > found["now"]


@pytest.fixture(scope="module")
def waiting(ground: Ground) -> Callable[[EncryptedPhase], EncryptedRecordWatch]:
    """One task that goes on from phase to phase."""
    stage = Stage(ground)
    return lambda phase: records_of(stage.run_to(phase))


def test_after_its_deadline_anybody_may_move_a_task_on(ground: Ground) -> None:
    stage = Stage(ground).run_to(EncryptedPhase.SUBMIT)
    watch = records_of(stage)
    before = watch.signature
    stage.connection.wait_until(stage.contract.state().deadline)
    watch.read()
    assert "anybody may move the task on" in encrypted_state(watch)["awaited"]
    assert watch.signature != before


def test_an_open_question_is_what_a_task_waits_for(ground: Ground) -> None:
    stage = Stage(ground)
    stage.add_auditor("doubter", type("Vain", (VainDoubter,), {"about": StatementKind.SUM}))
    stage.run(lambda: stage.contract.question().is_open)
    watch, asked = records_of(stage), stage.contract.question()
    found = encrypted_state(watch)
    assert (found["due"], found["deadline"]) == ([found["question"]["accused"]], asked.deadline)
    assert "show chunk 2 of its sum" in found["awaited"] and found["question"]["asker"] == "auditor"
    stage.connection.wait_until(asked.deadline)
    watch.read()
    assert encrypted_state(watch)["awaited"].startswith("anybody may strike what party")


def event(name: str, args: dict[str, Any]) -> Event:
    nobody, hash_ = Address("0x" + "0" * 40), Bytes32(bytes(32))
    return Event(name=name, address=nobody, args=args, block=1, transaction_hash=hash_, log_index=0)


def test_an_attestation_shows_that_submitting_is_over(stage: Stage) -> None:
    """The contract goes there without an event, where the time is over and nobody is late."""
    phases = EncryptedPhases(stage.contract.parameters, lambda account: False)
    one, other = (Address("0x" + digit * 40) for digit in "12")
    told: list[tuple[str, dict[str, Any]]] = [
        ("KeyRequested", {"ceremony": 1, "accounts": [one, other], "deadline": 5}),
        ("TurnOpened", {"round": 1, "turn": 1, "baseModel": bytes(32), "deadline": 100}),
        ("UpdateSubmitted", {"turn": 1, "account": one}),
    ]
    for name, args in told:
        phases.apply(event(name, args), 50)
    assert phases.at(120)[0] is EncryptedPhase.SUBMIT
    phases.apply(event("SubmissionsAttested", {"turn": 1}), 130)
    assert phases.at(130)[0] is EncryptedPhase.ATTEST


def test_what_another_task_of_the_deployment_does_is_not_told(ground: Ground, facts: dict[str, Any]) -> None:
    other = Stage(ground).run()
    mine = facts_of(other)
    accounts = {one["account"] for one in mine["members"] if one["role"] == "party"}
    assert len(accounts) == 4 and accounts.isdisjoint(one["account"] for one in facts["members"])
    assert not any(act["call"] == "submit" and act["role"] == "outsider" for act in mine["acts"])
