"""Disputes: evidence that one transaction proves, and the dissection of models whose bytes are hidden."""

from __future__ import annotations

from fl_client.disputes.dissection import (
    Dissection,
    NodesAnswer,
    answer_chunk,
    answer_nodes,
    levels_below,
    parse_nodes,
)
from fl_client.disputes.evidence import (
    AggregateEvidence,
    NormEvidence,
    aggregate_evidence,
    dispute_opening,
    evidence_opening,
    first_difference,
    fresh_salt,
    norm_evidence,
    opening_of,
)
from fl_client.disputes.tables import (
    EntryEvidence,
    TableFlaw,
    answer_sums,
    chunk_distances,
    entry_evidence,
    first_wrong_entry,
    pack_sums,
    pair_of,
    table_flaw,
    table_opening,
    wrong_sum,
)

__all__ = [
    "AggregateEvidence",
    "Dissection",
    "EntryEvidence",
    "NodesAnswer",
    "NormEvidence",
    "TableFlaw",
    "aggregate_evidence",
    "answer_chunk",
    "answer_nodes",
    "answer_sums",
    "chunk_distances",
    "dispute_opening",
    "entry_evidence",
    "evidence_opening",
    "first_difference",
    "first_wrong_entry",
    "fresh_salt",
    "levels_below",
    "norm_evidence",
    "opening_of",
    "pack_sums",
    "pair_of",
    "parse_nodes",
    "table_flaw",
    "table_opening",
    "wrong_sum",
]
