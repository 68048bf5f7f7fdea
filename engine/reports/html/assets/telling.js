// A table in a few lines, beside the pointer.
function told(table, window) {
  const lines = [table.name, `${table.class}, ${table.placement}, phase ${table.phase}`,
    `${at(window, table.start)} to ${at(window, table.finish)}`,
    `${size(table.mb)}, ${plural(table.rows, "row")}, slack ${duration(table.slack)}`];
  const rates = [...new Set(table.segments.map(([, , share]) => share).filter(Boolean))];
  if (rates.length) lines.push(rates.length > 3 ? `at ${rates.length} rates up to ${rate(Math.max(...rates))}` : `at ${rates.map(rate).join(", ")}`);
  return lines.join("\n");
}
