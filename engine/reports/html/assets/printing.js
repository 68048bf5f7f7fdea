// The plan's page on paper: what is closed stays so, and the tables stand by window.
const WIDEST = 2400;
const moment = (task, value) => (value === undefined ? "–" : wall(data.windows[task.window], value) || brief(value));
const paper = {
  group: place,
  mark: (task) => (task.lifts.length ? " *" : ""),
  legend: "Start and finish in each window; * promoted. migration_plan.csv has all columns of all tables.",
  columns: [
    ["Phase", (t) => t.phase], ["Start", (t) => moment(t, t.start)],
    ["Finish", (t) => moment(t, t.finish)], ["MB", (t) => decimal(t.mb, 1)],
  ],
};

function startPrinting(timelines) {
  let before = null;
  addEventListener("beforeprint", () => {
    before ??= { groups: new Set(opened), chosen, timelines: timelines.map(({ from, to, byTable }) => ({ from, to, byTable })) };
    printing = true;
    chosen = null;
    if (tables.length > GROUPED) opened.clear();
    drawGraph();
    hideWideGraph();
    for (const timeline of timelines) timeline.drawForPaper();
    fillPaper();
  });
  addEventListener("afterprint", () => {
    if (!before) return;
    printing = false;
    chosen = before.chosen;
    for (const key of before.groups) opened.add(key);
    drawGraph();
    timelines.forEach((timeline, number) => {
      Object.assign(timeline, before.timelines[number]);
      timeline.draw();
    });
    emptyPaper();
    before = null;
  });
}

function hideWideGraph() {
  const wide = Number(svgGraph.getAttribute("width")) > WIDEST;
  byId("graph-scroll").classList.toggle("unprinted", wide);
  byId("graph-too-wide").hidden = !wide;
}
