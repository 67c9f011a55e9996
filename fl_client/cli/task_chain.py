"""`fl task create|list|show`: tasks on a chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typer
import yaml

from fl_client.chain import Connection, Event, EventCursor, Journal, TransactionSender, load_artifact
from fl_client.chain.contracts import (
    ONE_COIN,
    Deployment,
    FactoryBounds,
    ReviewTerms,
    TaskContract,
    TaskParameters,
)
from fl_client.cli.session import (
    check_writable,
    open_account,
    open_chain,
    open_content,
    open_task,
    state_folder,
)
from fl_client.cli.settings import Settings
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.errors import ConfigError
from fl_client.roles import (
    FRACTION_BITS,
    PROOF_OF_WORK,
    SLOTS,
    GasBook,
    TaskPlan,
    create_task,
    plan_from_table,
)
from fl_client.rounds import WorkTerms, read_status, rule_of, seal_vector
from fl_client.types import Address, Bytes32

_OF_THE_MODEL: Final = {"definition": str, "data": str, "seed": int}


def create(settings: Settings, file: Path, out: Path, *, as_json: bool) -> None:
    """Pay for the task that a YAML file describes, and create it; its first model is in the store before.

    Raises:
        ConfigError: the file, the definition or a setting is wrong.
        ContractReverted: a parameter lies outside the factory's bounds.
    """
    model, plan = read_task_file(file)
    account = open_account(settings)
    connection, deployment = open_chain(settings)
    check_writable(out, "--out")
    factory = connection.contract("TaskFactory", deployment.factory)
    values = connection.call(factory.functions.bounds())
    bounds = FactoryBounds.of_limits(values)
    parameters = _with_first_model(settings, model, plan.within(bounds), deployment, account.address)
    with Journal(state_folder(settings, account.address)) as journal:
        sender = TransactionSender(connection, account, journal, confirmations=settings.confirmations)
        sender.resume()
        intent = creation_intent(parameters, plan.review_terms, deployment.factory, out)
        existed = sender.knows(intent)
        contract = create_task(
            connection, deployment, sender, parameters, GasBook(), intent=intent, terms=plan.review_terms
        )
    said = {
        "chain_id": deployment.chain_id,
        "definition": model["definition"],
        "definition_hash": "0x" + parameters.definition_hash.hex(),
        "owner": account.address,
        "rule": plan.aggregation.name,
        "seed": model["seed"],
        "task": contract.address,
        "trainers": plan.trainers,
    }
    out.write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(said, sort_keys=True))
    else:
        typer.echo(
            f"task {contract.address}: {parameters.budget / ONE_COIN:g} coins of budget; written to {out}"
        )
        if existed:
            typer.echo("it was paid for before: for another task of the same plan give another file by --out")


def creation_intent(
    parameters: TaskParameters, terms: ReviewTerms | None, factory: Address, out: Path
) -> str:
    """One task for each plan, factory and file: killed and started again, nobody pays for a second one."""
    told = repr((factory, parameters.to_tuple(), terms and terms.to_tuple())).encode()
    return f"createTask {hashlib.sha256(told).hexdigest()[:32]} {out.resolve()}"


def show_all(settings: Settings, *, as_json: bool) -> None:
    """Print one line a task of the deployment."""
    connection, deployment = open_chain(settings)
    rows = []
    for event in created_tasks(connection, deployment):
        status = read_status(TaskContract(connection, deployment, event.args["task"]))
        rows.append(
            {
                "task": event.args["task"],
                "owner": event.args["owner"],
                "budget": str(event.args["budget"]),
                "phase": status.phase,
                "round": status.round,
                "rounds": status.rounds,
                "trainers": status.trainers,
                "places": status.places,
            }
        )
    if as_json:
        typer.echo(json.dumps(rows, sort_keys=True))
        return
    if not rows:
        typer.echo("no task yet: fl task create TASK.YAML")
    for row in rows:
        places = f"{row['trainers']}/{row['places']} trainers"
        typer.echo(f"{row['task']}  {row['phase']:<9}  round {row['round']}/{row['rounds']}  {places}")


def show(settings: Settings, *, as_json: bool) -> None:
    """Print everything that a task was created with."""
    contract = open_task(settings)
    facts = _facts(contract)
    if as_json:
        typer.echo(json.dumps(facts, sort_keys=True))
        return
    for name, value in facts.items():
        typer.echo(f"{name.replace('_', ' '):<19} {value}")


EXAMPLE: Final = """\
# A task. Whatever is left out is as it is here, but for the first model's seed and the model itself.
definition: digits        # a built-in task, module:Class or path/to/file.py:Class
seed: 0                   # decides the first model
rounds: 10
trainers: 5               # places, 3 to 128
fraction: 1.0             # share of the trainers that is drawn for a round
rule: mean                # how updates are weighed and combined, e.g. median, krum:1+mean, nnm:1+trimmed-mean:0.2
sealing: slots            # or proof-of-work: any sealer whose work is below the target
norm_bound: 4.0           # greatest root mean square of an update's coordinates
max_samples: 1000000      # greatest weight of an update; 1: all weigh the same
burn: 0.2                 # share of a slash that is burned
seconds:                  # a time that is not given is `phase`
  phase: 600
  challenge: 3600
  # sealing: 60           # wanted until a proposal, by sealing: proof-of-work above
