"""The system under test: deploying it, creating tasks, and what a revert or an account looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import brownie
import numpy as np
from brownie import chain, web3
from numpy.typing import NDArray

from fl_client.encoding import LIMIT, VectorFormat, VectorKind, commitment_of
from tests.contracts.task_types import BPS, Bounds, Phase, Role, TaskParameters

ONE = 10**18
"""One DeepCoin."""

SUPPLY = 10**9 * ONE
PURSE = 100_000 * ONE
"""What every member holds at first; its allowances for the vault and for questions are the same."""

ZERO = "0x" + 40 * "0"
NOTHING = bytes(32)

RANDOM = 20_261_122
"""Seed of every generator of vectors."""

LEAST_MODULUS = 64
"""Bytes of the shortest modulus that encrypted tasks may have here."""

FOLLOWING_WEIGHINGS = (
    "SamplesWeighing",
    "EqualWeighing",
    "ClipWeighing",
    "KrumWeighing",
    "MultiKrumWeighing",
    "FLTrustWeighing",
    "ReputationWeighing",
)
"""Weighing rules by their places behind a mixing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Accounts by role; none of them has a second one."""

    owner: Any
    trainers: tuple[Any, ...]
    sealers: tuple[Any, ...]
    challenger: Any
    outsider: Any

    @property
    def all(self) -> tuple[Any, ...]:
        """Everybody who ever holds coins."""
        return (self.owner, *self.trainers, *self.sealers, self.challenger, self.outsider)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The deployed and wired contracts."""

    coin: Any
    vault: Any
    pool: Any
    verifier: Any
    court: Any
    questions: Any
    tables: Any
    weighings: tuple[Any, ...]
    rule: Any
    median_rule: Any
    trimmed_mean_rule: Any
    proof_of_work: Any
    board: Any
    encrypted_verifier: Any
    encrypted_task: Any
    encrypted_bounds: Any
    factory: Any

    @property
    def encryption(self) -> tuple[Any, Any]:
        """What the factory is told of encrypted tasks."""
        return self.encrypted_task, self.encrypted_bounds


def people_of(accounts: Sequence[Any]) -> People:
    """Give each account one role: the owner, eight trainers, two sealers, the challenger, the outsider."""
    return People(
        owner=accounts[0],
        trainers=tuple(accounts[1:9]),
        sealers=tuple(accounts[9:11]),
        challenger=accounts[11],
        outsider=accounts[12],
    )


def deploy_system(owner: Any, bounds: Bounds | None = None) -> System:
    """Deploy every contract as the owner, who gets all coins, and wire vault and pool."""
    by = {"from": owner}
    coin = owner.deploy(brownie.DeepCoin, owner, SUPPLY)
    vault = owner.deploy(brownie.StakeVault, coin)
    pool = owner.deploy(brownie.RewardPool, coin)
    verifier = owner.deploy(brownie.AggregateVerifier)
    tables = owner.deploy(brownie.RoundTables)
    court = owner.deploy(brownie.DisputeCourt, verifier, tables, coin)
    following = [owner.deploy(getattr(brownie, name)) for name in FOLLOWING_WEIGHINGS]
    weighings = (*following, owner.deploy(brownie.NeighbourMixing, following))
    rule = owner.deploy(brownie.MeanRule)
    median_rule = owner.deploy(brownie.MedianRule)
    trimmed_mean_rule = owner.deploy(brownie.TrimmedMeanRule)
    proof_of_work = owner.deploy(brownie.ProofOfWork)
    rules = [rule, median_rule, trimmed_mean_rule, proof_of_work]
    board = owner.deploy(brownie.ReviewBoard, vault, pool)
    encrypted_verifier = owner.deploy(brownie.ScriptedVerifier)
    encrypted_task = owner.deploy(brownie.EncryptedTask, vault, pool, encrypted_verifier)
    encrypted_bounds = owner.deploy(brownie.EncryptedBounds, LEAST_MODULUS)
    factory = owner.deploy(
        brownie.TaskFactory,
        court,
        vault,
        pool,
        board,
        (encrypted_task, encrypted_bounds),
        tuple(bounds or Bounds()),
        rules,
        weighings,
    )
    vault.wire(factory, pool, by)
    pool.wire(factory, vault, by)
    return System(
        coin=coin,
        vault=vault,
        pool=pool,
        verifier=verifier,
        court=court,
        questions=brownie.AvailabilityQuestions.at(court.questions()),
        tables=tables,
        weighings=weighings,
        rule=rule,
        median_rule=median_rule,
        trimmed_mean_rule=trimmed_mean_rule,
        proof_of_work=proof_of_work,
        board=board,
        encrypted_verifier=encrypted_verifier,
        encrypted_task=encrypted_task,
        encrypted_bounds=encrypted_bounds,
        factory=factory,
    )


