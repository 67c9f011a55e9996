"""Review: what each update of a round is worth, as validators score it, and what their scores decide."""

from __future__ import annotations

from fl_client.review.contribution import Contribution, Utility, guided_shapley, leave_one_out
from fl_client.review.judging import LossJudge
from fl_client.review.pace import Claim, implausible
from fl_client.review.scores import ZERO_SCORE, pack_scores, score_of, unpack_scores
from fl_client.review.tally import (
    UNAVAILABLE,
    honest_mask,
    is_near,
    kept_mask,
    median_score,
    medians,
    shares,
)

__all__ = [
    "UNAVAILABLE",
    "ZERO_SCORE",
    "Claim",
    "Contribution",
    "LossJudge",
    "Utility",
    "guided_shapley",
    "honest_mask",
    "implausible",
    "is_near",
    "kept_mask",
    "leave_one_out",
    "median_score",
    "medians",
    "pack_scores",
    "score_of",
    "shares",
    "unpack_scores",
]
