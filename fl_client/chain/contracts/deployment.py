"""Where the contracts of one deployment are, how they get there, and how a stranger finds and checks them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak
from web3 import Web3

from fl_client.chain.artifacts import load_artifact
from fl_client.chain.connection import Connection
from fl_client.chain.contracts.bounds import FactoryBounds
from fl_client.chain.sender import Sender
from fl_client.errors import ChainError, ConfigError
from fl_client.types import Address

SUPPLY = 10**9 * 10**18
"""Coins that a deployment mints to its deployer, in 1e-18 coin."""

_FORMAT = 4

_RULES = {"mean_rule": "MeanRule", "median_rule": "MedianRule", "trimmed_mean_rule": "TrimmedMeanRule"}
_WEIGHINGS = {
    # In the order of their places behind a mixing (`fl_client.aggregation.weigh.FOLLOWING`).
    "samples_weighing": "SamplesWeighing",
    "equal_weighing": "EqualWeighing",
    "clip_weighing": "ClipWeighing",
    "krum_weighing": "KrumWeighing",
    "multi_krum_weighing": "MultiKrumWeighing",
    "fltrust_weighing": "FLTrustWeighing",
    "reputation_weighing": "ReputationWeighing",
}
_MIXING = {"mixing_weighing": "NeighbourMixing"}
_POLICIES = {"proof_of_work": "ProofOfWork"}
_ADMITTED = _RULES | _POLICIES
_CHECKED = {
    "coin": "DeepCoin",
    "vault": "StakeVault",
    "pool": "RewardPool",
    "court": "DisputeCourt",
    "factory": "TaskFactory",
    "round_tables": "RoundTables",
    "encrypted_task": "EncryptedTask",
    "encrypted_bounds": "EncryptedBounds",
    "encrypted_verifier": "EncryptedVerifier",
    **_ADMITTED,
    **_WEIGHINGS,
    **_MIXING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One set of contracts that work together.

    Attributes:
        chain_id: of the chain that they are on.
        block: at or before which none of them existed; where event cursors start.
        coin: DeepCoin. vault: StakeVault. pool: RewardPool. court: DisputeCourt. factory: TaskFactory.
        round_tables: RoundTables.
        mean_rule, median_rule, trimmed_mean_rule: how tasks may combine updates.
        ..._weighing: how tasks may weigh them first.
        proof_of_work: how tasks may be sealed, beside ordered slots.
        encrypted_task: what every encrypted task runs. encrypted_bounds: what checks its parameters.
        encrypted_verifier: what checks the chunks that it asks for.
    """

    chain_id: int
    block: int
    coin: Address
    vault: Address
    pool: Address
    court: Address
    factory: Address
    mean_rule: Address
    median_rule: Address
    trimmed_mean_rule: Address
    round_tables: Address
    samples_weighing: Address
    equal_weighing: Address
    clip_weighing: Address
    krum_weighing: Address
    multi_krum_weighing: Address
    fltrust_weighing: Address
    reputation_weighing: Address
    mixing_weighing: Address
    proof_of_work: Address
    encrypted_task: Address
    encrypted_bounds: Address
    encrypted_verifier: Address

    def write(self, path: Path | str) -> None:
        """Write the deployment file that every participant is given."""
        text = json.dumps({"format": _FORMAT, **asdict(self)}, indent=2, sort_keys=True) + "\n"
        Path(path).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, path: Path | str) -> Deployment:
        """Read a deployment file.

        Raises:
            ConfigError: there is none, or it is not one.
        """
        try:
            raw: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
            if raw.pop("format") != _FORMAT:
                raise ConfigError(f"{path} was written by another version: deploy again or use that version")
            return cls(**raw)
        except OSError as problem:
            raise ConfigError(f"cannot read the deployment file {path}: {problem.strerror}") from problem
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ConfigError(f"{path} is not a deployment file ({problem}): deploy first") from problem

    def check(self, connection: Connection) -> None:
        """Make sure that the addresses hold this package's own contracts, wired to each other.

        Raises:
            ChainError: another chain, other code, or contracts of different deployments.
        """
        if connection.chain_id != self.chain_id:
            raise ChainError(
                f"the deployment is on chain {self.chain_id}, {connection.url} is chain {connection.chain_id}: "
                "check the URL or the deployment file"
            )
        for field, name in _CHECKED.items():
            require_code(connection, name, getattr(self, field))
        factory = connection.contract("TaskFactory", self.factory)
        wired = tuple(connection.call(factory.functions.wiring()))
        if wired != (self.court, self.vault, self.pool):
            raise ChainError(
                f"the factory {self.factory} works with {wired}, not with this deployment's contracts"
            )
        require_code(connection, "ReviewBoard", connection.call(factory.functions.boardImplementation()))
        self._check_rules(connection)
        self._check_encryption(connection)
        for holder, name in ((self.vault, "StakeVault"), (self.pool, "RewardPool")):
            coin = connection.call(connection.contract(name, holder).functions.coin())
            if coin != self.coin:
                raise ChainError(f"{name} at {holder} holds the coin {coin}, not {self.coin}")

    def _check_encryption(self, connection: Connection) -> None:
        found = _encryption_of(connection, self.factory)
        expected = {field: getattr(self, field) for field in found}
        if found != expected:
            raise ChainError(
                f"encrypted tasks of the factory {self.factory} run with {found}, not with {expected}"
            )

    def _check_rules(self, connection: Connection) -> None:
        factory = connection.contract("TaskFactory", self.factory)
        for fields_, view in ((_ADMITTED, "rules"), (_WEIGHINGS | _MIXING, "weighings")):
            admitted = connection.call(getattr(factory.functions, view)())
            for field in fields_:
                if (rule := getattr(self, field)) not in admitted:
                    raise ChainError(
                        f"the factory {self.factory} admits {admitted}, not this deployment's {field} {rule}"
                    )
        following = connection.call(
            connection.contract("NeighbourMixing", self.mixing_weighing).functions.followingRules()
        )
        expected = [getattr(self, field) for field in _WEIGHINGS]
        if list(following) != expected:
            raise ChainError(
                f"the mixing {self.mixing_weighing} is followed by {following}, not by {expected}"
            )
        court = connection.contract("DisputeCourt", self.court)
        questions = connection.call(court.functions.questions())
        require_code(connection, "AvailabilityQuestions", questions)
        wired = connection.call(connection.contract("AvailabilityQuestions", questions).functions.wiring())
        if tuple(wired) != (self.coin, self.court):
            raise ChainError(f"the questions at {questions} are wired to {wired}, not to this coin and court")
        tables = connection.call(court.functions.wiring())[1]
        if tables != self.round_tables:
            raise ChainError(
                f"the court {self.court} reads tables from {tables}, not from {self.round_tables}"
            )

    @classmethod
    def of_factory(cls, connection: Connection, factory: Address, *, block: int = 0) -> Deployment:
        """Read a deployment from its factory alone, for whoever was not given the file.

        Raises:
            ChainError: the factory does not admit every rule of this version.
        """
        contract = connection.contract("TaskFactory", factory)
        court, vault, pool = connection.call(contract.functions.wiring())
        coin = connection.call(connection.contract("RewardPool", pool).functions.coin())
        tables = connection.call(connection.contract("DisputeCourt", court).functions.wiring())[1]
        return cls(
            chain_id=connection.chain_id,
            block=block,
            coin=coin,
            vault=vault,
            pool=pool,
            court=court,
            factory=Address(Web3.to_checksum_address(factory)),
            round_tables=tables,
            **_encryption_of(connection, factory),
            **_rules_of(connection, factory, "rules", _ADMITTED),
            **_rules_of(connection, factory, "weighings", _WEIGHINGS | _MIXING),
        )


