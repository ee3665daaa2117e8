// Tables that one can sort by a column, filter by words and save as CSV; for the report and the page alike.
"use strict";
globalThis.sortable = (() => {
  const MANY = 8; // rows from which a filter helps

  /** The number in a cell, with its unit; NaN where it is none. */
  const numberOf = (text) => {
    const found = /^[^\d−-]*([−-]?[\d,]+(?:\.\d+)?)\s*(trn|bn|m|billion|million)?\b/.exec(text.trim());
    if (!found) return NaN;
    const size = { trn: 1e6, bn: 1e3, m: 1, billion: 1e9, million: 1e6 }[found[2]] ?? 1;
    return Number(found[1].replaceAll(",", "").replace("−", "-")) * size;
  };
  const textOf = (cell) => (cell?.firstChild?.nodeType === 3 ? cell.firstChild.data : (cell?.textContent ?? "")).trim();

  const sort = (table, column, down) => {
    const body = table.tBodies[0];
    const numeric = table.tHead.rows[0].cells[column].classList.contains("number");
    const key = (row) => (numeric ? numberOf(textOf(row.cells[column])) : textOf(row.cells[column]).toLowerCase());
    const rows = [...body.rows].map((row) => [key(row), row]);
    rows.sort(([a], [b]) => {
      if (numeric && (Number.isNaN(a) || Number.isNaN(b))) return Number.isNaN(a) - Number.isNaN(b);
      return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
    });
    body.append(...rows.map(([, row]) => row));
  };

  const quoted = (text) => {
    const plain = text.replace(/\s+/g, " ").trim();
    // a spreadsheet must not read a text as a formula
    const safe = /^[=+@\t]|^-(?!\d)/.test(plain) ? `'${plain}` : plain;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };

  /** Offers a text to be saved as a file. */
  const save = (text, name, type = "text/csv") => {
    const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };
  const nameOf = (title) => `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "table"}.csv`;

  const csv = (table, notes) => {
    const line = (cells) => [...cells].map((cell) => quoted(cell.textContent)).join(",");
    return [line(table.tHead.rows[0].cells), ...[...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => line(row.cells)), ...notes.map((note) => quoted(`# ${note}`))].join("\n") + "\n";
  };

  /** Rows of results as CSV. @param {object[]} rows @param {string[]} notes */
  const rowsAsCsv = (rows, notes) => {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row).filter((name) => typeof row[name] !== "object" || row[name] === null)))];
    return [columns.join(","), ...rows.map((row) => columns.map((name) => quoted(row[name] == null ? "" : String(row[name]))).join(",")), ...notes.map((note) => quoted(`# ${note}`))].join("\n") + "\n";
  };

  /** The rows in sight as CSV: what they are made of, with every digit, where that is known. */
  const saved = (table, notes) => {
    const records = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.record);
    return records.length && records.every(Boolean) ? rowsAsCsv(records, notes) : csv(table, notes);
  };

  /** Makes a table in a `.scroll` sortable. @param {Element} place @param {() => string[]} notes the lines under an export */
  const make = (place, notes = () => []) => {
    const table = place.querySelector("table");
    if (!table?.tHead || place.dataset.sortable) return;
    place.dataset.sortable = "true";
    const title = table.caption?.firstElementChild?.textContent ?? "table";
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "sort" });
      button.append(...head.childNodes);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : head.classList.contains("number");
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(table, column, down);
      });
      head.append(button);
    });
    const tools = Object.assign(document.createElement("div"), { className: "table-tools" });
    if (table.tBodies[0].rows.length > MANY) {
      const filter = Object.assign(document.createElement("input"), { type: "search", placeholder: "Filter" });
      filter.setAttribute("aria-label", `Filter the table: ${title}`);
      filter.addEventListener("input", () => {
        const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
        for (const row of table.tBodies[0].rows) {
          const text = row.textContent.toLowerCase();
          row.hidden = !words.every((word) => text.includes(word));
        }
      });
      tools.append(filter);
    }
    const button = Object.assign(document.createElement("button"), { type: "button", className: "export", textContent: "Save as CSV" });
    button.setAttribute("aria-label", `Save as CSV: ${title}`);
    button.addEventListener("click", () => save(saved(table, [title, ...notes()]), nameOf(title)));
    tools.append(button);
    place.before(tools);
  };
  return { make, save, rowsAsCsv, nameOf };
})();
