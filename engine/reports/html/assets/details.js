// What is told of the table that is chosen.
function describe(table, number) {
  button(aside, "×", () => choose(null), { class: "close", "aria-label": "Choose nothing" });
  const head = add(aside, "h2", { tabindex: "-1" });
  letter(head, table.class);
  head.append(table.name);
  const told = add(aside, "p", {}, `${table.class ?? "no class"}${table.placement ? ` (${table.placement})` : ""}, ${place(table)}`);
  if (critical.has(table.name)) told.append(", on the longest chain");
  facts(table);
  reasons(table);
  timing(table, number);
  checked(table);
  found(table);
  relations(table, number);
}

function facts(table) {
  const entries = [["Size", `${size(table.mb)}, ${plural(table.rows, "row")}`], ["Phase", String(table.phase)]];
  if (table.owner) entries.push(["Owner", table.owner]);
  const inside = add(aside, "dl");
  for (const [name, text] of entries) {
    add(inside, "dt", {}, name);
    add(inside, "dd", {}, text);
  }
}

function timing(table, number) {
  const entries = arithmetic(table);
  if (entries.length) list("Arithmetic", entries);
  if (!table.segments) return;
  shares(table, data.windows[table.window]);
  chain("Waits for", waitsFor(number));
  heldUp(table, number);
  chain("The longest chain below it", longestBelow(number));
}

function shares(table, window) {
  const inside = list("Its share of the bandwidth", [], "ul");
  for (const [from, to, share] of table.segments.slice(0, 12)) {
    add(inside, "li", {}, `${at(window, from)} to ${at(window, to)}: ${share ? rate(share) : "overhead"}`);
  }
  if (table.segments.length > 12) add(inside, "li", {}, `and ${table.segments.length - 12} more`);
}

// The parent of the same window that ended last, that one's, and so on.
function waitsFor(number) {
  const found = [];
  for (let here = number; found.length < 50; ) {
    const above = parentsOf(here).filter((p) => tables[p].segments && tables[p].window === tables[here].window);
    if (!above.length) break;
    here = above.reduce((best, p) => (tables[p].finish > tables[best].finish ? p : best));
    found.push([here, `ends at ${duration(tables[here].finish)}`]);
  }
  return found;
}

// Why it does not begin as soon as its parents have finished. What is not on the page is not claimed.
function heldUp(table, number) {
  const ready = readyAt(number);
  if (ready === null || table.start - ready < 1e-6) return;
  const window = data.windows[table.window];
  const ahead = tables.map((_, at) => at).filter((at) => at !== number && tables[at].window === table.window && shareAt(tables[at], ready) !== null);
  const taken = ahead.reduce((sum, at) => sum + shareAt(tables[at], ready), 0);
  const scarce = ahead.length >= window.streams ? "each stream is held" : taken > window.rate * 0.999999 ? "all of the bandwidth is taken" : null;
  if (!scarce) return;
  const inside = list(`Could begin at ${at(window, ready)}, but ${scarce} then`, [], "ul");
  for (const other of ahead.slice(0, 12)) linked(add(inside, "li"), other, `until ${at(window, tables[other].finish)}`);
}

// When the last parent of the same window has finished; null where some are not on this page.
function readyAt(number) {
  const known = tables[number].parents.every(([parent, origin]) => (origin === null ? data.hubs[parent].parents.length === data.hubs[parent].of : typeof parent === "number"));
  if (!known) return null;
  const above = parentsOf(number).map((p) => tables[p]).filter((t) => t.segments && t.window === tables[number].window);
  return Math.max(0, ...above.map((t) => t.finish));
}

function shareAt(table, moment) {
  const segment = (table.segments ?? []).find(([from, to]) => from <= moment && moment < to);
  return segment ? segment[2] : null;
}

function longestBelow(number) {
  const found = [];
  for (let here = number; found.length < 50; ) {
    const table = tables[here];
    const window = data.windows[table.window];
    const left = below(table, window);
    const next = children[here].find((c) => tables[c].segments && tables[c].window === table.window
      && Math.abs(tables[c].alone + below(tables[c], window) - left) < 1e-5);
    if (left < 1e-6 || next === undefined) break;
    found.push([next, duration(tables[next].alone)]);
    here = next;
  }
  return found;
}

function chain(title, entries) {
  if (!entries.length) return;
  const inside = list(title, [], "ol");
  for (const [number, text] of entries) linked(add(inside, "li"), number, text);
}

function relations(table, number) {
  add(aside, "h3", {}, `Depends on ${table.parents.length ? "" : "nothing"}`);
  const inside = add(aside, "ul");
  for (const [parent, origin] of table.parents.slice(0, 30)) {
    const item = add(inside, "li");
    if (origin === null) item.append(`${plural(data.hubs[parent].of, "table")} by rule ${data.hubs[parent].rule}`);
    else if (typeof parent === "number") linked(item, parent, `(${origin})`);
    else item.append(`${parent} (${origin}), not on this page`);
  }
  if (table.parents.length > 30) add(inside, "li", {}, `and ${table.parents.length - 30} more`);
  add(aside, "h3", {}, `${children[number].length ? plural(children[number].length, "table") : "Nothing"} depend${children[number].length === 1 || !children[number].length ? "s" : ""} on it`);
  const after = add(aside, "ul");
  for (const child of children[number].slice(0, 30)) linked(add(after, "li"), child, "");
  if (children[number].length > 30) add(after, "li", {}, `and ${children[number].length - 30} more`);
}

function found(table) {
  if (!table.findings.length) return;
  const inside = list("Findings", [], "ul");
  for (const finding of table.findings.slice(0, 20)) {
    const [severity, code, message] = data.findings[finding];
    const item = add(inside, "li");
    add(item, "span", { class: `sev ${severity}` }, code);
    item.append(` ${message}`);
  }
}
