"""`fl task create|list|show`: tasks on a chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypedDict

import typer

from fl_client.chain import Connection, Event, EventCursor, Journal, TransactionSender, load_artifact
from fl_client.chain.contracts import (
    ONE_COIN,
    Deployment,
    FactoryBounds,
    ReviewTerms,
    TaskContract,
    TaskParameters,
)
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.chain.contracts.encrypted_parameters import EncryptedParameters
from fl_client.cli.session import (
    check_writable,
    open_account,
    open_any_task,
    open_chain,
    open_content,
    state_folder,
)
from fl_client.cli.settings import Settings
from fl_client.cli.task_file import PAILLIER, encrypted_from, read_table
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.roles import (
    FRACTION_BITS,
    PROOF_OF_WORK,
    SLOTS,
    GasBook,
    create_task,
    plan_from_table,
)
from fl_client.roles.encrypted_plan import create_encrypted_task
from fl_client.rounds import WorkTerms, read_status, rule_of, seal_vector
from fl_client.rounds.encrypted_status import read_encrypted_status
from fl_client.types import Address, Bytes32


def create(settings: Settings, file: Path, out: Path, *, as_json: bool) -> None:
    """Pay for the task that a YAML file describes, and create it; its first model is in the store before.

    Raises:
        ConfigError: the file, the definition or a setting is wrong.
        ContractReverted: a parameter lies outside the factory's bounds.
        ChainError: on this chain a question of an encrypted task could not be answered.
    """
    model, table = read_table(file)
    order = _encrypted_order(table, file) if "privacy" in table else _plain_order(table, file)
    account = open_account(settings)
    connection, deployment = open_chain(settings)
    check_writable(out, "--out")
    factory = connection.contract("TaskFactory", deployment.factory)
    bounds = FactoryBounds.of_limits(connection.call(factory.functions.bounds()))
    first = _first_model(settings, model)
    parameters = order.parameters(bounds, deployment, account.address, first)
    with Journal(state_folder(settings, account.address)) as journal:
        sender = TransactionSender(connection, account, journal, confirmations=settings.confirmations)
        sender.resume()
        intent = creation_intent(parameters, order.terms, deployment.factory, out)
        existed = sender.knows(intent)
        address = order.create(connection, deployment, sender, parameters, intent)
    said = {
        "chain_id": deployment.chain_id,
        "definition": model["definition"],
        "definition_hash": "0x" + parameters.definition_hash.hex(),
        "owner": account.address,
        "seed": model["seed"],
        "task": address,
        **order.told,
    }
    out.write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(said, sort_keys=True))
    else:
        typer.echo(f"task {address}: {parameters.budget / ONE_COIN:g} coins of budget; written to {out}")
        if existed:
            typer.echo("it was paid for before: for another task of the same plan give another file by --out")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is created: of either kind.

    Attributes:
        parameters: with what the factory, the owner and the first model fill in.
        create: pays; gives the task's address.
        told: what the task file says of this kind alone.
        terms: of a review, where there is one.
    """

    parameters: Callable[
        [FactoryBounds, Deployment, Address, FirstModel], TaskParameters | EncryptedParameters
    ]
    create: Callable[[Connection, Deployment, TransactionSender, Any, str], Address]
    told: Mapping[str, Any]
    terms: ReviewTerms | None = None


def _plain_order(table: Mapping[str, Any], file: Path) -> _Order:
    plan = plan_from_table(table, str(file))
    terms = plan.review_terms
    return _Order(
        parameters=lambda bounds, deployment, owner, first: plan.within(bounds).parameters(
            owner=owner, deployment=deployment, **first
        ),
        create=lambda connection, deployment, sender, parameters, intent: (
            create_task(
                connection, deployment, sender, parameters, GasBook(), intent=intent, terms=terms
            ).address
        ),
        told={"rule": plan.aggregation.name, "trainers": plan.trainers},
        terms=terms,
    )


def _encrypted_order(table: Mapping[str, Any], file: Path) -> _Order:
    plan, dealer = encrypted_from(table, file)
    return _Order(
        parameters=lambda bounds, deployment, owner, first: plan.within(bounds).parameters(
            owner=owner, dealer=dealer, **first
        ),
        create=lambda connection, deployment, sender, parameters, intent: (
            create_encrypted_task(
                connection, deployment, sender, parameters, GasBook(), intent=intent
            ).address
        ),
        told={"dealer": dealer, "parties": plan.parties, "privacy": PAILLIER, "threshold": plan.holders},
    )


def creation_intent(
    parameters: TaskParameters | EncryptedParameters, terms: ReviewTerms | None, factory: Address, out: Path
) -> str:
    """One task for each plan, factory and file: killed and started again, nobody pays for a second one."""
    told = repr((factory, parameters.to_tuple(), terms and terms.to_tuple())).encode()
    return f"createTask {hashlib.sha256(told).hexdigest()[:32]} {out.resolve()}"


