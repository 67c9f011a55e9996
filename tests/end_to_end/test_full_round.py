"""The main job as its user sees it: what it prints, what it leaves, and who paid for what."""

import json
from dataclasses import fields

from safetensors import safe_open

from fl_client.chain.contracts import ONE_COIN
from fl_client.reporting.html.page import FILES
from fl_client.simulation.plan import DemoSettings, task_plan

from .conftest import Run, run_fl


def test_json_output_is_one_object_and_nothing_else(run: Run) -> None:
    assert run.stdout.count("\n") == 1
    for key in ("final_accuracy", "rounds", "slashes", "balances", "gas", "model_root", "audit", "out"):
        assert key in run.summary


def test_each_planted_cheat_is_slashed_on_its_evidence(run: Run) -> None:
    found = {
        (slash["evidence"], slash["role"], slash["who"], slash["round"]) for slash in run.summary["slashes"]
    }
    assert found == {
        ("no-reveal", "trainer", "trainer 6", 2),
        ("copied-commitment", "trainer", "trainer 5", 3),
        ("wrong-norm", "trainer", "trainer 4", 4),
        ("wrong-aggregate", "aggregator", "aggregator 2", 5),
    }


def test_the_model_learns(run: Run) -> None:
    assert run.summary["final_accuracy"] >= 0.93
    assert [entry["round"] for entry in run.summary["rounds"]] == [1, 2, 3, 4, 5, 6]


def test_cheats_cost_an_update_each_and_the_rest_is_accepted(run: Run) -> None:
    assert [entry["accepted"] for entry in run.summary["rounds"]] == [6, 5, 5, 5, 6, 6]


def test_honest_participants_end_richer_and_the_hiding_aggregator_poorer(run: Run) -> None:
    change = {name: entry["change"] for name, entry in run.summary["balances"].items()}
    for name in ("trainer 1", "trainer 2", "trainer 3", "aggregator 1", "auditor"):
        assert change[name] > 0
    assert change["aggregator 2"] < -150 * ONE_COIN
    for cheat in ("trainer 4", "trainer 5", "trainer 6"):
        assert change[cheat] < change["trainer 1"]


def test_every_slash_burns_a_fifth_and_pays_at_most_a_fifth(run: Run) -> None:
    for slash in run.summary["slashes"]:
        assert slash["burned"] * 5 >= slash["amount"]
        assert slash["bounty"] * 5 <= slash["amount"]


def test_money_in_equals_money_out(run: Run) -> None:
    """What members gained is what the owner's escrow paid, less what was burned."""
    gained = sum(entry["change"] for entry in run.summary["balances"].values())
    burned = sum(slash["burned"] for slash in run.summary["slashes"])
    terms = _rewards()
    accepted = sum(entry["accepted"] for entry in run.summary["rounds"])
    attested = (
        accepted  # whoever was left out did not attest either, but for the norm liar, who did not come back
    )
    paid = (
        accepted * terms["update"] + attested * terms["attest"] + len(run.summary["rounds"]) * terms["seal"]
    )
    # The liar's own attestation counts: it vouched before it was slashed or it did not, by the order of steps.
    assert paid - burned <= gained <= paid - burned + terms["attest"]


def _rewards() -> dict[str, int]:
    from fl_client.chain.contracts import Deployment

    nobody = "0x" + "00" * 20
    addresses = [field.name for field in fields(Deployment) if field.name not in ("chain_id", "block")]
    deployment = Deployment(chain_id=1, block=0, **dict.fromkeys(addresses, nobody))
    parameters = task_plan(DemoSettings()).parameters(
        owner=nobody,
        deployment=deployment,
        definition_hash=bytes(32),
        initial_model=bytes(32),
        initial_content=bytes(32),
        dimension=1,
    )
    return {
        "update": parameters.update_reward,
        "attest": parameters.attest_reward,
        "seal": parameters.seal_reward,
    }


def test_the_folder_holds_everything_that_an_auditor_and_a_user_need(run: Run) -> None:
    assert {entry.name for entry in run.out.iterdir()} == {name.rstrip("/") for name in FILES}
    assert json.loads((run.out / "summary.json").read_text()) == run.summary


def test_the_exported_model_names_its_commitment(run: Run) -> None:
    with safe_open(str(run.out / "model.safetensors"), framework="np") as file:
        assert file.metadata()["model_root"] == run.summary["model_root"]
        names = file.keys()
        assert sum(file.get_tensor(name).size for name in names) == run.summary["settings"]["dimension"]


def test_the_report_is_one_file_without_external_assets(run: Run) -> None:
    text = (run.out / "report.html").read_text()
    assert "agrees" in text and "wrong-aggregate" in text
    assert "http://" not in text and "https://" not in text and "<script" not in text


def test_the_same_seed_gives_the_same_chain_and_model(run: Run, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    again = tmp_path_factory.mktemp("runs") / "again"
    done = run_fl("demo", "--rounds", "6", "--seed", "3", "--out", str(again), "--json")
    summary = json.loads(done.stdout)
    assert (summary["model_root"], summary["head"]) == (run.summary["model_root"], run.summary["head"])
    assert (again / "model.safetensors").read_bytes() == (run.out / "model.safetensors").read_bytes()


def test_a_drawn_fraction_of_trainers_runs_to_the_end(tmp_path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "drawn"
    arguments = (
        "--participants",
        "9",
        "--rounds",
        "2",
        "--fraction",
        "0.7",
        "--partition",
        "iid",
        "--epochs",
        "1",
    )
    done = run_fl("demo", *arguments, "--out", str(out), "--json")
    summary = json.loads(done.stdout)
    assert done.returncode == 0 and summary["audit"]["passed"], done.stderr
    accepted = [entry["accepted"] for entry in summary["rounds"]]
    assert len(accepted) == 2 and min(accepted) >= 3 and min(accepted) < 9
    assert summary["left_out"] == ["no-reveal", "copied-commitment", "wrong-norm", "wrong-aggregate"]
