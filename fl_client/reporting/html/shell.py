"""The frame of every page: one file, nothing fetched, usable by keyboard and by ear."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Final

from fl_client.reporting.html.style import STYLE
from fl_client.reporting.html.tables import Html, join, tag, text

Section = tuple[str, str, Html]
"""A section's id, heading and content."""


def source_hash(content: str) -> str:
    """How a content security policy names an inline style or script.

    >>> source_hash("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + source_hash(STYLE)
"""What a page may do: use its own style, and nothing else."""


def document(
    title: str,
    header: Html,
    sections: Sequence[Section],
    *,
    before: Html | None = None,
    head: Html | None = None,
    foot: Html | None = None,
    version: str | None = None,
) -> str:
    """A whole HTML document.

    Args:
        title: of the window.
        header: the first heading and what stands below it.
        sections: the rest, each with a heading of its own and a link to it.
        before: between links and sections, where a page updates itself.
        head: further elements of the document's head.
        foot: after the sections.
        version: tells one state of a page that updates itself from another.

    Returns:
        The document, UTF-8 without anything to fetch.
    """
    links = tag("ul", join(tag("li", tag("a", name, href=f"#{key}")) for key, name, _ in sections))
    content = join(
        tag("section", tag("h2", name, id_=f"{key}-title") + content, id_=key, aria_labelledby=f"{key}-title")
        for key, name, content in sections
    )
    body = join(
        [
            tag("a", "Skip to the content", class_="skip", href="#content"),
            before or Html(),
            # What is replaced on a fresh page is one element: the rest keeps its place and the reader's.
            tag(
                "div",
                join(
                    [
                        tag("header", header),
                        tag("nav", links, aria_label="Sections"),
                        tag("main", content, id_="content", tabindex=-1),
                    ]
                ),
                id_="page",
                **({} if version is None else {"data_version": version}),
            ),
            foot or Html(),
        ]
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{text(title)}</title><style>{STYLE}</style>{head or ''}</head>\n<body>{body}</body></html>\n"
    )
