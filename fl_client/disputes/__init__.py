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
    recompute,
)

__all__ = [
    "AggregateEvidence",
    "Dissection",
    "NodesAnswer",
    "NormEvidence",
    "aggregate_evidence",
    "answer_chunk",
    "answer_nodes",
    "dispute_opening",
    "evidence_opening",
    "first_difference",
    "fresh_salt",
    "levels_below",
    "norm_evidence",
    "opening_of",
    "parse_nodes",
    "recompute",
]
