// SPDX-License-Identifier: Apache-2.0
// Parallel coordinates: a line per point across all axes and objectives; a brush on an axis filters everything else.
"use strict";

const parallel = { entry: null, dimensions: [] };
/** An axis of the space with at most this many values shows them by name. */
const kNamedValues = 24;

/** More lines than this show nothing more and make a drag slow. */
const kMostLines = 2500;

/** The rows that are drawn: all, or the front and evenly spaced others. */
function drawnLines() {
  const rows = state.filtered;
  const every = Math.ceil(rows.length / kMostLines);
  const drawn = every <= 1 ? rows : rows.filter((row, i) => i % every === 0 || isOnFront(row));
  select("#line-count").textContent = drawn.length === rows.length ? "" :
    `${grouped(drawn.length)} of ${grouped(rows.length)} lines are drawn: the front and every ${every}th of the others. Brushes filter all.`;
  return drawn;
}

/** What the lines cross, and where a row crosses it. */
function dimensionsOf() {
  const fromAxis = axis => axis.order.length <= kNamedValues || !axis.isNumeric ?
    { measure: axis, isNamed: true, value: row => axis.rank.get(axis.at[row]) } :
    { measure: axis, isNamed: false, value: row => axis.numbers[row] };
  const fromObjective = ({ key }) => ({ measure: figureOf(key), isNamed: false, value: row => figureOf(key).numbers[row] });
  return [...freeAxes.map(fromAxis), ...knownObjectives.map(fromObjective)];
}

function parallelAxes() {
  const style = axisStyle();
  const label = { ...style.axisLabel, color: cssValue("--front"), textBorderColor: cssValue("--back"), textBorderWidth: 3 };
  const common = { axisLine: style.axisLine, axisTick: style.axisTick, nameTextStyle: { color: cssValue("--front"), fontSize: 12 },
    nameTruncate: { maxWidth: 130, ellipsis: "\u2026" },
    areaSelectStyle: { width: 18, borderWidth: 1, borderColor: cssValue("--accent"), color: cssValue("--accent"), opacity: 0.25 } };
  return parallel.dimensions.map(({ measure, isNamed }, dim) => ({
    ...common, dim, id: `dim${dim}`, name: measure.key.split(".").slice(-2).join("."),
    ...(isNamed ? { type: "category", data: measure.order.map(place => measure.values[place]), axisLabel: label } :
      { type: isWide(measure) ? "log" : "value", scale: true, axisLabel: { ...label, formatter: value => tickText(value, measure.unit) } })
  }));
}

function parallelOption() {
  const rows = drawnLines(), count = rows.length;
  const opacity = Math.max(0.08, Math.min(0.8, 30 / Math.sqrt(count + 1) / 10));
  const series = kindNames().map((title, kind) => ({
    id: `lines${kind}`, name: title, type: "parallel", lineStyle: { color: kindColour(kind), width: 1.2, opacity },
    inactiveOpacity: 0.015, activeOpacity: Math.min(0.9, 2 * opacity), progressive: 0, silent: true,
    data: rows.filter(row => kindOf(row) === kind).map(row => parallel.dimensions.map(dimension => dimension.value(row)))
  }));
  series.push({ id: "chosen-lines", name: "chosen", type: "parallel", lineStyle: { color: cssValue("--heat"), width: 3, opacity: 1 },
    inactiveOpacity: 1, activeOpacity: 1, silent: true, z: 5, data: state.chosen.filter(row => isDone(row))
      .map(row => parallel.dimensions.map(dimension => dimension.value(row))) });
  return { parallel: { left: 60, right: 84, top: 50, bottom: 24, parallelAxisDefault: { realtime: count < 500, nameGap: 18 } },
    parallelAxis: parallelAxes(), series };
}

function clearBrushes() {
  parallel.dimensions.forEach((_, dim) =>
    parallel.entry?.chart.dispatchAction({ type: "axisAreaSelect", parallelAxisId: `dim${dim}`, intervals: [] }));
  state.brushes.clear();
}

function makeParallel(changed) {
  parallel.dimensions = dimensionsOf();
  const holder = select("#parallel");
  if (parallel.dimensions.length < 2) {
    holder.closest("section").hidden = true;
    return;
  }
  parallel.entry = makeChart(holder, parallelOption);
  parallel.entry.chart.on("axisareaselected", event => {
    for (const { parallelAxisId, intervals } of event.batch ?? [event]) {
      const dimension = parallel.dimensions[Number(String(parallelAxisId).slice("dim".length))];
      if (dimension) { state.brushes.set(dimension.measure.key, { intervals: intervals ?? [], value: dimension.value }); }
    }
    changed();
  });
  select("#clear-brushes").addEventListener("click", () => { clearBrushes(); changed(); });
  select("#parallel-save").append(saveButtons(parallel.entry, "parallel"));
}
