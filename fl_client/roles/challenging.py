"""Evidence announced a block before it is shown, and what is wrong with a proposer's table of distances."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fl_client.chain import TransactionSender
from fl_client.chain.contracts import Step, TableDispute
from fl_client.disputes import (
    AggregateEvidence,
    TableFlaw,
    answer_sums,
    chunk_distances,
    entry_evidence,
    evidence_opening,
    fresh_salt,
    table_opening,
    wrong_sum,
)
from fl_client.errors import ContractReverted
from fl_client.roles.acting import GasBook
from fl_client.roles.answering import Answering
from fl_client.roles.models import ModelBook
from fl_client.rounds import PostedTable, TaskWatch
from fl_client.types import Bytes32

_log = logging.getLogger(__name__)

ProposalKey = tuple[int, int, Bytes32]
"""Round, number and model of a proposal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCase:
    """An entry that is about to be disputed: of which proposal, by which salt, announced in which block."""

    proposal: ProposalKey
    salt: Bytes32
    opened_in: int


class Challenging(Answering):
    """An account that brings to court what it can prove."""

    def __init__(
        self,
        watch: TaskWatch,
        sender: TransactionSender,
        gas: GasBook,
        *,
        models: ModelBook,
        salt: Callable[[], Bytes32] = fresh_salt,
    ) -> None:
        """Make a challenger; `salt` gives 32 unpredictable bytes a call."""
        super().__init__(watch, sender, gas, models=models)
        self.salt = salt
        self._openings: dict[Bytes32, tuple[Bytes32, int]] = {}
        self._table_case: TableCase | None = None

    # ------------------------------------------------------------------ announcements

    def opened(self, evidence: Bytes32) -> Bytes32 | None:
        """The salt of evidence that was announced a block ago; announces it otherwise."""
        if evidence in self._openings:
            salt, block = self._openings[evidence]
            self.pass_block(block)
            return salt
        salt = self.salt()
        opening = evidence_opening(self.address, self.contract.address, evidence, salt)
        receipt = self.send(self.contract.court.functions.openEvidence(opening))
        self._openings[evidence] = (salt, receipt.block)
        return None

    def forget(self, evidence: Bytes32) -> None:
        """Announce it anew the next time."""
        del self._openings[evidence]

    def pass_block(self, block: int) -> None:
        """An opening counts from the block after its own."""
        connection = self.contract.connection
        if connection.block_number() <= block:
            connection.wait_until(connection.now() + 1)

    def send_announced(self, function: Any) -> bool:
        """Send what needs an announcement; false where a reorganisation took that: it is made anew."""
        try:
            self.send(function)
        except ContractReverted as refusal:
            if refusal.name != "DisputeCourtNotOpened":
                raise
            _log.warning("%s: the announcement is not on the chain any more", self.address)
            return False
        return True

    # ------------------------------------------------------------------ tables

    def pursue_table(self, key: ProposalKey, flaw: TableFlaw) -> str | None:
        """Prove that a table is missing or too short, or take its wrong entry to court, step by step."""
        if flaw.posted is None or flaw.pair is None:
            return self._prove_missing(b"" if flaw.posted is None else flaw.posted.data)
        if not self.contract.clock().dispute_open:
            return self._deny_entry(key, flaw.posted, flaw.pair)
        dispute = self.contract.table_dispute()
        if dispute.challenger != self.address:
            return None
        if self.contract.connection.now() >= dispute.deadline:
            self.send(self.contract.court.functions.resolveDispute(self.contract.address))
            return "won: the aggregator missed a step"
        if dispute.step is Step.PICK_SUM:
            return self._pick_sum(dispute)
        if dispute.step is Step.ENTRY:
            return self._prove_entry(dispute)
        return None

    def _prove_missing(self, posted: bytes) -> str | None:
        """One transaction, without a bond: a proposal without its table is wrong, whatever the model is."""
        evidence = AggregateEvidence(table=posted)
        salt = self.opened(evidence.digest)
        if salt is None:
            return "found a proposal without a table of distances, announced evidence"
        proved = self.contract.court.functions.proveWrongAggregate(
            self.contract.address, evidence.to_tuple(), salt
        )
        if not self.send_announced(proved):
            self.forget(evidence.digest)
            return None
        return "proved that a proposal has no table of distances"

    def _deny_entry(self, key: ProposalKey, posted: PostedTable, pair: tuple[int, int]) -> str | None:
        """Announce that an entry is wrong; a block later dispute it under a bond."""
        task, court = self.contract.address, self.contract.court.functions
        case = self._table_case
        if case is None or case.proposal != key:
            salt = self.salt()
            opening = table_opening(self.address, task, key[0], pair, salt)
            receipt = self.send(court.openEvidence(opening))
            self._table_case = TableCase(proposal=key, salt=salt, opened_in=receipt.block)
            return f"found that the distance of updates {pair[0]} and {pair[1]} in proposal {key[1]} is wrong"
        self.pass_block(case.opened_in)
        self.allow(self.contract.connection.call(self.contract.task.functions.nextBond()))
        opened = court.openTableDispute(task, key[0], *pair, posted.data, case.salt)
        if not self.send_announced(opened):
            self._table_case = None
            return None
        return "opened a dispute about a distance"

    def _pick_sum(self, dispute: TableDispute) -> str:
        """Go on to the first of the sealer's sums that is wrong."""
        posted = bytes(self.ledger.answers[-1][1]["sums"])
        one, other = self.disputed_pair(dispute)
        distances = chunk_distances(one.vector, other.vector)
        place = wrong_sum(answer_sums(distances, dispute.level, dispute.position), posted)
        self.send(self.contract.court.functions.pickSum(self.contract.address, place, posted))
        return f"followed the difference to sum {place}"

    def _prove_entry(self, dispute: TableDispute) -> str:
        """Show the chunk in both vectors."""
        one, other = self.disputed_pair(dispute)
        accepted = self.watch.accepted(self.ledger.round)
        evidence = entry_evidence(dispute.position, one, other, self.watch.entries(accepted))
        self.send(self.contract.court.functions.proveWrongEntry(self.contract.address, evidence.to_tuple()))
        return f"proved on chain that the distance is wrong in chunk {dispute.position}"
