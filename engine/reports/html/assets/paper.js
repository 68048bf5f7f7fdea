// Paper has no scroll bars: many tables stand there in narrow columns, and what is closed stays so.
const FULL = 60;
const MOST_ON_PAPER = 1000;
const WIDEST = 2400;

function startPrinting(timelines) {
  let before = null;
  addEventListener("beforeprint", () => {
    before ??= { groups: new Set(opened), chosen, timelines: timelines.map(({ from, to, byTable }) => ({ from, to, byTable })) };
    printing = true;
    chosen = null;
    if (tables.length > GROUPED) opened.clear();
    drawGraph();
    const wide = Number(svgGraph.getAttribute("width")) > WIDEST;
    byId("graph-scroll").classList.toggle("unprinted", wide);
    byId("graph-too-wide").hidden = !wide;
    for (const timeline of timelines) timeline.drawForPaper();
    fillPaper();
  });
  addEventListener("afterprint", () => {
    if (!before) return;
    printing = false;
    chosen = before.chosen;
    for (const key of before.groups) opened.add(key);
    drawGraph();
    timelines.forEach((timeline, number) => {
      Object.assign(timeline, before.timelines[number]);
      timeline.draw();
    });
    emptyPaper();
    before = null;
  });
}

function fillPaper() {
  const few = matching.length <= FULL;
  byId("tables").classList.toggle("compact", !few);
  emptyPaper();
  if (few) return;
  const paper = byId("paper-tables");
  const printed = matching.slice(0, MOST_ON_PAPER);
  const left = matching.length - printed.length;
  const filtered = matching.length < tables.length ? `, filtered: ${decimal(matching.length)} of ${decimal(tables.length)}` : "";
  add(paper, "p", { class: "quiet" }, `${plural(printed.length, "table")}${filtered}${left ? `; ${decimal(left)} more are not printed` : ""}. Start and finish in each window; * promoted. migration_plan.csv has all columns of all tables.`);
  const columns = add(paper, "div", { class: "columns3" });
  for (const [name, members] of byPlace(printed)) paperTable(columns, name, members);
}

function emptyPaper() {
  byId("paper-tables").replaceChildren();
}

function byPlace(numbers) {
  const found = new Map();
  for (const number of numbers) {
    const name = place(tables[number]);
    (found.get(name) ?? found.set(name, []).get(name)).push(number);
  }
  return found;
}

function paperTable(parent, name, members) {
  const table = add(parent, "table", { class: "plain" });
  const head = add(table, "thead");
  add(add(head, "tr"), "th", { colspan: 5, scope: "colgroup", class: "group" }, `${name}: ${plural(members.length, "table")}`);
  const titles = add(head, "tr");
  ["Table", "Phase", "Start", "Finish", "MB"].forEach((title, column) => add(titles, "th", { scope: "col", class: column ? "number" : null }, title));
  const body = add(table, "tbody");
  for (const number of members) {
    const task = tables[number];
    const row = add(body, "tr");
    add(row, "th", { scope: "row" }, `${letterOf(task.class)} ${task.name}${task.lifts.length ? " *" : ""}`);
    for (const text of [task.phase, moment(task, task.start), moment(task, task.finish), decimal(task.mb, 1)]) add(row, "td", { class: "number" }, text);
  }
}

const moment = (task, value) => (value === undefined ? "–" : wall(data.windows[task.window], value) || brief(value));
