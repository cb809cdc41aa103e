// SPDX-License-Identifier: Apache-2.0
// Tables: sorting the rows that a page has, and showing many rows a page at a time.
"use strict";

const compareValues = (a, b) => typeof a === "number" && typeof b === "number" ?
  (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a - b) :
  String(a).localeCompare(String(b), "en", { numeric: true });

function markOrder(head, falls) {
  for (const other of head.parentElement.children) { other.removeAttribute("aria-sort"); }
  head.setAttribute("aria-sort", falls ? "descending" : "ascending");
}

/** Sorts by value where a cell has one, by text otherwise; a second press turns the order round. */
function sortBy(button) {
  const head = button.closest("th");
  const column = [...head.parentElement.children].indexOf(head);
  const body = head.closest("table").tBodies[0];
  const falls = head.getAttribute("aria-sort") === "ascending";
  const valueOf = row => {
    const cell = row.children[column];
    return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
  };
  body.append(...[...body.rows].sort((a, b) => compareValues(valueOf(a), valueOf(b)) * (falls ? -1 : 1)));
  markOrder(head, falls);
}

/**
 * A table of many rows, of which the page holds `pageSize`. A column is {title, isNumber, value(row), text(row)};
 * `lead(row)` is what stands before the first column, `mark(row)` the class of a row.
 */
class PagedTable {
  constructor(holder, { columns, label, lead = null, mark = () => "", pageSize = 25 }) {
    Object.assign(this, { columns, lead, mark, pageSize, rows: [], first: 0, by: null, falls: false });
    const heads = columns.map(column => make("th", { scope: "col", class: column.isNumber ? "number" : "text" },
      make("button", { type: "button", class: "sort", onclick: event => this.sort(column, event.currentTarget) }, column.title)));
    this.body = make("tbody");
    this.place = make("span", { class: "place", "aria-live": "polite" });
    const step = (title, label, to) => make("button", { type: "button", "aria-label": label, onclick: () => this.turn(to()) }, title);
    this.pager = make("div", { class: "pager" },
      step("\u00AB", "first rows", () => 0), step("\u2039", "rows before", () => this.first - this.pageSize), this.place,
      step("\u203A", "next rows", () => this.first + this.pageSize), step("\u00BB", "last rows", () => this.rows.length - 1));
    holder.replaceChildren(
      make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label },
        make("table", {}, make("thead", {}, make("tr", {}, lead ? make("th", {}, "") : null, ...heads)), this.body)),
      this.pager);
  }

  show(rows) {
    this.rows = [...rows];
    this.order();
    this.turn(0);
  }

  order() {
    if (!this.by) { return; }
    const value = new Map(this.rows.map(row => [row, this.by.value(row)]));
    // what is absent stays at the end either way
    const absent = row => typeof value.get(row) === "number" && Number.isNaN(value.get(row));
    this.rows.sort((a, b) => absent(a) || absent(b) ? absent(a) - absent(b) :
      compareValues(value.get(a), value.get(b)) * (this.falls ? -1 : 1));
  }

  sort(column, button) {
    this.falls = this.by === column && !this.falls;
    this.by = column;
    this.order();
    markOrder(button.closest("th"), this.falls);
    this.turn(0);
  }

  turn(to) {
    const last = Math.max(0, Math.floor((this.rows.length - 1) / this.pageSize)) * this.pageSize;
    this.first = Math.max(0, Math.min(last, Math.floor(to / this.pageSize) * this.pageSize));
    this.draw();
  }

  draw() {
    const shown = this.rows.slice(this.first, this.first + this.pageSize);
    this.body.replaceChildren(...shown.map(row => make("tr", { class: this.mark(row) },
      this.lead ? make("td", {}, this.lead(row)) : null,
      ...this.columns.map(column => make("td", { class: column.isNumber ? "number" : "text" },
        column.text ? column.text(row) : String(column.value(row)))))));
    this.place.textContent = this.rows.length === 0 ? "no rows" :
      `${grouped(this.first + 1)}\u2013${grouped(this.first + shown.length)} of ${grouped(this.rows.length)}`;
    this.pager.classList.toggle("single", this.rows.length <= this.pageSize);
  }
}

/** Comma-separated values as RFC 4180 wants them. */
function csvOf(titles, lines) {
  const field = value => {
    const text = typeof value === "number" ? (Number.isNaN(value) ? "" : String(value)) : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [titles, ...lines].map(line => line.map(field).join(",")).join("\r\n") + "\r\n";
}
