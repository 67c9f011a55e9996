"""A receipt of an encrypted update: that it is in the sum that a round opened, or why not, from the chain's records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.chain.events import Event
from fl_client.errors import ConfigError
from fl_client.records.citing import FORMAT, TRUST, ReadPast, cited, hexed, read_past
from fl_client.records.encrypted_findings import encrypted_evidence
from fl_client.records.encrypted_money import turn_rewards
from fl_client.records.encrypted_verdict import judge_update, votes_for, votes_needed
from fl_client.rounds.encrypted_record import EncryptedTurn
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.types import Address

_OF_TURN: Final = frozenset(
    {
        *("TurnOpened", "UpdateSubmitted", "SubmissionsAttested", "SetFrozen", "SumProposed", "SumFixed"),
        *("GroupsDealt", "ProposalRefused"),
        *("SharesPosted", "SharingReopened", "SharingClosed", "ResultProposed", "RoundFinal", "TurnVoid"),
        *("ChunkAsked", "ChunkShown", "StatementStruck"),
    }
)
"""Records of a turn whoever they are of."""

_OF_PARTY: Final = frozenset({"PartyJoined", "PartyLeftOut", "KeyConfirmed"})
_EARNED: Final = ("updates", "attestations", "sharings", "sums", "results")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedPast:
    """An encrypted task's events up to a block, and what they come to."""

    watch: EncryptedWatch
    read: ReadPast

    @classmethod
    def of(cls, contract: EncryptedContract, upto: int | None = None) -> EncryptedPast:
        """Read it.

        Raises:
            ChainError: the node is gone, or has no such block.
        """
        deployment = contract.deployment
        addresses = [contract.address, deployment.vault, deployment.pool]
        read = read_past(contract, addresses, EncryptedWatch.artifacts, {contract.address}, upto)
        watch = EncryptedWatch(contract)
        watch.ledger.apply_all(read.events)
        return cls(watch=watch, read=read)

    def turns_of(self, number: int) -> list[EncryptedTurn]:
        """The turns of a round, in their order.

        Raises:
            ConfigError: the round was never opened.
        """
        turns = self.watch.ledger.turns.values()
        found = [one for one in turns if one.round == number]
        if not found:
            contract, last = self.watch.contract, max((one.round for one in turns), default=0)
            raise ConfigError(
                f"--round is {number}: the task {contract.address} has opened the rounds 1 to {last} of "
                f"{contract.parameters.rounds}"
            )
        return found


def encrypted_receipt_of(past: EncryptedPast, account: Address, number: int) -> dict[str, Any]:
    """What the records say about a party's update in a round; plain values for JSON.

    The last turn of the round decides: of those before nothing was ever opened.

    Amounts are decimal strings in 1e-18 coin, hashes 0x-prefixed.

    Raises:
        ConfigError: the round was never opened.
    """
    watch, contract = past.watch, past.watch.contract
    turns = past.turns_of(number)
    turn = turns[-1]
    found, place = judge_update(watch, turn, account), turn.place_of(account)
    weight = turn.submissions[place].weight if found.counted and place is not None else None
    groups = contract.parameters.groups
    total = None if weight is None or place is None else _weight_summed_with(turn, groups, place)
    return {
        "format": FORMAT,
        "privacy": "paillier",
        "chain_id": contract.connection.chain_id,
        "factory": contract.deployment.factory,
        "task": contract.address,
        "trainer": account,
        "round": number,
        "turn": turn.number,
        "as_of": {"block": past.read.block, "hash": hexed(past.read.block_hash)},
        "verdict": found.verdict,
        "counted": found.counted,
        "why": found.why,
        "samples": weight,
        "total_samples": total,
        "share": f"{weight / total:.6f}" if weight and total and turn.final else None,
        "set": _set(watch, turn),
        "earned": _earned(watch, turns, account),
        "lost": _lost(past, turns, account),
        "records": [cited(contract.connection, event) for event in _chosen(past, turns, account)],
        "trust": TRUST,
    }


