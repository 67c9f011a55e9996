"""Roles: what each account of a federation does, step by step."""

from __future__ import annotations

from fl_client.roles.aggregator import Aggregator
from fl_client.roles.auditor import Auditor
from fl_client.roles.models import ModelBook
from fl_client.roles.owner import Owner, create_task
from fl_client.roles.participant import GasBook, Participant
from fl_client.roles.trainer import Learner, SaltSource, Trainer

__all__ = [
    "Aggregator",
    "Auditor",
    "GasBook",
    "Learner",
    "ModelBook",
    "Owner",
    "Participant",
    "SaltSource",
    "Trainer",
    "create_task",
]
