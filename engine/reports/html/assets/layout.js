// Where everything of the dependency graph stands: columns are phases, groups are classes in them.
const COLUMN = 236;
const NODE = { width: 178, height: 24, gap: 7 };
const GROUPED = 60;
const SOME = 12;
const opened = new Set();

const groupKey = (table) => `${table.phase}/${table.class}`;

function related(number) {
  return [reach(number, parentsOf), reach(number, (at) => children[at])];
}

function reach(number, next) {
  const seen = new Set();
  const waiting = [number];
  while (waiting.length) {
    for (const other of next(waiting.pop())) {
      if (other !== number && !seen.has(other)) {
        seen.add(other);
        waiting.push(other);
      }
    }
  }
  return seen;
}

// What a column shows: single tables, and groups that are closed. `of` leads from a table to its item.
function arrangeGraph() {
  const columns = new Map();
  const [up, down] = chosen === null ? [new Set(), new Set()] : related(chosen);
  const small = tables.length <= GROUPED;
  tables.forEach((table, number) => {
    const groups = columns.get(table.phase) ?? columns.set(table.phase, new Map()).get(table.phase);
    (groups.get(table.class) ?? groups.set(table.class, []).get(table.class)).push(number);
  });
  const of = new Map();
  const items = [];
  [...columns.entries()].sort((a, b) => a[0] - b[0]).forEach(([phase, groups], place) => {
    const shown = { lit: 0 };
    const named = [...groups.entries()].sort((a, b) => rank(a[0]) - rank(b[0]));
    for (const [name, members] of named) {
      const key = `${phase}/${name}`;
      const open = small || opened.has(key) || members.length <= 3;
      const single = members.filter((number) => open || number === chosen || wantedHere(number, up, down, shown));
      const rest = members.length - single.length;
      const closed = members.filter((m) => !single.includes(m));
      const lit = closed.filter((m) => up.has(m) || down.has(m)).length;
      if (rest || (opened.has(key) && !small)) items.push({ lit, key, phase, place, name, members: closed, count: members.length, group: true });
      for (const number of single) items.push({ number, phase, place, name });
    }
  });
  for (const item of items) for (const number of item.group ? item.members : [item.number]) of.set(number, item);
  return { items, of, up, down, columns: [...columns.keys()].sort((a, b) => a - b), sizes: columns };
}

function wantedHere(number, up, down, shown) {
  if (!up.has(number) && !down.has(number)) return false;
  shown.lit += 1;
  return shown.lit <= SOME;
}

const rank = (name) => classNumber.get(name) ?? 99;

// In a column tables stand near what they depend on, and otherwise by class and name.
function stack(picture) {
  const byColumn = new Map();
  for (const item of picture.items) (byColumn.get(item.place) ?? byColumn.set(item.place, []).get(item.place)).push(item);
  let tallest = 0;
  for (const [place, column] of [...byColumn.entries()].sort((a, b) => a[0] - b[0])) {
    for (const item of column) item.wish = wish(item, picture);
    column.sort((a, b) => rank(a.name) - rank(b.name) || !a.group - !b.group || a.wish - b.wish);
    column.forEach((item, row) => {
      item.x = 12 + place * COLUMN;
      item.y = 44 + row * (NODE.height + NODE.gap);
    });
    tallest = Math.max(tallest, column.length);
  }
  picture.height = 60 + tallest * (NODE.height + NODE.gap);
  picture.width = 24 + byColumn.size * COLUMN - (COLUMN - NODE.width);
}

function wish(item, picture) {
  if (item.group) return -1;
  const above = parentsOf(item.number).map((p) => picture.of.get(p)).filter((other) => other && other.place < item.place);
  return above.length ? above.reduce((sum, other) => sum + (other.y ?? 0), 0) / above.length : 0;
}

// The arrows between items, each with how many dependencies it stands for.
function arrows(picture) {
  const found = new Map();
  const numbers = new Map(picture.items.map((item, number) => [item, number]));
  tables.forEach((table, child) => {
    const to = picture.of.get(child);
    for (const parent of parentsOf(child)) {
      const from = picture.of.get(parent);
      if (from === to) continue;
      const key = numbers.get(from) * picture.items.length + numbers.get(to);
      const arrow = found.get(key) ?? { from, to, count: 0, lit: false, own: false };
      arrow.count += 1;
      arrow.lit ||= isLit(parent, child, picture);
      arrow.own ||= parent === chosen || child === chosen;
      found.set(key, arrow);
    }
  });
  return [...found.values()];
}

function isLit(parent, child, { up, down }) {
  if (chosen === null) return false;
  return ((up.has(parent) && (up.has(child) || child === chosen)) || (down.has(child) && (down.has(parent) || parent === chosen)));
}
