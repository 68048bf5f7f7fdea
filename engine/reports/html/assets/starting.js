// What starts every page, and belongs to no part of it.
function startTheme() {
  const root = document.documentElement;
  const wished = matchMedia("(prefers-color-scheme: dark)");
  const set = (dark) => {
    root.dataset.theme = dark ? "dark" : "light";
    byId("theme").setAttribute("aria-pressed", String(dark));
    byId("theme").textContent = dark ? "Light" : "Dark";
    byId("theme").setAttribute("aria-label", dark ? "Light colours" : "Dark colours");
  };
  set(wished.matches);
  wished.addEventListener("change", () => set(wished.matches));
  byId("theme").addEventListener("click", () => set(root.dataset.theme !== "dark"));
}

function classLegend(legend) {
  const used = data.classes.filter(([name]) => tables.some((table) => table.class === name));
  for (const [name, placement] of used) {
    const entry = add(legend, "span", { class: kind(name) });
    const svg = add(entry, "svg:svg", { viewBox: "0 0 30 14", "aria-hidden": "true" });
    const prefix = defineTextures(svg);
    add(svg, "svg:rect", { class: "move", width: 30, height: 14, rx: 3 });
    if (textureOf(name)) add(svg, "svg:rect", { width: 30, height: 14, fill: `url(#${prefix}${textureOf(name)})` });
    entry.append(`${letterOf(name)} ${name} (${placement})`);
  }
  const keys = [["reserve", "reserve"], ["rollback", "time to go back"]];
  for (const [name, text] of keys) {
    if (!data.windows.some((window) => zones(window, window.duration).some(([zone]) => zone === name))) continue;
    const entry = add(legend, "span");
    add(entry, "i", { class: `key ${name}` });
    entry.append(text);
  }
}

function startChoosing(timelines) {
  const byName = new Map(tables.map((table, number) => [table.name, number]));
  for (const element of document.querySelectorAll("[data-choose]")) {
    const number = byName.get(element.dataset.choose);
    if (number === undefined) element.disabled = true;
    else element.addEventListener("click", () => choose(number, "all"));
  }
  choosers.push((number) => {
    for (const timeline of timelines) {
      if (number !== null) timeline.reveal(number);
      timeline.redraw();
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen !== null) choose(null);
  });
}
