"""Task files of encrypted tasks: what they take, what they refuse, and the example to start from."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from fl_client.cli.task_file import ENCRYPTED_EXAMPLE, encrypted_from, read_table
from fl_client.errors import ConfigError
from fl_client.roles.encrypted_plan import EncryptedPlan

DEALER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def plan_of(table: dict[str, Any]) -> EncryptedPlan:
    return encrypted_from({"privacy": "paillier", **table}, Path("task.yaml"))[0]


def with_dealer(**section: Any) -> dict[str, Any]:
    return {"encryption": {"dealer": DEALER, **section}}


def test_the_example_is_what_a_task_is_without_it(tmp_path: Path) -> None:
    file = tmp_path / "task.yaml"
    file.write_text(ENCRYPTED_EXAMPLE)
    model, rest = read_table(file)
    plan, dealer = encrypted_from(rest, file)
    assert (plan, dealer) == (EncryptedPlan(rounds=10, challenge_seconds=3_600), DEALER)
    assert model == {"definition": "digits", "data": None, "seed": 0}


def test_its_commented_lines_are_meant_to_be_used(tmp_path: Path) -> None:
    file = tmp_path / "task.yaml"
    file.write_text(re.sub(r"(?m)^  # (\w+:)", r"  \1", ENCRYPTED_EXAMPLE))
    _, rest = read_table(file)
    plan, _ = encrypted_from(rest, file)
    assert (plan.threshold, plan.minimum_accepted, plan.deal_seconds) == (4, 5, 3_600)


def test_bits_of_the_modulus_become_bytes() -> None:
    assert plan_of(with_dealer(modulus_bits=3072)).modulus_bytes == 384


def test_amounts_may_be_parts_of_a_coin() -> None:
    assert plan_of({**with_dealer(), "rewards": {"update": 0.5}}).update_reward == Decimal("0.5")


@pytest.mark.parametrize(
    ("section", "least"),
    [
        ({"parties": 9, "threshold": 6, "minimum_accepted": 7}, 7),
        ({"parties": 9, "threshold": 6, "minimum_accepted": 9}, 9),
        ({"parties": 9, "threshold": 6}, 7),
        ({"parties": 9, "threshold": 4}, 5),
        ({"parties": 4, "threshold": 2}, 3),
        ({"parties": 12, "threshold": 5}, 6),
    ],
    ids=str,
)
def test_a_sum_is_of_at_least_one_update_more_than_parties_open_it(
    section: dict[str, int], least: int
) -> None:
    assert plan_of(with_dealer(**section)).least_accepted == least


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"privacy": "magic"}, "privacy is 'magic': give paillier"),
        ({"encryption": {"parties": 4}}, "encryption: dealer is missing"),
        ({}, "encryption: dealer is missing"),
        ({"encryption": {"dealer": "me"}}, "encryption: dealer is 'me': give an address"),
        ({**with_dealer(), "rule": "median"}, "there is no 'rule': a task file takes rounds"),
        (with_dealer(party=4), "encryption has no 'party': it takes modulus_bits, parties"),
        (with_dealer(parties="four"), "encryption: parties is 'four': give a whole number"),
        (with_dealer(parties=2), "2 parties: give 3 to 32"),
        (with_dealer(parties=4, minimum_accepted=3), "a sum of 3 updates: give 4 to 4, since of fewer"),
        (with_dealer(parties=4, minimum_accepted=5), "a sum of 5 updates: give 4 to 4"),
        (with_dealer(parties=4, threshold=2, minimum_accepted=2), "a sum of 2 updates: give 3 to 4"),
        (with_dealer(parties=9, threshold=6, minimum_accepted=6), "a sum of 6 updates: give 7 to 9"),
        (with_dealer(modulus_bits=2047), "modulus_bits is 2047: give a multiple of 256"),
        (with_dealer(modulus_bits=2056), "modulus_bits is 2056: give a multiple of 256"),
        (with_dealer(modulus_bits=4096), "a key of 4096 bits: give 512 to 3072, a multiple of 256"),
        (with_dealer(modulus_bits=-256), "a key of -256 bits: give 512 to 3072"),
        ({**with_dealer(), "max_voids": 0}, "max_voids is 0: give 1 to 32"),
        (with_dealer(value_bits=0), "value_bits is 0: give 2 to 32"),
        (with_dealer(value_range=float("nan")), "value_range is nan: give more than 0"),
        (with_dealer(max_weight=0), "max_weight is 0: give 1 to 255"),
        ({**with_dealer(), "seconds": {"phase": -1}}, "phase_seconds is -1: give seconds"),
        ({**with_dealer(), "stakes": {"party": -1}}, "stake is -1: give coins"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_meant_is_refused_in_words(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        plan_of(table)


def test_yaml_reads_the_dealer_as_a_text() -> None:
    assert yaml.safe_load(ENCRYPTED_EXAMPLE)["encryption"]["dealer"] == DEALER


# ---------------------------------------------------------------------- groups


def test_groups_are_each_of_three_or_of_their_part_of_more_than_open_a_sum() -> None:
    plan = plan_of(with_dealer(parties=12, groups=3))
    assert (plan.groups, plan.holders, plan.least_accepted) == (3, 7, 3)
    assert plan_of(with_dealer(parties=32, groups=3, threshold=20)).least_accepted == 7
    assert plan_of(with_dealer(parties=32, groups=3, minimum_accepted=10)).least_accepted == 10
    assert plan_of(with_dealer(parties=12)).groups == 1


@pytest.mark.parametrize(
    ("encryption", "said"),
    [
        ({"parties": 12, "groups": 2}, "2 groups: give an odd number up to 9"),
        ({"parties": 32, "groups": 11}, "11 groups: give an odd number up to 9"),
        ({"parties": 32, "groups": 0}, "0 groups: give an odd number up to 9"),
        ({"parties": 8, "groups": 3}, "8 parties in 3 groups: there must be 9"),
        ({"parties": 12, "groups": 3, "minimum_accepted": 5}, "a sum of 5 updates: give 3 to 4"),
        ({"parties": 12, "groups": 3, "minimum_accepted": 2}, "a sum of 2 updates: give 3 to 4"),
    ],
)
def test_groups_that_cannot_be_are_refused(encryption: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        plan_of(with_dealer(**encryption))
