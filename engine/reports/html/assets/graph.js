// The dependency graph as a picture, and the cycles.
const MOST_ARROWS = 3000;
const svgGraph = byId("graph-picture");

function drawGraph() {
  const picture = arrangeGraph();
  stack(picture);
  svgGraph.replaceChildren();
  svgGraph.setAttribute("viewBox", `0 0 ${picture.width} ${picture.height}`);
  svgGraph.setAttribute("width", picture.width);
  svgGraph.setAttribute("height", picture.height);
  // A long name is cut for the eye alone: what reads it aloud has all of it.
  const cut = add(add(svgGraph, "svg:defs"), "svg:clipPath", { id: "cut" });
  add(cut, "svg:rect", { x: 8, y: 0, width: NODE.width - 25, height: NODE.height });
  picture.columns.forEach((phase, place) => {
    const count = [...picture.sizes.get(phase).values()].reduce((sum, members) => sum + members.length, 0);
    add(svgGraph, "svg:text", { x: 12 + place * COLUMN, y: 24, class: "quiet" }, `Phase ${phase} · ${plural(count, "table")}`);
  });
  const links = arrows(picture);
  const flooded = links.filter((link) => link.lit).length > FLOOD;
  for (const link of links.slice(0, MOST_ARROWS)) drawArrow(link, flooded);
  for (const item of picture.items) drawNode(item, picture);
  tellGraph(picture, links.length);
}

// Very many arrows at once say nothing: then only the chosen table's own ones stand out.
const FLOOD = 60;

function drawArrow({ from, to, count, lit, own }, flooded) {
  const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = [to.x, to.y + NODE.height / 2];
  const bend = x2 > x1 ? (x2 - x1) / 2 : 60;
  const d = x2 > x1 ? `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` : `M${x1} ${y1}C${x1 + bend} ${y1} ${x1 + bend} ${y2} ${x1} ${y2}`;
  const path = add(svgGraph, "svg:path", { class: `edge ${lit ? (flooded && !own ? "along" : "lit") : chosen === null ? "" : "faint"}`, d, "stroke-width": lit && flooded ? 1 : Math.min(6, 1 + Math.log2(count)) });
  if (count > 1) add(path, "svg:title", {}, plural(count, "dependency").replace("dependencys", "dependencies"));
}

function drawNode(item, picture) {
  const table = item.group ? null : tables[item.number];
  const state = item.group ? "group" : nodeState(item.number, picture);
  const faint = chosen !== null && (item.group ? !item.lit : state === "");
  const name = item.group ? `${opened.has(item.key) ? "▾" : "▸"} ${item.name ?? "no class"} · ${item.members.length || item.count}${item.lit ? `, ${item.lit} lit` : ""}` : table.name;
  const group = add(svgGraph, "svg:g", {
    class: `node ${kind(item.name)} ${state} ${table ? table.state : ""} ${faint ? "faint" : ""}`,
    tabindex: 0, role: "button", transform: `translate(${item.x} ${item.y})`,
    "aria-label": item.group ? `${name} ${item.count === 1 ? "table" : "tables"} of phase ${item.phase}, ${opened.has(item.key) ? "close" : "open"} the group` : `${letterOf(item.name)} ${name}, ${table.class ?? "no class"}, phase ${table.phase}`,
    "data-number": item.group ? null : item.number, "data-key": item.group ? item.key : null,
  });
  add(group, "svg:rect", { width: NODE.width, height: NODE.height, rx: 5 });
  add(group, "svg:rect", { class: "stripe", width: 5, height: NODE.height, rx: 2 });
  const text = item.group ? name : `${letterOf(item.name)} ${name}`;
  const long = text.length > 25;
  add(group, "svg:text", { x: 12, y: 16, "clip-path": long ? "url(#cut)" : null }, text);
  if (long) for (const x of [0, 4, 8]) add(group, "svg:circle", { class: "dot", cx: NODE.width - 13 + x, cy: 15.5, r: 0.9 });
  tipFor(group, () => (table ? `${table.name}\n${table.class ?? "no class"}, ${place(table)}` : `${plural(item.count, "table")} of class ${item.name ?? "none"} in phase ${item.phase}`));
}

