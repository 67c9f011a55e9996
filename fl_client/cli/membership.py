"""`fl join`, `fl claim`, `fl leave`: one deed each, for an account that runs no role at the moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import typer

from fl_client.chain import Journal, Receipt, TransactionSender
from fl_client.chain.contracts import ONE_COIN, Role, TaskContract, TrainerState
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.cli import encrypted
from fl_client.cli.participate import check_means, stake_of
from fl_client.cli.session import (
    open_account,
    open_any_task,
    open_content,
    password_source,
    remembered,
    require_plain,
    state_folder,
)
from fl_client.cli.settings import Settings
from fl_client.errors import ChainError
from fl_client.privacy.at_rest import Password
from fl_client.roles import GasBook, ModelBook, Participant, require_open
from fl_client.rounds import TaskWatch
from fl_client.types import Address

_ROLES: Final = {
    "trainer": Role.TRAINER,
    "aggregator": Role.SEALER,
    "challenger": Role.CHALLENGER,
    "validator": Role.VALIDATOR,
}


def join(settings: Settings, role: str, *, as_json: bool) -> None:
    """Lock the stake of a ``trainer``, an ``aggregator`` or a ``validator``.

    Raises:
        ChainError: the task has ended or takes nobody in this role, the account is in it already, or has not the
            means.
    """
    password = remembered(password_source(settings))
    with _opened(settings, password) as (contract, sender):
        if isinstance(contract, EncryptedContract) and role == "trainer":
            encrypted.join(settings, contract, sender, password, as_json=as_json)
            _tell("joined as a party", sender.address, as_json=as_json)
            return
        contract = require_plain(contract, "its parties do all the work, use --role trainer or `fl train`")
        models = ModelBook(TaskWatch(contract), open_content(settings))
        models.watch.refresh()
        participant = Participant(models.watch, sender, GasBook())
        participant.role, participant.stakes_as = role, _ROLES[role]
        require_open(participant, _ROLES[role], anew=True)
        if _is_in(contract, sender.address, _ROLES[role]):
            raise ChainError(f"{sender.address} is in {contract.address} already: nothing to do")
        entry = _entry(models.watch, _ROLES[role])
        check_means(participant, models)
        participant.allow(stake_of(contract, participant.stakes_as))
        participant.send(entry)
        _tell(f"joined as {role}", sender.address, as_json=as_json)


def _is_in(contract: TaskContract, account: Address, role: Role) -> bool:
    if role is Role.TRAINER:
        return contract.trainer(account).state is not TrainerState.NONE
    if role is Role.VALIDATOR:
        # Its stake stays with the board until it is withdrawn; a second seat would share it.
        return contract.board is not None and contract.stake(account, role)[0] > 0
    return account in contract.seats()


def _entry(watch: TaskWatch, role: Role) -> Any:
    """The call by which an account takes its place."""
    functions = watch.contract.task.functions
    if role is not Role.VALIDATOR:
        return functions.joinAsTrainer() if role is Role.TRAINER else functions.joinAsSealer()
    board, ledger = watch.contract.board, watch.ledger.board
    if board is None or ledger is None:
        raise ChainError(f"the task {watch.contract.address} is not reviewed: it takes no validators")
    return board.board.functions.joinAsValidator(ledger.free_seat())


def claim(settings: Settings, *, as_json: bool) -> None:
    """Take what has been earned, of all tasks of the deployment.

    Raises:
        ChainError: there is nothing.
    """
    with _opened(settings) as (contract, sender):
        claimable, _lifetime = contract.earnings(sender.address)
        if not claimable:
            raise ChainError(f"{sender.address} has nothing to claim")
        sender.send(contract.pool.functions.claim())
        _tell(f"claimed {claimable / ONE_COIN:g} coins", sender.address, as_json=as_json)


def leave(settings: Settings, *, as_json: bool) -> None:
    """Ask for the stakes; once they are free, take them back.

    Raises:
        ChainError: there is none.
    """
    with _opened(settings) as (contract, sender):
        if isinstance(contract, EncryptedContract):
            _tell(encrypted.leave(contract, sender), sender.address, as_json=as_json)
            return
        now, done = contract.connection.now(), []
        for name, role in _ROLES.items():
            amount, releasable_at = contract.stake(sender.address, role)
            if not amount:
                continue
            if releasable_at and now >= releasable_at:
                sender.send(_withdrawal(contract, role))
                done.append(f"took back {amount / ONE_COIN:g} coins ({name})")
            elif releasable_at:
                done.append(f"{amount / ONE_COIN:g} coins ({name}) are free in {releasable_at - now} s")
            else:
                _leave(contract, sender, role)
                done.append(f"left as {name}; {amount / ONE_COIN:g} coins are bound for a while")
        if not done:
            raise ChainError(f"{sender.address} has no stake in {contract.address}: nothing to do")
        _tell("; ".join(done), sender.address, as_json=as_json)


def _withdrawal(contract: TaskContract, role: Role) -> Any:
    if role is Role.VALIDATOR and contract.board is not None:
        return contract.board.board.functions.withdrawStake()
    return contract.task.functions.withdraw(int(role))


def _leave(contract: TaskContract, sender: TransactionSender, role: Role) -> Receipt:
    if role is Role.VALIDATOR and contract.board is not None:
        seat = contract.board.seat_of(sender.address, contract.connection.block_number())
        assert seat is not None  # a stake without a seat is unbonding
        return sender.send(contract.board.board.functions.leaveBoard(seat))
    seats = contract.seats()
    seat = seats.index(sender.address) if sender.address in seats else 0
    return sender.send(contract.task.functions.leaveTask(int(role), seat))


@contextmanager
def _opened(
    settings: Settings, password: Password | None = None
) -> Iterator[tuple[TaskContract | EncryptedContract, TransactionSender]]:
    """The task and a sender whose earlier transactions are through."""
    account = open_account(settings, password)
    contract = open_any_task(settings)
    with Journal(state_folder(settings, account.address)) as journal:
        sender = TransactionSender(
            contract.connection, account, journal, confirmations=settings.confirmations
        )
        sender.resume()
        yield contract, sender


def _tell(text: str, account: Address, *, as_json: bool) -> None:
    typer.echo(json.dumps({"account": account, "deed": text}, sort_keys=True) if as_json else text)
