"""Reporting: the live table in a terminal, and the HTML report."""

from __future__ import annotations

from fl_client.reporting.html import render_html
from fl_client.reporting.terminal import LiveRounds, coins, print_summary, print_verdict

__all__ = ["LiveRounds", "coins", "print_summary", "print_verdict", "render_html"]
