// SPDX-License-Identifier: Apache-2.0
// Starts the page of an exploration: first choices, and who is drawn anew when something changes.
"use strict";

function firstChoices() {
  const keys = knownObjectives.map(objective => objective.key);
  state.x = keys[0] ?? measures[0]?.key ?? "";
  state.y = keys[1] ?? measures[1]?.key ?? state.x;
  state.logX = isWide(measureOf(state.x));
  state.logY = isWide(measureOf(state.y));
  const coloured = [precisionAxis, ...freeAxes].find(axis => axis && axis.order.length > 1 && axis.order.length <= kKinds);
  state.colourBy = coloured?.key ?? "";
  const formats = precisionAxis ? precisionAxis.order.map(place => precisionAxis.values[place]) : [];
  state.pairFrom = formats.find(name => name === "int8") ?? formats[0] ?? "";
  state.pairTo = formats.find(name => name.startsWith("fp8")) ?? formats.find(name => name !== state.pairFrom) ?? "";
  state.showPairs = state.pairFrom === "int8" && state.pairTo.startsWith("fp8") && doneRows.length <= 300;
}

function start() {
  showSummary();
  select("#nothing").hidden = doneRows.length > 0;
  select("#drawings").hidden = select("#table").hidden = doneRows.length === 0 || measures.length === 0;
  let points = null, others = null;

  const showChoice = () => {
    showChosen(choose);
    scatter.entry?.draw();
    parallel.entry?.draw();
    points?.draw();
    others?.draw();
  };
  /** Takes a row to those chosen, or puts it back; alone unless it joins them. */
  const choose = (row, joins) => {
    if (state.chosen.includes(row)) { state.chosen = state.chosen.filter(other => other !== row); }
    else { state.chosen = joins ? [...state.chosen, row].slice(-kMostChosen) : [row]; }
    showChoice();
  };

  const redraw = isFiltered => {
    if (isFiltered) { applyFilters(); showCount(); }
    scatter.entry?.draw();
    showPairRatios();
    points?.show(state.shown);
  };
  if (!select("#drawings").hidden) {
    firstChoices();
    applyFilters();
    const restart = () => { points = makePointTable(choose); redraw(false); parallel.entry?.draw(); };
    makeScatterControls(restart);
    makeScatter(choose);
    makeParallel(() => redraw(true));
    makeFilters(() => { redraw(true); parallel.entry?.draw(); });
    restart();
    showCount();
  }
  others = showOthers(choose);
  showChosen(choose);
  const named = pageData.name.replace(/[^\w.-]+/g, "_") || "exploration";
  select("#csv-shown").addEventListener("click", () => download(`${named}.csv`, csvOfRows(points ? points.rows : []), "text/csv"));
  select("#csv-chosen").addEventListener("click", () => download(`${named}_chosen.csv`, csvOfRows(state.chosen), "text/csv"));
  select("#csv-all").addEventListener("click", () => download(`${named}_all.csv`, csvOfRows(allRows), "text/csv"));
  select("#drop-all").addEventListener("click", () => { state.chosen = []; showChoice(); });
  document.documentElement.dataset.ready = "true";
}
start();
