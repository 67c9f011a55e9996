"""Numbers, times and names of calls as a reader wants them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

ONE_COIN: Final = 10**18

PHASES: Final = {
    "deal": "deal",
    "confirm": "confirm",
    "commit": "commit",
    "submit": "submit",
    "reveal": "reveal",
    "attest": "attest",
    "aggregate": "aggregate",
    "sum": "sum",
    "sum_challenge": "sum challenge",
    "share": "share",
    "showChunk": "showed the chunk that was asked for",
    "result": "result",
    "result_challenge": "result challenge",
    "challenge": "challenge",
    "final": "close",
    "void": "void",
    "stalled": "stalled",
}
"""Phases of plain and of encrypted tasks in their order, by the name that the chain's record has."""

CALLS: Final = {
    "advance": "moved the task on",
    "answerChunk": "opened the 64 numbers that the dispute has come down to",
    "answerNodes": "opened the next level of its model's tree",
    "answerSums": "split the distance that the dispute is about",
    "approve": "let the vault or the pool take coins",
    "askChunk": "asked for a chunk under a bond",
    "attest": "vouched for the updates that it could fetch and check",
    "attestUpdates": "vouched for the updates that it could fetch and check",
    "claim": "took its earnings home",
    "commitUpdate": "committed to an update, still sealed",
    "confirmKey": "found the key and its share right",
    "createEncryptedTask": "created the encrypted task and paid its budget",
    "createTask": "created the task and paid its budget",
    "dealGroups": "dealt the accepted updates into groups",
    "endTask": "ended the task",
    "finalizeRound": "closed the round: the proposed model is the new one",
    "freezeRound": "fixed which updates are accepted",
    "join": "locked its stake and joined as a party",
    "joinAsSealer": "locked its stake and took an aggregator's seat",
    "joinAsTrainer": "locked its stake and joined as a trainer",
    "leaveTask": "gave notice, so that its stake becomes free",
    "openDispute": "challenged the proposed model under a bond",
    "openEvidence": "announced evidence",
    "openTableDispute": "challenged a distance of the proposer's table under a bond",
    "pickNode": "followed the difference one level down the tree",
    "pickSum": "followed the difference to a smaller range",
    "postKey": "made a key and dealt its shares",
    "postInputs": "gave the round what its rule weighs by",
    "postTable": "posted the distances of the accepted updates",
    "proposeAggregate": "proposed the round's model",
    "proposeResult": "opened the sum and proposed the model that follows",
    "proposeSum": "added the accepted updates up, still encrypted",
    "proveWrongAggregate": "proved that the proposed model is wrong",
    "proveWrongEntry": "proved that a distance is wrong",
    "proveWrongNorm": "proved that an update's tree lies",
    "refuse": "found another sum or result than was proposed",
    "rejectKey": "found the key or its share wrong",
    "resolveDispute": "ended a dispute whose deadline had passed",
    "revealUpdate": "revealed its update",
    "seedTurn": "decided the draw",
    "settle": "settled a commitment that was not revealed",
    "share": "gave its shares of the sum",
    "start": "opened the first round",
    "strike": "struck a statement whose chunk was not shown",
    "submit": "submitted its update, encrypted",
    "topUp": "made its stake whole again",
    "transfer": "handed out coins to stake",
    "voidRound": "gave the attempt up for want of a quorum",
    "wire": "connected the contracts",
    "withdraw": "took its stake back",
}
"""What a call does, in words; the contracts' documentation says it exactly."""


def call_words(call: str) -> str:
    """What a call does.

    >>> call_words("revealUpdate"), call_words("deploy DeepCoin"), call_words("mystery")
    ('revealed its update', 'deployed the contract DeepCoin', '')
    """
    if call.startswith("deploy "):
        return f"deployed the contract {call.removeprefix('deploy ')}"
    return CALLS.get(call, "")


def coins(amount: int) -> str:
    """An amount in whole coins, two places.

    >>> coins(1_500_000_000_000_000_000)
    '1.50'
    """
    return f"{amount / ONE_COIN:,.2f}"


def signed_coins(amount: int) -> str:
    """A change in whole coins, with its sign.

    >>> signed_coins(-10**18), signed_coins(0)
    ('-1.00', '0.00')
    """
    return f"{amount / ONE_COIN:+,.2f}" if amount else "0.00"


def duration(seconds: float) -> str:
    """A time span, in its two greatest units.

    >>> duration(7), duration(4340), duration(90_061)
    ('7 s', '1 h 12 min', '1 d 1 h')
    """
    rest = round(seconds)
    found: list[str] = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, rest = divmod(rest, size)
        if count or found:
            found.append(f"{count} {unit}" if count else "")
        if len(found) == 2:
            break
    return " ".join(filter(None, found)) or "0 s"


def clock(seconds: int) -> str:
    """A time span to the second.

    >>> clock(7), clock(4340)
    ('0:00:07', '1:12:20')
    """
    return f"{seconds // 3_600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def offset(seconds: int) -> str:
    """A moment, counted from another.

    >>> offset(0), offset(4341)
    ('+0:00:00', '+1:12:21')
    """
    return f"+{clock(seconds)}"


def moment(stamp: int) -> str:
    """A block's stamp as a date.

    >>> moment(1735689600)
    '2025-01-01 00:00:00 UTC'
    """
    return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def score(value: float | None) -> str:
    """A metric or a loss, four places.

    >>> score(0.96901), score(None), score(12345.6)
    ('0.9690', 'none', '12,345.6000')
    """
    return "none" if value is None else f"{value:,.4f}"


def the(name: str) -> str:
    """An account's name in a sentence: there is one auditor, but several trainers.

    >>> the("auditor"), the("trainer 6")
    ('the auditor', 'trainer 6')
    """
    return f"the {name}" if name in ("auditor", "owner") else name


def sentence(words: str) -> str:
    """With a capital first letter.

    >>> sentence("trainer 6 was silent.")
    'Trainer 6 was silent.'
    """
    return words[:1].upper() + words[1:]


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "round"), count(1200, "round")
    ('1 round', '1,200 rounds')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def share(value: float) -> str:
    """A share in per cent.

    >>> share(0.25), share(0.0)
    ('25.0 %', 'none')
    """
    return f"{100 * value:.1f} %" if value else "none"
