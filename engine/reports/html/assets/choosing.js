// Choosing a table anywhere: it is told beside the page, and the way back is kept.
const aside = byId("details");
let chosen = null;
const choosers = [];
let opener = null;

// Choosing what is chosen already leads to its reasons, for those who have no pointer.
function choose(number, scroll = null) {
  const inside = aside.contains(document.activeElement);
  if (number !== null && number === chosen && !inside) {
    enterDetails();
    return;
  }
  if (!inside) opener = document.activeElement;
  const before = chosen;
  chosen = number;
  aside.replaceChildren();
  aside.scrollTop = 0;
  aside.hidden = number === null;
  if (number !== null) describe(tables[number], number);
  for (const chooser of choosers) chooser(number, scroll);
  if (inside) (number === null ? leaveDetails : enterDetails)(before);
  if (number !== null) say(`${tables[number].name} is chosen: ${place(tables[number])}. Enter again leads to its reasons.`);
}

function enterDetails() {
  aside.querySelector("h2").focus();
}

// Back to where the table was chosen; what was drawn anew since is found by its number.
function leaveDetails(before) {
  const again = opener?.isConnected ? opener : document.querySelector(`[data-number="${before}"]`);
  (again ?? byId("main")).focus();
}

function letter(parent, name) {
  add(parent, "span", { class: `letter ${kind(name)}`, "aria-hidden": "true" }, letterOf(name));
}

function list(title, entries, tag = "dl") {
  add(aside, "h3", {}, title);
  const inside = add(aside, tag);
  for (const [name, text] of entries) {
    if (tag === "dl") add(inside, "dt", {}, name);
    add(inside, tag === "dl" ? "dd" : "li", {}, tag === "dl" ? text : name);
  }
  return inside;
}

function linked(parent, number, text) {
  button(parent, tables[number].name, () => choose(number, "all"), { class: "name" });
  parent.append(` ${text}`);
}
