"""The folder that a run leaves everything in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fl_client.errors import ConfigError

# What a run in one process leaves: these are replaced, anything else there is refused.
_OURS: Final = frozenset(
    {
        "chain",
        "deployment.json",
        "metrics.csv",
        "model.safetensors",
        "report.html",
        "state",
        "store",
        "summary.json",
    }
)


@contextmanager
def _writing_to(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise ConfigError(f"cannot write to --out {out}: {problem.strerror}") from problem


def prepare_folder(out: Path) -> None:
    """Empty a folder that an earlier run made.

    Raises:
        ConfigError: it holds something that no run made, or cannot be written.
    """
    with _writing_to(out):
        if out.exists():
            strangers = sorted(entry.name for entry in out.iterdir() if entry.name not in _OURS)
            if strangers:
                raise ConfigError(
                    f"--out {out} holds {strangers[0]!r}, which no run made: give a folder of its own"
                )
            for entry in out.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        out.mkdir(parents=True, exist_ok=True)


def new_folder(out: Path) -> None:
    """Make a folder, or take one that holds nothing: keys of an earlier run are never thrown away.

    Raises:
        ConfigError: it holds something, or cannot be written.
    """
    with _writing_to(out):
        if out.exists() and any(out.iterdir()):
            raise ConfigError(f"--out {out} is not empty: give another folder, or remove it")
        out.mkdir(parents=True, exist_ok=True)
