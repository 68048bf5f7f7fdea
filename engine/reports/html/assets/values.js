// What a table's number leads to: its parents, its children, where it is.
const children = tables.map(() => []);
tables.forEach((table, number) => {
  for (const parent of parentsOf(number)) children[parent].push(number);
});
const critical = new Set(data.critical);

function parentsOf(number) {
  const found = [];
  for (const [parent, origin] of tables[number].parents) {
    if (origin === null) found.push(...data.hubs[parent].parents);
    else if (typeof parent === "number") found.push(parent);
  }
  return found.filter((parent) => parent !== number);
}

function place(table) {
  if (table.state === "unschedulable") return "cannot be planned";
  if (table.window === null) return "deferred, no window";
  const name = data.windows[table.window].name;
  return table.state === "deferred" ? `deferred, ${name}` : name;
}
