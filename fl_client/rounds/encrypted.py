"""What happened in an encrypted task, rebuilt from its events alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fl_client.chain import Event
from fl_client.chain.contracts.encrypted import EncryptedPhase, StatementKind
from fl_client.rounds.encrypted_record import (
    AskedChunk,
    Ceremony,
    EncryptedSlash,
    EncryptedTurn,
    Lateness,
    Outcome,
    ResultProposal,
    SharePosting,
    Submission,
    SumProposal,
    root_of,
)
from fl_client.types import Address, Bytes32


class EncryptedLedger:
    """Everything that the events of one encrypted task say, kept up to date event by event.

    Attributes:
        keys: X25519 key of everybody who ever joined, in that order.
        ceremonies: keys that were asked for, by number.
        turns: by number, over all rounds.
        models: (commitment, content id) before the first round and after each final one.
        lateness, slashes: in chain order.
        topped_up: account -> what it added, in 1e-18 coin.
        refunded: unspent escrow and burned bonus once the task has ended.
        bonus_shares: what each accepted update got of slashed coins, by turn.
        ended: after how many rounds the task ended; None while it runs.
    """

    def __init__(self, task: Address, initial_model: Bytes32, initial_content: Bytes32) -> None:
        self.task = task
        self.keys: dict[Address, bytes] = {}
        self.ceremonies: dict[int, Ceremony] = {}
        self.turns: dict[int, EncryptedTurn] = {}
        self.models: list[tuple[Bytes32, Bytes32]] = [(initial_model, initial_content)]
        self.lateness: list[Lateness] = []
        self.slashes: list[EncryptedSlash] = []
        self.topped_up: dict[Address, int] = {}
        self.refunded: tuple[int, int] | None = None
        self.bonus_shares: dict[int, int] = {}
        self.ended: int | None = None
        self._turn = 0
        self._share_struck = False

    def apply_all(self, events: Iterable[Event]) -> None:
        """Take events over, in chain order; those of other tasks are passed over."""
        for event in events:
            handler = _HANDLERS.get(event.name)
            if handler is None:
                continue
            if event.address == self.task or event.args.get("task") == self.task:
                handler(self, event.args)
                self._share_struck = (
                    event.name == "StatementStruck" and event.args["kind"] == StatementKind.SHARE
                )
                if event.name == "SetFrozen":
                    self.turns[event.args["turn"]].frozen_in = event.block
                if event.name == "SumFixed":
                    self.turns[event.args["turn"]].fixed_in = event.block
                if event.name == "ChunkShown":
                    self._question(event.args["turn"]).shown_in = event.transaction_hash

    @property
    def turn(self) -> EncryptedTurn | None:
        """The latest turn, if there was one."""
        return self.turns.get(self._turn)

    @property
    def ceremony(self) -> Ceremony | None:
        """The latest key that was asked for, if one was."""
        return self.ceremonies[max(self.ceremonies)] if self.ceremonies else None

    @property
    def rounds_final(self) -> int:
        """How many rounds are over."""
        return len(self.models) - 1

    def final_turn(self, round_: int) -> EncryptedTurn | None:
        """The turn that ended a round, if one did."""
        return next((one for one in self.turns.values() if one.round == round_ and one.final), None)

    # ------------------------------------------------------------------ membership and key

    def _joined(self, args: Any) -> None:
        self.keys[args["account"]] = bytes(args["encryptionKey"])

    def _key_requested(self, args: Any) -> None:
        self.ceremonies[args["ceremony"]] = Ceremony(args["ceremony"], tuple(args["accounts"]))

    def _key_posted(self, args: Any) -> None:
        ceremony = self.ceremonies[args["ceremony"]]
        ceremony.key_hash = Bytes32(bytes(args["keyHash"]))
        ceremony.content = Bytes32(bytes(args["content"]))

    def _key_confirmed(self, args: Any) -> None:
        self.ceremonies[args["ceremony"]].confirmed.add(args["account"])

    def _left_out(self, args: Any) -> None:
        self.ceremonies[args["ceremony"]].left_out[args["account"]] = args["rejected"]

    def _topped_up(self, args: Any) -> None:
        self.topped_up[args["account"]] = self.topped_up.get(args["account"], 0) + args["amount"]

    # ------------------------------------------------------------------ a turn

    def _turn_opened(self, args: Any) -> None:
        ceremony = self.ceremony
        assert ceremony is not None  # no turn without a key
        self._turn = args["turn"]
        self.turns[self._turn] = EncryptedTurn(
            number=self._turn,
            round=args["round"],
            base_model=Bytes32(bytes(args["baseModel"])),
            ceremony=ceremony.number,
            places=ceremony.accounts,
        )

    def _submitted(self, args: Any) -> None:
        turn = self.turns[args["turn"]]
        place = turn.places.index(args["account"])
        turn.submissions[place] = Submission(
            account=args["account"],
            place=place,
            weight=args["weight"],
            root=Bytes32(bytes(args["root"])),
            content=Bytes32(bytes(args["content"])),
        )

    def _attested(self, args: Any) -> None:
        self.turns[args["turn"]].attestations[args["account"]] = args["bitmap"]

    def _frozen(self, args: Any) -> None:
        turn = self.turns[args["turn"]]
        if turn.frozen is None:
            turn.frozen = args["accepted"]
        turn.accepted, turn.total_weight = args["accepted"], args["totalWeight"]
        turn.seed = None  # whatever another set was dealt by

    def _dealt(self, args: Any) -> None:
        self.turns[args["turn"]].seed = Bytes32(bytes(args["seed"]))

    def _sum_proposed(self, args: Any) -> None:
        self.turns[args["turn"]].sums.append(
            SumProposal(account=args["account"], root=Bytes32(bytes(args["root"])))
        )

    def _refused(self, args: Any) -> None:
        proposal = self.turns[args["turn"]].proposal
        assert proposal is not None and proposal.root == bytes(args["root"])
        proposal.refused_by.append(args["account"])
        proposal.dropped = args["dropped"]

    def _sum_fixed(self, args: Any) -> None:
        turn = self.turns[args["turn"]]
        turn.fixed, turn.slashes_before = Bytes32(bytes(args["root"])), len(self.slashes)

    def _shares_posted(self, args: Any) -> None:
        turn = self.turns[args["turn"]]
        turn.shares.append(
            SharePosting(
                account=args["account"],
                place=turn.places.index(args["account"]),
                root=Bytes32(bytes(args["root"])),
                content=Bytes32(bytes(args["content"])),
                period=turn.period,
            )
        )

    def _sharing_reopened(self, args: Any) -> None:
        turn = self.turns[args["turn"]]
        # Where shares were enough and no result came of them, all are given again: their bytes may be hidden.
        if turn.sharing_closed and not self._share_struck:
            for posting in turn.shares:
                posting.cleared = True
        self._pay_shares(turn)
        turn.period, turn.sharing_closed = args["period"], False

    def _sharing_closed(self, args: Any) -> None:
        turn = self.turns[args["turn"]]
        self._pay_shares(turn)
        turn.sharing_closed = True

    def _pay_shares(self, turn: EncryptedTurn) -> None:
        if not turn.sharing_closed:
            turn.paid |= set(turn.standing_shares)

    def _result_proposed(self, args: Any) -> None:
        self.turns[args["turn"]].results.append(
            ResultProposal(
                account=args["account"],
                root=Bytes32(bytes(args["root"])),
                content=Bytes32(bytes(args["content"])),
                model=Bytes32(bytes(args["model"])),
                model_content=Bytes32(bytes(args["modelContent"])),
            )
        )

    def _round_final(self, args: Any) -> None:
        turn = self.turns[args["turn"]]
        turn.final = True
        assert turn.result is not None  # a round ends by a result that stood
        self.models.append((Bytes32(bytes(args["model"])), turn.result.model_content))

    def _turn_void(self, args: Any) -> None:
        self.turns[args["turn"]].void = True

    def _late(self, args: Any) -> None:
        self.lateness.append(
            Lateness(
                turn=args["turn"],
                account=args["account"],
                phase=EncryptedPhase(args["phase"]),
                taken=args["taken"],
            )
        )

    def _ended(self, args: Any) -> None:
        self.ended = args["rounds"]
        if self.turn is not None and self.turn.fixed is not None and not self.turn.sharing_closed:
            self._pay_shares(self.turn)

    # ------------------------------------------------------------------ questions

    def _asked(self, args: Any) -> None:
        turn, kind = self.turns[args["turn"]], StatementKind(args["kind"])
        turn.questions.append(
            AskedChunk(
                turn=turn.number,
                asker=args["asker"],
                kind=kind,
                accused=args["accused"],
                chunk=args["chunk"],
                bond=args["bond"],
                root=root_of(turn, kind, args["accused"]),
            )
        )

    def _question(self, turn: int) -> AskedChunk:
        return self.turns[turn].questions[-1]

    def _shown(self, args: Any) -> None:
        question = self._question(args["turn"])
        question.outcome, question.answerer = Outcome.SHOWN, args["answerer"]

    def _struck(self, args: Any) -> None:
        turn, question = self.turns[args["turn"]], self._question(args["turn"])
        question.outcome, question.taken = Outcome.STRUCK, args["taken"]
        kind, accused = StatementKind(args["kind"]), args["accused"]
        if kind is StatementKind.UPDATE:
            place = turn.places.index(accused)
            turn.struck.add(place)
            if turn.accepted >> place & 1:
                turn.accepted &= ~(1 << place)
                turn.total_weight -= turn.submissions[place].weight
                if turn.sum is not None:
                    turn.sum.struck = kind
        elif kind is StatementKind.SUM and turn.sum is not None:
            turn.sum.struck = kind
        elif kind is StatementKind.SHARE:
            for posting in turn.shares:
                posting.cleared = posting.cleared or posting.account == accused
        elif turn.result is not None:
            turn.result.struck = kind

    # ------------------------------------------------------------------ money

    def _slashed(self, args: Any) -> None:
        self.slashes.append(
            EncryptedSlash(
                turn=self._turn,
                account=args["account"],
                role=args["role"],
                evidence=args["evidence"],
                taken=args["taken"],
                burned=args["burned"],
                beneficiary=args["beneficiary"],
                bounty=args["bounty"],
            )
        )

    def _bonus_shared(self, args: Any) -> None:
        self.bonus_shares[self._turn] = args["share"]

    def _refunded(self, args: Any) -> None:
        self.refunded = (args["amount"], args["burned"])


_HANDLERS = {
    "PartyJoined": EncryptedLedger._joined,
    "KeyRequested": EncryptedLedger._key_requested,
    "KeyPosted": EncryptedLedger._key_posted,
    "KeyConfirmed": EncryptedLedger._key_confirmed,
    "PartyLeftOut": EncryptedLedger._left_out,
    "PartyToppedUp": EncryptedLedger._topped_up,
    "TurnOpened": EncryptedLedger._turn_opened,
    "UpdateSubmitted": EncryptedLedger._submitted,
    "SubmissionsAttested": EncryptedLedger._attested,
    "SetFrozen": EncryptedLedger._frozen,
    "GroupsDealt": EncryptedLedger._dealt,
    "SumProposed": EncryptedLedger._sum_proposed,
    "ProposalRefused": EncryptedLedger._refused,
    "SumFixed": EncryptedLedger._sum_fixed,
    "SharesPosted": EncryptedLedger._shares_posted,
    "SharingReopened": EncryptedLedger._sharing_reopened,
    "SharingClosed": EncryptedLedger._sharing_closed,
    "ResultProposed": EncryptedLedger._result_proposed,
    "RoundFinal": EncryptedLedger._round_final,
    "TurnVoid": EncryptedLedger._turn_void,
    "PartyLate": EncryptedLedger._late,
    "EncryptedTaskEnded": EncryptedLedger._ended,
    "ChunkAsked": EncryptedLedger._asked,
    "ChunkShown": EncryptedLedger._shown,
    "StatementStruck": EncryptedLedger._struck,
    "StakeSlashed": EncryptedLedger._slashed,
    "BonusShared": EncryptedLedger._bonus_shared,
    "EscrowRefunded": EncryptedLedger._refunded,
}
