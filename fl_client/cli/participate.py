"""A role from its settings: one account, one process, one state folder."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fl_client.aggregation.weigh import Needs
from fl_client.chain import Account, Journal, TransactionSender
from fl_client.chain.contracts import ONE_COIN, Role, TaskContract
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.cli import encrypted
from fl_client.cli.learner import local_judge, local_learner, root_learner
from fl_client.cli.reporting import Diary, log_to_stderr
from fl_client.cli.running import rest, stop_politely
from fl_client.cli.session import (
    open_account,
    open_any_task,
    open_content,
    parse_address,
    password_source,
    remembered,
    require_plain,
    state_folder,
)
from fl_client.cli.settings import Settings
from fl_client.errors import ChainError, ConfigError
from fl_client.roles import (
    Aggregator,
    Auditor,
    GasBook,
    ModelBook,
    Owner,
    Participant,
    ReputationSource,
    RoundInputs,
    Trainer,
    Validator,
    earned_reputations,
    is_finished,
    require_open,
    run_role,
)
from fl_client.rounds import TaskWatch
from fl_client.storage import LocalStore
from fl_client.types import Address, Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What every role is built from."""

    settings: Settings
    models: ModelBook
    sender: TransactionSender
    journal: Journal
    gas: GasBook

    @property
    def watch(self) -> TaskWatch:
        """The task."""
        return self.models.watch


Builder = Callable[[Seat], Participant]


def trainer(seat: Seat, weight: int = 1) -> Participant:
    """A trainer with the data that the settings name.

    Raises:
        ConfigError: a weight is given, and a plain task counts samples.
    """
    if weight != 1:
        raise ConfigError(
            f"--weight is {weight}, and {seat.watch.contract.address} is no encrypted task: its updates weigh by "
            "their samples, leave it out"
        )
    return Trainer(
        seat.watch,
        seat.sender,
        seat.gas,
        learner=local_learner(seat.settings, seat.watch.contract),
        models=seat.models,
        private=LocalStore(seat.journal.path.parent / "outbox"),
        journal=seat.journal,
        salt=lambda round_, attempt: Bytes32(secrets.token_bytes(32)),
    )


def aggregator(seat: Seat) -> Participant:
    """An aggregator."""
    return Aggregator(seat.watch, seat.sender, seat.gas, models=seat.models)


def validator(seat: Seat) -> Participant:
    """A validator with the samples that the settings name."""
    judge, measured = local_judge(seat.settings, seat.watch.contract)
    return Validator(
        seat.watch,
        seat.sender,
        seat.gas,
        judge=judge,
        models=seat.models,
        journal=seat.journal,
        salt=lambda turn, committee: Bytes32(secrets.token_bytes(32)),
        measured=measured,
    )


def auditor(seat: Seat) -> Participant:
    """An auditor that challenges."""
    return Auditor(seat.watch, seat.sender, seat.gas, models=seat.models)


def owner(seat: Seat, reputations: Path | None = None) -> Participant:
    """Whoever pays: gives each round what its rule asks for, and moves the task on where nobody else does.

    Raises:
        ConfigError: reputations are given, and the task's rule reads none; or they cannot be used.
    """
    if reputations is not None and not seat.models.rule.needs & Needs.REPUTATIONS:
        raise ConfigError(
            f"--reputations is {reputations}, and the task's rule {seat.models.rule.name} reads none: leave it out"
        )
    root = None
    if seat.models.rule.needs & Needs.TRUST:
        root = root_learner(seat.settings, seat.watch.contract)
    source = earned_reputations if reputations is None else reputations_in(reputations)
    inputs = RoundInputs(models=seat.models, root=root, reputations=source)
    return Owner(seat.watch, seat.sender, seat.gas, inputs=inputs)


def no_plain(seat: Seat) -> Participant:
    """What only encrypted tasks have.

    Raises:
        ConfigError: always.
    """
    raise ConfigError(
        f"{seat.watch.contract.address} is no encrypted task: it has no key to deal, use `fl train`"
    )


def reputations_in(file: Path) -> ReputationSource:
    """Reputations from a JSON object of addresses and counts, read now and anew for each round.

    Raises:
        ConfigError: it is none.
    """
    _read_reputations(file)
    return lambda ledger: _read_reputations(file)


