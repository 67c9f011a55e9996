"""What the latency of a blockchain round depends on: BlockFL's network, with the paper's values as defaults.

Source: Kim, Park, Bennis, Kim, "Blockchained On-Device Federated Learning", arXiv 1808.03949v1, sections III and IV.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from fl_client.errors import ConfigError

MOST_MEMBERS = 1_000
"""Devices or miners at most: more only makes the simulation slow."""


class Start(StrEnum):
    """When miners begin to look for a nonce.

    PADDED: all at the waiting time, as the paper's analysis assumes. ASYNCHRONOUS: each as soon as it has verified
    all updates, but not before the waiting time.
    """

    PADDED = "padded"
    ASYNCHRONOUS = "asynchronous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A radio link at its capacity.

    Args:
        bandwidth_hz: W, in Hz, > 0.
        snr_db: signal to noise ratio gamma, in dB.

    Raises:
        ConfigError: a value is out of its range.

    >>> round(Link().bits_per_second)
    1037829
    """

    bandwidth_hz: float = 300e3
    snr_db: float = 10.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.bandwidth_hz) and self.bandwidth_hz > 0):
            raise ConfigError(f"the bandwidth is {self.bandwidth_hz} Hz: give a finite number above 0")
        if not -30 <= self.snr_db <= 60:
            raise ConfigError(f"the SNR is {self.snr_db} dB: give -30 to 60")

    @property
    def bits_per_second(self) -> float:
        """Shannon's rate, W log2(1 + gamma)."""
        return float(self.bandwidth_hz * math.log2(1 + 10 ** (self.snr_db / 10)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyParameters:
    """One BlockFL network.

    Args:
        devices: N_D, 1 to 1000.
        miners: N_M, 1 to 1000.
        least_samples: fewest samples of a device; N_i is uniform on the whole numbers between both, inclusive.
        most_samples: most samples of a device.
        sample_bits: delta_d, bits of a sample.
        update_bits: delta_m, bits of a local update.
        header_bits: h, bits of a block's header.
        clock_hz: f_c, bits that a device computes in a second.
        wait_seconds: T_wait, for which a block waits for updates, counted from the epoch's start.
        uplink: from a device to its miner.
        downlink: from a miner to its devices.
        between_miners: from a miner to each other one, all at once.

    Raises:
        ConfigError: a value is out of its range.

    >>> round(LatencyParameters().propagation_seconds, 4)
    0.2409
    """

    devices: int = 10
    miners: int = 10
    least_samples: int = 10
    most_samples: int = 50
    sample_bits: float = 100e3
    update_bits: float = 5e3
    header_bits: float = 200e3
    clock_hz: float = 1e9
    wait_seconds: float = 0.05
    uplink: Link = Link()
    downlink: Link = Link()
    between_miners: Link = Link()

    def __post_init__(self) -> None:
        for name in ("devices", "miners"):
            if not 1 <= getattr(self, name) <= MOST_MEMBERS:
                raise ConfigError(f"{name} is {getattr(self, name)}: give 1 to {MOST_MEMBERS}")
        if not 1 <= self.least_samples <= self.most_samples:
            raise ConfigError(
                f"a device has {self.least_samples} to {self.most_samples} samples: give an ascending pair from 1"
            )
        for name in ("sample_bits", "update_bits", "header_bits", "wait_seconds"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ConfigError(f"{name} is {value}: give a finite number from 0")
        if not (math.isfinite(self.clock_hz) and self.clock_hz > 0):
            raise ConfigError(f"clock_hz is {self.clock_hz}: give a finite number above 0")
        if self.block_bits <= 0:
            raise ConfigError("a block has no bits: give header_bits or update_bits above 0")

    def with_snr(self, snr_db: float) -> LatencyParameters:
        """The same network with one signal to noise ratio, in dB, on all links."""
        links = ("uplink", "downlink", "between_miners")
        return replace(self, **{name: replace(getattr(self, name), snr_db=snr_db) for name in links})

    @property
    def block_bits(self) -> float:
        """h + delta_m N_D."""
        return self.header_bits + self.update_bits * self.devices

    @property
    def local_seconds(self) -> tuple[float, float]:
        """T_local of the device with the fewest and of the one with the most samples, delta_d N_i / f_c."""
        per_sample = self.sample_bits / self.clock_hz
        return per_sample * self.least_samples, per_sample * self.most_samples

    @property
    def upload_seconds(self) -> float:
        """T_up, delta_m / rate of the uplink."""
        return self.update_bits / self.uplink.bits_per_second

    def exchange_seconds(self, from_others: float) -> float:
        """Time in which a miner gets the updates of other miners' devices; the paper verifies them in no time.

        Args:
            from_others: how many updates come from devices of other miners.
        """
        return self.update_bits * from_others / self.between_miners.bits_per_second

    @property
    def propagation_seconds(self) -> float:
        """t_bp, one block to another miner; 0 where there is none. All links are alike, so T_bp is the same."""
        return self.block_bits / self.between_miners.bits_per_second if self.miners > 1 else 0.0

    @property
    def total_propagation_seconds(self) -> float:
        """S, the sum of t_bp over all miners but the winner: what a fork's probability depends on."""
        return (self.miners - 1) * self.propagation_seconds

    @property
    def download_seconds(self) -> float:
        """T_dn, one block to a device."""
        return self.block_bits / self.downlink.bits_per_second

    @property
    def update_seconds(self) -> float:
        """T_global, delta_m N_D / f_c."""
        return self.update_bits * self.devices / self.clock_hz

    def to_json(self) -> dict[str, object]:
        """All values by name, for programs."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in ("uplink", "downlink", "between_miners"):
            link = plain[name]
            plain[name] = {"bandwidth_hz": link.bandwidth_hz, "snr_db": link.snr_db}
        return plain


def checked_rate(rate_hz: float) -> float:
    """A block generation rate lambda of one miner, in Hz.

    Raises:
        ConfigError: it is not a finite number above 0.
    """
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise ConfigError(f"the block rate is {rate_hz} Hz: give a finite number above 0")
    return rate_hz
