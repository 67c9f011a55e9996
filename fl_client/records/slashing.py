"""What is told of every slash, of whichever kind of task: who brought it to light, when, and where the coins went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fl_client.chain import Event
from fl_client.chain.contracts import Evidence
from fl_client.records.history import History
from fl_client.rounds import Slash
from fl_client.rounds.encrypted_record import EncryptedSlash
from fl_client.types import Address

_SHARED_WITH: Final = ("RoundFrozen", "SumFixed")
"""Events of the transaction that shares what slashes left; they name the round."""


def slash_detail(
    history: History, name_of: Callable[[Address], str], slash: Slash | EncryptedSlash, event: Event
) -> dict[str, Any]:
    """Account, transaction and sharing of a slash.

    Args:
        history: of the task.
        name_of: an account's name.
        slash: what was taken.
        event: its ``StakeSlashed``.

    Returns:
        Amounts in 1e-18 coin, times in seconds since 1970.
    """
    act = history.act_of(event.transaction_hash)
    shared = 0 if slash.evidence == Evidence.LOST_DISPUTE else slash.taken - slash.burned - slash.bounty
    shared_in, share = _sharing(history, event) if shared else (None, 0)
    return {
        "account": slash.account,
        "shown_by": act.who,
        "call": act.call,
        "transaction": act.transaction,
        "block": act.block,
        "time": act.time,
        "beneficiary": name_of(slash.beneficiary) if slash.bounty else None,
        "shared": shared,
        "shared_in": shared_in,
        "share_each": share,
    }


def _sharing(history: History, slashed: Event) -> tuple[int | None, int]:
    """In which round the honest got what a slash left for them, and how much each."""
    for event in history.found("BonusShared"):
        if event.place > slashed.place:
            closing = next(
                one
                for one in history.events
                if one.name in _SHARED_WITH and one.transaction_hash == event.transaction_hash
            )
            return int(closing.args["round"]), int(event.args["share"])
    return None, 0
