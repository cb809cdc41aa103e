// SPDX-License-Identifier: Apache-2.0
// The grid seen from above: how long each core worked, what each link of each network carried.
"use strict";

const kDirections = [["east", 0, 1], ["west", 0, -1], ["south", 1, 0], ["north", -1, 0]];
/** Links of a direction are drawn beside the line between two routers, so that both directions are seen. */
const kAside = 0.14;

/** Ends and name of a link of the mesh, or of the frame buffer behind them; nothing for links over the edge. */
function linkAt(index, rows, cols) {
  const mesh = rows * cols * 4;
  if (index >= mesh) {
    const row = Math.floor((index - mesh) / 2), isInto = (index - mesh) % 2 === 0;
    const y = row + (isInto ? -kAside : kAside);
    return { from: isInto ? [-1, y] : [0, y], to: isInto ? [0, y] : [-1, y], name: `frame_buffer[${row}].${isInto ? "in" : "out"}` };
  }
  const router = Math.floor(index / 4), [name, down, right] = kDirections[index % 4];
  const row = Math.floor(router / cols), col = router % cols;
  const toRow = row + down, toCol = col + right;
  if (toRow < 0 || toRow >= rows || toCol < 0 || toCol >= cols) { return null; }
  const aside = [kAside * down * -1, kAside * right]; // to the right of the way that it goes
  return { from: [col + aside[0], row + aside[1]], to: [toCol + aside[0], toRow + aside[1]], name: `[${row}][${col}].${name}` };
}

/** The cold and the hot end as one list that the library can mix itself. */
const heatRange = () => [cssValue("--cold"), cssValue("--warm"), cssValue("--heat")];

function mapAxes(rows, cols) {
  const style = axisStyle();
  const every = Math.max(1, Math.ceil(Math.max(rows, cols) / 16));
  const axis = count => ({ type: "value", min: -1, max: count, splitLine: { show: false }, axisLine: { show: false }, axisTick: { show: false },
    axisLabel: { ...style.axisLabel, customValues: Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every) } });
  return { xAxis: { ...axis(cols), position: "top" }, yAxis: { ...axis(rows), inverse: true } };
}

/**
 * One map. `marks()` gives [{x, y, value, name, from?, to?}…]; `unit` names what is counted; `read(text)` gets what the
 * pointer or the keyboard is on.
 */
class GridMap {
  constructor(holder, { rows, cols, title, label, marks, read, isLinks }) {
    Object.assign(this, { rows, cols, marks, read, isLinks, at: -1, list: marks() });
    this.chart = make("div", { class: "chart map", tabindex: "0", role: "application", "aria-label": `${label}; arrow keys read out the counts` });
    this.most = make("span", { class: "most" });
    const figure = make("figure", {}, make("figcaption", {}, title), this.chart,
      make("p", { class: "scale" }, "0", make("span", { class: "ramp" }), this.most));
    holder.append(figure);
    this.fit();
    this.entry = makeChart(this.chart, () => this.option());
    this.entry.chart.on("mouseover", item => this.go(item.value[5]));
    this.chart.addEventListener("keydown", event => this.key(event));
    this.chart.addEventListener("blur", () => { this.at = -1; this.entry.draw(); });
  }

  /** Cores are square. */
  fit() {
    const width = this.chart.clientWidth || 360;
    this.chart.style.height = `${Math.max(120, Math.round((width - 40) * (this.rows + 1) / (this.cols + 1)) + 34)}px`;
    this.chart.dataset.paper = "330";
  }

  refresh(mostText) {
    this.list = this.marks();
    this.most.textContent = mostText(Math.max(0, ...this.list.map(mark => mark.value)));
    this.entry.draw();
  }

  option() {
    const most = Math.max(1e-300, ...this.list.map(mark => mark.value));
    const here = this.list[this.at];
    const { rows, cols, isLinks } = this;
    const renderItem = (params, api) => {
      const style = { fill: api.visual("color"), stroke: api.visual("color") };
      const cell = api.size([1, 1]);
      if (isLinks) {
        const [x1, y1] = api.coord([api.value(0), api.value(1)]), [x2, y2] = api.coord([api.value(2), api.value(3)]);
        return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: style.stroke, lineWidth: Math.max(1, Math.min(4, cell[0] * 0.17)) } };
      }
      const [x, y] = api.coord([api.value(0), api.value(1)]);
      const gap = cell[0] > 8 ? 1 : 0;
      return { type: "rect", shape: { x: x - cell[0] / 2 + gap, y: y - cell[1] / 2 + gap, width: cell[0] - 2 * gap, height: cell[1] - 2 * gap },
        style: { fill: style.fill, stroke: gap ? cssValue("--rule") : "none", lineWidth: 0.6 } };
    };
    const series = [{ id: "marks", type: "custom", progressive: 0, renderItem, encode: { x: 0, y: 1, tooltip: 4 },
      data: this.list.map((mark, i) => isLinks ? [...mark.from, ...mark.to, mark.value, i] : [mark.x, mark.y, 0, 0, mark.value, i]) }];
    series.push({ id: "here", type: "scatter", silent: true, symbol: isLinks ? "circle" : "rect", symbolSize: 14, z: 5,
      itemStyle: { color: "transparent", borderColor: cssValue("--accent"), borderWidth: 2.5 }, data: here ? [[here.x, here.y]] : [] });
    return { ...mapAxes(rows, cols), grid: { left: 30, right: 8, top: 24, bottom: 8 },
      visualMap: { show: false, type: "continuous", seriesIndex: 0, dimension: 4, min: 0, max: most, inRange: { color: heatRange() } },
      tooltip: { ...baseOption().tooltip, formatter: item => tip(this.list[item.value[5]].name, tipRow("", this.list[item.value[5]].text)) },
      series };
  }

  go(i) {
    this.at = i;
    const mark = this.list[i];
    this.entry.chart.setOption({ series: [{ id: "here", data: [[mark.x, mark.y]] }] });
    this.read(`${mark.name}: ${mark.text}`);
  }

  key(event) {
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!arrow || this.list.length === 0) { return; }
    event.preventDefault();
    this.go(this.at < 0 ? 0 : this.neighbour(arrow));
  }

  /** The mark that lies next in the direction of an arrow key. */
  neighbour([dx, dy]) {
    const { x, y } = this.list[this.at];
    let best = this.at, least = Infinity;
    this.list.forEach((mark, i) => {
      const along = (mark.x - x) * dx + (mark.y - y) * dy, aside = Math.abs((mark.x - x) * dy) + Math.abs((mark.y - y) * dx);
      if (along > 0.02 && along + 3 * aside < least) { least = along + 3 * aside; best = i; }
    });
    return best;
  }
}

/** Marks of cores from counts, row by row. */
const coreMarks = (counts, cols, name, text) => counts.map((value, i) =>
  ({ x: i % cols, y: Math.floor(i / cols), value, name: name(Math.floor(i / cols), i % cols), text: text(value) }));

/** Marks of the links that exist. */
const linkMarks = (counts, rows, cols, text) => counts.flatMap((value, index) => {
  const link = linkAt(index, rows, cols);
  return link ? [{ ...link, value, name: `link ${link.name}`, text: text(value),
    x: (link.from[0] + link.to[0]) / 2, y: (link.from[1] + link.to[1]) / 2 }] : [];
});
