"""Which of a task's contents somebody may still ask for."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.chain.contracts import Evidence, Phase, Step
from fl_client.encoding import encoded_size
from fl_client.rounds.reveal import Reveal
from fl_client.rounds.round_record import RoundRecord
from fl_client.rounds.table_ledger import NO_TRUST
from fl_client.rounds.watch import TaskWatch
from fl_client.storage import ContentId
from fl_client.types import Address, Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """A task's contents, by whether they must be kept; `revealed` are the updates that closed rounds made public."""

    needed: frozenset[ContentId]
    finished: frozenset[ContentId]
    revealed: frozenset[ContentId]


def retention_of(watch: TaskWatch, now: int) -> Retention:
    """Sort every content that a task's events name.

    Until the task has ended and its retention time is over, everything stays that its history is recomputed from
    (first model, accepted updates, trusted vectors, final models), all of an open round, and each trainer's latest
    update, which it can still be accused of. After that only the last final model is kept.

    Args:
        watch: refreshed.
        now: seconds since 1970.

    Returns:
        Needed and finished contents; none is both.
    """
    every, revealed = _named(watch), set[ContentId]()
    for record in watch.ledger.rounds.values():
        if record.finalized or watch.ledger.ended is not None:
            revealed |= {_update(watch, reveal.content_id) for reveal in record.reveals}
    needed = _last_model(watch)
    if not _is_over(watch, now):
        needed |= _history(watch)
    return Retention(
        needed=frozenset(needed), finished=frozenset(every - needed), revealed=frozenset(revealed)
    )


def everything(watch: TaskWatch) -> frozenset[ContentId]:
    """Every content that a task's events name, for whoever prunes beside it."""
    return frozenset(_named(watch))


def _is_over(watch: TaskWatch, now: int) -> bool:
    clock = watch.contract.clock()
    return clock.phase == Phase.ENDED and now >= clock.mark + watch.contract.parameters.retention_seconds


def _named(watch: TaskWatch) -> set[ContentId]:
    found = {_model(watch, watch.ledger.initial_content)} | _replacement(watch)
    for record in watch.ledger.rounds.values():
        found |= _of_round(watch, record)
    return found


def _of_round(watch: TaskWatch, record: RoundRecord) -> set[ContentId]:
    updates = {_update(watch, reveal.content_id) for reveal in record.reveals}
    models = {_model(watch, proposal.content_id) for proposal in record.proposals}
    return updates | models | _trusted(watch, record.number)


def _trusted(watch: TaskWatch, number: int) -> set[ContentId]:
    """The trusted vector that a round was weighed by, if the owner gave one."""
    inputs = watch.ledger.tables.inputs_of(number)
    return set() if inputs.trust == NO_TRUST else {_update(watch, inputs.trust_content)}


def _history(watch: TaskWatch) -> set[ContentId]:
    found = {_model(watch, watch.ledger.initial_content)} | _replacement(watch)
    latest: dict[Address, Reveal] = {}
    for number, record in sorted(watch.ledger.rounds.items()):
        latest |= {reveal.trainer: reveal for reveal in record.reveals}
        if not record.finalized:
            found |= _of_round(watch, record)
            continue
        found |= {_update(watch, reveal.content_id) for reveal in watch.accepted(number)}
        found |= {_update(watch, reveal.content_id) for reveal in _liars(watch, record)}
        found |= _trusted(watch, number)
        assert record.standing is not None  # a final round has one
        found.add(_model(watch, record.standing.content_id))
    return found | _asked(watch) | {_update(watch, reveal.content_id) for reveal in latest.values()}


def _asked(watch: TaskWatch) -> set[ContentId]:
    """What an open question may still ask for: it outlives its round, and its update need not be an accepted one."""
    asked = {(one.question.round, one.question.commitment) for one in watch.ledger.questions.open}
    return {
        _update(watch, reveal.content_id)
        for number in {number for number, _ in asked}
        for reveal in watch.ledger.rounds[number].reveals
        if (number, watch.commitment_of(reveal)) in asked
    }


def _liars(watch: TaskWatch, record: RoundRecord) -> list[Reveal]:
    """The updates that a slash for a lying tree stands on."""
    slashed = {
        slash.account
        for slash in watch.ledger.slashes
        if slash.evidence == Evidence.WRONG_NORM and slash.reveal_round == record.number
    }
    return [reveal for reveal in record.reveals if reveal.trainer in slashed]


def _last_model(watch: TaskWatch) -> set[ContentId]:
    finals = [record for record in watch.ledger.rounds.values() if record.finalized]
    if not finals:
        return {_model(watch, watch.ledger.initial_content)}
    standing = max(finals, key=lambda record: record.number).standing
    assert standing is not None  # a final round has one
    return {_model(watch, standing.content_id)}


def _replacement(watch: TaskWatch) -> set[ContentId]:
    """What a challenger of an open dispute would put in the proposal's place."""
    dispute = watch.contract.dispute()
    return set() if dispute.step == Step.NONE else {_model(watch, dispute.content_id)}


def _model(watch: TaskWatch, digest: Bytes32) -> ContentId:
    return ContentId.from_digest(digest, encoded_size(watch.model_form))


def _update(watch: TaskWatch, digest: Bytes32) -> ContentId:
    return ContentId.from_digest(digest, encoded_size(watch.update_form))
