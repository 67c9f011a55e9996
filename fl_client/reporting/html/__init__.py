"""The pages of a run, of a task and of a round's latency: one HTML file each, without anything from elsewhere."""

from __future__ import annotations

from fl_client.reporting.html.latency import render_latency
from fl_client.reporting.html.page import render_html
from fl_client.reporting.html.task import render_task

__all__ = ["render_html", "render_latency", "render_task"]
