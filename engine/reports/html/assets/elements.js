// What every part needs: elements whose text is only ever text, and the data of the page.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

function add(parent, tag, attributes = {}, text = null) {
  const element = tag.startsWith("svg:")
    ? document.createElementNS(SVG, tag.slice(4))
    : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  if (text !== null) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

function button(parent, text, act, attributes = {}) {
  const element = add(parent, "button", { type: "button", ...attributes }, text);
  element.addEventListener("click", act);
  return element;
}

function say(text) {
  byId("said").textContent = text;
}

// A note beside the pointer, or beside what has the focus.
const tip = byId("tip");
function showTip(text, x, y) {
  tip.textContent = text;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - box.width - 8))}px`;
  tip.style.top = `${Math.max(4, y + 18 + box.height > innerHeight ? y - box.height - 10 : y + 18)}px`;
}
function hideTip() {
  tip.hidden = true;
}
function tipFor(element, text) {
  element.addEventListener("pointermove", (event) => showTip(text(), event.clientX, event.clientY));
  element.addEventListener("pointerleave", hideTip);
}
