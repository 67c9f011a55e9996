"""The check of a receipt that somebody has tampered with: it ends in a verdict or in one line, whatever they wrote."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fl_client.chain.contracts import TaskContract
from fl_client.errors import AuditDiffers, ConfigError, GradbondError
from fl_client.records.receipt import TaskPast, receipt_of
from fl_client.records.receipt_check import check_receipt, read_receipt
from fl_client.simulation import DemoSettings, Federation

Path_ = tuple[str | int, ...]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([-1, 0, 1, 5, 2**32, 2**40, 2**53 + 1, 2**64, 2**256, 10**400])
    | st.floats()
    | st.sampled_from(
        ["", "0x", "5", "\x1b[2J", "\ud800", "0x" + "zz" * 32, "0x" + "11" * 20, "0x" + "11" * 32]
    )
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> TaskContract:
    """One round of three honest trainers."""
    out = tmp_path_factory.mktemp("checked") / "run"
    federation = Federation(DemoSettings(participants=3, rounds=1, epochs=1, honest=True, out=out))
    assert len(list(federation.run())) == 1
    return federation.contract


@pytest.fixture(scope="module")
def given_receipt(contract: TaskContract) -> dict[str, Any]:
    past = TaskPast.read(contract)
    found = receipt_of(past, past.watch.ledger.rounds[1].reveals[1].trainer, 1)
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files") / "receipt.json"


def places(value: Any, here: Path_ = ()) -> Iterator[Path_]:
    """Where something stands in a receipt: each field, each list's entries."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*here, key)
        yield from places(one, (*here, key))


def changed(receipt: dict[str, Any], place: Path_, value: Any, *, left_out: bool = False) -> dict[str, Any]:
    found = copy.deepcopy(receipt)
    holder: Any = found
    for key in place[:-1]:
        holder = holder[key]
    if left_out:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return found


def check(contract: TaskContract, file: Path, receipt: dict[str, Any]) -> None:
    """As the command does."""
    file.write_text(json.dumps(receipt), encoding="utf-8")
    check_receipt(contract, read_receipt(file))


def test_a_true_receipt_holds(contract: TaskContract, given_receipt: dict[str, Any], file: Path) -> None:
    check(contract, file, given_receipt)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), value=JSON, left_out=st.booleans())
def test_whatever_is_changed_the_check_ends_in_a_verdict_or_in_one_line(
    contract: TaskContract,
    given_receipt: dict[str, Any],
    file: Path,
    data: st.DataObject,
    value: Any,
    left_out: bool,
) -> None:
    place = data.draw(st.sampled_from(list(places(given_receipt))))
    try:
        check(contract, file, changed(given_receipt, place, value, left_out=left_out))
    except GradbondError as problem:
        assert str(problem).isprintable() and len(str(problem)) < 1_000


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (
            ("set", "entries", 0, "weight"),
            2**40,
            r"set.entries\[0\].weight is 1099511627776, not a whole number",
        ),
        (("set", "entries", 0, "vector"), 5, r"set.entries\[0\].vector is 5, not a hash"),
        (("set", "entries", 0, "trainer"), 5, "trainer is 5, not an address"),
        (("trainer",), 5, "trainer is 5, not an address"),
        (("commitment", "salt"), "0x", 'salt is "0x", not a hash'),
        (("round",), True, "round is true, not a whole number"),
        (("records", 0), [], r"records\[0\] is \[\], not an object"),
        (("records",), None, "records is null, not a list"),
        (("as_of", "block"), float("inf"), "as_of.block is Infinity, not a whole number"),
        (("records", 0, "event"), "\x1b[2J", r'event is "\\u001b\[2J", not a name'),
        (("format",), 2.0, "format is 2.0, not a whole number"),
    ],
)
def test_a_value_that_no_receipt_holds_is_named_with_its_place(
    contract: TaskContract, given_receipt: dict[str, Any], file: Path, place: Path_, value: Any, words: str
) -> None:
    with pytest.raises(ConfigError, match=f"the receipt is broken: .*{words}"):
        check(contract, file, changed(given_receipt, place, value))


@pytest.mark.parametrize("name", ["task", "trainer", "records", "trust"])
def test_a_field_that_is_missing_is_named(given_receipt: dict[str, Any], file: Path, name: str) -> None:
    file.write_text(json.dumps(changed(given_receipt, (name,), None, left_out=True)))
    with pytest.raises(ConfigError, match=f"the receipt is broken: it has no {name}; give what"):
        read_receipt(file)


@pytest.mark.parametrize("deep", [20, 900, 100_000])
def test_lists_within_lists_are_refused_however_deep(
    given_receipt: dict[str, Any], file: Path, deep: int
) -> None:
    text = json.dumps(changed(given_receipt, ("why",), "HERE"))
    file.write_text(text.replace('"HERE"', "[" * deep + "]" * deep))
    with pytest.raises(ConfigError, match="broken: lists or objects stand more than 8 deep"):
        read_receipt(file)


def test_brackets_in_a_text_are_no_depth(given_receipt: dict[str, Any], file: Path) -> None:
    file.write_text(json.dumps(given_receipt | {"why": 'it said "' + "[{" * 20}))
    assert read_receipt(file)["why"].endswith("[{[{")


def test_more_than_the_records_say_does_not_hold(
    contract: TaskContract, given_receipt: dict[str, Any], file: Path
) -> None:
    with pytest.raises(AuditDiffers, match=r'more than the records do: \["praise"\]'):
        check(contract, file, given_receipt | {"praise": "the best update ever"})


def test_a_receipt_as_of_a_block_before_its_records_does_not_hold(
    contract: TaskContract, given_receipt: dict[str, Any], file: Path
) -> None:
    for number in range(max(one["block"] for one in given_receipt["records"])):
        block_hash = contract.connection.block_hash(number)
        assert block_hash is not None
        earlier = {"block": number, "hash": "0x" + block_hash.hex()}
        with pytest.raises((AuditDiffers, ConfigError)):
            check(contract, file, given_receipt | {"as_of": earlier})
