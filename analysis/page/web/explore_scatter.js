// SPDX-License-Identifier: Apache-2.0
// The scatter of two measures: points by colour, the front, pairs of two formats, and a cursor for the keyboard.
"use strict";

const kSymbols = ["circle", "triangle", "diamond", "rect", "path://M0,0L10,0L5,10Z", "path://M3,0h4v3h3v4h-3v3h-4v-3h-3v-4h3z"];
/** From here on points are painted as one shape, which keeps ten thousand of them fast. */
const kManyPoints = 2000;
const kKinds = 10; ///< distinct colours

const scatter = { entry: null, rows: [], cursor: null };

const colourAxis = () => freeAxes.find(axis => axis.key === state.colourBy);
const kindOf = row => { const axis = colourAxis(); return axis ? axis.rank.get(axis.at[row]) % kKinds : 0; };
const kindNames = () => { const axis = colourAxis(); return axis ? axis.order.map(place => axis.values[place]) : ["points"]; };

const pointOf = (row, x, y) => [x.numbers[row], y.numbers[row], row];

/** Lines that a broken line holds together: two points, a gap, two points. */
const brokenLine = (pairs, x, y) => pairs.flatMap(([from, to]) => [pointOf(from, x, y), pointOf(to, x, y), [NaN, NaN, -1]]);

function pointSeries(x, y) {
  const isLarge = scatter.rows.length > kManyPoints;
  return kindNames().map((title, kind) => ({
    id: `points${kind}`, name: title, type: "scatter", symbol: kSymbols[kind % kSymbols.length], symbolSize: isLarge ? 5 : 8,
    large: isLarge, largeThreshold: kManyPoints, progressive: 0, z: 2, itemStyle: { color: kindColour(kind), opacity: isLarge ? 0.6 : 0.8 },
    data: scatter.rows.filter(row => kindOf(row) === kind).map(row => pointOf(row, x, y)),
    emphasis: { disabled: isLarge, scale: 1.4 }
  }));
}

function ringSeries(id, title, rows, x, y, size, style) {
  return { id, name: title, type: "scatter", symbol: "circle", symbolSize: size, silent: true, z: 4,
    itemStyle: { color: "transparent", borderWidth: 2, ...style }, data: rows.map(row => pointOf(row, x, y)) };
}

function scatterSeries(x, y) {
  const series = pointSeries(x, y);
  const drawn = new Set(scatter.rows);
  if (state.showFront) {
    const front = frontOf(scatter.rows, x, y);
    series.push({ id: "front", name: "front of these two", type: "line", showSymbol: false, silent: true, z: 3,
      step: isMoreBetter(x.key) ? "start" : "end", lineStyle: { color: cssValue("--front"), width: 1.5, type: "dashed" },
      itemStyle: { color: cssValue("--front") }, data: front.map(row => pointOf(row, x, y)) });
    series.push(ringSeries("sweep-front", "front of the exploration", scatter.rows.filter(isOnFront), x, y, 13,
      { borderColor: cssValue("--accent"), borderWidth: 1.5 }));
  }
  if (state.showPairs) {
    series.push({ id: "pairs", name: `${state.pairFrom} to ${state.pairTo}`, type: "line", showSymbol: false, silent: true, z: 1,
      connectNulls: false, lineStyle: { color: cssValue("--dim"), width: 1, opacity: 0.55 }, itemStyle: { color: cssValue("--dim") },
      data: brokenLine(pairsOf(scatter.rows), x, y) });
  }
  series.push(ringSeries("chosen", "chosen", state.chosen.filter(row => drawn.has(row)), x, y, 18, { borderColor: cssValue("--heat"), borderWidth: 3 }));
  const cursor = drawn.has(scatter.cursor) ? [scatter.cursor] : [];
  series.push(ringSeries("cursor", "cursor", cursor, x, y, 24, { borderColor: cssValue("--accent"), borderWidth: 2.5 }));
  return series;
}

const valueAxis = (measure, isLog, more) => ({
  ...axisStyle(), ...more, type: isLog ? "log" : "value", scale: true, name: measure.key, nameLocation: "middle",
  minorTick: { show: isLog }, axisLabel: { ...axisStyle().axisLabel, formatter: value => tickText(value, measure.unit) }
});

