"""`fl join`, `fl claim`, `fl leave`: one deed each, for an account that runs no role at the moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from fl_client.chain import Journal, Receipt, TransactionSender
from fl_client.chain.contracts import ONE_COIN, Phase, Role, TaskContract, TrainerState
from fl_client.cli.participate import check_means, stake_of
from fl_client.cli.session import open_account, open_content, open_task, state_folder
from fl_client.cli.settings import Settings
from fl_client.errors import ChainError
from fl_client.roles import GasBook, ModelBook, Participant
from fl_client.rounds import TaskWatch
from fl_client.types import Address

_ROLES = {"trainer": Role.TRAINER, "aggregator": Role.SEALER, "challenger": Role.CHALLENGER}
# A validator joins and leaves through its board, by the role itself (`fl validate`).


def join(settings: Settings, role: str, *, as_json: bool) -> None:
    """Lock the stake of a ``trainer`` or an ``aggregator``.

    Raises:
        ChainError: the task has ended, the account is in it already, or has not the means.
    """
    with _opened(settings) as (contract, sender):
        models = ModelBook(TaskWatch(contract), open_content(settings))
        phase, _ = models.watch.refresh()
        if phase is Phase.ENDED:
            raise ChainError(f"the task {contract.address} has ended: nobody can join it any more")
        as_trainer = role == "trainer"
        known = contract.trainer(sender.address).state is not TrainerState.NONE
        if known if as_trainer else sender.address in contract.seats():
            raise ChainError(f"{sender.address} is in {contract.address} already: nothing to do")
        participant = Participant(models.watch, sender, GasBook())
        participant.role, participant.stakes_as = role, Role.TRAINER if as_trainer else Role.SEALER
        check_means(participant, models)
        participant.allow(stake_of(contract, participant.stakes_as))
        functions = contract.task.functions
        participant.send(functions.joinAsTrainer() if as_trainer else functions.joinAsSealer())
        _tell(f"joined as {role}", sender.address, as_json=as_json)


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
        now, done = contract.connection.now(), []
        for name, role in _ROLES.items():
            amount, releasable_at = contract.stake(sender.address, role)
            if not amount:
                continue
            if releasable_at and now >= releasable_at:
                sender.send(contract.task.functions.withdraw(int(role)))
                done.append(f"took back {amount / ONE_COIN:g} coins ({name})")
            elif releasable_at:
                done.append(f"{amount / ONE_COIN:g} coins ({name}) are free in {releasable_at - now} s")
            else:
                _leave(contract, sender, role)
                done.append(f"left as {name}; {amount / ONE_COIN:g} coins are bound for a while")
        if not done:
            raise ChainError(f"{sender.address} has no stake in {contract.address}: nothing to do")
        _tell("; ".join(done), sender.address, as_json=as_json)


def _leave(contract: TaskContract, sender: TransactionSender, role: Role) -> Receipt:
    seats = contract.seats()
    seat = seats.index(sender.address) if sender.address in seats else 0
    return sender.send(contract.task.functions.leaveTask(int(role), seat))


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[TaskContract, TransactionSender]]:
    """The task and a sender whose earlier transactions are through."""
    account = open_account(settings)
    contract = open_task(settings)
    with Journal(state_folder(settings, account.address)) as journal:
        sender = TransactionSender(
            contract.connection, account, journal, confirmations=settings.confirmations
        )
        sender.resume()
        yield contract, sender


def _tell(text: str, account: Address, *, as_json: bool) -> None:
    typer.echo(json.dumps({"account": account, "deed": text}, sort_keys=True) if as_json else text)
