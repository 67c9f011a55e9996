"""In which phase an encrypted task was at every moment, followed through its events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fl_client.chain import Event
from fl_client.chain.contracts.encrypted import EncryptedPhase, StatementKind
from fl_client.chain.contracts.encrypted_parameters import EncryptedParameters
from fl_client.records.spans import PhaseRecord
from fl_client.types import Address

_CHALLENGES: Final = (EncryptedPhase.SUM_CHALLENGE, EncryptedPhase.RESULT_CHALLENGE)


class EncryptedPhases(PhaseRecord):
    """An encrypted task's phases (``EncryptedTask``, its table of transitions).

    Deadlines alone lead nowhere: somebody has to move the task on. All that does so leaves an event, but one: where
    the time for submitting is over, nobody is late and enough are there, the contract goes to Attest in silence. Then
    that is seen with the first attestation.

    Attributes:
        phase: the present one. deadline: of it, seconds since 1970.
    """

    def __init__(self, parameters: EncryptedParameters, is_suspended: Callable[[Address], bool]) -> None:
        """Begin before the task.

        Args:
            parameters: of the task.
            is_suspended: whether a party's stake is too small for it to owe anything, as of the present event.
        """
        super().__init__()
        self._parameters, self._is_suspended = parameters, is_suspended
        self.phase, self.deadline = EncryptedPhase.NONE, 0
        self._parties: tuple[Address, ...] = ()
        self._submitted: set[Address] = set()

    def at(self, now: int) -> tuple[EncryptedPhase, int]:
        """The phase at a moment after the latest event, and its deadline; both in seconds since 1970."""
        return self.phase, self.deadline

    def apply(self, event: Event, now: int) -> None:
        """Take one event of the task over."""
        handler = _HANDLERS.get(event.name)
        if handler is not None:
            handler(self, event.args, now)

    def _begin(self, phase: EncryptedPhase, deadline: int) -> None:
        self.phase, self.deadline = phase, deadline

    # ------------------------------------------------------------------ the key

    def _created(self, args: Any, now: int) -> None:
        self._begin(EncryptedPhase.JOIN, now + self._parameters.join_seconds)

    def _key_requested(self, args: Any, now: int) -> None:
        self._parties, self.attempt = tuple(args["accounts"]), args["ceremony"] - 1
        self._begin(EncryptedPhase.DEAL, args["deadline"])

    def _key_posted(self, args: Any, now: int) -> None:
        self._begin(EncryptedPhase.CONFIRM, now + self._parameters.confirm_seconds)

    # ------------------------------------------------------------------ a turn

    def _opened(self, args: Any, now: int) -> None:
        self.attempt = self.attempt + 1 if args["round"] == self.round else 0
        self.round, self.turn, self.proposal = args["round"], args["turn"], 0
        self._submitted = set()
        self._begin(EncryptedPhase.SUBMIT, args["deadline"])

    def _submitted_one(self, args: Any, now: int) -> None:
        self._submitted.add(args["account"])
        due = {one for one in self._parties if not self._is_suspended(one)}
        if due <= self._submitted and len(self._submitted) >= self._parameters.least_summed:
            self._attest(now)

    def _late(self, args: Any, now: int) -> None:
        if args["phase"] == EncryptedPhase.SUBMIT:
            self._attest(now)

    def _attested(self, args: Any, now: int) -> None:
        self._attest(now)

    def _attest(self, now: int) -> None:
        if self.phase is EncryptedPhase.SUBMIT:
            self._begin(EncryptedPhase.ATTEST, now + self._parameters.attest_seconds)

    def _frozen(self, args: Any, now: int) -> None:
        self._again(EncryptedPhase.SUM, now + self._parameters.sum_seconds)

    def _sum_proposed(self, args: Any, now: int) -> None:
        self._begin(EncryptedPhase.SUM_CHALLENGE, now + self._parameters.challenge_seconds)

    def _sharing(self, args: Any, now: int) -> None:
        self._again(EncryptedPhase.SHARE, args["deadline"])

    def _sharing_closed(self, args: Any, now: int) -> None:
        self._begin(EncryptedPhase.RESULT, args["deadline"])

    def _result_proposed(self, args: Any, now: int) -> None:
        self._begin(EncryptedPhase.RESULT_CHALLENGE, now + self._parameters.challenge_seconds)

    def _again(self, phase: EncryptedPhase, deadline: int) -> None:
        """Begin a phase that a turn may have had before."""
        self.proposal += 1
        self._begin(phase, deadline)

    def _ended(self, args: Any, now: int) -> None:
        self._begin(EncryptedPhase.ENDED, now)

    # ------------------------------------------------------------------ refusals and questions

    def _refused(self, args: Any, now: int) -> None:
        if not args["dropped"]:
            return
        if self.phase is EncryptedPhase.SUM_CHALLENGE:
            self._again(EncryptedPhase.SUM, now + self._parameters.sum_seconds)
        else:
            self._again(EncryptedPhase.RESULT, now + self._parameters.result_seconds)

    def _shown(self, args: Any, now: int) -> None:
        if self.phase in _CHALLENGES:  # whoever waited behind the question gets a whole window
            self.deadline = max(self.deadline, now + self._parameters.challenge_seconds)

    def _struck(self, args: Any, now: int) -> None:
        kind = args["kind"]
        if kind == StatementKind.SUM:
            self._again(EncryptedPhase.SUM, now + self._parameters.sum_seconds)
        elif kind in (StatementKind.RESULT, StatementKind.MODEL):
            self._again(EncryptedPhase.RESULT, now + self._parameters.result_seconds)
        else:
            self._shown(args, now)


_HANDLERS: Final[dict[str, Callable[[EncryptedPhases, Any, int], None]]] = {
    "EncryptedTaskCreated": EncryptedPhases._created,
    "KeyRequested": EncryptedPhases._key_requested,
    "KeyPosted": EncryptedPhases._key_posted,
    "TurnOpened": EncryptedPhases._opened,
    "UpdateSubmitted": EncryptedPhases._submitted_one,
    "PartyLate": EncryptedPhases._late,
    "SubmissionsAttested": EncryptedPhases._attested,
    "SetFrozen": EncryptedPhases._frozen,
    "SumProposed": EncryptedPhases._sum_proposed,
    "SumFixed": EncryptedPhases._sharing,
    "SharingReopened": EncryptedPhases._sharing,
    "SharingClosed": EncryptedPhases._sharing_closed,
    "ResultProposed": EncryptedPhases._result_proposed,
    "ProposalRefused": EncryptedPhases._refused,
    "EncryptedTaskEnded": EncryptedPhases._ended,
    "ChunkShown": EncryptedPhases._shown,
    "StatementStruck": EncryptedPhases._struck,
}
