"""Roles that attack the protocol, in every round: stale reveals, withheld bytes, split stakes, vain disputes."""

from __future__ import annotations

from typing import Any

from fl_client.chain import SecretRow
from fl_client.chain.contracts import Phase, Role
from fl_client.disputes import dispute_opening
from fl_client.encoding import UpdateMessage, update_digest
from fl_client.errors import ContractReverted
from fl_client.roles import Aggregator, Participant, Trainer
from fl_client.rounds import Reveal
from fl_client.simulation.attackers import EVERY_ROUND, HidingAggregator, LyingTableAggregator
from fl_client.storage import ContentId, ContentStore
from fl_client.types import Address, Bytes32

ELSEWHERE = ("another round", "another task", "another chain")
"""From where a stale reveal comes, in turns."""


class ReplayingTrainer(Trainer):
    """Commits to an update that was made for another round, task or chain, and reveals that.

    The contract computes the digest itself, with its own chain, address, round, attempt and base model: none of the
    three fits.
    """

    refused_with: str | None = None
    _tried_in = 0

    def commit(self) -> str | None:
        """Commit to a digest that was valid elsewhere."""
        clock = self.contract.clock()
        if clock.round == 1:
            return super().commit()  # there is no round before
        secret = self.prepare_once(clock.round, clock.attempt)
        message = UpdateMessage(
            task=Address("0x" + "0" * 39 + "1") if self._whence(clock.round) == 1 else self.contract.address,
            round=clock.round - 1 if self._whence(clock.round) == 0 else clock.round,
            attempt=clock.attempt,
            base_model=secret.base_model,
            trainer=self.address,
            commitment=secret.commitment,
            content_id=secret.content_id,
            samples=secret.samples,
            milliseconds=secret.milliseconds,
            salt=secret.salt,
        )
        chain = self.contract.connection.chain_id + (self._whence(clock.round) == 2)
        digest = update_digest(message, chain)
        self.send(self.contract.task.functions.commitUpdate(clock.turn, digest), intent=self.named("commit"))
        return f"committed to an update of {ELSEWHERE[self._whence(clock.round)]}"

    def reveal(self) -> str | None:
        """Reveal it once; the contract refuses it."""
        if self.ledger.round == 1:
            return super().reveal()
        if self._tried_in == self.ledger.turn:
            return None
        self._tried_in = self.ledger.turn
        try:
            return super().reveal()
        except ContractReverted as refusal:
            self.refused_with = refusal.name
            return f"tried a stale reveal: {refusal.name}"

    def prepare_once(self, round_: int, attempt: int) -> SecretRow:
        """The update of this attempt, learnt at most once."""
        kept = self.journal.secret(self.contract.address, self.address, round_, attempt)
        return kept or self.prepare(round_, attempt)

    @staticmethod
    def _whence(round_: int) -> int:
        return round_ % len(ELSEWHERE)


class WithholdingTrainer(Trainer):
    """Reveals, and gives the bytes to its accomplices alone, who vouch for them."""

    accomplices: ContentStore

    def _publish(self, secret: SecretRow) -> None:
        size = secret.content_bytes
        content = ContentId.from_digest(secret.content_id, size)
        self.accomplices.put(self.private.get(content, max_bytes=size))

    def _serve(self, number: int, reveal: Reveal) -> None:
        """Give nothing to anybody else."""

    def show_asked(self) -> str | None:
        """Not even where it is asked for what it vouched for."""
        return None


class BlindTrainer(WithholdingTrainer):
    """Vouches for every update, whether it could fetch it or not."""

    def attest(self) -> str:
        """Look at nothing."""
        count = len(self.ledger.current().reveals)
        self.send(self.contract.task.functions.attestUpdates((1 << count) - 1), intent=self.named("attest"))
        return f"vouched blindly for {count}"