function scatterOption() {
  const x = measureOf(state.x), y = measureOf(state.y);
  scatter.rows = state.shown.filter(row => canDraw(row, x, y));
  const names = [...(colourAxis() ? kindNames() : []), ...(state.showFront ? ["front of these two", "front of the exploration"] : []),
    ...(state.showPairs ? [`${state.pairFrom} to ${state.pairTo}`] : [])];
  return {
    grid: { left: 84, right: 24, top: names.length > 8 ? 64 : 40, bottom: 56 },
    legend: { data: names, top: 0, type: "scroll", textStyle: { color: cssValue("--front") }, inactiveColor: cssValue("--dim"),
      pageTextStyle: { color: cssValue("--front") }, pageIconColor: cssValue("--front") },
    xAxis: valueAxis(x, state.logX, { nameGap: 32 }),
    yAxis: valueAxis(y, state.logY, { nameGap: 68 }),
    dataZoom: [{ type: "inside", xAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl" },
      { type: "inside", yAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl" }],
    tooltip: { ...baseOption().tooltip, trigger: "item", formatter: item => pointTip(item.value[2]) },
    series: scatterSeries(x, y)
  };
}

function pointTip(row) {
  const shown = [...new Set([state.x, state.y, ...knownObjectives.map(objective => objective.key)])].map(measureOf);
  return tip(`point ${rowIds[row]}`, ...freeAxes.map(axis => tipRow(axis.key, axis.text(row))),
    ...shown.map(measure => tipRow(measure.key, withUnit(measure.numbers[row], measure.unit))));
}

/** What the pairs say: by how much the second format changes each figure of the drawing. */
function showPairRatios() {
  const holder = select("#pair-ratios");
  holder.hidden = !state.showPairs;
  if (!state.showPairs) { return; }
  const pairs = pairsOf(scatter.rows);
  const ratio = measure => {
    const { count, median, least, most } = spreadOf(pairs.map(([from, to]) => measure.numbers[to] / measure.numbers[from]));
    return count === 0 ? null : `${measure.key} \u00D7${median.toFixed(3)} (${least.toFixed(3)} to ${most.toFixed(3)})`;
  };
  const keys = [...new Set([state.x, state.y, ...knownObjectives.map(objective => objective.key)])].filter(key => figureOf(key));
  holder.textContent = pairs.length === 0 ? `No two points shown differ in ${state.pairFrom} and ${state.pairTo} only.` :
    `${grouped(pairs.length)} pairs, ${state.pairTo} over ${state.pairFrom}, median and range: ` +
    keys.map(key => ratio(figureOf(key))).filter(Boolean).join("; ");
}

// ---- the keyboard

const pixelOf = (row, x, y) => scatter.entry.chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [x.numbers[row], y.numbers[row]]);

/** The point that lies next in a direction, near the line along it. */
function nextPoint([dx, dy]) {
  const x = measureOf(state.x), y = measureOf(state.y);
  const [u, v] = pixelOf(scatter.cursor, x, y);
  let best = scatter.cursor, least = Infinity;
  for (const row of scatter.rows) {
    const [px, py] = pixelOf(row, x, y);
    const along = (px - u) * dx + (py - v) * dy, aside = Math.abs((px - u) * dy) + Math.abs((py - v) * dx);
    if (along > 0.5 && along + 3 * aside < least) { least = along + 3 * aside; best = row; }
  }
  return best;
}

function zoomScatter(factor) {
  const option = scatter.entry.chart.getOption().dataZoom;
  const around = option.map(({ start, end }) => {
    const middle = (start + end) / 2, half = Math.min(50, (end - start) / 2 * factor);
    const low = Math.max(0, Math.min(100 - 2 * half, middle - half));
    return { start: factor === 0 ? 0 : low, end: factor === 0 ? 100 : low + 2 * half };
  });
  around.forEach((range, dataZoomIndex) => scatter.entry.chart.dispatchAction({ type: "dataZoom", dataZoomIndex, ...range }));
}

const kArrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function moveCursor(row) {
  scatter.cursor = row;
  const x = measureOf(state.x), y = measureOf(state.y);
  scatter.entry.chart.setOption({ series: [{ id: "cursor", data: [pointOf(row, x, y)] }] });
  select("#reading").textContent = `${nameOfRow(row)}: ` +
    [x, y].map(measure => `${measure.key} ${withUnit(measure.numbers[row], measure.unit)}`).join(", ") +
    (isOnFront(row) ? ", on the front" : "") + (state.chosen.includes(row) ? ", chosen" : "");
}

function scatterKey(event, choose) {
  if (scatter.rows.length === 0 || event.ctrlKey || event.metaKey || event.altKey) { return; }
  if (scatter.cursor === null || !scatter.rows.includes(scatter.cursor)) { scatter.cursor = scatter.rows[0]; }
  if (event.key in kArrows) { moveCursor(nextPoint(kArrows[event.key])); }
  else if (event.key === "Home") { moveCursor(scatter.rows[0]); }
  else if (event.key === "Enter" || event.key === " ") { choose(scatter.cursor, event.shiftKey); moveCursor(scatter.cursor); }
  else if (event.key === "+" || event.key === "=") { zoomScatter(0.5); }
  else if (event.key === "-") { zoomScatter(2); }
  else if (event.key === "0") { zoomScatter(0); }
  else { return; }
  event.preventDefault();
}

// ---- choices above the drawing

function makeScatterControls(changed) {
  const options = () => [make("optgroup", { label: "objectives" }, ...knownObjectives.map(({ key }) => make("option", { value: key }, key))),
    make("optgroup", { label: "figures" }, ...figures.filter(({ key }) => !knownObjectives.some(known => known.key === key))
      .map(({ key }) => make("option", { value: key }, key))),
    make("optgroup", { label: "axes" }, ...measures.filter(measure => measure.kind === "axis").map(({ key }) => make("option", { value: key }, key)))]
    .filter(group => group.children.length > 0);
  const bind = (id, name, property = "value", before = () => {}) => {
    const control = select(id);
    control[property] = state[name];
    control.addEventListener("change", () => { state[name] = control[property]; before(); changed(); });
  };
  for (const [id, name, logId, logName] of [["#x", "x", "#log-x", "logX"], ["#y", "y", "#log-y", "logY"]]) {
    select(id).replaceChildren(...options());
    bind(id, name, "value", () => {
      state[logName] = select(logId).checked = isWide(measureOf(state[name]));
      zoomScatter(0);
    });
  }
  bind("#log-x", "logX", "checked");
  bind("#log-y", "logY", "checked");
  bind("#show-front", "showFront", "checked");
  select("#colour-by").replaceChildren(make("option", { value: "" }, "nothing"), ...freeAxes.filter(axis => axis.order.length <= kKinds)
    .map(axis => make("option", { value: axis.key }, axis.key)));
  bind("#colour-by", "colourBy");
  const hasPairs = precisionAxis && precisionAxis.order.length > 1;
  select("#pair-controls").hidden = !hasPairs;
  if (hasPairs) {
    for (const [id, name] of [["#pair-from", "pairFrom"], ["#pair-to", "pairTo"]]) {
      select(id).replaceChildren(...precisionAxis.order.map(place => make("option", {}, precisionAxis.values[place])));
      bind(id, name);
    }
    bind("#show-pairs", "showPairs", "checked");
  }
}

function makeScatter(choose) {
  const holder = select("#scatter");
  scatter.entry = makeChart(holder, scatterOption, { replaces: ["series", "legend"] });
  scatter.entry.chart.on("click", item => { if (item.value?.[2] >= 0) { choose(item.value[2], item.event?.event?.shiftKey); } });
  holder.addEventListener("keydown", event => scatterKey(event, choose));
  select("#zoom-in").addEventListener("click", () => zoomScatter(0.5));
  select("#zoom-out").addEventListener("click", () => zoomScatter(2));
  select("#zoom-all").addEventListener("click", () => zoomScatter(0));
  select("#scatter-save").append(saveButtons(scatter.entry, "scatter"));
}
