"""What is asked for: fresh, even, bound to the asset; and how surely a loss is seen."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fl_client.assets import BLOCK, NONCE, USUAL_COUNT, Challenge, detection
from fl_client.assets.challenge import coefficients, places
from fl_client.errors import ConfigError
from tests.fl_client.assets.conftest import nonce

ASSET = sha256(b"asset").digest()


@given(st.binary(min_size=32, max_size=32), st.integers(1, 60), st.data())
def test_places_are_in_the_asset_ascending_and_each_once(
    seed: bytes, blocks: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, blocks))
    found = list(places(seed, blocks, count))
    assert found == sorted(set(found)) and len(found) == count and 0 <= found[0] <= found[-1] < blocks


@pytest.mark.parametrize(
    "other",
    [
        Challenge(kind=NONCE, value=bytes(31) + b"\x01", count=4),
        Challenge(kind=NONCE, value=bytes(32), count=5),
        Challenge(kind=BLOCK, value=bytes(32), count=4),
        Challenge(kind=BLOCK, number=1, value=bytes(32), count=4),
    ],
    ids=["value", "count", "kind", "number"],
)
def test_every_field_changes_the_seed(other: Challenge) -> None:
    assert other.seed(ASSET) != nonce(0).seed(ASSET)


def test_every_asset_has_a_seed_of_its_own() -> None:
    assert nonce(0).seed(ASSET) != nonce(0).seed(bytes(32))


def test_coefficients_are_numbers_of_128_bits_that_differ() -> None:
    found = coefficients(ASSET, 1000)
    assert len(set(found)) == 1000 and all(0 < factor < 2**128 for factor in found)


def test_a_lost_block_is_asked_for_as_often_as_is_stated() -> None:
    blocks, count, tries = 12, 4, 3_000
    hits = sum(5 in places(nonce(number).seed(ASSET), blocks, count) for number in range(tries))
    stated = detection(blocks, 1, count)
    assert stated == Fraction(1, 3)
    # Five standard deviations; the nonces are fixed, so that it is the same every time.
    assert abs(hits - tries * stated) < 5 * float(tries * stated * (1 - stated)) ** 0.5


@pytest.mark.parametrize(("blocks", "lost", "count"), [(6, 2, 3), (7, 1, 2), (5, 5, 1), (6, 0, 3), (4, 3, 4)])
def test_detection_is_the_share_of_choices_that_hit(blocks: int, lost: int, count: int) -> None:
    choices = list(combinations(range(blocks), count))
    hits = sum(min(choice) < lost for choice in choices)
    assert detection(blocks, lost, count) == Fraction(hits, len(choices))


def test_the_usual_count_finds_a_loss_of_a_hundredth() -> None:
    assert all(detection(n, n // 100, min(n, USUAL_COUNT)) > 0.99 for n in (100, 1_000, 100_000, 10_000_000))


def test_fresh_challenges_differ() -> None:
    assert Challenge.fresh() != Challenge.fresh()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "oracle"},
        {"number": 1},
        {"kind": BLOCK, "number": -1},
        {"kind": BLOCK, "number": 2**53},
        {"value": bytes(31)},
        {"count": 0},
        {"count": 4_097},
    ],
    ids=str,
)
def test_a_field_out_of_its_range_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Challenge(**{"kind": NONCE, "value": bytes(32)} | fields)  # type: ignore[arg-type]