class SharedWith:
    """A store as accomplices have it: what is public, and what they keep among themselves."""

    def __init__(self, public: ContentStore, among: ContentStore) -> None:
        self._public, self._among = public, among

    def put(self, data: bytes) -> ContentId:
        """Publish."""
        return self._public.put(data)

    def get(self, content_id: ContentId, *, max_bytes: int) -> bytes:
        """Read from wherever it is."""
        source = self._among if self._among.has(content_id) else self._public
        return source.get(content_id, max_bytes=max_bytes)

    def has(self, content_id: ContentId) -> bool:
        """Whether everybody can have it."""
        return self._public.has(content_id)


class SplitTrainer(Trainer):
    """Tries to join with a part of the stake, so that one stake makes several trainers."""

    refused_with: str | None = None

    def act(self, phase: Phase) -> str | None:
        """Try once."""
        if self.refused_with is not None or phase is Phase.ENDED:
            return None
        try:
            return super().act(phase)
        except ContractReverted as refusal:
            self.refused_with = refusal.name
            return f"tried to join with a split stake: {refusal.name}"


class ReturningSealer(Aggregator):
    """Comes back with a new stake once it is slashed."""

    def join(self) -> str | None:
        """Take a seat again as long as there are coins for it."""
        stake = self.contract.parameters.sealer_stake
        held, _ = self.contract.stake(self.address, Role.SEALER)
        if held or self.contract.balance(self.address) < stake:
            return None
        self.allow(stake)
        try:
            self.send(self.contract.task.functions.joinAsSealer())
        except ContractReverted:
            return None  # not while slots run: the next step tries again
        return "took a seat"

    def _open_seat(self, phase: Phase) -> int | None:
        return None


class LyingSealer(ReturningSealer, HidingAggregator):
    """Proposes a wrong model whenever it is its turn, and hides it."""

    cheats_in = EVERY_ROUND


class LyingTableSealer(ReturningSealer, LyingTableAggregator):
    """Posts a wrong distance whenever it is its turn, and splits it so that every answer adds up."""

    cheats_in = EVERY_ROUND


class Griefer(Participant):
    """Challenges right models with nothing behind it, answers no step, and sends dust and announcements about.

    Each vain dispute delays one round by a step's time, and costs the bond. Announcements (``openEvidence``) and dust
    cost gas; they change nothing that anybody loops over.
    """

    role = "challenger"
    stakes_as = Role.CHALLENGER
    announcements = 3

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._disputed = 0
        self._announced: tuple[int, Bytes32, Bytes32] | None = None

    def act(self, phase: Phase) -> str | None:
        """One vain dispute a round."""
        if phase is Phase.ENDED:
            return self.go_home(Role.CHALLENGER)
        number = self.ledger.round
        if phase is not Phase.CHALLENGE or self._disputed == number or self.contract.clock().dispute_open:
            return None
        if self._announced is None or self._announced[0] != number:
            return self._announce(number)
        bond = self.contract.connection.call(self.contract.task.functions.nextBond())
        if self.contract.balance(self.address) < bond:
            return None
        self.allow(bond)
        self._disputed = number
        _, replacement, salt = self._announced
        self.contract.connection.wait_until(self.contract.connection.now() + 1)
        opened = self.contract.court.functions.openDispute(
            self.contract.address, number, self.contract.clock().proposal, replacement, replacement, salt
        )
        self.send(opened)
        return "opened a vain dispute"

    def _announce(self, number: int) -> str:
        replacement, salt = Bytes32(number.to_bytes(32, "big")), Bytes32(bytes(31) + b"\x07")
        opening = dispute_opening(self.address, self.contract.address, replacement, salt)
        self.send(self.contract.court.functions.openEvidence(opening))
        for extra in range(self.announcements - 1):
            noise = Bytes32((number * 1_000 + extra + 1).to_bytes(32, "little"))
            self.send(self.contract.court.functions.openEvidence(noise))
        deployment = self.contract.deployment
        for holder in (deployment.vault, deployment.pool, self.contract.address):
            self.send(self.contract.coin.functions.transfer(holder, 1))
        self._announced = (number, replacement, salt)
        return "announced evidence that it has not, and sent dust"
