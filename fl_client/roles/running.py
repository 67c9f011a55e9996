"""A role as a loop: step while there is something to do, then wait for a block or a deadline."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from fl_client.chain.contracts import Role
from fl_client.errors import ChainError, ContractReverted, StorageError
from fl_client.roles.participant import Participant

_log = logging.getLogger(__name__)

LOOK_ANYWAY_SECONDS: Final = 30.0
"""The longest wait without a look at the whole task, whatever the chain does."""


def is_finished(participant: Participant, *, until_ended: bool) -> bool:
    """Whether the task has ended and, unless that is enough, nothing of this account is left in it."""
    if participant.ledger.ended is None:
        return False
    if until_ended or participant.stakes_as is Role.NONE:
        return True
    claimable, _ = participant.contract.earnings(participant.address)
    staked, _ = participant.contract.stake(participant.address, participant.stakes_as)
    return not claimable and not staked


def run_role(
    participant: Participant,
    report: Callable[[str], None],
    *,
    poll_seconds: float,
    patience_seconds: float,
    until_ended: bool = False,
    idle: Callable[[], None] = lambda: None,
) -> None:
    """Step until finished; sit out a node or a store that is silent for a while.

    Args:
        participant: the role.
        report: hears of every deed.
        poll_seconds: between two questions whether there is a new block.
        patience_seconds: how long errors of the node or the store are borne in a row.
        until_ended: do not wait for the stake to be released.
        idle: called before each wait.

    Raises:
        GradbondError: something that waiting does not mend.
    """
    failing_since: float | None = None
    while True:
        try:
            done = participant.step()
            if done is not None:
                report(done)
            elif is_finished(participant, until_ended=until_ended):
                return
            else:
                idle()
                wait_for_news(participant, poll_seconds)
            failing_since = None
        except ContractReverted:
            raise
        except (ChainError, StorageError) as problem:
            # Errors of the node have the library's error as their cause; ours have none.
            lasting = isinstance(problem, ChainError) and problem.__cause__ is None
            now = time.monotonic()
            failing_since = now if failing_since is None else failing_since
            if lasting or now - failing_since > patience_seconds:
                raise
            _log.warning("%s; trying again", problem)
            time.sleep(poll_seconds)


def wait_for_news(participant: Participant, poll_seconds: float) -> None:
    """Return when there is a block that the last step did not see, or after ``LOOK_ANYWAY_SECONDS``.

    One request a poll. On a chain that makes blocks only when somebody sends, time stands still without one:
    it is asked for a block when a deadline has passed by the clock of this machine.

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
    while connection.block_number() == seen:
        if time.monotonic() - started >= patience:
            connection.nudge()
        if time.monotonic() - started >= LOOK_ANYWAY_SECONDS:
            return
        time.sleep(poll_seconds)
