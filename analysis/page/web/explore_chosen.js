// SPDX-License-Identifier: Apache-2.0
// The chosen points side by side, the table of points, and the points that have no result.
"use strict";

/** More points than this do not stand side by side. */
const kMostChosen = 6;
const chosenEnergy = { entry: null };

function energyOption() {
  const palette = paletteOf(kEnergyParts);
  const rows = state.chosen.filter(row => energyPartsOf(row).length > 0);
  const parts = [...new Set(rows.flatMap(row => energyPartsOf(row).map(([name]) => name)))];
  const value = (row, part) => energyPartsOf(row).find(([name]) => name === part)?.[1] ?? 0;
  return {
    grid: { left: 90, right: 24, top: 44, bottom: 32 },
    legend: { top: 0, type: "scroll", textStyle: { color: cssValue("--front") }, pageTextStyle: { color: cssValue("--front") } },
    xAxis: { ...axisStyle(), type: "value", axisLabel: { ...axisStyle().axisLabel, formatter: joules => tickText(joules, "J") } },
    yAxis: { ...axisStyle(), type: "category", inverse: true, data: rows.map(row => `point ${rowIds[row]}`) },
    tooltip: { ...baseOption().tooltip, trigger: "item",
      formatter: item => tip(item.name, tipRow(item.seriesName, withUnit(item.value, "J"), item.color)) },
    series: parts.map(part => ({ name: part, type: "bar", stack: "energy", barMaxWidth: 22, itemStyle: { color: palette(part) },
      data: rows.map(row => value(row, part)) }))
  };
}

/** Name and one cell per chosen row, with its ratio to the first. */
function chosenLine(title, rows, text, number = null) {
  const first = number ? number(rows[0]) : NaN;
  return make("tr", {}, make("th", { scope: "row" }, title), ...rows.map((row, i) => {
    const ratio = i > 0 && number && first !== 0 ? number(row) / first : NaN;
    return make("td", { class: number ? "number" : "text" }, text(row),
      Number.isFinite(ratio) ? make("small", {}, ` \u00D7${ratio.toFixed(3)}`) : null);
  }));
}

const chosenGroup = (title, columns) => make("tr", { class: "group" }, make("th", { scope: "colgroup", colspan: String(columns) }, title));

function chosenTable(rows, drop) {
  const head = rows.map(row => make("th", { scope: "col" }, `point ${rowIds[row]} `,
    make("button", { type: "button", class: "small", "aria-label": `put point ${rowIds[row]} back`, onclick: () => drop(row) }, "\u2715")));
  const lines = [chosenLine("status", rows, row => textOf(rowStatus, row) + (isOnFront(row) ? ", on the front" : "")),
    chosenLine("fidelity", rows, row => textOf(rowFidelity, row))];
  if (rows.some(row => textOf(rowMessage, row) !== "")) { lines.push(chosenLine("reason", rows, row => textOf(rowMessage, row))); }
  lines.push(chosenGroup("configuration", rows.length + 1), ...axes.map(axis => chosenLine(axis.key, rows, axis.text)));
  const inRows = figures.filter(figure => rows.some(row => Number.isFinite(figure.numbers[row])));
  const isEnergy = figure => figure.key.startsWith("energy_j.");
  const line = figure => chosenLine(figure.key, rows, row => withUnit(figure.numbers[row], figure.unit, 4), row => figure.numbers[row]);
  if (inRows.length > 0) {
    lines.push(chosenGroup("energy", rows.length + 1), ...inRows.filter(isEnergy).map(line),
      chosenGroup("figures", rows.length + 1), ...inRows.filter(figure => !isEnergy(figure)).map(line));
  }
  lines.push(chosenLine("evaluated in", rows, row => withUnit(rowTimes[row], "s")), chosenLine("Lodestone", rows, row => textOf(rowVersion, row)));
  return make("table", { class: "chosen-points" }, make("thead", {}, make("tr", {}, make("th", {}, ""), ...head)), make("tbody", {}, ...lines));
}

