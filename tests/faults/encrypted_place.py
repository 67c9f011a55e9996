"""Encrypted tasks on an anvil: three parties and a dealer of this process, and one that dies in its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fl_client.chain import Connection, Journal, TransactionSender, UnlockedSender, demo_account
from fl_client.chain.contracts import FactoryBounds, deploy
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import GradbondError
from fl_client.types import Address
from tests.encrypted_stage import Ground, Stage
from tests.faults.mortal import Mortal
from tests.faults.place import ask
from tests.scripts.nodes import node

MORTAL = "party 2"
_ACCOUNTS = 6 * 20
_HURRY_SECONDS = 1.0
_NOBODY_IS_DUE = (EncryptedPhase.SUM_CHALLENGE, EncryptedPhase.RESULT_CHALLENGE, EncryptedPhase.ENDED)


class MortalParty(Mortal):
    """The second party in a process of its own."""

    module = "tests.faults.encrypted_member"

    def settings(self) -> dict[str, object]:
        return {
            "account": self.stage.members[MORTAL].index,
            "deployment": str(self.folder / "deployment.json"),
            "learns": 1,
            "state": str(self.folder),
            "store": str(self.stage.folder / "store"),
            "task": self.stage.contract.address,
            "url": self.stage.connection.url,
        }


class MortalStage(Stage):
    """A task whose second party is left to a process."""

    def __init__(self, ground: Ground, **plan: Any) -> None:
        # Phases end when everybody has acted; their ends are far away, and a death takes its time.
        super().__init__(ground, **({"phase_seconds": 3_600} | plan))
        journal = self.members[MORTAL].journal
        assert journal is not None
        journal.close()
        self.members[MORTAL].actor = self.members[MORTAL].journal = None
        self.address = Address(demo_account(0, self.members[MORTAL].index).address)
        self._hurried = 0.0

    def play(self, one: MortalParty) -> None:
        """To the end of the task, and until the mortal has gone home."""
        for name in ("party 1", MORTAL):  # so that it is the first to propose a sum
            self._until_joined(name, one)
        while one.is_alive():
            if not self._sweep():
                self._hurry()
        assert self.phase is EncryptedPhase.ENDED

    def _until_joined(self, name: str, one: MortalParty) -> None:
        account = demo_account(0, self.members[name].index).address
        while account not in self.ledger.keys:
            if name == MORTAL:
                assert one.is_alive()
            else:
                self.step(name)

    def _sweep(self) -> bool:
        """Let everybody of this process act once, as ``run_role`` does: what passes is waited out."""
        busy = False
        for name in self.members:
            if name == MORTAL:
                continue
            try:
                busy |= self.step(name)
            except GradbondError as problem:
                if not problem.passing:
                    raise
                busy = True
        return busy

    def _hurry(self) -> None:
        """Let time pass while nobody owes anything."""
        state = self.contract.state()
        if state.phase not in _NOBODY_IS_DUE or time.monotonic() - self._hurried < _HURRY_SECONDS:
            return
        self._hurried = time.monotonic()
        ended = state.phase is EncryptedPhase.ENDED
        until = state.deadline + (self.contract.parameters.unbonding_seconds if ended else 0)
        ask(self.connection, "evm_increaseTime", max(1, until - self.connection.now() + 1))
        ask(self.connection, "evm_mine")

    @contextmanager
    def mortal(self, die_at: list[str]) -> Iterator[MortalParty]:
        """The second party, for the time of a test."""
        one = MortalParty(self, MORTAL, ",".join(die_at))
        try:
            yield one
        finally:
            one.kill()

    # ------------------------------------------------------------------ what has to be true

    def assert_said_once(self) -> None:
        """The mortal signed one update and one sharing, and the public store has no other bytes of it."""
        with Journal(self.folder / MORTAL) as journal:
            rows = journal.transactions(self.connection.chain_id, self.address)
            (update,) = journal.statements(self.contract.address, self.address, "update", 1)
            (shares,) = journal.statements(self.contract.address, self.address, "share", 1)
        submit = self.contract.task.encode_abi("submit", [0, 0, bytes(32), bytes(32)])
        share = self.contract.task.encode_abi("share", [0, bytes(32), bytes(32), bytes(32)])
        signed: dict[str, set[bytes]] = {submit[2:10]: set(), share[2:10]: set()}
        nonces: dict[int, set[str]] = {}
        for row in rows:
            for selector, found in signed.items():
                if (at := row.raw.find(bytes.fromhex(selector))) >= 0:
                    found.add(row.raw[at : at + 4 + 4 * 32])
            if row.status.value in ("mined", "reverted", "signed"):
                nonces.setdefault(row.nonce, set()).add(row.intent)
        assert all(len(intents) == 1 for intents in nonces.values()), nonces
        for calls, said in zip(signed.values(), (update, shares), strict=True):
            (call,) = calls
            assert call.endswith(bytes(said.root) + bytes(said.content_id))
        self._assert_public(update.content_bytes, shares.content_bytes)

    def _assert_public(self, update_bytes: int, shares_bytes: int) -> None:
        """One update and one sharing a party lie in the public store, and they are those of the chain."""
        sizes = [path.stat().st_size for path in (self.folder / "store").iterdir()]
        assert (sizes.count(update_bytes), sizes.count(shares_bytes)) == (4, 4), sizes

    def assert_settled(self) -> None:
        """One round, in one turn, with everybody's update and shares once, all paid, nobody slashed or late."""
        ledger = self.ledger
        assert (ledger.rounds_final, ledger.slashes, ledger.lateness) == (1, [], [])
        (turn,) = ledger.turns.values()
        assert sorted(turn.submissions) == [0, 1, 2, 3] and turn.accepted == 0b1111
        assert sorted(one.place for one in turn.shares) == [0, 1, 2, 3]
        assert len(turn.sums) == len(turn.results) == 1 and not turn.questions
        parameters, coins = self.contract.parameters, self.contract.balance(self.address)
        due = parameters.update_reward + parameters.attest_reward + parameters.share_reward
        due += parameters.sum_reward * (turn.sums[0].account == self.address)
        due += parameters.result_reward * (turn.results[0].account == self.address)
        assert coins == due + 1_000 * 10**18


@contextmanager
def ground_on_anvil(folder: Path) -> Iterator[Ground]:
    """Start a node and deploy."""
    with node("anvil") as url:
        connection = Connection.open(url)
        for index in range(_ACCOUNTS):
            ask(connection, "anvil_setBalance", demo_account(0, index).address, hex(10**20))
        bank = UnlockedSender(connection)
        with Journal(folder / "owner") as journal:
            owner = TransactionSender(connection, demo_account(0, 0), journal)
            deployment = deploy(bank, connection, bounds=FactoryBounds.devnet())
            coin = connection.contract("DeepCoin", deployment.coin)
            bank.send(coin.functions.transfer(owner.address, 10**6 * 10**18))
            yield Ground(folder, connection, deployment, owner)
