// SPDX-License-Identifier: Apache-2.0
// The script of the page: choosing a layer, reading out cells of the maps, sorting rows.
#include "analysis/page/assets.hpp"

namespace lodestone::page {

const char* script() {
    return R"js(
"use strict";
(() => {
  const gridData = JSON.parse(document.getElementById("grid-data").textContent);

  // "120*3 0 7" is 120, 120, 120, 0, 7.
  const countsOf = text => text === "" ? [] : text.split(" ").flatMap(part => {
    const [value, times = "1"] = part.split("*");
    return Array(Number(times)).fill(Number(value));
  });
  const sumOf = lists => lists.reduce((sum, list) => list.length === 0 ? sum : list.map((v, i) => v + (sum[i] || 0)), []);
  const grouped = value => Math.round(value).toLocaleString("en-US");
  const share = (value, cycles) => `${grouped(value)} of ${grouped(cycles)} cycles` +
    (cycles > 0 ? ` (${(100 * value / cycles).toFixed(1)} %)` : "");

  function setUp(section) {
    const data = gridData[Number(section.dataset.result)];
    const marked = [...section.querySelectorAll(".layer[data-layer]")];
    const chooser = section.querySelector(".choose-layer");
    const unit = section.querySelector(".choose-unit");
    const reading = section.querySelector(".reading");
    const hint = "Point at a core or a link, or go to a map with the Tab key and move with the arrow keys, to read its count.";
    const maps = data ? [...section.querySelectorAll(".map")].map(svg => ({
      svg, at: 0, kind: svg.dataset.kind, marks: [...svg.querySelectorAll(".heat")] })) : [];

    const countsFor = (kind, layer) => {
      const lists = data[kind === "links" ? "links" : unit.value];
      return layer < 0 ? sumOf(lists.map(countsOf)) : countsOf(lists[layer]);
    };
    const cyclesOf = layer => layer < 0 ? data.cycles.reduce((a, b) => a + b, 0) : data.cycles[layer];
    const indexOf = (map, i) => map.kind === "links" ? Number(map.marks[i].dataset.link) : i;
    const nameOf = (map, i) => map.kind === "links" ? `link ${map.marks[i].dataset.name}` :
      `core [${Math.floor(i / data.cols)}][${i % data.cols}], ${unit.value} unit busy`;

    function paint() {
      const layer = Number(chooser.value);
      for (const map of maps) {
        const counts = countsFor(map.kind, layer);
        const most = counts.reduce((a, b) => Math.max(a, b), 0);
        const property = map.kind === "links" ? "stroke-opacity" : "fill-opacity";
        map.counts = map.marks.map((mark, i) => counts[indexOf(map, i)] || 0);
        map.marks.forEach((mark, i) =>
          mark.setAttribute(property, most > 0 ? (map.counts[i] / most).toFixed(3) : "0"));
        map.svg.parentElement.querySelector(".most").textContent = share(most, cyclesOf(layer));
      }
      marked.forEach(mark => mark.classList.toggle("chosen", Number(mark.dataset.layer) === layer));
      reading.textContent = `${chooser.selectedOptions[0].textContent}. ${hint}`;
    }

    function read(map, i) {
      map.marks[map.at].classList.remove("here");
      map.at = i;
      map.marks[i].classList.add("here");
      const layer = Number(chooser.value);
      reading.textContent = `${chooser.selectedOptions[0].textContent}: ${nameOf(map, i)}: ` +
        share(map.counts[i], cyclesOf(layer));
    }

    // The mark that lies next in the direction of an arrow key.
    function neighbour(map, key) {
      const centre = mark => { const b = mark.getBBox(); return [b.x + b.width / 2, b.y + b.height / 2]; };
      const [x, y] = centre(map.marks[map.at]);
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
      let best = map.at, least = Infinity;
      map.marks.forEach((mark, i) => {
        const [u, v] = centre(mark);
        const along = (u - x) * dx + (v - y) * dy, aside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
        if (along > 0.5 && along + 3 * aside < least) { least = along + 3 * aside; best = i; }
      });
      return best;
    }

    for (const map of maps) {
      map.svg.addEventListener("mouseover", event => {
        const i = map.marks.indexOf(event.target);
        if (i >= 0) { read(map, i); }
      });
      map.svg.addEventListener("keydown", event => {
        if (!event.key.startsWith("Arrow")) { return; }
        event.preventDefault();
        read(map, neighbour(map, event.key));
      });
      map.svg.addEventListener("blur", () => map.marks[map.at].classList.remove("here"));
    }
    const choose = layer => {
      if (data) {
        chooser.value = String(chooser.value === String(layer) ? -1 : layer);
        paint();
      } else {
        marked.forEach(mark => mark.classList.toggle("chosen", Number(mark.dataset.layer) === layer));
      }
    };
    marked.forEach(mark => mark.addEventListener("click", () => choose(Number(mark.dataset.layer))));
    if (data) {
      chooser.addEventListener("change", paint);
      unit.addEventListener("change", paint);
      paint();
    }
  }

  // Sorts by value where a cell has one, by text otherwise; a second press turns the order round.
  function sortBy(button) {
    const head = button.closest("th");
    const column = [...head.parentElement.children].indexOf(head);
    const body = head.closest("table").tBodies[0];
    const falls = head.getAttribute("aria-sort") === "ascending";
    const valueOf = row => {
      const cell = row.children[column];
      return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
    };
    const order = (a, b) => typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
    const rows = [...body.rows].sort((a, b) => order(valueOf(a), valueOf(b)) * (falls ? -1 : 1));
    body.append(...rows);
    for (const other of head.parentElement.children) { other.removeAttribute("aria-sort"); }
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
  }

  document.querySelectorAll("section.result").forEach(setUp);
  document.querySelectorAll(".sort").forEach(button => button.addEventListener("click", () => sortBy(button)));
  document.documentElement.dataset.ready = "true";
})();
)js";
}

} // namespace lodestone::page
