// SPDX-License-Identifier: Apache-2.0
// The rows of an exploration: axes, figures, filters, fronts and pairs. Nothing here draws.
"use strict";

const kRows = pageData.rows;
const allRows = Array.from({ length: kRows }, (_, row) => row);

const textColumn = column => ({ at: placesOf(column, kRows), values: valuesOf(column) });
const rowIds = numbersOf(pageData.id, kRows);
const rowStatus = textColumn(pageData.status);
const rowFidelity = textColumn(pageData.fidelity);
const rowMessage = textColumn(pageData.message);
const rowVersion = textColumn(pageData.version);
const rowTimes = numbersOf(pageData.wall_s, kRows);
const textOf = (column, row) => column.values[column.at[row]];

const kBinary = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 };
const kDecimal = { f: 1e-15, p: 1e-12, n: 1e-9, u: 1e-6, "\u00B5": 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
const kUnits = ["Hz", "B", "bit", "V", "s", "W", "J", "m"];

/** "400 MHz" is {value: 4e8, unit: "Hz"}; a bare number has the unit "". Nothing for other texts. */
function quantityOf(text) {
  const found = /^\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([^\s\d]*)\s*$/.exec(text);
  if (!found || !Number.isFinite(Number(found[1]))) { return null; }
  const [, digits, word] = found;
  if (word === "") { return { value: Number(digits), unit: "" }; }
  for (const unit of kUnits) {
    if (!word.endsWith(unit)) { continue; }
    const prefix = word.slice(0, word.length - unit.length);
    const factor = prefix === "" ? 1 : kBinary[prefix] ?? kDecimal[prefix];
    if (factor !== undefined) { return { value: Number(digits) * factor, unit }; }
  }
  return null;
}

/** One dimension of the space: its values in a natural order, and as numbers where all of them are quantities. */
function readAxis({ name, column }) {
  const { at, values } = textColumn(column);
  const used = [...new Set(at)];
  const quantities = values.map(quantityOf);
  const units = new Set(used.map(place => quantities[place]?.unit));
  const isNumeric = used.length > 0 && units.size === 1 && !units.has(undefined);
  const order = used.sort((a, b) => isNumeric ? quantities[a].value - quantities[b].value : a - b);
  return {
    kind: "axis", key: name, at, values, order, unit: isNumeric ? [...units][0] : "", isNumeric,
    rank: new Map(order.map((place, rank) => [place, rank])),
    numbers: isNumeric ? Float64Array.from(at, place => quantities[place].value) : null,
    text: row => values[at[row]]
  };
}

const axes = pageData.axes.map(readAxis);
/** Axes that take more than one value: the others tell no points apart. */
const freeAxes = axes.filter(axis => axis.order.length > 1);
const figures = pageData.figures.map(({ key, unit, column }) => ({ kind: "figure", key, unit, numbers: numbersOf(column, kRows) }));
const objectives = pageData.objectives.map(({ key, maximise }) => ({ key, maximise }));
const figureOf = key => figures.find(figure => figure.key === key);
/** What can stand on an axis of a drawing. */
const measures = [...figures, ...axes.filter(axis => axis.isNumeric && axis.order.length > 1)];
const measureOf = key => measures.find(measure => measure.key === key);
const knownObjectives = objectives.filter(objective => figureOf(objective.key));

/** Whether more of a figure is better: as the sweep says, otherwise rates and utilisation. */
function isMoreBetter(key) {
  const objective = objectives.find(known => known.key === key);
  return objective ? objective.maximise : /per_s|per_j|utilization|rate_hz/.test(key);
}

const isDone = row => textOf(rowStatus, row) === "done";
const doneRows = allRows.filter(isDone);
const otherRows = allRows.filter(row => !isDone(row));

/** Of every point, its row of the highest fidelity. */
const bestRows = (() => {
  const best = new Map();
  for (const row of doneRows) {
    const held = best.get(rowIds[row]);
    if (held === undefined || textOf(rowFidelity, row) === "event") { best.set(rowIds[row], row); }
  }
  return new Set(best.values());
})();
const frontIds = new Set(pageData.front);
const isOnFront = row => frontIds.has(rowIds[row]) && bestRows.has(row);

const kPrecision = /^(w\d+a\d+(c\d+)?(w\d+)?|a\d+c\d+w\d+|u?int\d+|(mx)?fp\d+(_.*)?|mxint\d+|bf16)$/;
/** The axis of number formats. */
const precisionAxis = axes.find(axis => /(^|\.)precision$/.test(axis.key)) ??
  axes.find(axis => axis.order.length > 0 && axis.order.every(place => kPrecision.test(axis.values[place])));

// ---- what the reader has chosen

const state = {
  x: "", y: "", logX: false, logY: false,
  colourBy: "", pairFrom: "", pairTo: "", showPairs: false, showFront: true,
  fidelity: "best",
  hidden: new Map(freeAxes.map(axis => [axis.key, new Set()])), // places of axis values that are filtered out
  ranges: new Map(),                                            // figure -> [least, most]
  brushes: new Map(),                                           // measure -> intervals of the parallel coordinates
  chosen: [],                                                   // rows, in the order of choice
  filtered: [],                                                 // rows that pass everything but the brushes
  shown: []                                                     // rows that pass everything
};

const passesFidelity = row => state.fidelity === "best" ? bestRows.has(row) : textOf(rowFidelity, row) === state.fidelity;
const inRange = (value, [least, most]) => value >= least && value <= most;

function applyFilters() {
  const hidden = freeAxes.filter(axis => state.hidden.get(axis.key).size > 0);
  const ranges = [...state.ranges].map(([key, range]) => [measureOf(key).numbers, range]);
  state.filtered = doneRows.filter(row => passesFidelity(row) &&
    hidden.every(axis => !state.hidden.get(axis.key).has(axis.at[row])) &&
    ranges.every(([numbers, range]) => inRange(numbers[row], range)));
  const brushes = [...state.brushes].filter(([, brush]) => brush.intervals.length > 0);
  state.shown = state.filtered.filter(row => brushes.every(([, brush]) =>
    brush.intervals.some(interval => inRange(brush.value(row), interval))));
}

// ---- fronts and pairs of two measures

const canDraw = (row, x, y) => Number.isFinite(x.numbers[row]) && Number.isFinite(y.numbers[row]) &&
  (!state.logX || x.numbers[row] > 0) && (!state.logY || y.numbers[row] > 0);

/** Rows that no other row beats in both measures, from left to right. */
function frontOf(rows, x, y) {
  const signX = isMoreBetter(x.key) ? -1 : 1;
  const signY = isMoreBetter(y.key) ? -1 : 1;
  const ordered = [...rows].sort((a, b) =>
    signX * (x.numbers[a] - x.numbers[b]) || signY * (y.numbers[a] - y.numbers[b]));
  const front = [];
  let best = Infinity;
  for (const row of ordered) {
    if (signY * y.numbers[row] < best) {
      best = signY * y.numbers[row];
      front.push(row);
    }
  }
  return signX < 0 ? front.reverse() : front;
}

/** Pairs of rows that differ in their precision only: [row of the first format, row of the second]. */
function pairsOf(rows) {
  if (!precisionAxis) { return []; }
  const others = axes.filter(axis => axis !== precisionAxis);
  const keyOf = row => `${rowFidelity.at[row]}/${others.map(axis => axis.at[row]).join("/")}`;
  const ofFormat = name => rows.filter(row => precisionAxis.text(row) === name);
  const firsts = new Map(ofFormat(state.pairFrom).map(row => [keyOf(row), row]));
  return ofFormat(state.pairTo).filter(row => firsts.has(keyOf(row))).map(row => [firsts.get(keyOf(row)), row]);
}

/** Median, least and most of numbers. */
function spreadOf(numbers) {
  const ordered = numbers.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = ordered.length / 2;
  return {
    count: ordered.length, least: ordered[0], most: ordered.at(-1),
    median: ordered.length % 2 ? ordered[Math.floor(middle)] : (ordered[middle - 1] + ordered[middle]) / 2
  };
}

/** Positive numbers over so many powers of ten that a logarithmic axis shows them better. */
function isWide(measure) {
  const { least, most } = spreadOf(doneRows.map(row => measure.numbers[row]));
  return least > 0 && most / least > 100;
}

/** "12, int8, 16 rows": what a point is, in a line. */
const nameOfRow = row => [`point ${rowIds[row]}`, ...freeAxes.map(axis => `${axis.key} ${axis.text(row)}`)].join(", ");

/** Parts of the energy of a row: [[name, joules]…]. */
const energyFigures = figures.filter(figure => figure.key.startsWith("energy_j.") && figure.key !== "energy_j.total");
const energyPartsOf = row => energyFigures.map(figure => [figure.key.slice("energy_j.".length), figure.numbers[row]])
  .filter(([, joules]) => Number.isFinite(joules));
