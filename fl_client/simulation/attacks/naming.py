"""Attacks on the model by the names that users write."""

from __future__ import annotations

from typing import Final

from fl_client.errors import ConfigError
from fl_client.simulation.attacks.adaptive import Adaptive
from fl_client.simulation.attacks.attack import Attack
from fl_client.simulation.attacks.copying import StaleCopy
from fl_client.simulation.attacks.deviating import Alie, MinMax, OptimalIpm
from fl_client.simulation.attacks.noise import FreeRider, Gaussian
from fl_client.simulation.attacks.opposing import Opposing
from fl_client.simulation.attacks.poisoned_data import Backdoor, LabelFlip

MODEL_ATTACKS: Final = (
    *("sign-flip", "scaling", "label-flip", "gaussian", "backdoor", "alie", "alie-optimal"),
    *("ipm", "ipm-optimal", "min-max", "min-max-std", "free-rider", "stale-copy", "adaptive"),
)
"""Attacks whose update is well-formed, so that only the rule can hold them down."""


def attack_named(name: str, *, classes: int) -> Attack:
    """Return the attack of this name.

    Args:
        classes: of the task's labels.

    Raises:
        ConfigError: there is none.
    """
    found: dict[str, Attack] = {
        "sign-flip": Opposing(name="sign-flip", factor=1.0),
        "scaling": Opposing(name="scaling", factor=10.0),
        "label-flip": LabelFlip(classes=classes),
        "gaussian": Gaussian(),
        "backdoor": Backdoor(),
        "alie": Alie(),
        "alie-optimal": Alie(name="alie-optimal", optimal=True),
        "ipm": Opposing(name="ipm", factor=3.0),
        "ipm-optimal": OptimalIpm(),
        "min-max": MinMax(),
        "min-max-std": MinMax(name="min-max-std", opposing=False),
        "free-rider": FreeRider(),
        "stale-copy": StaleCopy(),
        "adaptive": Adaptive(),
    }
    if name not in found:
        raise ConfigError(f"there is no attack {name!r} on the model: give one of {', '.join(MODEL_ATTACKS)}")
    return found[name]
