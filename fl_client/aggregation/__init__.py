"""Aggregation: from the accepted updates of a round to its new model, in exact integers."""

from fl_client.aggregation.combine import (
    RULE_NAMES,
    CombiningRule,
    Median,
    TrimmedMean,
    WeightedMean,
    parse_rule,
)

__all__ = ["RULE_NAMES", "CombiningRule", "Median", "TrimmedMean", "WeightedMean", "parse_rule"]
