"""The report of a run: one HTML file without scripts and without anything from elsewhere."""

from __future__ import annotations

from fl_client.reporting.html.page import render_html

__all__ = ["render_html"]
