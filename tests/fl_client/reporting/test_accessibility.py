"""Every page can be used by keyboard, by ear, and with weak eyes: what can be told from its elements and colours."""

import re
from html.parser import HTMLParser

import pytest

from fl_client.reporting import render_html, render_latency, render_task
from fl_client.reporting.html.live import render_live
from fl_client.reporting.html.style import STYLE

from .encrypted_sample import encrypted_page, encrypted_sample
from .latency_sample import latency_study
from .sample import STATE, sample, task_page

VOID = {"br", "meta"}
ENDED = STATE | {"phase": "ended", "ended": True, "due": [], "awaited": "", "deadline": 0}
PAGES = {
    "report of a run": render_html(sample()),
    "task in progress": render_task(task_page()),
    "task that ended": render_task(task_page(state=ENDED)),
    "round's latency": render_latency(latency_study()),
    "report of an encrypted run": render_html(encrypted_sample()),
    "encrypted task in progress": render_task(encrypted_page()),
    "live page": render_live(task_page(), as_of="Block 1.", version="a"),
}


class Element:
    """An element: its tag, attributes, parents and text."""

    def __init__(self, tag: str, attrs: dict[str, str], parents: list["Element"]) -> None:
        self.tag, self.attrs, self.parents, self.text = tag, attrs, parents, ""

    def within(self, tag: str) -> bool:
        return any(parent.tag == tag for parent in self.parents)


class Tree(HTMLParser):
    """All elements of a page in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, list(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {key: value or "" for key, value in attrs}, list(self._open)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.elements if one.tag in tags]


@pytest.fixture(params=PAGES, ids=lambda name: name.replace(" ", "-"))
def tree(request: pytest.FixtureRequest) -> Tree:
    return Tree(PAGES[request.param])


def test_landmarks_are_there_once(tree: Tree) -> None:
    for tag in ("header", "nav", "main"):
        assert len(tree.all(tag)) == 1
    assert tree.all("nav")[0].attrs["aria-label"]
    assert tree.all("html")[0].attrs["lang"] == "en" and tree.all("title")[0].text


def test_everything_that_is_shown_is_in_a_landmark(tree: Tree) -> None:
    places = {"header", "nav", "main", "aside"}
    for one in tree.all("p", "h1", "h2", "h3", "table", "svg", "button"):
        assert one.within("body") and any(one.within(place) for place in places), one.text


def test_the_first_thing_that_a_key_reaches_leads_to_the_content(tree: Tree) -> None:
    first = next(one for one in tree.elements if one.tag in ("a", "button") or "tabindex" in one.attrs)
    assert first.tag == "a" and first.attrs["href"] == "#content"
    (target,) = [one for one in tree.elements if one.attrs.get("id") == "content"]
    assert target.tag == "main" and target.attrs["tabindex"] == "-1"


def test_headings_go_down_one_level_at_a_time(tree: Tree) -> None:
    levels = [int(one.tag[1]) for one in tree.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(right <= left + 1 for left, right in zip(levels, levels[1:], strict=False))


def test_each_section_is_named_by_its_heading_and_linked(tree: Tree) -> None:
    ids = {one.attrs["id"]: one for one in tree.elements if "id" in one.attrs}
    links = [one.attrs["href"] for one in tree.all("a") if one.within("nav")]
    sections = tree.all("section")
    assert [f"#{one.attrs['id']}" for one in sections] == links
    for one in sections:
        assert ids[one.attrs["aria-labelledby"]].tag == "h2"


def test_no_id_is_there_twice(tree: Tree) -> None:
    ids = [one.attrs["id"] for one in tree.elements if "id" in one.attrs]
    assert len(ids) == len(set(ids))


def test_tables_have_captions_and_their_heads_a_scope(tree: Tree) -> None:
    tables = tree.all("table")
    assert tables and len(tree.all("caption")) == len(tables)
    assert all(one.text.strip() for one in tree.all("caption"))
    for head in tree.all("th"):
        assert head.attrs["scope"] == ("col" if head.within("thead") else "row")
        assert head.within("tbody") or head.text.strip()


def test_what_scrolls_by_itself_can_be_scrolled_by_key_and_has_a_name(tree: Tree) -> None:
    boxes = [one for one in tree.elements if {"scroll", "tall"} & set(one.attrs.get("class", "").split())]
    assert boxes
    for box in boxes:
        assert (box.attrs["tabindex"], box.attrs["role"]) == ("0", "region") and box.attrs["aria-label"]


def test_pictures_say_what_they_show_or_that_they_are_decoration(tree: Tree) -> None:
    pictures = tree.all("svg")
    assert pictures
    for picture in pictures:
        told = picture.attrs.get("role") == "img" and len(picture.attrs.get("aria-label", "")) > 3
        assert told or picture.attrs.get("aria-hidden") == "true"


def test_a_charts_text_has_its_first_and_last_value(tree: Tree) -> None:
    told = [one.attrs["aria-label"] for one in tree.all("svg") if one.attrs.get("class") == "chart"]
    assert len(told) >= 2
    values = re.compile(r"from \S+ (in round|at) \S+ to \S+ (in round|at) \S+")
    assert all(values.search(label) for label in told)


def test_a_runs_chart_tells_its_rounds() -> None:
    charts = [one for one in Tree(PAGES["report of a run"]).all("svg") if one.attrs.get("class") == "chart"]
    assert len(charts) == 2
    assert "0.5000 in round 1" in charts[0].attrs["aria-label"]
    assert "0.7500 in round 2" in charts[0].attrs["aria-label"]


def test_only_elements_that_a_key_reaches_react(tree: Tree) -> None:
    for one in tree.elements:
        assert not [name for name in one.attrs if name.startswith("on")]
        assert int(one.attrs.get("tabindex", "0")) <= 0  # nothing jumps the order of the page


def test_changes_are_read_out_and_nothing_else_is() -> None:
    tree = Tree(PAGES["live page"])
    (status,) = [one for one in tree.elements if one.attrs.get("role") == "status"]
    assert (
        status.text
        == "Round 3, phase reveal: trainer 2, trainer 3 are to reveal the update that it committed to."
    )
    assert not status.within("main")  # replaced pages must not be read from the start
    assert not [one for one in tree.elements if "aria-live" in one.attrs]


# ---------------------------------------------------------------------- colours


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Of two colours, 1 to 21, as WCAG 2 computes it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def palettes() -> list[dict[str, str]]:
    blocks = re.findall(r":root\{([^}]*)\}", STYLE)
    return [dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})\b", block)) for block in blocks]


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "dim", "good", "bad", "warn", "bar"])
def test_text_has_a_contrast_of_at_least_four_and_a_half(palette: dict[str, str], name: str) -> None:
    for ground in ("paper", "card"):
        assert contrast(palette[name], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
def test_parts_of_bars_have_a_contrast_of_at_least_three(palette: dict[str, str]) -> None:
    parts = palette.keys() - {"ink", "dim", "line", "paper", "card", "good", "bad", "warn"}
    assert len(parts) >= 10
    for name in parts:
        assert contrast(palette[name], palette["paper"]) >= 3, name


def test_the_focus_is_drawn() -> None:
    assert re.search(r":focus-visible\{outline:\d+px solid", STYLE)
    assert not re.search(r"(?<!main):focus\{outline:0", STYLE)