function nodeState(number, { up, down }) {
  if (number === chosen) return "chosen";
  return up.has(number) ? "up" : down.has(number) ? "down" : "";
}

function tellGraph({ up, down, items }, count) {
  const groups = items.filter((item) => item.group).length;
  const cut = count > MOST_ARROWS ? `, ${count - MOST_ARROWS} arrows left out` : "";
  byId("graph-told").textContent = chosen === null
    ? `${plural(tables.length, "table")}${groups ? ` in ${plural(groups, "group")} and by themselves` : ""}${cut}`
    : `${tables[chosen].name}: ${plural(up.size, "ancestor")}, ${plural(down.size, "descendant")}`;
}

function act(element) {
  const { number, key } = element.dataset;
  if (number !== undefined) {
    choose(Number(number), "timeline");
    return;
  }
  if (opened.has(key)) opened.delete(key);
  else opened.add(key);
  drawGraph();
  svgGraph.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

// The arrows of the keyboard go to the nearest item in that direction.
function moveFocus(element, key) {
  const here = element.getBoundingClientRect();
  const ways = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const [dx, dy] = ways[key];
  let best = null;
  for (const other of svgGraph.querySelectorAll(".node")) {
    const box = other.getBoundingClientRect();
    const along = (box.x - here.x) * dx + (box.y - here.y) * dy;
    const across = Math.abs((box.x - here.x) * dy) + Math.abs((box.y - here.y) * dx);
    if (along > 1 && (!best || along + across * 3 < best.far)) best = { other, far: along + across * 3 };
  }
  best?.other.focus();
}

function startGraph() {
  const names = byId("names");
  for (const table of tables) add(names, "option", { value: table.name });
  byId("find").addEventListener("change", findTable);
  byId("find").addEventListener("keydown", (event) => event.key === "Enter" && findTable());
  byId("expand").addEventListener("click", () => {
    for (const table of tables) opened.add(groupKey(table));
    drawGraph();
  });
  byId("collapse").addEventListener("click", () => {
    opened.clear();
    drawGraph();
  });
  byId("clear").addEventListener("click", () => choose(null));
  svgGraph.addEventListener("click", (event) => {
    const node = event.target.closest(".node");
    if (node) act(node);
  });
  svgGraph.addEventListener("keydown", (event) => {
    const node = event.target.closest(".node");
    if (!node) return;
    if (event.key === "Enter" || event.key === " ") act(node);
    else if (event.key.startsWith("Arrow")) moveFocus(node, event.key);
    else return;
    event.preventDefault();
  });
  choosers.push((number) => {
    const focused = document.activeElement?.closest?.(".node");
    drawGraph();
    const node = svgGraph.querySelector(`[data-number="${number}"]`);
    if (node) bringIntoView(node);
    if (focused) node?.focus({ preventScroll: true });
  });
  for (const cycle of data.cycles) drawCycle(cycle);
  drawGraph();
}

function bringIntoView(node) {
  const scroll = byId("graph-scroll");
  const [box, frame] = [node.getBoundingClientRect(), scroll.getBoundingClientRect()];
  scroll.scrollLeft += box.x - frame.x - frame.width / 2 + box.width / 2;
  scroll.scrollTop += box.y - frame.y - frame.height / 2;
}

function findTable() {
  const wanted = byId("find").value.trim().toLowerCase();
  if (!wanted) return;
  let number = lower.indexOf(wanted);
  if (number < 0) number = lower.findIndex((name) => name.includes(wanted));
  if (number < 0) byId("graph-told").textContent = "No table of that name is on this page";
  else choose(number, "all");
}
