"""Isolation, the people and the deployed system; each module starts from the chain as it was deployed."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable
from typing import Any

import brownie
import pytest
import requests
from brownie.network.state import Chain
from web3.exceptions import TransactionNotFound

from tests.contracts import tracing
from tests.contracts.federation import (
    People,
    System,
    create_task,
    deploy_system,
    fund,
    people_of,
    running_task,
)


def pytest_configure(config: pytest.Config) -> None:
    """Before Brownie starts a node."""
    if config.getoption("--coverage", default=False):
        tracing.prepare()


@pytest.fixture(scope="session", autouse=True)
def _frozen_heap() -> None:
    """Brownie collects garbage at every revert: what was loaded before the first test is never garbage."""
    gc.collect()
    gc.freeze()


def _patient(get_receipt: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Wait for a receipt: anvil counts a nonce before it has one, which Brownie takes for a lost transaction."""

    def wait(transaction: Any) -> Any:
        for _ in range(200):
            with contextlib.suppress(TransactionNotFound):
                return get_receipt(transaction)
            time.sleep(0.01)
        return get_receipt(transaction)

    return wait


@pytest.fixture(scope="session", autouse=True)
def _few_requests() -> None:
    """Ask the node for nothing that no test needs: this halves the time of the suite."""
    provider = brownie.web3.provider
    # Brownie asks for the chain's id with every call and every transaction.
    provider.cache_allowed_requests = True
    session = requests.Session()
    session.trust_env = False  # no search for proxies at every request
    provider._request_session_manager._explicit_session = session
    brownie.web3.eth.get_transaction_receipt = _patient(brownie.web3.eth.get_transaction_receipt)
    # No test undoes single transactions: no snapshot for each of them.
    Chain._add_to_undo_buffer = lambda *_: None
    if tracing.is_on():
        tracing.leave_memory_out()
    if "ganache" not in brownie.web3.client_version.lower():
        # The price that anvil would name if it were asked each time.
        brownie.network.gas_price("1 gwei")


@pytest.fixture(scope="session", autouse=True)
def _deployed(_few_requests: None, accounts: Any) -> System:
    """All contracts, wired, and every member with coins that the vault may take: once for all modules."""
    people = people_of(accounts)
    deployed = deploy_system(people.owner)
    if tracing.is_on():
        tracing.make_known(deployed)
    fund(deployed, people)
    # Brownie's isolation of modules comes back to here, instead of to an empty chain.
    brownie.chain._reset_id = brownie.chain._take_snapshot()
    return deployed


@pytest.fixture(autouse=True)
def _isolation(fn_isolation: None) -> None:
    """Undo what a test did; what its module's fixtures did stays."""


@pytest.fixture(scope="module")
def people(module_isolation: None, accounts: Any) -> People:
    """Everybody by role."""
    return people_of(accounts)


@pytest.fixture(scope="module")
def owner(people: People) -> Any:
    """Whoever deploys, pays for tasks and holds the rest of the coins."""
    return people.owner


@pytest.fixture(scope="module")
def trainers(people: People) -> tuple[Any, ...]:
    """Eight trainers; running tasks begin with the first five."""
    return people.trainers


@pytest.fixture(scope="module")
def sealers(people: People) -> tuple[Any, ...]:
    """Two sealers."""
    return people.sealers


@pytest.fixture(scope="module")
def challenger(people: People) -> Any:
    """Whoever shows evidence."""
    return people.challenger


@pytest.fixture(scope="module")
def outsider(people: People) -> Any:
    """Somebody without coins or role."""
    return people.outsider


@pytest.fixture(scope="module")
def system(module_isolation: None, _deployed: System) -> System:
    """All contracts, wired; every member has coins that the vault may take."""
    return _deployed


@pytest.fixture(scope="module")
def coin(system: System) -> Any:
    """DeepCoin."""
    return system.coin


@pytest.fixture(scope="module")
def vault(system: System) -> Any:
    """StakeVault."""
    return system.vault


@pytest.fixture(scope="module")
def pool(system: System) -> Any:
    """RewardPool."""
    return system.pool


@pytest.fixture(scope="module")
def factory(system: System) -> Any:
    """TaskFactory."""
    return system.factory


@pytest.fixture(scope="module")
def court(system: System) -> Any:
    """DisputeCourt."""
    return system.court


@pytest.fixture(scope="module")
def questions(system: System) -> Any:
    """AvailabilityQuestions."""
    return system.questions


@pytest.fixture(scope="module")
def new_task(system: System, people: People) -> Any:
    """A task that nobody has joined."""
    return create_task(system, people.owner)


@pytest.fixture(scope="module")
def task(system: System, people: People) -> Any:
    """A task of five trainers and two sealers whose first round takes commitments."""
    return running_task(system, people)
