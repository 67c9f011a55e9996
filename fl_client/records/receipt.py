"""A receipt: that an update was counted with its weight, or why it was not, from the records of the chain alone.

It holds every record that it rests on with its block, transaction and place, and what has to hash to what. Whoever has
a node of the same chain can look each of them up and compute the rest again (``receipt_check.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from fl_client.audit.review import shares_of
from fl_client.chain.contracts import NOBODY, TaskContract
from fl_client.chain.events import Event
from fl_client.encoding import set_hash
from fl_client.errors import ConfigError
from fl_client.records.citing import FORMAT, TRUST, cited, hexed, read_past
from fl_client.records.facts import slash_name
from fl_client.records.lateness import late_calls
from fl_client.records.story import RoundStory
from fl_client.records.transactions import refused_calls
from fl_client.records.verdict import Judgement, judge
from fl_client.records.weights import shares_in
from fl_client.rounds import Reveal, RoundRecord, TaskWatch
from fl_client.types import Address

_WATCHED: Final = (
    *("TrainingTask", "StakeVault", "RewardPool", "DisputeCourt", "ReviewBoard", "RoundTables"),
    "AvailabilityQuestions",
)
_OF_ROUND: Final = frozenset(
    {
        *("TurnOpened", "TurnSeeded", "UpdateRevealed", "UpdatesAttested", "RoundFrozen", "RoundVoided"),
        *("ReviewOpened", "CommitteeDrawn", "CommitteeReplaced", "ScoresRevealed", "ReviewConcluded"),
        *("InputsPosted", "TablePosted"),
        *("AggregateProposed", "AggregateRejected", "RoundFinalized", "BonusShared", "TaskEnded"),
    }
)
"""Records of a round whoever they are of; of others only those that name the trainer are cited."""

_OF_TRAINER: Final = {
    "TrainerJoined": "trainer",
    "MemberLeft": "account",
    "TrainerSuspended": "trainer",
    "TrainerRestored": "trainer",
    "UpdateCommitted": "trainer",
    "StakeSlashed": "account",
}
_BPS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPast:
    """A task's events up to a block.

    Attributes:
        watch: the task, whose ledger says what the events come to.
        events: the task's and its board's, in chain order.
        block, block_hash: the last block read.
    """

    watch: TaskWatch
    events: tuple[Event, ...]
    block: int
    block_hash: bytes

    @classmethod
    def read(cls, contract: TaskContract, upto: int | None = None) -> TaskPast:
        """Read it.

        Raises:
            ChainError: the node is gone, or has no such block.
        """
        deployment, board = contract.deployment, contract.parameters.board
        own = {contract.address, board} - {NOBODY}
        courts = deployment.court, deployment.round_tables, Address(contract.questions.address)
        addresses = [*sorted(own), deployment.vault, deployment.pool, *courts]
        past = read_past(contract, addresses, _WATCHED, own, upto)
        watch = TaskWatch(contract)
        watch.ledger.apply_all(past.events)
        return cls(watch=watch, events=past.events, block=past.block, block_hash=past.block_hash)

    def story(self, trainer: Address, number: int) -> RoundStory:
        """A trainer's part in a round.

        Raises:
            ConfigError: the round was never opened.
        """
        turns = [one for one in self.events if one.name == "TurnOpened" and one.args["round"] == number]
        if not turns:
            ledger = self.watch.ledger
            raise ConfigError(
                f"--round is {number}: the task {self.watch.contract.address} has opened the rounds 1 to "
                f"{max(ledger.rounds, default=0)} of {self.watch.contract.parameters.rounds}"
            )
        begins = (turns[0].block, turns[0].log_index)
        following = next(
            (one for one in self.events if one.name == "TurnOpened" and one.args["round"] == number + 1), None
        )
        ends = None if following is None else following.place
        story = RoundStory(
            watch=self.watch, events=self.events, trainer=trainer, number=number, begins=begins, ends=ends
        )
        if story.reveal is not None:
            return story
        last = self.block if following is None else following.block
        contract = self.watch.contract
        refused = tuple(refused_calls(contract, trainer, turns[0].block, last))
        within = [one for one in self.events if one.place >= begins]
        return replace(story, refused=refused, late=late_calls(contract, within, trainer, refused))


def receipt_of(past: TaskPast, trainer: Address, number: int) -> dict[str, Any]:
    """What the records say about a trainer's update in a round; plain values for JSON.

    Amounts are decimal strings in 1e-18 coin, hashes 0x-prefixed.

    Raises:
        ConfigError: the round was never opened.
    """
    contract, story = past.watch.contract, past.story(trainer, number)
    found, record = judge(story), past.watch.ledger.rounds[number]
    reveal = next((one for one in record.reveals if one.trainer == trainer), None)
    return {
        "format": FORMAT,
        "chain_id": contract.connection.chain_id,
        "factory": contract.deployment.factory,
        "task": contract.address,
        "trainer": trainer,
        "round": number,
        "as_of": {"block": past.block, "hash": hexed(past.block_hash)},
        "verdict": found.verdict,
        "counted": found.counted,
        "why": found.why,
        **_weight(past.watch, record, reveal, found),
        "commitment": None if reveal is None else _message(past.watch, record, reveal),
        "set": _set(past.watch, record),
        "earned": _earned(past.watch, record, reveal),
        "lost": _lost(story),
        "records": [cited(contract.connection, event) for event in _chosen(story)],
        "refused": [one.to_json() for one in story.refused],
        "trust": TRUST,
    }


def _weight(
    watch: TaskWatch, record: RoundRecord, reveal: Reveal | None, found: Judgement
) -> dict[str, int | str | None]:
    """Its capped sample count, that of all accepted together, and its share of what the round combined.

    The share is what the task's rule made of the counts: 0 for an update that was weighed away, six decimals as text,
    None before the model is final. All are None where the update was not counted.
    """
    if reveal is None or not found.counted:
        return {"samples": None, "total_samples": None, "share": None}
    entries = watch.entries(record.reveals)
    total = sum(weight for place, (_, weight, _) in enumerate(entries) if record.accepts(place))
    shares = shares_in(watch, record.number)
    share = None if shares is None else f"{shares[reveal.trainer]:.6f}"
    return {"samples": entries[reveal.index][1], "total_samples": total, "share": share}


def _message(watch: TaskWatch, record: RoundRecord, reveal: Reveal) -> dict[str, Any]:
    """Everything that the committed digest is the hash of (EIP-712)."""
    fields = {
        "attempt": reveal.attempt,
        "base_model": hexed(watch.ledger.base_of(record.number)[0]),
        "vector": hexed(watch.commitment_of(reveal)),
        "root_hash": hexed(reveal.root_hash),
        "root_sum": str(reveal.root_sum),
        "content_id": hexed(reveal.content_id),
        "samples": reveal.samples,
        "milliseconds": reveal.milliseconds,
        "salt": hexed(reveal.salt),
    }
    return fields | {"digest": hexed(watch.digest_of_reveal(record.number, reveal))}


def _set(watch: TaskWatch, record: RoundRecord) -> dict[str, Any]:
    """The round's reveals as the contract hashes them, one after the other, and those that it accepted."""
    entries = watch.entries(record.reveals)
    kept = [entry for place, entry in enumerate(entries) if record.accepts(place)]
    return {
        "entries": [
            {
                "trainer": trainer,
                "weight": weight,
                "vector": hexed(vector),
                "running_hash": hexed(set_hash(entries[: place + 1])),
                "accepted": record.accepts(place),
            }
            for place, (trainer, weight, vector) in enumerate(entries)
        ],
        "accepted_hash": hexed(set_hash(kept)) if record.accepted_mask is not None else None,
    }