/** `choose(row, true)` puts a chosen row back. */
function showChosen(choose) {
  const rows = state.chosen;
  const hasEnergy = rows.some(row => energyPartsOf(row).length > 0);
  select("#chosen-hint").hidden = rows.length > 0;
  for (const id of ["#drop-all", "#csv-chosen", "#chosen-table"]) { select(id).hidden = rows.length === 0; }
  select("#chosen-energy").hidden = !hasEnergy;
  select("#chosen").classList.toggle("plain", !hasEnergy);
  select("#chosen-table").replaceChildren(...(rows.length > 0 ? [chosenTable(rows, row => choose(row, true))] : []));
  if (hasEnergy) {
    select("#energy").style.height = `${110 + 36 * rows.length}px`;
    if (!chosenEnergy.entry) {
      chosenEnergy.entry = makeChart(select("#energy"), energyOption, { renderer: "svg", replaces: ["series", "legend"] });
      select("#chosen-energy figcaption").append(saveButtons(chosenEnergy.entry, "energy"));
    }
    chosenEnergy.entry.chart.resize();
    chosenEnergy.entry.draw();
  }
}

// ---- tables

const axisColumns = () => axes.filter(axis => axis.order.length > 1).map(axis => ({ title: axis.key, isNumber: axis.isNumeric,
  value: row => axis.isNumeric ? axis.numbers[row] : axis.text(row), text: axis.text }));
const figureColumn = figure => ({ title: figure.key, isNumber: true, value: row => figure.numbers[row],
  text: row => withUnit(figure.numbers[row], figure.unit) });

function choiceBox(row, choose) {
  const box = make("input", { type: "checkbox", checked: state.chosen.includes(row), "aria-label": `choose point ${rowIds[row]}` });
  box.addEventListener("change", () => {
    choose(row, true);
    select(`input[data-row="${row}"]`)?.focus(); // the table has been drawn anew
  });
  box.dataset.row = String(row);
  return box;
}

const mainFigures = () => [...new Set([...knownObjectives.map(objective => objective.key), state.x, state.y])]
  .map(figureOf).filter(Boolean);

function makePointTable(choose) {
  return new PagedTable(select("#points"), {
    label: "Points", lead: row => choiceBox(row, choose), mark: row => state.chosen.includes(row) ? "chosen" : "",
    columns: [{ title: "point", isNumber: true, value: row => rowIds[row] }, ...axisColumns(), ...mainFigures().map(figureColumn),
      { title: "front", isNumber: false, value: row => isOnFront(row) ? 0 : 1, text: row => isOnFront(row) ? "\u25CF" : "" }]
  });
}

function csvOfRows(rows) {
  const titles = ["point", "status", "fidelity", ...axes.map(axis => axis.key), ...figures.map(figure => figure.key), "message", "wall_s", "version"];
  return csvOf(titles, rows.map(row => [rowIds[row], textOf(rowStatus, row), textOf(rowFidelity, row), ...axes.map(axis => axis.text(row)),
    ...figures.map(figure => figure.numbers[row]), textOf(rowMessage, row), rowTimes[row], textOf(rowVersion, row)]));
}

/** Points without a result: how many for which reason, and each of them. */
function showOthers(choose) {
  const section = select("#others");
  section.hidden = otherRows.length === 0;
  if (section.hidden) { return; }
  const reasons = new Map();
  for (const row of otherRows) {
    const key = `${rowStatus.at[row]}/${rowMessage.at[row]}`;
    reasons.set(key, [...(reasons.get(key) ?? []), row]);
  }
  const table = new PagedTable(select("#other-points"), {
    label: "Points without a result", lead: row => choiceBox(row, choose), pageSize: 10,
    mark: row => state.chosen.includes(row) ? "chosen" : "",
    columns: [{ title: "point", isNumber: true, value: row => rowIds[row] }, { title: "status", value: row => textOf(rowStatus, row) },
      ...axisColumns(), { title: "reason", value: row => textOf(rowMessage, row) }]
  });
  const groups = [...reasons.values()].sort((a, b) => b.length - a.length);
  select("#reasons").replaceChildren(...groups.slice(0, 20).map(rows => make("li", {}, make("button", { type: "button", class: "link",
    onclick: () => table.show(rows) }, grouped(rows.length)), ` ${textOf(rowStatus, rows[0])}: ${textOf(rowMessage, rows[0]) || "no reason given"}`)));
  if (groups.length > 20) {
    select("#reasons").append(make("li", {}, make("button", { type: "button", class: "link", onclick: () => table.show(otherRows) },
      grouped(groups.slice(20).reduce((sum, rows) => sum + rows.length, 0))), ` for ${groups.length - 20} further reasons`));
  }
  table.show(otherRows);
  return table;
}
