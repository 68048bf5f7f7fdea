// What a run's page says of each table in a line, and what its tables are filtered by.
const place = (table) => table.state;
const variance = (table) => (table.took === null ? null : table.took - table.took_planned);
const lateness = (table) => (table.took === null ? null : table.actual.finish - table.planned.finish);
const signed = (value) => (value === null ? "–" : `${value > 0 ? "+" : ""}${brief(value)}`);
const last = (value) => value ?? -Infinity;
const PACES = [["later", "ended late"], ["on time", "ended on schedule"], ["none", "not moved"]];

// Up to a second late is on schedule.
function pace(table) {
  const late = lateness(table);
  return late === null ? "none" : late > 1 ? "later" : "on time";
}

const columns = [
  ["Name", (t) => t.name, nameCell], ["State", (t) => t.state, stateCell],
  ["Class", (t) => classNumber.get(t.class) ?? 99, classCell], ["Phase", (t) => t.phase ?? Infinity, (t) => t.phase ?? "–", true],
  ["Finished", (t) => (t.took === null ? Infinity : t.actual.finish), (t) => (t.took === null ? "–" : brief(t.actual.finish)), true],
  ["Late by", (t) => last(lateness(t)), (t) => signed(lateness(t)), true],
  ["Took", (t) => last(t.took), (t) => brief(t.took), true],
  ["Variance", (t) => last(variance(t)), (t) => signed(variance(t)), true],
  ["MB/s", (t) => last(t.rate), (t) => (t.rate === null ? "–" : decimal(t.rate, 2)), true],
  ["MB", (t) => t.mb || t.mb_planned, (t) => amount(t.mb, t.mb_planned, t, 1), true],
  ["Rows", (t) => t.rows, (t) => decimal(t.rows), true],
  ["Compared", (t) => t.verified ?? "", (t) => comparing(t)],
  ["Notes", (t) => t.notes.join("; "), noteCell],
];
const filters = [
  ["state", distinct(tables.map((t) => t.state)), (t, value) => t.state === value],
  ["variance", PACES.filter(([value]) => tables.some((t) => pace(t) === value)), (t, value) => pace(t) === value],
  ["class", data.classes.filter(([name]) => tables.some((t) => t.class === name)).map(([name]) => [name, name]), (t, value) => t.class === value],
  ["verified", distinct(tables.map((t) => t.verified).filter(Boolean)).map(([value]) => [value, comparing({ verified: value })]), (t, value) => t.verified === value],
];
const fields = [
  ["name", (t) => t.name], ["state", (t) => t.state], ["class", (t) => t.class], ["required", (t) => (t.required ? "yes" : "no")],
  ["phase", (t) => t.phase], ["planned_start_s", (t) => t.planned?.start], ["planned_finish_s", (t) => t.planned?.finish],
  ["start_s", (t) => t.actual?.start], ["finish_s", (t) => (t.took === null ? null : t.actual.finish)],
  ["took_s", (t) => t.took], ["variance_s", (t) => (t.took === null ? null : Number(variance(t).toFixed(6)))],
  ["rate_mb_s", (t) => t.rate], ["size_mb", (t) => t.mb], ["planned_mb", (t) => t.mb_planned],
  ["rows", (t) => t.rows], ["planned_rows", (t) => t.rows_planned], ["compared", (t) => t.verified], ["notes", (t) => t.notes.join("; ")],
];

// What is there, and of how much where that is not all.
function amount(there, planned, table, places) {
  return table.state === "moved" || there === planned ? decimal(there, places) : `${decimal(there, places)} of ${decimal(planned, places)}`;
}

function comparing(table) {
  return { simulated: "simulated", none: "no", null: "–" }[table.verified] ?? table.verified;
}

function classCell(table, number, cell) {
  if (!table.class) return;
  letter(cell, table.class);
  cell.append(table.class);
}

function stateCell(table, number, cell) {
  add(cell, "span", { class: `state ${table.state.replace(" ", "-")}` }, table.state);
}

// Two lines of it: the rest stands beside the page.
function noteCell(table, number, cell) {
  add(cell, "div", { class: "clamped", title: table.notes.join("; ") }, table.notes.join("; "));
}
