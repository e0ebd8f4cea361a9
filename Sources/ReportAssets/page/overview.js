// The first view: what the image is, how much it contains, and what changed.

/** Rows of a query as objects with the column names as keys. */
function named({ columns, rows }) {
  return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
}

function figures(items) {
  return element("ul", { class: "figures" }, ...items.map(({ figure, label, href, kind }) =>
    element("li", { class: kind }, element("a", { href }, element("strong", {}, typeof figure === "number" ? count(figure) : figure), element("span", {}, label)))));
}

function facts(images) {
  const rows = images[images.length - 1].facts.map(([name, value], at) => {
    const before = images.length > 1 ? images[0].facts.find((fact) => fact[0] === name)?.[1] ?? "" : null;
    const cells = before === null ? [value] : [before, value];
    return element("tr", { class: before !== null && before !== value ? "differs" : null }, element("th", { scope: "row" }, name), ...cells.map((cell) => element("td", {}, cell)));
  });
  const heads = images.length > 1 ? element("thead", {}, element("tr", {}, element("th"), element("th", {}, "Before"), element("th", {}, "After"))) : null;
  return element("div", { class: "across" }, element("table", { class: "facts" }, heads, element("tbody", {}, ...rows)));
}

/** A domain's domid and name; the digits are padded to a width, so that the names are aligned. */
function domainLabel(domid, names, width = 0) {
  const name = names.get(String(domid));
  return String(domid).padStart(width, "\u2007") + (name ? `  ${name}` : "");
}

function overview(report) {
  const { data, images, image, nodes, domains, names } = report;
  const isComparison = images.length > 1;
  const severe = (severity) => data.findings.filter((finding) => finding[0] === severity && finding[7] !== "gone" && finding[7] !== "unchecked").length;
  const waiting = data.connections.connections.filter((connection) => connection[8] !== null).length;
  const worst = severe("error") > 0 ? "error" : severe("warning") > 0 ? "warning" : null;
  const sections = [];
  if (isComparison) sections.push(element("h2", {}, "What changed"), ...changesOverview(report), element("h2", {}, "The newer image"));
  sections.push(figures([
    { figure: nodes.count - (isComparison ? report.marks[REMOVED] : 0), label: "nodes", href: "#tree" },
    { figure: domains.length, label: domains.some((domain) => domain.state === "absent") ? `domains, ${domains.filter((domain) => domain.state === "absent").length} absent` : "domains", href: "#domains" },
    covers(image, "connections")
      ? { figure: data.connections.connections.length, label: waiting > 0 ? `connections, ${waiting} waiting` : "connections", href: "#connections" }
      : { figure: "?", label: "connections, not covered", href: "#connections" },
    covers(image, "watches") ? { figure: data.connections.watches.length, label: "watches", href: "#connections" }
      : { figure: "?", label: "watches, not covered", href: "#connections" },
    { figure: data.devices.length, label: "devices", href: "#devices" },
    { figure: severe("error") + severe("warning"), label: severe("error") > 0 ? "findings, " + counted(severe("error"), "error") : severe("warning") > 0 ? "warnings, no errors" : "warnings and errors", href: "#findings", kind: worst },
  ]));
  if (image.restore !== null) sections.push(element("p", { class: "restore" }, "On restore: " + image.restore + "."));
  sections.push(...limits(image));
  const width = Math.max(...domains.map((domain) => String(domain.domid).length));
  // Domain 0 owns the backends of all guests and would dwarf them, so its figure is in the title.
  const byDomain = (title, key, text) => {
    const host = domains.find((domain) => domain.domid === 0);
    return bars(title + (host ? ` (domain 0: ${text(host[key])})` : ""), domains.filter((domain) => domain !== host).map((domain) => ({
      label: domainLabel(domain.domid, names, width), value: domain[key], text: text(domain[key]),
    })), text);
  };
  // Without permissions, owners are unknown.
  const owned = covers(image, "permissions")
    ? [byDomain("Bytes accounted to each domain", "bytes", bytes), byDomain("Nodes owned by each domain", "nodes", count)] : [];
  const charts = element("div", { class: "charts" }, ...owned,
    bars("Records by type", image.records.map(([label, value]) => ({ label, value }))));
  const series = image.series.map(([label, time, size, amount, isCurrent]) => ({ label, time, size, amount, isCurrent }));
  if (series.length > 1) {
    charts.append(
      line(`Nodes over the series of ${counted(series.length, "image")}`, series.map((point) => ({ ...point, value: point.amount })), count),
      line("Size of the image over the series", series.map((point) => ({ ...point, value: point.size })), bytes));
  }
  sections.push(charts, element("h2", {}, isComparison ? "The images" : "The image"), facts(images),
    ...images.filter((each) => each.redacted).map((each) => element("p", { class: "note" }, `${isComparison ? each.name + ": " : ""}${each.redacted}.`)));
  return element("section", { class: "page" }, ...sections);
}

function changesOverview({ data, nodes, names, marks, showTree }) {
  const others = (action) => data.changes.filter((change) => change[0] === action).length;
  const groups = new Map();
  for (let i = 0; i < nodes.count; i++) {
    if (nodes.mark(i) === SAME) continue;
    const domid = nodes.domains[i];
    const key = domid >= 0 ? domid : nodes.path(i).split("/").slice(0, 2).join("/") || "/";
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  const width = Math.max(...[...groups.keys()].map((key) => (typeof key === "number" ? String(key).length : 0)));
  const isSame = marks[ADDED] + marks[REMOVED] + marks[CHANGED] + data.changes.length === 0;
  const state = (name) => data.findings.filter((finding) => finding[7] === name).length;
  return [
    isSame ? element("p", { class: "restore" }, data.omissions.length === 0 ? "Both images have the same content." : "Nothing differs in what both images cover.") : figures([
      { figure: "+" + count(marks[ADDED]), label: "nodes added", href: "#tree", kind: "added" },
      { figure: "−" + count(marks[REMOVED]), label: "nodes removed", href: "#tree", kind: "removed" },
      { figure: "~" + count(marks[CHANGED]), label: "nodes changed", href: "#tree", kind: "changed" },
      { figure: `+${others("added")} −${others("removed")} ~${others("changed")}`, label: "other records", href: "#changes" },
      { figure: `+${state("new")} −${state("gone")}`, label: "findings new, gone", href: "#findings" },
    ]),
    isSame ? null : element("div", { class: "charts" }, bars("Changed nodes by domain", [...groups].map(([key, value]) => ({
      label: typeof key === "number" ? domainLabel(key, names, width) : key, value,
      onclick: () => showTree(typeof key === "number" ? `domain:${key}` : key),
    })))),
    ...data.omissions.map((text) => element("p", { class: "note" }, text + ".")),
  ].filter((part) => part !== null);
}
