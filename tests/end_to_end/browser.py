"""A real browser without a window, where one is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 120


def find_browser() -> str:
    """The browser's command; the test is skipped where there is none."""
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    return found


def rendered(url: str, folder: Path, *, milliseconds: int = 2_000, options: tuple[str, ...] = ()) -> str:
    """The page's elements after its script has run for a while.

    Args:
        url: what to open.
        folder: for the browser's profile.
        milliseconds: of the browser's own clock, which jumps while nothing happens.
        options: further ones of the browser's.
    """
    command = [find_browser(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}"]
    command += [*options, f"--virtual-time-budget={milliseconds}", "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
