"""A small study of a round's latency, for the pages that show one."""

from functools import cache
from typing import Any

from fl_client.simulation.latency.study import Study, crossover, curves, headline, overtaking


@cache
def latency_study() -> dict[str, Any]:
    """Everything that the page shows, from few epochs and one network."""
    study = Study(epochs=2_000, networks=1, runs=2)
    return headline(study) | {
        "curves": curves(study),
        "overtaking": overtaking(study),
        "crossover": crossover(study, devices=(10, 20), failures=(0.0, 0.5)),
    }
