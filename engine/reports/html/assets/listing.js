// A page's tables: sorted, filtered, copied. `columns`, `filters` and `fields` are the page's own.
const PAGE = 120;
const sorting = { column: null, down: false };
const made = new Map();
let matching = [];
let most = PAGE;

function nameCell(table, number, cell) {
  button(cell, table.name, () => choose(number, "graph"), { class: "name" });
}

function rowOf(number) {
  if (made.has(number)) return made.get(number);
  const table = tables[number];
  const row = add(null, "tr", { "data-table": number });
  columns.forEach(([, value, show, numeric], column) => {
    const cell = add(row, column ? "td" : "th", { class: numeric ? "number" : null, scope: column ? null : "row" });
    if (!show) cell.textContent = value(table);
    else if (show.length > 1) show(table, number, cell);
    else cell.textContent = show(table);
  });
  made.set(number, row);
  return row;
}

function options(id, entries) {
  const select = byId(id);
  for (const [value, text] of [["", "all"], ...entries]) add(select, "option", { value }, text);
  select.parentElement.hidden = !entries.length;
  select.addEventListener("change", filter);
}

function distinct(values) {
  return [...new Set(values)].sort().map((value) => [value, value]);
}

function startTables() {
  const head = add(byId("rows").tHead, "tr");
  columns.forEach(([name, , , numeric], column) => {
    const cell = add(head, "th", { scope: "col", class: numeric ? "number" : null, "aria-sort": "none" });
    button(cell, name, () => sortBy(column));
  });
  for (const [field, entries] of filters) options(`by-${field}`, entries);
  byId("by-name").addEventListener("input", filter);
  byId("more").addEventListener("click", () => {
    most = Infinity;
    fill();
  });
  byId("copy").addEventListener("click", copyRows);
  byId("rows").tBodies[0].addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row?.dataset.table && !event.target.closest("button")) choose(Number(row.dataset.table), "graph");
  });
  choosers.push(markRow);
  filter();
}

function markRow(number, scroll) {
  for (const row of made.values()) row.classList.toggle("chosen", Number(row.dataset.table) === number);
  const row = scroll === "all" && made.get(number);
  if (row && row.isConnected) row.closest(".scroll").scrollTop = row.offsetTop - 120;
}

const lower = tables.map((table) => table.name.toLowerCase());
function filter() {
  const wanted = byId("by-name").value.trim().toLowerCase();
  const set = filters.map(([field, , holds]) => [byId(`by-${field}`).value, holds]).filter(([value]) => value);
  matching = [];
  tables.forEach((table, number) => {
    if (wanted && !lower[number].includes(wanted)) return;
    if (set.every(([value, holds]) => holds(table, value))) matching.push(number);
  });
  most = PAGE;
  order();
  fill();
}

function sortBy(column) {
  sorting.down = sorting.column === column && !sorting.down;
  sorting.column = column;
  [...byId("rows").tHead.rows[0].cells].forEach((cell, at) => {
    cell.setAttribute("aria-sort", at !== column ? "none" : sorting.down ? "descending" : "ascending");
    cell.classList.toggle("sorted", at === column);
  });
  order();
  fill();
}

function order() {
  if (sorting.column === null) return;
  const value = columns[sorting.column][1];
  const sign = sorting.down ? -1 : 1;
  matching.sort((a, b) => {
    const [left, right] = [value(tables[a]), value(tables[b])];
    return left < right ? -sign : left > right ? sign : a - b;
  });
}

function fill() {
  byId("rows").tBodies[0].replaceChildren(...(matching.length ? matching.slice(0, most).map(rowOf) : [noRow()]));
  byId("matches").textContent = `${decimal(matching.length)} of ${plural(tables.length, "table")}`;
  byId("more").hidden = matching.length <= most;
  byId("more").textContent = `Show all ${decimal(matching.length)}`;
  if (chosen !== null) markRow(chosen, null);
}

function noRow() {
  const cell = add(add(null, "tr"), "td", { colspan: columns.length }, "No table matches. ");
  button(cell, "Show all tables", showAll, { class: "link" });
  return cell.parentElement;
}

function showAll() {
  byId("by-name").value = "";
  for (const [field] of filters) byId(`by-${field}`).value = "";
  filter();
  byId("by-name").focus();
}

// A cell that a spreadsheet would reckon begins with an apostrophe; numbers stay numbers.
function csvCell(value) {
  if (value === null || value === undefined || value === Infinity) return "";
  if (typeof value === "number") return String(value);
  const text = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\n\r;']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvText() {
  const lines = matching.map((number) => fields.map(([, value]) => csvCell(value(tables[number]))).join(","));
  return [fields.map(([name]) => name).join(","), ...lines, ""].join("\n");
}

async function copyRows() {
  const text = csvText();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = add(document.body, "textarea", { class: "unseen", "aria-hidden": "true" });
    area.value = text;
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(`${plural(matching.length, "row")} copied`);
  byId("copy").textContent = "Copied";
  setTimeout(() => { byId("copy").textContent = "Copy as CSV"; }, 1500);
}
