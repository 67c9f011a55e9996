"""The markers; chain isolation is for Brownie tests alone, in tests/contracts/conftest.py."""

import pytest
from hypothesis import settings

MARKERS = {
    "slow": "takes more than ten seconds",
    "matrix": "one cell of the whole fault matrix; run by make test-faults",
    "daemon": "needs an IPFS daemon; skipped unless one is named",
}


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, so that a misspelt one is an error, and give property tests their time."""
    # How long an example takes says nothing about what is tested, and on a busy machine it fails what is right.
    # Brownie brings a profile of its own.
    if not config.pluginmanager.hasplugin("pytest-brownie"):
        settings.register_profile("unhurried", deadline=None)
        settings.load_profile("unhurried")
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
