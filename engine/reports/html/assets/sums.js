// The arithmetic of a table, as `stowplan why` gives it: each figure with the rule that gave it.
const figuresOf = (table) => data.figures[table.figures] ?? {};
const byRule = (figure) => (figure ? ` (${figure[1]})` : "");

const BASES = {
  assumed: "the bandwidth alone (assumed)",
  declared: "a rate that a rule states (declared)",
  measured: "a rate from a run (measured)",
};

function arithmetic(table) {
  const entries = table.needs === undefined ? [] : deferral(table);
  if (!table.segments) return entries;
  const window = data.windows[table.window];
  entries.push(...costs(table, window), ...placing(table, window));
  entries.push(["Rests on", BASES[table.basis]]);
  if (table.verify !== "checksum") entries.push(["Compared", `by ${table.verify}${byRule(figuresOf(table).verify)}`.replace("by none", "not at all")]);
  if (table.assumed.length) entries.push(["Assumed", `to cost nothing, since no rule says: ${table.assumed.join(", ")}`]);
  return entries;
}

// What it costs by itself: overhead + size / rate + what comes after the load.
function costs(table, window) {
  const own = Math.min(table.cap ?? Infinity, window.rate);
  const copy = Math.max(0, table.alone - table.overhead - table.post);
  const parts = [["overhead", table.overhead], ["copying", copy], ["afterwards", table.post]].filter(([, value]) => value > 0);
  const sum = parts.length > 1 ? `${parts.map(([word, value]) => `${word} ${duration(value)}`).join(" + ")} = ${duration(table.alone)}` : duration(table.alone);
  const entries = [["Chunks", chunking(table, window)]];
  if (table.overhead) entries.push(["Overhead", overhead(table)]);
  if (table.cap !== null) entries.push(["Own speed", ownSpeed(table)]);
  if (table.mb) entries.push(["Copying", `${size(table.mb)} / ${rate(own)}${own < window.rate ? "" : `, the bandwidth of window ${window.name},`} = ${duration(copy)}`]);
  if (table.post) entries.push(["Afterwards", afterwards(table)]);
  entries.push(["By itself", sum]);
  return entries;
}

function chunking(table, window) {
  const { chunk } = figuresOf(table);
  const { usable, streams, default: usual } = data.memory;
  const stated = chunk ? `${size(chunk[0])}${byRule(chunk)}` : `${size(usual)}, the default`;
  const most = window === data.windows[0] && usable !== null && usable / (streams * 2) < (chunk?.[0] ?? usual);
  const memory = most ? `; memory allows ${size(usable)} / (${plural(streams, "stream")} × 2) = ${size(table.chunk_mb)}` : "";
  return `${plural(table.chunks, "chunk")} of up to ${plural(table.chunk_rows, "row")}: ${stated}${memory}`;
}

function overhead(table) {
  const { overhead: once, per_chunk: each } = figuresOf(table);
  const parts = [];
  if (once) parts.push(`${duration(once[0])}${byRule(once)}`);
  if (each) parts.push(`${plural(table.chunks, "chunk")} × ${duration(each[0])}${byRule(each)}`);
  return parts.length > 1 || each ? `${parts.join(" + ")} = ${duration(table.overhead)}` : parts.join("");
}

// Bytes and rows cost, one after the other.
function ownSpeed(table) {
  const { rate: bytes, rows } = figuresOf(table);
  if (!rows || !table.rows || !table.mb) return `${rate(table.cap)}${byRule(bytes)}`;
  const counted = `${plural(table.rows, "row")} / ${decimal(rows[0])} rows/s${byRule(rows)}`;
  const both = bytes ? `(${size(table.mb)} / ${rate(bytes[0])}${byRule(bytes)} + ${counted})` : `(${counted})`;
  return `${size(table.mb)} / ${both} = ${rate(table.cap)}`;
}

function afterwards(table) {
  const { index_rate: index, verify_rate: rated } = figuresOf(table);
  const verify = table.verify === "none" ? null : rated;
  const parts = [];
  if (index && table.index_mb) parts.push(`indexes ${size(table.index_mb)} / ${rate(index[0])}${byRule(index)}`);
  if (verify && table.mb && table.verify !== "none") parts.push(`verification ${size(table.mb)} / ${rate(verify[0])}${byRule(verify)}`);
  return `${parts.join(" + ")} = ${duration(table.post)}`;
}

function placing(table, window) {
  const took = table.finish - table.start;
  const longer = took - table.alone > 1e-6 ? `, ${duration(took - table.alone)} more than by itself: it shares the bandwidth or waits for a stream` : "";
  return [
    ["In the plan", `${at(window, table.start)} to ${at(window, table.finish)}: ${duration(took)}${longer}`],
    ["Slack", `${duration(window.usable)} usable − ${duration(table.finish)} − ${duration(below(table, window))} below = ${duration(table.slack)}`],
  ];
}

function deferral(table) {
  const main = data.windows[0];
  if (table.code === "excluded") return [];
  const sum = `${duration(data.makespan)} planned + ${duration(table.needs)} needed = ${duration(data.makespan + table.needs)}, usable ${duration(main.usable)}`;
  const verdict = table.fits ? "would fit" : `short by ${duration(table.short)} with its deferred parents`;
  return [["Would it fit?", `${sum}: ${verdict}`]];
}

const below = (table, window) => Math.max(0, window.usable - table.finish - table.slack);
