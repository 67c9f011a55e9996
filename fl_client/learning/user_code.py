"""Running a user's own code: whatever it raises becomes one line that names the place."""

from __future__ import annotations

import re
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fl_client.errors import GradbondError, LearningError

_PACKAGE = Path(__file__).resolve().parents[1]
_STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])


@contextmanager
def user_code(what: str) -> Iterator[None]:
    """Turn any exception inside the block into a LearningError; this package's own errors pass.

    Args:
        what: the member or step that runs, e.g. `data()`; it begins the message.

    Raises:
        LearningError: something in the block failed.
    """
    try:
        yield
    except GradbondError:
        raise
    except Exception as error:
        raise LearningError(f"{what} failed: {one_line(error)}") from error


def one_line(error: BaseException) -> str:
    """Say what went wrong in one line, with the last line of the user's own code that it passed.

    >>> one_line(ValueError("two\\n  lines"))
    'ValueError: two lines'
    """
    text = re.sub(r"\s+", " ", str(error)).strip()
    shown = f"{type(error).__name__}: {text}" if text else type(error).__name__
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame.filename)]
    return f"{shown} ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else shown


def _is_users(filename: str) -> bool:
    if filename.startswith("<") or "site-packages" in filename:
        return False
    path = Path(filename)
    return not (path.is_relative_to(_PACKAGE) or path.is_relative_to(_STANDARD_LIBRARY))