def deploy(sender: Sender, connection: Connection, *, bounds: FactoryBounds) -> Deployment:
    """Deploy and wire all contracts; the sender holds the whole supply of coins afterwards.

    Returns:
        The deployment, checked.

    Raises:
        ChainError: a transaction failed.
    """
    block = connection.block_number()

    def create(name: str, *arguments: Any) -> Address:
        receipt = sender.deploy(load_artifact(name), *arguments)
        if receipt.contract_address is None:
            raise ChainError(f"{connection.url} gave no address for {name}: is it an Ethereum node?")
        return receipt.contract_address

    coin = create("DeepCoin", sender.address, SUPPLY)
    vault = create("StakeVault", coin)
    pool = create("RewardPool", coin)
    tables = create("RoundTables")
    court = create("DisputeCourt", create("AggregateVerifier"), tables, coin)
    rules = {field: create(name) for field, name in _ADMITTED.items()}
    weighings = {field: create(name) for field, name in _WEIGHINGS.items()}
    following = list(weighings.values())
    weighings |= {field: create(name, following) for field, name in _MIXING.items()}
    board = create("ReviewBoard", vault, pool)
    admitted = (list(rules.values()), list(weighings.values()))
    verifier = create("EncryptedVerifier")
    encrypted = create("EncryptedTask", vault, pool, verifier)
    encrypted_bounds = create("EncryptedBounds", bounds.least_modulus_bytes)
    factory = create(
        "TaskFactory", court, vault, pool, board, (encrypted, encrypted_bounds), bounds.limits, *admitted
    )
    sender.send(connection.contract("StakeVault", vault).functions.wire(factory, pool))
    sender.send(connection.contract("RewardPool", pool).functions.wire(factory, vault))
    deployment = Deployment(
        chain_id=connection.chain_id,
        block=block,
        coin=coin,
        vault=vault,
        pool=pool,
        court=court,
        factory=factory,
        round_tables=tables,
        encrypted_task=encrypted,
        encrypted_bounds=encrypted_bounds,
        encrypted_verifier=verifier,
        **rules,
        **weighings,
    )
    deployment.check(connection)
    return deployment


