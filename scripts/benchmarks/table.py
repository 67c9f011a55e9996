"""Rows, tables and the page that they make."""

import os
import platform
import re
from collections.abc import Sequence

CNN = 1_663_370
"""Parameters of FedAvg's CNN (McMahan et al. 1602.05629, section 3)."""

TITLE = "# Benchmarks\n\nMade by `make bench`. Gas is exact and the same everywhere; times are the machine's."

Row = tuple[str, str, str, str]
"""What, the figure, what it has to reach, and whether it does."""


def row(what: str, gas: int, limit: int) -> Row:
    return (what, f"{gas:,}", f"<= {limit:,}", mark(gas <= limit))


def mark(reached: bool) -> str:
    return "reached" if reached else "not reached"


def render(rows: list[Row]) -> str:
    lines = ["| what | measured | to reach | |", "|---|---:|---:|---|"]
    return "\n".join(lines + ["| " + " | ".join(one) + " |" for one in rows])


def page(sections: dict[str, str], earlier: str, title: str = TITLE) -> str:
    """The page with these sections renewed; a section that was not measured stays as the earlier page has it."""
    kept = dict(re.findall(r"^## (.+)\n\n((?:(?!^## ).*\n?)*)", earlier, re.MULTILINE))
    body = [f"## {heading}\n\n{text.strip()}" for heading, text in (kept | sections).items()]
    return "\n\n".join([title, *body]) + "\n"


def machine() -> str:
    """The line that says where times were taken."""
    return (
        f"Measured on {platform.machine()}, Python {platform.python_version()}, {os.cpu_count() or 1} cores."
    )


def section(rows: Sequence[Row], notes: str) -> str:
    """A section of the page."""
    return f"{machine()}\n\n{render(list(rows))}\n\n{notes}"


NOTES = """Notes:

- Gas of *post an aggregate and finalise* is of the steady state: the sealer has earned before. The first reward of an
  account costs 17,100 more, as every first write of a slot does.
- It grows with each trainer by what its entry costs: call data, its record, its earnings. Booking earnings in the pool
  when the set is frozen is what makes a later claim cheap and independent of history (docs/adr/0005).
- A dissection opens eight levels a step; two steps and one chunk reach any of the 25,991 chunks of this model.
- Median and trimmed mean sort the values in the contract, once in a proof and never in a round. The updates of the
  proofs above come in random order; the worst order of 16 costs about 15,000 more.
"""