def fund(system: System, people: People) -> None:
    """Let the owner pay for tasks, and give the members coins that stakes and bonds may be taken from."""
    system.coin.approve(system.pool, SUPPLY, {"from": people.owner})
    for member in (*people.trainers, *people.sealers, people.challenger):
        system.coin.transfer(member, PURSE, {"from": people.owner})
        for taker in (system.vault, system.questions):
            system.coin.approve(taker, PURSE, {"from": member})


def initial_model(dimension: int) -> NDArray[np.int32]:
    """Return the model that every task starts from: int32 (d,), with both ends of the lattice's range."""
    model = np.random.default_rng(RANDOM).integers(-(2**22), 2**22, dimension, dtype=np.int32)
    model[0], model[-1] = LIMIT, -LIMIT
    return model


def task_parameters(system: System, owner: Any, **overrides: Any) -> TaskParameters:
    """Return parameters that the factory admits; the initial model's commitment fits dimension and format."""
    dimension = overrides.get("dimension", 150)
    fraction_bits = overrides.get("fraction_bits", 20)
    chosen: dict[str, Any] = {
        "owner": owner.address,
        "definition_hash": web3.keccak(text="definition"),
        "initial_content": web3.keccak(text="initial content"),
        "dimension": dimension,
        "fraction_bits": fraction_bits,
        "norm_bound_squared": 2**60,
        "rounds": 3,
        "quorum": 3,
        "max_trainers": 8,
        "max_voids": 3,
        "max_samples": 1_000,
        "fraction_bps": BPS,
        "join_seconds": 500,
        "commit_seconds": 600,
        "reveal_seconds": 700,
        "attest_seconds": 800,
        "seal_seconds": 400,
        "challenge_seconds": 900,
        "answer_seconds": 300,
        "unbonding_seconds": 5_000,
        "retention_seconds": 10_000,
        "trainer_stake": 100 * ONE,
        "sealer_stake": 200 * ONE,
        "challenge_bond": 190 * ONE,
        "reveal_penalty": 20 * ONE,
        "norm_penalty": 50 * ONE,
        "seal_penalty": 180 * ONE,
        "update_reward": 3 * ONE,
        "attest_reward": 1 * ONE,
        "seal_reward": 2 * ONE,
        "bounty": 5 * ONE,
        "answer_fee": 7 * ONE,
        "burn_bps": 2_500,
        "rule": system.rule.address,
        "rule_argument": 0,
        "weighing": ZERO,
        "weighing_argument": 0,
        "sealing": ZERO,
        "sealing_rate": 0,
        "board": ZERO,
    }
    if "initial_model" not in overrides:
        form = VectorFormat(dimension=dimension, fraction_bits=fraction_bits, kind=VectorKind.MODEL)
        chosen["initial_model"] = commitment_of(initial_model(dimension), form)
    return TaskParameters(**(chosen | overrides))


def create_task(system: System, owner: Any, **overrides: Any) -> Any:
    """Create a task and return its clone."""
    created = system.factory.createTask(task_parameters(system, owner, **overrides), {"from": owner})
    return brownie.TrainingTask.at(created.events["TaskCreated"]["task"])


def parameters_of(task: Any) -> TaskParameters:
    """Return a task's parameters by name."""
    return TaskParameters(*plain(tuple(task.parameters())))


def join_all(task: Any, trainers: Sequence[Any], sealers: Sequence[Any]) -> None:
    """Let every sealer take a seat and every trainer join, in this order."""
    for sealer in sealers:
        task.joinAsSealer({"from": sealer})
    for trainer in trainers:
        task.joinAsTrainer({"from": trainer})


def start(task: Any, by: Any) -> None:
    """Open the first round, after the joining phase; where trainers are drawn, one block later they are."""
    if task.clock()["active"] < parameters_of(task).max_trainers:
        pass_deadline(task)
    task.start({"from": by})
    if parameters_of(task).fraction_bps < BPS:
        chain.mine()


