// The lists: findings, changes, domains, devices, connections; and the details of one node.

function nodeLink(report, path, text = path) {
  const i = report.nodes.find(path);
  return i < 0 ? text : element("button", { type: "button", class: "link path", onclick: () => report.showNode(i) }, text);
}

/** The findings of one rule. If every message begins with the rule's title, the title is shown once above the rows. */
function ruleFindings(report, rows) {
  const title = rows[0][2].split(": ", 1)[0];
  const isShared = rows[0][2].length > title.length && rows.every((row) => row[2].startsWith(title + ": ") || row[2].startsWith("and "));
  const text = (row) => (isShared && row[2].startsWith(title + ": ") ? row[2].slice(title.length + 2) : row[2]) + (row[3] ? "; expected: " + row[3] : "");
  const columns = [{ title: "What", value: text, wide: true }];
  if (report.images.length > 1) columns.unshift({ title: "State", value: (row) => row[7], cell: (row) => element("span", { class: "badge " + row[7] }, row[7]) });
  if (rows.some((row) => row[4])) columns.push({ title: "Node", value: (row) => row[4], cell: (row) => (row[4] ? nodeLink(report, row[4]) : null), wide: true });
  if (rows.some((row) => row[5] !== null)) columns.push({ title: "Record", value: (row) => row[5], numeric: true });
  if (rows.some((row) => row[6] !== null)) columns.push({ title: "Offset", value: (row) => row[6], numeric: true });
  return [element("h3", {}, element("code", {}, rows[0][1]), isShared ? " " + title : null, element("span", { class: "status" }, count(rows.length))),
    table(columns, rows, { caption: rows[0][1] })];
}

function findingsView(report) {
  const { data, image } = report;
  const nouns = { error: ["error"], warning: ["warning"], info: ["remark"] };
  const sections = Object.keys(nouns).flatMap((severity) => {
    const rows = data.findings.filter((finding) => finding[0] === severity);
    const rules = [...new Set(rows.map((row) => row[1]))];
    return rows.length === 0 ? [] : [
      element("h2", { class: severity }, counted(rows.length, ...nouns[severity])),
      ...rules.flatMap((rule) => ruleFindings(report, rows.filter((row) => row[1] === rule))),
    ];
  });
  if (sections.length === 0) sections.push(element("p", { class: "empty" }, "Nothing found."));
  const skipped = image.skipped.length > 0 ? element("p", { class: "note" }, "Not checked: " + image.skipped.map(([name, reason]) => `${name} (${reason})`).join("; ")) : null;
  const restore = image.restore === null ? null : element("p", { class: "restore" }, "On restore: " + image.restore + ".");
  return element("section", { class: "page" }, restore, ...limits(image), ...sections, skipped);
}

/** Notes about what an image does not say: nothing for an image that says all. */
function limits(image) {
  return [image.limitation, image.root].filter((text) => text !== null).map((text) => element("p", { class: "note" }, text + "."));
}

/** Whether an image says something about a kind of things. */
function covers(image, kind) {
  return !image.uncovered.includes(kind);
}

function changesView(report) {
  const signs = { added: "+", removed: "−", changed: "~" };
  const headings = [...new Set(report.data.changes.map((change) => change[1]))];
  const sections = headings.flatMap((heading) => [
    element("h2", {}, heading),
    table([
      { title: "", value: (row) => row[0], cell: (row) => element("span", { class: "sign " + row[0], title: row[0] }, signs[row[0]]) },
      { title: "What", value: (row) => row[3], wide: true },
      { title: "Details", value: (row) => row[4].replace(/^, /, ""), wide: true },
      { title: "Domain", value: (row) => row[2], cell: (row) => (row[2] === null ? null : domainLabel(row[2], report.names)) },
    ], report.data.changes.filter((change) => change[1] === heading), { caption: heading }),
  ]);
  return element("section", { class: "page" }, element("p", { class: "note" }, "Changed nodes are in the ", element("a", { href: "#tree" }, "tree"), "; this page shows all other changes."),
    ...(sections.length > 0 ? sections : [element("p", { class: "empty" }, "No other record changed.")]));
}

function domainsView(report) {
  const column = (title, key, more = {}) => ({ title, value: (row) => row[key], ...more });
  const note = covers(report.image, "connections") ? null
    : element("p", { class: "note" }, "The domains are those that the tree names: the image does not cover connections.");
  return element("section", { class: "page" }, note, table([
    { title: "Domain", value: (row) => row.domid, numeric: true, cell: (row) => nodeLink(report, `/local/domain/${row.domid}`, String(row.domid)) },
    column("State", "state", { cell: (row) => element("span", { class: "badge " + row.state }, row.state) }),
    column("Name", "name"), column("Target", "target", { numeric: true }), column("Nodes", "nodes", { numeric: true }),
    column("Bytes", "bytes", { numeric: true }), column("Watches", "watches", { numeric: true }), column("Transactions", "transactions", { numeric: true }),
    column("Pending bytes", "pending_bytes", { numeric: true }),
    { title: "Most used quota", value: (row) => row.used_percent, numeric: true, cell: (row) => (row.used_percent === null ? null : `${row.quota} ${row.used_percent} %`) },
    column("UUID", "uuid"),
  ], report.domains, { caption: "Domains", hasFilter: true }));
}