def _weight_summed_with(turn: EncryptedTurn, groups: int, place: int) -> int:
    """Total weight of the sum that an accepted update is in: that of its group, once the set is dealt."""
    if groups == 1 or turn.seed is None:
        return turn.total_weight
    its = next(group for group in turn.dealt(groups) if any(one.place == place for one in group))
    return sum(one.weight for one in its)


def _set(watch: EncryptedWatch, turn: EncryptedTurn) -> dict[str, Any]:
    """The turn's submissions by place, those that are summed, and what opened to what."""
    ceremony, result = watch.ledger.ceremonies[turn.ceremony], turn.result if turn.final else None
    assert ceremony.key_hash is not None  # a turn has a key
    return {
        "key_hash": hexed(ceremony.key_hash),
        "votes_needed": votes_needed(watch, turn),
        "entries": [
            {
                "trainer": one.account,
                "place": place,
                "weight": one.weight,
                "root": hexed(one.root),
                "content_id": hexed(one.content),
                "votes": votes_for(turn, place),
                "accepted": bool(turn.accepted >> place & 1),
            }
            for place, one in sorted(turn.submissions.items())
        ],
        "sum": None if turn.fixed is None else hexed(turn.fixed),
        "opened": None if result is None else hexed(result.root),
        "model": None if result is None else hexed(result.model),
    }


def _earned(watch: EncryptedWatch, turns: list[EncryptedTurn], account: Address) -> dict[str, str]:
    """What the round credited to the party, by kind, and of slashed coins."""
    found = dict.fromkeys((*_EARNED, "share_of_slashes"), 0)
    for turn in turns:
        for who, kind, amount in turn_rewards(watch, turn):
            found[kind] += amount if who == account else 0
        if turn.fixed is not None and any(one.account == account for one in turn.summed):
            found["share_of_slashes"] += watch.ledger.bonus_shares.get(turn.number, 0)
    return {name: str(amount) for name, amount in (found | {"total": sum(found.values())}).items()}


def _slashes(
    past: EncryptedPast, turns: list[EncryptedTurn], account: Address
) -> Iterator[tuple[str, int, Event]]:
    """Evidence, what was taken, and the event of each cut of this account's stakes in a round."""
    numbers, task = {one.number for one in turns}, past.watch.contract.address
    booked = [one for one in past.read.events if one.name == "StakeSlashed" and one.args["task"] == task]
    for slash, event in zip(past.watch.ledger.slashes, booked, strict=True):
        if slash.account == account and slash.turn in numbers:
            yield encrypted_evidence(slash.evidence), slash.taken, event


def _lost(past: EncryptedPast, turns: list[EncryptedTurn], account: Address) -> list[dict[str, Any]]:
    return [
        {
            "evidence": evidence,
            "taken": str(taken),
            "transaction": hexed(event.transaction_hash),
            "block": event.block,
        }
        for evidence, taken, event in _slashes(past, turns, account)
    ]


def _chosen(past: EncryptedPast, turns: list[EncryptedTurn], account: Address) -> Iterator[Event]:
    """The records that the verdict rests on, in chain order."""
    numbers, ceremony = {one.number for one in turns}, turns[-1].ceremony
    punished = {event.place for _, _, event in _slashes(past, turns, account)}
    present = 0
    for event in past.read.events:
        name, args = event.name, event.args
        present = args["turn"] if name == "TurnOpened" else present
        if name in _OF_TURN:
            wanted = args["turn"] in numbers
        elif name == "PartyLate":
            wanted = args["account"] == account and args["turn"] in numbers
        elif name in _OF_PARTY:
            wanted = args["account"] == account
        elif name in ("KeyRequested", "KeyPosted"):
            wanted = args["ceremony"] == ceremony
        elif name == "BonusShared":
            wanted = present in numbers
        else:
            ended = name == "EncryptedTaskEnded" and not turns[-1].final
            wanted = ended or event.place in punished
        if wanted:
            yield event
