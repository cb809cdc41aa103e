// SPDX-License-Identifier: Apache-2.0
// The sheet of the page: one set of colours per theme, everything else in terms of them.
#include "analysis/page/assets.hpp"

namespace lodestone::page {

const char* style() {
    return R"css(
:root { color-scheme: light dark; --back: #fff; --front: #1b1f24; --dim: #5b6470; --rule: #d9dde2; --card: #f5f6f8;
  --accent: #0b62c4; --heat: #b3261e; --warn: #8a5300;
  --c0: #3b6fd4; --c1: #8fb4f2; --c2: #e0a100; --c3: #2f9e44; --c4: #e8590c; --c5: #9c36b5; --c6: #8a5a3c;
  --c7: #8b929b; --c8: #12a594; --c9: #d6336c; }
@media (prefers-color-scheme: dark) { :root { --back: #14171b; --front: #e6e9ed; --dim: #9aa4b0; --rule: #333a43;
  --card: #1d2228; --accent: #7db4ff; --heat: #ff8a5c; --warn: #ffc46b;
  --c0: #6c9bff; --c1: #a9c6ff; --c2: #f2c14e; --c3: #63c776; --c4: #ff8a4c; --c5: #cf82e6; --c6: #c29274;
  --c7: #9aa2ac; --c8: #3fcabb; --c9: #ff7aa8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--front); font: 15px/1.45 system-ui, sans-serif; }
header, main { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
body:has(.several) > * { max-width: 1560px; }
h1 { font-size: 1.6rem; margin: 1.6rem 0 0.8rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 0; border-top: 2px solid var(--rule); padding-top: 1rem; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 0.4rem; }
p { margin: 0.4rem 0; }
.file, .hint, .reading, figcaption small { color: var(--dim); font-size: 0.85rem; overflow-wrap: anywhere; }
.results.several { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 600px), 1fr)); gap: 0 32px; }
.results > section { min-width: 0; }
dl { margin: 0.8rem 0; display: flex; flex-wrap: wrap; gap: 8px; }
dl > div { background: var(--card); border-radius: 6px; padding: 6px 12px; }
dt { color: var(--dim); font-size: 0.75rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.key dd { font-size: 1.25rem; font-weight: 600; white-space: nowrap; }
.facts { gap: 4px 18px; }
.facts > div { background: none; padding: 0; font-size: 0.85rem; }
figure { margin: 1.2rem 0 0; break-inside: avoid; overflow-x: auto; overflow-y: hidden; min-width: 0; }
figure > svg:not(.map) { min-width: 560px; }
figcaption { font-weight: 600; margin-bottom: 4px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--dim); font: 12px system-ui, sans-serif; }
svg .rule { stroke: var(--rule); stroke-width: 1; }
svg .axis { stroke: var(--dim); stroke-width: 1; }
svg .limit { stroke: var(--heat); stroke-width: 1.5; stroke-dasharray: 6 4; }
.c0 { fill: var(--c0); background: var(--c0); } .c1 { fill: var(--c1); background: var(--c1); }
.c2 { fill: var(--c2); background: var(--c2); } .c3 { fill: var(--c3); background: var(--c3); }
.c4 { fill: var(--c4); background: var(--c4); } .c5 { fill: var(--c5); background: var(--c5); }
.c6 { fill: var(--c6); background: var(--c6); } .c7 { fill: var(--c7); background: var(--c7); }
.c8 { fill: var(--c8); background: var(--c8); } .c9 { fill: var(--c9); background: var(--c9); }
svg .layer rect { stroke: var(--back); stroke-width: 0.5; }
svg .layer .target { fill: transparent; stroke: none; cursor: pointer; }
svg .layer.chosen .target, svg .layer:hover .target { fill: var(--front); fill-opacity: 0.12; }
svg .layer.chosen .target { stroke: var(--accent); stroke-width: 1.5; }
.map { max-width: 390px; }
.map rect.heat { fill: var(--heat); stroke: var(--rule); stroke-width: 1; }
.map .router { fill: var(--rule); }
.map line.heat { stroke: var(--heat); stroke-width: 3.5; }
.map .here { stroke: var(--accent); stroke-width: 2.5; stroke-opacity: 1; }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 270px), 390px)); gap: 0 32px; align-items: end; }
.maps .choices, .maps .reading { grid-column: 1 / -1; }
.maps .choices { margin-top: 1.4rem; }
.maps .reading { min-height: 2.9em; }
.scale { display: flex; align-items: center; gap: 8px; font-size: 0.8rem; color: var(--dim); }
.ramp { width: 90px; height: 10px; border: 1px solid var(--rule);
  background: linear-gradient(to right, transparent, var(--heat)); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 4px 0 0; padding: 0; font-size: 0.85rem; }
.legend b { font-weight: 600; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 5px; }
select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--rule); border-radius: 5px;
  padding: 3px 8px; max-width: 100%; }
th .sort { border: none; background: none; font-weight: 600; padding: 0; cursor: pointer; text-align: inherit; }
th[aria-sort=ascending] .sort::after { content: " \25B2"; } th[aria-sort=descending] .sort::after { content: " \25BC"; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.wide { overflow-x: auto; margin-top: 1rem; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 3px 8px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
tbody th { font-weight: normal; max-width: 24rem; overflow: hidden; text-overflow: ellipsis; }
thead th { vertical-align: bottom; }
.number { text-align: right; }
.part th { padding-left: 26px; color: var(--dim); }
tr.chosen { background: var(--card); box-shadow: inset 3px 0 0 var(--accent); }
tbody tr.layer { cursor: pointer; }
.warnings li { color: var(--warn); }
details summary { cursor: pointer; margin: 0.8rem 0; }
li { overflow-wrap: anywhere; }
@media print {
  :root { color-scheme: light; --back: #fff; --front: #000; --dim: #444; --rule: #bbb; --card: #f2f2f2; --heat: #b3261e;
    --warn: #6b4000; --c0: #3b6fd4; --c1: #8fb4f2; --c2: #e0a100; --c3: #2f9e44; --c4: #e8590c; --c5: #9c36b5;
    --c6: #8a5a3c; --c7: #8b929b; --c8: #12a594; --c9: #d6336c; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 11px; } header, main { max-width: none; padding: 0; }
  .choices, .reading, .hint { display: none; } .wide, figure { overflow: visible; } .map { max-width: 320px; }
  table { font-size: 8.5px; } th { white-space: normal; } tbody th { overflow-wrap: anywhere; } th, td { padding: 1px 4px; }
  .results.several { display: block; } .maps { grid-template-columns: 1fr 1fr; } tr, dl, .maps { break-inside: avoid; }
}
)css";
}

} // namespace lodestone::page
