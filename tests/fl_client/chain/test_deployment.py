"""A deployment as its file and as its factory have it, and what is wrong with others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fl_client.chain import Connection, Journal, TransactionSender, demo_account, load_artifact
from fl_client.chain.contracts import Deployment, FactoryBounds, deploy
from fl_client.errors import ChainError, ConfigError
from fl_client.types import Address

RULES = ("mean_rule", "median_rule", "trimmed_mean_rule", "proof_of_work")
WEIGHINGS = (
    "samples_weighing",
    "equal_weighing",
    "clip_weighing",
    "krum_weighing",
    "multi_krum_weighing",
    "fltrust_weighing",
    "reputation_weighing",
    "mixing_weighing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A chain with all contracts on it, and whoever deployed them."""

    connection: Connection
    sender: TransactionSender
    deployment: Deployment

    def factory(self, rules: list[Address], weighings: list[Address] | None = None) -> Address:
        """Deploy another factory, which admits these rules."""
        one = self.deployment
        limits = FactoryBounds().limits
        own = self.connection.contract("TaskFactory", one.factory)
        board = self.connection.call(own.functions.boardImplementation())
        receipt = self.sender.deploy(
            load_artifact("TaskFactory"),
            one.court,
            one.vault,
            one.pool,
            board,
            (one.encrypted_task, one.encrypted_bounds),
            limits,
            rules,
            [getattr(one, name) for name in WEIGHINGS] if weighings is None else weighings,
        )
        assert receipt.contract_address is not None
        return receipt.contract_address


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    connection = Connection.embedded(seed=5, accounts=1)
    with Journal(tmp_path_factory.mktemp("state")) as journal:
        sender = TransactionSender(connection, demo_account(5, 0), journal)
        deployment = deploy(sender, connection, bounds=FactoryBounds())
        yield Place(connection=connection, sender=sender, deployment=deployment)


def test_the_factory_alone_tells_the_whole_deployment(place: Place) -> None:
    """Before any task was made."""
    found = Deployment.of_factory(place.connection, place.deployment.factory, block=place.deployment.block)
    assert found == place.deployment
    found.check(place.connection)


def test_rules_are_told_apart_by_their_code(place: Place) -> None:
    own = [getattr(place.deployment, name) for name in RULES]
    factory = place.factory([place.deployment.coin, *reversed(own)])
    found = Deployment.of_factory(place.connection, factory)
    assert [getattr(found, name) for name in RULES] == own


def test_factory_without_one_of_the_rules_is_named(place: Place) -> None:
    factory = place.factory([place.deployment.mean_rule, place.deployment.trimmed_mean_rule])
    with pytest.raises(ChainError, match=f"{factory} admits no MedianRule"):
        Deployment.of_factory(place.connection, factory)


def test_factory_without_one_of_the_weighings_is_named(place: Place) -> None:
    own = [getattr(place.deployment, name) for name in (*RULES, *WEIGHINGS)]
    factory = place.factory(own[: len(RULES)], own[len(RULES) : -1])
    with pytest.raises(ChainError, match=f"{factory} admits no NeighbourMixing"):
        Deployment.of_factory(place.connection, factory)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("krum_weighing", "not this deployment's krum_weighing"),
        ("round_tables", "reads tables from"),
    ],
)
def test_contract_that_the_others_do_not_work_with_is_refused(place: Place, name: str, problem: str) -> None:
    kind = {"krum_weighing": "KrumWeighing", "round_tables": "RoundTables"}[name]
    receipt = place.sender.deploy(load_artifact(kind))
    assert receipt.contract_address is not None
    stranger = replace(place.deployment, **{name: receipt.contract_address})
    with pytest.raises(ChainError, match=problem):
        stranger.check(place.connection)


@pytest.mark.parametrize(
    ("name", "kind", "arguments"),
    [
        ("encrypted_task", "EncryptedTask", ("vault", "pool", "coin")),
        ("encrypted_bounds", "EncryptedBounds", ()),
    ],
)
def test_encrypted_tasks_that_the_factory_does_not_create_are_refused(
    place: Place, name: str, kind: str, arguments: tuple[str, ...]
) -> None:
    given = [getattr(place.deployment, one) for one in arguments] or [256]
    receipt = place.sender.deploy(load_artifact(kind), *given)
    assert receipt.contract_address is not None
    stranger = replace(place.deployment, **{name: receipt.contract_address})
    with pytest.raises(ChainError, match="encrypted tasks of the factory"):
        stranger.check(place.connection)


def test_a_verifier_that_encrypted_tasks_do_not_ask_is_refused(place: Place) -> None:
    receipt = place.sender.deploy(load_artifact("EncryptedVerifier"))
    assert receipt.contract_address is not None
    stranger = replace(place.deployment, encrypted_verifier=receipt.contract_address)
    with pytest.raises(ChainError, match="encrypted tasks of the factory"):
        stranger.check(place.connection)


@pytest.mark.parametrize(("bounds", "least"), [(FactoryBounds(), 256), (FactoryBounds.devnet(), 64)])
def test_the_shortest_modulus_is_that_of_the_bounds(place: Place, bounds: FactoryBounds, least: int) -> None:
    deployment = deploy(place.sender, place.connection, bounds=bounds)
    contract = place.connection.contract("EncryptedBounds", deployment.encrypted_bounds)
    assert place.connection.call(contract.functions.leastModulusBytes()) == least


def test_mixing_followed_by_others_is_refused(place: Place) -> None:
    own = [getattr(place.deployment, name) for name in WEIGHINGS]
    receipt = place.sender.deploy(load_artifact("NeighbourMixing"), own[-2::-1])
    mixing = receipt.contract_address
    assert mixing is not None
    factory = place.factory([getattr(place.deployment, name) for name in RULES], [*own[:-1], mixing])
    stranger = replace(place.deployment, mixing_weighing=mixing, factory=factory)
    with pytest.raises(ChainError, match=f"the mixing {mixing} is followed by"):
        stranger.check(place.connection)


@pytest.mark.parametrize("name", (*RULES, *WEIGHINGS, "round_tables", "encrypted_task", "encrypted_bounds"))
def test_another_contract_in_place_of_a_rule_is_refused(place: Place, name: str) -> None:
    other = replace(place.deployment, **{name: place.deployment.coin})
    with pytest.raises(ChainError, match=f"the code at {place.deployment.coin} is not this version's"):
        other.check(place.connection)


def test_rule_that_the_factory_does_not_admit_is_refused(place: Place) -> None:
    receipt = place.sender.deploy(load_artifact("MedianRule"))
    assert receipt.contract_address is not None
    stranger = replace(place.deployment, median_rule=receipt.contract_address)
    with pytest.raises(ChainError, match=f"not this deployment's median_rule {receipt.contract_address}"):
        stranger.check(place.connection)


def test_file_keeps_every_address(place: Place, tmp_path: Path) -> None:
    place.deployment.write(tmp_path / "deployment.json")
    assert Deployment.read(tmp_path / "deployment.json") == place.deployment


def test_file_of_an_earlier_version_is_refused(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    place.deployment.write(path)
    raw = json.loads(path.read_text())
    path.write_text(json.dumps(raw | {"format": raw["format"] - 1}))
    with pytest.raises(ConfigError, match="was written by another version"):
        Deployment.read(path)
