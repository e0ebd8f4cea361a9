// Charts: bars with their labels and figures, and lines over a series.

/** Bars: { label, value, text, onclick }. Of the items after the first `most` only the sum is shown, as `sumText` formats it. */
function bars(title, items, sumText = count, most = 12) {
  const sorted = [...items].sort((a, b) => b.value - a.value);
  const rest = sorted.slice(most);
  const shown = sorted.slice(0, rest.length === 1 ? most + 1 : most);
  const largest = Math.max(1, ...shown.map((item) => item.value));
  const rows = shown.map((item) => {
    const label = item.onclick ? element("button", { type: "button", class: "link label", onclick: item.onclick }, item.label) : element("span", { class: "label" }, item.label);
    const bar = drawing("rect", { width: (item.value > 0 ? Math.max(0.4, (100 * item.value) / largest) : 0) + "%", height: "100%" });
    return element("li", {}, label, drawing("svg", { class: "track", "aria-hidden": "true" }, bar), element("span", { class: "figure" }, item.text ?? count(item.value)));
  });
  if (rest.length > 1) {
    const sum = rest.reduce((total, item) => total + item.value, 0);
    rows.push(element("li", { class: "rest" }, element("span", { class: "label" }, counted(rest.length, "other")), element("span"), element("span", { class: "figure" }, sumText(sum))));
  }
  return element("figure", {}, element("figcaption", {}, title), rows.length > 0 ? element("ul", { class: "bars" }, ...rows) : element("p", { class: "empty" }, "None."));
}

/** A line over points: { label, time, value, isCurrent }. The line begins at zero, so that the slope does not exaggerate. */
function line(title, points, text) {
  const largest = Math.max(1, ...points.map((point) => point.value));
  const place = (at) => [points.length < 2 ? 300 : (600 * at) / (points.length - 1), 116 - (108 * points[at].value) / largest];
  const current = points.findIndex((point) => point.isCurrent);
  const path = points.map((_, at) => (at === 0 ? "M" : "L") + place(at).map((number) => number.toFixed(1)).join(" ")).join("");
  const chart = drawing("svg", { class: "line", viewBox: "-6 0 612 120", preserveAspectRatio: "none", role: "img", "aria-label": title },
    drawing("path", { class: "base", d: "M0 116H600" }), drawing("path", { class: "curve", d: path }));
  if (current >= 0) chart.append(drawing("path", { class: "now", d: `M${place(current)[0].toFixed(1)} 4V116` }));
  const first = points[0];
  const last = points[points.length - 1];
  const end = (point) => element("span", { title: point.label }, point.label, element("span", {}, point.time), element("strong", {}, text(point.value)));
  const ends = element("div", { class: "ends" }, end(first), current > 0 && current < points.length - 1 ? end({ ...points[current], label: "this image" }) : null, end(last));
  return element("figure", {}, element("figcaption", {}, title), chart, ends);
}
