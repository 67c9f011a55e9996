"""JSON from strangers, which nests no deeper than what is asked for does.

Libraries that execute chains raise the recursion limit so far that the parser would end the process: a few thousand
brackets in a file from a store would be enough.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

# A string to its end, or to the text's where it has none: what is matched once is never looked at again, since looking
# for an end from each of a thousand quotes would take the square of the time.
_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


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
    for token in _TOKENS.finditer(shown):
        deep += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if deep > deepest:
            raise TooDeep(f"lists or objects stand more than {deepest} deep within each other")
    return json.loads(shown)
