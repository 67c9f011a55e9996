"""A task on an anvil with small vectors, members that step, and what has to be true of it whatever happened."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from web3.types import RPCEndpoint

from fl_client.chain import Account, Connection, Journal, TransactionSender, UnlockedSender, demo_account
from fl_client.chain.contracts import (
    ONE_COIN,
    Deployment,
    FactoryBounds,
    Phase,
    Role,
    TaskContract,
    TaskParameters,
    deploy,
)
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.errors import GradbondError
from fl_client.roles import Aggregator, GasBook, Learner, ModelBook, Owner, Participant, Trainer, create_task
from fl_client.rounds import TaskWatch, seal_vector
from fl_client.storage import ContentStore, LocalStore
from fl_client.types import Address, Bytes32
from tests.scripts.nodes import node

_log = logging.getLogger(__name__)

DIMENSION = 300
FORM = VectorFormat(dimension=DIMENSION, fraction_bits=20, kind=VectorKind.MODEL)
COINS = 1_000 * ONE_COIN
TRAINERS = ("trainer-1", "trainer-2", "trainer-3")
STAKED_AS = {"trainer": Role.TRAINER, "aggregator": Role.SEALER, "auditor": Role.CHALLENGER}
_MOST_SWEEPS = 4_000
_HURRY_SECONDS = 0.5


@dataclass(frozen=True)
class Learnt:
    delta: NDArray[np.int32]
    samples: int
    milliseconds: int = 0


@dataclass(frozen=True)
class Steps:
    """Learns nothing, but the same for the same account and round, on whatever model."""

    seed: int

    def update(self, base: NDArray[np.int32], round_: int) -> Learnt:
        generator = np.random.default_rng([self.seed, round_])
        return Learnt(
            delta=generator.integers(-1_000, 1_000, DIMENSION, dtype=np.int32), samples=10 + self.seed % 7
        )


def ask(connection: Connection, method: str, *params: object) -> Any:
    """Call one of anvil's own methods."""
    answer = connection.web3.provider.make_request(RPCEndpoint(method), list(params))
    assert "error" not in answer, answer
    return answer["result"]


@dataclass
class Member:
    """One account of a task."""

    name: str
    account: Account
    url: str
    participant: Participant | None = None
    journal: Journal | None = None
    said: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    key: tuple[int, int] = (0, 0)

    @property
    def kind(self) -> str:
        return self.name.split("-")[0]

    @property
    def learns(self) -> int:
        """What makes its updates its own."""
        return int(self.name[-1]) if self.name[-1].isdigit() else 0

    def step(self) -> bool:
        """Step as ``run_role`` does: what passes is waited out."""
        if self.participant is None:
            return False
        try:
            done = self.participant.step()
        except GradbondError as problem:
            if not problem.passing:
                raise
            self.troubles.append(str(problem))
            return True  # not idle: something is under way
        if done is not None:
            self.said.append(done)
        return done is not None

    def close(self) -> None:
        if self.journal is not None:
            self.journal.close()
        self.participant = self.journal = None


