// Tables that sort by a click on a column's head, filter while the user types, and show a hundred rows at first.

const ROWS_AT_ONCE = 100;

/**
 * Columns: { title, value: (row) => text or number, cell: (row, words) => what to show (default: the value), numeric, wide }.
 ** hasFilter: whether there is a filter field, which searches all values of a row. isNarrow: no wider than its cells.
 */
function table(columns, rows, { caption, hasFilter = rows.length > 20, isNarrow = false, empty = "None." } = {}) {
  if (rows.length === 0) return element("p", { class: "empty" }, empty);
  let words = [];
  let sorted = { column: -1, isDown: false };
  let shown = ROWS_AT_ONCE;
  const body = element("tbody");
  const more = element("button", { type: "button", class: "more", onclick: () => { shown = Infinity; fill(); } });
  const status = element("span", { class: "status", role: "status" });
  const heads = columns.map((column, at) =>
    element("th", { scope: "col", class: column.numeric ? "number" : null },
      element("button", { type: "button", onclick: () => sort(at) }, column.title)));

  function sort(at) {
    // The largest numbers are the most interesting.
    const isFirst = sorted.column !== at;
    sorted = { column: at, isDown: isFirst ? Boolean(columns[at].numeric) : !sorted.isDown };
    heads.forEach((head, index) => {
      if (index === at) head.setAttribute("aria-sort", sorted.isDown ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    fill();
  }

  function compare(left, right) {
    const [a, b] = [columns[sorted.column].value(left), columns[sorted.column].value(right)];
    if (typeof a === "number" && typeof b === "number") return a - b;
    // Missing values come first.
    if (a === null || b === null) return (a !== null) - (b !== null);
    return String(a).localeCompare(String(b), "en", { numeric: true });
  }

  function fill() {
    let fitting = words.length === 0 ? rows : rows.filter((row) => {
      const text = columns.map((column) => column.value(row) ?? "").join("\n").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    if (sorted.column >= 0) {
      fitting = [...fitting].sort(compare);
      if (sorted.isDown) fitting.reverse();
    }
    body.replaceChildren(...fitting.slice(0, shown).map((row) =>
      element("tr", {}, ...columns.map((column) => {
        const value = column.cell ? column.cell(row, words) : column.value(row);
        const content = typeof value === "number" ? count(value) : typeof value === "string" ? marked(value, words) : value;
        return element("td", { class: column.numeric ? "number" : column.wide ? "wide" : null }, content ?? "");
      }))));
    more.hidden = fitting.length <= shown;
    more.textContent = `Show ${count(fitting.length - shown)} more`;
    status.textContent = words.length > 0 ? `${count(fitting.length)} of ${count(rows.length)}` : "";
  }

  const filter = element("input", { type: "search", class: "filter", placeholder: "Filter", "aria-label": "Filter " + (caption ?? "the rows"), spellcheck: "false" });
  filter.addEventListener("input", () => {
    words = filter.value.toLowerCase().split(" ").filter((word) => word !== "");
    shown = ROWS_AT_ONCE;
    fill();
  });
  fill();
  return element("div", { class: isNarrow ? "table narrow" : "table" }, hasFilter ? element("div", { class: "bar" }, filter, status) : null,
    element("div", { class: "across" },
      element("table", {}, caption ? element("caption", {}, caption) : null, element("thead", {}, element("tr", {}, ...heads)), body)), more);
}
