"""The report's style: light and dark, from 320 px to a wide screen, and on paper."""

from __future__ import annotations

from typing import Final

# Colours of the phases and of the parts of a slash are told apart in grey, too, and named beside every bar.
_LIGHT: Final = """
--ink:#1b2330;--dim:#5a6676;--line:#dfe4ea;--paper:#fff;--card:#f6f8fa;--good:#14733f;--bad:#b3261e;--warn:#8a5a00;
--bar:#2f63c8;--commit:#2f63c8;--reveal:#2a9d8f;--attest:#b37f00;--aggregate:#8e5bd0;
--challenge:#7c899b;--final:#1b2330;--void:#b3261e;--burned:#c8553d;--bounty:#b37f00;--shared:#2a9d8f;
--confirm:#a8468f
"""
_DARK: Final = """
--ink:#e6ebf2;--dim:#9ba8b9;--line:#313b4a;--paper:#12161c;--card:#1a2029;--good:#5fd39a;--bad:#ff8a80;--warn:#f0c674;
--bar:#7aa2f7;--commit:#7aa2f7;--reveal:#4fc3b3;--attest:#f0c04a;--aggregate:#b48df0;
--challenge:#6d7b95;--final:#e6ebf2;--void:#ff8a80;--burned:#e9806a;--bounty:#f0c04a;--shared:#4fc3b3;
--confirm:#e08cc8
"""

