// A table as a bar: its share of the bandwidth as height, pauses dotted, work after the load dashed.
// `task` is anything with segments, lanes, start, finish and slack: planned now, actual one day.
let textures = 0;

function defineTextures(svg) {
  const prefix = `texture-${(textures += 1)}-`;
  const inside = add(svg, "svg:defs");
  const shapes = [
    null, "M0 6L6 0", "M1 3h2", "M0 0L6 6M0 6L6 0", "M3 0V6", "M0 3H6", "M0 0L6 6", "M3 1v4M1 3h4",
  ];
  shapes.forEach((d, number) => {
    if (!d) return;
    const pattern = add(inside, "svg:pattern", { id: `${prefix}${number}`, width: 6, height: 6, patternUnits: "userSpaceOnUse" });
    add(pattern, "svg:path", { d, stroke: "var(--texture)", "stroke-width": number === 2 ? 2 : 1.2, fill: "none" });
  });
  return prefix;
}

function textureOf(name) {
  const number = classNumber.get(name);
  return number === undefined ? 3 : number % 8;
}

function runs(task) {
  const found = [];
  task.segments.forEach(([from, to], number) => {
    const last = found[found.length - 1];
    if (last && last.to >= from && last.lane === task.lanes[number]) last.to = to;
    else found.push({ from, to, lane: task.lanes[number] });
  });
  return found;
}

function drawBar(svg, scale, task, number, geometry, prefix, target) {
  const group = add(svg, "svg:g", { class: `task ${kind(task.class)}`, "data-table": number });
  const { top, height } = geometry;
  let last = null;
  for (const run of runs(task)) {
    const y = top(run.lane);
    const [left, right] = [Math.max(GUTTER, scale.x(run.from)), Math.min(scale.width, scale.x(run.to))];
    if (last) drawPause(group, scale, last, run, geometry);
    last = run;
    if (right < GUTTER || left > scale.width) continue;
    const width = Math.max(1.2, right - left);
    add(group, "svg:rect", { class: "hold", x: left, y, width, height, rx: Math.min(3, width / 2) });
    drawShares(group, scale, task, run, y, height, target);
    if (textureOf(task.class) && width > 4) add(group, "svg:rect", { class: "texture", x: left, y, width, height, fill: `url(#${prefix}${textureOf(task.class)})` });
  }
  if (last) drawAfter(group, scale, task, last, geometry);
  return group;
}

// Where a table lets go of its stream, and where it has one again; between them where nothing else is.
function drawPause(group, scale, last, run, { top, height, alone }) {
  const [from, to] = [scale.x(last.to), scale.x(run.from)];
  const y = (lane) => top(lane) + height / 2;
  if (alone) add(group, "svg:line", { class: "pause", x1: Math.max(GUTTER, from), y1: y(last.lane), x2: Math.max(GUTTER, to), y2: y(run.lane) });
  if (!alone && to - from < 10) return;
  // Not on slivers: hundreds of them would be nothing but marks.
  const wide = ({ from: start, to: end }) => scale.x(end) - scale.x(start) > 9;
  for (const [x, lane, way, own] of [[from, last.lane, -1, last], [to, run.lane, 1, run]]) {
    if (x < GUTTER || x > scale.width || !wide(own)) continue;
    const d = `M${x + way} ${y(lane) - height / 2}v${height}M${x + 3.5 * way} ${y(lane) - height / 2}v${height}`;
    add(group, "svg:path", { class: "paused", d });
  }
}

function drawShares(group, scale, task, run, y, height, target) {
  task.segments.forEach(([from, to, share]) => {
    if (!share || from < run.from || to > run.to || to <= from) return;
    const [left, right] = [Math.max(GUTTER, scale.x(from)), Math.min(scale.width, scale.x(to))];
    if (right < GUTTER || left > scale.width) return;
    const tall = Math.max(3, height * Math.min(1, share / target));
    add(group, "svg:rect", { class: "move", x: left, y: y + height - tall, width: Math.max(1, right - left), height: tall, rx: Math.min(3, tall / 2, Math.max(1, right - left) / 2) });
  });
}

function drawAfter(group, scale, task, last, { top, height }) {
  const y = top(last.lane);
  const [from, to] = [scale.x(last.to), scale.x(task.finish)];
  if (to - from > 0.5 && to > GUTTER && from < scale.width) {
    const left = Math.max(GUTTER, from);
    add(group, "svg:rect", { class: "after", x: left, y: y + height / 3, width: Math.min(to, scale.width) - left, height: height / 3 });
  }
}

// How much later it could end with nothing else being late.
function drawTail(svg, scale, task, { top, height }) {
  const lane = task.lanes[task.lanes.length - 1] ?? 0;
  const [from, to] = [Math.max(GUTTER, scale.x(task.finish)), Math.min(scale.width, scale.x(task.finish + task.slack))];
  if (to <= from) return;
  const y = top(lane) + height + 2.5;
  const group = add(svg, "svg:g", { class: kind(task.class) });
  add(group, "svg:line", { class: "tail", x1: from, x2: to, y1: y, y2: y });
  if (scale.x(task.finish + task.slack) <= scale.width) add(group, "svg:line", { class: "tail", x1: to, x2: to, y1: y - 4, y2: y + 2 });
}

// Its name on each stream that it holds, in the longest stretch there.
function drawLabel(svg, scale, task, geometry) {
  const longest = new Map();
  for (const run of runs(task)) {
    const best = longest.get(run.lane);
    if (!best || run.to - run.from > best.to - best.from) longest.set(run.lane, run);
  }
  for (const run of longest.values()) drawNameIn(svg, scale, task, run, geometry);
}

// The name in the bar, cut to what there is room for, with the letter of its class.
function drawNameIn(svg, scale, task, run, { top, height }) {
  const left = Math.max(GUTTER, scale.x(run.from)) + 4;
  const space = Math.min(scale.width, scale.x(run.to)) - left - 2;
  if (space < 9 || left > scale.width) return;
  const text = `${letterOf(task.class)} ${task.name}`;
  const fits = Math.floor(space / 6.3);
  const shown = fits >= text.length ? text : fits < 5 ? letterOf(task.class) : `${text.slice(0, fits - 1)}…`;
  const y = top(run.lane) + height / 2;
  const plate = add(svg, "svg:rect", { class: "plate", x: left - 2, y: y - 8, height: 16, rx: 3 });
  const label = add(svg, "svg:text", { class: "label", x: left, y: y + 4 }, shown);
  plate.setAttribute("width", shown.length < 3 ? 0 : Math.min(space + 4, label.getComputedTextLength() + 4));
}
