// SPDX-License-Identifier: Apache-2.0
// What both pages share: numbers as people read them, colours of the theme, charts that follow it, downloads.
"use strict";

const pageData = JSON.parse(document.getElementById("page-data").textContent);
const select = (selector, from = document) => from.querySelector(selector);

/** An element with properties and children; texts become text, never markup. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") { element.className = value; }
    else if (name.startsWith("on")) { element.addEventListener(name.slice(2), value); }
    else if (name in element && typeof value !== "string") { element[name] = value; }
    else { element.setAttribute(name, value); }
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

// ---- numbers

const kPrefixes = ["f", "p", "n", "\u00B5", "m", "", "k", "M", "G", "T", "P"];

/** `digits` significant digits, "12,300" style; "-" for what is not a number. */
function significant(value, digits = 3) {
  if (!Number.isFinite(value)) { return "-"; }
  if (value === 0) { return "0"; }
  const places = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  return places >= 0 ? value.toFixed(Math.min(places, 12)) : Math.round(value).toLocaleString("en-US");
}

/** 0.0123 in "s" is "12.3 ms"; a "share" is a percentage; cycles are whole. */
function withUnit(value, unit, digits = 3) {
  if (!Number.isFinite(value)) { return "-"; }
  if (unit === "share") { return `${(100 * value).toFixed(1)} %`; }
  if (unit === "cycles") { return `${Math.round(value).toLocaleString("en-US")} cycles`; }
  if (unit === "mm\u00B2") { return `${significant(value, digits)} ${unit}`; }
  if (unit === "" || value === 0) { return `${significant(value, digits)} ${unit}`.trim(); }
  if (unit.startsWith("1/")) { return `${significant(value, digits)} ${unit.slice(1)}`; }
  const step = Math.floor(Math.log10(Math.abs(value) * (1 + 1e-9)) / 3);
  const at = Math.max(0, Math.min(kPrefixes.length - 1, step + 5));
  return `${significant(value / 1000 ** (at - 5), digits)} ${kPrefixes[at]}${unit}`;
}

/** A number of an axis: round, so trailing zeros say nothing. */
function tickText(value, unit) {
  return withUnit(value, unit, 4).replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "");
}

const grouped = value => Math.round(value).toLocaleString("en-US");

// ---- columns and counts

/** "120*3 0 7" is 120, 120, 120, 0, 7. */
function countsOf(text) {
  return text === "" ? [] : text.split(" ").flatMap(part => {
    const [value, times = "1"] = part.split("*");
    return Array(Number(times)).fill(Number(value));
  });
}

function bytesOf(base64) {
  const text = atob(base64);
  return new DataView(Uint8Array.from(text, character => character.charCodeAt(0)).buffer);
}

/** Places in `of` for every row. */
function placesOf(column, rows) {
  if ("all" in column) { return new Uint32Array(rows); }
  const bytes = bytesOf(column.at);
  const read = { 1: "getUint8", 2: "getUint16", 4: "getUint32" }[column.width];
  return Uint32Array.from({ length: rows }, (_, row) => bytes[read](row * column.width, true));
}
const valuesOf = column => "all" in column ? [column.all] : column.of;

function numbersOf(column, rows) {
  if ("f64" in column) {
    const bytes = bytesOf(column.f64);
    return Float64Array.from({ length: rows }, (_, row) => bytes.getFloat64(row * 8, true));
  }
  const values = valuesOf(column).map(value => value === null ? NaN : value);
  return Float64Array.from(placesOf(column, rows), place => values[place]);
}

// ---- colours and charts

const cssValue = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const kColours = 10;
const colourAt = index => cssValue(`--c${index % kColours}`);
/** Kinds of points stand far apart in colour; parts of a sum may be neighbours. */
const kindColour = kind => colourAt([0, 4, 3, 5, 2, 8, 9, 6, 7, 1][kind % kColours]);
/** Parts of the energy and resources that bind a layer have the same colour on every page. */
const kEnergyParts = ["mac", "vector", "sram", "noc", "dram", "flash", "io", "clock", "leakage", "neuron", "synapse"];
const kResources = ["matrix", "vector", "memory", "activation_link", "model_link", "partial_sum_link", "io",
  "instruction_link", "frame_buffer"];

