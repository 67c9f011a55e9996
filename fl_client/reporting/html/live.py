"""The page of a task that updates itself; without script the browser loads it again every half minute."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from fl_client.reporting.html.shell import POLICY, document, source_hash
from fl_client.reporting.html.tables import Html, join, tag
from fl_client.reporting.html.task import page_header, page_sections, page_title, status_words
from fl_client.reporting.words import moment

STATE_PATH: Final = "/state.json"

# Asks for a few hundred bytes; only when the version changed is the page itself asked for, and one element replaced:
# what was open stays open, the focus stays where it was, and a screen reader hears the status line alone.
SCRIPT: Final = """
(function(){"use strict";
var find=function(id){return document.getElementById(id)},paused=false,timer=0;
var reach="a[href],summary,button,[tabindex]";
function swap(text){
var fresh=new DOMParser().parseFromString(text,"text/html"),old=find("page"),page=fresh.getElementById("page");
if(!page)return;
old.querySelectorAll("details[open]").forEach(function(one){
var same=page.querySelector("#"+CSS.escape(one.id));if(same)same.open=true});
var held=document.activeElement,at=old.contains(held)?Array.from(old.querySelectorAll(reach)).indexOf(held):-1;
document.title=fresh.title;old.replaceWith(page);
if(at>=0){var next=page.querySelectorAll(reach)[at];if(next)next.focus({preventScroll:true})}}
function look(){
fetch("STATE",{cache:"no-store"}).then(function(answer){
if(!answer.ok)throw new Error(answer.status);return answer.json()}).then(function(state){
find("asof").textContent=state.as_of;
if(find("status").textContent!==state.status)find("status").textContent=state.status;
if(state.version!==find("page").dataset.version)
return fetch("/",{cache:"no-store"}).then(function(answer){return answer.text()}).then(swap)
}).catch(function(){find("asof").textContent="The dashboard does not answer: this page stands still."
}).finally(function(){if(!paused)timer=setTimeout(look,5000)})}
var button=document.createElement("button");button.type="button";button.textContent="Pause updates";
button.setAttribute("aria-pressed","false");
button.addEventListener("click",function(){paused=!paused;clearTimeout(timer);
button.setAttribute("aria-pressed",String(paused));if(!paused)look()});
find("live").append(button);look()})()
""".strip().replace("STATE", STATE_PATH)

LIVE_POLICY: Final = f"{POLICY}; script-src {source_hash(SCRIPT)}; connect-src 'self'; frame-ancestors 'none'"
"""What the page may do: use its own style and script, and ask the server that it came from."""


def page_version(page: dict[str, Any]) -> str:
    """Another value for every other content of the page."""
    content = page_header(page) + join(part for section in page_sections(page) for part in section)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def as_of_words(block: int, stamp: int, looked_at: float, problem: str | None) -> str:
    """How fresh the page is.

    >>> as_of_words(7, 1735689600, 0, None)
    'Block 7 of 2025-01-01 00:00:00 UTC.'
    """
    shown = f"Block {block:,} of {moment(stamp)}."
    if problem is None:
        return shown
    return f"{shown} Nothing newer since {moment(int(looked_at))}: {problem}"


def render_live(page: dict[str, Any], *, as_of: str, version: str) -> str:
    """The page as a server sends it.

    Args:
        page: as ``render_task`` takes it.
        as_of: ``as_of_words``.
        version: ``page_version``.
    """
    live = tag(
        "aside",
        join(
            [
                tag("p", status_words(page), id_="status", role="status"),
                tag("p", as_of, id_="asof", class_="dim"),
            ]
        ),
        id_="live",
        class_="live",
        aria_label="Live status",
    )
    return document(
        page_title(page),
        page_header(page),
        page_sections(page),
        before=live,
        head=Html('<noscript><meta http-equiv="refresh" content="30"></noscript>'),
        foot=Html(f"<script>{SCRIPT}</script>"),
        version=version,
    )


def state_of(page: dict[str, Any], *, as_of: str, version: str) -> dict[str, Any]:
    """What the script asks for."""
    return {"status": status_words(page), "as_of": as_of, "version": version}
