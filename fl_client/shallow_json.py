"""JSON from strangers, which nests no deeper than what is asked for does.

Libraries that execute chains raise the recursion limit so far that the parser would end the process: a few thousand
brackets in a file from a store would be enough.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MARKS: Final = re.compile(r"[\[\]{}]")


class TooDeep(ValueError):
    """Lists or objects stand deeper within each other than was allowed."""


def read_json(text: str | bytes, *, deepest: int) -> Any:
    """Read JSON.

    Args:
        deepest: lists and objects that may stand within each other.

    Raises:
        TooDeep: it nests deeper.
        ValueError: it is no JSON, or no text.
    """
    shown = text if isinstance(text, str) else text.decode()
    deep = 0
    for mark in _MARKS.findall(_STRINGS.sub("", shown)):
        deep += 1 if mark in "[{" else -1
        if deep > deepest:
            raise TooDeep(f"lists or objects stand more than {deepest} deep within each other")
    return json.loads(shown)
