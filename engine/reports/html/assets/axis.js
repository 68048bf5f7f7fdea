// The time axis: from seconds to pixels, round steps, and what is drawn behind every lane.
const GUTTER = 96;

class Scale {
  constructor(from, to, width) {
    Object.assign(this, { from, to, width });
  }
  x(seconds) {
    return GUTTER + ((seconds - this.from) / (this.to - this.from)) * (this.width - GUTTER);
  }
  seconds(x) {
    return this.from + ((x - GUTTER) / (this.width - GUTTER)) * (this.to - this.from);
  }
}

function roundStep(span, most) {
  const steps = [1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  for (const step of steps) if (span / step <= most) return step;
  return Math.ceil(span / most / 86400) * 86400;
}

function ticks(scale) {
  const step = roundStep(scale.to - scale.from, Math.max(2, (scale.width - GUTTER) / 120));
  const found = [];
  for (let n = Math.ceil(scale.from / step); n * step <= scale.to && found.length < 60; n += 1) found.push(n * step);
  return found;
}

function drawAxis(svg, scale, window) {
  for (const moment of ticks(scale)) {
    const x = scale.x(moment);
    add(svg, "svg:line", { class: "rule", x1: x, x2: x, y1: 30, y2: 36 });
    const time = wall(window, moment);
    const anchor = x > scale.width - 30 ? "end" : "middle";
    const place = anchor === "end" ? scale.width : x;
    add(svg, "svg:text", { x: place, y: time ? 13 : 25, "text-anchor": anchor }, moment ? duration(moment, 120) : "0");
    if (time) add(svg, "svg:text", { x: place, y: 26, "text-anchor": anchor, class: "quiet" }, time);
  }
}

function drawGrid(svg, scale, height) {
  for (const moment of ticks(scale)) {
    add(svg, "svg:line", { class: "grid", x1: scale.x(moment), x2: scale.x(moment), y1: 0, y2: height });
  }
}

function zones(window, end) {
  return [
    ["reserve", window.usable, window.limit, "reserve"],
    ["rollback", window.limit, window.duration, "time to go back"],
    ["beyond", window.duration, end, "past the window"],
  ].filter(([, from, to]) => to > from);
}

function drawZones(svg, scale, window, height) {
  for (const [name, from, to, label] of zones(window, Math.max(scale.to, window.duration))) {
    const left = Math.max(GUTTER, scale.x(from));
    const right = Math.min(scale.width, scale.x(to));
    if (right <= left) continue;
    const zone = add(svg, "svg:rect", { class: `zone ${name}`, x: left, y: 0, width: right - left, height });
    add(zone, "svg:title", {}, `${label}: ${at(window, from)} to ${at(window, to)}`);
  }
  for (const moment of new Set([window.usable, window.limit, window.duration])) {
    const x = scale.x(moment);
    if (x >= GUTTER && x <= scale.width) add(svg, "svg:line", { class: "deadline", x1: x, x2: x, y1: 0, y2: height });
  }
}

function drawUse(svg, scale, window, height) {
  const series = window.moved ? [["meant", window.bandwidth], ["used on-plan", window.moved]] : [["used", window.bandwidth]];
  const lines = window.targets?.map(([, value]) => value) ?? [window.rate, data.limit ?? 0];
  const most = Math.max(...lines, ...series.flatMap(([, steps]) => steps.map(([, value]) => value)), 1e-9) * 1.12;
  const y = (value) => height - (value / most) * (height - 4);
  drawZones(svg, scale, window, height);
  for (const [name, steps] of series) if (steps.length) add(svg, "svg:path", { class: name, d: `M${GUTTER} ${height}${stairs(steps, scale, y)}L${scale.width} ${height}Z` });
  if (window.targets) {
    drawTargets(svg, scale, window.targets, y);
    return;
  }
  const levels = [["target", window.rate]];
  if (data.limit && data.limit > window.rate) levels.push(["limit", data.limit]);
  for (const [name, value] of levels) {
    add(svg, "svg:line", { class: name, x1: GUTTER, x2: scale.width, y1: y(value), y2: y(value) });
    add(svg, "svg:text", { x: GUTTER - 6, y: y(value) + 4, "text-anchor": "end", class: "quiet" }, `${name} ${decimal(value, 1)}`);
  }
  add(svg, "svg:text", { x: 0, y: height - 4, class: "quiet" }, "MB/s in use");
}

// Each value holds until the next one.
function stairs(steps, scale, y) {
  let before = 0;
  return steps.map(([moment, value]) => {
    const x = Math.max(GUTTER, Math.min(scale.width, scale.x(moment)));
    const part = `L${x} ${y(before)}L${x} ${y(value)}`;
    before = value;
    return part;
  }).join("");
}

// The bandwidth that was to be used: a decision may have raised it.
function drawTargets(svg, scale, targets, y) {
  const inside = (moment) => Math.max(GUTTER, Math.min(scale.width, scale.x(moment)));
  targets.forEach(([moment, value], number) => {
    const [left, right] = [inside(moment), number + 1 < targets.length ? inside(targets[number + 1][0]) : scale.width];
    add(svg, "svg:line", { class: "target", x1: left, x2: right, y1: y(value), y2: y(value) });
    add(svg, "svg:text", { x: GUTTER - 6, y: y(value) + 4, "text-anchor": "end", class: "quiet" }, `${number ? "raised" : "target"} ${decimal(value, 2)}`);
  });
  add(svg, "svg:text", { x: 0, y: y(0) - 4, class: "quiet" }, "MB/s moved");
}