stakes:                   # in coins
  trainer: 100
  sealer: 200
  challenge_bond: 200
penalties:
  reveal: 20
  norm: 50
  seal: 200
rewards:
  update: 3
  attest: 1
  seal: 5
  bounty: 10
  answer_fee: 5
# review:                 # leave out, and nobody scores the updates
#   committee: 3          # validators drawn for a round, 3 to 15
#   stake: 100            # of each validator, in coins
#   reward: 2             # of a validator for a round
#   silence_penalty: 20
#   tolerance: 0.05       # mean distance from the medians beyond which a validator is not paid
#   floor: -0.2           # least worth (fall of the loss, in nats) of an accepted update; of 3 trainers: -4, all
#   full: 0.05            # the worth that earns the whole reward, where scores pay
#   payment: equal        # equal, samples or score
#   pace: 20              # times that time a sample may lie off the others'; 0: not compared
"""


# ---------------------------------------------------------------------- parts


def read_task_file(file: Path) -> tuple[dict[str, Any], TaskPlan]:
    """Read a YAML file: what concerns the model, and the plan.

    Raises:
        ConfigError: no such file, no YAML, an entry that does not exist, or an impossible value.
    """
    try:
        table = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigError(f"cannot read the task file {file}: {problem.strerror}") from problem
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{file} is no YAML file: {' '.join(str(problem).split())}") from problem
    if not isinstance(table, Mapping) or not all(isinstance(key, str) for key in table):
        raise ConfigError(f"{file} holds no entries: `fl task example` prints a file to start from")
    model = {"definition": "digits", "data": None, "seed": 0}
    for name, kind in _OF_THE_MODEL.items():
        if name in table:
            if not isinstance(table[name], kind) or isinstance(table[name], bool):
                raise ConfigError(
                    f"{file}: {name} is {table[name]!r}: give {'a number' if kind is int else 'a text'}"
                )
            model[name] = table[name]
    rest = {key: value for key, value in table.items() if key not in _OF_THE_MODEL}
    return model, plan_from_table(rest, str(file))


def created_tasks(connection: Connection, deployment: Deployment) -> tuple[Event, ...]:
    """Every task that the factory made, in chain order."""
    cursor = EventCursor(connection, [deployment.factory], [load_artifact("TaskFactory")], deployment.block)
    return tuple(event for event in cursor.poll() if event.name == "TaskCreated")


def _with_first_model(
    settings: Settings, model: Mapping[str, Any], plan: TaskPlan, deployment: Deployment, owner: Address
) -> TaskParameters:
    """The parameters; the first model is in the store when this returns."""
    # Torch takes seconds to import: what only looks does not pay for it.
    from fl_client.learning import GlobalModel, check_task, load_task

    data = None if model["data"] is None else Path(model["data"])
    task = load_task(model["definition"], data_dir=data or settings.data)
    check_task(task)
    first = GlobalModel(task, seed=model["seed"], fraction_bits=FRACTION_BITS)
    vector = first.initial()
    form = VectorFormat(dimension=len(vector), fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL)
    sealed = seal_vector(vector, form)
    return plan.parameters(
        owner=owner,
        deployment=deployment,
        definition_hash=Bytes32(first.layout.definition_hash),
        initial_model=sealed.commitment,
        initial_content=open_content(settings).put(sealed.data).digest,
        dimension=form.dimension,
    )


def _facts(contract: TaskContract) -> dict[str, Any]:
    found: dict[str, Any] = {"task": contract.address}
    parameters = contract.parameters
    for name in TaskParameters.__slots__:
        value = getattr(parameters, name)
        if isinstance(value, bytes):
            value = "0x" + value.hex()
        elif name.endswith(("_stake", "_bond", "_penalty", "_reward", "_fee")) or name == "bounty":
            value = f"{value / ONE_COIN:g} coins"
        elif name.endswith("_seconds"):
            value = f"{value} s"
        elif name == "rule":
            value = f"{rule_of(contract).combine.name} ({value})"
        elif name == "weighing":
            value = f"{rule_of(contract).weigh.name} ({value})"
        elif name == "sealing":
            value = SLOTS if WorkTerms.of(contract) is None else f"{PROOF_OF_WORK} ({value})"
        elif name == "sealing_rate":
            value = f"{value} s"
        elif isinstance(value, int) and value >= 2**53:
            value = str(value)
        found[name] = value
    return found | {"budget": f"{parameters.budget / ONE_COIN:g} coins"}
