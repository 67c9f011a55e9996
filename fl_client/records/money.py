"""What everybody staked, earned and lost in a task, and what its transactions cost in gas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from fl_client.chain.contracts import Role
from fl_client.records.history import AnyRecording
from fl_client.records.transactions import SETUP, Act
from fl_client.rounds import TaskWatch
from fl_client.types import Address

KINDS: Final = ("updates", "attestations", "seals", "bounties")
"""What an account is paid for."""

# Before there is a task its owner pays for it: that is no setting up.
_PAYING: Final = frozenset({"approve", "createTask", "createEncryptedTask"})


def earnings_of(
    watch: TaskWatch, names: Iterable[str], name_of: Callable[[Address], str]
) -> dict[str, dict[str, int]]:
    """What each account earned and lost by the rules, from the events; amounts in 1e-18 coin.

    Args:
        watch: the task.
        names: who is listed in any case.
        name_of: an account's name.

    Returns:
        By name: counts of accepted updates, attestations, seals and slashes shown, what each kind earned,
        its shares of slashed coins, and what slashes took. Without stakes, which come back.
    """
    ledger, parameters = watch.ledger, watch.contract.parameters
    found = nothing_earned(names, KINDS)

    def book(account: Address, kind: str, amount: int) -> None:
        book_earning(found[name_of(account)], kind, amount)

    for number, record in ledger.rounds.items():
        for reveal in record.reveals:
            if record.accepts(reveal.index):
                book(reveal.trainer, "updates", parameters.update_reward)
                found[name_of(reveal.trainer)]["shares_earned"] += ledger.bonus_shares.get(number, 0)
            if record.attested_mask >> reveal.index & 1:
                book(reveal.trainer, "attestations", parameters.attest_reward)
        if record.finalized and record.standing is not None:
            book(record.standing.proposer, "seals", parameters.seal_reward)
    for slash in ledger.slashes:
        if slash.bounty:
            book(slash.beneficiary, "bounties", slash.bounty)
        found[name_of(slash.account)]["slashed"] += slash.taken
    return dict(found)


def nothing_earned(names: Iterable[str], kinds: Sequence[str]) -> dict[str, dict[str, int]]:
    """For every name, and for whoever is asked for: nothing of each kind, no shares of slashes, nothing lost."""
    counted = (*kinds, *(f"{kind}_earned" for kind in kinds), "shares_earned", "slashed")

    def nothing() -> dict[str, int]:
        return dict.fromkeys(counted, 0)

    return defaultdict(nothing, {name: nothing() for name in names})


def book_earning(entry: dict[str, int], kind: str, amount: int) -> None:
    """Count one earning of a kind."""
    entry[kind] += 1
    entry[f"{kind}_earned"] += amount


def balances_of(watch: AnyRecording) -> dict[str, dict[str, Any]]:
    """Coins of every member but the owner, in 1e-18: before it took part, and now.

    What is locked is not among them. A deployment's pool pays for all its tasks at once, so claims are of all.
    """
    found = {}
    for account, (name, role) in watch.roster.people.items():
        if role == "owner":
            continue
        change = watch.roster.flows[account] + watch.roster.claimed[account]
        now = watch.roster.coins[account]
        found[name] = {"account": account, "before": now - change, "after": now, "change": change}
    return found


def members_of(watch: AnyRecording, earned: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """Every member with its stakes; amounts in 1e-18 coin, times in seconds since 1970."""
    roster, suspended = watch.roster, watch.suspended
    found = []
    for account, (name, role) in roster.people.items():
        stakes = {kind: roster.stakes[account, kind] for kind in Role if (account, kind) in roster.stakes}
        gained = sum(amount for key, amount in earned.get(name, {}).items() if key.endswith("_earned"))
        free = [one.free_at for one in stakes.values() if one.amount and one.free_at is not None]
        found.append(
            {
                "who": name,
                "role": role,
                "account": account,
                "stake": sum(one.amount for one in stakes.values()),
                "bound": sum(one.amount for one in stakes.values() if one.free_at is None),
                "free_at": max(free) if free else None,
                "suspended": account in suspended,
                "leaving": account in roster.leaving,
                "released": account in roster.released,
                "earned": gained,
                "claimed": roster.claimed[account],
                "slashed": earned.get(name, {}).get("slashed", 0),
            }
        )
    return found


def gas_of(acts: Iterable[Act]) -> dict[str, Any]:
    """Gas in all and by role and call, of what succeeded; deploying and handing out coins is not a role's."""
    spent: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for act in acts:
        of_task = act.phase != SETUP or act.call in _PAYING
        if of_task and act.succeeded:
            spent[act.role][act.call].append(act.gas)
    return {
        "total": sum(gas for calls in spent.values() for figures in calls.values() for gas in figures),
        "by_role": {
            role: {
                call: {"count": len(figures), "mean": round(sum(figures) / len(figures)), "max": max(figures)}
                for call, figures in sorted(calls.items())
            }
            for role, calls in sorted(spent.items())
        },
    }
