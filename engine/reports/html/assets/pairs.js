// A timeline of pairs: what was planned of a table above what came of it.
const PAIR = 34;
const STRIP = 24;
const APART = 12;
const MOST_LANES = 16;
const ROWS_ON_PAPER = 16;

class Pairs extends Timeline {
  constructor(window, members, marks, parent) {
    super(window, members, marks, parent);
    this.arrange(members.length <= TAILED);
  }

  measure() {
    this.above = this.lanesOf("planned");
    this.crowded = this.lanesOf("actual") > MOST_LANES;
    this.lanes = this.above + Math.min(MOST_LANES, this.lanesOf("actual"));
    const bars = this.members.flatMap((at) => [tables[at].planned, tables[at].actual]).filter(Boolean);
    this.greatest = bars.reduce((most, bar) => Math.max(most, ...bar.segments.map(([, , share]) => share)), 1e-9);
  }

  lanesOf(kind) {
    return this.members.reduce((most, at) => Math.max(most, ...(tables[at][kind]?.lanes ?? []).map((lane) => lane + 1)), 1);
  }

  placed(number) {
    const { planned, actual } = tables[number];
    return { start: Math.min(planned.start, actual?.start ?? Infinity), finish: Math.max(planned.finish, actual?.finish ?? 0) };
  }

  rowHeight() {
    return PAIR;
  }

  // A pair says by itself how late it was.
  drawTails() {}

  // On paper all of it; rows where they fit on a page.
  drawForPaper() {
    Object.assign(this, { byTable: this.members.length <= ROWS_ON_PAPER, from: 0, to: Math.max(this.workEnd() * 1.04, 1e-3) });
    this.draw();
  }

  said() {
    const { window } = this;
    return `planned to end at ${at(window, window.planned_end)}, ended at ${at(window, window.end)}; ${plural(window.streams, "stream")}, ${rate(window.rate)}`;
  }

  workEnd() {
    return Math.max(this.window.end, this.window.planned_end);
  }

  useHeight() {
    return 104;
  }

  height() {
    return this.byTable ? this.members.length * PAIR + 6 : this.lanes * STRIP + APART;
  }

  geometry(row, kind) {
    if (this.byTable) {
      const top = row * PAIR + (kind === "planned" ? 4 : 12);
      return { top: () => top, height: kind === "planned" ? 6 : 16, alone: true };
    }
    const [first, most] = kind === "planned" ? [0, this.above] : [this.above * STRIP + APART, MOST_LANES];
    return { top: (lane) => first + Math.min(lane, most - 1) * STRIP + 3, height: STRIP - 6 };
  }

  drawStreams(svg, width) {
    for (let lane = 0; lane < this.lanes; lane += 1) {
      const below = lane >= this.above;
      const y = lane * STRIP + (below ? APART : 0);
      const number = below ? lane - this.above + 1 : lane + 1;
      const more = this.crowded && lane === this.lanes - 1;
      const text = more ? `${number} and more` : `${below ? "actual" : "planned"} ${number}`;
      add(svg, "svg:text", { x: 0, y: y + STRIP / 2 + 3, class: "quiet" }, text);
      if (lane) add(svg, "svg:line", { class: lane === this.above ? "rule" : "grid", x1: 0, x2: width, y1: lane === this.above ? y - APART / 2 : y, y2: lane === this.above ? y - APART / 2 : y });
    }
  }

  inSight({ planned, actual }, scale) {
    return [planned, actual].some((bar) => bar && bar.finish >= scale.from && bar.start <= scale.to);
  }

  drawTask(svg, scale, number, row, prefix) {
    for (const kind of ["planned", "actual"]) {
      const bar = tables[number][kind];
      if (!bar) continue;
      const group = drawBar(svg, scale, bar, number, this.geometry(row, kind), prefix, this.greatest);
      group.classList.add(kind);
      group.classList.toggle("chosen", number === chosen);
      group.classList.toggle("near", number === this.near);
      if (kind === "actual" && this.isCut(tables[number])) this.drawCut(group, scale, bar, this.geometry(row, kind));
    }
  }

  // Among lanes only what had moved something: the others would be nothing but marks.
  isCut(table) {
    return table.state !== "moved" && (this.byTable || table.rows > 0 || table.state === "failed");
  }

  // Where a table was cut off or given up.
  drawCut(group, scale, bar, { top, height }) {
    const x = scale.x(bar.finish);
    if (x < GUTTER || x > scale.width) return;
    const y = top(bar.lanes[bar.lanes.length - 1] ?? 0) + height / 2;
    add(group, "svg:path", { class: "cut", d: `M${x - 4} ${y - 5}l8 10m-8 0l8 -10` });
  }

  drawName(svg, scale, number, row, width) {
    const { planned, actual } = tables[number];
    if (!this.byTable) {
      for (const [kind, bar] of [["planned", planned], ["actual", actual]]) if (bar && !this.overlaps(kind, bar)) drawLabel(svg, scale, bar, this.geometry(row, kind));
      return;
    }
    const { start, finish } = this.placed(number);
    const text = this.named(tables[number]);
    const right = scale.x(finish) + 8;
    const outside = right + text.length * 6.2 > width;
    const before = Math.min(width, scale.x(start)) - 8;
    const ends = outside && before - GUTTER > text.length * 6.6;
    const x = ends ? before : Math.max(GUTTER + 4, outside ? 0 : right);
    add(svg, "svg:text", { class: "label", x, y: row * PAIR + 22, "text-anchor": ends ? "end" : "start" }, text);
  }

  // Bars that share the last lane have no room for names.
  overlaps(kind, bar) {
    return kind === "actual" && this.crowded && bar.lanes.some((lane) => lane >= MOST_LANES - 1);
  }

  named(table) {
    const name = table.name.length > 48 ? `${table.name.slice(0, 47)}…` : table.name;
    const by = lateness(table);
    const told = by === null ? table.state : Math.abs(by) <= 1 ? "on time" : `${brief(Math.abs(by))} ${by > 0 ? "late" : "early"}`;
    return `${letterOf(table.class)} ${name} · ${told}`;
  }

  // The end of the run, and the one that was planned where a decision has moved it.
  drawOver(svg, scale, height) {
    const moments = [["ended", this.window.end], ["moved-end", this.window.planned_limit]];
    for (const [name, moment] of moments) {
      const x = scale.x(moment ?? -1);
      if (moment !== null && x >= GUTTER && x <= scale.width) add(svg, "svg:line", { class: name, x1: x, x2: x, y1: 0, y2: height });
    }
  }

  shapeOf(mark) {
    return { class: `check ${mark.pace}${mark.decided ? " decided" : ""}`, d: mark.rule || mark.decided ? "M0 -7L7 0L0 7L-7 0Z" : "M0 -4L4 0L0 4L-4 0Z" };
  }
}

function told(table, window) {
  const { planned, actual } = table;
  const lines = [table.name, `${table.class}, ${table.required ? "required" : "not required"}, ${table.state}`,
    `planned ${at(window, planned.start)} to ${at(window, planned.finish)}`];
  if (actual) lines.push(`actual ${at(window, actual.start)} to ${at(window, actual.finish)}`);
  if (table.took !== null) lines.push(`took ${duration(table.took)} instead of ${duration(table.took_planned)}`);
  if (table.rate !== null) lines.push(`at ${rate(table.rate)}`);
  return [...lines, ...table.notes.slice(0, 2)].join("\n");
}
