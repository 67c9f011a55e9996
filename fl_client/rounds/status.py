"""Where a task stands, and an account in it: one look, for people and programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from fl_client.chain.contracts import NOBODY, Phase, Role, TaskContract, TrainerState
from fl_client.rounds.rules import rule_name
from fl_client.types import Address

_STAKING: Final = {
    role: role.name.lower() for role in (Role.TRAINER, Role.SEALER, Role.CHALLENGER, Role.VALIDATOR)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """A stake in 1e-18 coin, and from when it may be withdrawn, in seconds since 1970 (0: bound)."""

    role: str
    amount: int
    releasable_at: int


def read_stakes(
    stake: Callable[[Address, Role], tuple[int, int]], account: Address, names: Mapping[Role, str]
) -> tuple[Stake, ...]:
    """An account's stakes in the roles that have a name, without those that are zero.

    Args:
        stake: gives amount and stamp of an account's stake in a role.
        account: whose.
        names: of the roles, for people.
    """
    found = ((name, *stake(account, role)) for role, name in names.items())
    return tuple(Stake(role=name, amount=amount, releasable_at=at) for name, amount, at in found if amount)


def plain(status: dict[str, Any]) -> dict[str, Any]:
    """A status of a task with its account as plain values: amounts as decimal strings, no float holds them."""
    if (account := status["account"]) is not None:
        for name in ("claimable", "earned", "balance"):
            account[name] = str(account[name])
        for stake in account["stakes"]:
            stake["amount"] = str(stake["amount"])
    return status


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatus:
    """An account in a task: its seats among the sealers and on the review board; amounts in 1e-18 coin."""

    address: Address
    trainer: str
    seat: int | None
    board_seat: int | None
    stakes: tuple[Stake, ...]
    claimable: int
    earned: int
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatus:
    """A task at one block.

    Attributes:
        task: its address.
        block: of which all this is true.
        now: that block's stamp, seconds since 1970.
        rule: by which updates are weighed and combined, as a user writes it.
        phase: in lower case, e.g. ``commit``.
        deadline: of the phase, seconds since 1970; 0 where it ends by somebody's act.
        round, rounds: the present one, and how many there are.
        attempt: of the round, from 0.
        trainers, places: who is in, of how many.
        due, pending, revealed, accepted: of the present turn (``types/RoundClock.sol``).
        sealers: the seats that are taken.
        disputed: whether a dispute is open.
        base_model: commitment of the model that the round starts from.
        account: the account that was asked for, if one was.
    """

    task: Address
    block: int
    now: int
    rule: str
    phase: str
    deadline: int
    round: int
    rounds: int
    attempt: int
    trainers: int
    places: int
    due: int
    pending: int
    revealed: int
    accepted: int
    sealers: tuple[Address, ...]
    disputed: bool
    base_model: str
    account: AccountStatus | None

    def to_json(self) -> dict[str, Any]:
        """The same as plain values; amounts as decimal strings, since they do not fit into a float."""
        return plain(asdict(self))


def read_status(contract: TaskContract, account: Address | None = None) -> TaskStatus:
    """Look at a task, and at an account in it.

    Raises:
        ChainError: the node is gone.
    """
    with contract.held() as block:
        phase, _ = contract.phase(account or NOBODY)
        clock, seats = contract.clock(account or NOBODY), contract.seats()
        return TaskStatus(
            task=contract.address,
            block=block,
            now=contract.connection.now(),
            rule=rule_name(contract),
            phase=phase.name.lower(),
            deadline=contract.deadline(account or NOBODY),
            # After the last round the contract counts one further.
            round=min(clock.round, contract.parameters.rounds),
            rounds=contract.parameters.rounds,
            attempt=clock.attempt,
            trainers=clock.active,
            places=contract.parameters.max_trainers,
            due=clock.due,
            pending=clock.pending,
            revealed=clock.revealed,
            accepted=clock.accepted,
            sealers=tuple(seat for seat in seats if seat != NOBODY),
            disputed=clock.dispute_open and phase is not Phase.ENDED,
            base_model="0x" + contract.base_model().hex(),
            account=None if account is None else _read_account(contract, account, seats, block),
        )


def _read_account(
    contract: TaskContract, account: Address, seats: tuple[Address, ...], block: int
) -> AccountStatus:
    claimable, earned = contract.earnings(account)
    state = contract.trainer(account).state
    return AccountStatus(
        address=account,
        trainer="" if state is TrainerState.NONE else state.name.lower(),
        seat=seats.index(account) if account in seats else None,
        board_seat=_board_seat(contract, account, block),
        stakes=read_stakes(contract.stake, account, _STAKING),
        claimable=claimable,
        earned=earned,
        balance=contract.balance(account),
    )


def _board_seat(contract: TaskContract, account: Address, block: int) -> int | None:
    if contract.board is None or not contract.stake(account, Role.VALIDATOR)[0]:
        return None
    return contract.board.seat_of(account, block)
