"""One round checked from its events and the stored bytes alone."""

from __future__ import annotations

from fl_client.audit.review import ReviewAudit
from fl_client.chain.contracts import Evidence
from fl_client.disputes import TableFlaw
from fl_client.encoding import commit_vector, commitment_of
from fl_client.errors import AuditDiffers, AuditUnchecked, ContentAltered, ContentMissing, EncodingError
from fl_client.roles.models import ModelBook
from fl_client.rounds import NO_TRUST, Reveal, RoundRecord, TaskWatch, fetch_vector, tally


class RoundAudit:
    """Recomputes every statement that the chain makes about one round.

    Raises (all methods):
        AuditDiffers: a statement is false; the message says where and what.
        AuditUnchecked: bytes that it rests on cannot be had.
    """

    def __init__(self, watch: TaskWatch, models: ModelBook, record: RoundRecord) -> None:
        self.watch, self.models, self.record = watch, models, record
        self._parameters = watch.contract.parameters

    def check(self) -> None:
        """Everything, in the order of the phases."""
        for reveal in self.record.reveals:
            self.check_commitment(reveal)
        if self.record.accepted_mask is None:
            if self.record.finalized:
                raise AuditDiffers(
                    f"round {self.record.number} is final and its accepted set was never fixed"
                )
            return
        if self.watch.contract.board is None:
            self.check_attestations()
        else:
            ReviewAudit(self.watch, self.record).check()
        for reveal in self.record.reveals:
            self.check_bytes(reveal)
        self.check_inputs()
        if self.record.proposals:
            self.check_proposals()

    def check_commitment(self, reveal: Reveal) -> None:
        """The revealed fields hash to what this trainer committed to in this very turn."""
        where = f"round {self.record.number}, reveal {reveal.index} of {reveal.trainer}"
        digest = self.watch.digest_of_reveal(self.record.number, reveal)
        committed = [
            one.digest
            for one in self.record.commits
            if one.trainer == reveal.trainer and one.turn == reveal.turn
        ]
        if committed != [digest]:
            raise AuditDiffers(f"{where}: its fields hash to 0x{digest.hex()}, which it never committed to")
        if reveal.root_sum > self._parameters.norm_bound_squared or reveal.samples < 1:
            raise AuditDiffers(f"{where}: it is longer than the task allows, or rests on no sample")

    def check_attestations(self) -> None:
        """The accepted set is what the attestations say."""
        outcome = tally(self.record, turn=self.record.frozen_turn)
        if (outcome.accepted_mask, outcome.attested_mask) != (
            self.record.accepted_mask,
            self.record.attested_mask,
        ):
            raise AuditDiffers(
                f"round {self.record.number}: the attestations accept {outcome.accepted_mask:b}, "
                f"the chain says {self.record.accepted_mask or 0:b}"
            )
        if outcome.accepted < self._parameters.quorum:
            raise AuditDiffers(
                f"round {self.record.number}: {outcome.accepted} accepted updates are no quorum"
            )

    def check_bytes(self, reveal: Reveal) -> None:
        """An accepted update's bytes are there, are what it committed to, and its norm is true."""
        accepted = self.record.accepts(reveal.index)
        where = f"round {self.record.number}, update {reveal.index} of {reveal.trainer}"
        try:
            update = self.models.update(self.record.number, reveal)
        except (ContentMissing, ContentAltered, EncodingError) as problem:
            if accepted and not isinstance(problem, ContentMissing):
                raise AuditDiffers(f"{where}: {problem}") from problem
            # Bytes that are not there, or not what was committed to, are why an update is left out: nothing
            # contradicts that. That a tree lied was proved to the contract; from such bytes it cannot be seen again.
            if accepted or self._is_slashed(reveal):
                raise AuditUnchecked(f"{where}: {problem}") from problem
            return
        if update.lies and accepted:
            raise AuditDiffers(f"{where}: it was accepted and its tree lies in chunk {update.lies[0]}")
        if self._is_slashed(reveal) and not update.lies:
            raise AuditDiffers(f"{where}: it was slashed for a lying tree and its tree is true")

    def check_inputs(self) -> None:
        """What the owner gave is what it committed to, and its bytes are there."""
        number = self.record.number
        inputs = self.watch.ledger.tables.inputs_of(number)
        where = f"round {number}, the trusted update"
        if (
            inputs.trust != NO_TRUST
            and commit_vector(inputs.trust_root, self.watch.update_form) != inputs.trust
        ):
            raise AuditDiffers(f"{where}: its root has another commitment than 0x{inputs.trust.hex()}")
        try:
            self.models.trust(number)
        except ContentMissing as problem:
            raise AuditUnchecked(f"{where}: {problem}") from problem
        except (ContentAltered, EncodingError) as problem:
            raise AuditDiffers(f"{where}: {problem}") from problem

    def weighed_away(self) -> tuple[Reveal, ...]:
        """The accepted updates that count for nothing in the round's model, by what the rule weighs."""
        accepted = self.watch.accepted(self.record.number)
        if not accepted:
            return ()
        shares = self.models.weighed(self.record.number, accepted).shares
        return tuple(reveal for reveal, share in zip(accepted, shares, strict=True) if not share)

    def check_proposals(self) -> None:
        """The standing model is what the accepted updates give, and every rejected one was not."""
        number = self.record.number
        try:
            _, sealed = self.models.recomputed(number)
        except ContentMissing as problem:
            raise AuditUnchecked(f"round {number}: {problem}") from problem
        for proposal in self.record.proposals:
            same = proposal.model == sealed.commitment
            if proposal.evidence is None and self.record.finalized and not same:
                raise AuditDiffers(
                    f"round {number}: its final model has the commitment 0x{proposal.model.hex()}, "
                    f"the accepted updates give 0x{sealed.commitment.hex()}"
                )
            flaw = self.models.table_flaw(number, proposal)
            if proposal.evidence is None and self.record.finalized and flaw is not None:
                raise AuditDiffers(f"round {number}: its final model stands on {_spelt(flaw)}")
            if (
                proposal.evidence == Evidence.WRONG_AGGREGATE
                and same
                and flaw is None
                and not proposal.unanswered
            ):
                raise AuditDiffers(f"round {number}: a right model was rejected on evidence")
        self._check_model_bytes()

    def _check_model_bytes(self) -> None:
        standing, number = self.record.standing, self.record.number
        if standing is None or not self.record.finalized:
            return
        try:
            form = self.watch.model_form
            fetched = fetch_vector(self.models.store, standing.content_id, form, standing.model)
        except ContentMissing as problem:
            raise AuditUnchecked(f"round {number}, the model's bytes: {problem}") from problem
        except (ContentAltered, EncodingError) as problem:
            raise AuditDiffers(f"round {number}, the model's bytes: {problem}") from problem
        if commitment_of(fetched.vector, form) != standing.model:
            raise AuditDiffers(
                f"round {number}, the model's bytes: their tree lies in chunk {fetched.lies[0]}"
            )

    def _is_slashed(self, reveal: Reveal) -> bool:
        """Whether this very update was proved to lie: its trainer was dropped for it, or slashed after the freeze."""
        return any(
            slash.account == reveal.trainer
            and slash.evidence == Evidence.WRONG_NORM
            and slash.reveal_round == self.record.number
            for slash in self.watch.ledger.slashes
        )


def _spelt(flaw: TableFlaw) -> str:
    if flaw.posted is None:
        return "no table of distances"
    if flaw.pair is None:
        return f"a table of distances of {len(flaw.posted.data)} bytes, which is not the right length"
    return f"a table of distances that is wrong for the updates {flaw.pair[0]} and {flaw.pair[1]}"
