// SPDX-License-Identifier: Apache-2.0
// Charts of a run: layers over time with utilisation and memory, energy by layer, energy of one inference.
"use strict";

/** A box of a custom series from [begin, end, height, …], cut at the edges of the grid. */
function boxOf(params, api, hasEdges) {
  const [left, top] = api.coord([api.value(0), api.value(2)]);
  const [right, bottom] = api.coord([api.value(1), api.value(3)]);
  const shape = echarts.graphic.clipRectByRect({ x: left, y: top, width: Math.max(right - left, 0.3), height: bottom - top }, params.coordSys);
  return shape && { type: "rect", shape, style: { fill: api.visual("color"), stroke: cssValue("--back"), lineWidth: hasEdges && right - left > 3 ? 0.6 : 0 } };
}

const boxes = (id, title, grid, colour, data, hasEdges = true) => ({
  id, name: title, type: "custom", progressive: 0, xAxisIndex: grid, yAxisIndex: grid, itemStyle: { color: colour }, data,
  encode: { x: [0, 1], y: [2, 3] }, renderItem: (params, api) => boxOf(params, api, hasEdges), clip: true
});

/** A mark over all grids on the chosen layer. */
const chosenMark = (grid, begin, end) => ({
  id: `chosen${grid}`, type: "line", xAxisIndex: grid, yAxisIndex: grid, data: [], silent: true,
  markArea: { silent: true, itemStyle: { color: cssValue("--accent"), opacity: 0.22 },
    data: begin === null ? [] : [[{ xAxis: begin }, { xAxis: end }]] }
});

const kLaneTop = 42, kLaneHeight = 20, kBarsTop = 92, kBarsHeight = 130, kMemoryTop = 272, kMemoryHeight = 110;

class Timeline {
  constructor(element, data) {
    Object.assign(this, { data, layer: -1 });
    this.seconds = cycles => data.clock_hz > 0 ? cycles / data.clock_hz : 0;
    element.style.height = `${(data.memory ? kMemoryTop + kMemoryHeight : kBarsTop + kBarsHeight) + 64}px`;
    this.entry = makeChart(element, () => this.option(), { renderer: "svg", replaces: ["series", "legend"] });
  }

  choose(layer) { this.layer = layer; this.entry.draw(); }

  times(layer) { return [this.seconds(layer.begin), this.seconds(layer.begin + layer.cycles)]; }

  /** Names of what binds the layers, by share of the time, largest first. */
  resources() {
    const cycles = new Map();
    for (const layer of this.data.layers) { cycles.set(layer.bound_by, (cycles.get(layer.bound_by) ?? 0) + layer.cycles); }
    return [...cycles].sort((a, b) => b[1] - a[1]);
  }

  memorySeries() {
    const { weights, home, gathered, capacity } = this.data.memory;
    const levels = this.data.layers.map((_, i) => [weights, home[i], gathered[i]]);
    const series = ["weights", "finished values", "gathered inputs"].map((title, kind) =>
      boxes(`memory${kind}`, title, 2, colourAt([7, 8, 9][kind]), this.data.layers.map((layer, i) => {
        const below = levels[i].slice(0, kind).reduce((a, b) => a + b, 0);
        return [...this.times(layer), below + levels[i][kind], below, i];
      }), false));
    const peak = Math.max(...levels.map(level => level.reduce((a, b) => a + b, 0)));
    series.push({ id: "capacity", name: "capacity", type: "line", xAxisIndex: 2, yAxisIndex: 2, data: [], silent: true,
      markLine: { silent: true, symbol: "none", lineStyle: { color: cssValue("--heat"), type: "dashed", width: 1.5 },
        label: { position: "insideEndBottom", color: cssValue("--dim"),
          formatter: `capacity ${withUnit(capacity, "B")}, fullest moment ${withUnit(peak / capacity, "share")}` },
        data: [{ yAxis: capacity }] } });
    return series;
  }

