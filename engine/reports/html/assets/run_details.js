// What is told of a table of a run that is chosen.
function describe(table) {
  button(aside, "×", () => choose(null), { class: "close", "aria-label": "Choose nothing" });
  const head = add(aside, "h2", { tabindex: "-1" });
  if (table.class) letter(head, table.class);
  head.append(table.name);
  const told = add(aside, "p");
  add(told, "span", { class: `state ${table.state.replace(" ", "-")}` }, table.state);
  if (table.class) told.append(` ${table.class}, ${table.required ? "required" : "not required"}, phase ${table.phase}`);
  if (table.notes.length) list("What is to be known", table.notes.map((note) => [note]), "ul");
  if (table.planned) list("Plan and actual", [...times(table), ...amounts(table)]);
  else list("Size", [["MB", size(table.mb_planned)], ["Rows", plural(table.rows_planned, "row")]]);
  if (table.planned) list("Moved", moving(table));
  if (table.verified) list("Compared", comparison(table));
  if (table.differences) list("Differences", table.differences.map((text) => [text]), "ul");
}

function times(table) {
  const window = data.windows[0];
  const { planned, actual } = table;
  const entries = [["Planned", `${at(window, planned.start)} to ${at(window, planned.finish)}: ${duration(table.took_planned)}`]];
  if (!actual) return [...entries, ["Actual", "it never began"]];
  const end = table.took === null ? `${at(window, actual.finish)}, not done` : `${at(window, actual.finish)}: ${duration(table.took)}`;
  entries.push(["Actual", `${at(window, actual.start)} to ${end}`]);
  if (table.took === null) return entries;
  const factor = table.took_planned ? `, ${decimal(table.took / table.took_planned, 2)} times the plan's time` : "";
  const late = lateness(table);
  entries.push(["Variance", `${duration(table.took)} − ${duration(table.took_planned)} = ${duration(variance(table))}${factor}`]);
  entries.push(["End", Math.abs(late) <= 1 ? "on schedule" : `${duration(Math.abs(late))} ${late > 0 ? "later" : "earlier"} than planned`]);
  return entries;
}

function amounts(table) {
  return [["MB", `${size(table.mb)} of ${size(table.mb_planned)} planned`], ["Rows", `${decimal(table.rows)} of ${decimal(table.rows_planned)} planned`]];
}

function moving(table) {
  const entries = [["Chunks", `${decimal(table.chunks)}, of at most ${size(table.chunk_mb)}`]];
  if (table.rate !== null) entries.push(["Speed", `${rate(table.rate)} from opening to the last chunk`]);
  entries.push(["Throttled", table.waits ? `${plural(table.waits, "chunk")} had to wait for the bandwidth` : "no chunk had to wait for the bandwidth"]);
  return entries;
}

function comparison(table) {
  const entries = [["Level", comparing(table)], ["At", at(data.windows[0], table.verified_at)]];
  if (table.source_rows !== undefined) entries.push(["Source", plural(table.source_rows, "row")]);
  if (table.target_rows !== undefined) entries.push(["Target", plural(table.target_rows, "row")]);
  if (table.checksum) entries.push(["Checksum", table.checksum]);
  return entries;
}
