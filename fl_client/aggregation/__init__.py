"""Aggregation: from the accepted updates of a round to its new model, in exact integers."""

from fl_client.aggregation.combine import (
    RULE_NAMES,
    CombiningRule,
    Median,
    TrimmedMean,
    WeightedMean,
    parse_rule,
)
from fl_client.aggregation.rule import AGGREGATION_NAMES, Aggregated, AggregationRule, parse_aggregation

__all__ = [
    "AGGREGATION_NAMES",
    "RULE_NAMES",
    "Aggregated",
    "AggregationRule",
    "CombiningRule",
    "Median",
    "TrimmedMean",
    "WeightedMean",
    "parse_aggregation",
    "parse_rule",
]