def show_all(settings: Settings, *, as_json: bool) -> None:
    """Print one line a task of the deployment."""
    connection, deployment = open_chain(settings)
    rows = [_row(connection, deployment, event) for event in created_tasks(connection, deployment)]
    if as_json:
        typer.echo(json.dumps(rows, sort_keys=True))
        return
    if not rows:
        typer.echo("no task yet: fl task create TASK.YAML")
    for row in rows:
        who = "parties, encrypted" if row["privacy"] else "trainers"
        places = f"{row['trainers']}/{row['places']} {who}"
        typer.echo(f"{row['task']}  {row['phase']:<9}  round {row['round']}/{row['rounds']}  {places}")


def _row(connection: Connection, deployment: Deployment, event: Event) -> dict[str, Any]:
    """A task in the list; the parties of an encrypted one stand where others have trainers."""
    task = event.args["task"]
    row = {"task": task, "owner": event.args["owner"], "budget": str(event.args["budget"])}
    if event.name == "EncryptedTaskCreated":
        found = read_encrypted_status(EncryptedContract(connection, deployment, task))
        people = {"trainers": found.parties, "places": found.places, "privacy": PAILLIER}
        return {**row, "phase": found.phase, "round": found.round, "rounds": found.rounds, **people}
    status = read_status(TaskContract(connection, deployment, task))
    people = {"trainers": status.trainers, "places": status.places, "privacy": None}
    return {**row, "phase": status.phase, "round": status.round, "rounds": status.rounds, **people}


def show(settings: Settings, *, as_json: bool) -> None:
    """Print everything that a task was created with."""
    contract = open_any_task(settings)
    facts = _encrypted_facts(contract) if isinstance(contract, EncryptedContract) else _facts(contract)
    if as_json:
        typer.echo(json.dumps(facts, sort_keys=True))
        return
    for name, value in facts.items():
        typer.echo(f"{name.replace('_', ' '):<19} {value}")


# ---------------------------------------------------------------------- parts


def created_tasks(connection: Connection, deployment: Deployment) -> tuple[Event, ...]:
    """Every task that the factory made, of either kind, in chain order."""
    cursor = EventCursor(connection, [deployment.factory], [load_artifact("TaskFactory")], deployment.block)
    return tuple(event for event in cursor.poll() if event.name in ("TaskCreated", "EncryptedTaskCreated"))


class FirstModel(TypedDict):
    """What a task is told of its first model."""

    definition_hash: Bytes32
    initial_model: Bytes32
    initial_content: Bytes32
    dimension: int


def _first_model(settings: Settings, model: Mapping[str, Any]) -> FirstModel:
    """What a task is told of its first model, which is in the store when this returns."""
    # Torch takes seconds to import: what only looks does not pay for it.
    from fl_client.learning import GlobalModel, check_task, load_task

    data = None if model["data"] is None else Path(model["data"])
    task = load_task(model["definition"], data_dir=data or settings.data)
    check_task(task)
    first = GlobalModel(task, seed=model["seed"], fraction_bits=FRACTION_BITS)
    vector = first.initial()
    form = VectorFormat(dimension=len(vector), fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL)
    sealed = seal_vector(vector, form)
    return FirstModel(
        definition_hash=Bytes32(first.layout.definition_hash),
        initial_model=sealed.commitment,
        initial_content=open_content(settings).put(sealed.data).digest,
        dimension=form.dimension,
    )


_COINS: Final = ("_stake", "_bond", "_penalty", "_reward", "_fee", "stake", "bounty")


def _encrypted_facts(contract: EncryptedContract) -> dict[str, Any]:
    """The dealer comes first: it is what joining trusts."""
    parameters = contract.parameters
    trust = f"{parameters.dealer}, trusted for secrecy alone"
    found: dict[str, Any] = {"task": contract.address, "privacy": PAILLIER, "dealer": trust}
    for entry in fields(EncryptedParameters):
        found.setdefault(entry.name, _shown(entry.name, getattr(parameters, entry.name)))
    return found | {"budget": f"{parameters.budget / ONE_COIN:g} coins"}


def _shown(name: str, value: Any) -> Any:
    """A parameter in a person's units."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if name.endswith(_COINS):
        return f"{value / ONE_COIN:g} coins"
    if name.endswith("_seconds"):
        return f"{value} s"
    return str(value) if isinstance(value, int) and value >= 2**53 else value


def _facts(contract: TaskContract) -> dict[str, Any]:
    found: dict[str, Any] = {"task": contract.address}
    parameters = contract.parameters
    for name in TaskParameters.__slots__:
        value = getattr(parameters, name)
        if name == "rule":
            value = f"{rule_of(contract).combine.name} ({value})"
        elif name == "weighing":
            value = f"{rule_of(contract).weigh.name} ({value})"
        elif name == "sealing":
            value = SLOTS if WorkTerms.of(contract) is None else f"{PROOF_OF_WORK} ({value})"
        elif name == "sealing_rate":
            value = f"{value} s"
        else:
            value = _shown(name, value)
        found[name] = value
    return found | {"budget": f"{parameters.budget / ONE_COIN:g} coins"}
