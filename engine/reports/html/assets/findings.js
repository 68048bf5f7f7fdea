// The findings: by severity, and by a word in them.
function startFindings() {
  const rows = [...document.querySelectorAll("#findings tr[data-kind]")];
  if (!rows.length) return;
  const told = rows.map((row) => row.textContent.toLowerCase());
  const show = () => {
    const [kind, word] = [byId("by-severity").value, byId("by-text").value.trim().toLowerCase()];
    let count = 0;
    rows.forEach((row, number) => {
      row.hidden = (kind && row.dataset.kind !== kind) || !told[number].includes(word);
      count += row.hidden ? 0 : 1;
    });
    byId("findings-told").textContent = `${decimal(count)} of ${plural(rows.length, "finding")}`;
  };
  byId("by-severity").addEventListener("change", show);
  for (const total of document.querySelectorAll("[data-severity]")) {
    total.addEventListener("click", () => {
      byId("by-severity").value = total.dataset.severity;
      show();
    });
  }
  byId("by-text").addEventListener("input", show);
  show();
}
