"""What it costs to weigh a full round on chain: every rule leaves room for the rest of a proof."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fl_client.aggregation import parse_aggregation
from fl_client.aggregation.weigh import MOST_MIXED_UPDATES, MOST_TABLE_UPDATES, Needs, measure
from tests.contracts.weighing import Rules, as_struct, deploy_rules

MOST_GAS = 3_000_000

TABLE_RULES = [
    "krum",
    "krum:6",
    "krum:14",
    "multi-krum",
    "multi-krum:14",
    "nnm+equal",
    "nnm+clip",
    "nnm+krum",
    "nnm+multi-krum",
    "nnm+fltrust",
    "nnm:11+multi-krum:10",
]


@pytest.fixture(scope="module")
def rules(module_isolation: None, accounts: Any) -> Rules:
    return deploy_rules(accounts[0])


def cost(rules: Rules, name: str, count: int, coordinates: int = 20_000) -> int:
    """Gas of a transaction that weighs a round of random updates, the call's data among it."""
    generator = np.random.default_rng(count)
    updates = generator.integers(-(2**31) + 1, 2**31, (count, coordinates)).astype(np.int32)
    rule = parse_aggregation(name).weigh
    table = measure(updates, updates[0], distances=Needs.DISTANCES in rule.needs)
    figures = table.figures((600,) * count, (600,) * count)
    contract = rules.contract_of(rule)
    assert contract.accepts(rule.argument, count) or count == 16
    sender = rules.harness.tx.sender
    return int(contract.weigh.transact(as_struct(figures), rule.argument, {"from": sender}).gas_used)


@pytest.mark.parametrize("name", TABLE_RULES)
def test_a_full_table_leaves_room_in_a_proof(rules: Rules, name: str) -> None:
    most = MOST_MIXED_UPDATES if name.startswith("nnm") else MOST_TABLE_UPDATES
    ordinary, full = cost(rules, name, 16), cost(rules, name, most)
    print(f"{name}: {ordinary:,} gas with 16 updates, {full:,} with {most}")
    assert ordinary < full < MOST_GAS


@pytest.mark.parametrize("name", ["samples", "equal", "reputation", "clip", "clip:0.01", "fltrust"])
def test_128_updates_without_a_table_leave_room_in_a_proof(rules: Rules, name: str) -> None:
    full = cost(rules, name, 128, coordinates=500)
    print(f"{name}: {full:,} gas with 128 updates")
    assert full < MOST_GAS