class Stage:
    """One task and its members; a fault is somebody else's business."""

    def __init__(self, place: Place, folder: Path, contract: TaskContract, owner: Member, seed: int) -> None:
        self.place, self.folder, self.contract, self.seed = place, folder, contract, seed
        self.members: dict[str, Member] = {"owner": owner}
        self._hurried = 0.0
        self.coins: dict[str, int] = {"owner": contract.balance(owner.account.address)}

    @property
    def connection(self) -> Connection:
        return self.contract.connection

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.folder / "store")

    def add(self, name: str, *, url: str | None = None) -> Member:
        """Make an account with coins and ether; it takes part once ``enter`` is called."""
        key = (self.seed, len(self.members))
        account = self.place.account(*key)
        self.coins[name] = self.contract.balance(account.address)
        self.members[name] = Member(name=name, account=account, url=url or self.place.url, key=key)
        return self.members[name]

    def enter(
        self,
        name: str,
        *,
        kind: Callable[..., Participant] | None = None,
        store: ContentStore | None = None,
        **settings: Any,
    ) -> Participant:
        """Let a member take part, from whatever its state folder has: also after a death."""
        member = self.members.get(name) or self.add(name)
        member.close()
        connection = Connection.open(member.url, chain_id=self.place.deployment.chain_id)
        contract = TaskContract(connection, self.contract.deployment, self.contract.address)
        member.journal = Journal(self.folder / name)
        sender = TransactionSender(connection, member.account, member.journal, **settings)
        member.participant = make(
            member.kind,
            TaskWatch(contract),
            sender,
            member.journal,
            store=store or self.store,
            folder=self.folder / name,
            learner=Steps(member.learns),
            kind=kind,
        )
        return member.participant

    # ------------------------------------------------------------------ running

    @property
    def phase(self) -> Phase:
        return self.contract.phase()[0]

    def pass_time(self, seconds: int) -> None:
        ask(self.connection, "evm_increaseTime", seconds)
        ask(self.connection, "evm_mine")

    def sweep(self, names: Iterable[str] | None = None) -> bool:
        """Let everybody act once."""
        busy = False
        for name in names or list(self.members):
            busy |= self.members[name].step()
        return busy

    def until(
        self,
        reached: Callable[[], bool],
        *,
        wait: bool = True,
        also: Callable[[], bool] | None = None,
        closely: bool = True,
    ) -> None:
        """Sweep until something is reached; where nobody has anything to do, time passes (if `wait`).

        Args:
            also: whether somebody outside is busy, so that no time may pass.
            closely: look before every step, not only before every sweep.
        """
        for _ in range(_MOST_SWEEPS):
            if reached():
                return
            busy = False
            for member in list(self.members.values()):
                if closely and reached():
                    return
                busy |= member.step()
            if also is not None and also():
                self._hurry()
                continue
            if not busy and not reached():
                self._idle(wait)
        raise AssertionError(f"not reached in phase {self.phase.name}: {self.said}, {self.troubles}")

    def _hurry(self) -> None:
        """While somebody outside is at work: let only such time pass as nobody can use."""
        phase, deadline = self.contract.phase()
        if time.monotonic() - self._hurried < _HURRY_SECONDS:
            return
        self._hurried = time.monotonic()
        _, proposer = self.contract.proposed_model()
        auditor = self.members.get("auditor")
        unchallenged = auditor is None or proposer == auditor.account.address
        if phase is Phase.ENDED:
            self.pass_time(self.contract.parameters.unbonding_seconds + 1)
        elif phase is Phase.CHALLENGE and unchallenged and not self.contract.dispute().deadline:
            self.pass_time(max(1, deadline - self.connection.now()))

    def _idle(self, wait: bool) -> None:
        phase, deadline = self.contract.phase()
        now = self.connection.now()
        if phase is Phase.ENDED:
            self.pass_time(self.contract.parameters.unbonding_seconds + 1)
        elif (dispute := self.contract.dispute()).deadline:
            self.pass_time(max(1, dispute.deadline - now))
        elif phase is Phase.CHALLENGE or wait:
            self.pass_time(max(1, deadline - now))
        else:
            raise AssertionError(f"everybody waits in phase {phase.name}: {self.said}, {self.troubles}")

    def until_home(self, *, wait: bool = False, also: Callable[[], bool] | None = None) -> None:
        """To the end of the task, and until everybody has its money back."""
        self.until(lambda: self.phase is Phase.ENDED and self.all_home(), wait=wait, also=also, closely=False)

    def all_home(self) -> bool:
        return not any(
            self.contract.stake(member.account.address, role)[0]
            or (member.kind != "owner" and self.contract.earnings(member.account.address)[0])
            for member in self.members.values()
            for role in STAKED_AS.values()
        )

    @property
    def said(self) -> dict[str, list[str]]:
        return {name: member.said for name, member in self.members.items()}

    @property
    def troubles(self) -> dict[str, list[str]]:
        return {name: member.troubles for name, member in self.members.items() if member.troubles}

    # ------------------------------------------------------------------ what has to be true

    def ledger(self) -> TaskWatch:
        watch = TaskWatch(self.contract)
        watch.refresh()
        return watch

    def gained(self) -> dict[str, int]:
        """Coins that each member has more than before."""
        return {
            name: self.contract.balance(member.account.address) - self.coins[name]
            for name, member in self.members.items()
        }

    def assert_conserved(self) -> None:
        """Every coin of the task went to a member or was burned: none is left in a contract."""
        ledger = self.ledger().ledger
        burned = sum(slash.burned for slash in ledger.slashes)
        assert ledger.refunded is not None
        # The budget had left the owner before its coins were counted.
        expected = self.contract.parameters.budget - burned - ledger.refunded[1]
        assert sum(self.gained().values()) == expected, self.gained()

    def assert_settled(self, *, rounds: int = 1, trainers: Iterable[str] = TRAINERS) -> None:
        """Every round is final; one commit and one reveal a trainer, all paid, nobody slashed."""
        assert self.phase is Phase.ENDED
        ledger, parameters = self.ledger().ledger, self.contract.parameters
        assert ledger.slashes == []
        assert [record.finalized for record in ledger.rounds.values()] == [True] * rounds
        for record in ledger.rounds.values():
            for name in trainers:
                address = self.members[name].account.address
                commits = [one for one in record.commits if one.trainer == address]
                reveals = [one for one in record.reveals if one.trainer == address]
                assert len(commits) == 1 and len(reveals) == 1, (name, record)
        self.assert_conserved()
        earned = rounds * (parameters.update_reward + parameters.attest_reward)
        gained = self.gained()
        assert {name: gained[name] for name in trainers} == dict.fromkeys(trainers, earned)
        for name in trainers:
            self.assert_one_digest(name)

    def assert_one_digest(self, name: str) -> None:
        """No attempt of a round ever had two commitments, and no nonce two deeds, in what was signed."""
        member = self.members[name]
        with (
            Journal(self.folder / name) if member.journal is None else nullcontext(member.journal) as journal
        ):
            rows = journal.transactions(self.place.deployment.chain_id, member.account.address)
        signed: dict[str, set[bytes]] = {}
        nonces: dict[int, set[str]] = {}
        selector = bytes.fromhex(self.contract.task.encode_abi("commitUpdate", [0, bytes(32)])[2:10])
        for row in rows:
            place = row.raw.find(selector)
            if place >= 0:
                turn = row.raw[place + 4 : place + 36].hex()
                signed.setdefault(turn, set()).add(row.raw[place + 36 : place + 68])
            if row.status.value in ("mined", "reverted", "signed"):
                nonces.setdefault(row.nonce, set()).add(row.intent)
        assert signed and all(len(digests) == 1 for digests in signed.values())
        assert all(len(intents) == 1 for intents in nonces.values()), nonces

    def close(self) -> None:
        for member in self.members.values():
            member.close()


