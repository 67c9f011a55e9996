"""JSON from strangers is read as deep as it may be, and a bracket too many ends no process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fl_client.shallow_json import TooDeep, read_json


def test_what_is_shallow_enough_is_read() -> None:
    assert read_json('[{"a": [1]}]', deepest=3) == [{"a": [1]}]
    assert read_json(b'["[[[[[{{{{", "\\"["]', deepest=1) == ["[[[[[{{{{", '"[']


@pytest.mark.parametrize("text", ["[[[[1]]]]", '[{"a": [{}]}]', "[" * 100_000])
def test_what_is_deeper_is_refused_before_it_is_parsed(text: str) -> None:
    with pytest.raises(TooDeep, match="more than 3 deep"):
        read_json(text, deepest=3)


@pytest.mark.parametrize("text", ["", "[", "]", b"\xff\xfe", "nothing"])
def test_what_is_no_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_json(text, deepest=3)


@pytest.mark.parametrize(
    "text",
    ['"' + '\\"' * 500_000, '"' * 500_001, '["' + "\\" * 500_001],
    ids=["escaped", "quotes", "strokes"],
)
def test_strings_without_an_end_take_no_more_time_than_others(text: str) -> None:
    """Read from each quote anew, these would take hours."""
    with pytest.raises(ValueError, match=r"\w"):
        read_json(text, deepest=3)


def test_what_stands_in_a_string_counts_for_nothing_and_what_follows_it_does() -> None:
    assert read_json('["\\\\", "[[[[", "\\"[[[["]', deepest=1) == ["\\", "[[[[", '"[[[[']
    with pytest.raises(TooDeep):
        read_json('["\\\\", [1]]', deepest=1)


def test_a_process_that_executes_chains_survives_it() -> None:
    """Its libraries raise the recursion limit."""
    code = (
        "import sys, eth_tester\n"
        "sys.setrecursionlimit(10**9)\n"
        "from fl_client.shallow_json import read_json\n"
        "try: read_json('[' * 10**6, deepest=3)\n"
        "except ValueError: print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, "refused\n")
