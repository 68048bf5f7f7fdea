// What starts a run's page.
function startLegend() {
  const legend = byId("legend");
  classLegend(legend);
  for (const [name, text] of [["planned", "planned (above)"], ["actual", "actual (below)"]]) {
    const entry = add(legend, "span", { class: "k0" });
    const svg = add(entry, "svg:svg", { viewBox: "0 0 30 14", "aria-hidden": "true" });
    const group = add(svg, "svg:g", { class: `task ${name}` });
    const [y, height] = name === "planned" ? [4, 6] : [0, 14];
    add(group, "svg:rect", { class: "hold", y, width: 30, height, rx: 2 });
    add(group, "svg:rect", { class: "move", y, width: 30, height, rx: 2 });
    entry.append(text);
  }
  const meant = add(legend, "span");
  add(meant, "i", { class: "key meant" });
  meant.append("bandwidth by plan");
  const ends = data.windows[0].planned_limit === null ? "" : " · dashed red: the end by plan";
  add(legend, "span", { class: "quiet" }, `height: MB/s · dashed: indexes and comparing · × cut off or given up · ◆ checkpoint, green ON TRACK, amber AT RISK, red BEHIND · thick line: the run's end${ends}`);
}

// Every bar has the colour of its table.
function startBars() {
  for (const table of tables) {
    for (const bar of [table.planned, table.actual]) if (bar) Object.assign(bar, { class: table.class, name: table.name });
  }
}

function start() {
  startTheme();
  startBars();
  startLegend();
  const members = tables.map((table, number) => number).filter((number) => tables[number].planned);
  const timelines = [new Pairs(data.windows[0], members, data.checkpoints, byId("figures"))];
  startTables();
  startChoosing(timelines);
  startPrinting(timelines);
}

start();