function paletteOf(known) {
  const names = [...known];
  return name => {
    if (!names.includes(name)) { names.push(name); }
    return colourAt(names.indexOf(name));
  };
}

const charts = [];
const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Settings that every chart has: fonts and colours of the page, no animation that delays an answer. */
function baseOption() {
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, sans-serif", color: cssValue("--front") },
    tooltip: {
      confine: true, transitionDuration: isStill ? 0 : 0.1, backgroundColor: cssValue("--card"), borderColor: cssValue("--rule"),
      textStyle: { color: cssValue("--front"), fontSize: 13 }
    }
  };
}

const axisStyle = () => ({
  axisLine: { lineStyle: { color: cssValue("--dim") } },
  axisTick: { lineStyle: { color: cssValue("--dim") } },
  axisLabel: { color: cssValue("--dim"), hideOverlap: true },
  nameTextStyle: { color: cssValue("--front") },
  splitLine: { lineStyle: { color: cssValue("--rule") } }
});

/** The frame that shows which part of a zoomed axis is seen. */
const zoomStyle = () => ({
  borderColor: cssValue("--rule"), fillerColor: "rgba(125, 140, 160, 0.22)", backgroundColor: "transparent",
  dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
  selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
  handleStyle: { color: cssValue("--back"), borderColor: cssValue("--dim") },
  moveHandleStyle: { color: cssValue("--rule") }, textStyle: { color: cssValue("--dim") },
  brushSelect: false
});

/** A line of a tooltip: name left, value right. */
function tipRow(name, value, colour) {
  return make("div", { class: "tip-row" },
    make("span", {}, colour ? make("i", { class: "swatch", style: `background:${colour}` }) : null, name), make("b", {}, value));
}
const tip = (title, ...rows) => make("div", {}, make("b", {}, title), ...rows);

/**
 * A chart in `element`; `optionOf()` gives its settings and is asked again when the theme changes or the page is printed.
 * `replaces` names parts that are exchanged whole instead of merged.
 */
function makeChart(element, optionOf, { renderer = "canvas", replaces = ["series"] } = {}) {
  const chart = echarts.init(element, null, { renderer, devicePixelRatio: Math.max(2, devicePixelRatio) });
  const entry = {
    chart, element,
    draw() { chart.setOption({ ...baseOption(), ...optionOf() }, { replaceMerge: replaces }); }
  };
  new ResizeObserver(() => { if (!document.documentElement.classList.contains("paper")) { chart.resize(); } }).observe(element);
  charts.push(entry);
  return entry;
}

const redrawAll = () => charts.forEach(entry => entry.draw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);

// On paper: the light colours, and drawings as wide as the column of a page.
const kPaperWidth = 700;
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("paper");
  charts.forEach(entry => {
    entry.chart.resize({ width: Math.min(kPaperWidth, Number(entry.element.dataset.paper || kPaperWidth)) });
    entry.draw();
  });
});
addEventListener("afterprint", () => {
  document.documentElement.classList.remove("paper");
  charts.forEach(entry => { entry.chart.resize({ width: "auto" }); entry.draw(); });
});

// ---- downloads

function download(name, content, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** The chart as a drawing of its own, with the size that it has on the page. */
function svgOf(entry) {
  const drawing = echarts.init(null, null, {
    renderer: "svg", ssr: true, width: entry.chart.getWidth(), height: entry.chart.getHeight() });
  drawing.setOption({ ...entry.chart.getOption(), animation: false, backgroundColor: cssValue("--back") });
  const text = drawing.renderToSVGString();
  drawing.dispose();
  return text;
}

function pngOf(entry) {
  const address = entry.chart.getDataURL({ type: "png", pixelRatio: 3, backgroundColor: cssValue("--back") });
  return Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), character => character.charCodeAt(0));
}

/** Buttons that save a chart for a paper. */
function saveButtons(entry, name) {
  return make("span", { class: "save" },
    make("button", { type: "button", onclick: () => download(`${name}.svg`, svgOf(entry), "image/svg+xml") }, "SVG"),
    make("button", { type: "button", onclick: () => download(`${name}.png`, pngOf(entry), "image/png") }, "PNG"));
}
