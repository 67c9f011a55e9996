"""One participant of a task, from joining to its way home:

    python scripts/participant.py --role trainer --rpc-url URL --deployment deployment.json --task task.json \\
        --keystore FILE --password-file FILE --store FOLDER --state FOLDER --share 1/3

It may be stopped at any time and started again with the same state folder: it goes on from what the chain and its
journal say. One account, one process, one state folder.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fl_client.chain import Connection, Journal, TransactionSender
from fl_client.chain.contracts import ONE_COIN, Deployment, Role, TaskContract
from fl_client.cli.script import (
    ScriptParser,
    add_key_options,
    add_node_options,
    load_account,
    parse_address,
    run,
)
from fl_client.errors import ChainError, ConfigError, ContractReverted
from fl_client.roles import Aggregator, Auditor, GasBook, Learner, ModelBook, Owner, Participant, Trainer
from fl_client.rounds import TaskWatch
from fl_client.storage import LocalStore
from fl_client.types import Address, Bytes32

_log = logging.getLogger("participant")

STAKES = {"trainer": Role.TRAINER, "aggregator": Role.SEALER, "auditor": Role.CHALLENGER}


def options() -> ScriptParser:
    """What the command line takes."""
    parser = ScriptParser(description="Take part in a task, until it has ended and the stake is back.")
    parser.add_argument("--role", required=True, choices=[*STAKES, "owner"])
    add_node_options(parser)
    parser.add_argument("--task", required=True, metavar="0x..|FILE", help="the task's address, or its task file")
    add_key_options(parser, required=True)
    parser.add_argument("--store", required=True, type=Path, metavar="FOLDER", help="content store of the task")
    parser.add_argument("--state", required=True, type=Path, metavar="FOLDER", help="journal; back it up")
    parser.add_argument("--task-definition", default="digits", help="a trainer's: a task's name, or file.py:Class")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="a trainer's: the data, if the task reads a folder")
    parser.add_argument("--share", default="1/1", metavar="K/N", help="a trainer's data: the K-th of N shares")
    parser.add_argument("--partition", default="iid", help="how the data is shared out: iid, shards, dirichlet:A")
    parser.add_argument("--seed", type=int, default=0, help="of the partition: the same for all trainers (0)")
    parser.add_argument("--device", default="cpu", help="a trainer's: auto, cpu, cuda or cuda:N")
    parser.add_argument("--poll", type=float, default=1.0, metavar="SECONDS", help="between two looks (1)")
    parser.add_argument("--patience", type=float, default=60.0, metavar="SECONDS", help="with a silent node (60)")
    parser.add_argument("--until-ended", action="store_true", help="do not wait for the stake")
    return parser


def task_address(text: str) -> Address:
    """An address, or the one in a task file.

    Raises:
        ConfigError: neither.
    """
    if text.startswith("0x"):
        return parse_address(text, "--task")
    try:
        return parse_address(str(json.loads(Path(text).read_text(encoding="utf-8"))["task"]), f"the task in {text}")
    except OSError as problem:
        raise ConfigError(f"cannot read the task file {text}: {problem.strerror}") from problem
    except (ValueError, KeyError, TypeError) as problem:
        if isinstance(problem, ConfigError):
            raise
        raise ConfigError(f"{text} is no task file: give what create_task wrote, or an address") from problem


def parse_share(text: str) -> tuple[int, int]:
    """Read K/N, 1 <= K <= N.

    Raises:
        ConfigError: something else.
    """
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
    part, whole = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= whole:
        raise ConfigError(f"--share is {text!r}: give K/N, e.g. 2/3 for the second of three")
    return part, whole


def local_learner(given: argparse.Namespace, contract: TaskContract) -> Learner:
    """The trainer's model and data, after making sure that the model is the task's.

    Raises:
        ConfigError: it is another.
    """
    import numpy as np  # torch comes with it: only trainers wait for that

    from fl_client import learning

    part, whole = parse_share(given.share)
    if not 0 <= given.seed < 2**32:
        raise ConfigError(f"--seed is {given.seed}: give 0 to {2**32 - 1}")
    task = learning.load_task(given.task_definition, data_dir=given.data)
    data = learning.check_task(task)
    parameters = contract.parameters
    model = learning.GlobalModel(task, seed=given.seed, fraction_bits=parameters.fraction_bits)
    if model.layout.definition_hash != parameters.definition_hash:
        raise ConfigError(
            f"--task-definition {given.task_definition!r} has the hash 0x{model.layout.definition_hash.hex()}, the "
            f"task was made for 0x{parameters.definition_hash.hex()}: give the definition that its owner used"
        )
    shares = learning.split(
        learning.parse_partition(given.partition),
        data.train_targets,
        participants=whole,
        generator=np.random.default_rng(given.seed),
    )
    return learning.LocalLearner(
        model,
        data.train.select(shares[part - 1]),
        learning.training_defaults(task),
        seed=given.seed * 1_000 + part - 1,
        device=learning.resolve_device(given.device),
    )


def build(
    given: argparse.Namespace, models: ModelBook, sender: TransactionSender, journal: Journal
) -> Participant:
    """The role, ready to step."""
    gas, watch = GasBook(), models.watch
    if given.role == "owner":
        return Owner(watch, sender, gas)
    if given.role == "aggregator":
        return Aggregator(watch, sender, gas, models=models)
    if given.role == "auditor":
        return Auditor(watch, sender, gas, models=models)
    return Trainer(
        watch,
        sender,
        gas,
        learner=local_learner(given, watch.contract),
        models=models,
        private=LocalStore(given.state / "outbox"),
        journal=journal,
        salt=lambda round_, attempt: Bytes32(secrets.token_bytes(32)),
    )


def check_before_joining(participant: Participant, role: str, models: ModelBook) -> None:
    """What would only come out when stakes are bound already: the first model's bytes, and the means to pay.

    Raises:
        StorageError: the model is not in the store, or has another commitment.
        ChainError: too few coins for the stake, or no ether for the gas.
    """
    contract, address = participant.contract, participant.address
    if participant.ledger.ended is not None:
        return
    with contract.connection.translated("reading a balance"):
        wei = contract.connection.web3.eth.get_balance(address)  # type: ignore[arg-type]
    if not wei:
        raise ChainError(f"{address} has no ether: send it some, every transaction costs gas")
    if role not in STAKES:
        return
    models.base(1)
    stakes = {
        "trainer": contract.parameters.trainer_stake,
        "aggregator": contract.parameters.sealer_stake,
        "auditor": contract.parameters.challenge_bond,
    }
    staked, _ = contract.stake(address, STAKES[role])
    if not staked and (held := contract.balance(address)) < stakes[role]:
        raise ChainError(
            f"{address} has {held / ONE_COIN:g} coins, {role} of this task stakes {stakes[role] / ONE_COIN:g}: "
            "get more coins first"
        )


def is_finished(participant: Participant, role: str, *, until_ended: bool) -> bool:
    """Whether the task has ended and nothing of this account is left in it."""
    if participant.ledger.ended is None:
        return False
    if until_ended or role not in STAKES:
        return True
    claimable, _ = participant.contract.earnings(participant.address)
    staked, _ = participant.contract.stake(participant.address, STAKES[role])
    return not claimable and not staked


def take_part(
    participant: Participant, role: str, report: Callable[[str], None], *, given: argparse.Namespace
) -> None:
    """Step until finished; sit out a node that is silent for a while.

    Raises:
        GradbondError: something that waiting does not mend.
    """
    well = time.monotonic()
    while True:
        try:
            done = participant.step()
            if done is None:
                if is_finished(participant, role, until_ended=given.until_ended):
                    return
                participant.contract.connection.nudge()
            well = time.monotonic()
        except ContractReverted:
            raise
        except ChainError as problem:
            # Errors of the node have the library's error as their cause; ours have none.
            if problem.__cause__ is None or time.monotonic() - well > given.patience:
                raise
            _log.warning("%s; trying again", problem)
            done = None
        if done is None:
            time.sleep(given.poll)
        else:
            report(done)


def main() -> None:
    """Take part as the arguments say."""
    given = options().parse_args()
    logging.basicConfig(level=logging.WARNING, format="participant: %(message)s")
    if not 0.05 <= given.poll <= 3_600 or not 0 <= given.patience <= 86_400:
        raise ConfigError("--poll is 0.05 to 3600 seconds, --patience 0 to 86400")
    deployment, address = Deployment.read(given.deployment), task_address(given.task)
    account = load_account(given.keystore, given.password_file)
    assert account is not None  # both options are required
    connection = Connection.open(given.rpc_url, chain_id=deployment.chain_id)
    deployment.check(connection)
    watch = TaskWatch(TaskContract(connection, deployment, address))
    models = ModelBook(watch, LocalStore(given.store))
    with Journal(given.state) as journal:
        sender = TransactionSender(connection, account, journal)
        sender.resume()
        participant = build(given, models, sender, journal)
        watch.refresh()

        def report(deed: str) -> None:
            ledger = participant.ledger
            said = {
                "account": participant.address,
                "deed": deed,
                "role": given.role,
                "round": ledger.round,
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
                "turn": ledger.turn,
            }
            line = f"{said['time']} round {ledger.round:<3} {given.role} {participant.address}: {deed}"
            print(json.dumps(said, sort_keys=True) if given.json else line, flush=True)

        check_before_joining(participant, given.role, models)
        take_part(participant, given.role, report, given=given)
        report(f"done: the task has ended, gas {participant.gas.total}")


if __name__ == "__main__":
    run("participant", main)
