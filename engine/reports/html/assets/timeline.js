// A window's timeline: lanes, the bandwidth in use under them, zoom and pan.
const LANE = 36;
const ROW = 21;
const TAILED = 40;
let printing = false;

class Timeline extends Steered {
  constructor(window, members, marks, parent) {
    super();
    this.window = window;
    this.members = members;
    this.members.sort((a, b) => this.placed(a).start - this.placed(b).start || a - b);
    this.marks = marks;
    this.end = Math.max(window.duration, window.end);
    this.byTable = false;
    this.measure();
    this.near = null;
    this.build(parent);
    this.fitWork();
    new ResizeObserver(() => this.redraw()).observe(this.chart);
  }

  // How many lanes there are, and what share of the bandwidth fills one.
  measure() {
    this.lanes = this.members.reduce((most, at) => Math.max(most, ...tables[at].lanes.map((lane) => lane + 1)), Math.min(this.window.streams, 8));
    this.greatest = Math.max(1e-9, ...this.members.map((at) => Math.max(0, ...tables[at].segments.map(([, , share]) => share))));
  }

  // What is drawn of a table, with its start and its finish.
  placed(number) {
    return tables[number];
  }

  build(parent) {
    const { window } = this;
    const figure = add(parent, "div", { class: "window" });
    const head = add(figure, "header");
    add(head, "h3", {}, window.name);
    add(head, "span", { class: "quiet" }, `${plural(window.tables, "table")}, ${this.said()}`);
    this.buttons(add(head, "div", { class: "buttons" }));
    this.chart = add(figure, "div", { class: "chart", tabindex: 0, role: "group", "aria-label": `Timeline of window ${window.name}: ${plural(this.members.length, "table")}. Arrows pan and go to the next table, plus and minus zoom.` });
    this.overview = this.picture(this.chart, 24, "overview", `Window ${window.name} as a whole`);
    this.axis = this.picture(this.chart, 44, "axis", "Time");
    this.scroller = add(this.chart, "div", { class: "lanes" });
    this.body = this.picture(this.scroller, LANE, "body", `Tables of window ${window.name}`);
    this.use = this.picture(this.chart, this.useHeight() + 6, "use", `Bandwidth in use, target ${rate(window.rate)}`);
    this.listen();
  }

  said() {
    const { window } = this;
    return `done at ${at(window, window.end)} of ${duration(window.usable)} usable; ${plural(window.streams, "stream")}, ${rate(window.rate)}`;
  }

  useHeight() {
    return 70;
  }

  // Until when there is something to see.
  workEnd() {
    return this.window.end;
  }

  picture(parent, height, name, label) {
    return add(parent, "svg:svg", { height, class: name, role: "img", "aria-label": label, preserveAspectRatio: "xMinYMid meet" });
  }

  buttons(parent) {
    button(parent, "Work", () => this.fitWork(), { title: "What is planned" });
    button(parent, "Whole window", () => this.show(0, this.end * 1.01), { title: "Key 0" });
    button(parent, "−", () => this.zoom(1.6), { "aria-label": "Zoom out" });
    button(parent, "+", () => this.zoom(1 / 1.6), { "aria-label": "Zoom in" });
    this.mode = button(parent, "One row a table", () => this.arrange(!this.byTable), { "aria-pressed": "false" });
  }

  arrange(byTable) {
    this.byTable = byTable;
    this.mode.setAttribute("aria-pressed", String(byTable));
    this.scroller.scrollTop = 0;
    this.redraw();
  }

  fitWork() {
    this.show(0, Math.max(this.workEnd() * 1.04, 1e-3));
  }

  // On paper: all of the work in lanes.
  drawForPaper() {
    Object.assign(this, { byTable: false, from: 0, to: Math.max(this.workEnd() * 1.04, 1e-3) });
    this.draw();
  }

  show(from, to) {
    const whole = this.end * 1.01;
    const span = Math.min(Math.max(to - from, this.end / 1e6, 1e-5), Math.max(whole, this.workEnd() * 1.04));
    const left = Math.max(0, Math.min(from, Math.max(0, whole - span)));
    Object.assign(this, { from: left, to: left + span });
    this.redraw();
  }

  zoom(factor, middle = (this.from + this.to) / 2) {
    this.show(middle - (middle - this.from) * factor, middle + (this.to - middle) * factor);
  }

  pan(share) {
    const by = (this.to - this.from) * share;
    this.show(this.from + by, this.to + by);
  }

  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  draw() {
    const width = Math.max(420, this.chart.clientWidth - (this.scroller.offsetWidth - this.scroller.clientWidth));
    const scale = new Scale(this.from, this.to, width);
    this.scale = scale;
    for (const svg of [this.overview, this.axis, this.body, this.use]) {
      svg.replaceChildren();
      svg.setAttribute("viewBox", `0 0 ${width} ${svg.getAttribute("height")}`);
    }
    this.drawOverview(width);
    drawAxis(this.axis, scale, this.window);
    this.drawBody(scale, width);
    drawUse(this.use, scale, this.window, this.useHeight());
    this.drawMarks(scale);
  }

  drawOverview(width) {
    const whole = new Scale(0, this.end * 1.01, width);
    const svg = this.overview;
    add(svg, "svg:rect", { class: "part usable", x: GUTTER, y: 4, width: whole.x(Math.min(this.window.usable, this.end)) - GUTTER, height: 14, rx: 3 });
    drawZones(svg, whole, this.window, 18);
    add(svg, "svg:rect", { class: "part required", x: GUTTER, y: 7, width: Math.max(2, whole.x(this.window.end) - GUTTER), height: 8, rx: 2 });
    add(svg, "svg:text", { x: 0, y: 15, class: "quiet" }, "whole window");
    const left = whole.x(this.from);
    add(svg, "svg:rect", { class: "view", x: left, y: 1, width: Math.max(5, Math.min(width, whole.x(this.to)) - left), height: 20, rx: 3 });
    this.whole = whole;
  }

