// What starts the plan's page.
function startLegend() {
  const legend = byId("legend");
  classLegend(legend);
  add(legend, "span", { class: "quiet" }, "height: share of the bandwidth · ‖ and dotted: pause · dashed: work after the load · thin line: slack · ◆ checkpoint");
}

function planned(window, number) {
  const members = tables.map((table, at) => at).filter((at) => tables[at].window === number && tables[at].segments);
  return new Timeline(window, members, number === 0 ? data.checkpoints : [], byId("figures"));
}

function start() {
  startTheme();
  startLegend();
  const timelines = [];
  data.windows.forEach((window, number) => {
    const timeline = planned(window, number);
    timelines.push(timeline);
  });
  startTables();
  startRules();
  startFindings();
  startGraph();
  startChoosing(timelines);
  startPrinting(timelines);
}

start();
