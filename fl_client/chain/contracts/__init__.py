"""Typed access to the contracts: deployments, parameters and tasks."""

from __future__ import annotations

from fl_client.chain.contracts.board import (
    MAX_BOARD_SEATS,
    NO_COMMITTEE,
    BallotState,
    BoardContract,
    Payment,
    ReviewState,
    ReviewStep,
    ReviewTerms,
)
from fl_client.chain.contracts.bounds import FactoryBounds
from fl_client.chain.contracts.deployment import SUPPLY, Deployment, deploy, find_factories
from fl_client.chain.contracts.dispute import Dispute, Step, TableDispute
from fl_client.chain.contracts.parameters import NOBODY, ONE_COIN, TaskParameters
from fl_client.chain.contracts.questions import Question
from fl_client.chain.contracts.task import (
    OPEN_SLOTS,
    Clock,
    Evidence,
    Phase,
    Role,
    TaskContract,
    TrainerRecord,
    TrainerState,
)

__all__ = [
    "MAX_BOARD_SEATS",
    "NOBODY",
    "NO_COMMITTEE",
    "ONE_COIN",
    "OPEN_SLOTS",
    "SUPPLY",
    "BallotState",
    "BoardContract",
    "Clock",
    "Deployment",
    "Dispute",
    "Evidence",
    "FactoryBounds",
    "Payment",
    "Phase",
    "Question",
    "ReviewState",
    "ReviewStep",
    "ReviewTerms",
    "Role",
    "Step",
    "TableDispute",
    "TaskContract",
    "TaskParameters",
    "TrainerRecord",
    "TrainerState",
    "deploy",
    "find_factories",
]
