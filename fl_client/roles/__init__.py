"""Roles: what each account of a federation does, step by step."""

from __future__ import annotations

from fl_client.roles.acting import GasBook
from fl_client.roles.aggregator import Aggregator
from fl_client.roles.asking import MOST_QUESTIONS, Asking, Vouching
from fl_client.roles.auditor import Auditor
from fl_client.roles.inputs import ReputationSource, RoundInputs, earned_reputations
from fl_client.roles.models import ModelBook
from fl_client.roles.owner import Owner, create_task
from fl_client.roles.participant import Participant
from fl_client.roles.review_plan import ReviewPlan, check_judges, check_reward, review_by
from fl_client.roles.running import is_finished, require_open, run_role
from fl_client.roles.task_plan import (
    FRACTION_BITS,
    LEAST_QUORUM,
    PROOF_OF_WORK,
    SEALINGS,
    SLOTS,
    TaskPlan,
    plan_from_table,
)
from fl_client.roles.trainer import Learner, SaltSource, Trainer
from fl_client.roles.validator import Judge, Validator

__all__ = [
    "FRACTION_BITS",
    "LEAST_QUORUM",
    "MOST_QUESTIONS",
    "PROOF_OF_WORK",
    "SEALINGS",
    "SLOTS",
    "Aggregator",
    "Asking",
    "Auditor",
    "GasBook",
    "Judge",
    "Learner",
    "ModelBook",
    "Owner",
    "Participant",
    "ReputationSource",
    "ReviewPlan",
    "RoundInputs",
    "SaltSource",
    "TaskPlan",
    "Trainer",
    "Validator",
    "Vouching",
    "check_judges",
    "check_reward",
    "create_task",
    "earned_reputations",
    "is_finished",
    "plan_from_table",
    "require_open",
    "review_by",
    "run_role",
]
