"""Weighing rules: how accepted updates become the rows that a combining rule works on."""

from fl_client.aggregation.weigh.argument import weighing_from
from fl_client.aggregation.weigh.clip import Clip
from fl_client.aggregation.weigh.equal import Equal
from fl_client.aggregation.weigh.fltrust import FLTrust
from fl_client.aggregation.weigh.krum import Krum
from fl_client.aggregation.weigh.multi_krum import MultiKrum
from fl_client.aggregation.weigh.naming import WEIGHING_NAMES, parse_weighing
from fl_client.aggregation.weigh.nnm import FOLLOWING, NeighbourMixing
from fl_client.aggregation.weigh.reputation import Reputation
from fl_client.aggregation.weigh.rows import weighted_row
from fl_client.aggregation.weigh.rule import (
    MOST_MIXED_UPDATES,
    MOST_TABLE_UPDATES,
    MOST_UPDATES,
    Needs,
    RoundFigures,
    Weighing,
    WeighingRule,
)
from fl_client.aggregation.weigh.samples import Samples
from fl_client.aggregation.weigh.table import DistanceTable, measure
from fl_client.aggregation.weigh.tolerance import Tolerance

__all__ = [
    "FOLLOWING",
    "MOST_MIXED_UPDATES",
    "MOST_TABLE_UPDATES",
    "MOST_UPDATES",
    "WEIGHING_NAMES",
    "Clip",
    "DistanceTable",
    "Equal",
    "FLTrust",
    "Krum",
    "MultiKrum",
    "Needs",
    "NeighbourMixing",
    "Reputation",
    "RoundFigures",
    "Samples",
    "Tolerance",
    "Weighing",
    "WeighingRule",
    "measure",
    "parse_weighing",
    "weighing_from",
    "weighted_row",
]