def _earned(watch: TaskWatch, record: RoundRecord, reveal: Reveal | None) -> dict[str, str]:
    """What the round credited to the trainer: for its update, of slashed coins, and for its attestation."""
    update = share = attestation = 0
    if reveal is not None and record.accepted_mask is not None:
        parameters = watch.contract.parameters
        if record.accepts(reveal.index):
            update = parameters.update_reward * shares_of(watch, record)[reveal.index] // _BPS
            share = watch.ledger.bonus_shares.get(record.number, 0)
        if record.attested_mask >> reveal.index & 1:
            attestation = parameters.attest_reward
    total = update + share + attestation
    return {
        "update": str(update),
        "share_of_slashes": str(share),
        "attestation": str(attestation),
        "total": str(total),
    }


def _lost(story: RoundStory) -> list[dict[str, Any]]:
    """Slashes of this trainer for what it did, or did not do, in this round."""
    return [
        {
            "evidence": slash_name(slash),
            "taken": str(slash.taken),
            "transaction": hexed(event.transaction_hash),
            "block": event.block,
        }
        for slash, event in story.slashes()
    ]


def _chosen(story: RoundStory) -> Iterable[Event]:
    """The records that the verdict rests on, in chain order."""
    punished = {event.place for _, event in story.slashes()}
    for event in story.events:
        place, whose = event.place, _OF_TRAINER.get(event.name)
        if whose is not None and event.args[whose] == story.trainer:
            member = event.name not in ("UpdateCommitted", "StakeSlashed") and story.is_over(place) is False
            if member or story.is_within(place) or place in punished:
                yield event
        elif event.name in _OF_ROUND and story.is_within(place):
            yield event
