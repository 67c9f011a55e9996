"""Receipts of encrypted updates: counted, late, struck and of nobody; and no false one holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain.contracts import ONE_COIN
from fl_client.errors import AuditDiffers, ConfigError, GradbondError
from fl_client.records.receipt_check import any_receipt_of, check_receipt, read_receipt
from fl_client.simulation.encrypted_cheats import LateParty, WrongProofParty
from tests.encrypted_stage import Stage, make_ground

from .test_receipt_check import Path_, changed, places


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """One round in which party 4 is late and party 5 proves wrongly."""
    ground = make_ground(tmp_path_factory.mktemp("receipts"))
    return Stage(ground, parties=6, kinds={3: LateParty, 4: WrongProofParty}).run()


@pytest.fixture(scope="module")
def receipts(stage: Stage) -> dict[int, dict[str, Any]]:
    """Of every party by its number, as JSON brings them."""
    return {
        number: json.loads(json.dumps(any_receipt_of(stage.contract, stage.party(number).address, 1)))
        for number in range(1, 7)
    }


def test_a_counted_update_has_its_weight_and_what_it_earned(
    stage: Stage, receipts: dict[int, dict[str, Any]]
) -> None:
    found, turn = receipts[1], stage.ledger.turns[1]
    assert (found["verdict"], found["counted"]) == ("counted", True)
    assert (found["samples"], found["total_samples"], found["share"]) == (1, 4, "0.250000")
    (own,) = [one for one in found["set"]["entries"] if one["trainer"] == found["trainer"]]
    assert own["accepted"] and own["root"] == "0x" + turn.submissions[0].root.hex()
    assert own["votes"] >= found["set"]["votes_needed"]
    assert found["set"]["model"] == "0x" + stage.contract.base_model().hex()
    assert int(found["earned"]["total"]) == stage.contract.earnings(stage.party(1).address)[1]


def test_a_share_is_that_of_the_groups_own_sum(tmp_path: Path) -> None:
    settings = {"groups": 3, "minimum_accepted": 3, "threshold": 4, "max_weight": 4}
    stage = Stage(make_ground(tmp_path), parties=9, weights={1: 3}, **settings).run()
    found = [any_receipt_of(stage.contract, stage.party(number).address, 1) for number in range(1, 10)]
    totals = sorted(one["total_samples"] for one in found)
    assert totals == [3, 3, 3, 3, 3, 3, 5, 5, 5]
    heavy = next(one for one in found if one["samples"] == 3)
    assert (heavy["share"], heavy["total_samples"]) == ("0.600000", 5)
    assert all("the sum of its group" in one["why"] for one in found)


@pytest.mark.parametrize(
    ("number", "verdict", "words", "taken"),
    [(4, "late", "submitted nothing in time", 10), (5, "struck", "was asked for and not shown right", 50)],
)
def test_an_update_that_was_not_counted_says_why_and_what_it_cost(
    receipts: dict[int, dict[str, Any]], number: int, verdict: str, words: str, taken: int
) -> None:
    found = receipts[number]
    assert (found["verdict"], found["counted"], found["samples"]) == (verdict, False, None)
    assert words in found["why"] and found["earned"]["updates"] == "0"
    (cut,) = found["lost"]
    assert cut["taken"] == str(taken * ONE_COIN)
    assert cut["transaction"] in {one["transaction"] for one in found["records"]}


def test_whoever_took_no_part_has_a_receipt_that_says_so(stage: Stage) -> None:
    found = any_receipt_of(stage.contract, stage.ground.owner.address, 1)
    assert (found["verdict"], found["counted"], found["lost"]) == ("no-member", False, [])
    check_receipt(stage.contract, json.loads(json.dumps(found)))


def test_every_true_receipt_holds(stage: Stage, receipts: dict[int, dict[str, Any]], tmp_path: Path) -> None:
    for number, found in receipts.items():
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(found))
        check_receipt(stage.contract, read_receipt(file))


def test_the_records_of_a_receipt_are_those_that_decide(receipts: dict[int, dict[str, Any]]) -> None:
    names = [one["event"] for one in receipts[5]["records"]]
    assert names.count("SubmissionsAttested") == 5 and names.count("UpdateSubmitted") == 5
    assert {"KeyPosted", "SetFrozen", "ChunkAsked", "StatementStruck", "SumFixed", "RoundFinal"} <= set(names)
    places = [(one["block"], one["log_index"]) for one in receipts[5]["records"]]
    assert places == sorted(places)


def test_a_round_that_never_was_is_refused(stage: Stage) -> None:
    with pytest.raises(ConfigError, match="--round is 2: the task .* has opened the rounds 1 to 1 of 1"):
        any_receipt_of(stage.contract, stage.party(1).address, 2)


# ---------------------------------------------------------------------- forgeries


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("verdict",), "outvoted"),
        (("counted",), False),
        (("samples",), 3),
        (("share",), "0.900000"),
        (("turn",), 2),
        (("set", "entries", 0, "accepted"), False),
        (("set", "entries", 1, "root"), "0x" + "11" * 32),
        (("set", "sum"), None),
        (("earned", "sums"), str(ONE_COIN)),
        (("lost",), [{"evidence": "late-update", "taken": "1", "transaction": "0x" + "11" * 32, "block": 1}]),
        (("records",), []),
        (("records", 0, "log_index"), 77),
        (("records", 0, "args"), {}),
        (("trust",), "Trust me."),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_what_the_records_do_not_say_does_not_hold(
    stage: Stage, receipts: dict[int, dict[str, Any]], place: Path_, value: Any
) -> None:
    with pytest.raises(AuditDiffers):
        check_receipt(stage.contract, changed(receipts[1], place, value))


@pytest.mark.parametrize("value", [None, 2**70, "\x1b[2J", [], {"a": 1}, 1.5], ids=repr)
def test_whatever_stands_where_it_ends_in_a_verdict_or_in_one_line(
    stage: Stage, receipts: dict[int, dict[str, Any]], value: Any
) -> None:
    """In every field but those within the records, which are compared with the chain's one by one."""
    shown = [place for place in places(receipts[1]) if place[0] != "records" or len(place) < 4]
    kept = receipts[1]["records"][:2]
    for place in shown:
        if place[0] == "records" and len(place) > 1 and int(place[1]) > 1:
            continue
        try:
            check_receipt(stage.contract, changed(receipts[1] | {"records": kept}, place, value))
        except GradbondError as problem:
            assert str(problem).isprintable() and len(str(problem)) < 1_000
        else:
            raise AssertionError(f"{place} may be anything")


def test_a_receipt_of_another_kind_of_task_is_refused(
    stage: Stage, receipts: dict[int, dict[str, Any]]
) -> None:
    plain = {key: value for key, value in receipts[1].items() if key not in ("privacy", "turn")}
    plain |= {"commitment": None, "refused": [], "set": {"entries": [], "accepted_hash": None}}
    plain["earned"] = dict.fromkeys(("update", "share_of_slashes", "attestation", "total"), "0")
    with pytest.raises(AuditDiffers, match="the receipt is of a plain task, this is an encrypted task"):
        check_receipt(stage.contract, plain)


def test_a_scheme_that_is_not_known_is_named(stage: Stage, receipts: dict[int, dict[str, Any]]) -> None:
    with pytest.raises(ConfigError, match='privacy is "rot13", not paillier'):
        check_receipt(stage.contract, receipts[1] | {"privacy": "rot13"})
