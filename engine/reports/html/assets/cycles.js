// One shortest cycle: each table waits for the next; the dashed edges would open it.
function drawCycle({ tables: names, of, cycle, edges, open }) {
  const box = add(byId("cycles"), "div", { class: "cycle" });
  add(box, "h3", {}, `A cycle: ${plural(of, "table")} wait${of === 1 ? "s" : ""} for each other`);
  const shown = cycle.slice(0, 12);
  const cut = new Set(open.map(([child, parent]) => `${child}\n${parent}`));
  const width = shown.length * 190 + 40;
  const svg = add(box, "svg:svg", { width, height: 84, viewBox: `0 0 ${width} 84`, role: "img", "aria-label": `Cycle ${cycle.join(" depends on ")}` });
  const head = `head-${(textures += 1)}`;
  const marker = add(add(svg, "svg:defs"), "svg:marker", { id: head, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" });
  add(marker, "svg:path", { d: "M0 0L8 4L0 8Z", class: "head" });
  shown.forEach((name, place) => {
    const x = 10 + place * 190;
    const next = shown[(place + 1) % shown.length];
    const style = cut.has(`${name}\n${next}`) ? "open" : "back";
    const last = place === shown.length - 1;
    const d = last ? `M${x + 70} 40C${x + 70} 90 80 90 80 42` : `M${x + 140} 28H${x + 190}`;
    add(svg, "svg:path", { class: style, d, "marker-end": `url(#${head})` });
    if (style === "open") add(svg, "svg:text", { x: last ? (x + 150) / 2 : x + 165, y: last ? 72 : 20, "text-anchor": "middle" }, "open");
    add(svg, "svg:rect", { x, y: 16, width: 140, height: 24, rx: 5 });
    add(svg, "svg:text", { x: x + 70, y: 32, "text-anchor": "middle" }, name.length > 22 ? `${name.slice(0, 21)}…` : name);
  });
  const told = add(box, "ul");
  for (const [child, parent, origin] of edges) {
    const opens = cut.has(`${child}\n${parent}`) ? ": without this one it is open (a rule with not_after)" : "";
    add(told, "li", {}, `${child} depends on ${parent} (${origin})${opens}`);
  }
  for (const [child, parent] of open) {
    if (!edges.some(([a, b]) => a === child && b === parent)) add(told, "li", {}, `to be opened too: ${child} depends on ${parent}`);
  }
  if (of > 2) add(box, "p", { class: "quiet" }, `In it: ${names.join(", ")}${of > names.length ? ", …" : ""}`);
}
