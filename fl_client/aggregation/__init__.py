"""Aggregation: from the accepted updates of a round to its new model, in exact integers."""

from fl_client.aggregation.combine import CombiningRule, WeightedMean

__all__ = ["CombiningRule", "WeightedMean"]