def _read_reputations(file: Path) -> Mapping[Address, int]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ConfigError(f"cannot read the reputations {file}: {problem}") from problem
    if not isinstance(found, dict) or not all(type(one) is int and one >= 0 for one in found.values()):
        raise ConfigError(f'{file} holds no reputations: give {{"0x...": 3, ...}}, counts from 0')
    return {parse_address(account, str(file)): count for account, count in found.items()}


def stake_of(contract: TaskContract, role: Role) -> int:
    """What a role locks in a task, in 1e-18 coin."""
    parameters = contract.parameters
    stakes = {
        Role.TRAINER: parameters.trainer_stake,
        Role.SEALER: parameters.sealer_stake,
        Role.CHALLENGER: parameters.challenge_bond,
        Role.VALIDATOR: 0 if contract.board is None else contract.board.terms.stake,
    }
    return stakes.get(role, 0)


def check_means(participant: Participant, models: ModelBook) -> None:
    """What would only come out when stakes are bound already: the first model's bytes, and the means to pay.

    Raises:
        StorageError: the model is not in the store, or has another commitment.
        ChainError: the task has ended without this account, too few coins for the stake, or no ether for the gas.
    """
    contract, address, role = participant.contract, participant.address, participant.stakes_as
    staked, _ = contract.stake(address, role)
    if role is not Role.NONE:
        require_open(participant, role)
    if participant.ledger.ended is not None:
        return
    with contract.connection.translated("reading a balance"):
        wei = contract.connection.web3.eth.get_balance(address)  # type: ignore[arg-type]
    if not wei:
        raise ChainError(f"{address} has no ether: send it some, every transaction costs gas")
    if role is Role.NONE:
        return
    models.base(1)
    if not staked and (held := contract.balance(address)) < stake_of(contract, role):
        raise ChainError(
            f"{address} has {held / ONE_COIN:g} coins, {participant.role} of this task stakes "
            f"{stake_of(contract, role) / ONE_COIN:g}: get more coins first"
        )


def take_part(
    settings: Settings,
    build: Builder,
    *,
    until_ended: bool,
    as_json: bool,
    of_encrypted: encrypted.Builder | None = None,
    instead: str = "its parties do this themselves: use `fl train`",
) -> None:
    """Run a role until the task has ended and its stake is back.

    Args:
        of_encrypted: builds what takes part in an encrypted task.
        instead: without it, what is said of an encrypted task.

    Raises:
        GradbondError: the settings are wrong, or something that waiting does not mend.
    """
    log_to_stderr(as_json=as_json)
    stop_politely()
    password = remembered(password_source(settings))
    account = open_account(settings, password)
    contract = open_any_task(settings)
    if isinstance(contract, EncryptedContract) and of_encrypted is not None:
        person = encrypted.Person(account=account, password=password)
        encrypted.take_part(
            settings, contract, person, of_encrypted, until_ended=until_ended, as_json=as_json
        )
        return
    _take_part(
        settings, require_plain(contract, instead), account, build, until_ended=until_ended, as_json=as_json
    )


def _take_part(
    settings: Settings,
    contract: TaskContract,
    account: Account,
    build: Builder,
    *,
    until_ended: bool,
    as_json: bool,
) -> None:
    """Run a role of a plain task."""
    state = state_folder(settings, account.address)
    # The journal first: whoever holds it holds the folder.
    with Journal(state) as journal, closing(TaskWatch(contract, state=state)) as watch:
        models = ModelBook(watch, open_content(settings))
        sender = TransactionSender(
            contract.connection, account, journal, confirmations=settings.confirmations
        )
        sender.resume()
        gas = GasBook()
        participant = build(Seat(settings=settings, models=models, sender=sender, journal=journal, gas=gas))
        watch.refresh()
        check_means(participant, models)
        diary = Diary(participant, as_json=as_json)
        run_role(
            participant,
            report=diary.deed,
            is_finished=lambda: is_finished(participant, until_ended=until_ended),
            poll_seconds=settings.poll,
            patience_seconds=settings.patience,
            idle=lambda: rest(models.store, diary),
        )
        diary.deed(f"done: the task has ended, gas {gas.total}")
