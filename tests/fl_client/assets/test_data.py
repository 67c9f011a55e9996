"""Bytes of files and folders, cut into blocks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fl_client.assets import BLOCK_BYTES, AssetData, block_count
from fl_client.errors import ConfigError


@given(st.lists(st.binary(max_size=2 * BLOCK_BYTES), min_size=1, max_size=5).filter(any))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_blocks_of_a_folder_are_its_files_one_after_the_other(tmp_path: Path, parts: list[bytes]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(exist_ok=True)
    for one in folder.iterdir():
        one.unlink()
    for number, part in enumerate(parts):
        (folder / f"{number}.bin").write_bytes(part)
    data, whole = AssetData(folder), b"".join(parts)
    assert data.size == len(whole)
    found = b"".join(data.blocks())
    assert found == whole.ljust(block_count(len(whole)) * BLOCK_BYTES, b"\0")


def test_files_in_deeper_folders_belong_to_it(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "one").write_bytes(b"2")
    (tmp_path / "a").write_bytes(b"1")
    assert AssetData(tmp_path).block(0).startswith(b"12\0")


def test_a_file_that_became_shorter_is_named(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(bytes(10))
    data = AssetData(path)
    path.write_bytes(bytes(9))
    with pytest.raises(ConfigError, match="became shorter"):
        data.block(0)


def test_nothing_is_no_asset(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has 0 bytes"):
        AssetData(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        AssetData(tmp_path / "nowhere")
