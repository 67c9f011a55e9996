"""Reporting: the live table in a terminal, the HTML report and the page of a task, the metrics as CSV."""

from __future__ import annotations

from fl_client.reporting.html import render_html, render_latency, render_task
from fl_client.reporting.latency import print_latency
from fl_client.reporting.metrics import render_metrics
from fl_client.reporting.terminal import LiveRounds, print_fact, print_summary, print_verdict
from fl_client.reporting.words import coins

__all__ = [
    "LiveRounds",
    "coins",
    "print_fact",
    "print_latency",
    "print_summary",
    "print_verdict",
    "render_html",
    "render_latency",
    "render_metrics",
    "render_task",
]
