"""What everybody earned and lost in an encrypted task, from its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from fl_client.chain.contracts import Evidence
from fl_client.records.money import book_earning, nothing_earned
from fl_client.rounds.encrypted_record import EncryptedTurn
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.types import Address

ENCRYPTED_KINDS: Final = ("updates", "attestations", "sharings", "sums", "results", "bounties", "answers")
"""What an account is paid for; an answer is a chunk that was shown to whoever asked for it."""


def turn_rewards(watch: EncryptedWatch, turn: EncryptedTurn) -> list[tuple[Address, str, int]]:
    """What the escrow paid for a turn: account, kind and amount in 1e-18 coin.

    Nothing but for a sum that stood: with it updates and attestations are paid, and after it all that opens it.
    """
    parameters = watch.contract.parameters
    if turn.fixed is None or turn.sum is None:
        return []
    found = [(one.account, "updates", parameters.update_reward) for one in turn.summed]
    found += [
        (turn.places[place], "attestations", parameters.attest_reward) for place in sorted(turn.attested_by)
    ]
    found.append((turn.sum.account, "sums", parameters.sum_reward))
    found += [(turn.places[place], "sharings", parameters.share_reward) for place in sorted(turn.paid)]
    if turn.final and turn.result is not None:
        found.append((turn.result.account, "results", parameters.result_reward))
    return found


def encrypted_earnings_of(
    watch: EncryptedWatch, names: Iterable[str], name_of: Callable[[Address], str]
) -> dict[str, dict[str, int]]:
    """What each account earned and lost by the rules, in 1e-18 coin, by name (``earnings_of``)."""
    ledger = watch.ledger
    found = nothing_earned(names, ENCRYPTED_KINDS)
    for number, turn in ledger.turns.items():
        for account, kind, amount in turn_rewards(watch, turn):
            book_earning(found[name_of(account)], kind, amount)
        if share := ledger.bonus_shares.get(number, 0):
            for one in turn.summed:
                found[name_of(one.account)]["shares_earned"] += share
    for slash in ledger.slashes:
        if slash.bounty:
            kind = "answers" if slash.evidence == Evidence.LOST_DISPUTE else "bounties"
            book_earning(found[name_of(slash.beneficiary)], kind, slash.bounty)
        found[name_of(slash.account)]["slashed"] += slash.taken
    return dict(found)
