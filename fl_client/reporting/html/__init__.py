"""The report of a run and the page of a task: one HTML file each, without anything from elsewhere."""

from __future__ import annotations

from fl_client.reporting.html.page import render_html
from fl_client.reporting.html.task import render_task

__all__ = ["render_html", "render_task"]
