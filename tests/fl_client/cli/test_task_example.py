"""The task file that `fl task example` prints: also what stands in it as a comment is meant to be used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from fl_client.cli.task_file import EXAMPLE, read_task_file
from fl_client.errors import ConfigError

LINES = EXAMPLE.splitlines()
ENTRY = re.compile(r"( *)# ( *\w+:.*)")
REVIEW = LINES.index(next(line for line in LINES if line.startswith("# review:")))
COMMENTED = [place for place, line in enumerate(LINES) if ENTRY.fullmatch(line)]


def used(*places: int) -> str:
    """The example with these commented lines in use."""
    return "\n".join(
        ENTRY.sub(r"\1\2", line) if place in places else line for place, line in enumerate(LINES)
    )


def entries(table: Any, *path: str) -> dict[tuple[str, ...], Any]:
    """Each value of a file with where it stands."""
    if not isinstance(table, dict):
        return {path: table}
    return {key: value for name, one in table.items() for key, value in entries(one, *path, name).items()}


@pytest.mark.parametrize("place", COMMENTED, ids=lambda place: LINES[place].split("#")[1].strip())
def test_a_commented_line_in_use_adds_to_the_file_and_changes_nothing_else(
    tmp_path: Path, place: int
) -> None:
    places = {place} if place < REVIEW else {REVIEW, place} if place > REVIEW else {REVIEW, REVIEW + 1}
    text, before = used(*places), entries(yaml.safe_load(EXAMPLE))
    after = entries(yaml.safe_load(text))
    assert before.items() <= after.items() and len(after) == len(before) + 1
    file = tmp_path / "task.yaml"
    file.write_text(re.sub(r"(?m)^sealing: slots", "sealing: proof-of-work", text))
    read_task_file(file)


def test_all_of_them_in_use_are_a_reviewed_task_that_is_sealed_by_work(tmp_path: Path) -> None:
    file = tmp_path / "task.yaml"
    file.write_text(used(*COMMENTED).replace("sealing: slots", "sealing: proof-of-work"))
    _, plan = read_task_file(file)
    assert plan.sealing_seconds == 60 and plan.review is not None and plan.review.pace == 20


def test_a_rate_without_work_is_said_to_need_it(tmp_path: Path) -> None:
    file = tmp_path / "task.yaml"
    file.write_text(used(COMMENTED[0]))
    with pytest.raises(ConfigError, match="slots have no rate, give sealing: proof-of-work"):
        read_task_file(file)
