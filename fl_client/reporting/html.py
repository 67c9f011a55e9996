"""The run as one HTML file without external assets: accuracy, gas, rounds, money, slashes, verdict."""

from __future__ import annotations

from html import escape
from typing import Any

from fl_client.reporting.terminal import coins

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--dim:#5d6b7c;--line:#d9dfe7;--good:#1a7f4b;--bad:#b3261e;--bar:#3b6fd4;
--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--dim:#9aa7b8;--line:#354052;--good:#5fd39a;--bad:#ff8a80;
--bar:#7aa2f7;--paper:#161b22}}
*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:60rem;margin:0 auto;padding:1.5rem}
h1{margin:0 0 .25rem}h2{margin:2rem 0 .5rem;font-size:1.15rem}p{margin:.25rem 0}.dim{color:var(--dim)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--dim);font-weight:600}.n{text-align:right}.good{color:var(--good)}.bad{color:var(--bad)}
code{word-break:break-all;font-size:.85em}.figures{display:flex;gap:2.5rem;flex-wrap:wrap;margin:1rem 0}
.figures b{display:block;font-size:1.8rem;line-height:1.2}svg{width:100%;height:auto}
"""


def render_html(summary: dict[str, Any]) -> str:
    """Render a run's summary.

    Args:
        summary: what ``run_demo`` returns.

    Returns:
        A whole HTML document.
    """
    audit = summary["audit"]
    verdict = "agrees" if audit["passed"] else "differs" if audit["first_difference"] else "cannot be checked"
    lost = sum(slash["amount"] for slash in summary["slashes"])
    parts = [
        f"<h1>Federation on {escape(summary['settings']['task'])}</h1>",
        f"<p class=dim>{summary['settings']['participants']} trainers, {len(summary['rounds'])} rounds, "
        f"{summary['settings']['dimension']:,} coordinates, partition "
        f"{escape(summary['settings']['partition'])}, seed {summary['settings']['seed']}</p>",
        "<div class=figures>",
        _figure(_score(summary["final_accuracy"]), f"final {escape(summary['metric'])}"),
        _figure(f"{summary['gas']['total']:,}", "gas in all"),
        _figure(coins(lost), f"coins slashed, {len(summary['slashes'])} times"),
        _figure(f"<span class={'good' if audit['passed'] else 'bad'}>{verdict}</span>", "audit"),
        "</div>",
        _curve([entry["accuracy"] for entry in summary["rounds"]]),
        "<h2>Rounds</h2>",
        _table(
            ("round", "accuracy", "loss", "accepted", "gas", "slashed for"),
            [
                (
                    entry["round"],
                    f"{entry['accuracy']:.4f}",
                    f"{entry['loss']:.4f}",
                    entry["accepted"],
                    f"{entry['gas']:,}",
                    ", ".join(
                        one["evidence"] for one in summary["slashes"] if one["round"] == entry["round"]
                    ),
                )
                for entry in summary["rounds"]
            ],
        ),
        "<h2>Coins</h2>",
        _table(
            ("account", "before", "after", "change"),
            [
                (name, coins(entry["before"]), coins(entry["after"]), f"{entry['change'] / 10**18:+,.2f}")
                for name, entry in summary["balances"].items()
            ],
        ),
        _slashes(summary),
        "<h2>Gas by role and call</h2>",
        _table(
            ("role", "call", "times", "mean", "greatest"),
            [
                (role, call, figures["count"], f"{figures['mean']:,}", f"{figures['max']:,}")
                for role, calls in summary["gas"]["by_role"].items()
                for call, figures in calls.items()
            ],
        ),
        "<h2>Check it yourself</h2>",
        f"<p>Model root <code>{summary['model_root']}</code></p>",
        f"<p>Chain head <code>{summary['head']}</code></p>",
        f"<p><code>fl audit {escape(summary['out'])} --head {summary['head']}</code></p>",
        f"<p class=dim>{escape(_reason(audit))}</p>",
    ]
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>Gradbond: {escape(summary['settings']['task'])}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _reason(audit: dict[str, Any]) -> str:
    if audit["passed"]:
        return f"The audit recomputed {audit['rounds_checked']} rounds in a process of its own; everything agrees."
    return str(audit["first_difference"] or audit["unchecked"])


def _score(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def _figure(value: str, name: str) -> str:
    return f"<div><b>{value}</b><span class=dim>{name}</span></div>"


def _slashes(summary: dict[str, Any]) -> str:
    if not summary["slashes"]:
        return "<h2>Slashes</h2><p class=dim>None.</p>"
    rows = [
        (
            one["round"],
            one["who"],
            one["evidence"],
            coins(one["amount"]),
            coins(one["burned"]),
            coins(one["bounty"]),
        )
        for one in summary["slashes"]
    ]
    return "<h2>Slashes</h2>" + _table(("round", "who", "evidence", "taken", "burned", "bounty"), rows)


def _table(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    numeric = [all(_is_number(row[i]) for row in rows) for i in range(len(names))]
    head = "".join(
        f"<th{' class=n' if numeric[i] else ''}>{escape(name)}</th>" for i, name in enumerate(names)
    )
    body = "".join(
        "<tr>" + "".join(_cell(value, numeric[i]) for i, value in enumerate(row)) + "</tr>" for row in rows
    )
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _cell(value: Any, numeric: bool) -> str:
    classes = ["n"] if numeric else []
    text = str(value)
    if numeric and text[:1] in "+-" and text.strip("+-0.,"):
        classes.append("good" if text[0] == "+" else "bad")
    return f"<td{f' class={chr(34)}{chr(32).join(classes)}{chr(34)}' if classes else ''}>{escape(text)}</td>"


def _is_number(value: Any) -> bool:
    try:
        float(str(value).replace(",", ""))
    except ValueError:
        return False
    return True


def _curve(values: list[float]) -> str:
    """Accuracy by round as an SVG line."""
    width, height, left, base = 640, 220, 44, 190
    low = min([*values, 0.9]) if values else 0.0
    low = max(0.0, int(low * 10) / 10)

    def x(i: int) -> float:
        return left + (width - left - 16) * (i / max(1, len(values) - 1))

    def y(value: float) -> float:
        return base - (base - 16) * ((value - low) / max(1e-9, 1 - low))

    points = " ".join(f"{x(i):.1f},{y(value):.1f}" for i, value in enumerate(values))
    ticks = "".join(
        f"<line x1={left} x2={width - 16} y1={y(t):.1f} y2={y(t):.1f} stroke=var(--line) />"
        f"<text x={left - 6} y={y(t) + 4:.1f} text-anchor=end font-size=12 fill=var(--dim)>{t:.2f}</text>"
        for t in (low, (low + 1) / 2, 1.0)
    )
    step = max(1, len(values) // 10)
    labels = "".join(
        f"<text x={x(i):.1f} y={base + 20} text-anchor=middle font-size=12 fill=var(--dim)>{i + 1}</text>"
        for i in range(0, len(values), step)
    )
    dots = "".join(
        f"<circle cx={x(i):.1f} cy={y(v):.1f} r=3.5 fill=var(--bar) />" for i, v in enumerate(values)
    )
    return (
        f"<h2>Accuracy by round</h2><svg viewBox='0 0 {width} {height}' role=img aria-label='accuracy by round'>"
        f"{ticks}{labels}<polyline points='{points}' fill=none stroke=var(--bar) stroke-width=2 />{dots}</svg>"
    )
