"""Who took part in a task: roles and names by what they did, stakes and coins, all from events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.crypto import keccak

from fl_client.chain import Event
from fl_client.chain.contracts import NOBODY, Deployment, Role
from fl_client.types import Address

OUTSIDER: Final = "outsider"
_ORDER: Final = ("trainer", "party", "aggregator", "validator", "dealer", "auditor", "owner")
# Who shows a fault is an auditor, whatever else it is not.
_SHOWN_BY: Final = {
    "DisputeOpened": "challenger",
    "TableDisputeOpened": "challenger",
    "EntryProvedWrong": "challenger",
    "AggregateProvedWrong": "challenger",
    "UpdateProvedWrong": "challenger",
    "ChunkAsked": "asker",
    "StakeSlashed": "beneficiary",
}


@dataclass(slots=True)
class Stake:
    """What an account has locked in one role, 1e-18 coin, and from when it is free (None: bound)."""

    amount: int = 0
    free_at: int | None = None


class Roster:
    """The members of a task, in the order in which they came.

    Attributes:
        stakes: by account and role, as the vault's events tell them.
        coins: by account, as all transfers of the coin tell them, in 1e-18 coin.
        joined_in: the turn in which a trainer joined or came back; it may commit from the next one.
        leaving: trainers that gave notice.
        released: accounts that took a stake back.
    """

    def __init__(
        self,
        deployment: Deployment,
        roles: Mapping[Address, str],
        names: Mapping[Address, tuple[str, str]],
        *,
        purse: Address | None = None,
    ) -> None:
        """Begin with those who took part before anything happened.

        Args:
            deployment: whose coin and pool count.
            roles: of accounts that the task itself names.
            names: name and role of each account, where they are known better; empty otherwise.
            purse: a contract that holds members' coins besides the vault.
        """
        self._deployment, self._purse = deployment, purse
        self._given = dict(names)
        self._roles: dict[Address, str] = dict(roles)
        self._shown: dict[Address, None] = {}
        self.stakes: dict[tuple[Address, Role], Stake] = defaultdict(Stake)
        self.coins: dict[Address, int] = defaultdict(int)
        self.claimed: dict[Address, int] = defaultdict(int)
        self.flows: dict[Address, int] = defaultdict(int)
        self.joined_in: dict[Address, int] = {}
        self.leaving: set[Address] = set()
        self.released: set[Address] = set()

    @property
    def people(self) -> dict[Address, tuple[str, str]]:
        """Name and role of every account that took part: as given, or its role and when it came."""
        if self._given:
            return dict(self._given)
        roles = self._roles | {one: "auditor" for one in self._shown if one not in self._roles}
        many = {role: sum(1 for one in roles.values() if one == role) for role in set(roles.values())}
        found, seen = {}, defaultdict[str, int](int)
        for account, role in sorted(roles.items(), key=lambda entry: _ORDER.index(entry[1])):
            seen[role] += 1
            alone = role in ("owner", "auditor", "dealer") and many[role] == 1
            found[account] = (role if alone else f"{role} {seen[role]}", role)
        return found

    def name_of(self, account: Address) -> str:
        """An account's name in reports; whoever did not take part is called by its address."""
        return self.people.get(account, (account, OUTSIDER))[0]

    def apply(self, event: Event) -> None:
        """Take one event over: of the task, or of the coin that it pays in."""
        args = event.args
        if event.address == self._deployment.coin:
            if event.name == "Transfer":
                self._moved(args)
            return
        shown_by = args.get(_SHOWN_BY.get(event.name, ""))
        if shown_by not in (None, NOBODY):
            self._shown.setdefault(shown_by)
        handler = _HANDLERS.get(event.name)
        if handler is not None:
            handler(self, args)

    # ------------------------------------------------------------------ events

    def _moved(self, args: Any) -> None:
        self.coins[args["from"]] -= args["value"]
        self.coins[args["to"]] += args["value"]
        if args["from"] == self._deployment.pool:
            self.claimed[args["to"]] += args["value"]
        if args["to"] == self._purse:
            self.flows[args["from"]] -= args["value"]
        if args["from"] == self._purse:
            self.flows[args["to"]] += args["value"]

    def _trainer_came(self, args: Any) -> None:
        self._roles.setdefault(args["trainer"], "trainer")
        self.joined_in[args["trainer"]] = args["turn"]
        self.leaving.discard(args["trainer"])

    def _sealer_came(self, args: Any) -> None:
        self._roles.setdefault(args["sealer"], "aggregator")

    def _validator_came(self, args: Any) -> None:
        self._roles.setdefault(args["validator"], "validator")

    def _party_came(self, args: Any) -> None:
        self._roles.setdefault(args["account"], "party")

    def _left(self, args: Any) -> None:
        if args["role"] == Role.TRAINER:
            self.leaving.add(args["account"])

    def _locked(self, args: Any) -> None:
        role = Role(args["role"])
        if role is Role.CHALLENGER:
            self._shown.setdefault(args["account"])
        stake = self.stakes[args["account"], role]
        stake.amount, stake.free_at = stake.amount + args["amount"], None
        self.flows[args["account"]] -= args["amount"]

    def _unbonding(self, args: Any) -> None:
        self.stakes[args["account"], Role(args["role"])].free_at = args["releasableAt"]

    def _slashed(self, args: Any) -> None:
        self.stakes[args["account"], Role(args["role"])].amount -= args["taken"]

    def _released(self, args: Any) -> None:
        stake = self.stakes[args["account"], Role(args["role"])]
        stake.amount, stake.free_at = stake.amount - args["amount"], None
        self.flows[args["account"]] += args["amount"]
        self.released.add(args["account"])


_HANDLERS = {
    "TrainerJoined": Roster._trainer_came,
    "TrainerRestored": Roster._trainer_came,
    "SealerJoined": Roster._sealer_came,
    "ValidatorJoined": Roster._validator_came,
    "PartyJoined": Roster._party_came,
    "MemberLeft": Roster._left,
    "StakeLocked": Roster._locked,
    "StakeUnbonding": Roster._unbonding,
    "StakeSlashed": Roster._slashed,
    "StakeReleased": Roster._released,
}


def is_drawn(seed: bytes, turn: int, trainer: Address, fraction_bps: int) -> bool:
    """Whether a trainer is drawn in a turn (``TaskState._isBelow``).

    Args:
        seed: 32 bytes, from ``TurnSeeded``.
        turn: counts attempts over all rounds.
        trainer: whose lot it is.
        fraction_bps: the share drawn, of 10,000.
    """
    words = seed + turn.to_bytes(32, "big") + bytes(12) + bytes.fromhex(trainer[2:])
    lot = int.from_bytes(keccak(words), "big")
    return fraction_bps >= 10_000 or lot // ((2**256 - 1) // 10_000 + 1) < fraction_bps
