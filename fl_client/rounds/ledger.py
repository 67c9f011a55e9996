"""What happened in a task, rebuilt from its events alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fl_client.chain import Event
from fl_client.chain.contracts import Evidence
from fl_client.rounds.question_ledger import QuestionLedger
from fl_client.rounds.reveal import Reveal
from fl_client.rounds.review_ledger import ReviewLedger
from fl_client.rounds.round_record import Commit, Proposal, RoundRecord, Slash
from fl_client.rounds.table_ledger import TableLedger
from fl_client.rounds.work import Work
from fl_client.types import Address, Bytes32

_ANSWERS = frozenset({"NodesOpened", "ChunkOpened", "SumsOpened"})


class TaskLedger:
    """Everything that the events of one task say, kept up to date event by event.

    Attributes:
        rounds: by number, from 1.
        slashes: in chain order.
        trainers, sealers: whoever ever joined.
        suspended: trainers whose stake was cut and not restored.
        bonus_shares: what each accepted update got of slashed coins, per round in which it was frozen.
        expected_shares: the same, computed from the slashes.
        seeded_turn: the latest turn whose draw is decided.
        refunded: unspent escrow and burned bonus once the task has ended.
        answers: the sealer's answers in the latest dispute: event's name and arguments.
        works: what proposals showed, in chain order, where the task is sealed by work.
        ended: the final model's commitment once the task has ended.
        board: what happened on its review board; None where nobody reviews.
        tables: what its weighing rule reads beside updates.
        questions: who was asked for bytes that it vouched for.
    """

    def __init__(
        self,
        task: Address,
        initial_model: Bytes32,
        initial_content: Bytes32,
        board: Address | None = None,
    ) -> None:
        self.task = task
        self.initial_model = initial_model
        self.initial_content = initial_content
        self.rounds: dict[int, RoundRecord] = {}
        self.slashes: list[Slash] = []
        self.trainers: list[Address] = []
        self.sealers: list[Address] = []
        self.suspended: set[Address] = set()
        self.bonus_shares: dict[int, int] = {}
        self.expected_shares: dict[int, int] = {}
        self._bonus = 0
        self._work: Work | None = None
        self.works: list[Work] = []
        self.refunded: tuple[int, int] | None = None
        self.ended: Bytes32 | None = None
        self.answers: list[tuple[str, Any]] = []
        self.round = 0
        self.turn = 0
        self.seeded_turn = 0
        self.board = None if board is None else ReviewLedger(board)
        self.tables, self.questions = TableLedger(), QuestionLedger()
        self._denied = self._unanswered = False

    def apply_all(self, events: Iterable[Event]) -> None:
        """Take events over, in chain order; those of other tasks are passed over."""
        for event in events:
            if self.board is not None:
                self.board.apply(event)
                if event.name == "ReviewOpened" and event.address == self.board.board:
                    self._review_opened(event.args)
            handler = _HANDLERS.get(event.name)
            if handler is None:
                continue
            of_task = event.address == self.task or event.args.get("task") == self.task
            if of_task:
                handler(self, event.args)
                if event.name in _ANSWERS:
                    self.answers.append((event.name, event.args))

    def base_of(self, number: int) -> tuple[Bytes32, Bytes32]:
        """Commitment and content id of the model that a round starts from."""
        if number <= 1:
            return self.initial_model, self.initial_content
        standing = self.rounds[number - 1].standing
        assert standing is not None  # a round is opened only when the one before is final
        return standing.model, standing.content_id

    def current(self) -> RoundRecord:
        """The round that is open, or the last one; asked only where one was opened."""
        return self.rounds[self.round]

    # ------------------------------------------------------------------ membership

    def _trainer_joined(self, args: Any) -> None:
        if args["trainer"] not in self.trainers:
            self.trainers.append(args["trainer"])
        # Whoever has withdrawn comes back with a whole stake (``TaskRoster.joinAsTrainer``).
        self.suspended.discard(args["trainer"])

    def _sealer_joined(self, args: Any) -> None:
        if args["sealer"] not in self.sealers:
            self.sealers.append(args["sealer"])

    def _trainer_suspended(self, args: Any) -> None:
        self.suspended.add(args["trainer"])
        if self.round and self.current().accepted_mask is None:
            record = self.current()
            record.dropped.update(
                reveal.index for reveal in record.reveals if reveal.trainer == args["trainer"]
            )

    def _trainer_restored(self, args: Any) -> None:
        self.suspended.discard(args["trainer"])

    # ------------------------------------------------------------------ rounds

    def _turn_opened(self, args: Any) -> None:
        self.round, self.turn = args["round"], args["turn"]
        record = self.rounds.setdefault(self.round, RoundRecord(number=self.round))
        record.attempt, record.turn = args["attempt"], args["turn"]

    def _seeded(self, args: Any) -> None:
        self.seeded_turn = args["turn"]

    def _committed(self, args: Any) -> None:
        record, digest = self.current(), Bytes32(bytes(args["digest"]))
        earlier = [commit.trainer for commit in record.commits if commit.digest == digest]
        copied_from = earlier[0] if earlier and earlier[0] != args["trainer"] else None
        record.commits.append(
            Commit(trainer=args["trainer"], turn=self.turn, digest=digest, copied_from=copied_from)
        )

    def _revealed(self, args: Any) -> None:
        record = self.current()
        record.reveals.append(
            Reveal(
                trainer=args["trainer"],
                turn=self.turn,
                attempt=record.attempt,
                index=args["index"],
                root_hash=Bytes32(bytes(args["rootHash"])),
                root_sum=args["rootSum"],
                content_id=Bytes32(bytes(args["contentId"])),
                samples=args["report"] & 0xFFFFFFFF,
                salt=Bytes32(bytes(args["salt"])),
                milliseconds=args["report"] >> 32,
            )
        )

    def _attested(self, args: Any) -> None:
        self.current().attestations[args["trainer"]] = (self.turn, args["bitmap"])

    def _review_opened(self, args: Any) -> None:
        assert self.board is not None
        record = self.current()
        self.board.reviews[args["turn"]].belongs_to(record.number, len(record.reveals), record.dropped)

    def _frozen(self, args: Any) -> None:
        record = self.current()
        record.accepted_mask, record.attested_mask = args["acceptedMask"], args["attestedMask"]
        record.frozen_turn = self.turn
        accepted = args["acceptedMask"].bit_count()
        if share := self._bonus // accepted:
            self.expected_shares[record.number] = share
            self._bonus -= share * accepted

    def _proposed(self, args: Any) -> None:
        self.rounds[args["round"]].proposals.append(
            Proposal(
                number=args["proposal"],
                proposer=args["proposer"],
                model=Bytes32(bytes(args["model"])),
                content_id=Bytes32(bytes(args["contentId"])),
                table=self.tables.latest_of(args["proposer"]),
                work=self._work,
            )
        )
        self._work = None

    def _worked(self, args: Any) -> None:
        """Comes just before the proposal that it is for."""
        self._work = Work.of_event(args, self.turn)
        self.works.append(self._work)

    def _rejected(self, args: Any) -> None:
        proposals = self.rounds[args["round"]].proposals
        proposals[-1] = replace(proposals[-1], evidence=args["evidence"], unanswered=self._unanswered)

    def _finalized(self, args: Any) -> None:
        self.rounds[args["round"]].finalized = True

    def _ended(self, args: Any) -> None:
        self.ended = Bytes32(bytes(args["model"]))

    # ------------------------------------------------------------------ money

    def _slashed(self, args: Any) -> None:
        copied = any(
            commit.copied_from is not None
            for record in list(self.rounds.values())[-2:]
            for commit in record.unopened(args["account"])
        )
        if self.ended is None and args["evidence"] != Evidence.LOST_DISPUTE:
            self._bonus += args["taken"] - args["burned"] - args["bounty"]
        self.slashes.append(
            Slash(
                round=self.round,
                account=args["account"],
                role=args["role"],
                evidence=args["evidence"],
                taken=args["taken"],
                burned=args["burned"],
                beneficiary=args["beneficiary"],
                bounty=args["bounty"],
                copied=copied,
                unanswered=self._unanswered or args["evidence"] == Evidence.NO_ANSWER,
                reveal_round=self._last_reveal(args["account"]),
            )
        )
        # A proposal is rejected before its author's stake is cut: both are about the same silence.
        self._unanswered = False

    def _last_reveal(self, account: Address) -> int:
        return max(
            (
                number
                for number, record in self.rounds.items()
                if any(reveal.trainer == account for reveal in record.reveals)
            ),
            default=0,
        )

    def _dispute_opened(self, args: Any) -> None:
        self.answers = []
        self._denied = False

    def _entry_denied(self, args: Any) -> None:
        self.answers = []
        self._denied = True

    def _proved(self, args: Any) -> None:
        self._denied = False

    def _resolved(self, args: Any) -> None:
        self._unanswered = self._denied and args["challengerWon"]
        self._denied = False

    def _answered(self, args: Any) -> None:
        """Kept by ``apply_all``, which knows its name."""

    def _bonus_shared(self, args: Any) -> None:
        self.bonus_shares[self.round] = args["share"]

    def _refunded(self, args: Any) -> None:
        self.refunded = (args["amount"], args["burned"])


_HANDLERS = {
    "TrainerJoined": TaskLedger._trainer_joined,
    "SealerJoined": TaskLedger._sealer_joined,
    "TrainerSuspended": TaskLedger._trainer_suspended,
    "TrainerRestored": TaskLedger._trainer_restored,
    "TurnOpened": TaskLedger._turn_opened,
    "TurnSeeded": TaskLedger._seeded,
    "UpdateCommitted": TaskLedger._committed,
    "UpdateRevealed": TaskLedger._revealed,
    "UpdatesAttested": TaskLedger._attested,
    "RoundFrozen": TaskLedger._frozen,
    "WorkAdmitted": TaskLedger._worked,
    "AggregateProposed": TaskLedger._proposed,
    "AggregateRejected": TaskLedger._rejected,
    "RoundFinalized": TaskLedger._finalized,
    "TaskEnded": TaskLedger._ended,
    "StakeSlashed": TaskLedger._slashed,
    "BonusShared": TaskLedger._bonus_shared,
    "DisputeOpened": TaskLedger._dispute_opened,
    "NodesOpened": TaskLedger._answered,
    "ChunkOpened": TaskLedger._answered,
    "TableDisputeOpened": TaskLedger._entry_denied,
    "EntryProvedWrong": TaskLedger._proved,
    "AggregateProvedWrong": TaskLedger._proved,
    "DisputeResolved": TaskLedger._resolved,
    "SumsOpened": TaskLedger._answered,
    "TablePosted": lambda ledger, args: ledger.tables.table_posted(args),
    "InputsPosted": lambda ledger, args: ledger.tables.inputs_posted(args),
    "ChunkAsked": lambda ledger, args: ledger.questions.chunk_asked(args),
    "ChunkShown": lambda ledger, args: ledger.questions.chunk_shown(args),
    "ChunkWithheld": lambda ledger, args: ledger.questions.chunk_withheld(args),
    "EscrowRefunded": TaskLedger._refunded,
}