const STATES = ["Unknown", "Initialising", "InitWait", "Initialised", "Connected", "Closing", "Closed", "Reconfiguring", "Reconfigured"];

/** A state by number and name, like "4 Connected"; of two images "4 → 5 Closing". */
function stateText(now, before, isComparison) {
  const name = (state) => (state === null ? "none" : /^[0-8]$/.test(state) ? `${state} ${STATES[state]}` : state);
  return isComparison && now !== before ? `${before ?? "none"} → ${name(now)}` : name(now);
}

function devicesView(report) {
  const isComparison = report.images.length > 1;
  const rows = report.data.devices.map(([domid, kind, id, front, frontState, frontBefore, back, backState, backBefore, redirected, hasUnknownEnd]) => {
    const isGone = frontState === null && backState === null && (frontBefore !== null || backBefore !== null);
    const states = [frontState, backState];
    let verdict;
    if (redirected !== null) verdict = "redirected";
    else if (isGone) verdict = "gone";
    else if (states.every((state) => state === "4")) verdict = "connected";
    else if (states.every((state) => state === null)) verdict = "no states";
    else if (hasUnknownEnd) verdict = "one end not covered";
    else if (front < 0) verdict = "no frontend";
    else if (back < 0) verdict = "no backend";
    else if (states.every((state) => state === "6")) verdict = "closed";
    else if (states.some((state) => state === "5" || state === "6")) verdict = "closing";
    else verdict = "not connected";
    const isChanged = isComparison && (frontState !== frontBefore || backState !== backBefore);
    return { domid, kind, id, front, back, redirected, verdict, isChanged, frontText: stateText(frontState, frontBefore, isComparison), backText: stateText(backState, backBefore, isComparison) };
  });
  const calm = ["connected", "no states", "closed", "gone", "one end not covered"];
  // Devices that are not connected come first.
  const rank = (row) => (calm.includes(row.verdict) ? 2 : 0) - (row.isChanged ? 1 : 0);
  rows.sort((a, b) => rank(a) - rank(b));
  const kinds = [...new Set(rows.map((row) => row.kind))].sort();
  const verdicts = [...new Set(rows.map((row) => row.verdict))].sort((a, b) => calm.includes(a) - calm.includes(b) || a.localeCompare(b));
  const cell = (kind, verdict) => rows.filter((row) => row.kind === kind && row.verdict === verdict).length || null;
  const matrix = table([{ title: "Kind", value: (kind) => kind }, ...verdicts.map((verdict) => ({ title: verdict, value: (kind) => cell(kind, verdict), numeric: true }))],
    kinds, { caption: "Devices by kind and state", hasFilter: false, isNarrow: true, empty: "The image has no devices." });
  const path = (i) => (i < 0 ? null : nodeLink(report, report.nodes.path(i)));
  const columns = [
    { title: "Domain", value: (row) => row.domid, cell: (row) => domainLabel(row.domid, report.names) },
    { title: "Device", value: (row) => `${row.kind} ${row.id}` },
    { title: "State", value: (row) => row.verdict, cell: (row) => element("span", { class: "badge " + (row.verdict === "connected" ? "live" : calm.includes(row.verdict) ? "" : row.verdict === "redirected" ? "error" : "warning") }, row.verdict) },
    { title: "Frontend", value: (row) => row.frontText }, { title: "Backend", value: (row) => row.backText },
    { title: "Frontend's node", value: (row) => (row.front < 0 ? null : report.nodes.path(row.front)), cell: (row) => path(row.front) },
    { title: "Backend's node", value: (row) => (row.back < 0 ? null : report.nodes.path(row.back)), cell: (row) => path(row.back) },
  ];
  if (isComparison) columns.unshift({ title: "", value: (row) => (row.isChanged ? "changed" : ""), cell: (row) => (row.isChanged ? element("span", { class: "sign changed", title: "changed" }, "~") : null) });
  if (rows.some((row) => row.redirected !== null)) columns.push({ title: "Toolstack's backend", value: (row) => row.redirected });
  return element("section", { class: "page" }, matrix, rows.length > 0 ? table(columns, rows, { caption: "Devices", hasFilter: true }) : null, ...handshakes(report));
}

