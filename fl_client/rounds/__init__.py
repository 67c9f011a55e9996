"""Rounds: what happened in a task, and the vectors that travel through it."""

from __future__ import annotations

from fl_client.rounds.attestation import Outcome, tally
from fl_client.rounds.blocks import BlockHeader, BlockUpdate, RoundBlock, Sealing, blocks_of, body_bytes
from fl_client.rounds.ledger import Commit, Proposal, RoundRecord, Slash, TaskLedger
from fl_client.rounds.retention import Retention, everything, retention_of
from fl_client.rounds.reveal import Reveal
from fl_client.rounds.review_ledger import CommitteeRecord, ReviewLedger, ReviewRecord
from fl_client.rounds.rules import rule_contract, rule_of
from fl_client.rounds.status import AccountStatus, Stake, TaskStatus, read_status
from fl_client.rounds.vectors import (
    FetchedVector,
    SealedVector,
    Vector,
    VerifiedVectors,
    check_dimension,
    fetch_vector,
    seal_vector,
)
from fl_client.rounds.watch import TaskWatch
from fl_client.rounds.work import Work, WorkTerms

__all__ = [
    "AccountStatus",
    "BlockHeader",
    "BlockUpdate",
    "Commit",
    "CommitteeRecord",
    "FetchedVector",
    "Outcome",
    "Proposal",
    "Retention",
    "Reveal",
    "ReviewLedger",
    "ReviewRecord",
    "RoundRecord",
    "RoundBlock",
    "SealedVector",
    "Sealing",
    "Slash",
    "Stake",
    "TaskLedger",
    "TaskStatus",
    "TaskWatch",
    "Vector",
    "VerifiedVectors",
    "Work",
    "WorkTerms",
    "blocks_of",
    "body_bytes",
    "check_dimension",
    "everything",
    "fetch_vector",
    "read_status",
    "rule_contract",
    "rule_of",
    "retention_of",
    "seal_vector",
    "tally",
]
