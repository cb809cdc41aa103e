// SPDX-License-Identifier: Apache-2.0
// Pictures of a spiking run: raster, firing rates of the cores, loads of the links.
"use strict";

/** "5 1*3": the first and the steps to the next, as rising numbers. */
const risingOf = text => { let sum = 0; return countsOf(text).map(step => sum += step); };

/** From here on spikes are painted as one shape. */
const kManySpikes = 4000;

class Raster {
  constructor(element, data) {
    this.data = data;
    this.routers = risingOf(data.routers);
    this.points = [];
    this.totals = data.raster.map((text, tick) => {
      const neurons = risingOf(text);
      for (const neuron of neurons) { this.points.push([tick, neuron]); }
      return neurons.length;
    });
    element.style.height = "430px";
    this.entry = makeChart(element, () => this.option());
    element.addEventListener("keydown", event => this.key(event));
    this.entry.draw();
  }

  nameOf(neuron) {
    const { neurons, cols } = this.data, router = this.routers[Math.floor(neuron / neurons)];
    return `core [${Math.floor(router / cols)}][${router % cols}], neuron ${neuron % neurons}`;
  }

  option() {
    const { ticks, raster, neurons, tick_rate_hz } = this.data;
    const style = axisStyle();
    const cores = this.routers.length;
    const common = { ...style, gridIndex: 0, type: "value", splitLine: { show: false } };
    const left = 62, right = 18;
    return {
      grid: [{ left, right, top: 26, height: 230, outerBoundsMode: "none" }, { left, right, top: 296, height: 60, outerBoundsMode: "none" }],
      xAxis: [{ ...common, min: 0, max: ticks, axisLabel: { show: false } },
        { ...common, gridIndex: 1, min: 0, max: ticks, name: "tick", nameLocation: "middle", nameGap: 22, axisLabel: style.axisLabel }],
      yAxis: [{ ...common, inverse: true, min: 0, max: cores * neurons, interval: Math.max(1, Math.ceil(cores / 8)) * neurons, name: "core",
        nameLocation: "start", nameGap: 8, axisLabel: { ...style.axisLabel, formatter: value => value < cores * neurons ? this.nameOf(value).split(",")[0].slice(5) : "" } },
      { ...style, gridIndex: 1, type: "value", name: "spikes of a tick", nameLocation: "end", nameGap: 6, splitNumber: 2,
        nameTextStyle: { align: "left", color: cssValue("--dim"), fontSize: 12 } }],
      dataZoom: [{ type: "inside", xAxisIndex: [0, 1], zoomOnMouseWheel: "ctrl", filterMode: "none" },
        { type: "inside", yAxisIndex: 0, zoomOnMouseWheel: "ctrl", moveOnMouseMove: false, filterMode: "none" },
        { type: "slider", xAxisIndex: [0, 1], bottom: 6, height: 22, showDetail: false, filterMode: "none", ...zoomStyle() }],
      tooltip: { ...baseOption().tooltip, formatter: item => item.seriesId === "spikes" ?
        tip(this.nameOf(item.value[1]), tipRow("tick", grouped(item.value[0])), tipRow("at", withUnit(item.value[0] / tick_rate_hz, "s"))) :
        tip(`tick ${grouped(item.value[0])}`, tipRow("spikes", grouped(item.value[1]))) },
      series: [{ id: "spikes", type: "scatter", xAxisIndex: 0, yAxisIndex: 0, large: this.points.length > kManySpikes, largeThreshold: kManySpikes,
        progressive: 0, symbol: "rect", symbolSize: [Math.max(1.6, Math.min(10, 500 / ticks)), this.points.length > kManySpikes ? 1.6 : 2.5], itemStyle: { color: cssValue("--front"), opacity: this.points.length > kManySpikes ? 0.35 : 0.85 },
        data: this.points, clip: true },
      { id: "totals", type: "line", step: "middle", showSymbol: false, xAxisIndex: 1, yAxisIndex: 1, lineStyle: { color: colourAt(0), width: 1.2 },
        areaStyle: { color: colourAt(0), opacity: 0.3 }, data: this.totals.map((count, tick) => [tick, count]) },
      { id: "end", type: "line", xAxisIndex: 0, yAxisIndex: 0, data: [], silent: true, markArea: { silent: true, itemStyle: { color: cssValue("--rule"), opacity: 0.6 },
        label: { color: cssValue("--dim"), position: "inside", formatter: "not kept" }, data: raster.length < ticks ? [[{ xAxis: raster.length }, { xAxis: ticks }]] : [] } }]
    };
  }

  /** Left and right move the window of ticks, + and - change its width. */
  key(event) {
    const { start, end } = this.entry.chart.getOption().dataZoom[0];
    const width = end - start;
    const to = { ArrowLeft: [start - width / 4, width], ArrowRight: [start + width / 4, width], "+": [start + width / 4, width / 2],
      "-": [start - width / 2, width * 2], 0: [0, 100] }[event.key];
    if (!to) { return; }
    event.preventDefault();
    const wide = Math.min(100, to[1]), from = Math.max(0, Math.min(100 - wide, to[0]));
    this.entry.chart.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, start: from, end: from + wide });
  }
}

/** Rows and columns from the first router that hold all used ones and all that links carry; whole when that is most. */
function cornerOf(used, { rows, cols, packets }) {
  const busy = countsOf(packets).flatMap((count, link) => count > 0 ? [Math.floor(link / 4)] : []);
  let row = 0, col = 0;
  for (const router of [...used, ...busy]) { row = Math.max(row, Math.floor(router / cols)); col = Math.max(col, router % cols); }
  const cut = (last, all) => last + 2 > all / 2 ? all : last + 2; // with the neighbours that a packet may have gone to
  return [cut(row, rows), cut(col, cols)];
}

function setUpSpiking(section, run) {
  const data = run.spiking;
  const raster = new Raster(select('.chart[data-chart="raster"]', section), data);
  addSaveButtons(raster.entry, "raster");
  const reading = select(".reading", section), holder = select(".maps", section);
  const used = new Set(risingOf(data.routers));
  const [rows, cols] = cornerOf(used, data);
  const isCut = rows < data.rows || cols < data.cols;
  const where = isCut ? ` (the used corner, ${rows} \u00D7 ${cols} of ${data.rows} \u00D7 ${data.cols})` : "";
  const inside = marks => marks.filter(mark => mark.x <= cols - 0.5 && mark.y <= rows - 0.5);
  const common = { rows, cols, read: words => { reading.textContent = words; } };
  const seconds = data.ticks / data.tick_rate_hz;
  const spikesText = value => `${grouped(value)} spikes, ${withUnit(value / seconds / data.neurons, "Hz")} a neuron`;
  const packetsText = value => `${grouped(value)} packets, ${significant(value / data.ticks)} a tick`;
  const maps = [
    [new GridMap(holder, { ...common, title: `Cores: firing rate${where}`, label: "Firing rate of each core", isLinks: false,
      marks: () => inside(coreMarks(countsOf(data.spikes), data.cols, (row, col) => `core [${row}][${col}]` +
        (used.has(row * data.cols + col) ? "" : ", not used"), spikesText)) }), spikesText],
    [new GridMap(holder, { ...common, title: `Links of the mesh: packets${where}`, label: "Packets of each link of the mesh", isLinks: true,
      marks: () => inside(linkMarks(countsOf(data.packets), data.rows, data.cols, packetsText)) }), packetsText]];
  maps.forEach(([map, text]) => map.refresh(text));
  reading.textContent = kMapHint;
}
