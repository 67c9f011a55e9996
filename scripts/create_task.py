"""Create a task, and put its first model into the store:

    python scripts/create_task.py --rpc-url URL --deployment deployment.json --keystore FILE --password-file FILE \\
        --store FOLDER --trainers 3 --rounds 2 --out task.json

The account pays the budget and is the task's owner. Times have to lie within the factory's bounds: on a development
network (`--bounds devnet`) phases may take seconds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from fl_client.aggregation import RULE_NAMES, parse_rule
from fl_client.chain import Connection, Journal, TransactionSender
from fl_client.chain.contracts import ONE_COIN, Deployment, TaskContract, TaskParameters
from fl_client.cli.script import (
    ScriptParser,
    add_key_options,
    add_node_options,
    check_writable,
    load_account,
    run,
)
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.errors import ConfigError
from fl_client.learning import GlobalModel, check_task, load_task
from fl_client.roles import GasBook, create_task
from fl_client.rounds import seal_vector
from fl_client.simulation import DemoSettings
from fl_client.simulation.plan import FRACTION_BITS, task_parameters
from fl_client.storage import LocalStore
from fl_client.types import Address, Bytes32

PHASES = ("join", "commit", "reveal", "attest", "seal", "answer")
# A dispute takes at most its window and this many answers; whoever leaves stays liable for longer.
ANSWERS = 20


def times(given: argparse.Namespace, least_challenge: int, least_unbonding: int) -> dict[str, int]:
    """Every time of the task, seconds; what is not given is as short as the factory allows."""
    found = {f"{phase}_seconds": getattr(given, f"{phase}_seconds") or given.phase_seconds for phase in PHASES}
    challenge = given.challenge_seconds or max(given.phase_seconds, least_challenge)
    liable = challenge + ANSWERS * found["answer_seconds"]
    return {
        **found,
        "challenge_seconds": challenge,
        "unbonding_seconds": given.unbonding_seconds or max(liable, least_unbonding),
        "retention_seconds": given.retention_seconds or 5 * max(liable, least_unbonding),
    }


def parameters_of(
    given: argparse.Namespace, connection: Connection, deployment: Deployment, owner: Address
) -> TaskParameters:
    """The task as the arguments have it; its first model is in the store when this returns."""
    settings = DemoSettings(
        task=given.definition,
        participants=given.trainers,
        rounds=given.rounds,
        fraction=given.fraction,
        rule=given.rule,
        seed=given.seed,
    )
    task = load_task(given.definition, data_dir=given.data)
    check_task(task)
    model = GlobalModel(task, seed=given.seed, fraction_bits=FRACTION_BITS)
    vector = model.initial()
    form = VectorFormat(dimension=len(vector), fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL)
    sealed = seal_vector(vector, form)
    factory = connection.contract("TaskFactory", deployment.factory)
    bounds = connection.call(factory.functions.bounds())
    parameters = task_parameters(
        settings,
        owner=owner,
        deployment=deployment,
        definition_hash=Bytes32(model.layout.definition_hash),
        initial_model=sealed.commitment,
        initial_content=LocalStore(given.store).put(sealed.data).digest,
        dimension=form.dimension,
    )
    seconds: dict[str, Any] = times(given, least_challenge=bounds[2], least_unbonding=bounds[3])
    return replace(parameters, **seconds)


def main() -> TaskContract:
    """Create the task that the arguments describe."""
    parser = ScriptParser(description="Create a task and put its first model into the store.")
    add_node_options(parser)
    add_key_options(parser, required=True)
    parser.add_argument("--store", required=True, type=Path, metavar="FOLDER", help="content store")
    parser.add_argument("--definition", default="digits", help="a name, module:Class or path/to/file.py:Class")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="the definition's data, where it reads a folder")
    parser.add_argument("--trainers", type=int, default=3, help="places for trainers, 3 to 128 (3)")
    parser.add_argument("--rounds", type=int, default=10, help="rounds of training (10)")
    parser.add_argument("--fraction", type=float, default=1.0, help="share of the trainers drawn for a round (1.0)")
    parser.add_argument("--rule", default="mean", help=f"how updates are combined: {RULE_NAMES} (mean)")
    parser.add_argument("--seed", type=int, default=0, help="decides the first model (0)")
    parser.add_argument("--phase-seconds", type=int, default=600, help="every phase not given by itself (600)")
    for name in (*PHASES, "challenge", "unbonding", "retention"):
        parser.add_argument(f"--{name}-seconds", type=int, default=0, metavar="SECONDS")
    parser.add_argument("--out", type=Path, default=Path("task.json"), metavar="FILE", help="task file to write")
    given = parser.parse_args()
    if any(value < 0 for name, value in vars(given).items() if name.endswith("_seconds")):
        raise ConfigError("a time is negative: give seconds")
    deployment = Deployment.read(given.deployment)
    account = load_account(given.keystore, given.password_file)
    assert account is not None  # both options are required
    connection = Connection.open(given.rpc_url, chain_id=deployment.chain_id)
    deployment.check(connection)
    check_writable(given.out, "--out")
    parameters = parameters_of(given, connection, deployment, account.address)
    # A creation that breaks off is begun anew: nothing of it needs to be kept.
    with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
        sender = TransactionSender(connection, account, journal)
        contract = create_task(connection, deployment, sender, parameters, GasBook())
    said = {
        "chain_id": deployment.chain_id,
        "definition": given.definition,
        "definition_hash": "0x" + parameters.definition_hash.hex(),
        "owner": account.address,
        "rule": parse_rule(given.rule).name,
        "task": contract.address,
        "trainers": given.trainers,
    }
    given.out.write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    if given.json:
        print(json.dumps(said, sort_keys=True))
    else:
        print(f"task {contract.address}: {parameters.budget / ONE_COIN:g} coins of budget; written to {given.out}")
    return contract


if __name__ == "__main__":
    run("create_task", main)
