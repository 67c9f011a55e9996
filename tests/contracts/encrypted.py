"""One encrypted task as its members see it: what each phase asks for, in one call a phase."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import brownie
from brownie import web3

from tests.contracts.encrypted_types import EncryptedParameters, EncryptedPhase, StatementKind
from tests.contracts.federation import ONE, PURSE, People, System, mine_at, now

RIGHT, WRONG = b"\1", b"\0"
"""Proofs that the scripted verifier finds right, and wrong."""


def encrypted_parameters(owner: Any, dealer: Any, **overrides: Any) -> EncryptedParameters:
    """Return parameters that the factory admits; every phase has a length of its own."""
    chosen = EncryptedParameters(
        owner=owner.address,
        definition_hash=web3.keccak(text="definition"),
        initial_model=web3.keccak(text="initial model"),
        initial_content=web3.keccak(text="initial content"),
        dimension=150,
        fraction_bits=20,
        rounds=3,
        dealer=dealer.address,
        modulus_bytes=64,
        max_parties=5,
        threshold=2,
        minimum_accepted=3,
        max_voids=3,
        value_bits=16,
        headroom_bits=5,
        scale_bits=4,
        max_weight=6,
        join_seconds=500,
        deal_seconds=550,
        confirm_seconds=600,
        submit_seconds=650,
        attest_seconds=700,
        sum_seconds=750,
        challenge_seconds=800,
        share_seconds=850,
        result_seconds=900,
        answer_seconds=300,
        unbonding_seconds=5_000,
        retention_seconds=10_000,
        stake=100 * ONE,
        submit_penalty=10 * ONE,
        share_penalty=20 * ONE,
        wrong_penalty=60 * ONE,
        question_bond=15 * ONE,
        update_reward=3 * ONE,
        attest_reward=1 * ONE,
        share_reward=2 * ONE,
        sum_reward=4 * ONE,
        result_reward=5 * ONE,
        bounty=6 * ONE,
        answer_fee=3 * ONE,
        burn_bps=2_500,
        groups=1,
    )
    return chosen._replace(**overrides)


def encryption_key(place: int) -> bytes:
    """The X25519 key of a party: any bytes but zero will do for the contract."""
    return bytes(web3.keccak(text=f"encryption key {place}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """A task, its parties by place, its dealer, and somebody without a role in it."""

    system: System
    task: Any
    parameters: EncryptedParameters
    parties: tuple[Any, ...]
    dealer: Any
    outsider: Any

    @classmethod
    def create(
        cls, system: System, people: People, *, parties: Sequence[Any] = (), **overrides: Any
    ) -> Federation:
        """Create a task that nobody has joined; the first trainers are to be its parties."""
        dealer = people.sealers[0]
        parameters = encrypted_parameters(people.owner, dealer, **overrides)
        created = system.factory.createEncryptedTask(parameters, {"from": people.owner})
        task = brownie.EncryptedTask.at(created.events["EncryptedTaskCreated"]["task"])
        members = tuple(parties) or people.trainers[: parameters.max_parties]
        return cls(
            system=system,
            task=task,
            parameters=parameters,
            parties=members,
            dealer=dealer,
            outsider=people.outsider,
        )

    # ------------------------------------------------------------------ where it stands

    @property
    def state(self) -> Any:
        """The state as readers see it."""
        return self.task.state()

    @property
    def phase(self) -> EncryptedPhase:
        """The present phase."""
        return EncryptedPhase(self.state["phase"])

    @property
    def deadline(self) -> int:
        """Of the present phase."""
        return int(self.state["deadline"])

    @property
    def turn(self) -> int:
        """The present turn."""
        return int(self.state["turn"])

    @property
    def places(self) -> range:
        """All places."""
        return range(len(self.parties))

    @property
    def everybody(self) -> int:
        """The mask of all places."""
        return (1 << len(self.parties)) - 1

    def stake_of(self, place: int) -> int:
        """What a party's stake is worth now."""
        return int(self.system.vault.stakeOf(self.task, self.parties[place], 1)["amount"])

    def bond_of(self, account: Any) -> int:
        """What an account has put down for questions."""
        return int(self.system.vault.stakeOf(self.task, account, 3)["amount"])

    def earned(self, account: Any) -> int:
        """What an account may claim."""
        return int(self.system.pool.earningsOf(account)["claimable"])

    # ------------------------------------------------------------------ time

    def pass_deadline(self) -> None:
        """Mine a block at the end of the present phase."""
        mine_at(max(self.deadline, now() + 1))

    def advance(self) -> Any:
        """Move on, by somebody without a role."""
        return self.task.advance({"from": self.outsider})

    def expire(self) -> Any:
        """Let the phase pass and move on."""
        self.pass_deadline()
        return self.advance()

    # ------------------------------------------------------------------ the key

    def root(self, what: str, place: int = 0) -> bytes:
        """The root of a statement of the present turn."""
        return bytes(web3.keccak(text=f"{what} of {place} in {self.turn}"))

    def key_hash(self) -> bytes:
        """The key that the dealer posts in the present ceremony."""
        return bytes(web3.keccak(text=f"key {self.state['ceremony']}"))

    def join(self, places: Iterable[int] | None = None) -> None:
        """Let parties join, all of them unless named."""
        for place in self.places if places is None else places:
            self.task.join(encryption_key(place), {"from": self.parties[place]})

    def deal(self) -> Any:
        """Let the dealer post a key."""
        return self.task.postKey(
            self.state["ceremony"], self.key_hash(), self.root("key"), {"from": self.dealer}
        )

    def confirm(self, places: Iterable[int] | None = None) -> Any:
        """Let parties find it right; the last call."""
        last = None
        ceremony, key = self.state["ceremony"], self.task.keyHash()
        for place in self.places if places is None else places:
            last = self.task.confirmKey(ceremony, key, {"from": self.parties[place]})
        return last

    def start(self) -> Federation:
        """Join, deal and confirm: the first round takes submissions."""
        self.join()
        if self.state["parties"] < self.parameters.max_parties:
            self.pass_deadline()
        self.advance()
        self.deal()
        self.confirm()
        return self

    # ------------------------------------------------------------------ a round

    def submit(self, places: Iterable[int] | None = None, weight: int = 2) -> Any:
        """Let parties submit; the last call."""
        last = None
        for place in self.places if places is None else places:
            roots = self.root("update", place), self.root("update content", place)
            last = self.task.submit(self.turn, weight, *roots, {"from": self.parties[place]})
        return last

    def attest(self, places: Iterable[int] | None = None, bitmap: int | None = None) -> Any:
        """Let submitters vouch, for everything that was submitted unless told otherwise; the last call."""
        last, submitted = None, self.state["submitted"]
        for place in self.places if places is None else places:
            if submitted >> place & 1:
                seen = submitted if bitmap is None else bitmap
                last = self.task.attest(self.turn, seen, {"from": self.parties[place]})
        return last

    def deal_groups(self) -> Any:
        """Deal the frozen set into groups, by somebody without a role."""
        return self.task.dealGroups(self.turn, {"from": self.outsider})

    def propose_sum(self, place: int = 0) -> Any:
        """Let a party propose a sum."""
        accepted, seed = self.state["accepted"], self.task.dealing()
        root = self.root("sum")
        return self.task.proposeSum(self.turn, accepted, seed, root, {"from": self.parties[place]})

    def share(self, places: Iterable[int] | None = None) -> Any:
        """Let parties post their shares; the last call."""
        last = None
        for place in self.places if places is None else places:
            roots = self.task.sum()["root"], self.root("share", place), self.root("share content", place)
            last = self.task.share(self.turn, *roots, {"from": self.parties[place]})
        return last

    def propose_result(self, place: int = 0) -> Any:
        """Let a party propose result and model."""
        roots = [self.root(what) for what in ("result", "result content", "model", "model content")]
        return self.task.proposeResult(self.turn, *roots, {"from": self.parties[place]})

    def until(self, phase: EncryptedPhase) -> Federation:
        """Play the present round, everybody honest and in time, until this phase begins."""
        steps = {
            EncryptedPhase.SUBMIT: self.submit,
            EncryptedPhase.ATTEST: lambda: (self.attest(), self.advance()),
            EncryptedPhase.SUM: lambda: (
                self.parameters.groups > 1 and self.deal_groups(),
                self.propose_sum(),
            ),
            EncryptedPhase.SUM_CHALLENGE: self.expire,
            EncryptedPhase.SHARE: lambda: (self.share(), self.advance()),
            EncryptedPhase.RESULT: self.propose_result,
            EncryptedPhase.RESULT_CHALLENGE: self.expire,
        }
        for _ in range(len(steps) + 1):
            if self.phase == phase:
                return self
            steps[self.phase]()
        raise AssertionError(f"{phase!r} does not follow from {self.phase!r}")

    def finish_round(self) -> Any:
        """Play the present round to its end; the last call."""
        self.until(EncryptedPhase.RESULT_CHALLENGE)
        return self.expire()

    # ------------------------------------------------------------------ questions

    def statement(self, kind: StatementKind, place: int) -> bytes:
        """The root that a question about a statement names."""
        whose = place if kind in (StatementKind.UPDATE, StatementKind.SHARE) else 0
        return self.root(kind.name.lower(), whose)

    def ask(self, kind: StatementKind, place: int, by: Any, chunk: int = 0) -> Any:
        """Ask for a chunk of a statement."""
        return self.task.askChunk(self.turn, kind, place, chunk, self.statement(kind, place), {"from": by})

    def show(self, by: Any, proof: bytes = RIGHT) -> Any:
        """Answer the open question."""
        return self.task.showChunk(proof, {"from": by})

    def strike(self) -> Any:
        """Let the open question pass unanswered."""
        mine_at(int(self.task.question()["deadline"]))
        return self.task.strike({"from": self.outsider})


def fund_accounts(system: System, owner: Any, accounts: Iterable[Any]) -> None:
    """Give accounts coins that the vault may take."""
    for account in accounts:
        system.coin.transfer(account, PURSE, {"from": owner})
        system.coin.approve(system.vault, PURSE, {"from": account})
