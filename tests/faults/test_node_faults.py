"""The node fails in the middle of a deed, in every way and at every deed: the round settles all the same."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import Connection, rpc
from fl_client.chain.contracts import Phase, Role
from fl_client.errors import ChainError, StorageError
from fl_client.roles import Trainer
from fl_client.storage import ContentId, LocalStore
from tests.faults.place import Place
from tests.faults.proxy import FAULTS, Proxy, proxy_before
from tests.scripts.nodes import NODES, node

DEEDS = ("commit", "reveal", "upload", "attest", "claim")
SEEDS = tuple(int(seed) for seed in os.environ.get("GRADBOND_FAULT_SEEDS", "1").split(","))
"""Each gives other moments and lengths; a cell's name ends in its seed, so that a failure replays."""

FAST = {("refuse", "commit"), ("cut", "reveal"), ("other chain", "claim")}
SECONDS = 2.5


class Struck(Trainer):
    """An honest trainer whose node begins to fail somewhere in one deed."""

    deed = ""
    begin: Callable[[], None] = staticmethod(lambda: None)

    def _at(self, deed: str) -> None:
        if deed == self.deed:
            self.deed = ""
            type(self).begin()

    def commit(self) -> str | None:
        self._at("commit")
        return super().commit()

    def reveal(self) -> str | None:
        self._at("reveal")
        return super().reveal()

    def attest(self) -> str:
        self._at("attest")
        return super().attest()

    def go_home(self, role: Role) -> str | None:
        self._at("claim")
        return super().go_home(role)


class FailingStore(LocalStore):
    """A real store that loses its network for a while, as soon as something is put into it.

    How it fails follows the node's fault: not at all, late, after it has kept the bytes, or before.
    """

    def __init__(self, folder: Path, fault: str, begin: Callable[[], None]) -> None:
        super().__init__(folder)
        self.fault, self.begin, self.left = fault, begin, 2

    def put(self, data: bytes) -> ContentId:
        if self.left == 2:
            self.begin()
        if self.left > 0:
            self.left -= 1
            if self.fault in ("cut", "deaf"):
                super().put(data)
            if self.fault == "delay":
                time.sleep(1)
                return super().put(data)
            raise StorageError(f"the store did not answer ({self.fault})")
        return super().put(data)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """A node on another chain."""
    settings = NODES["anvil"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(NODES, "anvil", [*settings[:3], "1338", *settings[4:]])
        with node("anvil") as url:
            yield url


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that is silent for a second is gone."""
    monkeypatch.setattr(rpc, "REQUEST_SECONDS", 1)


def cells() -> Iterator[Any]:
    for fault in FAULTS:
        for deed in DEEDS:
            for seed in SEEDS:
                fast = (fault, deed) in FAST
                yield pytest.param(
                    fault, deed, seed, id=f"{fault}-{deed}-{seed}", marks=() if fast else pytest.mark.matrix
                )


@pytest.mark.parametrize(("fault", "deed", "seed"), list(cells()))
def test_round_settles(place: Place, elsewhere: str, fault: str, deed: str, seed: int) -> None:
    chance = random.Random(f"{fault} {deed} {seed}")
    with proxy_before(place.url, other=elsewhere, seed=seed) as proxy:
        stage = place.stage()
        stage.add("trainer-1", url=proxy.url)
        # Where in the deed: none of its requests is spared by all seeds.
        after = chance.randrange(12)
        requests = chance.choice((1, 3, 10**6))

        def begin() -> None:
            proxy.begin(fault, after=after, requests=requests, seconds=SECONDS)

        store = FailingStore(stage.folder / "store", fault, begin) if deed == "upload" else None
        struck = stage.enter("trainer-1", kind=Struck, store=store)
        assert isinstance(struck, Struck)
        struck.deed, Struck.begin = deed, staticmethod(begin)
        for name in ("trainer-2", "trainer-3", "aggregator"):
            stage.enter(name)
        began = time.monotonic()
        stage.until_home(also=lambda: proxy.is_faulty and stage.phase is not Phase.ENDED)
        note(fault, deed, seed, proxy, stage.troubles, after, requests, time.monotonic() - began)
        proxy.heal()
        assert proxy.hits, "the fault met no request"
        stage.assert_settled()


def note(
    fault: str, deed: str, seed: int, proxy: Proxy, troubles: Any, after: int, requests: int, seconds: float
) -> None:
    """What the cell did, for whoever wants to read it: a line of JSON in the file that is named."""
    if path := os.environ.get("GRADBOND_FAULT_REPORT"):
        line = {
            "after": after,
            "cell": f"{fault} x {deed}",
            "errors": troubles,
            "hits": proxy.hits,
            "requests": requests,
            "seconds": round(seconds, 1),
            "seed": seed,
        }
        with Path(path).open("a") as out:
            out.write(json.dumps(line) + "\n")


# ------------------------------------------------------------------ what a single fault looks like from inside


def test_busy_node_is_asked_again_after_the_time_that_it_names(place: Place) -> None:
    with proxy_before(place.url) as proxy:
        connection = Connection.open(proxy.url)
        proxy.begin("429", requests=1)
        began = time.monotonic()
        assert connection.block_number() > 0
        assert proxy.hits == ["eth_blockNumber"] and time.monotonic() - began >= 1


@pytest.mark.parametrize("fault", ["refuse", "cut", "blackhole", "deaf", "nonsense", "500"])
def test_error_of_a_faulty_node_is_one_line_that_may_pass(place: Place, fault: str) -> None:
    with proxy_before(place.url, seed=3) as proxy:
        connection = Connection.open(proxy.url)
        proxy.begin(fault, seconds=8)
        with pytest.raises(ChainError) as raised:
            for _ in range(8):
                connection.now()
                connection.node.logs((), 0, 1)
                connection.nudge()
        assert raised.value.passing and "\n" not in str(raised.value) and proxy.hits


@pytest.mark.parametrize("seed", range(6))
def test_no_nonsense_of_a_node_escapes_as_a_traceback(place: Place, seed: int) -> None:
    with proxy_before(place.url, seed=seed) as proxy:
        connection = Connection.open(proxy.url)
        coin = connection.contract("DeepCoin", place.deployment.coin)
        proxy.begin("nonsense", seconds=60)
        calls: list[Callable[[], Any]] = [
            connection.now,
            connection.head,
            connection.block_number,
            connection.nudge,
            lambda: connection.block_hash(1),
            lambda: connection.logs((), 0, 1),
            lambda: connection.call(coin.functions.totalSupply()),
            lambda: connection.wait_until(10**12, timeout_seconds=0.1),
        ]
        for call in calls:
            with pytest.raises(ChainError) as raised:
                call()
            assert raised.value.passing
