// SPDX-License-Identifier: Apache-2.0
// Starts the page of runs: draws the charts of every result, and makes the choice of a layer go everywhere.
"use strict";

const sumOf = lists => lists.reduce((sum, list) => list.length === 0 ? sum : list.map((value, i) => value + (sum[i] || 0)), []);
const cyclesText = (value, cycles) => `${grouped(value)} of ${grouped(cycles)} cycles` +
  (cycles > 0 ? ` (${(100 * value / cycles).toFixed(1)} %)` : "");
const kMapHint = "Point at a core or a link, or go to a map with the Tab key and move with the arrow keys, to read its count.";

/** Maps of the cores and of every network whose links were counted; returns what draws them for a layer. */
function makeMaps(section, data) {
  const { rows, cols, units, networks } = data.maps;
  const holder = select(".maps", section), reading = select(".reading", section), unit = select(".choose-unit", section);
  let layer = -1;
  const cycles = () => layer < 0 ? data.cycles : data.layers[layer].cycles;
  const counts = texts => layer < 0 ? sumOf(texts.map(countsOf)) : countsOf(texts[layer]);
  const text = value => cyclesText(value, cycles());
  const about = () => layer < 0 ? "the whole run" : `${layer + 1}. ${data.layers[layer].name}`;
  const common = { rows, cols, read: words => { reading.textContent = `${about()}: ${words}`; } };
  const maps = [new GridMap(holder, { ...common, title: "Cores: busy cycles", label: "Busy cycles of each core", isLinks: false,
    marks: () => coreMarks(counts(units[unit.value]), cols, (row, col) => `core [${row}][${col}], ${unit.value} unit busy`, text) })];
  for (const [key, texts] of Object.entries(networks)) {
    const name = key.replace("_", "-");
    maps.push(new GridMap(holder, { ...common, title: `Links of the ${name} network: flits, one a cycle`,
      label: `Load of each link of the ${name} network`, isLinks: true, marks: () => linkMarks(counts(texts), rows, cols, text) }));
  }
  const refresh = () => { maps.forEach(map => map.refresh(text)); reading.textContent = `${about()}. ${kMapHint}`; };
  unit.addEventListener("change", refresh);
  return chosen => { layer = chosen; refresh(); };
}

function setUpLayers(section, data) {
  const chartAt = name => select(`.chart[data-chart="${name}"]`, section);
  const timeline = new Timeline(chartAt("timeline"), data), energy = new LayerEnergy(chartAt("layer-energy"), data);
  const rows = [...section.querySelectorAll("tr.layer")];
  const chooser = select(".choose-layer", section);
  const drawMaps = data.maps ? makeMaps(section, data) : () => {};
  let chosen = -1;
  const show = layer => {
    chosen = layer;
    timeline.choose(layer);
    energy.choose(layer);
    rows.forEach(row => row.classList.toggle("chosen", Number(row.dataset.layer) === layer));
    if (chooser) { chooser.value = String(layer); }
    drawMaps(layer);
  };
  const toggle = layer => show(chosen === layer ? -1 : layer);
  const step = by => show(Math.max(0, Math.min(data.layers.length - 1, chosen < 0 ? (by > 0 ? 0 : data.layers.length - 1) : chosen + by)));
  timeline.entry.chart.on("click", item => toggle(item.value[4]));
  energy.entry.chart.on("click", item => toggle(item.dataIndex));
  for (const element of [chartAt("timeline"), chartAt("layer-energy")]) {
    element.addEventListener("keydown", event => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by) { step(by); } else if (event.key === "Escape") { show(-1); } else { return; }
      event.preventDefault();
    });
  }
  rows.forEach(row => row.addEventListener("click", () => toggle(Number(row.dataset.layer))));
  chooser?.addEventListener("change", () => show(Number(chooser.value)));
  addSaveButtons(timeline.entry, "timeline");
  addSaveButtons(energy.entry, "energy_by_layer");
  show(-1);
}

const addSaveButtons = (entry, name) => entry.element.previousElementSibling.append(saveButtons(entry, name));

function setUp(section) {
  const data = pageData[Number(section.dataset.result)];
  if (data.layers.length > 0) { setUpLayers(section, data); }
  if (data.spiking) { setUpSpiking(section, data); }
}

function startOverview() {
  const element = select('.chart[data-chart="inference-energy"]');
  element.style.height = `${76 + 34 * pageData.length}px`;
  const entry = makeChart(element, () => inferenceEnergyOption(pageData), { renderer: "svg" });
  entry.draw();
  addSaveButtons(entry, "energy");
}

startOverview();
document.querySelectorAll("section.result").forEach(setUp);
document.querySelectorAll("thead .sort").forEach(button => button.addEventListener("click", () => sortBy(button)));
document.documentElement.dataset.ready = "true";
