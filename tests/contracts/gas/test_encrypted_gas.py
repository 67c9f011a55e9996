"""What an encrypted task costs: parties' calls from round to round, and moving on with as many as a key may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import brownie
import pytest
from brownie import history

from tests.contracts.encrypted import Federation, encryption_key
from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import People, System, events
from tests.contracts.gas import snapshot
from tests.contracts.gas.test_gas import QUARTER_BLOCK, ZERO_BYTES, gas_since, most

JOIN, CONFIRM = 200_000, 65_000
"""Joining takes four new slots: the party, its seat, its key and its stake. The last confirmation opens a round."""

LATER = {"submit": 60_000, "share": 60_000, "attest": 45_000}
CALLS = ("submit", "attest", "proposeSum", "share", "proposeResult", "advance")
DEAL = 80_000
"""The seed's slot, new in the first round, and an event."""

ROUNDS = 4
MOST_PARTIES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """Gas of a task of eight parties: of its ceremony, and of each round from the first."""

    ceremony: dict[str, list[int]]
    rounds: list[dict[str, list[int]]]


@pytest.fixture(scope="module")
def small(system: System, people: People) -> Small:
    begin = len(history)
    parties = {"max_parties": 8, "threshold": 3, "minimum_accepted": 4, "max_weight": 4}
    federation = Federation.create(system, people, rounds=ROUNDS, **parties).start()
    ceremony, rounds = gas_since(begin), []
    for _ in range(ROUNDS):
        begin = len(history)
        federation.finish_round()
        rounds.append(gas_since(begin))
    return Small(ceremony=ceremony, rounds=rounds)


def test_joining_and_confirming(small: Small) -> None:
    join, confirm = most(small.ceremony["join"]), most(small.ceremony["confirmKey"])
    print(f"\njoin {join:,}, confirmKey {confirm:,}")
    assert join <= JOIN
    assert confirm <= CONFIRM


@pytest.mark.parametrize("name", LATER)
def test_from_the_second_round_on(small: Small, name: str) -> None:
    later = [most(costs[name]) for costs in small.rounds[1:]]
    print(f"\nlater {name}: {', '.join(f'{gas:,}' for gas in later)}")
    assert most(later) <= LATER[name]
    assert max(later) - min(later) <= ZERO_BYTES


def test_gas_of_encrypted_rounds_is_that_of_the_snapshot(small: Small) -> None:
    """Eight parties; the most expensive call of each kind, in the first round and in the third."""
    figures = {name: most(small.ceremony[name]) for name in ("join", "postKey", "confirmKey")}
    for number in (1, 3):
        for name in CALLS:
            figures[f"{name}, round {number}"] = most(small.rounds[number - 1][name])
    snapshot.compare("encrypted_gas", figures)


# ---------------------------------------------------------------------- as many parties as a key may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """32 parties, whose calls come through one contract."""

    federation: Federation
    strings: Any
    owner: Any

    @classmethod
    def joining(cls, system: System, people: People, **overrides: Any) -> Crowd:
        """Let 32 new accounts take all places."""
        by = {"from": people.owner}
        strings = people.owner.deploy(brownie.PuppetCrowd)
        strings.grow(MOST_PARTIES, by)
        members = [str(address) for address in strings.members()]
        limits = {"max_parties": MOST_PARTIES, "threshold": 11, "minimum_accepted": 12}
        limits |= {"max_weight": 1, "headroom_bits": 5}
        federation = Federation.create(system, people, parties=members, **(limits | overrides))
        crowd = cls(federation=federation, strings=strings, owner=people.owner)
        for member in members:
            system.coin.transfer(member, federation.parameters.stake, by)
        approve = system.coin.approve.encode_input(system.vault, federation.parameters.stake)
        crowd.order(range(MOST_PARTIES), system.coin, lambda _: approve)
        crowd.order(
            range(MOST_PARTIES), federation.task, lambda place: crowd.call("join", encryption_key(place))
        )
        return crowd

    def call(self, name: str, *arguments: Any) -> str:
        """The call data of one of the task's functions."""
        return str(getattr(self.federation.task, name).encode_input(*arguments))

    def order(self, places: Any, target: Any, data: Any) -> Any:
        """Make one call for each of these parties."""
        chosen = list(places)
        return self.strings.order(chosen, target, [data(place) for place in chosen], {"from": self.owner})

    def act(self, places: Any, name: str, *arguments: Any) -> Any:
        """Let parties make the same call to the task."""
        return self.order(places, self.federation.task, lambda _: self.call(name, *arguments))

    def advance(self, what: str) -> Any:
        """Move on, once that is due; cheaper than a quarter of a block."""
        moved = self.federation.expire()
        print(f"\n{what}: {moved.gas_used:,}")
        assert moved.gas_used < QUARTER_BLOCK
        return moved

    def start(self) -> Crowd:
        """Deal and confirm."""
        federation = self.federation
        self.advance("asking 32 parties for a key")
        federation.deal()
        self.act(range(MOST_PARTIES), "confirmKey", 1, federation.key_hash())
        assert federation.phase == EncryptedPhase.SUBMIT
        return self

    def submit(self, places: Any) -> None:
        """Let parties submit and vouch for each other."""
        federation = self.federation
        self.act(places, "submit", federation.turn, 1, b"\1" * 32, b"\2" * 32)
        if federation.phase == EncryptedPhase.SUBMIT:
            late = self.advance("closing submissions")
            assert len(events(late, "PartyLate")) == MOST_PARTIES - len(places)
        self.act(places, "attest", federation.turn, federation.state["submitted"])
        self.advance("counting attestations")
        if federation.parameters.groups > 1:
            dealt = federation.deal_groups()
            print(f"\ndealing groups: {dealt.gas_used:,}")
            assert dealt.gas_used < DEAL
        self.act(
            [0],
            "proposeSum",
            federation.turn,
            federation.state["accepted"],
            federation.task.dealing(),
            federation.root("sum"),
        )

    def share(self, places: Any) -> None:
        """Let parties share."""
        federation = self.federation
        self.act(places, "share", federation.turn, federation.root("sum"), b"\3" * 32, b"\4" * 32)


