"""The page of `fl latency`: the best block rate, curves around it, overtaking and failing miners."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fl_client.reporting.html.curves import Axis, Curve, curve_chart
from fl_client.reporting.html.sections import figures
from fl_client.reporting.html.shell import document
from fl_client.reporting.html.tables import Html, columns, facts, join, table, tag

_SECONDS = Axis(name="seconds", from_zero=True)
_RATE = Axis(name="blocks a second of one miner, in Hz")


def render_latency(study: dict[str, Any]) -> str:
    """Render a study of a round's latency.

    Args:
        study: what `headline` of ``simulation.latency.study`` returns, with `curves`, `overtaking` and `crossover`
            of the functions of these names.

    Returns:
        A whole HTML document.
    """
    network = study["parameters"]
    lead = (
        f"{network['devices']} devices and {network['miners']} miners by BlockFL's model (arXiv 1808.03949): formulas "
        "as lines, simulated epochs as dots. Where the block rate is not the axis, each network has its own best one."
    )
    header = join([tag("h1", "Latency of a blockchain round"), tag("p", lead, class_="dim"), _figures(study)])
    sections = (
        ("rate", "Block rate", _rate_section(study)),
        ("size", "Miners, devices, size and signal", _size_section(study["curves"])),
        ("failures", "Failing miners", _failure_section(study["crossover"])),
        ("overtaking", "Overtaking", _overtaking_section(study["overtaking"])),
        ("network", "The network", _network_section(study)),
    )
    return document("Gradbond: latency of a blockchain round", header, sections)


def _figures(study: dict[str, Any]) -> Html:
    best = study["optimal_rate_hz"]
    error = study["simulated_epoch_error"]
    simulated = f"simulated over {study['epochs']:,} epochs" + (f", ± {error:.4f} s" if error else "")
    return figures(
        [
            (f"{best:.4f} Hz" if best else "none", "best block rate of one miner"),
            (f"{study['epoch_seconds']:.4f} s", f"an epoch at {study['rate_hz']:.4f} Hz, by the formula"),
            (f"{study['simulated_epoch_seconds']:.4f} s", simulated),
            (f"{study['fork_probability']:.1%}", "of the blocks fork"),
        ]
    )


def _pairs(points: Sequence[dict[str, Any]], x: str, y: str) -> list[tuple[float, float]]:
    return [(one[x], one[y]) for one in points]


def _both(
    points: Sequence[dict[str, Any]],
    key: str,
    name: str = "",
    colour: int = 1,
    formula: Sequence[dict[str, Any]] | None = None,
) -> list[Curve]:
    """The formula's curve, and the simulated points on it."""
    dots = f"{name}, simulated" if name else "simulated"
    return [
        Curve(name=name or "formula", points=_pairs(formula or points, "at", key), colour=colour),
        Curve(name=dots, points=_pairs(points, "at", f"simulated_{key}"), dots=True, colour=colour),
    ]


def _charts(*charts: Html) -> Html:
    return tag("div", join(charts), class_="charts")


def _rate_section(study: dict[str, Any]) -> Html:
    by_rate = study["curves"]["by_rate"]
    epochs = [
        curve
        for colour, one in enumerate(by_rate, start=1)
        for curve in _both(one["points"], "epoch_seconds", f"{one['snr_db']:g} dB", colour, one["formula"])
    ]
    # Dots of three curves in the legend would say three times the same.
    epochs = [Curve(points=one.points, dots=True, colour=one.colour) if one.dots else one for one in epochs]
    completed = _completion(study, by_rate[0]["formula"])
    forks = _both(by_rate[0]["points"], "fork_probability", formula=by_rate[0]["formula"])
    return join(
        [
            _charts(
                curve_chart("Seconds an epoch takes", _RATE, _SECONDS, epochs),
                curve_chart(
                    "Share of the blocks that fork", _RATE, Axis(name="share", from_zero=True), forks
                ),
                curve_chart("Seconds until learning has ended", _RATE, _SECONDS, completed),
            ),
            tag(
                "p",
                "Too low a rate waits for a block, too high a rate forks and begins again: the mean is convex and has "
                "one minimum. The paper prints a formula for it, Proposition 1, in which the time of one block to one "
                "miner stands where the sum over all other miners belongs; it is not the minimum.",
            ),
            _readings(study["readings"]),
        ]
    )


