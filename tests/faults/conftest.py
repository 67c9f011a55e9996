"""One node and one deployment for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.place import Place, place_on_anvil


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_on_anvil(tmp_path_factory.mktemp("place")) as there:
        yield there


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The whole matrix takes long: it runs when it is asked for by its marker."""
    if "matrix" in str(config.getoption("-m") or ""):
        return
    for item in [item for item in items if item.get_closest_marker("matrix")]:
        items.remove(item)