  option() {
    const { layers, memory } = this.data;
    const grids = memory ? [0, 1, 2] : [0, 1];
    const palette = paletteOf(kResources);
    const end = this.seconds(this.data.cycles);
    const resources = this.resources();
    const of = (resource, height) => layers.flatMap((layer, i) => layer.bound_by === resource ?
      [[...this.times(layer), height(layer), 0, i]] : []);
    const series = resources.flatMap(([resource]) => [
      boxes(`lane ${resource}`, resource, 0, palette(resource), of(resource, () => 1)),
      boxes(`bars ${resource}`, resource, 1, palette(resource), of(resource, layer => layer.utilization))]);
    if (memory) { series.push(...this.memorySeries()); }
    const chosen = this.layer < 0 ? [null, null] : this.times(layers[this.layer]);
    series.push(...grids.map(grid => chosenMark(grid, ...chosen)));
    const style = axisStyle();
    const title = text => ({ name: text, nameLocation: "end", nameGap: 6, nameTextStyle: { align: "left", color: cssValue("--dim"), fontSize: 12 } });
    const peak = memory ? Math.max(memory.capacity, ...layers.map((_, i) => memory.weights + memory.home[i] + memory.gathered[i])) : 0;
    return {
      legend: { top: 0, type: "scroll", textStyle: { color: cssValue("--front") }, pageTextStyle: { color: cssValue("--front") },
        data: [...resources.map(([name]) => name), ...(memory ? ["weights", "finished values", "gathered inputs"] : [])],
        formatter: name => { const found = resources.find(known => known[0] === name);
          return found ? `${name} ${withUnit(found[1] / this.data.cycles, "share")}` : name; } },
      grid: [{ top: kLaneTop, height: kLaneHeight }, { top: kBarsTop, height: kBarsHeight }, { top: kMemoryTop, height: kMemoryHeight }]
        .slice(0, grids.length).map(grid => ({ ...grid, left: 62, right: 18, outerBoundsMode: "none" })),
      xAxis: grids.map(grid => ({ ...style, gridIndex: grid, type: "value", min: 0, max: end, splitLine: { show: false },
        axisLabel: { ...style.axisLabel, show: grid === grids.length - 1, showMaxLabel: false, formatter: value => tickText(value, "s") } })),
      yAxis: [{ gridIndex: 0, type: "value", min: 0, max: 1, show: false },
        { ...style, ...title("utilisation of the multipliers"), gridIndex: 1, type: "value", min: 0, max: 1, interval: 0.25,
          axisLabel: { ...style.axisLabel, formatter: value => `${Math.round(100 * value)} %` } },
        { ...style, ...title("memory of the fullest core"), gridIndex: 2, type: "value", min: 0, max: 1.08 * peak, splitNumber: 3,
          axisLabel: { ...style.axisLabel, showMaxLabel: false, formatter: value => tickText(value, "B") } }].slice(0, grids.length),
      dataZoom: [{ type: "inside", xAxisIndex: grids, zoomOnMouseWheel: "ctrl", filterMode: "none" },
        { type: "slider", xAxisIndex: grids, bottom: 6, height: 22, showDetail: false, filterMode: "none", ...zoomStyle() }],
      tooltip: { ...baseOption().tooltip, trigger: "item", formatter: item => this.tip(item.value[4]) },
      series
    };
  }

  tip(i) {
    const layer = this.data.layers[i];
    const { memory } = this.data;
    return tip(`${i + 1}. ${layer.name} (${layer.op})`,
      tipRow("from", `${grouped(layer.begin)} cycles`), tipRow("takes", `${grouped(layer.cycles)} cycles, ${withUnit(this.seconds(layer.cycles), "s")}`),
      tipRow("utilisation", withUnit(layer.utilization, "share")), tipRow("bound by", layer.bound_by),
      ...(memory ? [tipRow("memory", withUnit(memory.weights + memory.home[i] + memory.gathered[i], "B"))] : []));
  }
}

