"""Evidence in words: who, which numbers, and what became of it."""

from typing import Any

import pytest

from fl_client.reporting.html.evidence import evidence_sentence, slash_section

from .sample import COPIED, LYING, MISSED, WRONG, sample, slash


def test_bytes_that_were_not_shown_have_a_case() -> None:
    hidden = slash(
        "hidden-bytes", "trainer 2", 3, {"chunk": 1_234, "author": "trainer 1"}, call="closeQuestion"
    )
    page = slash_section(sample(slashes=[hidden]))
    assert "an update that was vouched for and not shown" in page and "chunk 1,234" in page


def test_a_missing_reveal_names_round_and_waiting_time() -> None:
    said = evidence_sentence(slash("no-reveal", "trainer 3", 4, MISSED))
    assert said.startswith("Trainer 3 bound itself to an update in round 4")
    assert "1 min 30 s later" in said and "the auditor" in said


def test_a_copied_commitment_names_the_victim_and_the_refusal() -> None:
    said = evidence_sentence(slash("copied-commitment", "trainer 2", 1, COPIED))
    assert "that trainer 1 had put there 3 s before" in said and "TrainingTaskCommitmentMismatch" in said


def test_a_copy_that_nobody_tried_to_reveal_says_why_it_is_worthless() -> None:
    said = evidence_sentence(slash("copied-commitment", "trainer 2", 1, COPIED | {"refused_with": None}))
    assert "nobody else can ever open it" in said


def test_a_lying_tree_names_claim_and_truth() -> None:
    said = evidence_sentence(slash("wrong-norm", "trainer 1", 2, LYING))
    assert (
        "coordinates 64 to 127" in said and "1,000" in said and "2,500,000" in said and "2,500 times" in said
    )


@pytest.mark.parametrize(("total", "said"), [(12_500_000, True), (9_999_999, False), (None, False)])
def test_the_limit_is_named_only_where_the_update_exceeds_it(total: int | None, said: bool) -> None:
    words = evidence_sentence(slash("wrong-norm", "trainer 1", 2, LYING | {"true_total": total}))
    assert ("past the limit" in words) == said


@pytest.mark.parametrize(
    ("kept_out", "words"), [(True, "did not enter the model"), (False, "had been fixed")]
)
def test_a_lying_tree_says_whether_its_update_stayed_out(kept_out: bool, words: str) -> None:
    assert words in evidence_sentence(slash("wrong-norm", "trainer 1", 2, LYING | {"kept_out": kept_out}))


def test_a_wrong_model_names_claim_and_computation() -> None:
    said = evidence_sentence(slash("wrong-aggregate", "aggregator 2", 5, WRONG))
    assert "coordinate 4,807 of 4,810 it claimed 426,184" in said and "computed 360,648" in said
    assert "model of the auditor took its place" in said


def no_chunk(claimed: int, computed: int) -> dict[str, Any]:
    chunk = {"model_chunk": 2, "first_coordinate": 128, "last_coordinate": 191, "fraction_bits": 20}
    facts = chunk | {"claimed_sum": claimed, "computed_sum": computed, "steps": [], "replaced_by": None}
    return slash("wrong-aggregate", "aggregator 2", 5, facts, call="proveWrongAggregate")


def test_a_model_with_a_lying_tree_names_the_sums() -> None:
    said = evidence_sentence(no_chunk(11, 12))
    assert "coordinates 128 to 191 its tree claims a sum of squares of 11 where the contract" in said
    assert "computed 12" in said and "was rejected" in said
    page = slash_section(sample() | {"slashes": [no_chunk(11, 12)]})
    assert "claimed, coordinates 128 to 191" in page and "no table" not in page


def test_numbers_that_no_model_can_have_are_called_that() -> None:
    said = evidence_sentence(no_chunk(12, 12))
    assert "numbers at coordinates 128 to 191 that no model can have" in said and "12" not in said[-90:]


def test_a_missed_answer_and_a_lost_challenge_are_told_apart() -> None:
    silent = evidence_sentence(slash("no-answer", "aggregator 1", 5, {"steps": [], "replaced_by": None}))
    lost = evidence_sentence(slash("lost-dispute", "auditor", 5, {"steps": [], "replaced_by": None}))
    assert "without an answer" in silent and lost.startswith("The auditor challenged")


def test_a_distance_that_nobody_answered_for_is_not_called_wrong() -> None:
    facts = {"round": 3, "denied": ["trainer 2", "owner"], "claimed_distance": 5_000, "steps": []}
    silent = slash("no-answer", "aggregator 1", 3, facts, call="resolveDispute")
    said = evidence_sentence(silent)
    assert "between the updates of trainer 2 and the owner that it had posted, 5,000, was challenged" in said
    assert "Nothing was proved wrong" in said and "wrong distance" not in said
    assert "a dispute that was left unanswered" in slash_section(sample() | {"slashes": [silent]})


def test_a_proof_that_another_contract_passed_on_is_no_missed_answer() -> None:
    facts = {"round": 3, "steps": [], "replaced_by": None}
    said = evidence_sentence(slash("wrong-aggregate", "aggregator 1", 3, facts))
    assert "was proved to have proposed a wrong model" in said and "answer" not in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "12.00 shared by those accepted in round 2"),
        ({"shared_in": None}, "12.00 left for the honest, burned at the end"),
        ({"shared": 0, "burned": 15 * 10**18, "bounty": 5 * 10**18}, "5.00 to the auditor"),
    ],
)
def test_the_split_of_the_coins_is_named(change: dict[str, object], words: str) -> None:
    assert words in slash_section(sample(slashes=[slash("no-reveal", "trainer 3", 1, MISSED, **change)]))


def test_a_bounty_of_nothing_is_not_named() -> None:
    own = slash("no-reveal", "trainer 3", 1, MISSED, bounty=0, beneficiary=None, burned=8 * 10**18)
    assert " to trainer" not in slash_section(
        sample(slashes=[own])
    ) and "0.00 bounty</li>" not in slash_section(sample(slashes=[own]))


@pytest.mark.parametrize(
    ("posted", "words"), [(0, "had posted no table of the distances"), (32, "has the wrong length")]
)
def test_a_proposal_without_its_table_says_why_that_is_a_fault(posted: int, words: str) -> None:
    said = evidence_sentence(slash("wrong-aggregate", "aggregator 1", 3, {"table_bytes": posted}))
    assert words in said and "nobody could show that the model is wrong" in said


def test_a_wrong_distance_names_the_two_updates_and_both_sums() -> None:
    facts = {
        "pair": ["trainer 2", "owner"],
        "entry_chunk": 4,
        "claimed_distance": 5_000,
        "computed_distance": 4_900,
        "steps": [{"step": "SumPicked", "transaction": "0x" + "01" * 32}],
    }
    wrong = slash("wrong-aggregate", "aggregator 1", 3, facts, call="proveWrongEntry")
    said = evidence_sentence(wrong)
    assert "between the updates of trainer 2 and the owner in round 3" in said
    assert "it stood for 5,000; the contract computed 4,900" in said
    page = slash_section(sample() | {"slashes": [wrong]})
    assert "a model without true distances behind it" in page and "difference followed" in page
