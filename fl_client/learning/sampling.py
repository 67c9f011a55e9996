"""Which clients take part in a round (FedAvg, server side)."""

from __future__ import annotations

import numpy as np

from fl_client.errors import ConfigError


def sample_clients(clients: int, *, fraction: float, generator: np.random.Generator) -> tuple[int, ...]:
    """Draw m = max(C * K, 1) distinct clients uniformly. McMahan et al. 1602.05629, algorithm 1.

    Args:
        clients: K >= 1.
        fraction: C in [0, 1]; 0 means one client. C * K is rounded to the nearest whole number,
            because 0.29 * 100 is 28.999... in floats.
        generator: the only source of randomness.

    Returns:
        The drawn clients' indices in [0, K), ascending.

    Raises:
        ConfigError: a value is out of its range.

    >>> len(sample_clients(100, fraction=0.1, generator=np.random.default_rng(0)))
    10
    >>> len(sample_clients(100, fraction=0.0, generator=np.random.default_rng(0)))
    1
    """
    if clients < 1:
        raise ConfigError(f"there are {clients} clients: a round needs at least 1")
    if not 0 <= fraction <= 1:
        raise ConfigError(f"client fraction is {fraction}: give a number from 0 to 1")
    count = max(round(fraction * clients), 1)
    return tuple(sorted(int(index) for index in generator.choice(clients, size=count, replace=False)))
