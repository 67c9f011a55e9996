"""Pieces of HTML: escaped text, tables, bars, hashes, lists of facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from fl_client.reporting.words import moment

# More rows than this scroll in a box of their own.
_TALL: Final = 40


class Html(str):
    """Text that is HTML already; any other string is escaped, also where it is added to this."""

    __slots__ = ()

    def __add__(self, other: str) -> Html:
        return Html(str.__add__(self, text(other)))


def text(value: object) -> Html:
    """A value as HTML: escaped, unless it is HTML already.

    >>> text("<b>"), text(Html("<b>"))
    ('&lt;b&gt;', '<b>')
    """
    return value if isinstance(value, Html) else Html(escape(str(value)))


def join(parts: Iterable[str], separator: str = "") -> Html:
    """Pieces of HTML in a row."""
    return Html(separator.join(text(part) for part in parts))


def tag(name: str, content: object, **attributes: object) -> Html:
    """An element; a trailing underscore of an attribute's name is dropped, others become hyphens."""
    names = {key: key.rstrip("_").replace("_", "-") for key in attributes}
    given = "".join(f' {names[key]}="{escape(str(value))}"' for key, value in attributes.items())
    return Html(f"<{name}{given}>{text(content)}</{name}>")


def code(content: object) -> Html:
    """Something to copy."""
    return tag("code", content)


def short_hash(value: str) -> Html:
    """A hash of which the beginning is seen and all is copied."""
    return tag("code", value, class_="hash", title=value)


def when(stamp: int, transaction: str) -> Html:
    """When something happened, and in which transaction."""
    return join([f"{moment(stamp)}, in ", code(transaction)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A table's column.

    Attributes:
        name: its heading.
        kind: class of its cells: `n` numbers (right), `w` words that may wrap, `b` bars, or nothing.
    """

    name: str
    kind: str = ""


def columns(*names: str, **kinds: str) -> tuple[Column, ...]:
    """Columns by name; ``kinds`` gives the kind of those that are not plain, by name with _ for spaces."""
    return tuple(Column(name=name, kind=kinds.get(name.replace(" ", "_"), "")) for name in names)


def table(heads: Sequence[Column], rows: Sequence[Sequence[object]], *, caption: str) -> Html:
    """A table in a box that scrolls by itself, by keyboard too; a row's first cell is what the row is about."""
    # A column of bars is for the eye: its numbers stand beside it.
    head = join(
        tag("th", one.name, scope="col", **_kind(one)) if one.name else tag("td", "", **_kind(one))
        for one in heads
    )
    body = [tag("tr", _cells(heads, row)) for row in rows]
    parts = [tag("caption", caption), tag("thead", tag("tr", head)), tag("tbody", join(body))]
    kind = "scroll tall" if len(rows) > _TALL else "scroll"
    return tag("div", tag("table", join(parts)), class_=kind, role="region", aria_label=caption, tabindex=0)


def _cells(heads: Sequence[Column], row: Sequence[object]) -> Html:
    first, *others = zip(heads, row, strict=True)
    cells = [tag("th", first[1], scope="row", **_kind(first[0]))]
    return join([*cells, *(tag("td", value, **_kind(one)) for one, value in others)])


def _kind(column: Column) -> dict[str, object]:
    return {"class_": column.kind} if column.kind else {}


def facts(entries: Iterable[tuple[str, object]]) -> Html:
    """Names and values in two columns."""
    return tag("dl", join(tag("dt", name) + tag("dd", value) for name, value in entries))


def fold(summary: str, content: str, *, key: str) -> Html:
    """A block that opens with a click or a key; ``key`` is its id, by which a fresh page opens it again."""
    return tag("details", join([tag("summary", summary), tag("div", content)]), id_=key)


def bar(share: float, *, label: str) -> Html:
    """A bar that fills a share, 0 to 1, of its cell."""
    width = 100 * min(1.0, max(0.0, share))
    return Html(
        f'<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}"><rect width="{width:.2f}" height="8"/></svg>'
    )


def stacked(parts: Sequence[tuple[str, float, str]], *, whole: float = 100.0, label: str) -> Html:
    """A bar of several parts: class, width (of ``whole``) and tooltip of each."""
    left, drawn = 0.0, []
    for kind, width, hint in parts:
        title = f"<title>{escape(hint)}</title>"
        drawn.append(
            f'<rect class="{escape(kind)}" x="{left:.2f}" width="{width:.2f}" height="14">{title}</rect>'
        )
        left += width
    return Html(
        f'<svg viewBox="0 0 {whole:g} 14" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}">{"".join(drawn)}</svg>'
    )


def legend(entries: Iterable[tuple[str, str]]) -> Html:
    """What the colours of a bar mean: class and words of each."""
    swatch = '<svg viewBox="0 0 10 10" aria-hidden="true"><rect class="{}" width="10" height="10"/></svg>'
    items = (tag("li", join([Html(swatch.format(escape(kind))), text(words)])) for kind, words in entries)
    return tag("ul", join(items), class_="legend")