def _completion(study: dict[str, Any], points: Sequence[dict[str, Any]]) -> list[Curve]:
    """Epochs that sound miners need, times what an epoch takes."""
    sound = [one for one in study["crossover"]["by_devices"] if one["probability"] == 0 and one["miners"] > 1]
    near = min(sound, key=lambda one: abs(one["devices"] - study["parameters"]["devices"]))
    return [
        Curve(
            name=f"{near['epochs']:.1f} epochs on the regression task",
            points=[(one["at"], one["epoch_seconds"] * near["epochs"]) for one in points],
        )
    ]


def _readings(readings: Sequence[dict[str, Any]]) -> Html:
    rows = [
        (
            one["name"],
            f"{one['rate_hz']:.4f}",
            f"{one['fork_probability']:.3f}",
            "unending" if one["epoch_seconds"] is None else f"{one['epoch_seconds']:.3f}",
            "" if one["above_optimum"] is None else f"{one['above_optimum']:+.1%}",
        )
        for one in readings
    ]
    heads = columns(
        "formula",
        "rate Hz",
        "forks",
        "epoch s",
        "above the optimum",
        **_numeric("rate Hz", "forks", "epoch s", "above the optimum"),
    )
    return table(heads, rows, caption="The best block rate by several readings of the paper")


def _numeric(*names: str) -> dict[str, str]:
    return {name.replace(" ", "_"): "n" for name in names}


def _size_section(curves: dict[str, Any]) -> Html:
    def epochs(title: str, axis: str, key: str, scale: Callable[[float], float] = float) -> Html:
        points = [one | {"at": scale(one["at"])} for one in curves[key]]
        return curve_chart(title, Axis(name=axis), _SECONDS, _both(points, "epoch_seconds"))

    best = [
        Curve(points=_pairs(curves["by_miners"], "at", "rate_hz")),
        Curve(points=_pairs(curves["by_miners"], "at", "rate_hz"), dots=True),
    ]
    return join(
        [
            tag("p", "Seconds an epoch takes at the best block rate."),
            _charts(
                epochs("More miners", "miners", "by_miners"),
                epochs("More devices", "devices", "by_devices"),
                epochs("Larger updates", "Kbit of an update", "by_update_bits", lambda bits: bits / 1e3),
                epochs("A better signal", "SNR of all links in dB", "by_snr_db"),
                curve_chart(
                    "The best block rate of one miner, in Hz",
                    Axis(name="miners"),
                    Axis(name="Hz", logarithmic=True),
                    best,
                ),
            ),
        ]
    )


def _failure_section(found: dict[str, Any]) -> Html:
    noise, task = found["malfunction"], found["task"]
    several = max(one["miners"] for one in found["by_devices"])

    def over(
        points: Sequence[dict[str, Any]], x: str, miners: int, *chances: float
    ) -> list[tuple[float, float]]:
        chosen = [one for one in points if one["miners"] == miners and one["probability"] in chances]
        return _pairs(chosen, x, "completion_seconds")

    def by_devices(chance: float) -> list[Curve]:
        return [
            Curve(name=_miners(1), points=over(found["by_devices"], "devices", 1, chance), colour=2),
            Curve(
                name=_miners(several), points=over(found["by_devices"], "devices", several, chance), colour=1
            ),
        ]

    chances = [one["probability"] for one in found["by_probability"]]
    by_chance = [
        Curve(
            name=_miners(count),
            points=over(found["by_probability"], "probability", count, *chances),
            colour=colour,
        )
        for count, colour in ((1, 2), (several, 1))
    ]
    words = (
        f"Each epoch a miner fails with probability {noise['probability']:g} and adds N({noise['mean']:g}, "
        f"{noise['variance']:g}) noise to the model that its own devices take home. Learning is BlockFL's regression "
        f"with SVRG in {task['dimension']} dimensions, until the model moves by at most {task['tolerance']:g}; mean of "
        f"{found['networks']} networks with {found['runs']} runs each. All have the same mining power."
    )
    return join(
        [
            tag("p", words),
            _charts(
                curve_chart(
                    "Sound miners: seconds until learning has ended",
                    Axis(name="devices"),
                    _SECONDS,
                    by_devices(0.0),
                ),
                curve_chart(
                    "Failing miners: seconds until learning has ended",
                    Axis(name="devices"),
                    _SECONDS,
                    by_devices(noise["probability"]),
                ),
                curve_chart(
                    f"Seconds with {found['at_devices']} devices, by how often a miner fails",
                    Axis(name="probability of a failure"),
                    _SECONDS,
                    by_chance,
                ),
            ),
            _learning_table(found["by_devices"]),
        ]
    )