def running_task(system: System, people: People, trainers: int = 5, **overrides: Any) -> Any:
    """Create a task, let the first trainers and both sealers join, and open its first round."""
    task = create_task(system, people.owner, **overrides)
    join_all(task, people.trainers[:trainers], people.sealers)
    start(task, people.owner)
    return task


# ---------------------------------------------------------------------- time


def deadline_of(task: Any) -> int:
    """Return when the present phase ends, in seconds since 1970."""
    return int(task.phase()[1])


def present(task: Any) -> Phase:
    """Return the present phase."""
    return Phase(task.phase()[0])


def now() -> int:
    """Return the time of the latest block."""
    return int(web3.eth.get_block("latest")["timestamp"])


def at(timestamp: int) -> None:
    """Let the next transaction run at this very second."""
    if "ganache" in web3.client_version.lower():
        web3.provider.make_request("evm_setTime", [timestamp * 1_000])
    else:
        web3.provider.make_request("evm_setNextBlockTimestamp", [timestamp])


def mine_at(timestamp: int) -> None:
    """Mine a block at this very second; Brownie's own `chain.mine(timestamp=...)` fails on anvil."""
    at(timestamp)
    chain.mine()


def pass_time(seconds: int) -> None:
    """Mine a block this much later."""
    mine_at(now() + seconds)


def pass_deadline(task: Any) -> None:
    """Mine a block at the end of the present phase, when the next one has begun."""
    mine_at(deadline_of(task))


def advance_to(task: Any, phase: Phase) -> None:
    """Let deadlines pass until the task is in this phase; nobody acts."""
    for _ in range(len(Phase)):
        current, deadline = task.phase()
        if current == phase:
            return
        if deadline <= now():
            break
        mine_at(deadline)
    raise AssertionError(f"{phase!r} does not follow from {present(task)!r} by waiting")


# ---------------------------------------------------------------------- reverts and events


@contextmanager
def reverts(error: str, *arguments: Any) -> Iterator[None]:
    """Expect the custom error with exactly these arguments."""
    with brownie.reverts(f"{error}: {', '.join(_shown(argument) for argument in arguments)}"):
        yield


def events(transaction: Any, name: str) -> list[dict[str, Any]]:
    """Return the fields of each event of this name, in order."""
    found = transaction.events
    if name not in found:
        return []
    return [{key: plain(value) for key, value in fields.items()} for fields in found[name]]


def only_event(transaction: Any, name: str) -> dict[str, Any]:
    """Return the fields of the one event of this name."""
    found = events(transaction, name)
    assert len(found) == 1, f"{len(found)} events {name}"
    return found[0]


def plain(value: Any) -> Any:
    """Return what Brownie gave as plain Python: its own bytes only compare with hexadecimal text."""
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return value


def _shown(argument: Any) -> str:
    """Return an argument as Brownie prints it: lower-case addresses, bytes as Python writes them."""
    if isinstance(argument, bool):
        return str(argument)
    if isinstance(argument, int):
        return str(int(argument))
    if isinstance(argument, bytes):
        return repr(bytes(argument))
    text = str(argument)
    if text.startswith("0x") and len(text) == 66:
        return repr(bytes.fromhex(text[2:]))
    return text.lower() if text.startswith("0x") else text


# ---------------------------------------------------------------------- money


def check_books(system: System, accounts: Sequence[Any], tasks: Sequence[Any]) -> None:
    """Assert that every coin is somewhere, and that the vault and the pool owe exactly what they hold.

    Args:
        accounts: everybody who may hold coins, stakes or earnings.
        tasks: every task that was created, and every board.
    """
    coin, vault, pool = system.coin, system.vault, system.pool
    questions = system.questions
    purses = sum(coin.balanceOf(account) for account in (*accounts, vault, pool, questions))
    assert purses == coin.totalSupply()
    assert questions.held() == coin.balanceOf(questions)
    stakes = sum(
        vault.stakeOf(task, account, role)["amount"]
        for task in tasks
        for account in accounts
        for role in Role
    )
    assert vault.held() == stakes == coin.balanceOf(vault)
    escrows = [pool.escrowOf(task) for task in tasks]
    owed = sum(escrow["unspent"] + escrow["bonus"] for escrow in escrows)
    earned = sum(pool.earningsOf(account)["claimable"] for account in accounts)
    assert pool.held() == owed + earned == coin.balanceOf(pool)
