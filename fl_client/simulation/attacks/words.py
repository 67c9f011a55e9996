"""What each attack does, in a line."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "sign-flip": "the opposite of the honest mean",
    "scaling": "the same, ten times as long",
    "label-flip": "honest training on flipped labels",
    "gaussian": "noise, a hundred times as long as an update",
    "backdoor": "a mark on the image that means a label",
    "alie": "a little off the honest mean, within its spread (A Little Is Enough)",
    "alie-optimal": "the same, as far as the rule lets it do the most harm",
    "ipm": "inner-product manipulation: three times the opposite",
    "ipm-optimal": "the same, with the factor that does the most harm",
    "min-max": "as far against the mean as two honest updates are apart",
    "min-max-std": "the same, along the spread",
    "free-rider": "the model's last step in place of work",
    "stale-copy": "another trainer's update of the round before",
    "adaptive": "reads what became of it in past rounds, and corrects its strength",
    "copy": "another trainer's commitment as its own",
    "replay": "an update made for another round, task or chain",
    "withhold": "reveals, and gives the bytes to accomplices alone",
    "serve-some": "gives the bytes to a bare majority, and to no aggregator",
    "vouch-blindly": "withholds, and vouches for everything unseen",
    "no-reveal": "commits and never reveals",
    "lying-norm": "understates the length of a blown-up update",
    "inflate-samples": "a flipped update under the greatest sample count",
    "sybil": "flips, and splits a stake to join more than once",
    "lying-sealer": "proposes wrong models and hides them",
    "lying-table": "posts wrong distances, and proposes the model that they give",
    "grief": "vain disputes, announcements and dust",
    "collude": "validators score their own trainers up and the others down",
}
"""By name, in the order of ``ATTACKS``."""
