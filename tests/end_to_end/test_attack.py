"""`fl attack` as its user sees it."""

import json

from .conftest import run_fl


def test_an_attack_is_reported_as_one_json_object() -> None:
    done = run_fl(
        *("attack", "scaling", "--rule", "median", "--participants", "5", "--rounds", "3", "--json"),
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    found = json.loads(done.stdout)
    assert found["undefended_accuracy"] < found["clean_accuracy"] - 0.3
    assert found["defended_accuracy"] > found["clean_accuracy"] - 0.05
    # A well-formed update: nobody is caught, and without review it is paid like any other.
    assert found["caught"] == []
    assert found["attacker_profit"] == 12.0
    assert found["attacker_profit_per_100_rounds"] == 400.0
    assert found["cheating_paid"] is True


def test_judges_leave_out_who_adapts_to_their_scores() -> None:
    """The plain mean with a committee beside it: what the rule lets through, the scores do not."""
    done = run_fl(
        *("attack", "adaptive", "--rule", "mean", "--participants", "5", "--rounds", "4"),
        *("--validators", "3", "--json"),
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["undefended_accuracy"] < found["clean_accuracy"] - 0.3
    assert found["defended_accuracy"] > found["clean_accuracy"] - 0.05
    (caught,) = found["caught"]
    assert caught["left_out"] >= 1 and caught["lost"] == 0
    assert caught["profit"] < found["honest_profit"]


def test_validators_are_not_given_where_they_are_the_attackers() -> None:
    done = run_fl("attack", "collude", "--validators", "3")
    assert done.returncode == 3
    assert "collude has a committee of 3: leave out --validators" in done.stderr


def test_an_unknown_attack_names_those_that_there_are() -> None:
    done = run_fl("attack", "bribe")
    assert done.returncode == 3
    assert "no attack 'bribe'" in done.stderr
    assert "sign-flip" in done.stderr


def test_the_list_has_every_name() -> None:
    names = run_fl("attack", "list").stdout.split()
    wanted = (
        "sign-flip scaling label-flip gaussian backdoor alie ipm min-max free-rider copy replay inflate-samples "
        "sybil collude withhold serve-some vouch-blindly lying-sealer lying-table grief adaptive"
    )
    assert set(wanted.split()) <= set(names)


def test_the_help_has_an_example() -> None:
    assert "Example: fl attack" in run_fl("attack", "--help").stdout
