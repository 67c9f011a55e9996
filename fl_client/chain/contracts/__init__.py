"""Typed access to the contracts: deployments, parameters and tasks."""

from __future__ import annotations

from fl_client.chain.contracts.deployment import Deployment, FactoryBounds, deploy, find_factories
from fl_client.chain.contracts.parameters import ONE_COIN, TaskParameters
from fl_client.chain.contracts.task import (
    NOBODY,
    SUBSTITUTE,
    UNKNOWN_DUE,
    Clock,
    Dispute,
    Phase,
    Role,
    Step,
    TaskContract,
    TrainerRecord,
    TrainerState,
)

__all__ = [
    "NOBODY",
    "ONE_COIN",
    "SUBSTITUTE",
    "UNKNOWN_DUE",
    "Clock",
    "Deployment",
    "Dispute",
    "FactoryBounds",
    "Phase",
    "Role",
    "Step",
    "TaskContract",
    "TaskParameters",
    "TrainerRecord",
    "TrainerState",
    "deploy",
    "find_factories",
]
