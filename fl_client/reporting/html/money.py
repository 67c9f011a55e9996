"""What the run cost and paid: gas by role and call, and what every account earned and lost."""

from __future__ import annotations

from typing import Any, Final

from fl_client.reporting.html.encrypted import is_encrypted
from fl_client.reporting.html.tables import Html, bar, columns, join, table, tag
from fl_client.reporting.words import call_words, coins, count, signed_coins

_KINDS: Final = {
    "updates": "updates",
    "attestations": "attestations",
    "seals": "sealing",
    "bounties": "bounties",
}
"""What an account earned in a plain task, and the heading of its column."""

_ENCRYPTED_KINDS: Final = {
    "updates": "updates",
    "attestations": "attested",
    "sharings": "shares",
    "sums": "sums",
    "results": "results",
    "bounties": "bounties",
    "answers": "answers",
}
_TERMS: Final = {
    "update_reward": "accepted update",
    "attest_reward": "attestation",
    "seal_reward": "model that became final",
}
_ENCRYPTED_TERMS: Final = {
    "update_reward": "accepted update",
    "attest_reward": "attestation",
    "share_reward": "party's shares of a round's sum",
    "sum_reward": "sum that stood",
    "result_reward": "opened sum that became final",
}


def gas_section(summary: dict[str, Any]) -> Html:
    """Gas by role, and by role and call."""
    gas = summary["gas"]
    spent = _spent(summary)
    total = gas["total"] or 1
    by_role = {
        role: sum(amount for (of, _), amount in spent.items() if of == role) for role in gas["by_role"]
    }
    roles = [
        (
            role,
            bar(amount / total, label=f"{role}: {amount / total:.1%}"),
            f"{amount:,}",
            f"{amount / total:.1%}",
        )
        for role, amount in sorted(by_role.items(), key=lambda entry: -entry[1])
    ]
    rows = []
    most = max(spent.values(), default=0) or 1
    for role in sorted(by_role, key=lambda one: -by_role[one]):
        calls = gas["by_role"][role]
        for call, figures in sorted(calls.items(), key=lambda entry: -spent[role, entry[0]]):
            amount = spent[role, call]
            rows.append(
                (
                    role,
                    tag("code", call, title=call_words(call)),
                    bar(amount / most, label=f"{call} of {role}: {amount / total:.1%}"),
                    f"{amount / total:.1%}",
                    f"{figures['count']:,}",
                    f"{figures['mean']:,}",
                    f"{figures['max']:,}",
                    f"{amount:,}",
                )
            )
    heads = columns("role", "call", "", "share", "times", "mean", "greatest", "in all",
                    share="n", times="n", mean="n", greatest="n", in_all="n", **{"": "b"})  # fmt: skip
    return join(
        [
            tag("p", _setting_up(summary), class_="dim"),
            table(
                columns("role", "", "gas", "share", gas="n", share="n", **{"": "b"}),
                roles,
                caption="Gas by role",
            ),
            table(heads, rows, caption="Gas by role and call"),
        ]
    )


def _spent(summary: dict[str, Any]) -> dict[tuple[str, str], int]:
    """Gas by role and call, from the acts; those of setting up are not a role's."""
    spent = {(role, call): 0 for role, calls in summary["gas"]["by_role"].items() for call in calls}
    for act in summary["acts"]:
        key = (act["role"], act["call"])
        if key in spent and act.get("succeeded", True):
            spent[key] += act["gas"]
    return spent


def _setting_up(summary: dict[str, Any]) -> str:
    known = {(role, call) for role, calls in summary["gas"]["by_role"].items() for call in calls}
    other = [act for act in summary["acts"] if (act["role"], act["call"]) not in known]
    return (
        f"{summary['gas']['total']:,} gas in all. To deploy the contracts and hand out the coins to stake, "
        f"{count(len(other), 'transaction')} took {sum(act['gas'] for act in other):,} gas more, which are not in "
        "these tables."
    )


def balance_section(summary: dict[str, Any]) -> Html:
    """Every account before and after, and where the difference comes from."""
    settled = summary.get("state", {"ended": True})["ended"]
    kinds = _ENCRYPTED_KINDS if is_encrypted(summary) else _KINDS
    rows = []
    for name, entry in summary["balances"].items():
        earned = summary["earnings"][name]
        rows.append(
            (
                name,
                *(_held(entry) if settled else ()),
                *(_earned(earned, kind) for kind in kinds),
                coins(earned["shares_earned"]) if earned["shares_earned"] else "",
                _coloured(-earned["slashed"]) if earned["slashed"] else "",
            )
        )
    held = ("before", "after", "change") if settled else ()
    names = ("account", *held, *kinds.values(), "from slashes", "lost")
    numeric = {name.replace(" ", "_"): "n" for name in names if name != "account"}
    words = f"What every account earned and lost, in coins. {_terms(summary)}; how often is in brackets. "
    words += (
        "Stakes came back at the end and are not counted."
        if settled
        else "What each account has in the end is shown when the task has ended."
    )
    caption = "Coins by account" if settled else "Coins earned and lost so far, by account"
    return join([tag("p", words, class_="dim"), table(columns(*names, **numeric), rows, caption=caption)])


def _terms(summary: dict[str, Any]) -> str:
    """What the task pays for what."""
    paid = _ENCRYPTED_TERMS if is_encrypted(summary) else _TERMS
    parts = [f"{coins(summary['terms'][name])} for each {what}" for name, what in paid.items()]
    return f"The task pays {', '.join(parts[:-1])} and {parts[-1]}"


def _held(entry: dict[str, Any]) -> tuple[object, ...]:
    return coins(entry["before"]), coins(entry["after"]), _coloured(entry["change"])


def _earned(entry: dict[str, int], kind: str) -> str:
    return f"{coins(entry[f'{kind}_earned'])} ({entry[kind]})" if entry[kind] else ""


def _coloured(amount: int) -> Html:
    kind = "good" if amount > 0 else "bad" if amount < 0 else "dim"
    return tag("span", signed_coins(amount), class_=kind)
