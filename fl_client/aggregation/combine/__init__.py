"""Combining rules: how accepted updates and the old model become the new model."""

from fl_client.aggregation.combine.mean import WeightedMean
from fl_client.aggregation.combine.median import Median
from fl_client.aggregation.combine.naming import RULE_NAMES, parse_rule
from fl_client.aggregation.combine.rule import CombiningRule
from fl_client.aggregation.combine.trimmed_mean import TrimmedMean

__all__ = ["RULE_NAMES", "CombiningRule", "Median", "TrimmedMean", "WeightedMean", "parse_rule"]
