"""BlockFL's network: its times at the paper's values, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fl_client.errors import ConfigError
from fl_client.simulation.latency import LatencyParameters, Link

PAPER = LatencyParameters()


@pytest.mark.parametrize(
    ("snr_db", "megabits", "propagation", "total"),
    [(10, 1.0378, 0.2409, 2.168), (9, 0.948, 0.2636, 2.373), (8, 0.861, 0.2904, 2.613)],
)
def test_times_of_a_block_follow_from_the_signal(
    snr_db: float, megabits: float, propagation: float, total: float
) -> None:
    network = PAPER.with_snr(snr_db)
    assert network.between_miners.bits_per_second / 1e6 == pytest.approx(megabits, rel=1e-3)
    assert network.propagation_seconds == pytest.approx(propagation, rel=1e-3)
    assert network.total_propagation_seconds == pytest.approx(total, rel=1e-3)


def test_an_update_takes_five_milliseconds_up_and_forty_three_between_miners() -> None:
    assert PAPER.upload_seconds == pytest.approx(4.82e-3, rel=1e-3)
    assert PAPER.exchange_seconds(9) == pytest.approx(43.4e-3, rel=1e-3)


def test_a_device_trains_for_one_to_five_milliseconds() -> None:
    assert PAPER.local_seconds == pytest.approx((1e-3, 5e-3))


def test_a_block_grows_with_every_device_and_nothing_propagates_to_nobody() -> None:
    assert replace(PAPER, devices=45).block_bits == 425e3
    assert replace(PAPER, miners=1).propagation_seconds == 0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"miners": 0}, "miners is 0"),
        ({"devices": 1_001}, "devices is 1001"),
        ({"least_samples": 60}, "60 to 50 samples"),
        ({"wait_seconds": -0.1}, "wait_seconds is -0.1"),
        ({"update_bits": float("nan")}, "update_bits is nan"),
        ({"clock_hz": 0.0}, "clock_hz is 0.0"),
        ({"update_bits": 0.0, "header_bits": 0.0}, "no bits"),
    ],
)
def test_values_out_of_range_are_refused_by_name(values: dict[str, float], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        LatencyParameters(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [{"bandwidth_hz": 0.0}, {"snr_db": 61.0}, {"snr_db": float("nan")}])
def test_a_link_without_capacity_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        Link(**values)


def test_the_values_as_json_make_the_same_network_again() -> None:
    plain = replace(PAPER, miners=3).with_snr(8).to_json()
    links = {name: Link(**plain.pop(name)) for name in ("uplink", "downlink", "between_miners")}  # type: ignore[arg-type]
    assert LatencyParameters(**plain, **links) == replace(PAPER, miners=3).with_snr(8)  # type: ignore[arg-type]
