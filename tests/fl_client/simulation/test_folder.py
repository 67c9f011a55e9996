"""The folder of a run: what is the user's own is neither thrown away nor written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fl_client.cli.network import Network, NetworkPlan
from fl_client.errors import ConfigError
from fl_client.simulation.folder import new_folder, prepare_folder

Prepare = Callable[[Path], None]


def enter(out: Path) -> None:
    with Network(NetworkPlan(out=out)):
        raise AssertionError("a node was started")


@pytest.mark.parametrize("prepare", [prepare_folder, new_folder, enter])
def test_a_file_in_place_of_the_folder_is_told_in_one_line(tmp_path: Path, prepare: Prepare) -> None:
    file = tmp_path / "thesis.tex"
    file.write_text("years of work")
    for out in (file, file / "below"):
        with pytest.raises(ConfigError, match="cannot write to --out .*thesis.tex.*: Not a directory"):
            prepare(out)
    assert file.read_text() == "years of work"


@pytest.mark.parametrize("prepare", [new_folder, enter])
def test_a_folder_that_holds_anything_is_no_new_one(tmp_path: Path, prepare: Prepare) -> None:
    (tmp_path / "keys").mkdir()
    with pytest.raises(ConfigError, match=f"--out {tmp_path} is not empty: give another folder"):
        prepare(tmp_path)
    assert (tmp_path / "keys").is_dir()


@pytest.mark.parametrize("prepare", [prepare_folder, new_folder])
def test_a_folder_that_is_missing_is_made(tmp_path: Path, prepare: Prepare) -> None:
    for _ in range(2):
        prepare(tmp_path / "runs" / "first")
    assert list((tmp_path / "runs" / "first").iterdir()) == []