class LayerEnergy {
  constructor(element, data) {
    Object.assign(this, { data, layer: -1 });
    element.style.height = "300px";
    this.entry = makeChart(element, () => this.option(), { renderer: "svg", replaces: ["series", "legend"] });
  }

  choose(layer) { this.layer = layer; this.entry.draw(); }

  option() {
    const { layers, energy } = this.data;
    const palette = paletteOf(kEnergyParts);
    const style = axisStyle();
    const partOf = (layer, name) => layer.energy.find(part => part[0] === name)?.[1] ?? 0;
    const series = energy.map(([name]) => ({ id: name, name, type: "bar", stack: "energy", barCategoryGap: "15%", itemStyle: { color: palette(name) },
      data: layers.map(layer => partOf(layer, name)) }));
    series.push(chosenMark(0, this.layer < 0 ? null : this.layer, this.layer));
    return {
      legend: { top: 0, type: "scroll", data: energy.map(part => part[0]), textStyle: { color: cssValue("--front") }, pageTextStyle: { color: cssValue("--front") },
        formatter: name => `${name} ${withUnit(energy.find(part => part[0] === name)[1], "J")}` },
      grid: { left: 62, right: 18, top: 40, bottom: 70 },
      xAxis: { ...style, type: "category", data: layers.map((layer, i) => `${i + 1}`), name: "layer", nameLocation: "middle", nameGap: 24 },
      yAxis: { ...style, type: "value", axisLabel: { ...style.axisLabel, formatter: value => tickText(value, "J") } },
      dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl" }, { type: "slider", bottom: 6, height: 22, showDetail: false, ...zoomStyle() }],
      tooltip: { ...baseOption().tooltip, trigger: "axis", axisPointer: { type: "shadow" }, formatter: items => this.tip(items[0].dataIndex) },
      series
    };
  }

  tip(i) {
    const layer = this.data.layers[i];
    const palette = paletteOf(kEnergyParts);
    return tip(`${i + 1}. ${layer.name}: ${withUnit(layer.energy.reduce((sum, part) => sum + part[1], 0), "J")}`,
      ...layer.energy.map(([name, joules]) => tipRow(name, withUnit(joules, "J"), palette(name))));
  }
}

/** A bar per result: energy of one inference, or of the whole run where there is no steady state. */
function inferenceEnergyOption(results) {
  const palette = paletteOf(kEnergyParts);
  const partsOf = result => result.inference.length > 0 ? result.inference : result.energy;
  const names = [...new Set(results.flatMap(result => partsOf(result).map(part => part[0])))];
  const style = axisStyle();
  const title = (result, i) => (results.length > 1 ? `[${i + 1}] ` : "") + result.precision;
  const total = result => partsOf(result).reduce((sum, part) => sum + part[1], 0);
  return {
    legend: { top: 0, type: "scroll", data: names, textStyle: { color: cssValue("--front") }, pageTextStyle: { color: cssValue("--front") } },
    grid: { left: 110, right: 90, top: 36, bottom: 28 },
    xAxis: { ...style, type: "value", axisLabel: { ...style.axisLabel, formatter: value => tickText(value, "J") } },
    yAxis: { ...style, type: "category", inverse: true, data: results.map(title), splitLine: { show: false } },
    tooltip: { ...baseOption().tooltip, trigger: "axis", axisPointer: { type: "shadow" }, formatter: items => {
      const result = results[items[0].dataIndex];
      return tip(`${title(result, items[0].dataIndex)}: ${withUnit(total(result), "J")}`,
        ...partsOf(result).map(([name, joules]) => tipRow(name, withUnit(joules, "J"), palette(name))));
    } },
    series: names.map((name, at) => ({ id: name, name, type: "bar", stack: "energy", barMaxWidth: 24, itemStyle: { color: palette(name) },
      data: results.map(result => partsOf(result).find(part => part[0] === name)?.[1] ?? 0),
      label: at === names.length - 1 ? { show: true, position: "right", color: cssValue("--front"),
        formatter: item => withUnit(total(results[item.dataIndex]), "J") } : { show: false } }))
  };
}
