"""What trainers, validators and owners learn on, from their settings, for a task that is on a chain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fl_client.cli.learner import local_judge, local_learner, root_learner
from fl_client.cli.settings import Settings
from fl_client.errors import ConfigError
from fl_client.simulation import DemoSettings, Federation

PEOPLE = 3


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grows by a letter with each time that the definition is loaded."""
    return tmp_path_factory.mktemp("counted") / "loads"


@pytest.fixture(scope="module")
def definition(loads: Path) -> str:
    path = loads.with_name("counted.py")
    path.write_text(
        "from pathlib import Path\nfrom fl_client.learning.tasks import Digits\n\n"
        f"class Counted(Digits):\n    def __init__(self):\n        with Path({str(loads)!r}).open('a') as file:\n"
        "            file.write('.')\n"
    )
    return f"{path}:Counted"


@pytest.fixture(scope="module")
def federation(definition: str, tmp_path_factory: pytest.TempPathFactory) -> Federation:
    """Founded, with validators that compare times; it does not run."""
    out = tmp_path_factory.mktemp("founded") / "run"
    return Federation(
        DemoSettings(task=definition, participants=PEOPLE, validators=PEOPLE, honest=True, out=out, seed=2)
    )


@pytest.fixture
def settings(definition: str) -> Settings:
    return Settings(definition=definition, partition="dirichlet:1.0", seed=2)


def test_a_validator_loads_its_definition_once(
    federation: Federation, settings: Settings, loads: Path
) -> None:
    loads.write_text("")
    root_learner(settings, federation.contract)
    once = loads.read_text()
    loads.write_text("")
    _, pace = local_judge(settings, federation.contract)
    assert pace is not None and pace > 0
    assert loads.read_text() == once != ""


def test_a_process_learns_the_bits_that_its_trainer_learns_in_a_federation_in_one_process(
    federation: Federation, settings: Settings
) -> None:
    base = federation.model.initial()
    for place, share in enumerate(federation.shares):
        apart = local_learner(replace(settings, share=f"{place + 1}/{PEOPLE}"), federation.contract)
        within = federation._honest_learner(place, federation.data.train.select(share))
        mine, theirs = apart.update(base, 1), within.update(base, 1)
        assert mine.samples == theirs.samples == len(share)
        assert np.array_equal(mine.delta, theirs.delta)


def test_a_validator_without_a_sample_is_refused(federation: Federation, settings: Settings) -> None:
    with pytest.raises(ConfigError, match="--share is '400/400', the definition has 355 test samples"):
        local_judge(replace(settings, share="400/400"), federation.contract)


def test_another_definition_than_the_tasks_is_refused(federation: Federation, settings: Settings) -> None:
    with pytest.raises(ConfigError, match="--definition 'blockfl-regression' has the hash 0x"):
        root_learner(replace(settings, definition="blockfl-regression"), federation.contract)