def make(
    role: str,
    watch: TaskWatch,
    sender: TransactionSender,
    journal: Journal,
    *,
    store: ContentStore,
    folder: Path,
    learner: Learner,
    kind: Callable[..., Participant] | None = None,
) -> Participant:
    """A role over its own account, ready to step."""
    from fl_client.roles import Auditor

    if role == "owner":
        return Owner(watch, sender, GasBook())
    models = ModelBook(watch, store)
    if role == "trainer":
        return (kind or Trainer)(
            watch,
            sender,
            GasBook(),
            learner=learner,
            models=models,
            private=LocalStore(folder / "outbox"),
            journal=journal,
            salt=lambda round_, attempt: Bytes32(os.urandom(32)),
        )
    return (kind or {"aggregator": Aggregator, "auditor": Auditor}[role])(
        watch, sender, GasBook(), models=models
    )


class Place:
    """A node with the contracts on it; tasks are made as they are needed."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.connection = Connection.open(url)
        self.bank = UnlockedSender(self.connection)
        self.deployment: Deployment = deploy(self.bank, self.connection, bounds=FactoryBounds.devnet())
        self.coin = self.connection.contract("DeepCoin", self.deployment.coin)
        self._stages: list[Stage] = []

    def account(self, seed: int, index: int) -> Account:
        account = demo_account(seed, index)
        ask(self.connection, "anvil_setBalance", account.address, hex(10**20))
        self.bank.send(self.coin.functions.transfer(account.address, COINS))
        return account

    def stage(self, *, trainers: int = 3, url: str | None = None, **changes: Any) -> Stage:
        """Create a task; its owner takes part already."""
        seed = 1_000 + len(self._stages)
        folder = self.folder / f"stage-{seed}"
        owner = Member(name="owner", account=self.account(seed, 0), url=url or self.url)
        contract = self._task(owner.account, folder, trainers=trainers, **changes)
        ask(
            self.connection, "anvil_mine", hex(12)
        )  # no reorganisation here goes back beyond the task's making
        stage = Stage(self, folder, contract, owner, seed)
        stage.enter("owner")
        self._stages.append(stage)
        return stage

    def full(self, *, rounds: int = 1, **changes: Any) -> Stage:
        """A stage with three trainers and an aggregator in it, all of this process."""
        stage = self.stage(rounds=rounds, **changes)
        for name in (*TRAINERS, "aggregator"):
            stage.enter(name)
        return stage

    def _task(self, owner: Account, folder: Path, *, trainers: int, **changes: Any) -> TaskContract:
        sealed = seal_vector(np.zeros(DIMENSION, dtype=np.int32), FORM)
        content = LocalStore(folder / "store").put(sealed.data)
        with Journal(folder / "creation") as journal:
            sender = TransactionSender(self.connection, owner, journal)
            settings = defaults(owner.address, self.deployment, trainers, sealed.commitment, content.digest)
            # Its events begin here: what other tasks left on this node is not read again each time.
            deployment = replace(self.deployment, block=self.connection.block_number())
            return create_task(
                self.connection, deployment, sender, TaskParameters(**(settings | changes)), GasBook()
            )

    def close(self) -> None:
        for stage in self._stages:
            stage.close()


def defaults(
    owner: Address, deployment: Deployment, trainers: int, model: Bytes32, content: Bytes32
) -> dict[str, Any]:
    """A task whose phases end when everybody has acted: their ends are far away."""
    seconds = dict.fromkeys(
        [f"{name}_seconds" for name in ("join", "commit", "reveal", "attest", "seal", "answer")], 3_600
    )
    return {
        **seconds,
        "owner": owner,
        "definition_hash": Bytes32(bytes(31) + b"\x01"),
        "initial_model": model,
        "initial_content": content,
        "dimension": DIMENSION,
        "fraction_bits": 20,
        "norm_bound_squared": 10**9,
        "rounds": 1,
        "quorum": 3,
        "max_trainers": trainers,
        "max_voids": 3,
        "max_samples": 1_000,
        "fraction_bps": 10_000,
        "challenge_seconds": 600,
        "unbonding_seconds": 30_000,
        "retention_seconds": 0,
        "trainer_stake": 100 * ONE_COIN,
        "sealer_stake": 200 * ONE_COIN,
        "challenge_bond": 200 * ONE_COIN,
        "reveal_penalty": 20 * ONE_COIN,
        "norm_penalty": 50 * ONE_COIN,
        "seal_penalty": 200 * ONE_COIN,
        "update_reward": 3 * ONE_COIN,
        "attest_reward": ONE_COIN,
        "seal_reward": 5 * ONE_COIN,
        "bounty": 10 * ONE_COIN,
        "answer_fee": 5 * ONE_COIN,
        "burn_bps": 2_000,
        "rule": deployment.mean_rule,
        "rule_argument": 0,
    }


@contextmanager
def place_on_anvil(folder: Path) -> Iterator[Place]:
    """Start a node and deploy."""
    with node("anvil") as url:
        place = Place(url, folder)
        try:
            yield place
        finally:
            place.close()
