"""Combining rules: how accepted updates and the old model become the new model."""

from fl_client.aggregation.combine.mean import WeightedMean
from fl_client.aggregation.combine.rule import CombiningRule

__all__ = ["CombiningRule", "WeightedMean"]
