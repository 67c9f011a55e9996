"""The watching auditor: recomputes every round while it runs, and brings to court what it can prove."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from fl_client.chain.contracts import Phase, Role, Step, TrainerState
from fl_client.disputes import (
    Dissection,
    aggregate_evidence,
    dispute_opening,
    first_difference,
    levels_below,
    norm_evidence,
    opening_of,
    parse_nodes,
)
from fl_client.encoding import CHUNK_COORDINATES, MerkleSumTree, Node, chunk_bytes
from fl_client.errors import EncodingError, StorageError
from fl_client.roles.challenging import Challenging, ProposalKey
from fl_client.rounds import Proposal, Reveal, SealedVector, Vector, fetch_vector
from fl_client.types import Address, Bytes32

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Case:
    """A challenge that this auditor has begun.

    Attributes:
        proposal: round, number and model of the proposal.
        salt: of the opening.
        mine: the right model.
        sealed: its bytes and commitment.
        opened_in: block of the opening.
    """

    proposal: ProposalKey
    salt: Bytes32
    mine: Vector
    sealed: SealedVector
    opened_in: int


class Auditor(Challenging):
    """An account that trusts nobody and earns bounties."""

    role = "auditor"
    stakes_as = Role.CHALLENGER

    _case: Case | None = None

    def act(self, phase: Phase) -> str | None:
        """Settle what is overdue, prove lies, challenge wrong models."""
        if (struck := self.strike_silent()) is not None:
            return struck
        if phase is Phase.ENDED:
            return self.settle_overdue(phase) or self.go_home(Role.CHALLENGER)
        if phase in (Phase.NONE, Phase.JOIN):
            return self.advance(phase)
        done = self.settle_overdue(phase) or self.prove_norms(phase) or self.ask_for_missing(phase)
        if done is None and phase is Phase.CHALLENGE:
            done = self.check_proposal()
        return done or self.advance(phase)

    # ------------------------------------------------------------------ missing reveals

    def settle_overdue(self, phase: Phase) -> str | None:
        """Show by the deadline that a trainer committed and did not reveal."""
        for account in self._committed():
            record = self.contract.trainer(account)
            over = record.turn < self.contract.clock().turn or phase > Phase.REVEAL
            if record.state is TrainerState.COMMITTED and over:
                self.send(self.contract.task.functions.settle(account))
                return f"settled {account}: committed, not revealed"
        return None

    def _committed(self) -> tuple[Address, ...]:
        """Whoever committed in this round or the one before and has not revealed since."""
        found: dict[Address, None] = {}
        for number in (self.ledger.round - 1, self.ledger.round):
            record = self.ledger.rounds.get(number)
            if record is not None:
                found.update(dict.fromkeys(commit.trainer for commit in record.commits))
                for reveal in record.reveals:
                    found.pop(reveal.trainer, None)
        return tuple(found)

    # ------------------------------------------------------------------ lying norm trees

    def prove_norms(self, phase: Phase) -> str | None:
        """Prove one chunk of an update whose tree lies."""
        if phase < Phase.ATTEST:
            return None
        record = self.ledger.current()
        for reveal in record.reveals:
            if reveal.trainer in self.ledger.suspended or reveal.index in record.dropped:
                continue
            done = self._prove_norm(record.number, reveal)
            if done is not None:
                return done
        return None

    def _prove_norm(self, number: int, reveal: Reveal) -> str | None:
        try:
            update = self.models.update(number, reveal)
        except (StorageError, EncodingError):
            return None  # nothing there to prove: the attestations leave it out
        if not update.lies:
            return None
        evidence = norm_evidence(reveal.trainer, number, update)
        salt = self.opened(evidence.digest)
        if salt is None:
            return "announced evidence"
        task = self.contract.address
        proved = self.contract.court.functions.proveWrongNorm(
            task, evidence.trainer, evidence.round, evidence.index, evidence.opening, salt
        )
        if not self.send_announced(proved):
            self.forget(evidence.digest)
            return None
        return f"proved that the norm tree of {reveal.trainer} lies in chunk {evidence.index}"

    # ------------------------------------------------------------------ wrong aggregates

    def check_proposal(self) -> str | None:
        """Recompute the proposed model and challenge it if it is another; answer for its own that stands."""
        record = self.ledger.current()
        standing = record.standing
        if standing is None:
            return None
        if standing.proposer == self.address:
            return self.answer()
        key = (record.number, standing.number, standing.model)
        # First: by a wrong table of its own a wrong model would be right.
        flaw = self.models.table_flaw(record.number, standing)
        if flaw is not None:
            return self.pursue_table(key, flaw)
        if self._case is None or self._case.proposal != key:
            mine, sealed = self.models.recomputed(record.number)
            if sealed.commitment == standing.model:
                return None
            if not self._has_opened_dispute():
                # Its own model will have to stand on a table, too.
                if (posted := self.post_table(record.number, self.watch.accepted(record.number))) is not None:
                    return posted
                return self._announce(key, mine, sealed)
            # Begun before a restart: everything else about it is on the chain.
            self._case = Case(proposal=key, salt=self.salt(), mine=mine, sealed=sealed, opened_in=0)
        return self._pursue(self._case, standing)

    def _has_opened_dispute(self) -> bool:
        return self.contract.clock().dispute_open and self.contract.dispute().challenger == self.address

    def _announce(self, key: ProposalKey, mine: Vector, sealed: SealedVector) -> str:
        salt = self.salt()
        opening = dispute_opening(self.address, self.contract.address, sealed.commitment, salt)
        # Its own model is public before it stands for anything.
        self.models.publish(sealed)
        receipt = self.send(self.contract.court.functions.openEvidence(opening))
        self._case = Case(proposal=key, salt=salt, mine=mine, sealed=sealed, opened_in=receipt.block)
        return f"found that proposal {key[1]} of round {key[0]} is wrong"

    def _pursue(self, case: Case, standing: Proposal) -> str | None:
        clock, dispute = self.contract.clock(), self.contract.dispute()
        if not clock.dispute_open:
            return self._open_dispute(case)
        if dispute.challenger != self.address:
            return None
        if self.contract.connection.now() >= dispute.deadline:
            self.send(self.contract.court.functions.resolveDispute(self.contract.address))
            return "won: the aggregator missed a step"
        theirs = self._fetch(standing)
        if theirs is not None:
            # Its bytes are public after all: no need to wait for answers.
            return self._prove_public(case, standing, theirs)
        if dispute.step is Step.PICK:
            return self._pick(case)
        if dispute.step is Step.PROOF:
            return self._prove_opened(case, standing, dispute.position)
        return None

    def _open_dispute(self, case: Case) -> str | None:
        self.pass_block(case.opened_in)
        bond = self.contract.connection.call(self.contract.task.functions.nextBond())
        self.allow(bond)
        content_id = self.models.publish(case.sealed)
        opened = self.contract.court.functions.openDispute(
            self.contract.address, *case.proposal[:2], case.sealed.commitment, content_id, case.salt
        )
        if not self.send_announced(opened):
            self._case = None
            return None
        return "opened a dispute"

    def _fetch(self, standing: Proposal) -> Vector | None:
        try:
            return fetch_vector(
                self.models.store, standing.content_id, self.watch.model_form, standing.model
            ).vector
        except (StorageError, EncodingError):
            return None

    def _pick(self, case: Case) -> str:
        _, answers = self._dissected(case)
        place, node, siblings = answers[-1]
        path = b"".join(bytes(one) for one in siblings)
        self.send(
            self.contract.court.functions.pickNode(self.contract.address, place, (node.hash, node.sum), path)
        )
        return f"followed the difference to node {place}"

    def _dissected(self, case: Case) -> tuple[Dissection, list[tuple[int, Node, tuple[Node, ...]]]]:
        """The dissection so far and every pick in it, from the answers on the chain: a restart forgets nothing."""
        form = self.watch.model_form
        dissection = Dissection(form=form, mine=MerkleSumTree.build(case.mine))
        picks, level, position = [], form.depth, 0
        for name, answer in self.ledger.answers:
            if name != "NodesOpened":
                continue
            opened = parse_nodes(bytes(answer["nodes"]))
            picks.append(dissection.pick(level, position, opened))
            below = levels_below(level)
            position = (position << below) + picks[-1][0]
            level -= below
        return dissection, picks

    def _prove_opened(self, case: Case, standing: Proposal, index: int) -> str:
        dissection, _ = self._dissected(case)
        _, answer = self.ledger.answers[-1]
        chunk, claimed = bytes(answer["chunk"]), int(answer["sum"])
        coordinate = self._difference(case, index, chunk)
        return self._prove(case, standing, coordinate, dissection.opening(claimed, chunk))

    def _prove_public(self, case: Case, standing: Proposal, theirs: Vector) -> str:
        coordinate = first_difference(case.mine, theirs)
        index, tree = coordinate // CHUNK_COORDINATES, MerkleSumTree.build(theirs)
        claimed = tree.nodes(0, index, 1)[0].sum
        return self._prove(case, standing, coordinate, opening_of(theirs, tree, index, claimed))

    def _prove(self, case: Case, standing: Proposal, coordinate: int, model_opening: bytes) -> str:
        number = case.proposal[0]
        accepted = self.watch.accepted(number)
        evidence = aggregate_evidence(
            coordinate=coordinate,
            model_opening=model_opening,
            base=self.models.base(number),
            updates=[self.models.update(number, reveal) for reveal in accepted],
            entries=self.watch.entries(accepted),
            table=b"" if standing.table is None else standing.table.data,
            inputs=self.ledger.tables.inputs_of(number),
        )
        self.send(
            self.contract.court.functions.proveWrongAggregate(
                self.contract.address, evidence.to_tuple(), case.salt
            )
        )
        return f"proved on chain that coordinate {coordinate} is wrong; its own model stands"

    def _difference(self, case: Case, index: int, chunk: bytes) -> int:
        own = chunk_bytes(case.mine, index)
        for place in range(CHUNK_COORDINATES):
            if own[4 * place : 4 * place + 4] != chunk[4 * place : 4 * place + 4]:
                return index * CHUNK_COORDINATES + place
        return index * CHUNK_COORDINATES  # only the claimed sum differs: any coordinate opens the chunk
