"""Records: what the public records of a task, its chain and its store, say about it."""

from __future__ import annotations

from fl_client.records.encrypted_facts import EncryptedFacts
from fl_client.records.encrypted_findings import encrypted_evidence
from fl_client.records.encrypted_watch import EncryptedRecordWatch
from fl_client.records.facts import (
    AGGREGATE,
    COPY,
    NORM,
    SILENT,
    UNANSWERED,
    Facts,
    evidence_name,
    slash_name,
)
from fl_client.records.history import History
from fl_client.records.live import LiveRecords, Snapshot
from fl_client.records.phases import PhaseClock
from fl_client.records.record_watch import RecordWatch
from fl_client.records.scores import Definition, Scores, load_definition
from fl_client.records.subject import OpenSubject, Subject
from fl_client.records.transactions import Act

__all__ = [
    "AGGREGATE",
    "COPY",
    "NORM",
    "SILENT",
    "UNANSWERED",
    "Act",
    "Definition",
    "EncryptedFacts",
    "EncryptedRecordWatch",
    "Facts",
    "History",
    "LiveRecords",
    "OpenSubject",
    "PhaseClock",
    "RecordWatch",
    "Scores",
    "Snapshot",
    "Subject",
    "encrypted_evidence",
    "evidence_name",
    "load_definition",
    "slash_name",
]
