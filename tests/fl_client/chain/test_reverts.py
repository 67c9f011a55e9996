"""Return data to errors, whatever the data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fl_client.chain import HINTS, RevertDecoder
from fl_client.errors import ContractReverted
from tests.fl_client.chain.conftest import LEDGER
from tests.fl_client.chain.test_connection import world_error


def test_unknown_selector_becomes_the_name() -> None:
    assert RevertDecoder().decode(world_error()).name == "0x" + world_error()[:4].hex()


def test_no_data_says_so() -> None:
    assert RevertDecoder().decode(b"").name == "revert without data"


def test_truncated_arguments_lose_nothing() -> None:
    refusal = RevertDecoder([LEDGER]).decode(world_error()[:40])
    assert refusal.args_ == ("0x" + world_error()[4:40].hex(),)


def test_hint_follows_the_error() -> None:
    HINTS["LedgerTooSmall"] = "use a larger key"
    try:
        assert "use a larger key" in str(RevertDecoder([LEDGER]).decode(world_error()))
    finally:
        del HINTS["LedgerTooSmall"]


SELECTORS = [b"", world_error()[:4], bytes.fromhex("08c379a0"), bytes.fromhex("4e487b71")]


@given(st.sampled_from(SELECTORS), st.binary(max_size=200))
def test_any_bytes_give_an_error_and_never_another_exception(selector: bytes, rest: bytes) -> None:
    assert isinstance(RevertDecoder([LEDGER]).decode(selector + rest), ContractReverted)