  height() {
    return this.byTable ? this.members.length * this.rowHeight() + 4 : this.lanes * LANE;
  }

  rowHeight() {
    return ROW;
  }

  geometry(row) {
    return this.byTable
      ? { top: () => row * ROW + 3, height: ROW - 8, alone: true }
      : { top: (lane) => lane * LANE + 3, height: LANE - 11 };
  }

  drawBody(scale, width) {
    const svg = this.body;
    const height = this.height();
    svg.setAttribute("height", height);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const prefix = defineTextures(svg);
    drawGrid(svg, scale, height);
    drawZones(svg, scale, this.window, height);
    for (const mark of this.marks) this.line(svg, scale, mark, height);
    if (!this.byTable) this.drawStreams(svg, width);
    const seen = this.visible(scale);
    this.drawTails(svg, scale, seen);
    for (const [number, row] of seen) this.drawTask(svg, scale, number, row, prefix);
    for (const [number, row] of seen) this.drawName(svg, scale, number, row, width);
    this.drawOver(svg, scale, height);
  }

  drawTails(svg, scale, seen) {
    const few = this.byTable || this.members.length <= TAILED;
    for (const [number, row] of seen) {
      if (few || number === chosen || number === this.near) drawTail(svg, scale, tables[number], this.geometry(row));
    }
  }

  // What lies over all bars: nothing in a plan.
  drawOver() {}

  drawStreams(svg, width) {
    for (let lane = 0; lane < this.lanes; lane += 1) {
      add(svg, "svg:text", { x: 0, y: lane * LANE + LANE / 2 + 2, class: "quiet" }, `stream ${lane + 1}`);
      if (lane) add(svg, "svg:line", { class: "grid", x1: 0, x2: width, y1: lane * LANE, y2: lane * LANE });
    }
  }

  // The tables to be drawn, with their rows: those in sight.
  visible(scale) {
    const rows = this.members.map((number, row) => [number, row]);
    if (this.byTable) {
      if (printing || rows.length < 120) return rows;
      const first = Math.floor(this.scroller.scrollTop / this.rowHeight()) - 10;
      return rows.slice(Math.max(0, first), first + 60);
    }
    return rows.filter(([number]) => this.inSight(tables[number], scale));
  }

  inSight(task, scale) {
    return task.finish >= scale.from && task.start <= scale.to;
  }

  drawTask(svg, scale, number, row, prefix) {
    const task = tables[number];
    const group = drawBar(svg, scale, task, number, this.geometry(row), prefix, this.greatest);
    group.classList.toggle("chosen", number === chosen);
    group.classList.toggle("near", number === this.near);
  }

  drawName(svg, scale, number, row, width) {
    const task = tables[number];
    const geometry = this.geometry(row);
    if (!this.byTable) {
      drawLabel(svg, scale, task, geometry);
      return;
    }
    const right = scale.x(task.finish) + 6;
    const outside = right > width - 140;
    const x = outside ? Math.max(GUTTER + 4, Math.min(width, scale.x(task.start)) - 6) : Math.max(GUTTER + 4, right);
    const text = `${letterOf(task.class)} ${task.name}`;
    add(svg, "svg:text", { class: "label", x, y: row * ROW + 14, "text-anchor": outside && x > 160 ? "end" : "start" }, text.length > 60 ? `${text.slice(0, 59)}…` : text);
    add(svg, "svg:text", { class: "quiet", x: 0, y: row * ROW + 14 }, `stream ${(task.lanes[0] ?? 0) + 1}`);
  }

  line(svg, scale, mark, height) {
    const x = scale.x(mark.at);
    if (mark.rule && x >= GUTTER && x <= scale.width) add(svg, "svg:line", { class: "checkline", x1: x, x2: x, y1: 0, y2: height });
  }

  drawMarks(scale) {
    let last = -Infinity;
    const drawn = [...this.marks].sort((a, b) => (a.rule === null) - (b.rule === null));
    const taken = [];
    for (const mark of drawn) {
      const x = scale.x(mark.at);
      if (x < GUTTER - 1 || x > scale.width || (!mark.rule && taken.some((other) => Math.abs(other - x) < 9))) continue;
      last = x;
      taken.push(x);
      const shape = add(this.axis, "svg:path", { ...this.shapeOf(mark), transform: `translate(${x} 37)` });
      const here = this.marks.filter((other) => Math.abs(scale.x(other.at) - x) < 5);
      tipFor(shape, () => here.map((other) => [`${other.label}${other.rule ? ` – ${other.rule}` : ""}`, ...other.lines].join("\n")).join("\n\n"));
      shape.addEventListener("click", () => byId("checkpoints").scrollIntoView());
    }
  }

  shapeOf(mark) {
    return mark.rule ? { class: "check ruled", d: "M0 -6L6 0L0 6L-6 0Z" } : { class: "check", d: "M0 -4L4 0L0 4L-4 0Z" };
  }

  // Pan and scroll so that a table is in sight.
  reveal(number) {
    const row = this.members.indexOf(number);
    if (row < 0) return;
    const { start, finish } = this.placed(number);
    if (finish < this.from || start > this.to) {
      const half = (this.to - this.from) / 2;
      this.show((start + finish) / 2 - half, (start + finish) / 2 + half);
    }
    if (this.byTable) this.scroller.scrollTop = Math.max(0, row * this.rowHeight() - 200);
    this.redraw();
  }
}
