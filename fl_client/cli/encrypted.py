"""The roles of an encrypted task from their settings: party, dealer, auditor."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

import typer

from fl_client.chain import Account, Journal, TransactionSender
from fl_client.chain.contracts import ONE_COIN, Role
from fl_client.chain.contracts.encrypted import EncryptedContract, EncryptedPhase
from fl_client.chain.powers import require_powers
from fl_client.cli.learner import local_learner
from fl_client.cli.reporting import Diary
from fl_client.cli.running import rest
from fl_client.cli.session import open_content, state_folder
from fl_client.cli.settings import Settings
from fl_client.errors import ChainError, ConfigError
from fl_client.privacy.at_rest import Password, SecretFolder
from fl_client.privacy.paillier.cores import Cores
from fl_client.roles import GasBook, run_role
from fl_client.roles.dealer import Dealer
from fl_client.roles.doubting import Doubter
from fl_client.roles.encrypted_actor import EncryptedActor
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.roles.party import Party
from fl_client.roles.party_member import PartyMember
from fl_client.roles.running import has_left, is_dealt
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.storage import LocalStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What every role of an encrypted task is built from."""

    settings: Settings
    watch: EncryptedWatch
    book: EncryptedBook
    sender: TransactionSender
    journal: Journal
    gas: GasBook
    secrets: Callable[[], SecretFolder]

    @property
    def outbox(self) -> LocalStore:
        """Keeps what this account says from before the chain hears of it."""
        return LocalStore(self.journal.path.parent / "outbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account, and the password of its keystore, which its secrets are encrypted by as well."""

    account: Account
    password: Password = field(repr=False)


Builder = Callable[[Place], EncryptedActor]


def trust_in_dealer(contract: EncryptedContract) -> str:
    """What whoever joins must know."""
    return (
        f"the dealer of this task is {contract.parameters.dealer}: it is trusted for secrecy, since it makes the key "
        "and could read every update if it kept it; for nothing else, your client checks what it deals"
    )


def party(place: Place, weight: int) -> EncryptedActor:
    """A party with the data that the settings name."""
    return Party(
        place.watch,
        place.sender,
        place.gas,
        learner=local_learner(place.settings, place.watch.contract),
        book=place.book,
        private=place.outbox,
        journal=place.journal,
        secrets=place.secrets(),
        weight=weight,
    )


def dealer(place: Place) -> EncryptedActor:
    """The dealer that the task names.

    Raises:
        ConfigError: it names another.
    """
    named = place.watch.contract.parameters.dealer
    if named != place.sender.address:
        raise ConfigError(
            f"the task's dealer is {named}, this account is {place.sender.address}: give the keystore of the dealer"
        )
    return Dealer(
        place.watch,
        place.sender,
        place.gas,
        store=place.book.store,
        private=place.outbox,
        journal=place.journal,
    )


def auditor(place: Place) -> EncryptedActor:
    """An auditor that asks for what is wrong."""
    return Doubter(place.watch, place.sender, place.gas, book=place.book)


def take_part(
    settings: Settings,
    contract: EncryptedContract,
    person: Person,
    build: Builder,
    *,
    until_ended: bool,
    as_json: bool,
) -> None:
    """Run a role of an encrypted task: a dealer until the first round is open, others until their stake is back.

    Raises:
        GradbondError: the settings are wrong, or something that waiting does not mend.
    """
    account, state = person.account, state_folder(settings, person.account.address)
    # The journal first: whoever holds it holds the folder.
    with Journal(state) as journal, closing(EncryptedWatch(contract, state=state)) as watch, Cores() as cores:
        store = open_content(settings)
        sender = TransactionSender(
            contract.connection, account, journal, confirmations=settings.confirmations
        )
        sender.resume()
        watch.refresh()
        place = Place(
            settings=settings,
            watch=watch,
            book=EncryptedBook(watch, store, cores=cores),
            sender=sender,
            journal=journal,
            gas=GasBook(),
            secrets=partial(SecretFolder, state / "secrets", person.password),
        )
        role = build(place)
        diary = Diary(role, as_json=as_json)
        check_means(role, place.book)
        if isinstance(role, PartyMember) and role.address not in watch.ledger.keys:
            diary.note(trust_in_dealer(contract))
        run_role(
            role,
            report=diary.deed,
            is_finished=lambda: (
                is_dealt(role) if isinstance(role, Dealer) else has_left(role, until_ended=until_ended)
            ),
            poll_seconds=settings.poll,
            patience_seconds=settings.patience,
            idle=lambda: rest(store, diary),
        )
        diary.deed(f"done: {_why_done(role)}, gas {place.gas.total}")


def _why_done(role: EncryptedActor) -> str:
    if role.ledger.ended is not None:
        return "the task has ended"
    return "the parties have the key" if isinstance(role, Dealer) else "the task goes on without this account"


def check_means(role: EncryptedActor, book: EncryptedBook, *, anew: bool = False) -> None:
    """What would only come out when the stake is bound already.

    Args:
        anew: it is to join, whatever it may have left in the task.

    Raises:
        StorageError: the first model is not in the store.
        ChainError: the task takes nobody any more, a question could not be answered on this chain, or the account has
            too few coins for the stake or no ether for the gas.
    """
    contract, address = role.contract, role.address
    has_joined = address in role.ledger.keys
    if isinstance(role, PartyMember) and (anew or not has_joined):
        _require_place(role)
    if role.ledger.ended is not None:
        return
    with contract.connection.translated("reading a balance"):
        wei = contract.connection.web3.eth.get_balance(address)  # type: ignore[arg-type]
    if not wei:
        raise ChainError(f"{address} has no ether: send it some, every transaction costs gas")
    if not isinstance(role, PartyMember) or has_joined:
        return
    require_powers(contract.connection, contract.parameters.modulus_bytes)
    book.base(1)
    if (held := contract.balance(address)) < contract.parameters.stake:
        raise ChainError(
            f"{address} has {held / ONE_COIN:g} coins, a party of this task stakes "
            f"{contract.parameters.stake / ONE_COIN:g}: get more coins first"
        )


def _require_place(role: PartyMember) -> None:
    contract, state = role.contract, role.state
    if role.ledger.ended is not None:
        raise ChainError(f"the task {contract.address} has ended, nobody can join it: give one that runs")
    full = len(role.ledger.keys) >= contract.parameters.max_parties
    if full or state.phase is not EncryptedPhase.JOIN or role.now() >= state.deadline:
        why = "all its places are taken" if full else "its time for joining is over"
        raise ChainError(f"nobody can join the encrypted task {contract.address} any more: {why}")


def join(
    settings: Settings,
    contract: EncryptedContract,
    sender: TransactionSender,
    password: Password,
    *,
    as_json: bool,
) -> None:
    """Lock the stake of a party, and say to which key a share may be sealed.

    Raises:
        ChainError: the task takes nobody any more, the account is in it already, or has not the means.
    """
    watch = EncryptedWatch(contract)
    watch.refresh()
    book = EncryptedBook(watch, open_content(settings))
    secrets = SecretFolder(state_folder(settings, sender.address) / "secrets", password)
    member = PartyMember(watch, sender, GasBook(), book=book, secrets=secrets)
    if sender.address in watch.ledger.keys:
        raise ChainError(f"{sender.address} is in {contract.address} already: nothing to do")
    check_means(member, book, anew=True)
    note = trust_in_dealer(contract)
    typer.echo(
        json.dumps({"account": sender.address, "note": note}, sort_keys=True) if as_json else note,
        err=not as_json,
    )
    member.join()
    if not contract.stake(sender.address, Role.TRAINER)[0]:
        raise ChainError(f"{sender.address} did not join {contract.address}: look at it with `fl status`")


def leave(contract: EncryptedContract, sender: TransactionSender) -> str:
    """Take back what is free of an account's stake and bond; returns what was done.

    Raises:
        ChainError: there is nothing, or it is bound.
    """
    now, done = contract.connection.now(), []
    amount, _ = contract.stake(sender.address, Role.CHALLENGER)
    question = contract.question()
    if amount and not (question.is_open and question.asker == sender.address):
        sender.send(contract.task.functions.withdraw(int(Role.CHALLENGER)))
        done.append(f"took back {amount / ONE_COIN:g} coins (bond)")
    amount, free_at = contract.stake(sender.address, Role.TRAINER)
    if amount and free_at and now >= free_at:
        sender.send(contract.task.functions.withdraw(int(Role.TRAINER)))
        done.append(f"took back {amount / ONE_COIN:g} coins (party)")
    elif amount and free_at:
        done.append(f"{amount / ONE_COIN:g} coins (party) are free in {free_at - now} s")
    elif amount and not done:
        raise ChainError(
            f"{sender.address} holds a part of the key of {contract.address}: its {amount / ONE_COIN:g} coins are "
            "bound until the task has ended, go on with `fl train`"
        )
    if not done:
        raise ChainError(f"{sender.address} has no stake in {contract.address}: nothing to do")
    return "; ".join(done)
