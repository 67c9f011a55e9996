"""A role run to its end: whatever passes is waited for, because a stake is bound and ending would lose it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final

from fl_client.chain.contracts import Role
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.chain.node import NodeRefused
from fl_client.errors import ChainError, GradbondError
from fl_client.roles.acting import Actor
from fl_client.roles.encrypted_actor import EncryptedActor
from fl_client.roles.participant import Participant
from fl_client.roles.party_member import PartyMember

_log = logging.getLogger(__name__)

AnyActor = Actor[Any, Any, Any]
"""Whoever acts in a task, plain or encrypted."""

LONGEST_PAUSE_SECONDS: Final = 15.0
"""Between two tries while something is wrong; phases are longer, so that none is slept through."""

LOOK_ANYWAY_SECONDS: Final = 30.0
"""The longest wait without a look at the whole task, whatever the chain does."""


def require_open(participant: Participant, role: Role, *, anew: bool = False) -> None:
    """Make sure that a task still takes somebody new, before anything else is asked of an account.

    Args:
        participant: whose ledger is up to date.
        role: as what it takes part.
        anew: it is to join, whatever it may have left in the task.

    Raises:
        ChainError: it has ended, and this account has nothing left in it.
    """
    contract, address = participant.contract, participant.address
    if participant.ledger.ended is None:
        return
    staked, _ = contract.stake(address, role)
    claimable, _ = contract.earnings(address)
    if anew or (not staked and not claimable):
        raise ChainError(f"the task {contract.address} has ended, nobody can join it: give one that runs")


def is_finished(participant: Participant, *, until_ended: bool = False) -> bool:
    """Whether the task has ended and, unless that is enough, nothing of this account is left in it."""
    if participant.ledger.ended is None:
        return False
    if any(one.asker == participant.address for one in participant.ledger.questions.open):
        return False  # its bond is taken back once the answer is late
    if until_ended or participant.stakes_as is Role.NONE:
        return True
    claimable, _ = participant.contract.earnings(participant.address)
    staked, _ = participant.contract.stake(participant.address, participant.stakes_as)
    return not claimable and not staked


def has_left(party: EncryptedActor, *, until_ended: bool = False) -> bool:
    """Whether an account of an encrypted task has nothing more to do there, and unless that is enough has its stake.

    The task has ended; or it goes on without this party, which was left out of the key or came too late for it.
    """
    contract, address = party.contract, party.address
    staked, _ = contract.stake(address, Role.TRAINER)
    if party.ledger.ended is None:
        late = isinstance(party, PartyMember) and party.state.phase > EncryptedPhase.JOIN
        return late and not party.is_member and (until_ended or not staked)
    claimable, _ = contract.earnings(address)
    return until_ended or (not claimable and not staked)


def is_dealt(dealer: EncryptedActor) -> bool:
    """Whether no key is wanted any more: the first round is open, or the task has ended."""
    return dealer.state.phase >= EncryptedPhase.SUBMIT


def run_role(
    participant: AnyActor,
    *,
    report: Callable[[str], None],
    is_finished: Callable[[], bool],
    poll_seconds: float = 1.0,
    patience_seconds: float = 86_400.0,
    idle: Callable[[], None] = lambda: None,
) -> None:
    """Let a role step until it is finished.

    Args:
        participant: the role.
        report: told of every deed.
        is_finished: asked whenever there was nothing to do.
        poll_seconds: between two questions whether there is a new block.
        patience_seconds: how long in a row errors are waited out that may pass (``GradbondError.passing``):
            a node that is gone, a store or a disk that takes nothing.
        idle: called before each wait.

    Raises:
        GradbondError: something that waiting does not mend, or has not mended in time.
    """
    failing_since: float | None = None
    pause = poll_seconds
    while True:
        try:
            done = participant.step()
            if done is not None:
                report(done)
            elif is_finished():
                return
            else:
                idle()
                wait_for_news(participant, poll_seconds)
            failing_since, pause = None, poll_seconds
        except GradbondError as problem:
            now = time.monotonic()
            failing_since = now if failing_since is None else failing_since
            if not problem.passing or now - failing_since > patience_seconds:
                raise
            _log.warning("%s; trying again", problem)
            pause = min(2 * pause, max(poll_seconds, LONGEST_PAUSE_SECONDS))
            time.sleep(pause)


def wait_for_news(participant: AnyActor, poll_seconds: float) -> None:
    """Return when the task has news that the last step did not see, or after ``LOOK_ANYWAY_SECONDS``.

    One request a poll, however many blocks there are. On a chain that makes blocks only when somebody sends, time
    stands still without one: it is asked for a block when a deadline has passed by the clock of this machine.

    Raises:
        ChainError: the node is gone.
    """
    connection, seen = participant.contract.connection, participant.looked_at
    due = participant.due_at()
    started, patience = time.monotonic(), LOOK_ANYWAY_SECONDS
    stamp = connection.now()
    if due is not None:
        # Its clock is this machine's, or ahead of it: by one of the two it is due by then.
        patience = min(patience, max(0.0, due - time.time()), max(0.0, float(due - stamp)))
    while not _has_news(participant, seen):
        if time.monotonic() - started >= patience:
            connection.nudge()
            if connection.block_number() != seen:
                return
        if time.monotonic() - started >= LOOK_ANYWAY_SECONDS:
            return
        time.sleep(poll_seconds)


def _has_news(participant: AnyActor, seen: int) -> bool:
    """Whether anything has happened to the task after a block; asked from that block on, which every node knows."""
    try:
        logs = participant.contract.connection.logs(participant.speakers, seen, None)
    except NodeRefused:
        return True  # a full look will say what is wrong
    return any(entry.block > seen for entry in logs)
