"""Encrypted tasks on the chain in this process, with keys of 512 bits and models of a few coordinates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fl_client.chain import Connection, Journal, TransactionSender, demo_account
from fl_client.chain.contracts import ONE_COIN, Deployment, FactoryBounds, Role, deploy
from fl_client.chain.contracts.encrypted import EncryptedContract, EncryptedPhase
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.privacy.at_rest import SecretFolder
from fl_client.privacy.paillier.dealing import DealtKey, deal
from fl_client.roles.acting import GasBook
from fl_client.roles.dealer import Dealer
from fl_client.roles.doubting import Doubter
from fl_client.roles.encrypted_actor import EncryptedActor
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.roles.encrypted_plan import EncryptedPlan, create_encrypted_task
from fl_client.roles.party import Party
from fl_client.rounds import seal_vector
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.storage import LocalStore
from fl_client.types import Bytes32

ACCOUNTS = 400
DIMENSION = 70  # two chunks of a model, three ciphertexts
FRACTION_BITS = 20
COINS = 1_000
# Safe primes for tests alone: everybody knows them.
PRIMES = (
    107858461008243415064037031207309422126716433518118211575033502099226012050343,
    92813741812730358260992009175900790488238774417555153776613349629311787781667,
)


def test_key(modulus_bits: int, parties: int, threshold: int) -> DealtKey:
    """A key of known primes, dealt anew."""
    assert modulus_bits == 512
    return deal(modulus_bits=modulus_bits, parties=parties, threshold=threshold, primes=PRIMES)


test_key.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Steps:
    """A learner whose update follows from who it is, the round and the model."""

    who: int

    def update(self, base: NDArray[np.int32], round_: int) -> Any:
        delta = self.delta(base, round_)
        return SimpleNamespace(delta=delta, samples=1, milliseconds=1)

    def delta(self, base: NDArray[np.int32], round_: int) -> NDArray[np.int32]:
        """What it learns, int32 (d,)."""
        generator = np.random.default_rng([self.who, round_, int(base[0]) & 0xFFFF])
        return generator.integers(-1_000_000, 1_000_000, len(base)).astype(np.int32)


@dataclass
class Ground:
    """A chain with our contracts, on which many tasks are made."""

    folder: Path
    connection: Connection
    deployment: Deployment
    owner: TransactionSender
    accounts: Any = field(default_factory=lambda: count(1))
    tasks: Any = field(default_factory=lambda: count(1))


def make_ground(folder: Path) -> Ground:
    connection = Connection.embedded(seed=0, accounts=ACCOUNTS)
    owner = TransactionSender(connection, demo_account(0, 0), Journal(folder / "owner"))
    return Ground(folder, connection, deploy(owner, connection, bounds=FactoryBounds.devnet()), owner)


@dataclass
class Member:
    """An account, and how its role is made from its folder."""

    index: int
    make: Callable[[TransactionSender, Journal, Path], EncryptedActor]
    actor: EncryptedActor | None = None
    journal: Journal | None = None


class Stage:
    """One encrypted task with its dealer and parties.

    Args:
        kinds: classes of parties that are not honest, by number from 0.
        source: of the dealer's keys.
        dealer: its class.
        plan: what is special about the task.
    """

    def __init__(
        self,
        ground: Ground,
        *,
        parties: int = 4,
        kinds: dict[int, type[Party]] | None = None,
        dealer: type[Dealer] = Dealer,
        source: Callable[[int, int, int], DealtKey] = test_key,
        weights: dict[int, int] | None = None,
        **plan: Any,
    ) -> None:
        self.ground, self.connection = ground, ground.connection
        self.folder = ground.folder / f"task-{next(ground.tasks)}"
        self.store = LocalStore(self.folder / "store")
        self.kinds, self.weights = kinds or {}, weights or {}
        self.said: list[tuple[str, str]] = []
        settings = {"rounds": 1, "threshold": max(2, parties // 3 + 1), "phase_seconds": 600} | plan
        self.plan = EncryptedPlan(parties=parties, modulus_bytes=64, **settings)
        form = VectorFormat(dimension=DIMENSION, fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL)
        self.first = np.random.default_rng(7).integers(-(2**20), 2**20, DIMENSION).astype(np.int32)
        sealed = seal_vector(self.first, form)
        self.members: dict[str, Member] = {}
        self.members["dealer"] = Member(next(ground.accounts), self._maker_of_dealer(dealer, source))
        for index in range(parties):
            self.members[f"party {index + 1}"] = Member(next(ground.accounts), self._maker_of_party(index))
        self.contract: EncryptedContract = create_encrypted_task(
            self.connection,
            ground.deployment,
            ground.owner,
            self.plan.parameters(
                owner=ground.owner.address,
                dealer=demo_account(0, self.members["dealer"].index).address,
                definition_hash=Bytes32(bytes(32)),
                initial_model=sealed.commitment,
                initial_content=self.store.put(sealed.data).digest,
                dimension=DIMENSION,
            ),
            GasBook(),
        )
        self.watch = EncryptedWatch(self.contract, start_block=self.connection.block_number())
        for name in list(self.members):
            self.enter(name)

    # ------------------------------------------------------------------ members

    def _maker_of_dealer(
        self, kind: type[Dealer], source: Callable[[int, int, int], DealtKey]
    ) -> Callable[[TransactionSender, Journal, Path], EncryptedActor]:
        def make(sender: TransactionSender, journal: Journal, folder: Path) -> EncryptedActor:
            private = LocalStore(folder / "outbox")
            return kind(
                self.watch,
                sender,
                GasBook(),
                store=self.store,
                private=private,
                journal=journal,
                source=source,
            )

        return make

    def _maker_of_party(self, index: int) -> Callable[[TransactionSender, Journal, Path], EncryptedActor]:
        def make(sender: TransactionSender, journal: Journal, folder: Path) -> EncryptedActor:
            return self.kinds.get(index, Party)(
                self.watch,
                sender,
                GasBook(),
                learner=Steps(index),
                book=self.book(),
                private=LocalStore(folder / "outbox"),
                journal=journal,
                secrets=SecretFolder(folder / "secrets"),
                weight=self.weights.get(index, 1),
            )

        return make

    def add_auditor(self, name: str, kind: type[Doubter] = Doubter) -> Any:
        """Somebody who holds nothing, and looks at everything."""

        def make(sender: TransactionSender, journal: Journal, folder: Path) -> EncryptedActor:
            return kind(self.watch, sender, GasBook(), book=self.book())

        self.members[name] = Member(next(self.ground.accounts), make)
        return self.enter(name)

    def enter(self, name: str) -> Any:
        """Make a role from its folder; the one before is forgotten, as after a crash."""
        member = self.members[name]
        is_new = member.actor is None
        if member.journal is not None:
            member.journal.close()
        folder = self.folder / name
        member.journal = Journal(folder)
        sender = TransactionSender(self.connection, demo_account(0, member.index), member.journal)
        member.actor = member.make(sender, member.journal, folder)
        if is_new:
            self.ground.owner.send(self.contract.coin.functions.transfer(sender.address, COINS * ONE_COIN))
        return member.actor

    def book(self) -> EncryptedBook:
        """What somebody fetches and checks alone."""
        return EncryptedBook(self.watch, self.store)

    def party(self, number: int) -> Any:
        """A party, from 1."""
        return self.members[f"party {number}"].actor

    # ------------------------------------------------------------------ running

    def step(self, name: str) -> bool:
        """Let a member act once; true if it did."""
        actor = self.members[name].actor
        assert actor is not None
        done = actor.step()
        if done is not None:
            self.said.append((name, done))
        return done is not None

    def run(self, until: Callable[[], bool] | None = None, *, sweeps: int = 400) -> Stage:
        """Run until something is so, or to the end; time passes when nobody has anything to do."""
        is_over = until or (lambda: self.phase is EncryptedPhase.ENDED)
        if is_over():
            return self
        for _ in range(sweeps):
            busy = False
            for name in list(self.members):
                if self.step(name):
                    busy = True
                    if is_over():
                        return self
            if not busy:
                times = [when for one in self.members.values() if (when := one.actor.due_at()) is not None]  # type: ignore[union-attr]
                self.connection.wait_until(min(times))
        raise AssertionError(f"still in {self.phase.name} after {self.said[-20:]}")

    def run_to(self, phase: EncryptedPhase) -> Stage:
        """Run until the task is in a phase."""
        return self.run(lambda: self.phase is phase)

    @property
    def phase(self) -> EncryptedPhase:
        """Of the task now."""
        return self.contract.state().phase

    @property
    def ledger(self) -> Any:
        """What happened."""
        self.watch.refresh()
        return self.watch.ledger

    def stake(self, number: int) -> int:
        """Coins of a party's stake."""
        return self.contract.stake(self.party(number).address, Role.TRAINER)[0] // ONE_COIN

    def did(self, name: str) -> list[str]:
        """What a member did."""
        return [done for who, done in self.said if who == name]

    def model(self) -> NDArray[np.int32]:
        """The model after the last final round."""
        return self.book().base(self.ledger.rounds_final + 1)
