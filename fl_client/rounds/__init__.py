"""Rounds: what happened in a task, and the vectors that travel through it."""

from __future__ import annotations

from fl_client.rounds.attestation import Outcome, tally
from fl_client.rounds.blocks import BlockHeader, BlockUpdate, RoundBlock, Sealing, blocks_of, body_bytes
from fl_client.rounds.ledger import TaskLedger
from fl_client.rounds.question_ledger import AskedChunk, QuestionLedger
from fl_client.rounds.retention import Retention, everything, retention_of
from fl_client.rounds.reveal import Reveal
from fl_client.rounds.review_ledger import CommitteeRecord, ReviewLedger, ReviewRecord
from fl_client.rounds.round_record import Commit, Proposal, RoundRecord, Slash
from fl_client.rounds.rules import rule_name, rule_of, rule_parameters
from fl_client.rounds.status import AccountStatus, Stake, TaskStatus, read_status
from fl_client.rounds.table_ledger import NO_INPUTS, NO_TRUST, PostedInputs, PostedTable, TableLedger
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
from fl_client.rounds.weighing import (
    ENTRY_BYTES,
    DueTable,
    WeighedRound,
    due_table,
    pair_count,
    table_length,
    unpack_table,
    weigh_round,
    weighed_on_record,
)
from fl_client.rounds.work import Work, WorkTerms

__all__ = [
    "ENTRY_BYTES",
    "NO_INPUTS",
    "NO_TRUST",
    "AccountStatus",
    "BlockHeader",
    "BlockUpdate",
    "Commit",
    "CommitteeRecord",
    "DueTable",
    "FetchedVector",
    "Outcome",
    "PostedInputs",
    "PostedTable",
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
    "TableLedger",
    "AskedChunk",
    "QuestionLedger",
    "TaskLedger",
    "TaskStatus",
    "TaskWatch",
    "Vector",
    "VerifiedVectors",
    "WeighedRound",
    "Work",
    "WorkTerms",
    "blocks_of",
    "body_bytes",
    "check_dimension",
    "due_table",
    "everything",
    "fetch_vector",
    "pair_count",
    "read_status",
    "rule_name",
    "rule_of",
    "rule_parameters",
    "retention_of",
    "seal_vector",
    "table_length",
    "tally",
    "unpack_table",
    "weigh_round",
    "weighed_on_record",
]
