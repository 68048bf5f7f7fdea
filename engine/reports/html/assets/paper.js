// Paper has no scroll bars: many tables stand there in narrow columns. `paper` is the page's own.
const FULL = 60;
const MOST_ON_PAPER = 1000;

function fillPaper() {
  const few = matching.length <= FULL;
  byId("tables").classList.toggle("compact", !few);
  emptyPaper();
  if (few) return;
  const room = byId("paper-tables");
  const printed = matching.slice(0, MOST_ON_PAPER);
  const left = matching.length - printed.length;
  const filtered = matching.length < tables.length ? `, filtered: ${decimal(matching.length)} of ${decimal(tables.length)}` : "";
  add(room, "p", { class: "quiet" }, `${plural(printed.length, "table")}${filtered}${left ? `; ${decimal(left)} more are not printed` : ""}. ${paper.legend}`);
  const columns = add(room, "div", { class: "columns3" });
  for (const [name, members] of byPlace(printed)) paperTable(columns, name, members);
}

function emptyPaper() {
  byId("paper-tables").replaceChildren();
}

function byPlace(numbers) {
  const found = new Map();
  for (const number of numbers) {
    const name = paper.group(tables[number]);
    (found.get(name) ?? found.set(name, []).get(name)).push(number);
  }
  return found;
}

function paperTable(parent, name, members) {
  const table = add(parent, "table", { class: "plain" });
  const head = add(table, "thead");
  add(add(head, "tr"), "th", { colspan: paper.columns.length + 1, scope: "colgroup", class: "group" }, `${name}: ${plural(members.length, "table")}`);
  const titles = add(head, "tr");
  ["Table", ...paper.columns.map(([title]) => title)].forEach((title, column) => add(titles, "th", { scope: "col", class: column ? "number" : null }, title));
  const body = add(table, "tbody");
  for (const number of members) {
    const task = tables[number];
    const row = add(body, "tr");
    add(row, "th", { scope: "row" }, `${letterOf(task.class)} ${task.name}${paper.mark(task)}`);
    for (const [, show] of paper.columns) add(row, "td", { class: "number" }, show(task));
  }
}
