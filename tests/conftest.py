"""The markers; chain isolation is for Brownie tests alone, in tests/contracts/conftest.py."""

import pytest

MARKERS = {
    "slow": "takes more than ten seconds",
    "matrix": "one cell of the whole fault matrix; run by make test-faults",
    "daemon": "needs an IPFS daemon; skipped unless one is named",
}


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, so that a misspelt one is an error."""
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
