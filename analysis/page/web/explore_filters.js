// SPDX-License-Identifier: Apache-2.0
// Filters and the line of key figures at the top: what is shown, of how much.
"use strict";

const term = (title, value) => make("div", {}, make("dt", {}, title), make("dd", {}, value));

function showSummary() {
  const counts = name => allRows.filter(row => textOf(rowStatus, row) === name).length;
  const facts = [["points with a result", grouped(new Set(doneRows.map(row => rowIds[row])).size)]];
  if (pageData.planned !== null) { facts.push(["points of the space", grouped(pageData.planned)]); }
  for (const name of ["infeasible", "failed", "timed out"]) {
    if (counts(name) > 0) { facts.push([name, grouped(counts(name))]); }
  }
  facts.push(["on the front", grouped(frontIds.size)]);
  const aims = objectives.map(({ key, maximise }) => `${key} ${maximise ? "\u2191" : "\u2193"}`).join(", ");
  select("#summary").replaceChildren(...facts.map(fact => term(...fact)), ...(aims ? [term("objectives", aims)] : []));
  if (frontIds.size > 0) {
    select("#aim").textContent = "The front holds the points that no other point beats in all objectives together.";
  }
}

/** One box per value of an axis; many values stand in a list that scrolls. */
function axisFilter(axis, changed) {
  const hidden = state.hidden.get(axis.key);
  const boxes = axis.order.map(place => {
    const box = make("input", { type: "checkbox", checked: true, onchange: () => {
      if (box.checked) { hidden.delete(place); } else { hidden.add(place); }
      changed();
    } });
    return make("label", {}, box, axis.values[place]);
  });
  const setAll = isChecked => () => {
    hidden.clear();
    if (!isChecked) { axis.order.forEach(place => hidden.add(place)); }
    boxes.forEach(label => { label.firstChild.checked = isChecked; });
    changed();
  };
  const button = (title, isChecked) => make("button", { type: "button", class: "small",
    "aria-label": `${title} of ${axis.key}`, onclick: setAll(isChecked) }, title);
  return make("fieldset", { "data-axis": axis.key }, make("legend", {}, axis.key),
    make("div", { class: "values" }, ...boxes), make("div", {}, button("all", true), button("none", false)));
}

/** Least and most of an objective, in its unit of the result file. */
function rangeFilter({ key, maximise }, changed) {
  const field = (title, at) => {
    const input = make("input", { type: "number", step: "any", "aria-label": `${title} ${key}`, placeholder: title });
    input.addEventListener("change", () => {
      const range = state.ranges.get(key) ?? [-Infinity, Infinity];
      range[at] = input.value === "" ? [-Infinity, Infinity][at] : Number(input.value);
      if (range[0] === -Infinity && range[1] === Infinity) { state.ranges.delete(key); } else { state.ranges.set(key, range); }
      changed();
    });
    return input;
  };
  const all = spreadOf(doneRows.map(row => figureOf(key).numbers[row]));
  const unit = figureOf(key).unit;
  return make("fieldset", { class: "range" }, make("legend", {}, `${key} ${maximise ? "\u2191" : "\u2193"}`),
    make("div", {}, field("from", 0), field("to", 1)),
    make("small", {}, all.count ? `${withUnit(all.least, unit)} to ${withUnit(all.most, unit)}` : "no values"));
}

function fidelityFilter(changed) {
  if (rowFidelity.values.length < 2) { return null; }
  const choice = make("select", { id: "fidelity", onchange: () => { state.fidelity = choice.value; changed(); } },
    make("option", { value: "best" }, "the best of each point"),
    ...rowFidelity.values.map(name => make("option", { value: name }, name)));
  return make("fieldset", {}, make("legend", {}, "fidelity"), choice);
}

function makeFilters(changed) {
  const build = () => {
    const inOrder = precisionAxis ? [precisionAxis, ...freeAxes.filter(axis => axis !== precisionAxis)] : freeAxes;
    select("#filters").replaceChildren(...[
      ...inOrder.filter(axis => freeAxes.includes(axis)).map(axis => axisFilter(axis, changed)),
      fidelityFilter(changed), ...knownObjectives.map(objective => rangeFilter(objective, changed))].filter(Boolean));
  };
  build();
  select("#reset").addEventListener("click", () => {
    state.hidden.forEach(hidden => hidden.clear());
    state.ranges.clear();
    state.brushes.clear();
    state.fidelity = "best";
    build();
    clearBrushes();
    changed();
  });
}

function showCount() {
  const all = state.fidelity === "best" ? bestRows.size : doneRows.filter(passesFidelity).length;
  select("#count").textContent = `${grouped(state.shown.length)} of ${grouped(all)} points shown`;
}
