"""The report and the metrics of a real run: every figure is on its chain, and agrees with the others."""

import csv
from html import escape
from typing import Any

import pytest
import typer

from fl_client.chain import Connection, import_chain
from fl_client.cli.app import app
from fl_client.reporting.html.evidence import evidence_sentence
from fl_client.simulation.folder import prepare_folder

from .conftest import Run


@pytest.fixture(scope="session")
def chain(run: Run) -> Connection:
    """The run's chain, executed again."""
    return import_chain(run.out / "chain")


@pytest.fixture(scope="session")
def page(run: Run) -> str:
    return (run.out / "report.html").read_text()


def slash_of(run: Run, evidence: str) -> dict[str, Any]:
    (found,) = [one for one in run.summary["slashes"] if one["evidence"] == evidence]
    return dict(found)


def test_the_acts_are_the_transactions_of_the_chain(run: Run, chain: Connection) -> None:
    blocks = [chain.web3.eth.get_block(number) for number in range(chain.block_number() + 1)]
    on_chain = [
        ("0x" + bytes(one).hex(), block["number"], block["timestamp"], block["gasUsed"])
        for block in blocks
        for one in block["transactions"]
    ]
    acts = run.summary["acts"]
    assert [(act["transaction"], act["block"], act["time"], act["gas"]) for act in acts] == on_chain
    assert all(act.get("succeeded", True) for act in acts)


def test_the_gas_of_the_acts_is_what_the_members_noted(run: Run) -> None:
    spent: dict[tuple[str, str], list[int]] = {}
    for act in run.summary["acts"]:
        spent.setdefault((act["role"], act["call"]), []).append(act["gas"])
    noted = run.summary["gas"]["by_role"]
    for role, calls in noted.items():
        for call, figures in calls.items():
            gas = spent[role, call]
            assert (len(gas), max(gas)) == (figures["count"], figures["max"])
    assert run.summary["gas"]["total"] == sum(
        sum(gas) for (role, call), gas in spent.items() if call in noted.get(role, {})
    )


def test_every_act_of_every_round_is_in_the_report(run: Run, page: str) -> None:
    rounds = {act["round"] for act in run.summary["acts"]}
    assert rounds == {0, 1, 2, 3, 4, 5, 6, None}
    rows = {row.split('title="')[1][:66]: row for row in page.split("<tr>") if 'class="hash"' in row}
    for act in run.summary["acts"]:
        row = rows[act["transaction"]]
        assert act["who"] in row and act["call"] in row and f"{act['gas']:,}" in row


def test_a_round_has_its_trainers_acts_in_the_right_phases(run: Run) -> None:
    for number, expected in ((1, 6), (2, 5)):
        found = [act for act in run.summary["acts"] if act["round"] == number]
        for call, phase in (("revealUpdate", "reveal"), ("attestUpdates", "attest")):
            phases = [act["phase"] for act in found if act["call"] == call]
            assert phases == [phase] * expected
        assert [act["phase"] for act in found if act["call"] == "proposeAggregate"] == ["aggregate"]


def test_the_phases_of_a_round_follow_each_other_without_a_gap(run: Run) -> None:
    for turn in run.summary["timeline"]:
        phases = turn["phases"]
        assert [one["phase"] for one in phases] == [
            "commit",
            "reveal",
            "attest",
            "aggregate",
            "challenge",
            "final",
        ]
        assert all(left["ends"] == right["begins"] for left, right in zip(phases, phases[1:], strict=False))
        (entry,) = [one for one in run.summary["rounds"] if one["round"] == turn["round"]]
        assert entry["seconds"] == phases[-1]["ends"] - phases[0]["begins"]


def test_a_missing_reveal_makes_its_phase_last_to_the_deadline(run: Run) -> None:
    lasted = {
        turn["round"]: one["ends"] - one["begins"]
        for turn in run.summary["timeline"]
        for one in turn["phases"]
        if one["phase"] == "reveal"
    }
    full = run.summary["terms"]["reveal_seconds"]
    assert [number for number, seconds in lasted.items() if seconds >= full] == [2, 3]


def test_every_slash_is_told_with_its_transaction_and_its_split(run: Run, page: str) -> None:
    assert len(run.summary["slashes"]) == 4
    for slash in run.summary["slashes"]:
        assert escape(evidence_sentence(slash)) in page
        assert page.count(slash["transaction"]) >= 2  # the case, and the act
        assert slash["amount"] == slash["burned"] + slash["bounty"] + slash["shared"]
        assert slash["shared_in"] == slash["round"] + 1


def test_the_copied_commitment_names_its_victim(run: Run) -> None:
    facts = slash_of(run, "copied-commitment")["facts"]
    assert facts["copied_from"] == "trainer 1" and facts["copied_committed_at"] < facts["committed_at"]
    assert facts["refused_with"] == "TrainingTaskCommitmentMismatch"


def test_the_lying_tree_claims_the_squares_of_the_update_before_it_was_blown_up(run: Run) -> None:
    facts = slash_of(run, "wrong-norm")["facts"]
    # Fifty times as long is 2,500 times the sum of squares.
    assert facts["computed_sum"] == 2_500 * facts["claimed_sum"]
    assert facts["true_total"] == 2_500 * facts["claimed_total"] and facts["kept_out"]


def test_the_wrong_model_is_off_by_what_the_cheat_added(run: Run) -> None:
    facts = slash_of(run, "wrong-aggregate")["facts"]
    assert facts["claimed"] - facts["computed"] == 1 << 16
    weights = sum(one["weight"] for one in facts["updates"])
    change = sum(one["weight"] * one["value"] for one in facts["updates"]) / weights
    assert facts["computed"] == pytest.approx(facts["base"] + change, abs=0.5)
    assert [one["step"] for one in facts["steps"]][0] == "DisputeOpened" and facts["replaced_by"] == "auditor"


def test_what_accounts_earned_and_lost_is_the_change_of_their_coins(run: Run) -> None:
    for name, entry in run.summary["balances"].items():
        earned = run.summary["earnings"][name]
        gained = sum(amount for kind, amount in earned.items() if kind.endswith("_earned"))
        assert entry["change"] == gained - earned["slashed"], name


def test_the_metrics_have_a_row_a_round(run: Run) -> None:
    with (run.out / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(int(row["round"]), float(row["accuracy"]), int(row["slashes"])) for row in rows] == [
        (entry["round"], entry["accuracy"], int(entry["round"] in (2, 3, 4, 5)))
        for entry in run.summary["rounds"]
    ]


def test_the_command_of_the_report_is_one_that_the_program_takes(run: Run) -> None:
    program, *words = run.summary["command"]
    command = typer.main.get_command(app)
    name, inner, rest = command.resolve_command(command.make_context("fl", list(words)), list(words))  # type: ignore[attr-defined]
    context = inner.make_context(name, rest)
    assert program == "fl" and name == "demo"
    settings = run.summary["settings"]
    for option in ("rounds", "participants", "seed", "partition", "epochs", "task"):
        assert context.params[option] == settings[option]
    assert float(context.params["lr"]) == settings["learning_rate"]


def test_a_run_replaces_everything_that_an_earlier_one_left(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for name in ("metrics.csv", "report.html", "summary.json"):
        (tmp_path / name).write_text("old")
    prepare_folder(tmp_path)
    assert not list(tmp_path.iterdir())
