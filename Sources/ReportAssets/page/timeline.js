// What logs say: images and events on one line of time, and the handshakes of devices.

/** Whether an event is about a domain: its own request, or in its home, its backends or the toolstack's entries. */
function isAbout(event, domid) {
  return String(event.domid) === domid || new RegExp(`^/(local/domain|libxl)/${domid}(/|$)|/backend/[^/]+/${domid}(/|$)`).test(event.path ?? "");
}

/** All words must match: "domain:7" the domain, a word with a slash the path, any other one whatever the row says. */
function fitsWords(row, words) {
  return words.every((word) => {
    if (/^domain:\d+$/.test(word)) return row.isImage || isAbout(row, word.slice(7));
    if (word.includes("/")) return row.isImage || (row.path ?? "").toLowerCase().includes(word);
    return [row.what, row.who, row.path, row.value, row.outcome].some((text) => (text ?? "").toLowerCase().includes(word));
  });
}

function effectText(outcome, tookEffect) {
  return (outcome ?? "outcome not in the log") + (tookEffect === false && outcome === "ok" ? ", undone with its transaction" : "");
}

/** The line: images as tall marks, events as short ones, in the order of time from left to right. */
function timeLine(rows) {
  const times = rows.map((row) => row.instant);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const place = (row) => (last === first ? 500 : (1000 * (row.instant - first)) / (last - first)).toFixed(1);
  const chart = drawing("svg", { class: "timeline", viewBox: "-6 0 1012 64", preserveAspectRatio: "none", role: "img", "aria-label": "Images and events in the order of time" },
    drawing("path", { class: "base", d: "M0 44H1000" }));
  const events = rows.filter((row) => !row.isImage);
  const path = (rows, top, bottom) => [...new Set(rows.map(place))].map((x) => `M${x} ${top}V${bottom}`).join("");
  chart.append(drawing("path", { class: "event", d: path(events.filter((row) => row.tookEffect !== false), 34, 54) }),
    drawing("path", { class: "failed", d: path(events.filter((row) => row.tookEffect === false), 34, 54) }),
    drawing("path", { class: "image", d: path(rows.filter((row) => row.isImage), 8, 60) }));
  const end = (row) => element("span", {}, row.time);
  const [start, finish] = [rows[0], rows[rows.length - 1]];
  return element("figure", {}, element("figcaption", {}, "Images (tall) and events"), chart, element("div", { class: "ends" }, end(start), finish === start ? null : end(finish)));
}

function timelineView(report) {
  const { images, events, notes } = report.data.timeline;
  const rows = [
    ...images.map(([name, time, instant, isShown]) => ({ isImage: true, time, instant, what: "image", who: name, isShown })),
    ...events.map(([time, instant, log, position, domid, connection, operation, path, value, outcome, tookEffect]) => ({
      isImage: false, time, instant, source: `log:${log}, ${position}`, domid, what: operation, path, value, outcome, tookEffect,
      who: (domid === null ? "" : `domain ${domainLabel(domid, report.names)} `) + (connection === "" ? "the daemon itself" : connection),
    })),
  ].sort((a, b) => a.instant - b.instant || b.isImage - a.isImage);
  const body = element("div");
  const status = element("span", { class: "status", role: "status" });
  const filter = element("input", {
    type: "search", class: "filter", placeholder: "Filter: domain:7, /a/path, words", "aria-label": "Filter the events", spellcheck: "false", oninput: () => fill(),
  });

  function fill() {
    const words = filter.value.toLowerCase().split(" ").filter((word) => word !== "");
    const fitting = rows.filter((row) => fitsWords(row, words));
    status.textContent = counted(fitting.filter((row) => !row.isImage).length, "event") + (words.length > 0 ? ` of ${count(events.length)}` : "");
    body.replaceChildren(...(fitting.length === 0 ? [element("p", { class: "empty" }, "No event and no image.")] : [timeLine(fitting), table([
      { title: "Time", value: (row) => row.time },
      { title: "What", value: (row) => row.what, cell: (row) => (row.isImage ? element("span", { class: "badge" + (row.isShown ? " live" : "") }, row.isShown ? "image of this page" : "image") : row.what) },
      { title: "Who, or which image", value: (row) => row.who },
      { title: "Path", value: (row) => row.path ?? null, cell: (row) => (row.path ? nodeLink(report, row.path) : null), wide: true },
      { title: "Value", value: (row) => row.value ?? null, wide: true },
      { title: "Outcome", value: (row) => (row.isImage ? null : effectText(row.outcome, row.tookEffect)) },
      { title: "Where", value: (row) => row.source ?? null },
    ], fitting, { caption: "Images and events", hasFilter: false })]));
  }

  fill();
  return element("section", { class: "page" }, ...notes.map((text) => element("p", { class: "note" }, text + ".")), element("div", { class: "bar" }, filter, status), body);
}

/** A handshake as two lines from top to bottom: the frontend's states at the left, the backend's at the right. */
function handshake(steps) {
  const height = 30 + 26 * steps.length;
  const chart = drawing("svg", { class: "handshake", viewBox: `0 0 720 ${height}`, width: "720", height: String(height), role: "img", "aria-label": "The handshake from top to bottom" },
    drawing("text", { x: "180", y: "14", "text-anchor": "end" }, "Frontend"), drawing("text", { x: "420", y: "14" }, "Backend"),
    drawing("path", { class: "base", d: `M200 20V${height}M400 20V${height}` }));
  let before = null;
  steps.forEach(([time, , side, domid, connection, state, seconds, outcome], at) => {
    const y = 40 + 26 * at;
    const isFront = side === "frontend";
    const point = { x: isFront ? 200 : 400, y };
    if (before !== null) chart.append(drawing("path", { class: "step", d: `M${before.x} ${before.y}L${point.x} ${point.y}` }));
    const hasFailed = outcome !== null && outcome !== "ok";
    chart.append(drawing("circle", { class: hasFailed ? "failed" : "event", cx: point.x, cy: y, r: "4" }));
    const label = stateText(state, state, false) + (hasFailed ? ` (${outcome})` : "");
    chart.append(drawing("text", { x: isFront ? "188" : "412", y: y + 4, "text-anchor": isFront ? "end" : "start" },
      label, drawing("title", {}, `${time}, ${domid === null ? "" : "domain " + domid + " "}${connection}`)));
    if (seconds !== null) chart.append(drawing("text", { class: "seconds", x: "600", y: y + 4 }, `+${seconds} s`));
    before = point;
  });
  return chart;
}

function handshakes(report) {
  if (!report.data.handshakes || report.data.handshakes.length === 0) return [];
  return [element("h2", {}, "Handshakes in the logs"), ...report.data.handshakes.map(([place, isCut, steps]) => {
    const [domid, kind, id] = report.data.devices[place];
    const box = element("details", {}, element("summary", {}, `Domain ${domainLabel(domid, report.names)}, ${kind} ${id}: ${counted(steps.length, "step")} from ${steps[0][0]}`));
    box.addEventListener("toggle", () => {
      if (!box.open || box.children.length > 1) return;
      if (isCut) box.append(element("p", { class: "note" }, "Earlier steps are left out."));
      box.append(handshake(steps));
    });
    return box;
  })];
}