STYLE: Final = f"""
:root{{color-scheme:light dark;{_LIGHT}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_DARK}}}}}
*{{box-sizing:border-box}}
body{{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--paper);
max-width:74rem;margin:0 auto;padding:1.5rem 1.25rem 4rem;overflow-wrap:break-word}}
h1{{margin:0;font-size:1.7rem;line-height:1.25}}
h2{{margin:2.75rem 0 .6rem;font-size:1.25rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}}
h3{{margin:1.25rem 0 .3rem;font-size:1rem}}
p{{margin:.35rem 0;max-width:46rem}}ul{{margin:.35rem 0;padding-left:1.25rem;max-width:46rem}}
a{{color:var(--bar)}}.dim{{color:var(--dim)}}.good{{color:var(--good)}}.bad{{color:var(--bad)}}.warn{{color:var(--warn)}}
nav ul{{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin:.75rem 0 0;padding:0;font-size:.92rem;list-style:none;
max-width:none}}nav a{{display:inline-block;padding:.2rem 0}}
:focus-visible{{outline:3px solid var(--bar);outline-offset:2px}}main:focus{{outline:0}}
.skip{{position:absolute;left:-99rem;background:var(--paper);padding:.5rem .9rem;z-index:2}}
.skip:focus{{left:1rem;top:.5rem}}
.live{{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:center;position:sticky;top:0;z-index:1;
background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.4rem .9rem;margin:0 0 1.25rem;
font-size:.93rem}}.live p{{margin:0;max-width:none}}
section{{scroll-margin-top:4.5rem}}.live #status{{font-weight:600;flex:1 1 20rem}}
.live button{{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--dim);border-radius:.35rem;
padding:.2rem .7rem;cursor:pointer}}
code{{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}}
pre{{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.7rem .9rem;margin:.5rem 0;
white-space:pre-wrap;overflow-wrap:anywhere}}
.figures{{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.7rem;margin:1.25rem 0 0}}
.figures div{{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem}}
.figures b{{display:block;font-size:1.35rem;white-space:nowrap;line-height:1.25;font-variant-numeric:tabular-nums}}
.figures>div>span{{color:var(--dim);font-size:.9rem}}
.charts{{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1rem 2rem}}
figure{{margin:0}}figcaption{{font-weight:600;margin:.5rem 0 .2rem}}
svg.chart{{display:block;width:100%;height:auto;max-width:40rem}}
.chart text{{fill:var(--dim);font:14px system-ui,sans-serif;font-variant-numeric:tabular-nums}}
.chart .value{{fill:var(--ink);font-weight:600}}
.chart .grid{{stroke:var(--line);stroke-width:1}}.chart .axis{{stroke:var(--dim);stroke-width:1}}
.chart .curve{{fill:none;stroke:var(--bar);stroke-width:2;stroke-linejoin:round}}
.chart .dot{{fill:var(--bar)}}
.curve{{fill:none;stroke-width:2;stroke-linejoin:round}}.measured{{fill:var(--paper);stroke-width:1.6}}
svg.chart .c1,svg.key .c1{{stroke:var(--commit)}}svg.chart .c2,svg.key .c2{{stroke:var(--attest)}}
svg.chart .c3,svg.key .c3{{stroke:var(--reveal)}}svg.chart .c4,svg.key .c4{{stroke:var(--aggregate)}}
.curve.c2{{stroke-dasharray:8 4}}.curve.c3{{stroke-dasharray:2.5 3.5}}.curve.c4{{stroke-dasharray:9 3 2 3}}
.legend svg.key{{width:1.75rem;height:.65rem}}
.chart .cheat{{fill:var(--paper);stroke:var(--bad);stroke-width:2}}
.mark{{fill:none;stroke:var(--bad);stroke-width:2}}
@media(min-width:56rem){{.chart text{{font-size:9.5px}}}}@media print{{.chart text{{font-size:12px}}}}
.scroll{{overflow-x:auto;margin:.5rem 0}}.tall{{max-height:34rem;overflow-y:auto;
border:1px solid var(--line);border-radius:.5rem;padding:0 .7rem}}
table{{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.93rem}}
th,td{{padding:.32rem .6rem;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap;
vertical-align:middle}}
th{{color:var(--dim);font-weight:600;background:var(--paper)}}@media(max-width:40rem){{.live{{position:static}}}}
.tall thead th{{position:sticky;top:0}}
caption{{text-align:left;color:var(--dim);font-size:.88rem;padding:.2rem 0}}
tbody th{{color:inherit;font-weight:inherit}}
td.n,th.n{{text-align:right}}td:last-child,th:last-child{{padding-right:.1rem}}td:first-child,th:first-child{{padding-left:0}}
td.w{{white-space:normal;min-width:14rem}}
tr.total td{{font-weight:600}}
.hash{{display:inline-block;max-width:11ch;overflow:hidden;text-overflow:ellipsis;vertical-align:middle;
user-select:all}}
svg.bar{{display:block;width:100%;min-width:6rem;height:.85rem}}td.b{{width:30%;vertical-align:middle}}
.bar rect{{fill:var(--bar)}}
.legend{{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;margin:.4rem 0;padding:0;list-style:none;font-size:.92rem;
max-width:none}}
.legend svg{{width:.8rem;height:.8rem;margin-right:.4rem}}
.strip{{display:grid;grid-template-columns:max-content 1fr max-content;gap:.3rem .8rem;align-items:center;
font-size:.93rem;font-variant-numeric:tabular-nums}}
.strip svg{{width:100%;height:1.05rem;display:block}}.strip span:last-of-type{{text-align:right}}
.commit{{fill:var(--commit)}}.reveal{{fill:var(--reveal)}}.attest{{fill:var(--attest)}}
.aggregate{{fill:var(--aggregate)}}.challenge{{fill:var(--challenge)}}.final{{fill:var(--final)}}
.void,.stalled{{fill:var(--void)}}.burned{{fill:var(--burned)}}.bounty{{fill:var(--bounty)}}.shared{{fill:var(--shared)}}
.submit{{fill:var(--commit)}}.sum{{fill:var(--aggregate)}}.share{{fill:var(--reveal)}}.result{{fill:var(--burned)}}
.sum_challenge{{fill:var(--challenge)}}.result_challenge{{fill:var(--dim)}}.deal{{fill:var(--final)}}
.confirm{{fill:var(--confirm)}}
details{{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;background:var(--paper)}}
summary{{cursor:pointer;padding:.5rem .8rem;background:var(--card);border-radius:.5rem}}
summary b{{margin-right:.6rem}}details>div{{padding:.2rem .8rem .5rem}}
.case{{border:1px solid var(--line);border-left:.3rem solid var(--bad);border-radius:.5rem;padding:.8rem 1rem;
margin:.8rem 0;break-inside:avoid}}
.case h3{{margin:0 0 .3rem}}.case p{{max-width:52rem}}
dl{{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem;margin:.6rem 0;
font-variant-numeric:tabular-nums;font-size:.93rem}}dt{{color:var(--dim)}}dd{{margin:0;min-width:0}}
@media(max-width:40rem){{dl{{grid-template-columns:1fr}}dd{{margin-bottom:.35rem}}}}
.split{{max-width:40rem;margin:.6rem 0 0}}.split>svg{{display:block;width:100%;height:.9rem}}
.verdict{{border:1px solid var(--line);border-left:.3rem solid var(--good);border-radius:.5rem;padding:.7rem 1rem}}
.verdict.bad{{border-left-color:var(--bad);color:inherit}}.verdict.warn{{border-left-color:var(--warn);color:inherit}}
@media print{{html{{font-size:10.5px}}body{{max-width:none;padding:0;font-size:1rem}}
nav{{display:none}}h2{{break-after:avoid}}
.tall{{max-height:none;border:0;padding:0}}.scroll{{overflow:visible}}
.charts{{grid-template-columns:1fr 1fr}}td,th{{white-space:normal}}figure,.figures div{{break-inside:avoid}}
.hash{{max-width:none;white-space:normal;overflow-wrap:anywhere}}
*{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
details::details-content{{content-visibility:visible;block-size:auto}}}}
"""
