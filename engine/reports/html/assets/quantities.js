// Quantities in words, as the other artefacts write them, and the letters and colours of classes.
const tables = data.tables;
const classNumber = new Map(data.classes.map(([name], number) => [name, number]));

function kind(name) {
  const number = classNumber.get(name);
  return number === undefined ? "none" : `k${number % 8}`;
}

// The shortest beginning of a class's name that no stronger class has.
const letters = new Map();
for (const [name] of data.classes) {
  const shown = [...name];
  let length = 1;
  while (length < shown.length && [...letters.values()].includes(shown.slice(0, length).join(""))) length += 1;
  letters.set(name, shown.slice(0, length).join(""));
}
const letterOf = (name) => letters.get(name) ?? "?";

function decimal(value, places = 3) {
  const [whole, part] = Math.abs(value).toFixed(places).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const rest = part ? part.replace(/0+$/, "") : "";
  return `${value < 0 ? "−" : ""}${grouped}${rest ? `.${rest}` : ""}`;
}

function duration(value, most = 600) {
  if (value === null || value === undefined) return "–";
  if (value < 0) return `−${duration(-value, most)}`;
  if (value < most) return `${decimal(value, value < 1 ? 6 : 3)} s`;
  const whole = Math.round(value);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return [hours && `${decimal(hours)} h`, minutes && `${minutes} min`, rest && `${rest} s`].filter(Boolean).join(" ");
}

// For a column of a table: the details and the CSV have all digits.
function brief(value) {
  if (value === null || value === undefined) return "–";
  if (value < 0) return `−${brief(-value)}`;
  return value < 120 ? `${value < 0.1 && value ? decimal(value, 3) : value.toFixed(1)} s` : duration(Math.round(value), 120);
}

// The time on the wall, with the clocks as they are at that moment.
function wall(window, offset) {
  if (!window.wall) return "";
  let ahead = 0;
  for (const [from, seconds] of window.wall.zones) if (offset >= from) ahead = seconds;
  const moment = new Date((window.wall.epoch + offset + ahead) * 1000);
  return moment.toISOString().slice(11, 19);
}

function at(window, offset) {
  const time = wall(window, offset);
  return time ? `${duration(offset)} (${time})` : duration(offset);
}

const rate = (value) => `${decimal(value)} MB/s`;
const size = (value) => `${decimal(value)} MB`;
const plural = (count, word) => `${decimal(count)} ${word}${count === 1 ? "" : "s"}`;