@pytest.fixture
def crowd(system: System, people: People) -> Crowd:
    return Crowd.joining(system, people, rounds=1).start()


def test_a_round_of_32_who_all_take_part(crowd: Crowd) -> None:
    everybody = range(MOST_PARTIES)
    crowd.submit(everybody)
    crowd.advance("a sum that stands: 32 accepted, 32 attested")
    crowd.share(everybody)
    crowd.advance("closing a sharing of 32")
    fields = [bytes([value]) * 32 for value in range(4, 8)]
    crowd.act([0], "proposeResult", crowd.federation.turn, *fields)
    over = crowd.advance("the last round, with 32 stakes")
    assert len(events(over, "StakeUnbonding")) == MOST_PARTIES


def test_a_round_in_which_most_are_late(crowd: Crowd) -> None:
    crowd.submit(range(12))
    crowd.advance("a sum of twelve")
    crowd.share(range(11))
    closed = crowd.advance("closing a sharing: 11 gave, 21 are late")
    assert len(events(closed, "PartyLate")) == MOST_PARTIES - 11


def test_the_end_of_a_task_that_everybody_left(system: System, people: People) -> None:
    crowd = Crowd.joining(system, people, max_voids=1).start()
    ended = crowd.advance("32 are late and the task ends")
    assert len(events(ended, "PartyLate")) == len(events(ended, "StakeUnbonding")) == MOST_PARTIES


def test_a_ceremony_that_everybody_is_left_out_of(system: System, people: People) -> None:
    crowd = Crowd.joining(system, people)
    crowd.advance("asking 32 parties for a key")
    crowd.federation.deal()
    crowd.act(range(12), "confirmKey", 1, crowd.federation.key_hash())
    left = crowd.advance("20 are left out, 12 move up")
    assert len(events(left, "PartyLeftOut")) == MOST_PARTIES - 12


def test_asking_striking_and_showing_with_32(crowd: Crowd, people: People) -> None:
    federation, challenger = crowd.federation, people.challenger
    crowd.submit(range(MOST_PARTIES))
    arguments = federation.turn, StatementKind.SUM, 0, 0, federation.root("sum")
    asked = federation.task.askChunk(*arguments, {"from": challenger})
    shown = federation.show(people.outsider)
    federation.task.askChunk(federation.turn, StatementKind.UPDATE, 5, 0, b"\1" * 32, {"from": challenger})
    struck = federation.strike()
    figures = {"askChunk": asked, "showChunk of a sum": shown, "strike of an update": struck}
    print(f"\n{ {name: call.gas_used for name, call in figures.items()} }")
    assert max(call.gas_used for call in figures.values()) < 600_000


def test_asking_and_showing_with_32_in_nine_groups(system: System, people: People) -> None:
    """Claims of a sum and of a model hold every update's root and weight; the verifier's part is measured elsewhere."""
    shape = {"groups": 9, "minimum_accepted": 3}
    crowd = Crowd.joining(system, people, rounds=1, **shape).start()
    federation, challenger = crowd.federation, people.challenger
    crowd.submit(range(MOST_PARTIES))
    figures = {}
    asked = federation.task.askChunk(
        federation.turn, StatementKind.SUM, 0, 62, federation.root("sum"), {"from": challenger}
    )
    figures["askChunk"], figures["showChunk of a sum"] = asked, federation.show(people.outsider)
    crowd.advance("sums that stand")
    crowd.share(range(MOST_PARTIES))
    crowd.advance("closing a sharing of 32")
    fields = [bytes([value]) * 32 for value in range(4, 8)]
    crowd.act([0], "proposeResult", federation.turn, *fields)
    federation.task.askChunk(
        federation.turn, StatementKind.MODEL, 0, 0, bytes([6]) * 32, {"from": challenger}
    )
    figures["showChunk of a model"] = federation.show(people.outsider)
    print(f"\n{ {name: call.gas_used for name, call in figures.items()} }")
    assert max(call.gas_used for call in figures.values()) < 600_000
