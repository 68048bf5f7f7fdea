// What the plan's page says of each table in a line, and what its tables are filtered by.
function codesOf(table) {
  return table.findings.map((finding) => data.findings[finding][1]);
}

const owned = tables.some((table) => table.owner);
const columns = [
  ["Name", (t) => t.name, nameCell], ["Class", (t) => classNumber.get(t.class) ?? 99, classCell],
  ["Where", (t) => place(t), null], ["Phase", (t) => t.phase, null, true],
  ["Start", (t) => t.start ?? Infinity, (t) => brief(t.start), true],
  ["Finish", (t) => t.finish ?? Infinity, (t) => brief(t.finish), true],
  ["Slack", (t) => t.slack ?? Infinity, (t) => brief(t.slack), true],
  ["MB", (t) => t.mb, (t) => decimal(t.mb), true], ["Rows", (t) => t.rows, (t) => decimal(t.rows), true],
  ["Owner", (t) => t.owner ?? "", null], ["Findings", (t) => t.findings.length, findingCell],
].filter(([name]) => owned || name !== "Owner");
const filters = [
  ["class", data.classes.filter(([name]) => tables.some((t) => t.class === name)).map(([name]) => [name, name]), (t, value) => t.class === value],
  ["window", distinct(tables.map(place)), (t, value) => place(t) === value],
  ["owner", distinct(tables.map((t) => t.owner).filter(Boolean)), (t, value) => t.owner === value],
  ["finding", distinct(tables.flatMap(codesOf)), (t, value) => codesOf(t).includes(value)],
  ["rule", ruleOrder.filter((id) => tables.some((t) => t.rules.includes(id))).map((id) => [id, id]), (t, value) => t.rules.includes(value)],
];
const fields = [
  ["name", (t) => t.name], ["class", (t) => t.class], ["where", place], ["phase", (t) => t.phase], ["start_s", (t) => t.start],
  ["finish_s", (t) => t.finish], ["slack_s", (t) => t.slack], ["size_mb", (t) => t.mb], ["rows", (t) => t.rows], ["owner", (t) => t.owner],
  ["findings", (t) => codesOf(t).join(" ")],
];

function classCell(table, number, cell) {
  letter(cell, table.class);
  cell.append(table.class ?? "none", table.own && table.own !== table.class ? ` (was ${table.own})` : "");
}

function findingCell(table, number, cell) {
  for (const code of new Set(table.findings.map((finding) => data.findings[finding].slice(0, 2).join(" ")))) {
    const [severity, name] = code.split(" ");
    add(cell, "span", { class: `sev ${severity}` }, name);
    cell.append(" ");
  }
}

function startRules() {
  for (const element of document.querySelectorAll("[data-rule]")) element.addEventListener("click", () => showRule(element.dataset.rule));
}

// The tables that a rule selects, and no others.
function showRule(id) {
  for (const field of ["name", "class", "window", "owner", "finding"]) byId(`by-${field}`).value = "";
  byId("by-rule").value = id;
  filter();
  byId("tables").scrollIntoView();
  byId("by-rule").focus({ preventScroll: true });
}