def _miners(count: int) -> str:
    return "one miner" if count == 1 else f"{count} miners"


def _learning_table(points: Sequence[dict[str, Any]]) -> Html:
    rows = [
        (
            one["devices"],
            one["miners"],
            f"{one['probability']:g}",
            f"{one['epochs']:.1f} ± {one['epochs_error']:.1f}",
            f"{one['epoch_seconds']:.3f}",
            f"{one['completion_seconds']:.1f} ± {one['completion_error']:.1f}",
            one["unended"] or "",
        )
        for one in points
    ]
    names = ("devices", "miners", "failures", "epochs", "epoch s", "in all s", "given up")
    return table(
        columns(*names, **_numeric(*names)), rows, caption="Learning to its end; ± is the standard error"
    )


def _overtaking_section(found: dict[str, Any]) -> Html:
    chance = Axis(name="probability", logarithmic=True)
    named = (
        ("from so many blocks behind", "gamblers_ruin", 3, False),
        ("mining from the start, exact", "exact_race", 1, False),
        ("simulated", "simulated_race", 1, True),
        ("against BlockFL's epochs, simulated", "simulated_against_epochs", 2, True),
    )
    by_lead = [
        Curve(name=name, points=_pairs(found["by_lead"], "lead", key), colour=colour, dots=dots)
        for name, key, colour, dots in named
    ]
    by_miners = [
        Curve(
            name=f"{lead} honest {'block' if lead == 1 else 'blocks'}",
            points=_pairs(found["by_miners"], "miners", f"lead_{lead}"),
            colour=colour,
        )
        for colour, lead in enumerate((1, 2, 4), start=1)
    ]
    rows = [
        (
            one["lead"],
            *(f"{one[key]:.2g}" for key in ("gamblers_ruin", "nakamoto_sum", "exact_race")),
            *(f"{one[key]:.2g}" for key in ("simulated_race", "simulated_against_epochs")),
        )
        for one in found["by_lead"]
    ]
    names = ("blocks", "gambler's ruin", "Nakamoto", "exact", "simulated", "against epochs")
    words = (
        f"One miner has {found['share']:.3g} of the power and mines a private chain. Behind by so many blocks it "
        "catches up as a gambler is ruined; mining while that many are found, by Nakamoto's sum and the exact one. "
        "Against BlockFL's epochs it gains what waiting, propagation, forks and downloads cost the others."
    )
    return join(
        [
            tag("p", words),
            _charts(
                curve_chart(
                    "Probability that the private chain catches up",
                    Axis(name="honest blocks"),
                    chance,
                    by_lead,
                ),
                curve_chart(
                    "The same by the number of miners, exact", Axis(name="miners"), chance, by_miners
                ),
            ),
            table(
                columns(*names, **_numeric(*names)),
                rows,
                caption=f"Probability of catching up; simulated {found['trials']:,} times",
            ),
        ]
    )


def _network_section(study: dict[str, Any]) -> Html:
    network = study["parameters"]

    def link(name: str) -> str:
        return f"{network[name]['bandwidth_hz'] / 1e3:g} kHz at {network[name]['snr_db']:g} dB"

    return facts(
        [
            ("devices, miners", f"{network['devices']}, {network['miners']}"),
            ("samples of a device", f"{network['least_samples']} to {network['most_samples']}"),
            ("a sample", f"{network['sample_bits'] / 1e3:g} Kbit"),
            ("an update", f"{network['update_bits'] / 1e3:g} Kbit"),
            ("a block's header", f"{network['header_bits'] / 1e3:g} Kbit"),
            ("a device computes", f"{network['clock_hz'] / 1e9:g} Gbit a second"),
            ("a block waits", f"{network['wait_seconds'] * 1e3:g} ms"),
            ("uplink", link("uplink")),
            ("downlink", link("downlink")),
            ("between miners", link("between_miners")),
            ("miners start", study["start"]),
            ("seed", study["seed"]),
        ]
    )
