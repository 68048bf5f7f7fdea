// A run's page on paper: all of the timeline, and the tables by what became of them.
const paper = {
  group: place,
  mark: () => "",
  legend: "Took: from its beginning to its end. migration_report.json has everything.",
  columns: [
    ["Finished", (t) => (t.took === null ? "–" : brief(t.actual.finish))], ["Took", (t) => brief(t.took)],
    ["Variance", (t) => signed(variance(t))], ["MB", (t) => decimal(t.mb || t.mb_planned, 1)],
  ],
};

function startPrinting(timelines) {
  let before = null;
  addEventListener("beforeprint", () => {
    before ??= { chosen, timelines: timelines.map(({ from, to, byTable }) => ({ from, to, byTable })) };
    printing = true;
    chosen = null;
    for (const timeline of timelines) timeline.drawForPaper();
    fillPaper();
  });
  addEventListener("afterprint", () => {
    if (!before) return;
    printing = false;
    chosen = before.chosen;
    timelines.forEach((timeline, number) => {
      Object.assign(timeline, before.timelines[number]);
      timeline.draw();
    });
    emptyPaper();
    before = null;
  });
}