def require_code(connection: Connection, name: str, address: Address) -> None:
    """Make sure that an address holds one of our contracts; what its constructor filled in is left out.

    Raises:
        ChainError: it holds nothing, or something else.
    """
    found = _code_at(connection, address)
    if not found:
        raise ChainError(f"there is no contract at {address} on chain {connection.chain_id}: wrong chain?")
    if not _is_code_of(name, found):
        raise ChainError(f"the code at {address} is not this version's {name}: check the deployment file")


def _code_at(connection: Connection, address: Address) -> bytes:
    with connection.translated("reading a contract's code"):
        return bytes(connection.web3.eth.get_code(Web3.to_checksum_address(address)))


def _is_code_of(name: str, found: bytes) -> bool:
    expected = load_artifact(name).deployed_bytecode
    # Immutables are zero in the artifact: bytes that are zero there may be anything here.
    return len(found) == len(expected) and not any(
        mine and mine != theirs for mine, theirs in zip(expected, found, strict=True)
    )


def find_factories(
    connection: Connection, kind: str = "TaskCreated"
) -> tuple[tuple[Address, Address, int], ...]:
    """Find every task on a small chain by its creation event: (factory, task, block), unchecked.

    Args:
        kind: of the event; ``EncryptedTaskCreated`` finds encrypted tasks.
    """
    topic = keccak(text=f"{kind}(address,address,bytes32,uint256)")
    return tuple(
        (log.address, Address(Web3.to_checksum_address(log.topics[1][12:])), log.block)
        for log in connection.logs((), 0, connection.block_number())
        if len(log.topics) == 3 and log.topics[0] == topic
    )


def _encryption_of(connection: Connection, factory: Address) -> dict[str, Address]:
    """What a factory's encrypted tasks run with, by the names that a deployment gives them."""
    functions = connection.contract("TaskFactory", factory).functions
    task, bounds = connection.call(functions.encryption())
    verifier = connection.call(connection.contract("EncryptedTask", task).functions.wiring())[3]
    return {"encrypted_task": task, "encrypted_bounds": bounds, "encrypted_verifier": verifier}


def _rules_of(
    connection: Connection, factory: Address, view: str, names: Mapping[str, str]
) -> dict[str, Address]:
    """The admitted rules and policies by the names that a deployment gives them, known by their code."""
    functions = connection.contract("TaskFactory", factory).functions
    admitted = connection.call(getattr(functions, view)())
    codes = {Address(rule): _code_at(connection, rule) for rule in admitted}
    found = {}
    for field, name in names.items():
        matching = [rule for rule, code in codes.items() if _is_code_of(name, code)]
        if not matching:
            raise ChainError(
                f"the factory {factory} admits no {name} of this version: use the version it is of"
            )
        found[field] = matching[0]
    return found
