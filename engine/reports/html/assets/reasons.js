// Why a table is where it is: its rules with what their conditions saw, and who took it along.
const rules = new Map(data.rules.map(([id, ...told]) => [id, told]));
const ruleOrder = [...rules.keys()];

function reasons(table) {
  const inside = list("Why", [], "ul");
  classed(inside, table);
  promoted(inside, table);
  for (const [rule, text] of table.because) {
    const told = text.startsWith(`class ${table.own} (`) || (table.lifts.length && text.startsWith("promoted to "));
    if (!told) add(inside, "li", {}, rule ? `${text} (rule ${rule})` : text);
  }
  selecting(table);
  if (data.conditions_left_out && !table.tried) add(aside, "p", { class: "quiet" }, "The page has no room for the values of all conditions: stowplan why has them.");
}

function classed(inside, table) {
  if (table.own && table.class_rule) add(inside, "li", {}, `class ${table.own}, by rule ${table.class_rule}`);
  else if (table.own) add(inside, "li", {}, `class ${table.own}, by the manifest's own priority`);
}

// From the table down to the one that started its promotion.
function promoted(inside, table) {
  let below = table.name;
  for (const [child, origin] of table.lifts) {
    add(inside, "li", {}, `${child} depends on ${below} (${origin})`);
    below = child;
  }
  if (table.lifts.length) add(inside, "li", {}, `so it is promoted to ${table.class}: ${below} is ${table.class} itself`);
}

// The rules that select it, and those whose condition keeps them from it.
function selecting(table) {
  const tried = triedBy(table, false);
  const ids = ruleOrder.filter((id) => table.rules.includes(id) || tried.has(id));
  if (!ids.length) return;
  const inside = list("Rules", [], "ul");
  for (const id of ids) {
    const [type, says, why] = rules.get(id);
    const state = table.rules.includes(id) ? verdictOf(id, type, table) : "does not select it";
    const item = add(inside, "li");
    add(item, "b", {}, id);
    item.append(` (${type}): ${says}${state ? ` – ${state}` : ""}`);
    if (why) add(item, "div", { class: "quiet" }, why);
    for (const entry of tried.get(id) ?? []) condition(item, entry);
  }
}

function verdictOf(id, type, table) {
  if (type !== "priority") return "";
  return id === table.class_rule ? "decides" : table.class_rule ? `after ${table.class_rule}` : "";
}

function checked(table) {
  const tried = triedBy(table, true);
  if (!tried.size) return;
  const inside = list("Checks", [], "ul");
  for (const [id, entries] of tried) {
    const [, , why] = rules.get(id) ?? ["", "", ""];
    const last = entries[entries.length - 1];
    const item = add(inside, "li");
    add(item, "b", {}, id);
    const { word } = data.conditions[last[0]];
    item.append(word === "where" && last[1] === "false" ? ": not for this table" : last[1] === "true" ? ": holds" : ": is broken");
    if (why) add(item, "div", { class: "quiet" }, why);
    for (const entry of entries) condition(item, entry);
  }
}

// By rule the conditions that were tried on a table.
function triedBy(table, check) {
  const found = new Map();
  for (const entry of table.tried ?? []) {
    const { rule, check: of } = data.conditions[entry[0]];
    if (of === check) (found.get(rule) ?? found.set(rule, []).get(rule)).push(entry);
  }
  return found;
}

// A condition with its value; one of several parts has a line for each, with what it read.
function condition(parent, [number, value, parts]) {
  const { word, text, parts: known } = data.conditions[number];
  const box = add(parent, "div", { class: "tried" });
  if (known.length !== 1) line(box, `${word} ${text}`, value, []);
  parts.forEach(([came, read], place) => {
    const [own, paths] = known[place];
    line(box, known.length === 1 ? `${word} ${own}` : own, came, paths.map((path, at) => reading(path, read[at])), known.length > 1);
  });
}

function line(parent, text, value, read, inner = false) {
  const row = add(parent, "div", { class: inner ? "inner" : null });
  add(row, "code", {}, text);
  row.append(" → ");
  add(row, "b", {}, value);
  if (read.length) add(row, "span", { class: "quiet" }, ` (${read.join(", ")})`);
}

const reading = (path, value) => (value === "absent" ? `${path} is absent` : /^\d+ entries$/.test(value) ? `${path} has ${value}` : `${path} = ${value}`);
