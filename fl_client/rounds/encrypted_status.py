"""Where an encrypted task stands, and an account in it: one look, for people and programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from fl_client.chain.contracts import Role
from fl_client.chain.contracts.encrypted import NO_PLACE, EncryptedContract, EncryptedPhase, EncryptedState
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.rounds.status import Stake, plain, read_stakes
from fl_client.types import Address

_STAKING: Final = {Role.TRAINER: "party", Role.CHALLENGER: "challenger"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyStatus:
    """An account in an encrypted task; amounts in 1e-18 coin.

    Attributes:
        place: in the key; None where it has none.
        suspended: whether its stake is too small for it to act.
        owes: whether the present phase waits for it.
    """

    address: Address
    place: int | None
    suspended: bool
    owes: bool
    stakes: tuple[Stake, ...]
    claimable: int
    earned: int
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedStatus:
    """An encrypted task at one block.

    Attributes:
        task: its address.
        privacy: ``paillier``.
        block: of which all this is true.
        now: that block's stamp, seconds since 1970.
        phase: in lower case, e.g. ``submit``.
        deadline: of the phase, seconds since 1970; 0 at the end.
        round, rounds: the present one, and how many there are.
        turn: the present one, over all rounds. voids: turns that failed, in a row.
        parties: in the key, or joined before there is one. places: for them.
        dealer: trusted for secrecy. key_hash: of the key, zero before there is one.
        threshold: parties that open a sum together.
        done, due: how many have done what the phase asks for, and of how many; 0 where it asks for nothing of each.
        accepted: updates that are summed.
        groups: that they are dealt into; 1: none.
        question: the kind of statement that is asked about, e.g. ``share``; None: no question is open.
        base_model: commitment of the model that the round starts from.
    """

    task: Address
    privacy: str
    block: int
    now: int
    phase: str
    deadline: int
    round: int
    rounds: int
    turn: int
    voids: int
    parties: int
    places: int
    dealer: Address
    key_hash: str
    threshold: int
    done: int
    due: int
    accepted: int
    groups: int
    question: str | None
    base_model: str
    account: PartyStatus | None

    def to_json(self) -> dict[str, Any]:
        """The same as plain values; amounts as decimal strings, since they do not fit into a float."""
        return plain(asdict(self))


def read_encrypted_status(contract: EncryptedContract, account: Address | None = None) -> EncryptedStatus:
    """Look at an encrypted task, and at an account in it.

    Raises:
        ChainError: the node is gone.
    """
    with contract.held() as block:
        state, question = contract.state(), contract.question()
        done, due = state.asked
        parameters = contract.parameters
        return EncryptedStatus(
            task=contract.address,
            privacy="paillier",
            block=block,
            now=contract.connection.now(),
            phase=state.phase.name.lower(),
            deadline=0 if state.phase is EncryptedPhase.ENDED else state.deadline,
            # After the last round the contract counts one further.
            round=min(state.round, parameters.rounds),
            rounds=parameters.rounds,
            turn=state.turn,
            voids=state.voids,
            parties=state.parties or _joined(contract),
            places=parameters.max_parties,
            dealer=parameters.dealer,
            key_hash="0x" + contract.key_hash().hex(),
            threshold=parameters.threshold,
            done=(done & due).bit_count(),
            due=due.bit_count(),
            accepted=state.accepted.bit_count(),
            groups=parameters.groups,
            question=question.kind.name.lower() if question.is_open else None,
            base_model="0x" + contract.base_model().hex(),
            account=None if account is None else _read_account(contract, state, account),
        )


def _joined(contract: EncryptedContract) -> int:
    """How many have joined, before there is a key."""
    watch = EncryptedWatch(contract)
    watch.refresh()
    return len(watch.ledger.keys)


def _read_account(contract: EncryptedContract, state: EncryptedState, account: Address) -> PartyStatus:
    claimable, earned = contract.earnings(account)
    place = contract.party_of(account).place
    done, due = state.asked
    return PartyStatus(
        address=account,
        place=None if place == NO_PLACE else place,
        suspended=place != NO_PLACE and bool(state.suspended >> place & 1),
        owes=place != NO_PLACE and bool((due & ~done) >> place & 1),
        stakes=read_stakes(contract.stake, account, _STAKING),
        claimable=claimable,
        earned=earned,
        balance=contract.balance(account),
    )