function connectionsView(report) {
  const { connections, watches, transactions, pending } = report.data.connections;
  const label = new Map(connections.map((row) => [row[0], row[2] === null ? row[1] : `domain ${domainLabel(row[2], report.names)}`]));
  const of = (connID) => label.get(connID) ?? `unknown conn-id ${connID}`;
  const column = (title, at) => ({ title, value: (row) => row[at], numeric: true });
  const sorted = [...connections].sort((a, b) => (b[8] !== null) - (a[8] !== null));
  const missing = ["connections", "watches", "transactions", "pending data"].filter((kind) => !covers(report.image, kind));
  if (!covers(report.image, "connections") && connections.length + watches.length + transactions.length === 0)
    return element("section", { class: "page" }, element("p", { class: "empty" }, "The image does not cover " + missing.join(", ") + "."));
  return element("section", { class: "page" },
    element("h2", {}, counted(connections.length, "connection")),
    table([
      column("conn-id", 0), { title: "Connection", value: (row) => of(row[0]) }, column("Target", 3), column("Watches", 4), column("Transactions", 5),
      column("Unhandled bytes", 6), column("Unread bytes", 7), { title: "Waiting for", value: (row) => row[8], wide: true },
    ], sorted, { caption: "Connections", hasFilter: true, empty: "The image has no connections." }),
    element("h2", {}, counted(transactions.length, "open transaction")),
    table([
      { title: "Connection", value: (row) => of(row[0]) }, column("tx-id", 1),
      { title: "Nodes touched", value: (row) => pending.filter((node) => node[0] === row[0] && node[1] === row[1]).length, numeric: true },
    ], transactions, { caption: "Open transactions", empty: covers(report.image, "transactions") ? "The image has no open transactions." : "The image does not cover transactions." }),
    pending.length > 0 ? element("h2", {}, counted(pending.length, "node") + " touched by transactions") : null,
    pending.length > 0 ? table([
      { title: "Connection", value: (row) => of(row[0]) }, column("tx-id", 1), { title: "Access", value: (row) => row[2] },
      { title: "Node", value: (row) => row[3], cell: (row) => nodeLink(report, row[3]), wide: true }, { title: "Value", value: (row) => row[4], wide: true },
      { title: "Permissions", value: (row) => row[5] },
    ], pending, { caption: "Pending nodes" }) : null,
    element("h2", {}, counted(watches.length, "watch", "watches")),
    table([
      { title: "Connection", value: (row) => of(row[0]) }, { title: "Path", value: (row) => row[1], wide: true }, { title: "Token", value: (row) => row[2], wide: true },
    ], watches, { caption: "Watches", hasFilter: true }));
}

/** The details of a node. */
function nodeDetail(nodes, i) {
  const before = nodes.before(i);
  const term = (name, ...content) => [element("dt", {}, name), element("dd", {}, ...content)];
  const value = (text) => (text === null ? element("em", {}, nodes.isUnknown(i) ? "unknown" : "no record has this path") : text === "" ? element("em", {}, "empty") : element("pre", {}, text));
  const below = nodes.ends[i] - i - 1;
  const mark = nodes.mark(i);
  return [
    element("h2", { class: "path" }, nodes.path(i)),
    element("dl", {},
      ...(mark === SAME ? [] : term("Change", element("span", { class: "badge " + ["", "added", "removed", "changed"][mark] }, ["", "added", "removed", "changed"][mark]))),
      ...(before && before.value !== nodes.value(i) ? [...term("Value before", value(before.value)), ...term("Value after", value(nodes.value(i)))] : term("Value", value(nodes.value(i)))),
      ...(before && before.perms !== nodes.perms(i) ? term("Permissions before", ...permsLines(before.perms)) : []),
      ...(nodes.isCut(i) ? term("Rest of the value", element("em", {}, "unknown")) : []),
      ...(nodes.hasUnknownPerms(i) ? term("Permissions", element("em", {}, "unknown"))
        : nodes.perms(i) === null ? [] : term("Permissions", ...permsLines(nodes.perms(i)))),
      ...(nodes.authors.has(i) ? term("Who, by a log", ...nodes.authors.get(i).map((line) => element("div", {}, line))) : []),
      ...(below > 0 ? term("Below", counted(below, "node")) : [])),
  ];
}

function permsLines(list) {
  const may = { n: "nothing", r: "read", w: "write", b: "read and write" };
  return (list ?? "").split(",").filter((entry) => entry !== "").map((entry, at) => {
    const match = entry.match(/^([nrwb])(\d+)(:stale)?$/);
    const text = !match ? "unknown permission" : at === 0 ? `domain ${match[2]} owns it; others: ${may[match[1]]}` : `domain ${match[2]}: ${may[match[1]]}`;
    return element("div", { class: "entry" }, element("code", {}, entry), text + (match?.[3] ? "; stale, ignored" : ""));
  });
}
